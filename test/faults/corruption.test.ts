// In: databases damaged in every way, chosen and random. Out: a start on a whole file, or a refusal
// that keeps the file; never a new empty instance, never a crash. ANDON_FAULTS=long: 300 random ones.
import { Database } from "bun:sqlite";
import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { cpSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { StartupError } from "../../src/core/errors";
import { silentLog } from "../../src/core/log";
import { openStore } from "../../src/store/store";
import { startChild } from "../harness/child";
import { FakeClock } from "../harness/clock";
import { seededRandom, wholeBetween } from "../harness/random";
import { removeDirectory, temporaryDirectory } from "../harness/store";

const RANDOM_MUTATIONS = Bun.env["ANDON_FAULTS"] === "long" ? 300 : 60;

let pristine: string;
/** Another instance that was killed, with a log that was never moved into its file. */
let killed: string;
let directory: string;

const fill = async (folder: string): Promise<void> => {
  const store = await openStore({
    directory: folder,
    clock: new FakeClock(),
    log: silentLog,
    hasBallast: false,
  });
  const sql =
    "INSERT INTO journal (tenant_id, kind, subject_id, actor, at, data) VALUES ('t', 'k', ?, '{}', 1, ?)";
  for (let index = 0; index < 20; index++)
    await store.engine.batch(
      Array.from({ length: 20 }, (_, row) => ({ sql, params: [`s${index}-${row}`, "x".repeat(row * 40)] })),
    );
  await store.close();
};

beforeAll(async () => {
  pristine = temporaryDirectory();
  killed = temporaryDirectory();
  directory = temporaryDirectory();
  await fill(pristine);
  const child = startChild(["serve", killed]);
  await child.line();
  for (let index = 0; index < 30; index++) {
    child.send(`key${index} 3000`);
    await child.line();
  }
  await child.kill();
});

beforeEach(() => copy(pristine));

afterAll(() => [pristine, killed, directory].forEach(removeDirectory));

const copy = (from: string): void => {
  rmSync(directory, { recursive: true, force: true });
  cpSync(from, directory, { recursive: true });
};

const file = (name = "andon.db"): string => join(directory, name);

const overwrite = (path: string, at: number, bytes: Uint8Array): void => {
  const content = readFileSync(path);
  content.set(bytes.subarray(0, Math.max(0, content.length - at)), at);
  writeFileSync(path, content);
};

/** `ok`, or the exit code of the refusal. What opens must be whole and take writes. */
const start = async (): Promise<"ok" | number> => {
  try {
    const store = await openStore({ directory, clock: new FakeClock(), log: silentLog, hasBallast: false });
    try {
      expect(store.isNew).toBe(false);
      expect(await store.engine.query({ sql: "PRAGMA quick_check" })).toEqual([["ok"]]);
      await store.engine.batch([{ sql: "INSERT INTO settings VALUES ('after', 'x')" }]);
      return "ok";
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    expect(error.message).toContain(directory);
    return error.exitCode;
  }
};

const otherDatabase = (): Uint8Array => {
  const database = new Database(":memory:");
  database.run("CREATE TABLE somebody_elses (id INTEGER PRIMARY KEY)");
  const bytes = database.serialize();
  database.close();
  return bytes;
};

const FIXED: { name: string; damage: () => void; verdict: "ok" | number }[] = [
  { name: "nothing is wrong", damage: () => undefined, verdict: "ok" },
  { name: "the header is overwritten", damage: () => overwrite(file(), 0, new Uint8Array(100)), verdict: 3 },
  {
    name: "a page is overwritten",
    damage: () => overwrite(file(), 5 * 4_096, new Uint8Array(4_096).fill(0xa5)),
    verdict: 3,
  },
  {
    name: "half the file is gone",
    damage: () => truncateSync(file(), readFileSync(file()).length / 2),
    verdict: 3,
  },
  { name: "the file is empty", damage: () => truncateSync(file(), 0), verdict: 3 },
  { name: "the file is missing", damage: () => rmSync(file()), verdict: 8 },
  { name: "it is a text", damage: () => writeFileSync(file(), "hello\n".repeat(3_000)), verdict: 3 },
  {
    name: "it is another program's database",
    damage: () => writeFileSync(file(), otherDatabase()),
    verdict: 3,
  },
  {
    name: "the log of another instance lies beside it",
    damage: () => cpSync(join(killed, "andon.db-wal"), file("andon.db-wal")),
    verdict: 3,
  },
  {
    name: "the lock file is not one",
    damage: () => writeFileSync(file("lock.db"), "hello\n".repeat(300)),
    verdict: 3,
  },
];

for (const { name, damage, verdict } of FIXED)
  test(`start when ${name}: ${verdict === "ok" ? "opens" : `exit ${verdict}`}`, async () => {
    damage();
    const before = await Bun.file(file())
      .bytes()
      .catch(() => null);
    expect(await start()).toBe(verdict);
    if (verdict === "ok") return;
    const after = await Bun.file(file())
      .bytes()
      .catch(() => null);
    expect(after === null ? null : Bun.hash(after)).toBe(before === null ? null : Bun.hash(before));
    // A second try says the same: the refusal has not made it worse.
    expect(await start()).toBe(verdict);
  });

test("a killed instance opens with everything that it acknowledged", async () => {
  copy(killed);
  expect(readFileSync(file("andon.db-wal")).length).toBeGreaterThan(0);
  expect(await start()).toBe("ok");
  const database = new Database(file(), { readonly: true });
  const [row] = database.prepare("SELECT count(*) FROM settings WHERE key LIKE 'key%'").values();
  database.close();
  expect(row).toEqual([30]);
});

const mutate = (path: string, random: () => number): string => {
  const size = readFileSync(path).length;
  const at = wholeBetween(random, 0, size - 1);
  const length = [1, 8, 512, 4_096][wholeBetween(random, 0, 3)] ?? 1;
  if (random() < 0.15) {
    truncateSync(path, at);
    return `cut at ${at} of ${size}`;
  }
  const bytes = Uint8Array.from({ length }, () => wholeBetween(random, 0, 255));
  // Every third one hits the first pages, where the file's structure is.
  const place = random() < 0.33 ? at % Math.min(size, 8_192) : at;
  overwrite(path, place, bytes);
  return `${length} bytes at ${place} of ${size}`;
};

test(`${RANDOM_MUTATIONS} random mutations: a whole file is served, any other is refused and kept`, async () => {
  const seed = Date.now() % 1_000_000;
  const random = seededRandom(seed);
  const verdicts: Record<string, number> = {};
  for (let index = 0; index < RANDOM_MUTATIONS; index++) {
    const isKilled = random() < 0.3;
    copy(isKilled ? killed : pristine);
    const isLog = isKilled && random() < 0.5;
    const what = mutate(file(isLog ? "andon.db-wal" : "andon.db"), random);
    const before = Bun.hash(readFileSync(file()));
    const words = `seed ${seed}, mutation ${index}: ${what}${isLog ? " of the log" : ""}`;
    const verdict = await start().catch((error: unknown) =>
      Promise.reject(new Error(`${words}: ${String(error)}`)),
    );
    // 5: the byte was in the list of migrations.
    expect(["ok", 3, 5], words).toContain(verdict);
    if (verdict !== "ok") expect(Bun.hash(readFileSync(file())), words).toBe(before);
    verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
  }
  expect(verdicts["3"]).toBeGreaterThan(0);
}, 120_000);
