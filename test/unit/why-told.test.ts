// How several deliveries of one event to one channel are summed up: recipients are counted, not calls, and
// what was sent again stands for what it was made of.
import { expect, test } from "bun:test";
import type { DeliveryView } from "../../src/delivery/history";
import { explainTold } from "../../src/notify/why-told";

const JSON_TYPE = "application/json";
const to = (name: string): string => `${JSON_TYPE}; recipient="${name}"`;

let made = 0;
const delivery = (change: Partial<DeliveryView>): DeliveryView => ({
  seq: ++made,
  id: `delivery-${made}`,
  tenantId: "tenant",
  channelId: "channel",
  event: "alert.resolved",
  subjectId: "alert",
  machineId: null,
  status: "delivered",
  attempts: 1,
  nextAttemptAt: null,
  outcome: null,
  reason: null,
  replayOf: null,
  createdAt: 0,
  deliveredAt: null,
  finishedAt: null,
  contentType: JSON_TYPE,
  ...change,
});

test("of several recipients it is said how many were reached, and why one was not", () => {
  const failed = { status: "failed", reason: "No such number." } as const;
  expect(
    explainTold([delivery({ contentType: to("anna") }), delivery({ contentType: to("ben"), ...failed })]),
  ).toEqual({
    verdict: "failed",
    explanation: "Reached 1 of 2 recipients. Not delivered. No such number.",
  });
  expect(explainTold([delivery({ contentType: to("anna") }), delivery({ contentType: to("ben") })])).toEqual({
    verdict: "delivered",
    explanation: "Reached 2 of 2 recipients.",
  });
});

test("two calls to one recipient are one: the worse counts", () => {
  expect(explainTold([delivery({}), delivery({})])).toEqual({
    verdict: "delivered",
    explanation: "Delivered.",
  });
  expect(explainTold([delivery({}), delivery({ status: "held", reason: "The channel is paused." })])).toEqual(
    { verdict: "held", explanation: "Held back. The channel is paused." },
  );
});

test("who was reached by a replay was reached", () => {
  const first = delivery({ contentType: to("anna"), status: "failed", reason: "Busy." });
  const again = delivery({ contentType: to("anna"), replayOf: first.id });
  expect(explainTold([first, delivery({ contentType: to("ben") }), again])).toEqual({
    verdict: "delivered",
    explanation: "Reached 2 of 2 recipients.",
  });
});
