// In: --port if one is wished; the environment plays no part. Out: Andon with a simulated line of machines,
// in a temporary directory that is gone when Ctrl-C has ended it.
import { rmSync } from "node:fs";
import { createServer } from "node:net";
import { defaultConfig } from "../config/config";
import { OPTIONS } from "../config/options";
import { systemClock } from "../core/clock";
import { createDemo, type Demo } from "../demo/demo";
import { createLog } from "../operations/log";
import type { Command } from "./command";
import type { CreateApp } from "./serve";
import { listenForStop } from "./signals";

const PREFERRED_PORT = 8080;
/** What a shell reports for a program that Ctrl-C ended. */
const INTERRUPTED = 130;

/** 0, meaning any free one, when another program has the preferred port. */
const findPort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(0));
    probe.listen(PREFERRED_PORT, "127.0.0.1", () => probe.close(() => resolve(PREFERRED_PORT)));
  });

/** Resolves with the exit code once a signal came and everything is cleaned up. */
const untilStopped = (demo: Demo): Promise<number> =>
  new Promise((resolve, reject) => {
    listenForStop({
      first: () => void demo.stop().then(() => resolve(0), reject),
      again: () => resolve(INTERRUPTED),
    });
  });

export const createDemoCommand = (createApp: CreateApp): Command => ({
  name: "demo",
  summary: "Show what Andon does with five simulated machines; Ctrl-C leaves nothing behind",
  flags: {},
  run: async ({ loaded: { config, origins } }) => {
    const demo = createDemo({
      clock: systemClock,
      port: origins.port === `--${OPTIONS.port.flag}` ? config.port : await findPort(),
      write: (text) => void process.stdout.write(text),
      isColoured: process.stdout.isTTY && Bun.enableANSIColors,
      startAndon: async (settings) => {
        const log = createLog({ level: "error" });
        const app = createApp(defaultConfig(settings), { log, hasBallast: false });
        await app.start();
        return app;
      },
    });
    // Whatever ends the process, an impatient second Ctrl-C included.
    process.on("exit", () => {
      if (demo.directory !== "") rmSync(demo.directory, { recursive: true, force: true, maxRetries: 5 });
    });
    const stopped = untilStopped(demo);
    try {
      await demo.start();
      return await stopped;
    } catch (error) {
      await demo.stop();
      throw error;
    }
  },
});
