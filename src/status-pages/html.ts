// In: words of ours and words of anybody. Out: HTML in which the latter are text. The one way to build HTML
// for the public: what is put into a template is escaped unless it is HTML of such a template itself.
import { escapeHtml } from "../lib/escape-markup";

/** HTML that was built here. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Null, undefined and false leave nothing. */
export type HtmlValue = string | number | Html | null | undefined | false | readonly HtmlValue[];

const textOf = (value: HtmlValue): string => {
  if (value === null || value === undefined || value === false) return "";
  if (value instanceof Html) return value.text;
  if (typeof value === "string" || typeof value === "number") return escapeHtml(String(value));
  return value.map(textOf).join("");
};

/** The templates' own line breaks and indents are for those who write them. */
const dense = new WeakMap<TemplateStringsArray, readonly string[]>();

const denseOf = (strings: TemplateStringsArray): readonly string[] => {
  const known = dense.get(strings);
  if (known !== undefined) return known;
  const made = strings.map((string) => string.replace(/\s*\n\s*/g, " "));
  dense.set(strings, made);
  return made;
};

/** Values stand between tags or in attributes with double quotes, nowhere else. */
export const html = (strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html =>
  new Html(denseOf(strings).reduce((text, string, index) => `${text}${textOf(values[index - 1])}${string}`));
