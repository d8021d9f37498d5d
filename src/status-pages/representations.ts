// In: nothing. Out: the list of everything that a page is published as. A new kind is one line.
import { badges } from "./badges";
import { calendar } from "./calendar";
import { feeds } from "./feeds";
import type { Family } from "./shelf";
import { statuspageDocuments } from "./statuspage-json";

/** Small enough to be asked for every few seconds: tells a page that is open whether it is out of date. */
const versionFile: Family = ({ version, changedAt }) => [
  {
    name: "version.json",
    contentType: "application/json",
    render: () => JSON.stringify({ version, changed_at: new Date(changedAt).toISOString() }),
  },
];

export const REPRESENTATIONS: readonly Family[] = [versionFile, statuspageDocuments, feeds, calendar, badges];
