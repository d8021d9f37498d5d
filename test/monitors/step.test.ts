// How failures and successes in a row become "down" and "up", and when a job is expected: both pure.
import { describe, expect, test } from "bun:test";
import { NEW_STATE } from "../../src/monitors/book";
import { expectationOf } from "../../src/monitors/heartbeat/expectation";
import type { HeartbeatTarget, MonitorState } from "../../src/monitors/schema";
import { stepOf } from "../../src/monitors/step";
import { momentsOf } from "../../src/operations/recurrence";

/** `+` up, `-` down, `?` unknown; gives the changes, by the look at which they come. */
const changes = (looks: string, failureThreshold = 1, successThreshold = 1): string[] => {
  let state: Pick<MonitorState, "status" | "failures" | "successes"> = { ...NEW_STATE };
  const found: string[] = [];
  for (const [index, look] of [...looks].entries()) {
    const outcome = look === "+" ? "up" : look === "-" ? "down" : "unknown";
    const { change, failures, successes } = stepOf(state, { failureThreshold, successThreshold }, outcome);
    const status = change === "fails" ? "down" : change === "recovers" ? "up" : state.status;
    state = { status, failures, successes };
    if (change !== null) found.push(`${index} ${change}`);
  }
  return found;
};

describe("thresholds", () => {
  test.each([
    ["+++", 1, 1, ["0 recovers"]],
    ["---", 1, 1, ["0 fails"]],
    ["+-+", 1, 1, ["0 recovers", "1 fails", "2 recovers"]],
    ["+--+", 2, 1, ["0 recovers", "2 fails", "3 recovers"]],
    ["+-+-+-", 2, 1, ["0 recovers"]],
    ["+--++", 2, 2, ["0 recovers", "2 fails", "4 recovers"]],
    ["---+-++", 3, 2, ["2 fails", "6 recovers"]],
    // A new one that works is up at the first look, whatever it takes to recover.
    ["+", 3, 3, ["0 recovers"]],
    // What is not known neither counts nor interrupts.
    ["+-?-", 2, 1, ["0 recovers", "3 fails"]],
    ["+???", 1, 1, ["0 recovers"]],
    ["???", 1, 1, []],
  ] satisfies [string, number, number, string[]][])("%s with %d and %d", (looks, down, up, expected) => {
    expect(changes(looks, down, up)).toEqual(expected);
  });
});

describe("what is expected of a job", () => {
  const NOON = Date.UTC(2026, 5, 1, 12);
  const target: HeartbeatTarget = {
    type: "heartbeat",
    periodSeconds: 3_600,
    cron: null,
    timeZone: "UTC",
    graceSeconds: 60,
    slug: null,
    pingId: "",
    pushToken: "",
  };
  const state = (more: Partial<MonitorState>): MonitorState => ({ ...NEW_STATE, since: NOON, ...more });

  test("nothing before its first report, unless it said that it begins", () => {
    expect(expectationOf(target, state({}), momentsOf)).toEqual({ expectedAt: null, deadlineAt: null });
    expect(expectationOf(target, state({ startedAt: NOON }), momentsOf)).toEqual({
      expectedAt: null,
      deadlineAt: NOON + 60_000,
    });
  });

  test("the next report a period after the last, with its grace; sooner when it has begun", () => {
    const up = state({ status: "up", lastPingAt: NOON });
    expect(expectationOf(target, up, momentsOf)).toEqual({
      expectedAt: NOON + 3_600_000,
      deadlineAt: NOON + 3_660_000,
    });
    expect(expectationOf(target, { ...up, startedAt: NOON + 5_000 }, momentsOf).deadlineAt).toBe(
      NOON + 65_000,
    );
  });

  test("nothing more once it is down", () => {
    const down = state({ status: "down", lastPingAt: NOON });
    expect(expectationOf(target, down, momentsOf).deadlineAt).toBeNull();
  });

  test("by a cron line the next moment in its time zone, over a change of the clocks", () => {
    const daily = { ...target, periodSeconds: null, cron: "30 2 * * *", timeZone: "Europe/Berlin" };
    const before = Date.UTC(2026, 2, 28, 12);
    const at = state({ status: "up", lastPingAt: before });
    // 2:30 does not exist on the 29th of March: it comes at the end of the hour that is skipped.
    expect(expectationOf(daily, at, momentsOf).expectedAt).toBe(Date.UTC(2026, 2, 29, 1));
  });
});
