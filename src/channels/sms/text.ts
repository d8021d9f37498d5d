// In: a message. Out: a short message for a phone: the headline first, then as much as fits, the link last.
import { cutText } from "../../lib/cut-text";
import { gsmText } from "../../lib/gsm-text";
import type { Message } from "../channel";
import { wordingOf } from "../wording";

export interface SmsTextOptions {
  /** UTF-16 units. */
  longest: number;
  hasLink: boolean;
  /** In the letters that cost least room; see `gsmText`. */
  isPlain: boolean;
}

/** The headline says them already, or nobody needs them on a phone. */
const LEFT_OUT = new Set(["Machine", "Project", "Incident", "Status", "Service", "Channel"]);
/** Less of a line than this says nothing. */
const SHORTEST_REST = 20;

/** Letters may become fewer when they are written in plain ones: so much is looked at for each that fits. */
const LOOK_AHEAD = 4;

/** Pure. Not longer than `longest`; a link is whole or left out. */
export const smsText = (message: Message, { longest, hasLink, isPlain }: SmsTextOptions): string => {
  const { headline, body, facts, url } = wordingOf(message);
  const most = longest * LOOK_AHEAD;
  const write = (text: string): string => (isPlain ? gsmText(cutText(text, most, "")) : text);
  const ellipsis = isPlain ? "..." : "…";
  const link = hasLink && url !== null && url.length <= longest / 2 ? `\n${url}` : "";
  const room = longest - link.length;
  let text = cutText(write(headline), room, ellipsis);
  const lines = [
    ...cutText(body, most, "").split("\n"),
    ...facts
      .filter(([label, value]) => !LEFT_OUT.has(label) && !headline.startsWith(`${value}:`))
      .map(([label, value]) => `${label}: ${value}`),
  ].filter((line) => line !== "");
  for (const line of lines) {
    const left = room - text.length - 1;
    const written = write(line);
    if (written.length > left && left < SHORTEST_REST) break;
    text += `\n${cutText(written, left, ellipsis)}`;
    if (written.length > left) break;
  }
  return text + link;
};
