// In: a message. Out: a Gotify message in JSON, shown as plain text; a touch opens our page.
// Sources: gotify/server, model/message.go; gotify.net/docs/msgextras; gotify/android, "Message priorities".
import { cutText } from "../../lib/cut-text";
import type { ComposedBody, Message } from "../channel";
import { jsonBody } from "../native";
import { loudnessOf, plainText, type Loudness } from "../paging";
import { wordingOf } from "../wording";

/** Gotify has no limits of its own; a phone's screen has. */
const LONGEST = { title: 250, message: 10_000 } as const;

/** In the Android app 1 to 3 are silent, 4 to 7 sound, and what is above lights up the screen. */
const PRIORITIES: Record<Loudness, number> = { critical: 10, warning: 7, info: 4, calm: 4 };

/** Pure. */
export const composeGotify = (message: Message): ComposedBody => {
  const wording = wordingOf(message);
  return jsonBody({
    title: cutText(wording.headline, LONGEST.title),
    message: cutText(plainText(wording), LONGEST.message),
    priority: PRIORITIES[loudnessOf(message.event, wording)],
    extras: {
      // Otherwise people's words could be read as Markdown.
      "client::display": { contentType: "text/plain" },
      ...(wording.url === null ? {} : { "client::notification": { click: { url: wording.url } } }),
    },
  });
};
