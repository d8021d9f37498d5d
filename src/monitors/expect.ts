// In: what was expected and what an HTTP endpoint answered. Out: each check with what was seen. Nothing of
// an answer's body is quoted. Text is matched in linear time, whatever the pattern.
import { invalid } from "../core/errors";
import { parseDotPath, readDotPath } from "../lib/dot-path";
import type { Expectations, MonitorType } from "./schema";

/** One thing that was looked at; `detail` is one sentence for people. */
export interface Check {
  name: string;
  ok: boolean;
  detail: string;
}

export interface HttpSeen {
  status: number;
  latencyMs: number;
  /** The text of the answer, cut to `MOST_BODY_BYTES`; null when it was not read. */
  body: string | null;
}

/** So much of an answer is read where its content is looked at. */
export const MOST_BODY_BYTES = 1_048_576;
/**
 * A pattern is matched against the beginning only: linear time is time all the same. It grows with the length of
 * the text and of the compiled pattern: so many steps take some 50 ms.
 */
const MOST_MATCHED = 65_536;
const MOST_STEPS = 2_500_000;
const MOST_INSTRUCTIONS = 1_000;

/** Which of them each type knows. */
const KNOWN: Readonly<Record<MonitorType, readonly (keyof Expectations)[]>> = {
  http: [
    "status",
    "body_contains",
    "body_not_contains",
    "json_path",
    "equals",
    "regex",
    "max_latency_ms",
    "tls_days_left",
  ],
  tcp: ["max_latency_ms"],
  tls: ["tls_days_left", "tls_trusted", "max_latency_ms"],
  dns: ["values", "max_latency_ms"],
  ping: ["max_latency_ms"],
  heartbeat: [],
};

interface StatusRange {
  from: number;
  to: number;
}

/** `2xx`, `200` or `200-299`; null when it is none of these. */
const parseRange = (text: string): StatusRange | null => {
  const kind = /^([1-5])xx$/i.exec(text);
  if (kind !== null) return { from: Number(kind[1]) * 100, to: Number(kind[1]) * 100 + 99 };
  const match = /^([1-5]\d\d)(?:\s*-\s*([1-5]\d\d))?$/.exec(text);
  if (match === null) return null;
  return { from: Number(match[1]), to: Number(match[2] ?? match[1]) };
};

const rangesOf = (status: NonNullable<Expectations["status"]>): (StatusRange | null)[] =>
  (Array.isArray(status) ? status : status.split(",")).map((part) => parseRange(String(part).trim()));

const isIn = (status: number, wanted: NonNullable<Expectations["status"]>): boolean =>
  rangesOf(wanted).some((range) => range !== null && status >= range.from && status <= range.to);

type Matcher = (text: string) => boolean;

/** The pattern is one, and too large. */
class TooLarge extends Error {}

const matchers = new Map<string, Matcher>();
const MOST_MATCHERS = 1_000;

/** Throws what the engine says of a pattern that is none. The engine is loaded when it is needed first. */
const matcherOf = async (pattern: string): Promise<Matcher> => {
  const known = matchers.get(pattern);
  if (known !== undefined) return known;
  const { RE2JS } = await import("re2js");
  const compiled = RE2JS.compile(pattern);
  const size = compiled.programSize();
  if (size > MOST_INSTRUCTIONS) throw new TooLarge();
  const longest = Math.min(MOST_MATCHED, Math.floor(MOST_STEPS / Math.max(size, 1)));
  const matcher: Matcher = (text) => compiled.matcher(text.slice(0, longest)).find();
  if (matchers.size >= MOST_MATCHERS) matchers.clear();
  matchers.set(pattern, matcher);
  return matcher;
};

/** Throws `invalid` with the field for what this type does not know or nobody could meet. */
export const checkExpectations = async (type: MonitorType, expect: Expectations): Promise<void> => {
  for (const name of Object.keys(expect) as (keyof Expectations)[])
    if (!KNOWN[type].includes(name))
      throw invalid(`expect.${name}`, `A monitor of type ${type} can't expect ${name}.`);
  const { status, json_path: path, regex } = expect;
  if (status !== undefined && (rangesOf(status).includes(null) || rangesOf(status).length === 0))
    throw invalid("expect.status", 'status takes "2xx", "200-299", or a list such as [200, 204].');
  if (path !== undefined) {
    const parsed = parseDotPath(path);
    if (typeof parsed === "string") throw invalid("expect.json_path", `json_path: ${parsed}.`);
  } else if (expect.equals !== undefined)
    throw invalid("expect.equals", "equals needs json_path: what is compared.");
  if (regex !== undefined)
    try {
      await matcherOf(regex);
    } catch (error) {
      throw invalid(
        "expect.regex",
        error instanceof TooLarge
          ? "regex is too large: repeat less often."
          : "regex is no pattern of RE2 (there are no look-around and no back-references).",
      );
    }
};

/** Whether the answer has to be read at all. */
export const needsBody = ({ body_contains, body_not_contains, json_path, regex }: Expectations): boolean =>
  [body_contains, body_not_contains, json_path, regex].some((one) => one !== undefined);

const checkText = (expect: Expectations, body: string): Check[] => {
  const checks: Check[] = [];
  if (expect.body_contains !== undefined) {
    const ok = body.includes(expect.body_contains);
    checks.push({
      name: "body_contains",
      ok,
      detail: ok ? "The expected text is there." : "The expected text is missing in the answer.",
    });
  }
  if (expect.body_not_contains !== undefined) {
    const ok = !body.includes(expect.body_not_contains);
    checks.push({
      name: "body_not_contains",
      ok,
      detail: ok ? "The text is not there." : "The answer holds a text that it must not hold.",
    });
  }
  return checks;
};

const isScalar = (value: unknown): boolean =>
  value === null || ["string", "number", "boolean"].includes(typeof value);

/** `true` and `"true"` are the same here: people write values in forms. */
const isEqual = (found: unknown, wanted: unknown): boolean =>
  found === wanted || (isScalar(found) && found !== null && String(found) === String(wanted));

const checkJson = ({ json_path: path, equals }: Expectations, body: string): Check | null => {
  if (path === undefined) return null;
  const check = (ok: boolean, detail: string): Check => ({ name: "json_path", ok, detail });
  const parsed = parseDotPath(path);
  if (typeof parsed === "string") return check(false, `The path is none: ${parsed}.`);
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return check(false, "The answer is not JSON.");
  }
  const found = readDotPath(value, parsed);
  if (equals === undefined)
    return found === undefined || found === null
      ? check(false, `There is no value at ${path}.`)
      : check(true, `There is a value at ${path}.`);
  return isEqual(found, equals)
    ? check(true, `The value at ${path} is the expected one.`)
    : check(false, `The value at ${path} is not the expected one.`);
};

const checkPattern = async (pattern: string | undefined, body: string): Promise<Check | null> => {
  if (pattern === undefined) return null;
  const matches = await matcherOf(pattern);
  const ok = matches(body);
  return {
    name: "regex",
    ok,
    detail: ok ? "The answer matches the pattern." : "The answer does not match the pattern.",
  };
};

/** Null where there is no limit. */
export const checkLatency = ({ max_latency_ms: most }: Expectations, latencyMs: number): Check | null =>
  most === undefined
    ? null
    : {
        name: "max_latency_ms",
        ok: latencyMs <= most,
        detail: `It took ${latencyMs} ms; at most ${most} ms are expected.`,
      };

/** In the order in which they are read; the first that fails is the reason. */
export const checkHttp = async (expect: Expectations, seen: HttpSeen): Promise<Check[]> => {
  const wanted = expect.status ?? "2xx";
  const checks: (Check | null)[] = [
    {
      name: "status",
      ok: isIn(seen.status, wanted),
      detail: `It answered ${seen.status}; ${Array.isArray(wanted) ? wanted.join(", ") : wanted} is expected.`,
    },
  ];
  if (seen.body !== null)
    checks.push(
      ...checkText(expect, seen.body),
      checkJson(expect, seen.body),
      await checkPattern(expect.regex, seen.body),
    );
  checks.push(checkLatency(expect, seen.latencyMs));
  return checks.filter((check) => check !== null);
};
