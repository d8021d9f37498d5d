// In: data directories in every state. Out: a start, or a refusal whose exit code and words tell what
// to do; and never an empty instance in the place of one that is gone.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { StartupError } from "../../src/core/errors";
import { silentLog } from "../../src/core/log";
import { openStore, type Store } from "../../src/store/store";
import { runChild, startChild, STORE_CHILD } from "../harness/child";
import { FakeClock } from "../harness/clock";
import { removeDirectory, temporaryDirectory } from "../harness/store";

let directory: string;
beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => removeDirectory(directory));

const open = (): Promise<Store> =>
  openStore({ directory, clock: new FakeClock(), log: silentLog, hasBallast: false });

const file = (name: string): string => join(directory, name);

const refusal = async (promise: Promise<unknown>): Promise<StartupError> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof StartupError) return error;
  throw new Error(`expected a StartupError, got ${String(error)}`);
};

const makeInstance = async (): Promise<void> => {
  const store = await open();
  await store.engine.batch([{ sql: "INSERT INTO settings VALUES ('kept', 'yes')" }]);
  await store.close();
};

test("the directory is made, and other files in it are left alone", async () => {
  directory = join(directory, "deep/er");
  mkdirSync(directory, { recursive: true });
  writeFileSync(file("lost+found.txt"), "mine");
  const store = await open();
  expect(store.isNew).toBe(true);
  await store.close();
  expect(readFileSync(file("lost+found.txt"), "utf8")).toBe("mine");
  expect((await open().then(async (again) => [again.isNew, await again.close()]))[0]).toBe(false);
});

test("after an orderly close the database is one file, without a log beside it", async () => {
  await makeInstance();
  expect(existsSync(file("andon.db"))).toBe(true);
  expect(existsSync(file("andon.db-wal"))).toBe(false);
  expect(existsSync(file("lock.json"))).toBe(false);
});

test("a missing database beside its marker is refused with 8, and nothing is created", async () => {
  await makeInstance();
  rmSync(file("andon.db"));
  const error = await refusal(open());
  expect(error.exitCode).toBe(8);
  expect(error.message).toContain(file("andon.db"));
  expect(error.message).toContain("backup");
  expect(existsSync(file("andon.db"))).toBe(false);
  await refusal(open());
  rmSync(file("instance.json"));
  expect((await open().then(async (store) => [store.isNew, await store.close()]))[0]).toBe(true);
});

test("an empty database beside its marker is refused with 3 and stays empty", async () => {
  await makeInstance();
  truncateSync(file("andon.db"), 0);
  const error = await refusal(open());
  expect(error.exitCode).toBe(3);
  expect(error.message).toContain("empty");
  expect(readFileSync(file("andon.db"))).toHaveLength(0);
});

test("a marker that can't be read still guards; a present database mends it", async () => {
  await makeInstance();
  writeFileSync(file("instance.json"), "{");
  const database = readFileSync(file("andon.db"));
  rmSync(file("andon.db"));
  expect((await refusal(open())).exitCode).toBe(8);
  writeFileSync(file("andon.db"), database);
  await (await open()).close();
  expect(JSON.parse(readFileSync(file("instance.json"), "utf8"))).toHaveProperty("id");
});

test("a database without a marker, as from a backup, is taken over", async () => {
  await makeInstance();
  rmSync(file("instance.json"));
  const store = await open();
  expect(store.isNew).toBe(false);
  expect(await store.engine.query({ sql: "SELECT value FROM settings WHERE key = 'kept'" })).toEqual([
    ["yes"],
  ]);
  await store.close();
  expect(existsSync(file("instance.json"))).toBe(true);
});

test("the database of another instance is refused with 3", async () => {
  await makeInstance();
  const marker = readFileSync(file("instance.json"));
  const other = temporaryDirectory();
  try {
    const store = await openStore({
      directory: other,
      clock: new FakeClock(),
      log: silentLog,
      hasBallast: false,
    });
    await store.close();
    writeFileSync(join(other, "instance.json"), marker);
    const again = openStore({ directory: other, clock: new FakeClock(), log: silentLog, hasBallast: false });
    expect((await refusal(again)).exitCode).toBe(3);
  } finally {
    removeDirectory(other);
  }
});

test("a second instance in the same process and in another one is refused with 4, naming the holder", async () => {
  const store = await open();
  const inside = await refusal(open());
  expect(inside.exitCode).toBe(4);
  expect(inside.message).toContain(`process ${process.pid}`);
  const started = performance.now();
  const outside = await runChild(["open", directory]);
  expect(performance.now() - started).toBeLessThan(2_000);
  expect(outside.code).toBe(4);
  expect(outside.errors).toContain(`process ${process.pid}`);
  expect(outside.errors).toContain("2026-01-01");
  await store.engine.batch([{ sql: "INSERT INTO settings VALUES ('still', 'works')" }]);
  await store.close();
});

test("the lock outlives garbage collection and goes with a killed holder", async () => {
  const first = startChild(["hold", directory]);
  expect(await first.line()).toBe("open 1");
  Bun.gc(true);
  const second = await runChild(["open", directory]);
  expect(second.code).toBe(4);
  expect(second.errors).toContain(`process ${first.pid}`);
  await first.kill();
  const started = performance.now();
  const third = await runChild(["open", directory]);
  expect(third).toMatchObject({ code: 0, output: "open 2 ok" });
  expect(performance.now() - started).toBeLessThan(1_000);
});

test("the writer thread starts from any working directory", async () => {
  const elsewhere = temporaryDirectory();
  try {
    expect(STORE_CHILD.startsWith(elsewhere)).toBe(false);
    expect(await runChild(["open", directory], { cwd: elsewhere })).toMatchObject({
      code: 0,
      output: "open 1 ok",
    });
  } finally {
    removeDirectory(elsewhere);
  }
});

test("a file in the place of the directory is refused with 6", async () => {
  writeFileSync(file("data"), "");
  directory = file("data");
  const error = await refusal(open());
  directory = join(directory, "..");
  expect(error.exitCode).toBe(6);
  expect(error.message).toContain("ANDON_DATA_DIR");
});

/** Root may write everywhere: then the child runs as nobody. */
const asNobody =
  process.getuid?.() === 0 ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : [];
const canDrop = asNobody.length === 0 || Bun.which("setpriv") !== null;
if (!canDrop)
  console.log("skipped: unwritable directories, because root needs setpriv to become somebody else");

test.skipIf(!canDrop)("a directory that can't be written is refused with 6, new or used", async () => {
  chmodSync(directory, 0o555);
  const fresh = await runChild(["open", directory], { before: asNobody });
  expect(fresh.code).toBe(6);
  expect(fresh.errors).toContain(directory);
  expect(existsSync(file("andon.db"))).toBe(false);
  chmodSync(directory, 0o755);
  await makeInstance();
  chmodSync(directory, 0o555);
  const used = await runChild(["open", directory], { before: asNobody });
  expect(used.code).toBe(6);
  chmodSync(directory, 0o755);
  await (await open()).close();
});
