// In: HTML as chat services take it. Out: text, links and tags, by a parser that takes every `<` before
// a letter, a slash or an exclamation mark for a tag, as browsers do.
import type { Shown } from "./type-sample";

const NAMED: Readonly<Record<string, string>> = {
  lt: "<",
  gt: ">",
  amp: "&",
  quot: '"',
  apos: "'",
  nbsp: " ",
};

/** Each entity once: what an entity stands for is not looked at again. */
export const decodeEntities = (text: string): string =>
  text.replace(
    /&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
      return NAMED[name ?? ""] ?? whole;
    },
  );

/** Adds to `shown`; gives the text. Line breaks and ends of blocks become line breaks. */
export const readHtml = (html: string, shown: Shown): string => {
  let text = "";
  let link: { url: string; from: number } | null = null;
  let rest = html;
  while (rest !== "") {
    const tag = /^<(\/?)([a-z!?][\w-]*)([^>]*)>/i.exec(rest);
    if (tag === null) {
      const next = rest.slice(1).search(/<[/a-z!?]/i);
      const end = next === -1 ? rest.length : next + 1;
      text += decodeEntities(rest.slice(0, end));
      rest = rest.slice(end);
      continue;
    }
    rest = rest.slice(tag[0].length);
    const [, slash = "", name = "", attributes = ""] = tag;
    // A line break is no formatting.
    if (slash === "" && name !== "br") shown.markup.push(`html ${name.toLowerCase()}`);
    if (/^(?:br|p|li|div|h\d|ul)$/i.test(name)) text += "\n";
    if (name.toLowerCase() !== "a") continue;
    if (slash === "") {
      const href = /href\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(attributes);
      link = { url: decodeEntities(href?.[1] ?? href?.[2] ?? ""), from: text.length };
    } else if (link !== null) {
      shown.links.push({ text: text.slice(link.from), url: link.url });
      link = null;
    }
  }
  return text;
};
