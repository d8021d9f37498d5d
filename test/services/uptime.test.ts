// Uptime against a reference that looks at every single second: over random histories, maintenance, changes of
// the clock, days before the creation and after the deletion; and what a promised target leaves.
import { describe, expect, test } from "bun:test";
import { SERVICE_STATUSES, type ServiceStatus } from "../../src/core/events";
import { addDays, dateText, localDateOf, monthBounds, startOfDay } from "../../src/lib/local-days";
import { budgetOf, measure, uptimeOf, type Seconds, type Span } from "../../src/services/uptime/measure";
import { lastDays, readRange } from "../../src/services/uptime/ranges";
import { OPERATOR, ServiceBench } from "../harness/service-bench";
import { seededRandom, wholeBetween } from "../harness/random";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const at = (text: string): number => Date.parse(text);

const noSeconds = (): Seconds => ({ operational: 0, degraded: 0, down: 0, maintenance: 0, no_data: 0 });

/** The state at the end of each second, one second after the other. */
const countSeconds = (spans: readonly Span[], from: number, to: number, now: number): Seconds => {
  const seconds = noSeconds();
  const end = Math.min(Math.floor(to / 1_000), Math.floor(now / 1_000));
  for (let second = Math.floor(from / 1_000); second < end; second++) {
    const moment = second * 1_000 + 999;
    const span = spans.findLast(
      ({ startedAt, endedAt }) => startedAt <= moment && (endedAt === null || endedAt > moment),
    );
    seconds[span?.state ?? "no_data"]++;
  }
  return seconds;
};

/** Without gaps from a random creation; some end with a deletion. */
const randomSpans = (random: () => number, from: number, span: number): Span[] => {
  const spans: Span[] = [];
  let begins = from + Math.floor(random() * span * 0.4);
  for (let count = wholeBetween(random, 1, 12); count > 0; count--) {
    const state = SERVICE_STATUSES[wholeBetween(random, 0, 3)] as ServiceStatus;
    // Often less than a second, sometimes nothing at all.
    const length = Math.floor(random() ** 4 * span * 0.4 * (random() < 0.1 ? 0 : 1));
    const isLast = count === 1;
    const endedAt = isLast && random() < 0.7 ? null : begins + length;
    spans.push({ state, startedAt: begins, endedAt });
    begins += length;
  }
  return spans;
};

describe("against every single second", () => {
  test("of ranges anywhere over a history", () => {
    const random = seededRandom(90_210);
    for (let round = 0; round < 60; round++) {
      const start = at("2026-03-28T00:00:00.417Z");
      const spans = randomSpans(random, start, 4 * HOUR);
      const from = start - HOUR + Math.floor(random() * 4 * HOUR);
      const to = from + Math.floor(random() * 4 * HOUR);
      const now = start + Math.floor(random() * 6 * HOUR);
      expect(measure(spans, { from, to, now })).toEqual(countSeconds(spans, from, to, now));
    }
  });

  test("of local days over changes of the clock: together they are the whole range", () => {
    const random = seededRandom(7);
    const zones: [zone: string, now: string][] = [
      ["Europe/Berlin", "2026-03-30T10:00:00Z"],
      ["Europe/Berlin", "2026-10-26T10:00:00Z"],
      ["America/New_York", "2026-11-02T10:00:00Z"],
      ["Australia/Lord_Howe", "2026-04-05T20:00:00Z"],
      ["America/Sao_Paulo", "2018-11-05T10:00:00Z"],
      ["Asia/Kathmandu", "2026-05-01T10:00:00Z"],
      ["Pacific/Apia", "2011-12-31T20:00:00Z"],
    ];
    for (const [zone, text] of zones) {
      const now = at(text);
      const days = lastDays(3, zone, now);
      const first = days[0]?.from ?? 0;
      const spans = randomSpans(random, first, 2 * DAY);
      const total = noSeconds();
      for (const { date, from, to } of days) {
        const seconds = measure(spans, { from, to, now });
        expect([zone, date, seconds]).toEqual([zone, date, countSeconds(spans, from, to, now)]);
        for (const state of Object.keys(total) as (keyof Seconds)[]) total[state] += seconds[state];
      }
      expect(total).toEqual(measure(spans, { from: first, to: days.at(-1)?.to ?? 0, now }));
    }
  });

  test("of a service that sources and people talk about: the spans are what the history says", async () => {
    const bench = await ServiceBench.open();
    try {
      const random = seededRandom(11);
      const { id } = await bench.create("Shop");
      for (let step = 0; step < 200; step++) {
        bench.clock.setWall(bench.clock.now() + Math.floor(random() ** 3 * 90_000));
        const status = SERVICE_STATUSES[wholeBetween(random, 0, 3)] as ServiceStatus;
        if (random() < 0.2) await bench.parts.desk.setStatus(OPERATOR, id, { status, message: "" });
        else {
          const name = `Probe ${wholeBetween(random, 1, 3)}`;
          await bench.report(id, { kind: "monitor", id: name, name }, status);
        }
      }
      const rows = await bench.engine.query({
        sql: "SELECT state, started_at, ended_at FROM service_spans WHERE service_id = ? ORDER BY id",
        params: [id],
      });
      const spans = rows.map(([state, startedAt, endedAt]) => ({
        state: state as ServiceStatus,
        startedAt: Number(startedAt),
        endedAt: endedAt === null ? null : Number(endedAt),
      }));
      const history = await bench.engine.query({
        sql: "SELECT status, at FROM service_history WHERE service_id = ? ORDER BY id",
        params: [id],
      });
      const told = history.map(([state, startedAt], index): Span => ({
        state: state as ServiceStatus,
        startedAt: Number(startedAt),
        endedAt: (history[index + 1]?.[1] as number | undefined) ?? null,
      }));
      const created = bench.service(id).createdAt;
      const full: Span[] = [
        { state: "operational", startedAt: created, endedAt: told[0]?.startedAt ?? null },
        ...told,
      ];
      const now = bench.clock.now() + 5_000;
      const range = { from: created - HOUR, to: now, now };
      expect(measure(spans, range)).toEqual(countSeconds(full, range.from, range.to, now));
    } finally {
      await bench.close();
    }
  });
});

describe("local days", () => {
  test("have 23, 24 or 25 hours, and one where a zone left a day out has none", () => {
    const hours = (zone: string, date: string): number => {
      const [year = 0, month = 0, day = 0] = date.split("-").map(Number);
      const local = { year, month, day };
      return (startOfDay(zone, addDays(local, 1)) - startOfDay(zone, local)) / HOUR;
    };
    expect(hours("Europe/Berlin", "2026-03-29")).toBe(23);
    expect(hours("Europe/Berlin", "2026-10-25")).toBe(25);
    expect(hours("Europe/Berlin", "2026-06-01")).toBe(24);
    expect(hours("Australia/Lord_Howe", "2026-04-05")).toBe(24.5);
    expect(hours("America/Sao_Paulo", "2018-11-04")).toBe(23);
    expect(hours("Pacific/Apia", "2011-12-30")).toBe(0);
    expect(hours("UTC", "2024-02-29")).toBe(24);
  });

  test("begin at the first moment of their date", () => {
    for (const zone of ["UTC", "Asia/Tokyo", "America/St_Johns", "Africa/Cairo", "America/Havana"])
      for (let day = 0; day < 366; day += 3) {
        const date = addDays({ year: 2026, month: 1, day: 1 }, day);
        const begins = startOfDay(zone, date);
        expect([zone, dateText(localDateOf(zone, begins))]).toEqual([zone, dateText(date)]);
        expect(dateText(localDateOf(zone, begins - 1))).not.toBe(dateText(date));
      }
  });

  test("of a month are all of it", () => {
    const { from, to } = monthBounds("Europe/Berlin", 2026, 3);
    expect((to - from) / HOUR).toBe(31 * 24 - 1);
    expect(monthBounds("UTC", 2025, 12)).toEqual({ from: at("2025-12-01"), to: at("2026-01-01") });
  });
});

describe("the percentage", () => {
  const seconds = (more: Partial<Seconds>): Seconds => ({ ...noSeconds(), ...more });

  test("leaves out maintenance and what is not known", () => {
    const all = { down: 1, degraded: 0 };
    expect(uptimeOf(seconds({ operational: 900, down: 100, maintenance: 500, no_data: 500 }), all)).toEqual({
      percent: 90,
      downtimeSeconds: 100,
      countedSeconds: 1_000,
    });
    expect(uptimeOf(seconds({ maintenance: 500, no_data: 500 }), all).percent).toBeNull();
  });

  test("weighs what is degraded", () => {
    const given = seconds({ operational: 500, degraded: 500 });
    expect(uptimeOf(given, { down: 1, degraded: 0 }).percent).toBe(100);
    expect(uptimeOf(given, { down: 1, degraded: 0.3 }).percent).toBe(85);
    expect(uptimeOf(given, { down: 1, degraded: 1 }).percent).toBe(50);
  });

  test("is 100 only without any downtime, and 0 only without any uptime", () => {
    const weights = { down: 1, degraded: 0 };
    expect(uptimeOf(seconds({ operational: 31_535_999, down: 1 }), weights).percent).toBeLessThan(100);
    expect(uptimeOf(seconds({ down: 10 }), weights).percent).toBe(0);
  });

  test("has a budget: that of the whole range, to the second", () => {
    const month = 30 * 86_400;
    const budget = (target: number, down: number, future = 0) =>
      budgetOf(
        uptimeOf(seconds({ operational: month - down - future, down }), { down: 1, degraded: 0 }),
        target,
        future,
      );
    expect(budget(99.9, 600)).toEqual({
      targetPercent: 99.9,
      allowedSeconds: 2_592,
      remainingSeconds: 1_992,
      isMet: true,
    });
    expect(budget(99.9, 600, month / 2)).toEqual(budget(99.9, 600));
    expect(budget(99.99, 300)).toMatchObject({ allowedSeconds: 259, remainingSeconds: -41, isMet: false });
    expect(budget(100, 0)).toMatchObject({ allowedSeconds: 0, isMet: true });
    expect(budget(100, 1).isMet).toBe(false);
    expect(budget(0, month).isMet).toBe(true);
  });
});

test("ranges are asked for in one way at a time", () => {
  const now = at("2026-05-01T12:00:00Z");
  expect(readRange({}, "UTC", now)).toEqual({ from: now - 30 * DAY, to: now });
  expect(readRange({ window: "24h" }, "UTC", now)).toEqual({ from: now - DAY, to: now });
  expect(readRange({ from: "2026-04-01" }, "UTC", now)).toEqual({ from: at("2026-04-01"), to: now });
  expect(readRange({ month: "2026-03" }, "Europe/Berlin", now)).toEqual({
    from: at("2026-02-28T23:00:00Z"),
    to: at("2026-03-31T22:00:00Z"),
  });
  for (const wrong of [
    { window: "1y" },
    { window: "7d", month: "2026-03" },
    { month: "2026-13" },
    { month: "March" },
    { to: "2026-04-01" },
    { from: "2026-04-01", to: "2026-04-01" },
    { from: "yesterday" },
  ])
    expect(() => readRange(wrong, "UTC", now)).toThrow();
});
