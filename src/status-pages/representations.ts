// In: nothing. Out: the list of everything that a page is published as. A new kind is one line.
import { isoMillis } from "../core/time";
import { badges } from "./badges";
import { calendar } from "./calendar";
import { feeds } from "./feeds";
import { assets, IMMUTABLE, logoName } from "./page/assets";
import { PICTURE_ENDINGS } from "./picture";
import { sheets } from "./page/sheets";
import type { LogoRow } from "./repository";
import type { Family } from "./shelf";
import { statuspageDocuments } from "./statuspage-json";

/** Small enough to be asked for every few seconds: tells a page that is open whether it is out of date. */
const versionFile: Family = ({ version, changedAt }) => [
  {
    name: "version.json",
    contentType: "application/json",
    render: () => JSON.stringify({ version, changed_at: isoMillis(changedAt) }),
  },
];

const contentTypeOf = (name: string): string =>
  Object.entries(PICTURE_ENDINGS).find(([, ending]) => name.endsWith(`.${ending}`))?.[0] ??
  "application/octet-stream";

/** The only one that is not made from the view alone: its bytes are read where it is asked for. */
export const logoFamily =
  (readLogo: (pageId: string) => Promise<LogoRow | undefined>): Family =>
  ({ page }) =>
    page.logoVersion === null
      ? []
      : [
          {
            name: logoName(page.logoVersion),
            contentType: contentTypeOf(page.logoVersion),
            headers: IMMUTABLE,
            render: async () => (await readLogo(page.id))?.bytes ?? new Uint8Array(),
          },
        ];

export const REPRESENTATIONS: readonly Family[] = [
  versionFile,
  assets,
  sheets,
  statuspageDocuments,
  feeds,
  calendar,
  badges,
];
