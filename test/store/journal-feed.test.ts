// In: commits with and without journal rows. Out: a feed that gives rows in order, tells of new ones
// only when there are some, and never shows one organization another's.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { SYSTEM } from "../../src/core/actor";
import { journalStatement } from "../../src/journal/append";
import { createJournalFeed, type JournalFeed } from "../../src/journal/feed";
import { readPosition, savePositionStatement } from "../../src/journal/repository";
import { openTestStore, type TestStore } from "../harness/store";

let opened: TestStore;
let feed: JournalFeed;
beforeEach(async () => {
  opened = await openTestStore();
  feed = createJournalFeed(opened.store);
});
afterEach(() => opened.remove());

const event = (subjectId: string, tenantId = "one") =>
  journalStatement({
    tenantId,
    kind: "alert.noted",
    data: { alertId: subjectId, text: `about ${subjectId}` },
    subjectId,
    actor: SYSTEM,
    at: 1_000,
  });

const commit = (...events: ReturnType<typeof event>[]) => opened.store.engine.batch(events);

test("an empty journal has nothing and the number 0", async () => {
  expect(await feed.latest()).toBe(0);
  expect(await feed.read({ after: 0, limit: 10 })).toEqual([]);
  expect(await feed.timelineOf("one", "a")).toEqual([]);
});

test("rows come in the order of commits, after a number and up to a limit, with their data parsed", async () => {
  await commit(event("a"), event("b"), event("c"));
  expect(await feed.latest()).toBe(3);
  const [first, ...rest] = await feed.read({ after: 1, limit: 1 });
  expect(rest).toEqual([]);
  expect(first).toEqual({
    seq: 2,
    tenantId: "one",
    kind: "alert.noted",
    subjectId: "b",
    actor: SYSTEM,
    at: 1_000,
    data: { alertId: "b", text: "about b" },
  });
});

test("an organization's rows hold nothing of another's, nor does a timeline", async () => {
  await commit(event("a", "one"), event("a", "two"), event("b", "two"));
  const rows = await feed.read({ tenantId: "two", after: 0, limit: 10 });
  expect(rows.map(({ seq }) => seq)).toEqual([2, 3]);
  expect((await feed.timelineOf("one", "a")).map(({ seq }) => seq)).toEqual([1]);
  expect(await feed.timelineOf("one", "b")).toEqual([]);
});

test("a follower is told once for the rows of many batches, and can read them then", async () => {
  const seen: number[] = [];
  feed.subscribe(() => void feed.latest().then((latest) => seen.push(latest)));
  await Promise.all(["a", "b", "c"].map((subject) => commit(event(subject))));
  await opened.clock.settle();
  expect(seen).toEqual([3]);
});

test("nobody is told of commits without journal rows, of failed batches, or after leaving", async () => {
  await commit(event("before"));
  let calls = 0;
  const leave = createJournalFeed(opened.store).subscribe(() => calls++);
  await opened.store.engine.batch([{ sql: "INSERT INTO settings VALUES ('a', 'b')" }]);
  const failing = opened.store.engine.batch([
    event("x"),
    { sql: "DELETE FROM settings WHERE key = '-'", expect: 1 },
  ]);
  await failing.catch(() => undefined);
  await opened.clock.settle();
  expect(calls).toBe(0);
  await commit(event("a"));
  await opened.clock.settle();
  expect(calls).toBe(1);
  leave();
  await commit(event("b"));
  await opened.clock.settle();
  expect(calls).toBe(1);
});

test("a reader's position is saved with its work, or not at all", async () => {
  const { engine } = opened.store;
  expect(await readPosition(engine, "stream")).toBe(0);
  await engine.batch([savePositionStatement("stream", 7)]);
  await engine.batch([savePositionStatement("stream", 9)]);
  expect(await readPosition(engine, "stream")).toBe(9);
  const failing = engine.batch([
    savePositionStatement("stream", 11),
    { sql: "DELETE FROM settings", expect: 99 },
  ]);
  await failing.catch(() => undefined);
  expect(await readPosition(engine, "stream")).toBe(9);
});

test("numbers are never given twice, also after the newest rows are gone", async () => {
  await commit(event("a"), event("b"));
  await opened.store.engine.batch([{ sql: "DELETE FROM journal" }]);
  await opened.reopen();
  await opened.store.engine.batch([event("c")]);
  expect(await createJournalFeed(opened.store).latest()).toBe(3);
});
