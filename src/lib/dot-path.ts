// In: a path such as `data.items[0].state`, and a value that came as JSON. Out: what stands there. Only
// properties that the value itself has are walked: nothing of a prototype can be reached. Domain-free.

/** Names and positions, outermost first. */
export type DotPath = readonly (string | number)[];

/** Deeper ones are nobody's payload. */
export const MAX_SEGMENTS = 16;
export const MAX_PATH_LENGTH = 500;

/** They lead out of the data. */
const FORBIDDEN: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** A name, `[0]`, or a name in quotes and brackets, which may hold anything: `["a.b"]`. Sticky. */
const SEGMENT = /(?:(?<!^)\.|^)([^.[\]"'\s]+(?: [^.[\]"'\s]+)*)|\[(\d{1,6})\]|\[(?:"([^"]+)"|'([^']+)')\]/y;

/** A text is the reason for a refusal. */
export const parseDotPath = (text: string): DotPath | string => {
  if (text === "") return "a path must not be empty";
  if (text.length > MAX_PATH_LENGTH) return `a path may have at most ${MAX_PATH_LENGTH} characters`;
  const segments: (string | number)[] = [];
  SEGMENT.lastIndex = 0;
  while (SEGMENT.lastIndex < text.length) {
    const match = SEGMENT.exec(text);
    if (match === null) return "a path is names with dots between them, and positions such as [0]";
    const [, name, position, double, single] = match;
    const key = name ?? double ?? single;
    if (key !== undefined && FORBIDDEN.has(key)) return `${key} cannot be part of a path`;
    segments.push(key ?? Number(position));
    if (segments.length > MAX_SEGMENTS) return `a path may have at most ${MAX_SEGMENTS} parts`;
  }
  return segments;
};

const POSITION = /^\d{1,6}$/;

/** Undefined where there is nothing; names that are digits also count in lists. */
export const readDotPath = (value: unknown, path: DotPath): unknown => {
  let at = value;
  for (const segment of path) {
    if (typeof at !== "object" || at === null) return undefined;
    if (Array.isArray(at)) {
      if (typeof segment === "string" && !POSITION.test(segment)) return undefined;
      at = at[Number(segment)] as unknown;
    } else {
      const key = String(segment);
      if (FORBIDDEN.has(key) || !Object.hasOwn(at, key)) return undefined;
      at = (at as Record<string, unknown>)[key];
    }
  }
  return at;
};

/** As `parseDotPath` reads it again. */
export const printDotPath = (path: DotPath): string => {
  let text = "";
  for (const segment of path) {
    if (typeof segment === "number") text += `[${segment}]`;
    else if (/^[^.[\]"'\s]+$/.test(segment)) text += text === "" ? segment : `.${segment}`;
    else text += segment.includes('"') ? `['${segment}']` : `["${segment}"]`;
  }
  return text;
};
