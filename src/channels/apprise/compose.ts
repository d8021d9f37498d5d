// In: a message and how many services shall have it. Out: notifications for an Apprise API server, as
// they are stored: which of the services it is for, and what it says. The services' URLs are secrets and
// are added when it is sent.
// Source: caronc/apprise-api, README ("API Details") and apprise_api/api/views.py.
import { cutText } from "../../lib/cut-text";
import type { ComposedBody, Message } from "../channel";
import { jsonBody } from "../native";
import { bodyFor, plainText } from "../paging";
import { wordingOf, type Wording } from "../wording";

/** The stored bytes. `to` is the place in the list of URLs; null: what the server has under its key. */
export interface AppriseCall {
  to: number | null;
  body: Record<string, unknown>;
}

/** Characters; each service behind it cuts by its own rules. */
const LONGEST = { title: 250, body: 10_000 } as const;

const typeOf = ({ tone, phase }: Wording): "info" | "success" | "warning" | "failure" => {
  if (phase === "acknowledged") return "info";
  if (phase === "closed" || tone === "good") return "success";
  return tone === "critical" ? "failure" : tone === "warning" ? "warning" : "info";
};

/** Pure. */
export const composeApprise = (
  message: Message,
  { urls, tag }: { urls: readonly string[]; tag: string | null },
): ComposedBody[] => {
  const wording = wordingOf(message);
  const text = wording.url === null ? plainText(wording) : `${plainText(wording)}\n\n${wording.url}`;
  const body = {
    title: cutText(wording.headline, LONGEST.title),
    body: cutText(text, LONGEST.body),
    type: typeOf(wording),
    // Without it a server may take people's words for Markdown or HTML.
    format: "text",
    ...(tag === null ? {} : { tag }),
  };
  if (urls.length === 0) return [jsonBody({ to: null, body } satisfies AppriseCall)];
  return urls.map((_url, to) => bodyFor(String(to), { to, body } satisfies AppriseCall));
};
