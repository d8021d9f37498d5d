// In: the transition table. Out: proof that each verb does what the table says, and nothing else.
import { expect, test } from "bun:test";
import { ALERT_VERBS, TRANSITIONS, transitionOf } from "../../src/alerts/life-cycle";
import { ALERT_STATUSES } from "../../src/core/events";
import { isAppError } from "../../src/core/errors";

for (const status of ALERT_STATUSES)
  for (const acknowledged of [false, true])
    for (const verb of ALERT_VERBS) {
      const row = TRANSITIONS.find(
        (one) => one.from === status && one.acknowledged === acknowledged && one.verb === verb,
      );
      test(`${verb} of ${acknowledged ? "an acknowledged" : "an unacknowledged"} ${status} alert ${row ? `gives ${row.to}` : "is a conflict"}`, () => {
        if (row !== undefined) {
          expect(transitionOf({ status, acknowledged }, verb)).toEqual(row);
          return;
        }
        let caught: unknown;
        try {
          transitionOf({ status, acknowledged }, verb);
        } catch (error) {
          caught = error;
        }
        expect(isAppError(caught, "conflict")).toBe(true);
      });
    }

test("nothing leads out of resolved", () => {
  expect(TRANSITIONS.filter((row) => row.from === "resolved").every((row) => row.to === "resolved")).toBe(
    true,
  );
});
