// In: a request, and what came of each thing in it. Out: the one row that stands for all of it in the log and in the
// answer. Pure.
import { cutText } from "../lib/cut-text";
import type { Outcome } from "./decide";
import type { Delivery } from "./log";

/** What is known of a request before anything is decided. */
export type ReceivedFacts = Pick<
  Delivery,
  | "id"
  | "receiverId"
  | "receivedAt"
  | "sourceIp"
  | "headers"
  | "payload"
  | "payloadBytes"
  | "dedupKey"
  | "reprocessOf"
>;

const NOTHING: Omit<Delivery, keyof ReceivedFacts | "result" | "error" | "isVerified"> = {
  rawStatus: null,
  mappedStatus: null,
  previousStatus: null,
  newStatus: null,
  serviceId: null,
  serviceName: null,
  message: null,
  incidentId: null,
  windowId: null,
  alertId: null,
  items: null,
  duplicateOf: null,
};

/** The row of a request that led to nothing. */
export const withoutEffect = (
  facts: ReceivedFacts,
  end: Pick<Delivery, "result" | "error"> & { isVerified?: boolean },
): Delivery => ({
  ...facts,
  ...NOTHING,
  isVerified: true,
  // Only what came to its end is recognized when it comes again.
  dedupKey: end.result === "ignored" ? facts.dedupKey : null,
  ...end,
});

const hasResult =
  (result: Outcome["result"]) =>
  (outcome: Outcome): boolean =>
    outcome.result === result;

/** One result for all: processed where anything was, failed where nothing was and something could not be used. */
export const summarize = (outcomes: readonly Outcome[]): Outcome => {
  const [first] = outcomes;
  if (first === undefined) throw new Error("nothing to summarize");
  if (outcomes.length === 1) return first;
  const failed = outcomes.filter(hasResult("failed"));
  const main = outcomes.find(hasResult("processed")) ?? failed[0] ?? first;
  const same = outcomes.filter(({ serviceId }) => serviceId === main.serviceId);
  const error =
    failed.length === 0 || failed.length === outcomes.length
      ? main.error
      : `${failed.length} of ${outcomes.length} could not be used: ${failed[0]?.error}`;
  // Several words about one service in one request are one step.
  return {
    ...main,
    error,
    previousStatus: same[0]?.previousStatus ?? main.previousStatus,
    newStatus: same.at(-1)?.newStatus ?? main.newStatus,
    incidentId: same.findLast(({ incidentId }) => incidentId !== null)?.incidentId ?? null,
    incidentChange: same.findLast(({ incidentId }) => incidentId !== null)?.incidentChange ?? null,
    alertId: outcomes.find(({ alertId }) => alertId !== null)?.alertId ?? null,
  };
};

/** In characters: the sender knows its own words, and one of them may stand in 500 items. */
const LONGEST_IN_ITEM = 200;

/** As an item of the log and of the answer. */
export const brief = (outcome: Outcome): Outcome => ({
  ...outcome,
  message: cutText(outcome.message, LONGEST_IN_ITEM),
  error: outcome.error === null ? null : cutText(outcome.error, LONGEST_IN_ITEM),
});
