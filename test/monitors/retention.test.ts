// What is kept of results: rings that never grow, and summaries for as long as is said.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { startApp, type TestApp } from "../harness/app";
import { FakeClock } from "../harness/clock";
import { eventually } from "../harness/eventually";
import { pruneSummaries } from "../../src/monitors/retention";
import { KEPT_RESULTS } from "../../src/monitors/schema";
import type { MonitorBook } from "../../src/monitors/book";

let clock: FakeClock;
let app: TestApp;

beforeEach(async () => {
  clock = new FakeClock();
  app = await startApp({ clock, config: { outboundMode: "open" } });
});
afterEach(() => app.stop());

const rows = async (sql: string): Promise<number> => Number((await app.store.engine.query({ sql }))[0]?.[0]);

test("a job that reports without end keeps its last results and outputs, in order", async () => {
  const job = { name: "Job", type: "heartbeat", period_seconds: 600 };
  const { body } = await app.api("POST", "/monitors", job);
  const reports = KEPT_RESULTS + 30;
  for (let sent = 0; sent < reports; sent += 10)
    await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        fetch(body.ping_url, { method: "POST", body: `output ${sent + index}` }),
      ),
    );
  expect(await rows("SELECT COUNT(*) FROM monitor_results")).toBe(KEPT_RESULTS);
  expect(await rows("SELECT COUNT(*) FROM monitor_bodies")).toBe(20);
  const { data } = (await app.api("GET", `/monitors/${body.id}/results?limit=500`)).body;
  const numbers = (data as { number: number }[]).map(({ number }) => number);
  expect(numbers).toEqual(Array.from({ length: 500 }, (_, index) => reports - index));
  expect((data as { has_output: boolean }[]).filter(({ has_output: has }) => has)).toHaveLength(20);
  await app.api("DELETE", `/monitors/${body.id}`);
  for (const table of ["monitors", "monitor_states", "monitor_results", "monitor_bodies"])
    expect([table, await rows(`SELECT COUNT(*) FROM ${table}`)]).toEqual([table, 0]);
});

test("minutes are kept for two days, hours for as long as is said", async () => {
  const site = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("ok") });
  const target = { name: "Site", type: "tcp", host: "127.0.0.1", port: site.port, interval_seconds: 86_400 };
  const { body } = await app.api("POST", "/monitors", target);
  const countUp = async (): Promise<number> => rows("SELECT COUNT(*) FROM monitor_results");
  await eventually(
    async () => {
      await clock.advance(1_000);
      return countUp();
    },
    (count) => count === 1,
  );
  const book = { all: () => [{ record: { number: body.number, type: "tcp" } }] } as unknown as MonitorBook;
  const prune = () => pruneSummaries({ engine: app.store.engine, book, clock }, { hourDays: 30 });
  const spans = async (): Promise<unknown> =>
    app.store.engine.query({ sql: "SELECT span_seconds FROM monitor_summaries ORDER BY 1" });
  await prune();
  expect(await spans()).toEqual([[60], [3600]]);
  clock.setWall(clock.now() + 3 * 86_400_000);
  await prune();
  expect(await spans()).toEqual([[3600]]);
  clock.setWall(clock.now() + 30 * 86_400_000);
  await prune();
  expect(await spans()).toEqual([]);
  await site.stop(true);
});
