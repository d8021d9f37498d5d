// In: the part of a line before its fields, as bytes. Out: measurement and tags, unescaped. The slow
// path: each sender's prefixes are read once and then known by their bytes.

export interface Prefix {
  measurement: string;
  /** In the order of the line. */
  tags: Map<string, string>;
}

const decoder = new TextDecoder();

/**
 * A backslash counts only before one of `special`; before anything else it stands for itself, as
 * InfluxDB has it.
 */
export const unescape = (text: string, special: string): string => {
  if (!text.includes("\\")) return text;
  let out = "";
  for (let at = 0; at < text.length; at++) {
    const next = text[at + 1];
    if (text[at] === "\\" && next !== undefined && special.includes(next)) out += text[++at];
    else out += text[at];
  }
  return out;
};

/** Index of the first `character` from `from` on that no backslash precedes; -1 without one. */
const findBare = (text: string, character: string, from: number): number => {
  for (let at = from; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === character) return at;
  }
  return -1;
};

const TAG_SPECIAL = ",= ";

/** Tag and field keys. */
export const keyOf = (bytes: Uint8Array): string => unescape(decoder.decode(bytes), TAG_SPECIAL);

/** A text instead of a Prefix is the reason why the line is refused. */
export const readPrefix = (bytes: Uint8Array): Prefix | string => {
  const text = decoder.decode(bytes);
  let comma = findBare(text, ",", 0);
  const measurement = unescape(comma === -1 ? text : text.slice(0, comma), ", ");
  if (measurement === "") return "missing measurement";
  const tags = new Map<string, string>();
  while (comma !== -1) {
    const start = comma + 1;
    comma = findBare(text, ",", start);
    const pair = comma === -1 ? text.slice(start) : text.slice(start, comma);
    const equals = findBare(pair, "=", 0);
    const key = unescape(equals === -1 ? pair : pair.slice(0, equals), TAG_SPECIAL);
    if (key === "") return "missing tag key";
    if (equals === -1) return `missing tag value of ${key}`;
    const rest = pair.slice(equals + 1);
    if (rest === "") return `missing tag value of ${key}`;
    if (findBare(rest, "=", 0) !== -1) return `invalid tag value of ${key}`;
    if (tags.has(key)) return `duplicate tag ${key}`;
    tags.set(key, unescape(rest, TAG_SPECIAL));
  }
  return { measurement, tags };
};
