// In: a template that is about to be saved. Out: nothing, or what is wrong with it: a variable that no
// message has, or samples that do not come out as they must.
import { AppError, invalid } from "../../core/errors";
import { TELLABLE_EVENTS, type TellableEvent } from "../../core/events";
import type { Message } from "../channel";
import { sampleMessages } from "../sample";
import { composeTemplate, valuesOf, type TemplateConfig } from "./template";

const SAMPLE_TENANT = {
  organization: { id: "organization", number: 1, name: "Organization", slug: "organization" },
  project: { id: "project", number: 1, name: "Project", slug: "project" },
  baseUrl: "https://andon.example",
};
const SAMPLE_AT = Date.UTC(2026, 0, 1);

const samplesOf = (events: readonly TellableEvent[]): Message[] =>
  sampleMessages(SAMPLE_TENANT, events, SAMPLE_AT);

/** As `message`, with texts as people may write them. */
const awkward = (message: Message): Message => {
  const odd = (text: string): string => `${text} "quoted" \\ and\nbroken`;
  const { alert, incident, service, channel } = message;
  return {
    ...message,
    ...(alert === undefined
      ? {}
      : { alert: { ...alert, name: odd(alert.name), message: odd(alert.message) } }),
    ...(incident === undefined
      ? {}
      : { incident: { ...incident, title: odd(incident.title), message: odd(incident.message) } }),
    ...(service === undefined ? {} : { service: { ...service, message: odd(service.message) } }),
    ...(channel === undefined ? {} : { channel: { ...channel, reason: odd(channel.reason) } }),
    note: odd("Note"),
  };
};

/** Maps of people's own keys: any name may be in them. */
const OPEN = new Set(["labels"]);

const namesIn = (values: readonly unknown[]): string[] => [
  ...new Set(
    values.flatMap((value) => (typeof value === "object" && value !== null ? Object.keys(value) : [])),
  ),
];

/** The part of `path` that no message has, or null. */
const unknownPart = (
  path: readonly (string | number)[],
  roots: readonly unknown[],
): { path: string; known: string[] } | null => {
  let values = roots;
  for (const [index, segment] of path.entries()) {
    const known = namesIn(values);
    const isList = values.some((value) => Array.isArray(value));
    // Properties that Liquid gives to texts and lists.
    if (typeof segment === "number" || (index > 0 && ["first", "last", "size"].includes(segment)))
      return null;
    if (isList) return null;
    if (!known.includes(segment)) return { path: path.slice(0, index + 1).join("."), known };
    if (OPEN.has(segment)) return null;
    values = values
      .map((value) =>
        typeof value === "object" && value !== null ? (value as Record<string, unknown>)[segment] : undefined,
      )
      .filter((value) => value !== undefined);
  }
  return null;
};

const checkVariables = ({ field, template }: TemplateConfig): void => {
  const roots = samplesOf(TELLABLE_EVENTS).map((message) => valuesOf({ ...message, note: "" }));
  for (const { path, line } of template.variables()) {
    const unknown = unknownPart(path, roots);
    if (unknown !== null)
      throw invalid(
        field,
        `Line ${line}: ${unknown.path} is nothing that a message has. Known here: ${unknown.known.sort().join(", ")}.`,
      );
  }
};

interface Refusal {
  event: TellableEvent;
  error: AppError;
  /** It went well until somebody wrote a quotation mark or a line break. */
  isByTexts: boolean;
}

const failureOf = (message: Message, config: TemplateConfig): AppError | null => {
  try {
    composeTemplate(message, config);
    return null;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
};

const refusalFor = (message: Message, config: TemplateConfig): Refusal | null => {
  const { event } = message;
  const plain = failureOf(message, config);
  if (plain !== null) return { event, error: plain, isByTexts: false };
  const odd = failureOf(awkward(message), config);
  return odd === null ? null : { event, error: odd, isByTexts: true };
};

/** The first kind of test message that the template can tell. */
export const testEventOf = (config: TemplateConfig): TellableEvent => {
  const candidates: TellableEvent[] = ["channel.test", "incident.opened", "service.status_changed"];
  return (
    samplesOf(candidates).find((message) => failureOf(message, config) === null)?.event ?? "channel.test"
  );
};

/**
 * Before it is saved: every variable is one that messages have, and samples come out as they must.
 * A channel that names its events must be able to tell each; one that takes the default, any of them.
 */
export const checkTemplate = (
  config: TemplateConfig,
  { events, areNamed }: { events: readonly TellableEvent[]; areNamed: boolean },
): void => {
  checkVariables(config);
  const samples = samplesOf(events.length > 0 ? events : ["channel.test"]);
  const refusals = samples
    .map((message) => refusalFor(message, config))
    .filter((refusal) => refusal !== null);
  const worst = refusals.find(({ isByTexts }) => isByTexts) ?? refusals[0];
  if (worst === undefined) return;
  if (worst.isByTexts)
    throw invalid(
      config.field,
      `With a quotation mark or a line break in a text of ${worst.event}: ${worst.error.message} Leave out raw.`,
    );
  if (areNamed || refusals.length === samples.length)
    throw invalid(config.field, `With ${worst.event}: ${worst.error.message}`);
};
