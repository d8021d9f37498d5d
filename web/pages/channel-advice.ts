// In: a channel and the server's time. Out: what its state means in plain words and what a person does
// next, or null where there is nothing to say.
import type { Channel } from "../api/channels";
import type { MarkKind } from "../elements/mark";
import { text } from "../text/en";
import { healthReason } from "./channel-words";

const words = text.channelPage.advice;

/** `resume` and `switchOn` are what the one button of the banner does; `until` runs down. */
export interface Advice {
  kind: MarkKind;
  heading: string;
  next: string;
  action: "resume" | "switchOn" | null;
  /** The server's own sentence about it. */
  reason: string | null;
  until: string | null;
}

/** The last test failed, and nothing has arrived since. */
const hasFailedTest = (channel: Channel): boolean =>
  channel.last_test_success === false &&
  Date.parse(channel.last_test_at ?? "") > Date.parse(channel.last_success_at ?? "1970-01-01");

/** The worst thing first; one at a time. */
export const adviceFor = (channel: Channel, nowMs: number): Advice | null => {
  const { health, waiting_count: waiting, quiet_until: quietUntil } = channel;
  const about = { reason: healthReason(channel), until: null };
  if (health === "unverified")
    return { ...about, kind: "warning", ...words.unverified, action: null, reason: null };
  if (health === "paused" || health === "failed" || health === "disabled")
    return {
      ...about,
      kind: "critical",
      heading: words[health].heading(waiting),
      next: words[health].next,
      action: "resume",
    };
  if (!channel.is_active)
    return {
      kind: "stale",
      heading: words.off.heading(waiting),
      next: words.off.next,
      action: "switchOn",
      reason: null,
      until: null,
    };
  if (quietUntil !== null && Date.parse(quietUntil) > nowMs)
    return { ...about, kind: "info", ...words.quiet, action: null, reason: null, until: quietUntil };
  if (health === "failing")
    return {
      ...about,
      kind: "warning",
      heading: words.failing.heading(Math.max(1, channel.consecutive_failures)),
      next: words.failing.next(waiting),
      action: null,
    };
  return hasFailedTest(channel)
    ? { ...about, kind: "warning", ...words.test, action: null, reason: null }
    : null;
};
