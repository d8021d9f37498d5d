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

/** The first address-like setting; the server has masked what is secret. */
export const channelTarget = (channel: Channel): string => {
  for (const key of ["url", "address", "to", "server", "topic"]) {
    const value = channel.config[key];
    if (typeof value === "string") return value;
  }
  return "";
};
