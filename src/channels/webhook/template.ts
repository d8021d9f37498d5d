// In: the template, content type and query of a `custom` webhook as given. Out: what makes of each message the body, or the query of a GET; and the checks that are made before it is saved.
import { invalid } from "../../core/errors";
import { findJsonFault } from "../../lib/json-fault";
import { shortenTexts } from "../../lib/shorten-texts";
import type { ComposedBody, Message } from "../channel";
import { parseLiquid, TemplateFault, type LiquidEscape, type LiquidTemplate } from "../liquid";
import { textOf } from "../values";
import { wordingOf } from "../wording";
import type { WebhookMethod } from "./dialect";
import { composeAndon } from "./dialects/andon";

/** What a template may make of one message. */
export const LARGEST_BODY_BYTES = 256 * 1024;
const LONGEST_TEMPLATE = 65_536;
const LONGEST_QUERY = 4_096;

/** The stored body of a GET is its query; nothing of it is sent as a body. */
export const QUERY_TYPE = "application/x-www-form-urlencoded";
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\b/i;
/** RFC 9110: type, subtype, parameters; no line break can be in it. */
const MEDIA_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?: *; *[\w-]+=(?:[\w.-]+|"[^"\r\n]*"))*$/;

export interface TemplateConfig {
  field: "config.template" | "config.url_query";
  isQuery: boolean;
  contentType: string;
  template: LiquidTemplate;
}

/** Andon's payload, and the words that channels for people use. */
export const valuesOf = (message: Message): Record<string, unknown> => {
  const { headline, body, facts, tone, phase, url, threadKey } = wordingOf(message);
  const { alert } = message;
  return {
    // The names of a rule's own message.
    ...(alert === undefined
      ? {}
      : {
          machine: alert.machineName,
          metric: alert.metricName,
          value: alert.metricValue,
          unit: alert.unit,
          threshold: alert.thresholdValue,
        }),
    ...composeAndon(message),
    headline,
    text: body,
    facts: facts.map(([label, value]) => ({ label, value })),
    tone,
    phase,
    url: url ?? "",
    thread_key: threadKey,
  };
};

const withLine = ({ message, line }: TemplateFault): string =>
  line === null ? message : `Line ${line}: ${message}`;

const parsed = (text: string, escape: LiquidEscape, field: string): LiquidTemplate => {
  try {
    return parseLiquid(text, escape);
  } catch (error) {
    throw error instanceof TemplateFault ? invalid(field, withLine(error)) : error;
  }
};

/** Throws `invalid` with the line of what is no Liquid. Null: the dialect has no template. */
export const parseTemplate = (
  given: Record<string, unknown>,
  { isCustom, method }: { isCustom: boolean; method: WebhookMethod },
): TemplateConfig | null => {
  const { template, content_type: contentType, url_query: query } = given;
  if (!isCustom) {
    for (const name of ["template", "content_type", "url_query"])
      if (given[name] !== undefined)
        throw invalid(
          `config.${name}`,
          `${name} belongs to the dialect custom: choose it, or leave ${name} out.`,
        );
    return null;
  }
  const text = textOf(template, "config.template", { longest: LONGEST_TEMPLATE });
  const type = textOf(contentType, "config.content_type", { longest: 200 }) ?? "application/json";
  if (!MEDIA_TYPE.test(type))
    throw invalid("config.content_type", "content_type must be a media type such as text/plain.");
  const queryText = textOf(query, "config.url_query", { longest: LONGEST_TEMPLATE });
  if (method === "GET")
    return {
      field: "config.url_query",
      isQuery: true,
      contentType: QUERY_TYPE,
      template: parsed(queryText ?? "", "query", "config.url_query"),
    };
  if (text === undefined)
    throw invalid("config.template", "template is missing: the dialect custom is made of it.");
  return {
    field: "config.template",
    isQuery: false,
    contentType: type,
    template: parsed(text, JSON_TYPE.test(type) ? "json" : "plain", "config.template"),
  };
};

/** Lines may be broken and indented for people; a query has neither. */
const asQuery = (text: string): string =>
  text
    .replace(/\s*[\r\n]+\s*/g, "")
    .trim()
    .replace(/^[?&]+/, "");

/** What is too large with whole texts is tried with shorter ones: better cut than not told. */
const CUTS = [Infinity, 1_000, 100] as const;

const rendered = (message: Message, { isQuery, template }: TemplateConfig): string => {
  const values = valuesOf(message);
  const most = isQuery ? LONGEST_QUERY : LARGEST_BODY_BYTES;
  let bytes = 0;
  for (const cut of CUTS) {
    const isLast = cut === CUTS.at(-1);
    try {
      const given = cut === Infinity ? values : (shortenTexts(values, cut) as Record<string, unknown>);
      const text = template.render(given, message.at);
      const result = isQuery ? asQuery(text) : text;
      bytes = Buffer.byteLength(result, "utf8");
      if (bytes <= most) return result;
    } catch (error) {
      if (isLast || !(error instanceof TemplateFault && error.isTooLarge)) throw error;
    }
  }
  throw new TemplateFault(`The result has ${bytes} bytes, more than ${most}.`, null);
};

/** Throws AppError `invalid` with a sentence for people when nothing can be sent. */
export const composeTemplate = (message: Message, config: TemplateConfig): ComposedBody => {
  const { field, contentType } = config;
  let text: string;
  try {
    text = rendered(message, config);
  } catch (error) {
    throw error instanceof TemplateFault ? invalid(field, withLine(error)) : error;
  }
  if (JSON_TYPE.test(contentType)) {
    const fault = findJsonFault(text);
    if (fault !== null)
      throw invalid(
        field,
        `The result is no JSON: at its line ${fault.line}, column ${fault.column}, ${fault.problem}.` +
          " If it shall be none, say so in content_type.",
      );
  }
  return { body: Buffer.from(text, "utf8"), contentType };
};
