// In: `config.signature` as given. Out: the signature headers that are sent beside `webhook-signature`,
// checked: none takes the place of another header.
import { invalid } from "../../core/errors";
import { SIGNATURE_FORMATS } from "../../lib/hmac";
import { isSettings } from "../../lib/merge-patch";
import { choiceOf, refuseUnknownKeys, textOf } from "../values";
import type { Dialect, SignatureHeader } from "./dialect";
import { refusalOfHeaderName } from "../headers";

const MOST_SIGNATURES = 8;
/** A channel's `headers` may replace them, a signature would only break them. */
const OWN_HEADERS = ["content-type", "user-agent"];

const parseHeaderName = (value: unknown, field: string): string | undefined => {
  const header = textOf(value, field, { longest: 128 });
  if (header === undefined) return undefined;
  const refusal = refusalOfHeaderName(header);
  if (refusal !== null) throw invalid(field, `The header ${JSON.stringify(header)} ${refusal}.`);
  return header;
};

const parseSignature = (value: unknown, field: string): SignatureHeader => {
  if (!isSettings(value))
    throw invalid(field, "signature must be an object with header and format, or a list of them.");
  refuseUnknownKeys(value, ["header", "format", "timestamp_header"], field);
  const header = parseHeaderName(value["header"], `${field}.header`);
  const format = choiceOf(value["format"], `${field}.format`, SIGNATURE_FORMATS);
  if (header === undefined) throw invalid(`${field}.header`, "header is missing.");
  if (format === undefined) throw invalid(`${field}.format`, "format is missing.");
  const timestampHeader = parseHeaderName(value["timestamp_header"], `${field}.timestamp_header`);
  if (timestampHeader === undefined) return { header, format };
  if (format !== "ts:body")
    throw invalid(`${field}.timestamp_header`, "timestamp_header belongs to the format ts:body.");
  return { header, format, timestampHeader };
};

/** The dialect's own unless the channel names some; an empty list means none. Throws `invalid`. */
export const parseSignatures = (value: unknown, dialect: Dialect): readonly SignatureHeader[] => {
  if (value === undefined) return dialect.signatures;
  const field = "config.signature";
  if (!Array.isArray(value)) return [parseSignature(value, field)];
  if (value.length > MOST_SIGNATURES)
    throw invalid(field, `signature may hold at most ${MOST_SIGNATURES} entries.`);
  return value.map((entry: unknown, index) => parseSignature(entry, `${field}.${index}`));
};

/** Throws `invalid` where two headers would have one name, or a signature has no secret. */
export const checkSignatures = (
  signatures: readonly SignatureHeader[],
  {
    headers,
    hasSecret,
    areOwn,
  }: { headers: Readonly<Record<string, string>>; hasSecret: boolean; areOwn: boolean },
): void => {
  const names = signatures
    .flatMap(({ header, timestampHeader }) => [
      header,
      ...(timestampHeader === undefined ? [] : [timestampHeader]),
    ])
    .map((name) => name.toLowerCase());
  const custom = Object.keys(headers).find((name) => names.includes(name.toLowerCase()));
  if (custom !== undefined)
    throw invalid("config.headers", `The header ${custom} is already taken by the signature.`);
  if (new Set(names).size < names.length) throw invalid("config.signature", "Two signatures share a header.");
  const taken = OWN_HEADERS.find((name) => names.includes(name));
  if (taken !== undefined)
    throw invalid("config.signature", `The header ${taken} can't hold a signature: it says something else.`);
  if (!hasSecret && areOwn && signatures.length > 0)
    throw invalid("config.secret", "A signature needs a secret.");
};
