// Uptime from the database, against a model of its own that looks at every second (`harness/second-by-second.ts`):
// random words of people and monitors, windows that overlap, recur, end early and were due while the program was not
// there, creations and deletions within the range, and clocks that change both ways in many zones.
import { afterEach, describe, expect, test } from "bun:test";
import { silentLog } from "../../src/core/log";
import { createKeyedLock } from "../../src/lib/keyed-lock";
import { createMaintenanceBook } from "../../src/services/maintenance/book";
import { createMaintenanceDesk, type WindowSettings } from "../../src/services/maintenance/desk";
import { createMaintenanceRepository } from "../../src/services/maintenance/repository";
import { createMaintenanceRunner } from "../../src/services/maintenance/runner";
import { createMaintenanceSteps } from "../../src/services/maintenance/steps";
import { lastDays, readMonth, WINDOWS } from "../../src/services/uptime/ranges";
import { createUptimeReader } from "../../src/services/uptime/read-uptime";
import { createUptimeRepository } from "../../src/services/uptime/repository";
import { seededRandom, wholeBetween } from "../harness/random";
import {
  countAll,
  countByDate,
  nothingCounted,
  standPerSecond,
  wallClock,
  type Counted,
  type Fact,
  type Life,
  type State,
  type Work,
} from "../harness/second-by-second";
import { OPERATOR, ServiceBench, TENANTS } from "../harness/service-bench";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const STATES: readonly State[] = ["operational", "degraded", "down", "maintenance"];
const NO_TARGETS = { serviceIds: [], machineIds: [], monitorIds: [], groups: [], projectIds: [] };

let bench: ServiceBench;
afterEach(() => bench.close());

const wireMaintenance = () => {
  const { services, status, lock, commit } = bench.parts;
  const { clock } = bench;
  const repository = createMaintenanceRepository(bench.store);
  const book = createMaintenanceBook(repository);
  const steps = createMaintenanceSteps({ book, services, status });
  const windowLock = createKeyedLock();
  const shared = { book, repository, steps, windowLock, lock, commit, clock };
  const runner = createMaintenanceRunner({ ...shared, log: silentLog });
  const desk = createMaintenanceDesk({
    ...shared,
    runner,
    services,
    tenants: TENANTS,
    machineExists: () => false,
    monitorExists: () => false,
    unmute: (_, work) => work(() => undefined),
  });
  return { runner, desk };
};

/** The moments of a range at which the wall clock of a zone shows this time of day. */
const dailyMoments = (zone: string, from: number, to: number, time: string): number[] => {
  const moments: number[] = [];
  for (let at = Math.ceil(from / MINUTE) * MINUTE; at < to; at += MINUTE)
    if (wallClock(zone, at).endsWith(time)) moments.push(at);
  return moments;
};

interface Scene {
  zone: string;
  /** Near a change of the clock. */
  around: number;
  seed: number;
}

/** Drives the product and writes down what was done, in the words of the model. */
const live = async ({ zone, around, seed }: Scene): Promise<{ life: Life; id: string; now: number }> => {
  const random = seededRandom(seed);
  const { desk, runner } = wireMaintenance();
  const { clock } = bench;
  const created = around - Math.floor((1 + 2 * random()) * DAY);
  const end = around + 2 * DAY;
  clock.setWall(created);
  const { id, tenantId } = await bench.create("Shop");
  await bench.parts.desk.update(OPERATOR, id, { group: "Web" });
  const facts: Fact[] = [];
  const work: Work[] = [];
  const begun: { windowId: string; work: Work }[] = [];
  const times = Array.from({ length: 70 }, () => created + 1 + Math.floor(random() * (end - created)));

  const plan = async (settings: Partial<WindowSettings>): Promise<string> => {
    const targets = random() < 0.5 ? { ...NO_TARGETS, groups: ["Web"] } : { ...NO_TARGETS, serviceIds: [id] };
    const usual = { startsAt: null, endsAt: null, cron: null, durationSeconds: null, timeZone: zone };
    const window = await desk.create(OPERATOR, {
      name: "Work",
      description: "",
      targets,
      ...usual,
      ...settings,
    });
    return window.id;
  };

  for (const [index, at] of [...new Set(times)].toSorted((a, b) => a - b).entries()) {
    clock.setWall(at);
    // Whatever came due since the last time: as after a stop of the program.
    await runner.run();
    const dice = random();
    if (index === 5) {
      // Every day for most of it: over each change of the clock too.
      const durationSeconds = wholeBetween(random, 1, 14 * 3_600);
      await plan({ cron: "15 12 * * *", durationSeconds });
      for (const from of dailyMoments(zone, at - 14 * HOUR, end, "12:15")) {
        const to = from + durationSeconds * 1_000;
        if (to > at) work.push({ from: Math.max(from, at), to });
      }
    } else if (dice < 0.12) {
      const startsAt = at + Math.floor((random() - 0.3) * 10 * HOUR);
      const endsAt = Math.max(startsAt, at) + 1 + Math.floor(random() ** 3 * 12 * HOUR);
      const windowId = await plan({ startsAt, endsAt });
      const planned = { from: Math.max(startsAt, at), to: endsAt };
      work.push(planned);
      begun.push({ windowId, work: planned });
    } else if (dice < 0.2) {
      const active = begun.filter((one) => one.work.from <= at && at < one.work.to);
      const one = active[Math.floor(random() * active.length)];
      if (one === undefined) continue;
      await desk.end(OPERATOR, one.windowId);
      one.work.to = at;
    } else if (dice < 0.4) {
      const state = STATES[wholeBetween(random, 0, 3)] as State;
      await bench.parts.desk.setStatus(OPERATOR, id, { status: state, message: "" });
      facts.push({ kind: "person", at, state });
    } else {
      const state = STATES[wholeBetween(random, 0, 2)] as State;
      const name = `Monitor ${wholeBetween(random, 1, 3)}`;
      await bench.report(id, { kind: "monitor", id: name, name }, state);
      facts.push({ kind: "source", at, source: name, state });
    }
  }
  clock.setWall(end);
  await runner.run();
  const isDeleted = random() < 0.3;
  if (isDeleted) await bench.parts.desk.remove(OPERATOR, id);
  const now = end + Math.floor(random() * HOUR);
  clock.setWall(now);
  await runner.run();
  expect(tenantId).toBe(OPERATOR.tenantId);
  return { life: { created, deleted: isDeleted ? end : null, facts, work }, id, now };
};

const floor = (at: number): number => Math.floor(at / 1_000) * 1_000;

const ZONES: readonly (readonly [zone: string, around: string])[] = [
  ["Europe/Berlin", "2026-03-29T01:00:00Z"],
  ["Europe/Berlin", "2026-10-25T01:00:00Z"],
  ["America/New_York", "2026-03-08T07:00:00Z"],
  ["America/New_York", "2026-11-01T06:00:00Z"],
  // By half an hour, both ways.
  ["Australia/Lord_Howe", "2026-04-04T15:00:00Z"],
  ["Australia/Lord_Howe", "2026-10-03T15:30:00Z"],
  // At midnight: a day without one, and a day with two last hours.
  ["America/Sao_Paulo", "2018-11-04T03:00:00Z"],
  ["America/Sao_Paulo", "2018-02-18T02:00:00Z"],
  ["America/Havana", "2026-03-08T05:00:00Z"],
  // A day that never was, an odd offset, and none at all; the turn of a year and a leap day.
  ["Pacific/Apia", "2011-12-30T10:00:00Z"],
  ["Asia/Kathmandu", "2024-02-29T18:15:00Z"],
  ["UTC", "2026-01-01T00:00:00Z"],
];

const ROUNDS = 1;

describe("to the second, over a change of the clock", () => {
  for (const [zone, around] of ZONES)
    test(`${zone}, ${around}`, async () => {
      for (let round = 0; round < ROUNDS; round++) {
        bench = await ServiceBench.open();
        const seed = ZONES.findIndex((one) => one[0] === zone && one[1] === around) * 100 + round + 1;
        const { life, id, now } = await live({ zone, around: Date.parse(around), seed });
        const uptime = createUptimeReader({
          repository: createUptimeRepository(bench.store),
          commit: bench.parts.commit,
          clock: bench.clock,
        });
        const service = { id, tenantId: OPERATOR.tenantId, slaTarget: null, degradedWeight: null };
        const read = async (ranges: readonly { from: number; to: number }[]): Promise<Counted[]> =>
          (await uptime.read(service, ranges)).map(({ seconds }) => seconds);

        // Days, of which today is not over.
        const first = floor(life.created - 2 * DAY);
        const dates = countByDate(standPerSecond(life, first, floor(now)), { from: first, zone });
        const days = lastDays(5, zone, now);
        const seen = new Map(
          (await read(days)).map((seconds, index) => [days[index]?.date ?? "", seconds] as const),
        );
        for (const { date } of days.slice(1))
          expect([seed, date, seen.get(date)]).toEqual([seed, date, dates.get(date) ?? nothingCounted()]);

        // The month, as far as it is over.
        const month = wallClock(zone, Date.parse(around)).slice(0, 7);
        const monthFrom = floor(Date.parse(`${month}-01T00:00:00Z`) - 2 * DAY);
        const months = countByDate(standPerSecond(life, monthFrom, floor(now)), {
          from: monthFrom,
          zone,
          length: 7,
        });
        expect([seed, month, (await read([readMonth(month, zone)]))[0]]).toEqual([
          seed,
          month,
          months.get(month),
        ]);

        // Rolling windows, and ranges from anywhere to anywhere.
        const random = seededRandom(seed);
        const anywhere = (): number =>
          life.created - DAY + Math.floor(random() * (now - life.created + 2 * DAY));
        const ranges = [
          { from: now - WINDOWS["24h"], to: now },
          { from: now - WINDOWS["7d"], to: now },
          ...Array.from({ length: 8 }, () => {
            const from = anywhere();
            return { from, to: from + Math.floor(random() * 3 * DAY) };
          }),
        ];
        for (const range of ranges) {
          const states = standPerSecond(life, floor(range.from), Math.min(floor(range.to), floor(now)));
          expect([seed, range, (await read([range]))[0]]).toEqual([seed, range, countAll(states)]);
        }
        if (round < ROUNDS - 1) await bench.close();
      }
    });
});
