// When maintenance windows come: once, again and again, over changes of the clock in both directions, and
// how far ahead they are planned.
import { describe, expect, test } from "bun:test";
import { isTimeZone, momentsOf, refusePattern } from "../../src/operations/recurrence";
import {
  AHEAD_MS,
  planAhead,
  shortestInterval,
  type WindowTiming,
} from "../../src/services/maintenance/plan-ahead";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const at = (text: string): number => Date.parse(text);

const recurring = (more: Partial<WindowTiming> = {}): WindowTiming => ({
  startsAt: null,
  endsAt: null,
  cron: "30 2 * * *",
  durationSeconds: 3_600,
  timeZone: "Europe/Berlin",
  plannedUntil: null,
  ...more,
});

const starts = (window: WindowTiming, now: string, room = 100): string[] =>
  planAhead(window, at(now), room).map(({ startsAt }) => new Date(startsAt).toISOString().slice(0, 16));

describe("a window that comes once", () => {
  const once = (startsAt: string, endsAt: string, plannedUntil: number | null = null): WindowTiming =>
    recurring({
      cron: null,
      durationSeconds: null,
      startsAt: at(startsAt),
      endsAt: at(endsAt),
      plannedUntil,
    });

  test("is planned once", () => {
    const window = once("2026-03-01T10:00Z", "2026-03-01T12:00Z");
    expect(starts(window, "2026-02-01T00:00Z")).toEqual(["2026-03-01T10:00"]);
    expect(starts({ ...window, plannedUntil: at("2026-03-01T10:00Z") }, "2026-02-01T00:00Z")).toEqual([]);
  });

  test("that has begun begins now, and never in the past", () => {
    const window = once("2026-03-01T10:00Z", "2026-03-01T12:00Z");
    expect(starts(window, "2026-03-01T11:00Z")).toEqual(["2026-03-01T11:00"]);
    expect(starts(window, "2026-03-01T12:00Z")).toEqual([]);
  });
});

describe("a recurring window", () => {
  test("keeps its local time over both changes of the clock, and comes once on each day", () => {
    expect(starts(recurring({ cron: "0 22 * * *" }), "2026-03-27T00:00Z", 4)).toEqual([
      "2026-03-27T21:00",
      "2026-03-28T21:00",
      "2026-03-29T20:00",
      "2026-03-30T20:00",
    ]);
    // 02:30 does not exist on 29 March: it comes when the clock goes on, at 03:00.
    expect(starts(recurring(), "2026-03-28T00:00Z", 3)).toEqual([
      "2026-03-28T01:30",
      "2026-03-29T01:00",
      "2026-03-30T00:30",
    ]);
    // 02:30 comes twice on 25 October: the first one counts.
    expect(starts(recurring(), "2026-10-24T00:00Z", 3)).toEqual([
      "2026-10-24T00:30",
      "2026-10-25T00:30",
      "2026-10-26T01:30",
    ]);
  });

  test("lasts as long as it says, whatever the clock shows meanwhile", () => {
    for (const now of ["2026-03-28T12:00Z", "2026-10-24T12:00Z"]) {
      const [first] = planAhead(recurring({ durationSeconds: 7_200 }), at(now), 1);
      expect((first?.endsAt ?? 0) - (first?.startsAt ?? 0)).toBe(2 * HOUR);
    }
  });

  test("is planned two weeks ahead, and its next occurrence always", () => {
    const now = at("2026-05-01T00:00Z");
    const daily = planAhead(recurring(), now, 100);
    expect(daily.length).toBe(14);
    expect(daily.every(({ slot }) => slot <= now + AHEAD_MS)).toBe(true);
    expect(starts(recurring({ cron: "0 3 1 12 *", timeZone: "UTC" }), "2026-05-01T00:00Z")).toEqual([
      "2026-12-01T03:00",
    ]);
  });

  test("is not planned again where it has rows", () => {
    const now = at("2026-05-01T00:00Z");
    const plannedUntil = planAhead(recurring(), now, 100).at(-1)?.slot ?? null;
    expect(planAhead(recurring({ plannedUntil }), now, 100)).toEqual([]);
    expect(planAhead(recurring({ plannedUntil }), now + DAY, 100).length).toBe(1);
    const rare = recurring({ cron: "0 3 1 12 *", plannedUntil: at("2026-12-01T02:00Z") });
    expect(planAhead(rare, now, 100)).toEqual([]);
  });

  test("created in the middle of an occurrence begins now and ends when that one ends", () => {
    const [first, second] = planAhead(recurring({ timeZone: "UTC" }), at("2026-05-01T03:00Z"), 2);
    expect(first).toEqual({
      slot: at("2026-05-01T02:30Z"),
      startsAt: at("2026-05-01T03:00Z"),
      endsAt: at("2026-05-01T03:30Z"),
    });
    expect(second?.slot).toBe(at("2026-05-02T02:30Z"));
  });

  test("stays within its bounds, and within the room that there is", () => {
    const bounded = recurring({
      timeZone: "UTC",
      startsAt: at("2026-05-03T02:30Z"),
      endsAt: at("2026-05-05T02:30Z"),
    });
    expect(starts(bounded, "2026-05-01T00:00Z")).toEqual([
      "2026-05-03T02:30",
      "2026-05-04T02:30",
      "2026-05-05T02:30",
    ]);
    expect(starts(bounded, "2026-05-01T00:00Z", 2).length).toBe(2);
    expect(starts(bounded, "2026-05-06T00:00Z")).toEqual([]);
  });

  test("does not make up for what it missed", () => {
    const window = recurring({ timeZone: "UTC", plannedUntil: at("2026-01-01T02:30Z") });
    expect(starts(window, "2026-05-01T12:00Z", 1)).toEqual(["2026-05-02T02:30"]);
  });
});

test("patterns have five fields, time zones a name", () => {
  expect(refusePattern("*/15 2-4 * * MON-FRI")).toBeNull();
  for (const wrong of ["", "* * * *", "* * * * * *", "61 * * * *", "x y z a b"])
    expect(refusePattern(wrong)).toBeString();
  expect([isTimeZone("Europe/Berlin"), isTimeZone("UTC"), isTimeZone("Mars/Phobos"), isTimeZone("")]).toEqual(
    [true, true, false, false],
  );
  expect([...momentsOf("0 0 31 2 *", "UTC", 0)]).toEqual([]);
});

test("the shortest time between two occurrences is found in any week", () => {
  const now = at("2026-05-01T00:00Z");
  expect(shortestInterval("0 3 * * *", "UTC", now)).toBe(DAY);
  expect(shortestInterval("*/20 * * * *", "UTC", now)).toBe(20 * 60_000);
  expect(shortestInterval("0 3 * * 1,2", "UTC", now)).toBe(DAY);
});
