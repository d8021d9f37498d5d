// In: databases of earlier versions. Out: migrations that happen whole or not at all, with a checked
// copy before, and refusals that leave every file as it was.
import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { StartupError } from "../../src/core/errors";
import { silentLog } from "../../src/core/log";
import { splitSql } from "../../src/store/split-sql";
import type { Migration } from "../../src/store/migrations";
import { openStore, type StoreOptions } from "../../src/store/store";
import { runChild } from "../harness/child";
import { FakeClock } from "../harness/clock";
import { removeDirectory, temporaryDirectory } from "../harness/store";

const FIRST: Migration = {
  name: "0001_first",
  sql: `CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    -- parents; and children that go with them
    CREATE TABLE parents (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
    CREATE TABLE children (id INTEGER PRIMARY KEY, parent INTEGER NOT NULL REFERENCES parents (id) ON DELETE CASCADE);
    INSERT INTO parents VALUES (1, 'a;b'), (2, 'it''s');
    INSERT INTO children VALUES (1, 1), (2, 1), (3, 2);`,
};

/** Rebuilds a table that others refer to: with foreign keys on, this would delete the children. */
const SECOND: Migration = {
  name: "0002_rebuild",
  sql: `CREATE TABLE parents_new (id INTEGER PRIMARY KEY, name TEXT NOT NULL, note TEXT NOT NULL DEFAULT '');
    INSERT INTO parents_new (id, name) SELECT id, name FROM parents;
    DROP TABLE parents;
    ALTER TABLE parents_new RENAME TO parents;
    CREATE TRIGGER no_rename BEFORE UPDATE OF id ON parents BEGIN SELECT RAISE(ABORT, 'no; never'); END;
    CREATE TABLE extra (id INTEGER PRIMARY KEY);`,
};

let directory: string;
beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => removeDirectory(directory));

const open = (migrations: Migration[], options: Partial<StoreOptions> = {}) =>
  openStore({ directory, clock: new FakeClock(), log: silentLog, hasBallast: false, migrations, ...options });

const openAndClose = async (migrations: Migration[], options: Partial<StoreOptions> = {}): Promise<void> =>
  (await open(migrations, options)).close();

const refusal = async (promise: Promise<unknown>): Promise<StartupError> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof StartupError) return error;
  throw new Error(`expected a StartupError, got ${String(error)}`);
};

/** The schema and every row of the two tables, as one text. */
const describeDatabase = (path = join(directory, "andon.db")): string => {
  const database = new Database(path, { readwrite: true, create: false });
  try {
    expect(database.prepare("PRAGMA integrity_check").values()).toEqual([["ok"]]);
    expect(database.prepare("PRAGMA foreign_key_check").values()).toEqual([]);
    return JSON.stringify([
      database.prepare("SELECT name, sql FROM sqlite_master ORDER BY name").values(),
      database.prepare("SELECT name FROM schema_migrations ORDER BY name").values(),
      database.prepare("SELECT id, name FROM parents ORDER BY id").values(),
      database.prepare("SELECT * FROM children ORDER BY id").values(),
    ]);
  } finally {
    database.close();
  }
};

const copies = (): string[] => {
  try {
    return readdirSync(join(directory, "backups"));
  } catch {
    return [];
  }
};

test("a new directory gets the whole schema, and no copy of nothing", async () => {
  await openAndClose([FIRST, SECOND]);
  expect(describeDatabase()).toContain("0002_rebuild");
  expect(copies()).toEqual([]);
});

test("rebuilding a parent table keeps its children, and a checked copy holds the old schema", async () => {
  await openAndClose([FIRST]);
  const before = describeDatabase();
  await openAndClose([FIRST, SECOND]);
  expect(describeDatabase()).toContain("[[1,1],[2,1],[3,2]]");
  expect(copies()).toEqual(["before-0002_rebuild-2026-01-01T00-00-00-000Z.db"]);
  expect(describeDatabase(join(directory, "backups", copies()[0] ?? ""))).toBe(before);
  await openAndClose([FIRST, SECOND]);
  expect(copies()).toHaveLength(1);
});

test("only the last three copies are kept, and what a killed copy left is removed", async () => {
  await openAndClose([FIRST]);
  mkdirSync(join(directory, "backups"));
  for (const name of ["before-x.db.unfinished", "before-1.db", "before-2.db", "before-3.db", "mine.db"])
    writeFileSync(join(directory, "backups", name), "");
  await openAndClose([FIRST, SECOND]);
  expect(copies()).toContain("mine.db");
  expect(copies().filter((name) => /^before-.*\.db$/.test(name))).toHaveLength(3);
  expect(copies()).not.toContain("before-x.db.unfinished");
});

test("a failing migration is undone whole and names itself", async () => {
  await openAndClose([FIRST]);
  const before = describeDatabase();
  const broken = { name: "0002_broken", sql: "CREATE TABLE half (id); INSERT INTO nowhere VALUES (1);" };
  const error = await refusal(open([FIRST, broken]));
  expect(error.message).toContain("0002_broken");
  expect(describeDatabase()).toBe(before);
});

test("a migration that leaves a row pointing to nothing is undone", async () => {
  await openAndClose([FIRST]);
  const before = describeDatabase();
  const orphaning = { name: "0002_orphans", sql: "DELETE FROM parents WHERE id = 1;" };
  expect((await refusal(open([FIRST, orphaning]))).message).toContain("children");
  expect(describeDatabase()).toBe(before);
});

test("a newer schema is refused with exit code 5, and nothing is touched", async () => {
  await openAndClose([FIRST, SECOND]);
  const before = readFileSync(join(directory, "andon.db"));
  const error = await refusal(open([FIRST]));
  expect(error.exitCode).toBe(5);
  expect(error.message).toContain("0002_rebuild");
  expect(copies()).toEqual([]);
  expect(readFileSync(join(directory, "andon.db")).equals(before)).toBe(true);
  await openAndClose([FIRST, SECOND]);
});

test("a migration whose text has changed since is refused; other line ends are the same text", async () => {
  await openAndClose([FIRST]);
  await openAndClose([{ ...FIRST, sql: FIRST.sql.replaceAll("\n", "\r\n") }]);
  const error = await refusal(open([{ ...FIRST, sql: `${FIRST.sql} ` }]));
  expect(error.exitCode).toBe(5);
  expect(error.message).toContain("0001_first");
});

test("without room for the copy the old schema stays, and the message says how much is needed", async () => {
  await openAndClose([FIRST]);
  const before = describeDatabase();
  const error = await refusal(open([FIRST, SECOND], { room: () => 1024 * 1024 }));
  expect(error.exitCode).toBe(6);
  expect(error.message).toMatch(/needs \d+ MiB free and has 1\./);
  expect(describeDatabase()).toBe(before);
  expect(copies()).toEqual([]);
});

test("kill -9 at every statement leaves the old or the new schema, nothing between", async () => {
  await openAndClose([FIRST]);
  const before = describeDatabase();
  const migrations = JSON.stringify([FIRST, SECOND]);
  const statements = splitSql(SECOND.sql).length;
  expect(statements).toBe(6);
  for (let index = 0; index <= statements; index++) {
    const { code } = await runChild(["migrate", directory, migrations, String(index)]);
    expect(code).not.toBe(0);
    expect(describeDatabase()).toBe(before);
  }
  expect((await runChild(["migrate", directory, migrations, "-1"])).code).toBe(0);
  expect(describeDatabase()).toContain("0002_rebuild");
}, 30_000);

test("kill -9 at every statement of the very first start is followed by an ordinary start", async () => {
  const migrations = JSON.stringify([FIRST]);
  for (let index = 0; index <= splitSql(FIRST.sql).length; index++) {
    removeDirectory(directory);
    expect((await runChild(["migrate", directory, migrations, String(index)])).code).not.toBe(0);
    await openAndClose([FIRST]);
    expect(describeDatabase()).toContain("[[1,1],[2,1],[3,2]]");
  }
}, 30_000);

test("statements are split outside strings, comments, quoted names and triggers", () => {
  expect(
    splitSql(`-- a; comment
      INSERT INTO a VALUES ('x;y', 'it''s; fine', "q;r"); /* block; */ ;
      create temp trigger t after insert on a begin update a set b = 1; delete from c; end;
      SELECT 1`),
  ).toEqual([
    `INSERT INTO a VALUES ('x;y', 'it''s; fine', "q;r")`,
    "create temp trigger t after insert on a begin update a set b = 1; delete from c; end",
    "SELECT 1",
  ]);
});
