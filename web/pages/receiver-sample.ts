// In: a receiver, and what is known of its sender. Out: a payload that it can read, and a command that posts it,
// signed where that is asked for. Pure.
import type { Preset, SavedReceiver } from "../api/receivers";
import { text } from "../text/en";
import { pathsOf } from "./receiver-words";

type Settings = Pick<
  SavedReceiver,
  "status_field" | "message_field" | "service_name_field" | "items_field" | "service_id"
>;

/** Names and positions of a path; the parts in quotes lose them. */
const segmentsOf = (path: string): string[] =>
  [...path.replace(/^\$\.?/, "").matchAll(/\[\s*["']?([^\]"']*)["']?\s*\]|([^.[\]]+)/g)].map(
    ([, inner, name]) => inner ?? name ?? "",
  );

const isPosition = (segment: string): boolean => /^\d{1,2}$/.test(segment);

const place = (target: Record<string, unknown>, path: string, value: unknown): void => {
  const segments = segmentsOf(path);
  let at: Record<string, unknown> = target;
  for (const [index, segment] of segments.entries()) {
    if (index === segments.length - 1) {
      at[segment] = value;
      return;
    }
    const isList = isPosition(segments[index + 1] ?? "");
    const inner = at[segment];
    const next = typeof inner === "object" && inner !== null ? inner : isList ? [] : {};
    at[segment] = next;
    at = next as Record<string, unknown>;
  }
};

/** As its preset has it; where it reads by paths, made from those. */
export const samplePayload = (
  settings: Settings,
  preset: Preset | undefined,
  serviceName: string | null,
): unknown => {
  const example = preset?.examples[0]?.payload as unknown;
  if (preset !== undefined && !preset.reads_by_paths) return example;
  const entry: Record<string, unknown> = {};
  const [nameAt] = pathsOf(settings.service_name_field);
  if (nameAt !== undefined) place(entry, nameAt, serviceName ?? text.receivers.sample.service);
  place(entry, pathsOf(settings.status_field)[0] ?? "status", "degraded");
  place(entry, pathsOf(settings.message_field)[0] ?? "message", text.receivers.sample.message);
  if (settings.items_field === null) return entry;
  const whole: Record<string, unknown> = {};
  place(whole, settings.items_field, [entry]);
  return whole;
};

/** Longer bodies are written in several lines. */
const LONGEST_LINE = 72;

/** A text in single quotes of a shell. */
const quoted = (value: string): string => `'${value.replaceAll("'", "'\\''")}'`;

/** Of Standard Webhooks: what is signed there is more than the body. */
const STANDARD_HEADER = "webhook-signature";

export interface CurlFacts {
  url: string;
  payload: unknown;
  /** Null: no signature is asked for. */
  signature: { header: string; scheme: string; timestampHeader: string | null; secret: string } | null;
}

/** What is signed is `id.timestamp.body`, with the decoded key where the secret begins with whsec_. */
const STANDARD_LINES = [
  'ID="msg_$(date +%s)"; TIME=$(date +%s)',
  'KEY=$(case $SECRET in whsec_*) printf %s "${SECRET#whsec_}" | openssl base64 -d -A;; *) printf %s "$SECRET";; esac | od -An -v -tx1 | tr -d " \\n")',
  'SIGNATURE=$(printf %s "$ID.$TIME.$BODY" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$KEY" -binary | openssl base64 -A)',
];
const STANDARD_HEADERS = [
  '  -H "webhook-id: $ID" -H "webhook-timestamp: $TIME" \\',
  '  -H "webhook-signature: v1,$SIGNATURE" \\',
];

/** For a shell with curl, and openssl where a signature is asked for. */
export const curlOf = ({ url, payload, signature }: CurlFacts): string => {
  const short = JSON.stringify(payload);
  const body = short.length <= LONGEST_LINE ? short : JSON.stringify(payload, null, 2);
  const head = [`curl -X POST ${quoted(url)} \\`, `  -H "Content-Type: application/json" \\`];
  if (signature === null) return [...head, `  -d ${quoted(body)}`].join("\n");
  const { header, scheme, secret } = signature;
  const isStandard = scheme === "standard" || (scheme === "auto" && header.toLowerCase() === STANDARD_HEADER);
  const timestampHeader = scheme === "v1" ? null : signature.timestampHeader;
  const assigned = [`SECRET=${quoted(secret)}`, `BODY=${quoted(body)}`];
  if (isStandard)
    return [...assigned, ...STANDARD_LINES, ...head, ...STANDARD_HEADERS, `  -d "$BODY"`].join("\n");
  if (scheme === "token")
    return [...assigned, ...head, `  -H "${header}: $SECRET" \\`, `  -d "$BODY"`].join("\n");
  const signed = timestampHeader === null ? '"$BODY"' : '"$TIME:$BODY"';
  const digest = `$(printf %s ${signed} | openssl dgst -sha256 -hmac "$SECRET" | sed 's/.* //')`;
  const prefix = scheme === "v1" ? "v1=" : "";
  return [
    ...assigned,
    ...(timestampHeader === null ? [] : ["TIME=$(date +%s)"]),
    ...head,
    ...(timestampHeader === null ? [] : [`  -H "${timestampHeader}: $TIME" \\`]),
    `  -H "${header}: ${prefix}${digest}" \\`,
    `  -d "$BODY"`,
  ].join("\n");
};
