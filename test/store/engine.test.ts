// In: the engine over real SQLite. Out: what `query` and `batch` promise, and what must not happen.
import { afterEach, expect, test } from "bun:test";
import { openTestStore, type TestStore } from "../harness/store";

let opened: TestStore;
afterEach(() => opened.remove());

const set = (key: string, value: string) => ({
  sql: "INSERT INTO settings (key, value) VALUES (?, ?)",
  params: [key, value],
});

test("a batch is readable as soon as its promise resolves", async () => {
  opened = await openTestStore();
  const [first, second] = await opened.store.engine.batch([set("a", "1"), set("b", "2")]);
  expect(first?.changes).toBe(1);
  expect(second?.changes).toBe(1);
  const rows = await opened.store.engine.query({
    sql: "SELECT key, value FROM settings WHERE key IN ('a', 'b') ORDER BY key",
  });
  expect(rows).toEqual([
    ["a", "1"],
    ["b", "2"],
  ]);
});
