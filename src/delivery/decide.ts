// In: a row, what came of its attempt, and the channel's rules. Out: what becomes of the row and of
// the channel. Pure: the retry tables are tested on it.
import type { ChannelBehaviour, Judgement } from "../channels/channel";
import { nextDelayMs } from "../lib/retry-schedule";
import type { OutboxRow } from "./outbox";
import type { DeliveryStatus } from "./schema";

export interface DecisionInput {
  row: Pick<OutboxRow, "tries">;
  judgement: Judgement;
  statusCode: number | null;
  behaviour: ChannelBehaviour;
  /** `gone`: deleted. `held`: paused, failed, disabled or switched off meanwhile. */
  channel: "sending" | "held" | "gone";
  /** Only of a 429 or 503. */
  retryAfterMs: number | null;
  random: number;
  /** In ms. */
  now: number;
  /** Why it is set aside: Andon itself has failed over it too often. Null: it has not. */
  quarantine?: string | null;
}

export interface Decision {
  status: DeliveryStatus;
  tries: number;
  nextAttemptAt: number | null;
  reason: string | null;
  /** What it does to the channel. */
  effect: "none" | "tell" | "pause" | "fail" | "disable";
}

const GONE = 410;

/** A delivery has failed for good. */
const endOf = ({ behaviour, judgement, channel }: DecisionInput): Decision["effect"] => {
  if (channel !== "sending") return "none";
  if (behaviour.whenExhausted === "tell_failure") return "tell";
  return judgement.retry && behaviour.whenExhausted === "fail_channel" ? "fail" : "none";
};

export const decide = (input: DecisionInput): Decision => {
  const { row, judgement, statusCode, behaviour, channel, now } = input;
  if (judgement.outcome === "delivered")
    return { status: "delivered", tries: row.tries, nextAttemptAt: null, reason: null, effect: "none" };
  const tries = row.tries + 1;
  const { reason } = judgement;
  if (channel === "gone")
    return {
      status: "cancelled",
      tries,
      nextAttemptAt: null,
      reason: "The channel was deleted.",
      effect: "none",
    };
  if (input.quarantine !== undefined && input.quarantine !== null)
    return { status: "failed", tries, nextAttemptAt: null, reason: input.quarantine, effect: "none" };
  const delayMs = judgement.retry
    ? nextDelayMs({
        delaysSeconds: behaviour.retryDelaysSeconds,
        tries,
        hasJitter: behaviour.jitter,
        random: input.random,
        retryAfterMs: input.retryAfterMs,
      })
    : null;
  // An endpoint that says so is not there any more; codes of other protocols say other things.
  const isGone = statusCode === GONE && judgement.outcome === "client_error";
  // Pausing never discards: a resume sends what led to it as well, be it one delivery or several at once.
  const pausesEarly = behaviour.pauseAfterFailures !== null && tries >= behaviour.pauseAfterFailures;
  const pausesAtEnd = delayMs === null && !isGone && behaviour.whenExhausted === "pause_channel";
  const pauses = judgement.retry && (pausesEarly || pausesAtEnd);
  if (channel === "held" && (delayMs !== null || pauses))
    return { status: "held", tries, nextAttemptAt: null, reason, effect: "none" };
  if (pauses) return { status: "held", tries, nextAttemptAt: null, reason, effect: "pause" };
  if (delayMs !== null)
    return { status: "pending", tries, nextAttemptAt: now + delayMs, reason, effect: "none" };

  // Used up at once, or at the end: no try is left that could find it there again.
  if (isGone && channel === "sending")
    return { status: "failed", tries, nextAttemptAt: null, reason, effect: "disable" };
  return { status: "failed", tries, nextAttemptAt: null, reason, effect: endOf(input) };
};
