// In: disks that fill up, refuse and fail. Out: refusals that say so, reads that go on, recovery by
// itself; and after a failed sync the end of the process, with nothing acknowledged lost.
import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { closeSync, existsSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { StartupError } from "../../src/core/errors";
import { isAppError } from "../../src/core/errors";
import { silentLog } from "../../src/core/log";
import { BALLAST_BYTES } from "../../src/store/ballast";
import { openStore } from "../../src/store/store";
import { startWriterThread } from "../../src/store/writer-thread";
import { runChild, startChild, type Child } from "../harness/child";
import { FakeClock } from "../harness/clock";
import { openTestStore, removeDirectory, temporaryDirectory } from "../harness/store";

const hasStrace = Bun.which("strace") !== null;
const canMount = process.getuid?.() === 0 && Bun.spawnSync(["unshare", "--mount", "true"]).exitCode === 0;
if (!hasStrace) console.log("skipped: failing writes and syncs, because strace is missing");
if (!canMount) console.log("skipped: a full file system, because mounting one needs root");

let directory: string;
beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => removeDirectory(directory));

const file = (name: string): string => join(directory, name);

/** Keys of `fill` lines that are in the database now. */
const keysIn = (path: string): Set<string> => {
  const database = new Database(path, { readonly: true });
  try {
    expect(database.prepare("PRAGMA integrity_check").values()).toEqual([["ok"]]);
    return new Set(
      database
        .prepare("SELECT key FROM settings")
        .values()
        .map(([key]) => String(key)),
    );
  } finally {
    database.close();
  }
};

interface Outcome {
  key: string;
  outcome: string;
  health: string;
}

const write = async (child: Child, key: string, bytes: number): Promise<Outcome> => {
  child.send(`${key} ${bytes}`);
  const [name = "", outcome = "", ...health] = ((await child.line()) ?? "").split(" ");
  return { key: name, outcome, health: health.join(" ") };
};

/** `strace` that lets the n-th such call on the log fail, counted per thread. */
const failing = (call: string, error: string, when: string): string[] =>
  `strace -f -qq -o /dev/null -P ${file("andon.db-wal")} -e trace=${call} -e inject=${call}:error=${error}:when=${when}`.split(
    " ",
  );

describe.skipIf(!hasStrace)("a disk with errors", () => {
  test("a failed sync refuses the batch and ends the process with 9; the next start has all that was confirmed", async () => {
    const child = startChild(["serve", directory], { before: failing("fsync", "EIO", "30+") });
    expect(await child.line()).toBe("open");
    const confirmed: string[] = [];
    let last: Outcome | undefined;
    for (let index = 0; index < 60 && last === undefined; index++) {
      const written = await write(child, `k${index}`, 100);
      if (written.outcome === "ok") confirmed.push(written.key);
      else last = written;
    }
    const { code } = await child.end();
    // The end may come before the line about the refused write.
    expect(["unavailable", "9"]).toContain(last?.outcome ?? "");
    expect(code).toBe(9);
    expect(confirmed.length).toBeGreaterThan(10);
    expect(await runChild(["open", directory])).toMatchObject({ code: 0, output: "open 2 ok" });
    const keys = keysIn(file("andon.db"));
    expect(confirmed.filter((key) => !keys.has(key))).toEqual([]);
  }, 30_000);

  test("a failed write refuses its batch whole; the writer opens the file again and goes on", async () => {
    const child = startChild(["serve", directory], { before: failing("pwrite64", "EIO", "400") });
    expect(await child.line()).toBe("open");
    const outcomes: Outcome[] = [];
    for (let index = 0; index < 200; index++) outcomes.push(await write(child, `k${index}`, 100));
    const refused = outcomes.filter(({ outcome }) => outcome !== "ok");
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]).toMatchObject({ outcome: "unavailable", health: "the database can't be written" });
    // The file is opened again after a quarter of a second.
    let again = await write(child, "again0", 100);
    for (let index = 1; again.outcome !== "ok" && index < 2_000; index++)
      again = await write(child, `again${index}`, 100);
    expect(again).toMatchObject({ outcome: "ok", health: "fine" });
    expect(await child.end()).toMatchObject({ code: 0, output: "closed" });
    const keys = keysIn(file("andon.db"));
    for (const { key, outcome } of outcomes) expect([key, keys.has(key)]).toEqual([key, outcome === "ok"]);
  }, 30_000);

  test("a disk that says full for a while refuses with storage_full, and goes on by itself", async () => {
    const child = startChild(["serve", directory], { before: failing("pwrite64", "ENOSPC", "400..402") });
    expect(await child.line()).toBe("open");
    const outcomes: Outcome[] = [];
    for (let index = 0; index < 200; index++) outcomes.push(await write(child, `k${index}`, 100));
    const refused = outcomes.filter(({ outcome }) => outcome !== "ok");
    expect(refused.length).toBeGreaterThan(0);
    expect(new Set(refused.map(({ outcome, health }) => `${outcome}: ${health}`))).toEqual(
      new Set(["storage_full: the disk is full"]),
    );
    expect(outcomes.at(-1)).toMatchObject({ outcome: "ok", health: "fine" });
    expect((await child.end()).code).toBe(0);
    const keys = keysIn(file("andon.db"));
    for (const { key, outcome } of outcomes) expect([key, keys.has(key)]).toEqual([key, outcome === "ok"]);
  }, 30_000);
});

const MIB = 1024 * 1024;

/** Writes until the last block is taken. */
const fillUp = (path: string): void => {
  const handle = openSync(path, "w");
  try {
    for (let size = MIB; size >= 512;) {
      try {
        writeSync(handle, new Uint8Array(size));
      } catch {
        size /= 2;
      }
    }
  } finally {
    closeSync(handle);
  }
};

describe.skipIf(!canMount)("a full file system", () => {
  const mount = (words: string[]): void => {
    const { exitCode, stderr } = Bun.spawnSync(words);
    if (exitCode !== 0) throw new Error(`${words.join(" ")}: ${stderr.toString()}`);
  };
  beforeEach(() => mount(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", directory]));
  afterEach(() => mount(["umount", "--lazy", directory]));

  test("gives up the reserve once, then refuses, keeps reading, and recovers with the first free block", async () => {
    writeFileSync(file("ballast"), new Uint8Array(2 * MIB));
    const child = startChild(["serve", directory]);
    expect(await child.line()).toBe("open");
    expect((await write(child, "before", 100)).outcome).toBe("ok");
    fillUp(file("filler"));
    const first = await write(child, "reserve", 200_000);
    expect(first).toMatchObject({ outcome: "ok", health: "fine" });
    expect(existsSync(file("ballast"))).toBe(false);

    const outcomes = [first];
    for (let index = 0; index < 40; index++) outcomes.push(await write(child, `k${index}`, 200_000));
    const refused = outcomes.filter(({ outcome }) => outcome !== "ok");
    expect(refused.length).toBeGreaterThan(0);
    expect(new Set(refused.map(({ outcome }) => outcome))).toEqual(new Set(["storage_full"]));
    expect(outcomes.at(-1)?.health).toBe("the disk is full");
    expect(keysIn(file("andon.db")).has("before")).toBe(true);

    rmSync(file("filler"));
    expect(await write(child, "after", 200_000)).toMatchObject({ outcome: "ok", health: "fine" });
    expect((await child.end()).code).toBe(0);
    const keys = keysIn(file("andon.db"));
    for (const { key, outcome } of outcomes) expect([key, keys.has(key)]).toEqual([key, outcome === "ok"]);
  }, 30_000);

  test("a start on it is refused with 6, and one with space again opens everything", async () => {
    await (await openStore({ directory, clock: new FakeClock(), log: silentLog, hasBallast: false })).close();
    fillUp(file("filler"));
    const { code, errors } = await runChild(["open", directory]);
    expect(code).toBe(6);
    expect(errors).toContain("full");
    rmSync(file("filler"));
    expect(await runChild(["open", directory])).toMatchObject({ code: 0, output: "open 2 ok" });
  }, 30_000);

  test("a read-only one is refused with 6, new or used, and nothing is created", async () => {
    const remount = (mode: string): void => mount(["mount", "-o", `remount,${mode}`, directory]);
    remount("ro");
    expect((await runChild(["open", directory])).code).toBe(6);
    remount("rw");
    expect(existsSync(file("andon.db"))).toBe(false);
    await (await openStore({ directory, clock: new FakeClock(), log: silentLog, hasBallast: false })).close();
    remount("ro");
    const { code, errors } = await runChild(["open", directory]);
    expect(code).toBe(6);
    expect(errors).toContain(directory);
    remount("rw");
    expect((await runChild(["open", directory])).code).toBe(0);
  }, 30_000);
});

test("a file that is damaged while it is in use ends the process with 3", async () => {
  const fatal: StartupError[] = [];
  const opened = await openTestStore({ onFatal: (error) => void fatal.push(error) });
  try {
    const { engine } = opened.store;
    const rows = Array.from({ length: 300 }, (_, index) => ({
      sql: "INSERT INTO settings VALUES (?, ?)",
      params: [`k${index}`, "x".repeat(3_000)],
    }));
    await engine.batch(rows);
    await opened.reopen();
    const path = join(opened.directory, "andon.db");
    writeFileSync(path, new Uint8Array(Bun.file(path).size).fill(0xa5), { flag: "r+" });
    const write_ = opened.store.engine.batch([{ sql: "UPDATE settings SET value = 'y'" }]);
    const error = await write_.then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(isAppError(error, "unavailable")).toBe(true);
    expect(fatal.map(({ exitCode }) => exitCode)).toEqual([3]);
    expect(opened.store.health()).not.toBeNull();
  } finally {
    await opened.remove();
  }
});

describe("a writer that lost its file", () => {
  const lost = {
    event: "lost",
    code: "SQLITE_IOERR_WRITE",
    message: "disk I/O error",
    isFinal: false,
  } as const;

  const watch = async () => {
    const opened = await openTestStore({ directory });
    await opened.store.close();
    const clock = new FakeClock();
    const fatal: StartupError[] = [];
    const thread = await startWriterThread({
      path: file("andon.db"),
      directory,
      clock,
      log: silentLog,
      checkpointPages: undefined,
      onFatal: (error) => void fatal.push(error),
      onDead: () => undefined,
    });
    thread.worker.onmessage = (message) => thread.handle(message.data);
    return { clock, fatal, thread };
  };

  test("ends the process once, with 9, after a minute", async () => {
    const { clock, fatal, thread } = await watch();
    thread.handle(lost);
    expect(thread.problem).not.toBeNull();
    await clock.advance(30_000);
    thread.handle(lost);
    await clock.advance(29_999);
    expect(fatal).toEqual([]);
    await clock.advance(1);
    thread.handle(lost);
    await clock.advance(120_000);
    expect(fatal.map(({ exitCode }) => exitCode)).toEqual([9]);
    await thread.close();
  });

  test("goes on if it gets it back in time", async () => {
    const { clock, fatal, thread } = await watch();
    thread.handle(lost);
    await clock.advance(59_000);
    thread.handle({ event: "restored" });
    expect(thread.problem).toBeNull();
    await clock.advance(120_000);
    expect(fatal).toEqual([]);
    await thread.close();
  });
});

test("the reserve is made in the background, is whole, and is made again when it was given up", async () => {
  const opened = await openTestStore({ hasBallast: true });
  try {
    const ballast = Bun.file(join(opened.directory, "ballast"));
    expect(await ballast.exists()).toBe(false);
    // Each piece is written by the system in its own time: settle until the file has grown.
    const grow = async (): Promise<void> => {
      const before = Bun.file(ballast.name ?? "").size;
      await opened.clock.advance(60_000);
      while (Bun.file(ballast.name ?? "").size === before) await opened.clock.advance(50);
    };
    await grow();
    while (Bun.file(ballast.name ?? "").size < BALLAST_BYTES) await opened.clock.advance(50);
    rmSync(ballast.name ?? "");
    await grow();
    expect(Bun.file(ballast.name ?? "").size).toBeGreaterThan(0);
  } finally {
    await opened.remove();
  }
}, 30_000);
