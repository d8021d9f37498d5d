// In: the configuration. Out: the running server, until a signal ends it: the first one stops it in
// order (exit code 0), a second one or the deadline at once (exit code 1).
import type { Config } from "../config/config";
import { systemClock } from "../core/clock";
import { StartupError } from "../core/errors";
import type { Log } from "../core/log";
import { createLog } from "../operations/log";
import { VERSION } from "../core/version";
import type { Command } from "./command";
import { listenForStop } from "./signals";

/** Under the 10 s after which container runtimes kill. */
const STOP_DEADLINE_MS = 9_500;

export interface App {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Where it listens; known after start. */
  readonly url: string;
}

/** `hasBallast: false`: keeps no reserve of 64 MiB for a full disk. */
export type CreateApp = (
  config: Config,
  seams: { log: Log; hasBallast?: boolean; onFatal?: (error: StartupError) => void },
) => App;

/** A lost disk is not waited for: what was acknowledged is durable, and a supervisor starts afresh. */
const createFatal = (log: Log) => {
  let report: (exitCode: number) => void = () => undefined;
  const exitCode = new Promise<number>((resolve) => (report = resolve));
  const onFatal = (error: StartupError): void => {
    log.error(error.message, { exit_code: error.exitCode });
    report(error.exitCode);
  };
  return { exitCode, onFatal };
};

/** Resolves with the exit code once a signal came and the stop has ended, one way or the other. */
const untilStopped = (app: App, log: Log): Promise<number> =>
  new Promise((resolve) => {
    const again = (signal: string): void => {
      log.warn("stopped at once by a second signal", { signal });
      resolve(1);
    };
    const first = (signal: string): void => {
      log.info("stopping", { signal });
      systemClock.after(STOP_DEADLINE_MS, () => {
        log.error("stopped at once: the orderly stop took too long", { deadline_ms: STOP_DEADLINE_MS });
        resolve(1);
      });
      app.stop().then(
        () => {
          log.info("stopped");
          resolve(0);
        },
        (error: unknown) => {
          log.error("the orderly stop failed", { error });
          resolve(1);
        },
      );
    };
    listenForStop({ first, again });
  });

/** What nobody caught is logged in the log's own form; after an exception the state is unknown. */
const watchForAccidents = (log: Log): void => {
  process.on("unhandledRejection", (error) => log.error("a failure that nobody handled", { error }));
  process.on("uncaughtException", (error) => {
    log.error("an exception that nobody caught: ending, so that the supervisor starts afresh", { error });
    process.exit(1);
  });
};

export const createServeCommand = (createApp: CreateApp): Command => ({
  name: "serve",
  summary: "Run the server; this is what happens when no command is given",
  flags: {},
  run: async ({ loaded }) => {
    const log = createLog({ level: loaded.config.logLevel });
    watchForAccidents(log);
    for (const warning of loaded.warnings) log.warn(warning);
    const fatal = createFatal(log);
    try {
      const app = createApp(loaded.config, { log, onFatal: fatal.onFatal });
      const stopped = untilStopped(app, log);
      const started = app.start().then(() => {
        log.info("listening", { url: app.url, host: loaded.config.host, version: VERSION });
        return stopped;
      });
      // A signal or a lost disk may come while it is still starting.
      return await Promise.race([started, stopped, fatal.exitCode]);
    } catch (error) {
      if (!(error instanceof StartupError)) throw error;
      log.error(error.message, { exit_code: error.exitCode });
      return error.exitCode;
    }
  },
});
