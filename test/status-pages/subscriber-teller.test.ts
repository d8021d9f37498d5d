// The journal told to subscribers: in parts, each with its position; whatever ends the work, at any part, it goes
// on where it was.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { SYSTEM } from "../../src/core/actor";
import { silentLog } from "../../src/core/log";
import { journalStatement } from "../../src/journal/append";
import { createJournalFeed } from "../../src/journal/feed";
import { createCommit, type Commit } from "../../src/notify/plan";
import { createSubscriberBook } from "../../src/status-pages/subscribers/book";
import type { Outlets } from "../../src/status-pages/subscribers/outlets";
import { createSubscriberRepository, type Subscriber } from "../../src/status-pages/subscribers/repository";
import { createTeller, type Teller } from "../../src/status-pages/subscribers/teller";
import type { StatusPage } from "../../src/status-pages/repository";
import { eventually } from "../harness/eventually";
import { openTestStore, type TestStore } from "../harness/store";

const SUBSCRIBERS = 450;
const PAGE = { id: "page", tenantId: "t1" } as StatusPage;
const SERVICES = [{ id: "s1", name: "Shop", group: null, projectId: "p1" }];

let opened: TestStore;
const tellers: Teller[] = [];

beforeEach(async () => {
  opened = await openTestStore();
});
afterEach(async () => {
  for (const teller of tellers.splice(0)) await teller.stop();
  await opened.remove();
});

/** A message is a row whose key is who is told what: a second one would be refused. */
const tell: Outlets["tell"] = (_page, subscriber, news, plan) =>
  void plan.statements.push({
    sql: "INSERT INTO settings (key, value) VALUES (?, 'told')",
    params: [`told ${subscriber.id} ${news.subjectId}`],
  });

const subscriberOf = (index: number): Subscriber => ({
  id: `sub-${String(index).padStart(4, "0")}`,
  tenantId: "t1",
  pageId: PAGE.id,
  kind: "email",
  target: `reader${index}@example.test`,
  token: `token-${index}`,
  tokenHash: `hash-${index}`,
  serviceIds: null,
  language: "en",
  origin: "visitor",
  requestedAt: 0,
  askedAt: null,
  confirmedAt: 0,
  sinceSeq: 0,
  createdAt: 0,
  updatedAt: 0,
});

const begin = (occurrenceId: string) =>
  opened.store.engine.batch([
    journalStatement({
      tenantId: "t1",
      kind: "maintenance.started",
      subjectId: "w1",
      actor: SYSTEM,
      at: 1_000,
      data: {
        maintenance: {
          windowId: "w1",
          occurrenceId,
          tenantId: "t1",
          name: "Work",
          description: "",
          targets: { serviceIds: ["s1"], machineIds: [], monitorIds: [], groups: [], projectIds: [] },
          startsAt: 1_000,
          endsAt: 2_000,
        },
      },
    }),
  ]);

const told = async (): Promise<number> =>
  Number(
    (
      await opened.store.engine.query({ sql: "SELECT count(*) FROM settings WHERE key LIKE 'told %'" })
    )[0]?.[0],
  );

const start = async (subscribers: readonly Subscriber[], commit?: Commit): Promise<Teller> => {
  const { store, clock } = opened;
  const repository = createSubscriberRepository(store);
  const book = createSubscriberBook({
    all: () => Promise.resolve({ subscribers: [...subscribers], lost: 0 }),
  });
  await book.load();
  const teller = createTeller({
    engine: store.engine,
    journal: createJournalFeed(store),
    book,
    repository,
    outlets: { tell, isOpen: () => true } as unknown as Outlets,
    pageOf: (id) => (id === PAGE.id ? PAGE : undefined),
    servicesOf: () => SERVICES,
    commit: commit ?? createCommit(store.engine, () => undefined),
    clock,
    log: silentLog,
  });
  tellers.push(teller);
  await teller.start();
  return teller;
};

test("work that ends after any part goes on there: each is told once", async () => {
  const all = Array.from({ length: SUBSCRIBERS }, (_, index) => subscriberOf(index));
  await begin("o1");
  await begin("o2");
  for (const until of [200, 400, 450, 650, 850, 900]) {
    let left = 1;
    const commit = createCommit(opened.store.engine, () => undefined);
    // One part is durable; then the process is over, as far as this teller knows.
    const teller = await start(all, (plan) =>
      left-- > 0 ? commit(plan) : Promise.reject(new Error("the process has ended")),
    );
    await eventually(told, (count) => count === until);
    await teller.stop();
    tellers.length = 0;
  }
  await (await start(all)).idle();
  expect(await told()).toBe(2 * SUBSCRIBERS);
});

test("whoever came later is told what comes later; nobody reads while nobody is told", async () => {
  await begin("o1");
  const late = { ...subscriberOf(1), sinceSeq: 1 };
  const teller = await start([{ ...subscriberOf(0), sinceSeq: null, confirmedAt: null }, late]);
  await teller.idle();
  expect(await told()).toBe(0);
  await begin("o2");
  await eventually(told, (count) => count === 1);
  await teller.idle();
  expect(await told()).toBe(1);
});

test("what could not be written is tried again a second later", async () => {
  let failures = 2;
  const commit = createCommit(opened.store.engine, () => undefined);
  await start([subscriberOf(0)], (plan) =>
    failures-- > 0 ? Promise.reject(new Error("the disk is full")) : commit(plan),
  );
  await begin("o1");
  await eventually(
    async () => failures,
    (left) => left <= 1,
  );
  await opened.clock.advance(1_000);
  await eventually(
    async () => failures,
    (left) => left <= 0,
  );
  await opened.clock.advance(1_000);
  await eventually(told, (count) => count === 1);
});
