// B12. In: the executable. Out: the ms from its start to ready, its memory when nothing happens, its
// size; beside an executable of the same runtime that only answers 200.
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, mebibytes, memoryOf, wallTime } from "../harness/process";
import { median, type Benchmark, type Context, type Figure } from "./benchmark";
import { openScene, withCleanUp } from "./scene";

const STARTS = 7;
const QUICK_STARTS = 3;
const IDLE_MS = 10_000;
const QUICK_IDLE_MS = 3_000;
const MEGABYTE = 1_000_000;

interface Measured {
  readyMs: number;
  rssMiB: number;
  megabytes: number;
}

/** Starts of a program that was set up before. */
const measureProduct = (context: Context): Promise<Measured> =>
  withCleanUp(async (own) => {
    const scene = own(await openScene(context.command));
    const times: number[] = [];
    for (let start = 0; start < (context.isQuick ? QUICK_STARTS : STARTS); start++) {
      await scene.restartAfterKill();
      times.push(await scene.product.ready());
    }
    await Bun.sleep(context.isQuick ? QUICK_IDLE_MS : IDLE_MS);
    const { binaryPath } = context.command;
    return {
      readyMs: median(times),
      rssMiB: mebibytes(scene.product.memory().rssBytes),
      megabytes: binaryPath === null ? Number.NaN : statSync(binaryPath).size / MEGABYTE,
    };
  });

const isListening = async (port: number): Promise<boolean> => {
  try {
    return (await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: "close" } })).ok;
  } catch {
    return false;
  }
};

const measureFloor = async (context: Context): Promise<Measured> => {
  const directory = mkdtempSync(join(tmpdir(), "andon-bench-"));
  try {
    const outfile = join(directory, "empty");
    const source = join(import.meta.dir, "floors/empty.ts");
    const built = Bun.spawnSync([process.execPath, "build", "--compile", source, "--outfile", outfile]);
    if (built.exitCode !== 0) throw new Error(`the empty program was not built: ${built.stderr.toString()}`);
    const times: number[] = [];
    let rssBytes = 0;
    for (let start = 0; start < (context.isQuick ? QUICK_STARTS : STARTS); start++) {
      const port = freePort();
      const from = wallTime();
      const child = Bun.spawn([outfile, String(port)], { stdio: ["ignore", "ignore", "ignore"] });
      while (!(await isListening(port))) await Bun.sleep(2);
      times.push(wallTime() - from);
      await Bun.sleep(500);
      ({ rssBytes } = memoryOf(child.pid));
      child.kill("SIGKILL");
      await child.exited;
    }
    return {
      readyMs: median(times),
      rssMiB: mebibytes(rssBytes),
      megabytes: statSync(outfile).size / MEGABYTE,
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};

const figure = (what: string, unit: string, value: number, floor: number, goal: string): Figure => ({
  what,
  unit,
  value,
  floor,
  ratio: null,
  goal,
});

export const idle: Benchmark = {
  id: "B12",
  title: "start, idle memory, size",
  run: async (context) => {
    const floor = await measureFloor(context);
    const value = await measureProduct(context);
    return [
      figure("start → ready", "ms", value.readyMs, floor.readyMs, "< 200 ms"),
      figure("memory when idle", "MiB", value.rssMiB, floor.rssMiB, "< 90 MB"),
      figure("size", "MB", value.megabytes, floor.megabytes, "< 125 MB"),
    ];
  },
};
