// In: the data directory of an instance that is not running. Out: everything in it that is secret,
// sealed with a fresh key; or what no key opens any more given up, so that the instance starts again.
import type { Config } from "../config/config";
import { systemClock } from "../core/clock";
import { EXIT_CODE, StartupError } from "../core/errors";
import { createLog } from "../operations/log";
import type { KeyTask } from "../store/secret-key";
import { openStore } from "../store/store";
import type { Command } from "./command";

/** Durable when it resolves. Rejects with StartupError, also while the instance runs. */
const perform = async (config: Config, keyTask: KeyTask): Promise<void> => {
  const store = await openStore({
    directory: config.dataDir,
    secretKey: config.secretKey,
    log: createLog({ level: "warn" }),
    clock: systemClock,
    hasBallast: false,
    keyTask,
  });
  await store.close();
};

export const secretsCommands: readonly Command[] = [
  {
    name: "secrets rotate-key",
    summary: "Seal all secrets with a fresh key; Andon must be stopped",
    flags: {},
    run: async ({ loaded, note }) => {
      await perform(loaded.config, "rotate");
      note(
        "All secrets are sealed with a fresh key: back up secret.key again. Backups of the database from " +
          "before need the old key.",
      );
      return 0;
    },
  },
  {
    name: "secrets forget",
    summary: "Give up secrets whose key is lost, so that Andon starts; Andon must be stopped",
    flags: { yes: { value: null, help: "really: they can't be brought back" } },
    run: async ({ loaded, flags, note }) => {
      if (flags["yes"] !== "true")
        throw new StartupError(
          EXIT_CODE.usage,
          "This clears the settings that no present key opens. Put the key back if there is a copy of it; " +
            "else repeat the command with --yes.",
        );
      await perform(loaded.config, "forget");
      note("Andon starts again. Channels that are shown as broken need their settings anew.");
      return 0;
    },
  },
];
