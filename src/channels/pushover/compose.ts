// In: a message and how loud critical ones shall be. Out: what Pushover is called for, as it is stored:
// the message, and, once somebody took care or it is over, the end of an alarm that repeats. The
// application's token and the user's key are secrets and are added when it is sent.
// Sources: pushover.net/api (limits, priorities) and pushover.net/api/receipts ("cancel_by_tag").
import { cutText } from "../../lib/cut-text";
import type { ComposedBody, Message } from "../channel";
import { jsonBody } from "../native";
import { isEndOfPage, loudnessOf, pagerKeyOf, plainText } from "../paging";
import { wordingOf, type Wording } from "../wording";

export interface Emergency {
  /** Seconds between repetitions, 30 at least. */
  retry: number;
  /** Seconds after which it gives up, 10,800 at most. */
  expire: number;
}

/** The stored bytes. */
export type PushoverCall =
  | { action: "message"; body: Record<string, unknown> }
  | { action: "cancel"; tag: string };

/** Characters. */
const LONGEST = { title: 250, message: 1_024, url: 512 } as const;

const PRIORITIES = { critical: 1, warning: 1, info: 0, calm: 0 } as const;
const EMERGENCY = 2;

const tagOf = (message: Message, wording: Wording): string => `andon-${pagerKeyOf(message, wording)}`;

const composeText = (message: Message, wording: Wording, emergency: Emergency | null): ComposedBody => {
  const loudness = loudnessOf(message.event, wording);
  const isEmergency = loudness === "critical" && emergency !== null;
  return jsonBody({
    action: "message",
    body: {
      title: cutText(wording.headline, LONGEST.title),
      message: cutText(plainText(wording), LONGEST.message),
      priority: isEmergency ? EMERGENCY : PRIORITIES[loudness],
      ...(isEmergency ? { ...emergency, tags: tagOf(message, wording) } : {}),
      timestamp: Math.floor(message.at / 1_000),
      ...(wording.url === null || wording.url.length > LONGEST.url
        ? {}
        : { url: wording.url, url_title: "Open in Andon" }),
    },
  } satisfies PushoverCall);
};

/** It ends an alarm that may still be repeating on somebody's phone. */
export const endsAlarm = (message: Message): boolean =>
  isEndOfPage(message) &&
  (message.alert?.severity === "critical" ||
    message.incident?.severity === "critical" ||
    message.service !== undefined);

/** Pure. An alarm that may still repeat is ended first: the message waits for room there, a ringing phone must not. */
export const composeAllPushover = (message: Message, emergency: Emergency | null): ComposedBody[] => {
  const wording = wordingOf(message);
  const text = composeText(message, wording, emergency);
  if (emergency === null || !endsAlarm(message)) return [text];
  return [jsonBody({ action: "cancel", tag: tagOf(message, wording) } satisfies PushoverCall), text];
};

/** Pure. */
export const composePushover = (message: Message, emergency: Emergency | null): ComposedBody =>
  composeText(message, wordingOf(message), emergency);
