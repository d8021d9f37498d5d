// In: a message. Out: the content of an `m.room.message`: plain text, and the same as HTML. Nobody is
// mentioned: `m.mentions` is empty, and what clients would take for a name is broken up.
// Sources: spec.matrix.org, client-server API v1.x (m.room.message; 65,536 bytes per event; m.mentions).
import { cutText } from "../../lib/cut-text";
import { escapeHtml } from "../../lib/escape-markup";
import { quietMentions } from "../../lib/quiet-mentions";
import type { ComposedBody, Message } from "../channel";
import { fitBody } from "../native";
import { TONE_COLOURS } from "../tones";
import { wordingOf } from "../wording";

/** The server adds sender, hashes and signatures to the event. */
export const MOST_BYTES = 56_000;

const quiet = (text: string, limit: number): string =>
  quietMentions(cutText(text, limit)).replace(/matrix(?=[.:])/gi, "$&\u200b");

/** Pure. Clients make a sound for `m.text`, and none for `m.notice`. */
export const composeMatrix = (message: Message): ComposedBody => {
  const { headline, body, facts, tone, url } = wordingOf(message);
  return fitBody(MOST_BYTES, (share) => {
    const top = quiet(headline, 500);
    const middle = quiet(body, Math.floor(8_000 * share));
    const list = facts.map(
      ([label, value]) => [quiet(label, 100), quiet(value, Math.floor(1_000 * share))] as const,
    );
    const html = [
      `<p><font data-mx-color="${TONE_COLOURS[tone]}">●</font> <strong>${escapeHtml(top)}</strong></p>`,
      ...(middle === "" ? [] : [`<p>${escapeHtml(middle).replaceAll("\n", "<br>")}</p>`]),
      ...(list.length === 0
        ? []
        : [
            `<ul>${list.map(([label, value]) => `<li><strong>${escapeHtml(label)}:</strong> ${escapeHtml(value)}</li>`).join("")}</ul>`,
          ]),
      ...(url === null ? [] : [`<p><a href="${escapeHtml(url)}">Open in Andon</a></p>`]),
    ].join("");
    const text = [
      top,
      ...(middle === "" ? [] : [middle]),
      ...list.map(([label, value]) => `${label}: ${value}`),
      ...(url === null ? [] : [url]),
    ].join("\n");
    return {
      msgtype: tone === "critical" || tone === "warning" ? "m.text" : "m.notice",
      body: text,
      format: "org.matrix.custom.html",
      formatted_body: html,
      "m.mentions": {},
    };
  });
};
