// What people choose about when maintenance comes: what the server is told, and that the form shows the same
// choices when it is opened again.
import { describe, expect, test } from "bun:test";
import {
  emptyTiming,
  localField,
  patternOf,
  readPattern,
  timingOf,
  type TimingDraft,
} from "../../../web/pages/maintenance-draft";
import { sentenceOf } from "../../../web/pages/maintenance-words";

const draft = (changes: Partial<TimingDraft>): TimingDraft => ({ ...emptyTiming(), ...changes });

const CHOICES: readonly [pattern: string, choice: Partial<TimingDraft>, said: string][] = [
  ["5 2 * * *", { kind: "daily", time: "02:05" }, "Every day at 02:05"],
  [
    "0 22 * * 0,3,5",
    { kind: "weekly", time: "22:00", weekdays: [5, 0, 3] },
    "Every Sunday, Wednesday and Friday at 22:00",
  ],
  [
    "30 4 31 * *",
    { kind: "monthly", time: "04:30", monthBy: "day", monthDay: 31 },
    "On the 31st of each month at 04:30",
  ],
  [
    "0 2 * * 0#2",
    { kind: "monthly", monthBy: "weekday", time: "02:00", nth: "2", nthWeekday: 0 },
    "On the second Sunday of each month at 02:00",
  ],
  [
    "0 2 * * 5#L",
    { kind: "monthly", monthBy: "weekday", time: "02:00", nth: "L", nthWeekday: 5 },
    "On the last Friday of each month at 02:00",
  ],
  ["*/5 2 * 3 *", { kind: "pattern", pattern: " */5 2 * 3 * " }, "By the pattern */5 2 * 3 *"],
];

describe("a choice", () => {
  for (const [pattern, choice, said] of CHOICES)
    test(`${said}: ${pattern}, and back`, () => {
      const chosen = draft({ ...choice, duration: 1.5, unit: "hours", timeZone: "Europe/Berlin" });
      expect(patternOf(chosen)).toBe(pattern);
      const timing = timingOf(chosen);
      expect(timing).toEqual({
        starts_at: null,
        ends_at: null,
        cron: pattern,
        duration_seconds: 5_400,
        time_zone: "Europe/Berlin",
      });
      expect(timing === null ? "" : sentenceOf(timing)).toBe(
        `${said}, for 1 h 30 min, by the clock of Europe/Berlin`,
      );
      const read = draft(readPattern(pattern));
      expect([read.kind, patternOf(read)]).toEqual([chosen.kind, pattern]);
    });

  test("other patterns stay as they were written", () => {
    for (const pattern of [
      "0 2 1 1 *",
      "0 2 1 * 0",
      "0 2 * * 1-5",
      "0 2 * * 0#2,3",
      "0 2 L * *",
      "0,30 2 * * *",
    ])
      expect(readPattern(pattern)).toEqual({ kind: "pattern", pattern });
  });

  test("what is incomplete is nothing yet", () => {
    expect(timingOf(draft({ kind: "weekly", weekdays: [] }))).toBeNull();
    expect(timingOf(draft({ kind: "daily", time: "" }))).toBeNull();
    expect(timingOf(draft({ kind: "daily", duration: 0 }))).toBeNull();
    expect(timingOf(draft({ kind: "daily", duration: Number.NaN }))).toBeNull();
    expect(timingOf(draft({ kind: "monthly", monthBy: "day", monthDay: 32 }))).toBeNull();
    expect(timingOf(draft({ kind: "pattern", pattern: " " }))).toBeNull();
    expect(timingOf(draft({ kind: "once", ends: "" }))).toBeNull();
  });

  test("once: in the browser's own time, without a pattern", () => {
    const begins = Date.UTC(2026, 2, 29, 1, 30);
    const timing = timingOf(
      draft({ kind: "once", begins: localField(begins), ends: localField(begins + 3_600_000) }),
    );
    expect(timing).toMatchObject({
      starts_at: "2026-03-29T01:30:00.000Z",
      ends_at: "2026-03-29T02:30:00.000Z",
      cron: null,
      duration_seconds: null,
    });
  });
});
