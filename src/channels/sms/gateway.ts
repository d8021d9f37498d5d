// In: the address of an SMS gateway with places for number and text. Out: the request that its makers
// describe, whatever it looks like, and whether its answer is a good one. For routers and modems in the
// plant, and for providers without a type of their own.
import { invalid } from "../../core/errors";
import { isSettings } from "../../lib/merge-patch";
import { isSecretName } from "../../lib/secrets";
import { fillPlaceholders, placeholdersIn } from "../../lib/placeholders";
import { addressOf } from "../address";
import type { ComposedBody, Judgement, OutboundRequest, RequestContext, SendResult } from "../channel";
import { parseHeaders } from "../headers";
import { judgeNative, postRequest } from "../native";
import { basicAuth } from "../paging";
import { choiceOf, textOf } from "../values";

export const GATEWAY_METHODS = ["POST", "GET", "PUT"] as const;
export const BODY_TYPES = ["form", "json", "text"] as const;
type BodyType = (typeof BODY_TYPES)[number];

/** What a template may name. `to_digits` is the number without its plus sign. */
export const PLACEHOLDERS = ["to", "to_digits", "text", "username", "password"] as const;
export const DEFAULT_BODY = "to={{to}}&text={{text}}";

const CONTENT_TYPES: Record<BodyType, string> = {
  form: "application/x-www-form-urlencoded",
  json: "application/json",
  text: "text/plain; charset=utf-8",
};

/** How a value has to be written so that it stays one value. */
const ENCODERS: Record<BodyType | "url", (value: string) => string> = {
  url: (value) => encodeURIComponent(value),
  form: (value) => encodeURIComponent(value),
  json: (value) => JSON.stringify(value).slice(1, -1),
  text: (value) => value,
};

export interface GatewaySettings {
  url: string;
  method: (typeof GATEWAY_METHODS)[number];
  headers: Record<string, string>;
  bodyType: BodyType;
  body: string;
  username: string | null;
  password: string | null;
  /** What a good answer holds; null: its status is enough. */
  successText: string | null;
}

/** Names of parameters whose value nobody should read in a template. */
const SECRET_PARAMETER = /secret|token|key|pass|pwd|auth|signature/i;
const ONE_PLACEHOLDER = /^\{\{\s*\w+\s*\}\}$/;

const refuseSecret = (field: string, name: string): never => {
  throw invalid(
    field,
    `The value of ${JSON.stringify(name.slice(0, 50))} would be shown to everybody: write {{password}} there and enter it as the password.`,
  );
};

/** Secrets have fields of their own, which are masked; a template is not. */
const refuseSecretPairs = (pairs: string, field: string): void => {
  for (const pair of pairs.split(/[?&#]/)) {
    const [name = "", value = ""] = pair.split("=");
    if (value !== "" && SECRET_PARAMETER.test(name) && !ONE_PLACEHOLDER.test(value))
      refuseSecret(field, name);
  }
};

const refuseSecretMembers = (value: unknown, field: string): void => {
  if (Array.isArray(value)) return value.forEach((one) => refuseSecretMembers(one, field));
  if (!isSettings(value)) return;
  for (const [name, inner] of Object.entries(value))
    if (typeof inner !== "string") refuseSecretMembers(inner, field);
    else if (inner !== "" && SECRET_PARAMETER.test(name) && !ONE_PLACEHOLDER.test(inner))
      refuseSecret(field, name);
};

const refuseUnknownNames = (template: string, field: string): void => {
  for (const name of placeholdersIn(template))
    if (!(PLACEHOLDERS as readonly string[]).includes(name))
      throw invalid(
        field,
        `{{${name}}} is not known. Known: ${PLACEHOLDERS.map((one) => `{{${one}}}`).join(", ")}.`,
      );
};

const filledWith = (template: string, sample: string): string =>
  fillPlaceholders(
    template,
    Object.fromEntries(PLACEHOLDERS.map((name) => [name, sample])),
    (value) => value,
  );

/** An address that can be checked and compared: every place is filled with a 0. */
export const gatewayAddress = ({ url }: Pick<GatewaySettings, "url">): string => filledWith(url, "0");

const urlOf = (value: unknown): string => {
  const field = "config.url";
  const template = textOf(value, field, { longest: 2_048 });
  if (template === undefined) throw invalid(field, "url is missing: where is the gateway?");
  refuseUnknownNames(template, field);
  addressOf(filledWith(template, "0"), field);
  // The host must be the same whatever is filled in, and a text must not climb through the path.
  const [, authority = "", path = ""] = /^[a-z]+:\/\/([^/?#]*)([^?#]*)/i.exec(template) ?? [];
  if (authority.includes("{{")) throw invalid(field, "url must not have a placeholder in its host.");
  if (placeholdersIn(path).some((name) => name !== "to" && name !== "to_digits"))
    throw invalid(
      field,
      "url may have {{text}}, {{username}} and {{password}} only after the question mark.",
    );
  refuseSecretPairs(template.slice(template.indexOf("?") + 1), field);
  return template;
};

const bodyOf = (value: unknown, type: BodyType): string => {
  const field = "config.body";
  const template = textOf(value, field, { longest: 4_096 }) ?? (type === "form" ? DEFAULT_BODY : "");
  refuseUnknownNames(template, field);
  if (type === "json" && template === "")
    throw invalid(field, 'body is missing, such as {"to": "{{to}}", "text": "{{text}}"}.');
  if (type === "json") {
    let members: unknown;
    try {
      members = JSON.parse(template);
    } catch {
      throw invalid(field, "body is not JSON: mind the quotes around every placeholder.");
    }
    refuseSecretMembers(members, field);
  }
  if (type === "form") refuseSecretPairs(template, field);
  return template;
};

/** Null where it is not needed; throws `invalid` for what is wrong, needed or not. */
export const parseGateway = (
  given: Readonly<Record<string, unknown>>,
  { isNeeded }: { isNeeded: boolean },
): GatewaySettings | null => {
  const method = choiceOf(given["method"], "config.method", GATEWAY_METHODS) ?? "POST";
  const bodyType = choiceOf(given["body_type"], "config.body_type", BODY_TYPES) ?? "form";
  const headers = parseHeaders(given["headers"]);
  const username = textOf(given["username"], "config.username", { longest: 200 }) ?? null;
  const password = textOf(given["password"], "config.password", { longest: 512 }) ?? null;
  const successText = textOf(given["success_text"], "config.success_text", { longest: 200 }) ?? null;
  if (!isNeeded && given["url"] === undefined && given["body"] === undefined) return null;
  const url = isNeeded || given["url"] !== undefined ? urlOf(given["url"]) : "";
  const body = method === "GET" ? "" : bodyOf(given["body"], bodyType);
  if (!isNeeded) return null;
  if (method === "GET" && given["body"] !== undefined)
    throw invalid("config.body", "A GET request has no body: write the placeholders into the url.");
  const names = new Set([...placeholdersIn(url), ...placeholdersIn(body)]);
  const where = method === "GET" ? "config.url" : "config.body";
  if (!names.has("to") && !names.has("to_digits"))
    throw invalid(where, "Nothing says where the number goes: write {{to}}.");
  if (!names.has("text")) throw invalid(where, "Nothing says where the text goes: write {{text}}.");
  for (const name of ["username", "password"] as const)
    if (names.has(name) && given[name] === undefined)
      throw invalid(`config.${name}`, `${name} is missing: {{${name}}} stands in the url or the body.`);
  if (password !== null && username === null && !names.has("password"))
    throw invalid("config.username", "username is missing: it belongs to the password.");
  if (username?.includes(":") === true && !names.has("username"))
    throw invalid("config.username", "username must not hold a colon.");
  return { url, method, headers, bodyType, body, username, password, successText };
};

/** As Basic authentication, unless a template has a place for them. */
const accountHeaders = ({ url, body, username, password }: GatewaySettings): Record<string, string> => {
  const names = [...placeholdersIn(url), ...placeholdersIn(body)];
  const isPlaced = names.includes("username") || names.includes("password");
  return username === null || isPlaced ? {} : basicAuth(username, password ?? "");
};

export const gatewaySecrets = (settings: GatewaySettings): string[] => {
  const { Authorization: basic = "" } = accountHeaders(settings);
  return [
    settings.password ?? "",
    basic.slice("Basic ".length),
    ...Object.entries(settings.headers).flatMap(([name, value]) =>
      // `Bearer x` is as secret as `x`.
      isSecretName(name) ? [value, value.replace(/^\S+ +/, "")] : [],
    ),
  ];
};

/** `own` wins, however its names are written. */
const withHeaders = (
  headers: Record<string, string>,
  own: Record<string, string>,
): Record<string, string> => {
  const taken = new Set(Object.keys(own).map((name) => name.toLowerCase()));
  const left = Object.entries(headers).filter(([name]) => !taken.has(name.toLowerCase()));
  return { ...Object.fromEntries(left), ...own };
};

const encoder = new TextEncoder();

export const gatewayRequest = (
  settings: GatewaySettings,
  { to, text }: { to: string; text: string },
  context: RequestContext,
): OutboundRequest => {
  const { url, method, body, bodyType, username, password } = settings;
  const values = {
    to,
    to_digits: to.replace(/^\+/, ""),
    text,
    username: username ?? "",
    password: password ?? "",
  };
  const composed: ComposedBody = {
    body: encoder.encode(fillPlaceholders(body, values, ENCODERS[bodyType])),
    contentType: CONTENT_TYPES[bodyType],
  };
  const request = postRequest(composed, context, {
    url: fillPlaceholders(url, values, ENCODERS.url),
    method,
  });
  const { "Content-Type": contentType = "", ...headers } = {
    ...request.headers,
    ...accountHeaders(settings),
  };
  return method === "GET"
    ? { ...request, headers: withHeaders(headers, settings.headers), body: null }
    : { ...request, headers: withHeaders({ "Content-Type": contentType, ...headers }, settings.headers) };
};

/** A good status, and the expected text where one is set: many gateways answer 200 to everything. */
export const judgeGateway = (result: SendResult, { successText }: GatewaySettings): Judgement => {
  const judgement = judgeNative(result);
  if (judgement.outcome !== "delivered" || successText === null || result.responseBody.includes(successText))
    return judgement;
  return {
    outcome: "server_error",
    retry: true,
    reason: `The gateway answered ${result.statusCode}, but not with the text that says it took the message.`,
  };
};
