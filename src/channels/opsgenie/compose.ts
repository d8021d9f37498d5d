// In: a message. Out: a request of the alert API of Opsgenie and of Jira Service Management, as it is
// stored: what shall be done to which alert, and the body that goes with it.
// Sources: docs.opsgenie.com/docs/alert-api (fields and limits) and developer.atlassian.com, Jira Service
// Management ops REST API, "Integration events".
import { cutText } from "../../lib/cut-text";
import type { ComposedBody, Message } from "../channel";
import { jsonBody } from "../native";
import { loudnessOf, pagerActionOf, pagerKeyOf, plainText, type PagerAction } from "../paging";
import { wordingOf, type Wording } from "../wording";

/** The stored bytes: each action has an address of its own. */
export interface OpsgenieCall {
  action: PagerAction;
  alias: string;
  body: Record<string, unknown>;
}

/** Characters, by the API's documents; a note may have 25,000. */
const LONGEST = {
  message: 130,
  description: 15_000,
  entity: 512,
  user: 100,
  note: 10_000,
  detailName: 100,
  detail: 1_000,
  details: 8_000,
} as const;
const SOURCE = "Andon";

const PRIORITIES = { critical: "P1", warning: "P3", info: "P5", calm: "P5" } as const;

const priorityOf = ({ event, incident }: Message, wording: Wording): string => {
  if (incident?.severity === "major") return "P2";
  if (incident?.severity === "minor") return "P3";
  return PRIORITIES[loudnessOf(event, wording)];
};

/** Name and value of each fact, as many as the service takes. */
const detailsOf = (message: Message, { facts }: Wording): Record<string, string> => {
  const details: Record<string, string> = {};
  let length = 0;
  const labels = Object.entries(message.alert?.labels ?? {}).map(
    ([name, value]) => [`label ${name}`, value] as const,
  );
  for (const [name, value] of [...facts, ...labels]) {
    const key = cutText(name.toWellFormed(), LONGEST.detailName);
    const text = cutText(value.toWellFormed(), LONGEST.detail);
    length += key.length + text.length;
    if (length > LONGEST.details) break;
    if (text !== "") details[key] = text;
  }
  return details;
};

const createBody = (message: Message, wording: Wording, alias: string): Record<string, unknown> => {
  const { alert, incident, service } = message;
  const entity = alert?.machineName || incident?.services[0]?.name || service?.name;
  const description = [plainText(wording), ...(wording.url === null ? [] : ["", wording.url])].join("\n");
  return {
    message: cutText(wording.headline, LONGEST.message),
    alias,
    description: cutText(description, LONGEST.description),
    details: detailsOf(message, wording),
    ...(entity ? { entity: cutText(entity.toWellFormed(), LONGEST.entity) } : {}),
    tags: ["andon"],
    priority: priorityOf(message, wording),
    source: SOURCE,
  };
};

const followUpBody = (
  { alert }: Message,
  { headline, body }: Wording,
  action: PagerAction,
): Record<string, unknown> => {
  const person = action === "acknowledge" ? alert?.acknowledgedBy : alert?.resolvedBy;
  return {
    ...(person ? { user: cutText(person.toWellFormed(), LONGEST.user) } : {}),
    source: SOURCE,
    note: cutText(body === "" ? headline : `${headline}\n${body}`, LONGEST.note),
  };
};

/** Pure. */
export const composeOpsgenie = (message: Message): ComposedBody => {
  const wording = wordingOf(message);
  const action = pagerActionOf(message, wording);
  const alias = pagerKeyOf(message, wording);
  return jsonBody({
    action,
    alias,
    body: action === "trigger" ? createBody(message, wording, alias) : followUpBody(message, wording, action),
  } satisfies OpsgenieCall);
};
