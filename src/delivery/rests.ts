// In: a lane with something to send, its channel and the moment. Out: how long it must rest first: its
// limit of attempts a minute is used up, or the endpoint has asked for silence.
import type { Channel } from "../channels/directory";
import type { Clock } from "../core/clock";
import { SlidingWindow } from "../lib/sliding-window";
import type { Engine } from "../store/engine";
import type { Lane } from "./lane";
import { lastStarts } from "./attempt-rows";

const MINUTE_MS = 60_000;

/** Attempts in any minute; null: no limit. */
export const rateLimitOf = (channel: Pick<Channel, "rateLimitPerMinute" | "behaviour">): number | null =>
  channel.rateLimitPerMinute ?? channel.behaviour.rateLimitPerMinute ?? null;

/** The window of the present limit; what is known of the last minute stays when the limit changes. */
const startsOf = (lane: Lane, limit: number): SlidingWindow => {
  const { starts } = lane;
  if (starts?.limit === limit) return starts;
  return (lane.starts = starts?.withLimit(limit) ?? new SlidingWindow(limit, MINUTE_MS));
};

/** 0 when it may send now; else milliseconds. */
export const restOf = (lane: Lane, channel: Channel, clock: Clock): number => {
  let rest = 0;
  if (channel.quietUntil !== null) {
    rest = channel.quietUntil - clock.now();
    if (rest <= 0) channel.quietUntil = null;
  }
  const limit = rateLimitOf(channel);
  return limit === null ? rest : Math.max(rest, startsOf(lane, limit).waitMs(clock.monotonic()));
};

/** Call it for each attempt that starts. */
export const noteStart = (lane: Lane, channel: Channel, clock: Clock): void => {
  const limit = rateLimitOf(channel);
  if (limit !== null) startsOf(lane, limit).note(clock.monotonic());
};

/** What an earlier run of the program has sent in the last minute counts: a restart is no way round the limit. */
export const recallStarts = async (parts: {
  engine: Engine;
  clock: Clock;
  lane: Lane;
  channel: Channel;
}): Promise<void> => {
  const { engine, clock, lane, channel } = parts;
  const limit = rateLimitOf(channel);
  if (limit === null) return;
  const starts = startsOf(lane, limit);
  const now = clock.now();
  for (const at of (await lastStarts(engine, channel.id, limit)).toReversed()) {
    // A clock that was set back makes it seem to lie ahead.
    const ageMs = Math.max(now - at, 0);
    if (ageMs < MINUTE_MS) starts.note(clock.monotonic() - ageMs);
  }
};
