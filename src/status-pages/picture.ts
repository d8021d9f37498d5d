// In: a picture as base64. Out: its bytes and what they are by their first bytes, or AppError `invalid`. Only
// kinds that cannot hold a script: an SVG file opened by itself is a page that runs.
import { invalid } from "../core/errors";

/** A logo; larger ones would be most of the page. */
export const PICTURE_LIMIT_BYTES = 256 * 1024;

/** Endings of files, by kind. */
export const PICTURE_ENDINGS = { "image/png": "png", "image/jpeg": "jpg", "image/webp": "webp" } as const;

export interface Picture {
  contentType: keyof typeof PICTURE_ENDINGS;
  bytes: Uint8Array<ArrayBuffer>;
}

const startsWith = (bytes: Uint8Array, text: string, at = 0): boolean =>
  Buffer.from(bytes.subarray(at, at + text.length)).toString("latin1") === text;

const kindOf = (bytes: Uint8Array): Picture["contentType"] | null => {
  if (startsWith(bytes, "\u0089PNG\r\n\u001a\n")) return "image/png";
  if (startsWith(bytes, "\u00ff\u00d8\u00ff")) return "image/jpeg";
  if (startsWith(bytes, "RIFF") && startsWith(bytes, "WEBP", 8)) return "image/webp";
  return null;
};

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const DATA_ADDRESS = /^data:[a-z0-9/+.-]*;base64,/i;

/** Takes a `data:` address too, as browsers give it; its type is not believed. Throws `invalid` on `field`. */
export const readPicture = (field: string, data: string): Picture => {
  const text = data.replace(DATA_ADDRESS, "").replace(/\s/g, "");
  if (!BASE64.test(text)) throw invalid(field, `${field} must be a picture as base64.`);
  const bytes = new Uint8Array(Buffer.from(text, "base64"));
  if (bytes.byteLength > PICTURE_LIMIT_BYTES)
    throw invalid(field, `The picture is larger than ${PICTURE_LIMIT_BYTES / 1024} KiB.`);
  const contentType = kindOf(bytes);
  if (contentType === null) throw invalid(field, "The picture must be PNG, JPEG or WebP.");
  return { contentType, bytes };
};
