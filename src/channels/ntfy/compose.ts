// In: a message. Out: a ntfy message in JSON, all but the topic: on a public server whoever knows the
// topic can read it, so it is kept as a secret and added when the message is sent.
// Sources: docs.ntfy.sh/publish (fields, priorities, limits); binwiederhier/ntfy, server/server.go and
// actions.go: a JSON body may have twice the limit of a message, a message at most three actions.
import { cutBytes } from "../../lib/cut-text";
import type { ComposedBody, Message } from "../channel";
import { jsonBody } from "../native";
import { loudnessOf, plainText, type Loudness } from "../paging";
import { wordingOf, type Wording } from "../wording";

/** Bytes. What is longer than 4,096 becomes an attachment, or is refused where there are none. */
const LONGEST = { title: 250, message: 4_000, url: 1_000 } as const;
/** Bytes of the whole body; the topic, 64 characters at most, is still to come. */
const LARGEST = 8_000;

const PRIORITIES: Record<Loudness, number> = { critical: 5, warning: 4, info: 3, calm: 3 };

/** Short codes that the app shows as pictures. */
const TAGS: Record<Wording["tone"], string> = {
  critical: "rotating_light",
  warning: "warning",
  info: "information_source",
  good: "white_check_mark",
  neutral: "loudspeaker",
};

/** Pure. `call`: whom the server calls by phone when something critical begins; null: nobody. */
export const composeNtfy = (message: Message, call: string | null): ComposedBody => {
  const wording = wordingOf(message);
  const { url, tone, phase, headline } = wording;
  const link = url !== null && url.length <= LONGEST.url ? url : null;
  const loudness = loudnessOf(message.event, wording);
  const compose = (longest: number): ComposedBody =>
    jsonBody({
      title: cutBytes(headline, LONGEST.title),
      message: cutBytes(plainText(wording), longest),
      priority: PRIORITIES[loudness],
      tags: [phase === "acknowledged" ? "eyes" : TAGS[tone]],
      ...(call !== null && loudness === "critical" ? { call } : {}),
      ...(link === null
        ? {}
        : { click: link, actions: [{ action: "view", label: "Open in Andon", url: link }] }),
    });
  // Quotes and line breaks take two bytes in JSON: cut until the whole fits.
  let longest: number = LONGEST.message;
  let composed = compose(longest);
  while (composed.body.length > LARGEST && longest > 500) composed = compose((longest -= 500));
  return composed;
};
