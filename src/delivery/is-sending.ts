// In: a channel's switch and health. Out: whether anything is sent to it now.
import type { Channel } from "../channels/directory";

/** False while nothing is sent: switched off, or waiting for a `resume`. */
export const isSending = (channel: Pick<Channel, "isActive" | "health">): boolean =>
  channel.isActive && (channel.health === "active" || channel.health === "failing");
