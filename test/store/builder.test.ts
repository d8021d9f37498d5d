// In: drizzle's builder over the engine. Out: typed reads and writes, and statements for a batch.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { eq, sql } from "drizzle-orm";
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { isAppError } from "../../src/core/errors";
import { bytes, flag, json } from "../../src/store/columns";
import { statementOf } from "../../src/store/statement";
import { openTestStore, type TestStore } from "../harness/store";

const things = sqliteTable("things", {
  id: text("id").primaryKey(),
  count: integer("count"),
  isOn: flag("is_on").notNull(),
  labels: json<Record<string, string>>("labels").notNull(),
  body: bytes("body"),
});

const MIGRATIONS = [
  {
    name: "0001_things",
    sql: `CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL);
      CREATE TABLE things (id TEXT PRIMARY KEY, count INTEGER, is_on INTEGER NOT NULL, labels TEXT NOT NULL, body BLOB);
      CREATE TABLE parts (id TEXT PRIMARY KEY, thing TEXT REFERENCES things (id) DEFERRABLE INITIALLY DEFERRED);`,
  },
];

let opened: TestStore;
beforeEach(async () => {
  opened = await openTestStore({ migrations: MIGRATIONS });
});
afterEach(() => opened.remove());

const thing = { id: "a", count: 3, isOn: true, labels: { line: "1" }, body: new Uint8Array([1, 2]) };

test("what is inserted comes back with its types", async () => {
  const { db } = opened.store;
  await db.insert(things).values(thing);
  expect(await db.select().from(things)).toEqual([thing]);
  expect(await db.select().from(things).where(eq(things.id, "a")).get()).toEqual(thing);
  expect(await db.select().from(things).where(eq(things.id, "b")).get()).toBeUndefined();
  expect(await db.select({ id: things.id }).from(things).where(eq(things.isOn, true))).toEqual([{ id: "a" }]);
});

test("RETURNING, update, delete and a write behind a WITH go to the writer", async () => {
  const { db } = opened.store;
  expect(await db.insert(things).values(thing).returning()).toEqual([thing]);
  expect(await db.update(things).set({ count: null }).returning({ count: things.count })).toEqual([
    { count: null },
  ]);
  const chosen = db.$with("chosen").as(db.select({ id: things.id }).from(things));
  await db
    .with(chosen)
    .delete(things)
    .where(eq(things.id, sql`(select id from ${chosen})`));
  expect(await db.with(chosen).select().from(chosen)).toEqual([]);
});

test("a drizzle batch is atomic", async () => {
  const { db } = opened.store;
  const [, rows] = await db.batch([db.insert(things).values(thing), db.select().from(things)]);
  expect(rows).toEqual([thing]);
  const failed = db.batch([db.update(things).set({ count: 9 }), db.insert(things).values(thing)]);
  expect(
    await failed.then(
      () => null,
      (error: unknown) => isAppError(error, "conflict"),
    ),
  ).toBe(true);
  expect((await db.select().from(things).get())?.count).toBe(3);
});

test("statementOf gives a batch what the builder says, with an expectation", async () => {
  const { db, engine } = opened.store;
  await engine.batch([statementOf(db.insert(things).values(thing), 1)]);
  const change = statementOf(db.update(things).set({ count: 4 }).where(eq(things.id, "none")), 1);
  expect(
    await engine.batch([change]).then(
      () => null,
      (error: unknown) => isAppError(error, "conflict"),
    ),
  ).toBe(true);
  expect(() =>
    statementOf(db.insert(things).values({ ...thing, count: true as unknown as number })),
  ).toThrow();
});

test("a reference that is checked at the commit fails its own batch, not its neighbours", async () => {
  const { engine } = opened.store;
  const part = (id: string, of: string) => ({ sql: "INSERT INTO parts VALUES (?, ?)", params: [id, of] });
  await engine.batch([{ sql: "INSERT INTO things VALUES ('t', 1, 1, '{}', NULL)" }]);
  const outcomes = await Promise.allSettled([
    engine.batch([part("one", "t")]),
    engine.batch([part("two", "missing")]),
    engine.batch([part("three", "t")]),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(await engine.query({ sql: "SELECT id FROM parts ORDER BY id" })).toEqual([["one"], ["three"]]);
});
