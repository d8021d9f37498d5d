// In: a few thousand deliveries, common and rare. Out: proof that every filter finds what a plain loop
// finds, in order and over pages, both ways; that no search reads the whole table; that it ends early.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { DeliveryFilter } from "../../../src/delivery/filter";
import { readDeliveries } from "../../../src/delivery/history";
import { countPlaces, findPlaces, type Direction, type Place } from "../../../src/delivery/search";
import { TEXTS } from "../../../src/delivery/sources";
import { FIRST_AT, makeOutbox, type MadeOutbox, type MadeRow } from "../../harness/outbox-rows";
import { seededRandom } from "../../harness/random";
import { openTestStore, type TestStore } from "../../harness/store";

const TENANT = "0190c000-0000-7000-8000-000000000001";
const LIMIT_MS = 60_000;

let store: TestStore;
let made: MadeOutbox;

beforeAll(async () => {
  store = await openTestStore();
  const { engine } = store.store;
  await engine.batch([
    {
      sql: "INSERT INTO organizations (id, number, name, slug, created_at) VALUES (?, 1, 'A', 'a', 0)",
      params: [TENANT],
    },
  ]);
  made = await makeOutbox(engine, { count: 6_000, tenantId: TENANT, machines: 40, bodyBytes: 100 });
}, LIMIT_MS);
afterAll(() => store.remove());

const scope = () => ({ tenantId: TENANT, channelIds: made.channelIds });

const fits = (row: MadeRow, filter: DeliveryFilter): boolean =>
  (filter.channelIds?.includes(row.channelId) ?? true) &&
  (filter.events?.includes(row.event) ?? true) &&
  (filter.statuses?.some((status) => status === row.status) ?? true) &&
  (filter.outcomes?.some((outcome) => outcome === row.outcome) ?? true) &&
  (filter.machineId === undefined || filter.machineId === row.machineId) &&
  (filter.subjectId === undefined || filter.subjectId === row.subjectId) &&
  (filter.from === undefined || row.createdAt >= filter.from) &&
  (filter.to === undefined || row.createdAt < filter.to) &&
  (filter.upToSeq === undefined || row.seq <= filter.upToSeq);

/** In the order of time, and of decisions where that is the same. */
const expected = (filter: DeliveryFilter, direction: Direction): number[] => {
  const rows = made.rows
    .filter((row) => fits(row, filter))
    .toSorted((left, right) => left.createdAt - right.createdAt || left.seq - right.seq);
  return (direction === "oldest" ? rows : rows.toReversed()).map(({ seq }) => seq);
};

const walkAll = async (
  filter: DeliveryFilter,
  direction: Direction,
  limit: number,
  mostExamined?: number,
): Promise<{ seqs: number[]; pages: number }> => {
  const seqs: number[] = [];
  let after: Place | null = null;
  let pages = 0;
  do {
    const found = await findPlaces(store.store.engine, scope(), filter, {
      direction,
      after,
      limit,
      ...(mostExamined === undefined ? {} : { mostExamined }),
    });
    expect(found.places.length).toBeLessThanOrEqual(limit);
    seqs.push(...found.places.map(({ seq }) => seq));
    after = found.next;
    pages++;
  } while (after !== null);
  return { seqs, pages };
};

/** Any of its dimensions may be left out. */
const someFilter = (random: () => number): DeliveryFilter => {
  const one = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const maybe = <T>(make: () => T): T | undefined => (random() < 0.4 ? make() : undefined);
  const last = made.rows.at(-1)?.createdAt ?? FIRST_AT;
  return {
    channelIds: maybe(() => one([[made.channelIds[0]!], [made.channelIds[1]!], made.channelIds.slice(2, 5)])),
    events: maybe(() => one([["alert.triggered"], ["alert.escalated"], ["alert.resolved", "channel.test"]])),
    statuses: maybe(() =>
      one([
        ["delivered"],
        ["failed"],
        ["cancelled"],
        ["pending"],
        ["held", "failed"],
        ["delivered", "pending"],
      ] as const),
    ),
    outcomes: maybe(() => one([["delivered"], ["dns"], ["timeout", "delivered"], ["refused"]] as const)),
    machineId: maybe(() => one(made.machineIds.slice(0, 4))),
    subjectId: random() < 0.05 ? one(made.rows).subjectId : undefined,
    from: maybe(() => Math.floor(FIRST_AT + random() * (last - FIRST_AT))),
    to: maybe(() => Math.floor(FIRST_AT + random() * (last - FIRST_AT))),
    upToSeq: maybe(() => Math.floor(random() * made.rows.length)),
  };
};

describe("a search", () => {
  for (const direction of ["newest", "oldest"] as const)
    test(
      `finds what a plain loop finds, ${direction} first, over pages of any size`,
      async () => {
        const random = seededRandom(direction === "newest" ? 11 : 12);
        for (let round = 0; round < 120; round++) {
          const filter = someFilter(random);
          const limit = [40, 150, 500][round % 3] ?? 50;
          const { seqs } = await walkAll(filter, direction, limit);
          expect([filter, seqs]).toEqual([filter, expected(filter, direction)]);
        }
      },
      LIMIT_MS,
    );

  test(
    "that is out of time gives what it is sure of and where to go on; nothing is lost or given twice",
    async () => {
      const random = seededRandom(13);
      let shortPages = 0;
      for (let round = 0; round < 60; round++) {
        const filter = { ...someFilter(random), statuses: ["delivered"] as const };
        const { seqs, pages } = await walkAll(filter, "newest", 50, 20);
        expect([filter, seqs]).toEqual([filter, expected(filter, "newest")]);
        shortPages += pages - Math.ceil((seqs.length + 1) / 50);
      }
      expect(shortPages).toBeGreaterThan(10);
    },
    LIMIT_MS,
  );

  test("counts what it would find", async () => {
    const random = seededRandom(14);
    for (let round = 0; round < 150; round++) {
      const filter = someFilter(random);
      const count = await countPlaces(store.store.engine, scope(), filter);
      expect([filter, count]).toEqual([filter, expected(filter, "newest").length]);
    }
  });

  test("knows only the channels of its organization, whatever it is asked for", async () => {
    const { engine } = store.store;
    const walk = { direction: "newest", after: null, limit: 50 } as const;
    const foreign = { tenantId: "another", channelIds: ["0190c000-0000-7000-8000-00000000ffff"] };
    const [row] = made.rows;
    for (const filter of [
      {},
      { channelIds: made.channelIds },
      { subjectId: row!.subjectId },
      { machineId: row!.machineId! },
      { statuses: ["failed", "pending"] as const },
    ])
      expect([filter, await findPlaces(engine, foreign, filter, walk)]).toEqual([
        filter,
        { places: [], next: null },
      ]);
    // Its own channels, but a subject and a machine of somebody else.
    const stranger = { ...foreign, channelIds: made.channelIds };
    expect((await findPlaces(engine, stranger, { subjectId: row!.subjectId }, walk)).places).toEqual([]);
    expect((await findPlaces(engine, stranger, { machineId: row!.machineId! }, walk)).places).toEqual([]);
  });

  test("reads only along an index, and sorts only what is few", async () => {
    for (const [name, texts] of Object.entries(TEXTS))
      for (const [direction, sql] of Object.entries(texts)) {
        const params = new Array<null>(13)
          .fill(null)
          .slice(0, sql.includes("?13") ? 13 : sql.includes("?12") ? 12 : 11);
        const plan = (await store.store.engine.query({ sql: `EXPLAIN QUERY PLAN ${sql}`, params })).map(
          (step) => String(step[3]),
        );
        const isSorted = ["waiting", "subject", "machine"].includes(name);
        expect([name, direction, plan.filter((step) => /^SCAN (?!json_each)/.test(step))]).toEqual([
          name,
          direction,
          [],
        ]);
        expect([name, direction, plan.some((step) => step.includes("TEMP B-TREE"))]).toEqual([
          name,
          direction,
          isSorted,
        ]);
        if (name === "channel" || name === "trouble")
          expect([name, direction, plan[0]]).toEqual([
            name,
            direction,
            expect.stringContaining("COVERING INDEX"),
          ]);
      }
  });

  test("gives rows in the order of their places; what is gone is left out", async () => {
    const [first, second] = made.rows as [MadeRow, MadeRow];
    const places = [second, { seq: 999_999, createdAt: 0 }, first].map(({ seq, createdAt }) => ({
      seq,
      at: createdAt,
    }));
    const rows = await readDeliveries(store.store.engine, places);
    expect(rows.map(({ id }) => id)).toEqual([second.id, first.id]);
  });
});
