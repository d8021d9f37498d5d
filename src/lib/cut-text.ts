// In: a text and a limit. Out: the text, or as much of it as fits with an ellipsis; no character is cut in half.

const ELLIPSIS = "…";

/** At most `limit` UTF-16 units (what most services count), the ellipsis included. */
export const cutText = (text: string, limit: number, ellipsis = ELLIPSIS): string => {
  if (text.length <= limit) return text;
  if (limit < ellipsis.length) return "";
  let end = limit - ellipsis.length;
  const last = text.charCodeAt(end - 1);
  // Never between the halves of a surrogate pair.
  if (end > 0 && last >= 0xd800 && last <= 0xdbff) end--;
  return text.slice(0, end) + ellipsis;
};

const encoder = new TextEncoder();

/** At most `limit` bytes of UTF-8, the ellipsis included. */
export const cutBytes = (text: string, limit: number): string => {
  // A character takes at least one byte for each of its units: what is longer is not encoded as a whole.
  if (text.length <= limit && encoder.encode(text).length <= limit) return text;
  const room = limit - encoder.encode(ELLIPSIS).length;
  if (room < 0) return "";
  const { read } = encoder.encodeInto(text, new Uint8Array(room));
  return text.slice(0, read) + ELLIPSIS;
};

/**
 * The longest beginning of `text`, with an ellipsis, that `fits`: for limits that count what becomes of
 * it (escaped, encoded). Asks about as often as the length has binary digits. Empty when nothing fits.
 */
export const cutToFit = (text: string, fits: (candidate: string) => boolean): string => {
  if (fits(text)) return text;
  let shortest = 0;
  let tooLong = text.length;
  while (tooLong - shortest > 1) {
    const middle = Math.floor((shortest + tooLong) / 2);
    if (fits(cutText(text, middle))) shortest = middle;
    else tooLong = middle;
  }
  return cutText(text, shortest);
};
