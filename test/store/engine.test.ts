// In: the engine over real SQLite. Out: what `query` and `batch` promise, and what must not happen.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { isAppError, type AppError } from "../../src/core/errors";
import type { Statement } from "../../src/store/engine";
import { uniqueColumns } from "../../src/store/failures";
import { openTestStore, type TestStore } from "../harness/store";

let opened: TestStore;
beforeEach(async () => {
  opened = await openTestStore();
});
afterEach(() => opened.remove());

const set = (key: string, value = "x"): Statement => ({
  sql: "INSERT INTO settings (key, value) VALUES (?, ?)",
  params: [key, value],
});

const change = (key: string, value: string, expected?: number): Statement => ({
  sql: "UPDATE settings SET value = ? WHERE key = ?",
  params: [value, key],
  ...(expected === undefined ? {} : { expect: expected }),
});

const event = (subject: string): Statement => ({
  sql: "INSERT INTO journal (tenant_id, kind, subject_id, actor, at, data) VALUES ('t', 'k', ?, '{}', 1, '{}')",
  params: [subject],
});

const valueOf = async (key: string): Promise<unknown> =>
  (
    await opened.store.engine.query({ sql: "SELECT value FROM settings WHERE key = ?", params: [key] })
  )[0]?.[0];

const failureOf = async (promise: Promise<unknown>): Promise<AppError> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isAppError(error)) throw new Error(`expected an AppError, got ${String(error)}`);
  return error;
};

test("a batch is readable as soon as its promise resolves", async () => {
  const results = await opened.store.engine.batch([set("a", "1"), set("b", "2")]);
  expect(results.map(({ changes }) => changes)).toEqual([1, 1]);
  expect([await valueOf("a"), await valueOf("b")]).toEqual(["1", "2"]);
});

test("an empty batch does nothing and commits nothing", async () => {
  let commits = 0;
  opened.store.onCommit(() => commits++);
  expect(await opened.store.engine.batch([])).toEqual([]);
  expect(commits).toBe(0);
});

test("results tell changes, row IDs and the rows of RETURNING", async () => {
  const [first, second, third] = await opened.store.engine.batch([
    event("one"),
    { ...event("two"), sql: `${event("two").sql} RETURNING seq, subject_id` },
    { sql: "UPDATE journal SET at = 2 RETURNING seq" },
  ]);
  expect(first).toEqual({ changes: 1, lastInsertRowid: 1, rows: [] });
  expect(second).toEqual({ changes: 1, lastInsertRowid: 2, rows: [[2, "two"]] });
  expect(third).toMatchObject({ changes: 2, rows: [[1], [2]] });
});

test("a select inside a batch sees the batch's own changes", async () => {
  const [, read] = await opened.store.engine.batch([
    set("a", "1"),
    { sql: "SELECT key, value FROM settings WHERE key = ?", params: ["a"] },
  ]);
  expect(read).toEqual({ changes: 0, lastInsertRowid: 0, rows: [["a", "1"]] });
});

test("values keep their kind: text, real, integer, null, bytes, big integers", async () => {
  const { engine } = opened.store;
  const blob = new Uint8Array([0, 1, 255]);
  const sql = "SELECT ?1, ?2, ?3, ?4, ?5, ?6, typeof(?2), typeof(?3), typeof(?5)";
  const params = ["ü\u0000🔔", 1.5, 1_700_000_000_000, null, blob, 5n];
  const kinds = ["real", "integer", "blob"];
  expect(await engine.query({ sql, params })).toEqual([
    ["ü\u0000🔔", 1.5, 1_700_000_000_000, null, blob, 5, ...kinds],
  ]);
  const [result] = await engine.batch([{ sql, params }]);
  expect(result?.rows).toEqual([["ü\u0000🔔", 1.5, 1_700_000_000_000, null, blob, 5, ...kinds]]);
});

test("nothing of a batch stays when its last statement violates a unique index", async () => {
  await opened.store.engine.batch([set("taken")]);
  const error = await failureOf(opened.store.engine.batch([set("a"), change("taken", "y"), set("taken")]));
  expect(error.kind).toBe("conflict");
  expect(error.context.code).toBe("unique");
  expect(uniqueColumns(error)).toEqual(["settings.key"]);
  expect(error.message).not.toContain("settings");
  expect(await valueOf("a")).toBeUndefined();
  expect(await valueOf("taken")).toBe("x");
});

test("a missed expect rolls its batch back, also when the statement stands alone", async () => {
  await opened.store.engine.batch([set("a", "1"), set("b", "1")]);
  const missed = await failureOf(opened.store.engine.batch([change("a", "2"), change("none", "2", 1)]));
  expect(missed.kind).toBe("conflict");
  expect(missed.context.code).toBe("expect_missed");
  expect(await valueOf("a")).toBe("1");
  const tooMany = { sql: "UPDATE settings SET value = '9' WHERE key IN ('a', 'b')", expect: 1 };
  expect((await failureOf(opened.store.engine.batch([tooMany]))).kind).toBe("conflict");
  expect(await valueOf("b")).toBe("1");
  await opened.store.engine.batch([change("none", "2", 0), change("a", "3", 1)]);
  expect(await valueOf("a")).toBe("3");
});

test("an expect counts the statement's own rows, not those that a cascade takes along", async () => {
  await opened.store.engine.batch([
    { sql: "INSERT INTO organizations VALUES ('o', 1, 'O', 'o', 1)" },
    { sql: "INSERT INTO users VALUES ('u', 'o', 'a@b', 'A', 'admin', 'h', 1, 1, 1)" },
    { sql: "INSERT INTO sessions VALUES ('s1', 'u', 1, 1, '', ''), ('s2', 'u', 1, 1, '', '')" },
  ]);
  await opened.store.engine.batch([{ sql: "DELETE FROM users WHERE id = 'u'", expect: 1 }]);
  expect(await opened.store.engine.query({ sql: "SELECT * FROM sessions" })).toEqual([]);
});

test("a reference to a missing row is a conflict", async () => {
  const orphan = { sql: "INSERT INTO sessions VALUES ('s', 'nobody', 1, 1, '', '')" };
  const error = await failureOf(opened.store.engine.batch([set("a"), orphan]));
  expect(error.kind).toBe("conflict");
  expect(error.context.code).toBe("reference_missing");
  expect(await valueOf("a")).toBeUndefined();
});

test("a conflict leaves the other batches of its group alone", async () => {
  const { engine } = opened.store;
  const outcomes = await Promise.allSettled([
    engine.batch([set("a", "1")]),
    engine.batch([set("b", "1"), set("a", "2")]),
    engine.batch([set("c", "1"), change("a", "3", 1)]),
    engine.batch([{ sql: "INSERT INTO nowhere VALUES (1)" }]),
    engine.batch([set("d", "1")]),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual([
    "fulfilled",
    "rejected",
    "fulfilled",
    "rejected",
    "fulfilled",
  ]);
  expect([await valueOf("a"), await valueOf("b"), await valueOf("c"), await valueOf("d")]).toEqual([
    "3",
    undefined,
    "1",
    "1",
  ]);
});

test("a statement that is wrong in itself is an internal error that shows no SQL", async () => {
  const error = await failureOf(opened.store.engine.batch([{ sql: "INSRT INTO settings" }]));
  expect(error.kind).toBe("internal");
  expect(error.message).not.toContain("INSRT");
  expect((await failureOf(opened.store.engine.query({ sql: "SELECT nothing" }))).kind).toBe("internal");
  await opened.store.engine.batch([set("a")]);
});

test("a value that no message can carry fails its own group and the engine goes on", async () => {
  const broken = { sql: "SELECT ?", params: [(() => 1) as unknown as string] };
  expect((await failureOf(opened.store.engine.batch([broken]))).kind).toBe("internal");
  await opened.store.engine.batch([set("a")]);
  expect(await valueOf("a")).toBe("x");
});

test("batches are committed in the order of the calls", async () => {
  const order: number[] = [];
  await Promise.all(
    Array.from({ length: 300 }, async (_, index) => {
      await opened.store.engine.batch([event(String(index))]);
      order.push(index);
    }),
  );
  const rows = await opened.store.engine.query({ sql: "SELECT subject_id FROM journal ORDER BY seq" });
  const expected = Array.from({ length: 300 }, (_, index) => index);
  expect(rows.map(([subject]) => Number(subject))).toEqual(expected);
  expect(order).toEqual(expected);
});

test("callers of one turn share a commit", async () => {
  let commits = 0;
  const stop = opened.store.onCommit(() => commits++);
  await Promise.all(Array.from({ length: 500 }, (_, index) => opened.store.engine.batch([set(`k${index}`)])));
  expect(commits).toBeLessThanOrEqual(3);
  stop();
  await opened.store.engine.batch([set("later")]);
  expect(commits).toBeLessThanOrEqual(3);
});

test("a group in which every batch failed tells nobody of a commit", async () => {
  let commits = 0;
  opened.store.onCommit(() => commits++);
  await failureOf(opened.store.engine.batch([change("none", "x", 1)]));
  expect(commits).toBe(0);
});

test("concurrent increments lose nothing, and of contenders for one row exactly one wins", async () => {
  const { engine } = opened.store;
  await engine.batch([set("n", "0"), set("owner", "")]);
  const increment = "UPDATE settings SET value = CAST(value AS INTEGER) + 1 WHERE key = 'n'";
  await Promise.all(Array.from({ length: 200 }, () => engine.batch([{ sql: increment }])));
  expect(await valueOf("n")).toBe("200");
  const take = (name: string): Statement => ({
    sql: "UPDATE settings SET value = ? WHERE key = 'owner' AND value = ''",
    params: [name],
    expect: 1,
  });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20 }, (_, index) => engine.batch([take(`p${index}`)])),
  );
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
});

test("more texts than are kept prepared still run, and old ones run again", async () => {
  const { engine } = opened.store;
  for (let round = 0; round < 2; round++)
    await Promise.all(
      Array.from({ length: 2_500 }, (_, index) =>
        engine.batch([
          { sql: `INSERT INTO settings VALUES (?, 'v') /* ${index} */`, params: [`${round}-${index}`] },
        ]),
      ),
    );
  for (let index = 0; index < 1_200; index++) await engine.query({ sql: `SELECT ${index}` });
  const [row] = await engine.query({ sql: "SELECT count(*) FROM settings WHERE value = 'v'" });
  expect(row).toEqual([5_000]);
});

test("query refuses to write", async () => {
  const error = await failureOf(opened.store.engine.query(set("a")));
  expect(error.kind).toBe("internal");
  expect(await valueOf("a")).toBeUndefined();
});

test("more than ten thousand waiting batches are refused at once, those taken are kept", async () => {
  const outcomes = await Promise.allSettled(
    Array.from({ length: 10_050 }, (_, index) => opened.store.engine.batch([set(`q${index}`)])),
  );
  const refused = outcomes.filter(({ status }) => status === "rejected");
  expect(refused).toHaveLength(50);
  expect(isAppError((refused[0] as PromiseRejectedResult).reason, "unavailable")).toBe(true);
  const [row] = await opened.store.engine.query({ sql: "SELECT count(*) FROM settings WHERE key LIKE 'q%'" });
  expect(row).toEqual([10_000]);
});

test("closing finishes what was taken and refuses what comes", async () => {
  const { engine } = opened.store;
  const taken = engine.batch([set("last")]);
  const closed = opened.store.close();
  expect((await failureOf(engine.batch([set("late")]))).kind).toBe("unavailable");
  await taken;
  await closed;
  expect((await failureOf(engine.query({ sql: "SELECT 1" }))).kind).toBe("unavailable");
  await opened.store.close();
  await opened.reopen();
  expect(await valueOf("last")).toBe("x");
  expect(await valueOf("late")).toBeUndefined();
});

test("each open raises the epoch by one", async () => {
  const first = opened.store.epoch;
  expect(first).toBe(1);
  expect((await opened.reopen()).epoch).toBe(2);
  expect((await opened.reopen()).epoch).toBe(3);
});

test("the file is a write-ahead log with full sync and foreign keys", async () => {
  const results = await opened.store.engine.batch([
    { sql: "SELECT * FROM pragma_journal_mode" },
    { sql: "SELECT * FROM pragma_synchronous" },
    { sql: "SELECT * FROM pragma_foreign_keys" },
  ]);
  expect(results.map(({ rows }) => rows[0]?.[0])).toEqual(["wal", 2, 1]);
});
