// In: the bytes of a request and its content type. Out: the value that they hold, as JSON or as a form, or why
// they hold none. What senders call their content type is not believed: JSON comes under every name.
import { isAppError } from "../core/errors";
import { parseJson } from "../http/json-guard";
import { findJsonFault } from "../lib/json-fault";

/** What a request said, as text and as a value. */
export interface Payload {
  /** As UTF-8, whatever charset was named; what is none is replaced. */
  text: string;
  value: unknown;
}

export type ReadPayload = { text: string } & (
  | { isReadable: true; value: unknown }
  | { isReadable: false; reason: string }
);

const decoder = new TextDecoder();

/** The body's own text. */
const textOf = (body: Uint8Array): string => decoder.decode(body);

const FORM = "application/x-www-form-urlencoded";
const MULTIPART = "multipart/form-data";

/** Under these names senders put their JSON into a form. */
const JSON_FIELDS = ["payload", "data", "json"] as const;

/** A hundred for each of the things that one request may speak of. */
const MOST_VALUES = 50_000;

/** Throws as `parseJson`, earlier: what senders post is no telemetry. */
export const parsePayload = (text: string): unknown => parseJson(text, MOST_VALUES);

const tryJson = (text: string): { value: unknown } | null => {
  try {
    return { value: parsePayload(text) };
  } catch {
    return null;
  }
};

const valueOfForm = (fields: ReadonlyMap<string, string>): unknown => {
  for (const name of JSON_FIELDS) {
    const inner = tryJson(fields.get(name) ?? "");
    if (inner !== null) return inner.value;
  }
  return Object.fromEntries(fields);
};

/** Of any form that a person would send. */
const MOST_FIELDS = 1_000;

const countFields = (text: string): number => {
  let count = 1;
  for (let at = text.indexOf("&"); at !== -1 && count <= MOST_FIELDS; at = text.indexOf("&", at + 1)) count++;
  return count;
};

/** Null for what is no form that a person would send. */
const readForm = (text: string): unknown => {
  if (countFields(text) > MOST_FIELDS) return null;
  const fields = new Map(new URLSearchParams(text));
  return [...fields.keys()].every((name) => name === "") ? null : valueOfForm(fields);
};

const readMultipart = async (body: Uint8Array<ArrayBuffer>, contentType: string): Promise<unknown> => {
  const form = await new Response(body, { headers: { "content-type": contentType } }).formData();
  const fields = new Map<string, string>();
  for (const [name, value] of form) if (typeof value === "string") fields.set(name, value);
  return fields.size === 0 ? null : valueOfForm(fields);
};

const describeFault = (text: string): string => {
  if (text.trim() === "") return 'The body is empty: send JSON such as {"status": "down"}.';
  const fault = findJsonFault(text);
  return fault === null
    ? "The body is not valid JSON."
    : `The body is not valid JSON: line ${fault.line}, column ${fault.column}: ${fault.problem}.`;
};

/** Never rejects. `contentType` as the header has it. */
export const readPayload = async (
  body: Uint8Array<ArrayBuffer>,
  contentType: string | null,
): Promise<ReadPayload> => {
  const text = textOf(body);
  const kind = (contentType ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  try {
    return { text, isReadable: true, value: parsePayload(text) };
  } catch (error) {
    // Too deep or too large to be built: no other reading is tried.
    if (isAppError(error) && error.context.code !== "malformed_json")
      return { text, isReadable: false, reason: error.message };
  }
  try {
    const value =
      kind === MULTIPART
        ? await readMultipart(body, contentType ?? "")
        : kind === FORM
          ? readForm(text)
          : null;
    if (value !== null) return { text, isReadable: true, value };
  } catch {
    return { text, isReadable: false, reason: "The body is not the form that its content type says." };
  }
  return { text, isReadable: false, reason: describeFault(text) };
};
