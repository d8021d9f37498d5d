// In: how many moments. Out: the power cut at each of them: a traced process commits and acknowledges,
// the disk is rebuilt with what was surely there, opened as a start does, and compared.
import { Database } from "bun:sqlite";
import { createReadStream, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { silentLog } from "../../src/core/log";
import { lockDirectory } from "../../src/store/lock";
import { MIGRATIONS } from "../../src/store/migrations";
import { prepareDatabase } from "../../src/store/prepare-database";
import { readOne, readRows } from "../../src/store/read-rows";
import { STORE_CHILD } from "../harness/child";
import { seededRandom } from "../harness/random";
import { SimulatedDisk } from "./power-loss/disk";
import { TRACED_CALLS, TraceReader, type DiskEvent } from "./power-loss/trace";

export interface PowerLossOptions {
  /** Moments at which the power goes; a moment lies between two traced calls. */
  cuts: number;
  /** Batches committed by the traced process; more where absent, the more cuts. */
  batches?: number;
  callers?: number;
  seed?: number;
  /** The disk says "synced" and is not: the check of the check, which must then find losses. */
  isDiskLying?: boolean;
  print?: (line: string) => void;
}

export interface PowerLossCounts {
  cuts: number;
  /** Traced calls that changed or synced a file, and acknowledgements. */
  events: number;
  acknowledged: number;
  /** Syncs of the log, the file and the directory. */
  syncs: number;
  /** Acknowledged commits missing after a cut, over all cuts. */
  lost: number;
  /** Cuts after which the database did not open. */
  unopened: number;
  /** Cuts after which a batch was there in part, or integrity_check found something. */
  damaged: number;
  /** The first few findings, in words. */
  findings: string[];
}

/** Why it can't run here, or null. */
export const whyNot = (): string | null =>
  process.platform !== "linux" ? "not Linux" : Bun.which("strace") === null ? "strace is missing" : null;

/** Memory is enough for rebuilt disks, and spares the real one thousands of syncs. */
const scratch = (): string =>
  mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "andon-power-"));

const record = async (folder: string, callers: number, batches: number): Promise<DiskEvent[]> => {
  const directory = join(folder, "data");
  const output = join(folder, "trace");
  mkdirSync(directory);
  const words = ["load", directory, String(callers), String(batches), "60"];
  const child = Bun.spawn(
    // prettier-ignore
    ["strace", "-f", "-y", "-xx", "-s", "1000000", "-o", output, "-e", `trace=${TRACED_CALLS.replaceAll(" ", ",")}`,
      process.execPath, STORE_CHILD, ...words],
    { stdout: "pipe", stderr: "pipe" },
  );
  const [errors, code] = await Promise.all([new Response(child.stderr).text(), child.exited]);
  if (code !== 0) throw new Error(`the traced process ended with ${code}: ${errors}`);
  const reader = new TraceReader(directory);
  for await (const line of createInterface({ input: createReadStream(output) })) reader.read(line);
  return reader.events;
};

const inspect = (
  directory: string,
  acknowledged: readonly number[],
): Pick<PowerLossCounts, "lost"> & { finding?: string; isUnopened?: boolean } => {
  let path: string;
  try {
    lockDirectory(directory, () => 0).release();
    ({ path } = prepareDatabase({ directory, log: silentLog, migrations: MIGRATIONS, now: () => 0 }));
  } catch (error) {
    return { lost: acknowledged.length, isUnopened: true, finding: `does not open: ${String(error)}` };
  }
  const database = new Database(path, { readonly: true });
  try {
    const verdict = readOne(database, "PRAGMA integrity_check");
    const keys = new Set(readRows(database, "SELECT key FROM settings").map(([key]) => String(key)));
    const missing = acknowledged.filter((id) => !keys.has(`a${id}`));
    const halves = [...keys].filter(
      (key) => /^[ab]\d/.test(key) && !keys.has((key[0] === "a" ? "b" : "a") + key.slice(1)),
    );
    const counter = readOne(database, "SELECT value FROM settings WHERE key = 'counter'");
    const isCounterRight =
      counter === undefined || counter === "none" ? !keys.has("a0") : keys.has(`a${counter}`);
    const finding =
      verdict !== "ok"
        ? `integrity_check: ${String(verdict)}`
        : halves.length > 0
          ? `half a batch: ${halves.slice(0, 3).join(", ")}`
          : isCounterRight
            ? undefined
            : `the counter says ${String(counter)}`;
    return { lost: missing.length, ...(finding === undefined ? {} : { finding }) };
  } finally {
    database.close();
  }
};

/** Writes an image of the disk into an empty directory. */
const restore = (image: ReadonlyMap<string, Uint8Array>, directory: string): void => {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  // The index of the log lives in memory only and is rebuilt at every start.
  for (const [name, bytes] of image) if (!name.endsWith("-shm")) writeFileSync(join(directory, name), bytes);
};

/** Moments spread over the whole run, sorted; more than one per place where there are few places. */
const chooseCuts = (events: number, cuts: number, random: () => number): number[] =>
  Array.from({ length: cuts }, () => Math.floor(random() * (events + 1))).sort((a, b) => a - b);

/** Repeatable but for the timing of the traced process itself. Throws if `whyNot` gives a reason. */
export const run = async (options: PowerLossOptions): Promise<PowerLossCounts> => {
  const { cuts, callers = 8, seed = 1, batches = Math.max(200, cuts), print } = options;
  const reason = whyNot();
  if (reason !== null) throw new Error(`power loss can't be replayed here: ${reason}`);
  const folder = scratch();
  try {
    const events = await record(folder, callers, batches);
    const counts: PowerLossCounts = {
      cuts,
      events: events.length,
      acknowledged: events.reduce((sum, event) => sum + (event.kind === "ack" ? event.ids.length : 0), 0),
      syncs: events.filter(({ kind }) => kind === "sync_end").length,
      lost: 0,
      unopened: 0,
      damaged: 0,
      findings: [],
    };
    replay(events, options, join(folder, "rebuilt"), seededRandom(seed), counts);
    print?.(describe(counts));
    return counts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const isSyncOfLog = (event: DiskEvent): boolean =>
  event.kind === "sync_begin" && event.name?.endsWith("-wal") === true;

const replay = (
  events: readonly DiskEvent[],
  { cuts, isDiskLying = false }: PowerLossOptions,
  directory: string,
  random: () => number,
  counts: PowerLossCounts,
): void => {
  const disk = new SimulatedDisk();
  const acknowledged: number[] = [];
  let done = 0;
  for (const cut of chooseCuts(events.length, cuts, random)) {
    for (; done < cut; done++) {
      const event = events[done];
      if (event?.kind === "ack") acknowledged.push(...event.ids);
      else if (event !== undefined && !(isDiskLying && isSyncOfLog(event))) disk.apply(event);
    }
    restore(disk.image(random), directory);
    const { lost, finding, isUnopened } = inspect(directory, acknowledged);
    counts.lost += lost;
    if (isUnopened) counts.unopened += 1;
    else if (finding !== undefined) counts.damaged += 1;
    if ((lost > 0 || finding !== undefined) && counts.findings.length < 5)
      counts.findings.push(`after call ${cut}: ${lost} lost${finding === undefined ? "" : `, ${finding}`}`);
  }
};

const describe = ({
  cuts,
  events,
  acknowledged,
  syncs,
  lost,
  unopened,
  damaged,
  findings,
}: PowerLossCounts): string =>
  [
    `power loss: ${cuts} cuts in ${events} calls with ${syncs} syncs and ${acknowledged} acknowledged commits:`,
    `${lost} acknowledged commits lost, ${unopened} times not opened, ${damaged} times damaged`,
    ...findings,
  ].join("\n  ");

if (import.meta.main) {
  const counts = await run({
    cuts: Number(process.argv[2] ?? 1_500),
    print: (line) => void process.stdout.write(`${line}\n`),
  });
  process.exit(counts.lost + counts.unopened + counts.damaged === 0 ? 0 : 1);
}
