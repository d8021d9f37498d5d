// In: people's words. Out: the same as HTML or Markdown shows them: every sign that would format, link
// or embed is made plain. One function per way of escaping; each service says which signs it knows.

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** For text and for values in double quotes. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign);

const entityOf = (sign: string): string => ENTITIES[sign] ?? `&#${sign.charCodeAt(0)};`;

/** At the beginning of a line: headings, lists, quotes, rules. */
const LINE_START = /^([ \t]*)([#>=+-]|\d{1,9}(?=[.)](?:\s|$)))/gm;
/** Lines that are further in are code. */
const INDENTED = /^[ \t]{4,}/gm;

/**
 * For Markdown that decodes entities (CommonMark does): what an entity stands for is never mark-up, and
 * unlike a backslash it needs no look at its neighbours.
 */
export const escapeMarkdownByEntities = (text: string): string =>
  text
    .replace(/[&<>\\`*_~|[\]$^]/g, entityOf)
    .replace(/:(?=[\w+-]+:)/g, "&#58;")
    .replace(INDENTED, "   ")
    .replace(
      LINE_START,
      (_line, indent: string, sign: string) =>
        `${indent}${/^\d/.test(sign) ? `${sign}\u200b` : entityOf(sign)}`,
    );

/** Addresses keep their meaning when these signs are written in percent. */
const escapeAddress = (url: string): string =>
  url.replace(/[\\`*_~|^]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

const ADDRESS = /(https?:\/\/[^\s<>()[\]"'|`\\]+)/;

/**
 * For Markdown that knows a backslash before any punctuation and no entities. A backslash inside an
 * address would become a part of it: there the signs are written in percent.
 */
export const escapeMarkdownByBackslash = (text: string): string =>
  text
    .split(ADDRESS)
    .map((part, index) => (index % 2 === 1 ? escapeAddress(part) : part.replace(/[\\`*_~|[\]<>$^]/g, "\\$&")))
    .join("")
    .replace(/:(?=[\w+-]+:)/g, "\\:")
    .replace(
      LINE_START,
      (_line, indent: string, sign: string) => `${indent}${/^\d/.test(sign) ? `${sign}\u200b` : `\\${sign}`}`,
    );
