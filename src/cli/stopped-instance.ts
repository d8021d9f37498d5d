// In: the data directory of an instance that is not running. Out: work done on it directly, with the
// same rules as in a running one; the directory is closed again whatever happens.
import { createAccess } from "../access/access";
import { systemClock } from "../core/clock";
import { createLog } from "../operations/log";
import { createOperator } from "../operations/operator";
import { openStore } from "../store/store";
import type { WithStoppedInstance } from "./operator";

/** Rejects with StartupError when it runs after all, or when the directory cannot be used. */
export const withStoppedInstance: WithStoppedInstance = async (config, work) => {
  const clock = systemClock;
  // Standard output belongs to the result: only warnings and errors, which go to standard error.
  const log = createLog({ level: "warn" });
  const store = await openStore({
    directory: config.dataDir,
    secretKey: config.secretKey,
    log,
    clock,
  });
  try {
    // Without the first-start options: those belong to the server's own start.
    const access = await createAccess({
      store,
      clock,
      log,
      config: { adminEmail: null, adminPassword: null, bootstrapToken: null },
    });
    try {
      return await work(createOperator({ access }));
    } finally {
      await access.stop();
    }
  } finally {
    await store.close();
  }
};
