// In: a text in Liquid and what its outputs are escaped for. Out: a template that renders to a text,
// within limits: no file, no network, no clock, no chance, and never long.
import type { Context, Emitter, FilterImplOptions, Liquid, Template } from "liquidjs";

/** `json`: outputs stand inside JSON strings. `query`: they are values in a URL. `plain`: as they are. */
export type LiquidEscape = "json" | "query" | "plain";

export interface LiquidVariable {
  /** Names and positions from the outside in; a computed one ends the path. */
  path: readonly (string | number)[];
  /** Of the template, from 1. */
  line: number;
}

export interface LiquidTemplate {
  /** Equal values and moment give equal text. `now` is what templates are told of the time, in ms. */
  render(values: Readonly<Record<string, unknown>>, now: number): string;
  /** What it reads from the values, in the order of lines. */
  variables(): readonly LiquidVariable[];
}

/** What is wrong with a template, in a sentence for people. */
export class TemplateFault extends Error {
  /** Of the template, from 1; null where no line can be named. */
  readonly line: number | null;
  /** With shorter texts it might have gone well. */
  readonly isTooLarge: boolean;

  constructor(message: string, line: number | null, isTooLarge = false) {
    super(message);
    this.name = "TemplateFault";
    this.line = line;
    this.isTooLarge = isTooLarge;
  }
}

/** Characters that filters and ranges may take in all: several times the largest message. */
const MEMORY_LIMIT = 500_000;
/** Characters that may be written in all, captured ones included. */
const WRITE_LIMIT = 1_000_000;
/** Rounds of loops and branches, in all: equal on every machine, so the usual end of what runs away. */
const STEP_LIMIT = 20_000;
/** Against what the other limits do not see. Wall time: far above what any template needs. */
const RENDER_LIMIT_MS = 1_500;

/** They read files, make HTML of tables, or name the program's own texts. */
const REMOVED_TAGS = ["include", "render", "layout", "block", "tablerow"];
/** Chance, and programs within strings that no limit counts. */
const REMOVED_FILTERS = [
  "sample",
  "where_exp",
  "reject_exp",
  "group_by_exp",
  "has_exp",
  "find_exp",
  "find_index_exp",
];

const TOO_LONG = "the result is far too long";

const NOW = "andon_now";
const STEPS = "andon_steps";
const WRITTEN = "andon_written";

const count = (context: Context, what: typeof STEPS | typeof WRITTEN, amount: number): number =>
  context.setRegister(what, (context.getRegister(what, 0) as number) + amount) as number;

class CountingEmitter implements Emitter {
  buffer = "";
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  write(value: unknown): void {
    const text = textOf(value);
    if (count(this.#context, WRITTEN, text.length) > WRITE_LIMIT) throw new Error(TOO_LONG);
    this.buffer += text;
  }
}

/** As Liquid prints a value. */
const textOf = (value: unknown): string =>
  value === undefined || value === null
    ? ""
    : Array.isArray(value)
      ? value.map(textOf).join("")
      : typeof value === "object"
        ? JSON.stringify(value)
        : String(value);

const ESCAPES: Record<LiquidEscape, ((value: unknown) => string) | undefined> = {
  // A number or true stays what it is; a list or an object is meant as JSON.
  json: (value) =>
    typeof value === "string"
      ? JSON.stringify(value).slice(1, -1)
      : typeof value === "object" && value !== null
        ? JSON.stringify(value)
        : textOf(value),
  query: (value) => encodeURIComponent(textOf(value).toWellFormed()),
  plain: undefined,
};

/** The original of a filter; ours are made from theirs, which keep count of memory. */
const handlerOf = (filter: FilterImplOptions | undefined) =>
  typeof filter === "function" ? filter : filter?.handler;

/** Loaded at first use, and not by import(): templates are read and rendered synchronously. */
const liquidjs = (): typeof import("liquidjs") => require("liquidjs") as typeof import("liquidjs");

const createEngine = (escape: LiquidEscape): Liquid => {
  const { Liquid: Engine } = liquidjs();
  const outputEscape = ESCAPES[escape];
  const engine = new Engine({
    // An empty list of texts instead of a file system.
    templates: {},
    strictFilters: true,
    ownPropertyOnly: true,
    // Everywhere the same.
    timezoneOffset: 0,
    locale: "en",
    memoryLimit: MEMORY_LIMIT,
    renderLimit: RENDER_LIMIT_MS,
    ...(outputEscape === undefined ? {} : { outputEscape }),
  });
  for (const tag of REMOVED_TAGS) delete engine.tags[tag];
  for (const filter of REMOVED_FILTERS) delete engine.filters[filter];
  const { json, date, url_encode: urlEncode } = engine.filters;

  const asJson: FilterImplOptions = {
    raw: true,
    handler(value, space) {
      // What there is not is null: a JSON template stays JSON.
      return handlerOf(json)?.call(this, value, space) ?? "null";
    },
  };
  engine.registerFilter("json", asJson);
  engine.registerFilter("jsonify", asJson);
  engine.registerFilter("date", function dateAtMessage(value, ...rest) {
    const given = value === "now" || value === "today" ? new Date(this.context.getRegister(NOW)) : value;
    return handlerOf(date)?.call(this, given, ...rest);
  });
  if (escape === "query")
    engine.registerFilter("url_encode", {
      raw: true,
      handler(value) {
        return handlerOf(urlEncode)?.call(this, value);
      },
    });

  const { renderer } = engine;
  const renderTemplates = renderer.renderTemplates.bind(renderer);
  renderer.renderTemplates = (templates, context, emitter) => {
    if (count(context, STEPS, 1) > STEP_LIMIT) throw new Error("the template does not come to an end");
    return renderTemplates(templates, context, emitter ?? new CountingEmitter(context));
  };
  return engine;
};

const engines = new Map<LiquidEscape, Liquid>();

const engineFor = (escape: LiquidEscape): Liquid => {
  const known = engines.get(escape);
  if (known !== undefined) return known;
  const engine = createEngine(escape);
  engines.set(escape, engine);
  return engine;
};

const TOO_LARGE = /^memory alloc limit exceeded|Out of memory/;

const WORDS: readonly (readonly [pattern: RegExp, words: string])[] = [
  [TOO_LARGE, "The template makes far too much of its texts."],
  [/^template render limit exceeded/, "The template takes too long."],
  [/^undefined filter: (.*)$/, "There is no filter $1."],
  [/^tag "(.*)" not found$/, "There is no tag $1."],
  [/^tag (.*) not closed$/, "The tag $1 is not closed."],
  [/^output "(.*)" not closed$/, "The output $1 is not closed."],
  [/call stack/i, "The template is nested too deeply."],
];

const PLACE = /, line:(\d+), col:\d+/;

const sentenceOf = (text: string): string => {
  for (const [pattern, words] of WORDS) if (pattern.test(text)) return text.replace(pattern, words);
  const sentence =
    text === "" ? "The template can't be used" : text.slice(0, 1).toUpperCase() + text.slice(1);
  return sentence.endsWith(".") ? sentence : `${sentence}.`;
};

const faultOf = (error: unknown): TemplateFault => {
  const text = error instanceof Error ? error.message : "";
  const line = PLACE.exec(text)?.[1];
  const bare = text.replace(PLACE, "");
  return new TemplateFault(
    sentenceOf(bare),
    line === undefined ? null : Number(line),
    TOO_LARGE.test(bare) || bare === TOO_LONG,
  );
};

const renderWith = (
  engine: Liquid,
  templates: Template[],
  values: Readonly<Record<string, unknown>>,
  now: number,
): unknown => {
  const { Context: NewContext, toValueSync } = liquidjs();
  // A copy: `increment` writes into what it is given.
  const context = new NewContext({ ...values }, engine.options, { sync: true }, { liquid: engine });
  context.setRegister(NOW, now);
  return toValueSync(engine._render(templates, context, { sync: true }));
};

/** Throws TemplateFault when the text is no template. What fails while rendering is one as well. */
export const parseLiquid = (text: string, escape: LiquidEscape): LiquidTemplate => {
  const engine = engineFor(escape);
  let templates: Template[];
  try {
    templates = engine.parse(text);
  } catch (error) {
    throw faultOf(error);
  }
  return {
    render: (values, now) => {
      try {
        return String(renderWith(engine, templates, values, now));
      } catch (error) {
        throw faultOf(error);
      }
    },
    variables: () =>
      Object.values(engine.analyzeSync(templates).globals)
        .flat()
        .map(({ segments, location }) => {
          const end = segments.findIndex((segment) => typeof segment === "object");
          const path = (end === -1 ? segments : segments.slice(0, end)) as (string | number)[];
          return { path, line: location.row };
        })
        .sort((left, right) => left.line - right.line),
  };
};
