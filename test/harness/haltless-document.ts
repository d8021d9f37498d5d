// In: the excerpt of the Haltless document beside this file. Out: its requests, samples and handlers
// exactly as printed.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const EXCERPT = join(import.meta.dir, "haltless-document.txt");

export interface PrintedRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  /** Between the quotes of `-d`; null without one. */
  body: string | null;
}

export interface HaltlessDocument {
  requests: { createChannel: PrintedRequest; test: PrintedRequest; createPolicy: PrintedRequest };
  samples: {
    channel: Record<string, unknown>;
    test: Record<string, unknown>;
    triggered: Record<string, unknown>;
    /** Its `alert: { ... }` is the alert of `triggered`. */
    escalated: Record<string, unknown>;
    /** The body of a create request for a Slack channel. */
    slackChannel: Record<string, unknown>;
  };
  /** Python without its indentation, which the document has lost. */
  flask: string;
  express: string;
}

const CURL =
  /^curl -X (?<method>[A-Z]+) "(?<url>[^"]+)" \\\n(?<headers>(?:-H "[^"]+"(?: \\)?\n)+)(?:-d '(?<body>[^']*)')?/gm;
const HEADER = /-H "([^:"]+): ([^"]+)"/g;

const readRequests = (text: string): PrintedRequest[] =>
  [...text.matchAll(CURL)].map(({ groups }) => ({
    method: groups?.["method"] ?? "",
    url: groups?.["url"] ?? "",
    headers: Object.fromEntries(
      [...(groups?.["headers"] ?? "").matchAll(HEADER)].map(([, name = "", value = ""]) => [name, value]),
    ),
    body: groups?.["body"] ?? null,
  }));

const between = (text: string, begin: string, end: string): string => {
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from + begin.length);
  if (from < 0 || to < 0) throw new Error(`The document has no passage from "${begin}" to "${end}".`);
  return text.slice(from + begin.length, to);
};

/** The first JSON object after `heading`. */
const readSample = (text: string, heading: string): Record<string, unknown> => {
  const start = text.indexOf("{", text.indexOf(heading));
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    if (text[at] === "{") depth++;
    else if (text[at] === "}" && --depth === 0)
      return JSON.parse(text.slice(start, at + 1).replace("{ ... }", "{}")) as Record<string, unknown>;
  }
  throw new Error(`The document has no sample after "${heading}".`);
};

const parse = (text: string): HaltlessDocument => {
  const [createChannel, test, createPolicy, ...more] = readRequests(text);
  if (createChannel === undefined || test === undefined || createPolicy === undefined || more.length > 0)
    throw new Error("The document does not print exactly three requests.");
  const triggered = readSample(text, "POST request to your URL with a JSON body:");
  return {
    requests: { createChannel, test, createPolicy },
    samples: {
      channel: readSample(text, "Response:\n"),
      test: readSample(text, "A successful response:"),
      triggered,
      escalated: { ...readSample(text, "For escalation events:"), alert: triggered["alert"] },
      slackChannel: readSample(text, "Slack (via webhook)"),
    },
    flask: between(text, "Python (Flask)\n", "Node.js (Express)"),
    express: between(text, "Node.js (Express)\n", "Securing your webhook endpoint"),
  };
};

export const readHaltlessDocument = (): HaltlessDocument => parse(readFileSync(EXCERPT, "utf8"));
