// In: batches that ask for less than the loss of power. Out: proof that kill -9 takes none of them, that
// they keep their place in the order, and that they reach the disk by themselves soon afterwards.
import { afterEach, expect, test } from "bun:test";
import { statSync } from "node:fs";
import { join } from "node:path";
import type { GroupMessage } from "../../src/store/protocol";
import { openWriteConnection, Writer } from "../../src/store/writer";
import { startChild } from "../harness/child";
import { openTestStore, removeDirectory, temporaryDirectory } from "../harness/store";

let directory: string | undefined;
afterEach(() => {
  if (directory !== undefined) removeDirectory(directory);
  directory = undefined;
});

const insert = (key: string) => ({ sql: "INSERT INTO settings (key, value) VALUES (?, 'x')", params: [key] });

test("kill -9 takes nothing that was acknowledged", async () => {
  directory = temporaryDirectory();
  const child = startChild(["stream", directory]);
  let acknowledged = -1;
  while (acknowledged < 400) {
    const line = await child.line();
    if (line === null) throw new Error("the child ended early");
    acknowledged = Number(line.split(" ")[1]);
  }
  await child.kill();
  for (let line = await child.line(); line !== null; line = await child.line())
    acknowledged = Number(line.split(" ")[1] ?? acknowledged);

  const test = await openTestStore({ directory });
  const [row] = await test.store.engine.query({
    sql: "SELECT count(*) FROM settings WHERE key LIKE 's%' AND CAST(substr(key, 2) AS INTEGER) <= ?",
    params: [acknowledged],
  });
  expect(row?.[0]).toBe(acknowledged + 1);
  await test.store.close();
});

test("batches of both kinds take effect in the order of the calls, and fail alone", async () => {
  const { store, remove } = await openTestStore();
  const results = await Promise.allSettled([
    store.engine.batch([insert("one")], "process"),
    store.engine.batch([{ sql: "UPDATE settings SET value = 'two' WHERE key = 'one'", expect: 1 }]),
    store.engine.batch([insert("one")], "process"),
    store.engine.batch(
      [{ sql: "UPDATE settings SET value = 'three' WHERE value = 'two'", expect: 1 }],
      "process",
    ),
  ]);
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
  expect(await store.engine.query({ sql: "SELECT value FROM settings WHERE key = 'one'" })).toEqual([
    ["three"],
  ]);
  await remove();
});

test("what no sync has reached is known, and a probe or sync writes in truth", async () => {
  directory = temporaryDirectory();
  const test = await openTestStore({ directory });
  await test.store.close();
  const path = join(directory, "andon.db");
  const writer = new Writer(openWriteConnection(path), []);
  const logged = (): number => statSync(`${path}-wal`).size;
  const group = (isSynced: boolean, sql: string): GroupMessage => [
    1,
    isSynced ? 1 : 0,
    0,
    0,
    1,
    0,
    sql,
    -1,
    0,
  ];

  writer.run(group(true, "INSERT INTO settings (key, value) VALUES ('a', '1')"));
  expect(writer.hasUnsynced).toBe(false);
  writer.run(group(false, "UPDATE settings SET value = '2' WHERE key = 'a'"));
  expect(writer.hasUnsynced).toBe(true);
  // It asks for a sync and gets none, because nothing changes.
  writer.run(group(true, "UPDATE settings SET value = value WHERE key = 'nobody'"));
  expect(writer.hasUnsynced).toBe(true);
  for (const write of [() => writer.sync(), () => writer.probe(), () => writer.probe()]) {
    const before = logged();
    write();
    expect(logged()).toBeGreaterThan(before);
  }
  expect(writer.hasUnsynced).toBe(false);
  writer.close();
});
