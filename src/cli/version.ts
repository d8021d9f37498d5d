// In: nothing. Out: the version on standard output.
import { VERSION } from "../core/version";
import type { Command } from "./command";

export const versionLine = `andon ${VERSION}`;

export const version: Command = {
  name: "version",
  summary: "Show the version",
  flags: {},
  run: async ({ out }) => {
    out(versionLine);
    return 0;
  },
};
