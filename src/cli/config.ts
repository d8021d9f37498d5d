// In: flags, variables and files. Out: every option with its value and origin, secrets masked.
import { describeConfig } from "../config/show";
import type { Command } from "./command";

export const config: Command = {
  name: "config",
  summary: "Check the configuration and show where each value comes from",
  flags: { json: { value: null, help: "as JSON" } },
  run: async ({ loaded, flags, out, note }) => {
    const described = describeConfig(loaded);
    for (const warning of loaded.warnings) note(`Warning: ${warning}`);
    if (flags["json"] === "true") out(JSON.stringify(described, null, 2));
    else {
      const width = Math.max(...described.map((row) => row.option.length));
      for (const row of described)
        out(`${row.option.padEnd(width)}  ${row.value ?? "(not set)"}  (${row.origin})`);
    }
    return 0;
  },
};
