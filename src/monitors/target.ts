// In: a type and the settings that were given for it. Out: what is probed, checked by type; and the same
// settings as they may be shown. Throws `invalid` with the field.
import { parseHeaders } from "../channels/headers";
import { invalid } from "../core/errors";
import { isPlainText } from "../core/names";
import { parseIp } from "../lib/ip-address";
import { isSettings, type Settings } from "../lib/merge-patch";
import { isSecretName, maskHeaders, maskText, maskUrl } from "../lib/secrets";
import {
  HTTP_METHODS,
  RECORD_TYPES,
  type HeartbeatTarget,
  type MonitorType,
  type RecordType,
  type Target,
} from "./schema";

/** The settings of each type; those of a heartbeat that begin with an underscore are made here. */
const FIELDS: Readonly<Record<MonitorType, readonly string[]>> = {
  http: ["url", "method", "headers", "body", "follow_redirects", "verify_tls", "ca"],
  tcp: ["host", "port"],
  tls: ["host", "port", "server_name", "ca"],
  dns: ["host", "record_type", "resolver"],
  ping: ["host", "port"],
  heartbeat: ["period_seconds", "cron", "time_zone", "grace_seconds", "slug", "_ping_id", "_push_token"],
};

export const TARGET_FIELDS: readonly string[] = [...new Set(Object.values(FIELDS).flat())].filter(
  (name) => !name.startsWith("_"),
);

const HTTPS_PORT = 443;
const LONGEST_HOST = 253;
/** A name, or an address with or without brackets. */
const HOST = /^(?:[\p{L}\p{N}_](?:[\p{L}\p{N}_.-]*[\p{L}\p{N}_.])?|[0-9a-fA-F:.]+|\[[0-9a-fA-F:.]+\])$/u;
const SLUG = /^[a-z0-9][a-z0-9_-]{0,99}$/;
const DEFAULT_GRACE_SECONDS = 300;

/** In lower case, and as the URL standard reads it: `0x7f.1` is 127.0.0.1. Null when it is no host. */
export const plainHost = (text: string): string | null => {
  if (text.length > LONGEST_HOST || !HOST.test(text)) return null;
  const bare = text.replace(/^\[|\]$/g, "");
  const url = URL.parse(`http://${bare.includes(":") ? `[${bare}]` : bare}/`);
  return url === null ? null : url.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
};

const readHost = (given: Settings): string => {
  const { host } = given;
  const plain = typeof host === "string" ? plainHost(host) : null;
  if (plain === null || plain === "") throw invalid("host", "host must be a host name or an IP address.");
  return plain;
};

/** Underscores and such, which no URL has, may be asked of a DNS server. */
const readName = (given: Settings): string => {
  const { host } = given;
  if (typeof host !== "string" || host.length > LONGEST_HOST || !HOST.test(host))
    throw invalid("host", "host must be the name that is looked up.");
  return host.replace(/\.$/, "");
};

const readPort = (given: Settings, fallback: number | null): number => {
  const port = given["port"] ?? fallback;
  if (typeof port !== "number" || !Number.isInteger(port) || port < 1 || port > 65_535)
    throw invalid("port", "port must be a whole number from 1 to 65535.");
  return port;
};

const optionalText = (given: Settings, name: string): string | null => {
  const value = given[name];
  return typeof value === "string" && value !== "" ? value : null;
};

const readUrl = (given: Settings): string => {
  const url = typeof given["url"] === "string" ? URL.parse(given["url"].trim()) : null;
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:") || url.hostname === "")
    throw invalid("url", "url must be a complete address that begins with http:// or https://.");
  if (url.username !== "" || url.password !== "")
    throw invalid("url", "Put the credentials into a header (Authorization), not into the address.");
  url.hash = "";
  return url.href;
};

const readCa = (given: Settings): string | null => {
  const ca = optionalText(given, "ca");
  if (ca !== null && !ca.includes("-----BEGIN CERTIFICATE-----"))
    throw invalid("ca", "ca must be certificates in PEM form.");
  return ca;
};

const readHttp = (given: Settings): Target => {
  const method = given["method"] ?? "GET";
  const known = HTTP_METHODS.find((one) => one === method);
  if (known === undefined) throw invalid("method", `method must be one of ${HTTP_METHODS.join(", ")}.`);
  const body = optionalText(given, "body");
  if (body !== null && (known === "GET" || known === "HEAD"))
    throw invalid("body", `A ${known} request has no body.`);
  return {
    type: "http",
    url: readUrl(given),
    method: known,
    headers: parseHeaders(given["headers"], "headers"),
    body,
    followRedirects: given["follow_redirects"] !== false,
    verifyTls: given["verify_tls"] !== false,
    ca: readCa(given),
  };
};

const readServerName = (given: Settings): string | null => {
  const name = optionalText(given, "server_name");
  if (name !== null && (plainHost(name) === null || parseIp(name) !== null))
    throw invalid("server_name", "server_name must be a host name.");
  return name;
};

const readResolver = (given: Settings): string | null => {
  const text = optionalText(given, "resolver");
  if (text === null) return null;
  const match = /^(?:\[([^\]]+)\]|([^:]+|[0-9a-fA-F:.]+))(?::(\d{1,5}))?$/.exec(text);
  const address = match?.[1] ?? match?.[2] ?? "";
  if (parseIp(text) === null && parseIp(address) === null)
    throw invalid("resolver", "resolver must be the IP address of a DNS server, with a port if not 53.");
  return text;
};

const readDns = (given: Settings): Target => {
  const type = given["record_type"] ?? "A";
  const known = RECORD_TYPES.find((one): one is RecordType => one === type);
  if (known === undefined)
    throw invalid("record_type", `record_type must be one of ${RECORD_TYPES.join(", ")}.`);
  return { type: "dns", host: readName(given), recordType: known, resolver: readResolver(given) };
};

export interface ScheduleCheck {
  /** Null, or why this is no pattern of five fields. */
  refusePattern(pattern: string): string | null;
  isTimeZone(name: string): boolean;
}

const readHeartbeat = (given: Settings, check: ScheduleCheck): HeartbeatTarget => {
  const cron = optionalText(given, "cron");
  const period = given["period_seconds"];
  if ((cron === null) === (typeof period !== "number"))
    throw invalid("period_seconds", "Give either period_seconds or cron: when a report is expected.");
  const refusal = cron === null ? null : check.refusePattern(cron);
  if (refusal !== null) throw invalid("cron", `cron must be five fields: ${refusal}`);
  const timeZone = optionalText(given, "time_zone") ?? "UTC";
  if (!check.isTimeZone(timeZone))
    throw invalid("time_zone", "time_zone must be a name such as Europe/Berlin.");
  const slug = optionalText(given, "slug");
  if (slug !== null && !SLUG.test(slug))
    throw invalid("slug", "slug takes small letters, digits, - and _, and begins with a letter or digit.");
  return {
    type: "heartbeat",
    periodSeconds: typeof period === "number" ? period : null,
    cron,
    timeZone,
    graceSeconds: typeof given["grace_seconds"] === "number" ? given["grace_seconds"] : DEFAULT_GRACE_SECONDS,
    slug,
    pingId: String(given["_ping_id"]),
    pushToken: String(given["_push_token"]),
  };
};

/** Whatever is not of this type is refused by its name. */
export const readTarget = (type: MonitorType, given: Settings, check: ScheduleCheck): Target => {
  for (const name of Object.keys(given))
    if (!FIELDS[type].includes(name)) throw invalid(name, `A monitor of type ${type} has no ${name}.`);
  for (const [name, value] of Object.entries(given))
    if (typeof value === "string" && name !== "body" && name !== "ca" && !isPlainText(value))
      throw invalid(name, `${name} has characters that are not text.`);
  switch (type) {
    case "http":
      return readHttp(given);
    case "tcp":
      return { type, host: readHost(given), port: readPort(given, null) };
    case "tls":
      return {
        type,
        host: readHost(given),
        port: readPort(given, HTTPS_PORT),
        serverName: readServerName(given),
        ca: readCa(given),
      };
    case "dns":
      return readDns(given);
    case "ping":
      return { type, host: readHost(given), port: readPort(given, HTTPS_PORT) };
    case "heartbeat":
      return readHeartbeat(given, check);
  }
};

const JSON_MEMBER = /("((?:[^"\\]|\\.)*)"\s*:\s*)"((?:[^"\\]|\\.)*)"/g;

/** Members of JSON and fields of forms with secret names masked; the rest as it is. */
const maskBody = (body: string): string => {
  const masked = body.replace(JSON_MEMBER, (pair, head: string, name: string, value: string) =>
    isSecretName(name) ? `${head}"${maskText(value)}"` : pair,
  );
  return /^[^{[<\s]+=/.test(masked) ? maskUrl(`?${masked}`).slice(1) : masked;
};

/** As it may be shown: values of secret names masked, what was made here left out. */
export const maskGiven = (given: Settings): Record<string, unknown> => {
  const shown: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    if (name.startsWith("_")) continue;
    if (name === "url" && typeof value === "string") shown[name] = maskUrl(value);
    else if (name === "body" && typeof value === "string") shown[name] = maskBody(value);
    else if (name === "headers" && isSettings(value))
      shown[name] = maskHeaders(value as Record<string, string>);
    else shown[name] = value;
  }
  return shown;
};

const isSecretParameter = (name: string): boolean => isSecretName(name) || /^sig$/i.test(name);

const secretsOfBody = (body: string): string[] => [
  ...[...body.matchAll(JSON_MEMBER)]
    .filter(([, , name = ""]) => isSecretName(name))
    .map(([, , , value]) => value ?? ""),
  ...(/^[^{[<\s]+=/.test(body)
    ? [...new URLSearchParams(body)].filter(([name]) => isSecretParameter(name)).map(([, value]) => value)
    : []),
];

/** With each of its words: `Bearer` stands in front of what is secret. */
const wordsOf = (value: string): string[] => [value, ...value.split(" ").filter((word) => word.length >= 8)];

/** Whatever is shown masked, in clear: to be cut out of what an endpoint answers. */
export const secretsOf = (given: Settings): string[] => {
  const headers = isSettings(given["headers"]) ? given["headers"] : {};
  const parameters = URL.parse(String(given["url"] ?? ""))?.searchParams ?? new URLSearchParams();
  return [
    ...Object.entries(headers)
      .filter(([name]) => isSecretName(name))
      .flatMap(([, value]) => wordsOf(String(value))),
    ...[...parameters].filter(([name]) => isSecretParameter(name)).map(([, value]) => value),
    ...secretsOfBody(typeof given["body"] === "string" ? given["body"] : ""),
  ];
};

/** For people and for `details.endpoint` of StatusPulse; holds no secret. */
export const endpointOf = (target: Target): string => {
  switch (target.type) {
    case "http":
      return maskUrl(target.url);
    case "tcp":
    case "tls":
      return `${target.host.includes(":") ? `[${target.host}]` : target.host}:${target.port}`;
    case "dns":
      return `${target.host} ${target.recordType}`;
    case "ping":
      return target.host;
    case "heartbeat":
      return target.slug ?? "heartbeat";
  }
};
