// In: JSON text from outside. Out: the parsed value, or a refusal before the parser has built anything
// when the text nests too deep or holds too many keys or values (they cost far more than their bytes).
import { AppError } from "../core/errors";

/** Deeper documents have no meaning here. */
export const MAX_DEPTH = 64;
/** Of one object; lists may be long. */
export const MAX_KEYS = 10_000;
/** Of the whole text: `[{},{},…]` takes twenty times its bytes when it is built. */
export const MAX_VALUES = 1_000_000;

/** Shorter texts can neither close 65 levels nor hold 10,000 keys. */
const HARMLESS_LENGTH = 2 * (MAX_DEPTH + 1);

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const BACKSLASH = 92;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/** Index of the quote that ends the string whose first character is at `from`; -1 without one. */
const endOfString = (text: string, from: number): number => {
  for (let at = text.indexOf('"', from); at !== -1; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return at;
  }
  return -1;
};

const tooDeep = (): AppError =>
  new AppError("malformed", `The JSON nests deeper than ${MAX_DEPTH} levels.`, { code: "json_too_deep" });

const tooManyKeys = (): AppError =>
  new AppError("malformed", `A JSON object has more than ${MAX_KEYS} keys.`, { code: "json_too_many_keys" });

const tooManyValues = (most: number): AppError =>
  new AppError("malformed", `The JSON holds more than ${most} values. Send it in smaller parts.`, {
    code: "json_too_many_values",
  });

/** Linear in the text; throws AppError `malformed`. Text that is not JSON is left to the parser. */
export const checkJsonShape = (text: string, mostValues = MAX_VALUES): void => {
  if (text.length < HARMLESS_LENGTH) return;
  const keys = new Uint32Array(MAX_DEPTH + 1);
  let depth = 0;
  let values = 1;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE: {
        const end = endOfString(text, at + 1);
        if (end === -1) return;
        at = end;
        break;
      }
      case OPEN_LIST:
      case OPEN_OBJECT:
        if (++depth > MAX_DEPTH) throw tooDeep();
        keys[depth] = 0;
        break;
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        if (--depth < 0) return;
        break;
      case COMMA:
        if (++values > mostValues) throw tooManyValues(mostValues);
        break;
      case COLON: {
        const count = (keys[depth] ?? 0) + 1;
        if (count > MAX_KEYS) throw tooManyKeys();
        keys[depth] = count;
        break;
      }
      default:
    }
  }
};

/** Throws AppError `malformed`; the parser's own words, which quote the text, stay in the cause. */
export const parseJson = (text: string, mostValues = MAX_VALUES): unknown => {
  checkJsonShape(text, mostValues);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError("malformed", "The body is not valid JSON.", { code: "malformed_json", cause });
  }
};
