// In: a channel. Out: the shape and word of its health, and where it sends to.
import type { Channel } from "../api/channels";
import type { MarkKind } from "../elements/mark";
import { text } from "../text/en";

const words = text.channels;

/** Normal is quiet: a working channel has a word and no colour that asks for attention. */
export const channelState = (channel: Channel): { kind: MarkKind; word: string; isTrouble: boolean } => {
  if (!channel.is_active && channel.health !== "unverified" && channel.health !== "disabled")
    return { kind: "stale", word: words.off, isTrouble: false };
  switch (channel.health) {
    case "active":
      return channel.last_success_at === null
        ? { kind: "plain", word: words.idle, isTrouble: false }
        : { kind: "good", word: words.healths["active"] ?? "", isTrouble: false };
    case "failing":
    case "unverified":
      return { kind: "warning", word: words.healths[channel.health] ?? "", isTrouble: true };
    default:
      return { kind: "critical", word: words.healths[channel.health] ?? "", isTrouble: true };
  }
};

/** Settings that say where a channel sends to, the most telling first. */
const TARGETS = [
  "url",
  "webhook_url",
  "chat_id",
  "room_id",
  "address",
  "to",
  "topic",
  "server",
  "host",
] as const;

/** The first address-like setting; the server has masked what is secret. */
export const channelTarget = (channel: Channel): string => {
  for (const key of TARGETS) {
    const value = channel.config[key];
    if (typeof value === "string" || typeof value === "number") return String(value);
    if (Array.isArray(value) && typeof value[0] === "string") return value.join(", ");
  }
  return "";
};

const ORDER = Object.keys(words.eventNames);
const rank = (event: string): number => (ORDER.includes(event) ? ORDER.indexOf(event) : ORDER.length);

/** In words, in the order in which things happen; a dialect's own name stays as it is. */
export const eventWords = (events: readonly string[]): string[] =>
  events.toSorted((left, right) => rank(left) - rank(right)).map((event) => words.eventNames[event] ?? event);

/** What the message was about, in the words of this page. */
const OF_MESSAGE = /^A message \(([\w.]+)\)/;

/** The server's sentence about the channel's health, fit for a list. */
export const healthReason = ({ health_reason: reason }: Channel): string | null =>
  reason === null
    ? null
    : reason.replace(OF_MESSAGE, (_, event: string) => words.deliveryOf(words.eventNames[event] ?? event));
