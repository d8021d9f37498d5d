// In: one operation as the framework's plugin describes it. Out: the same as OpenAPI 3.1 demands it:
// described answers in JSON, our error answers, who may call it, and no key that does not belong.
import { ACCESS_EXTENSION } from "../access";
import { cleanSchema, isObject, type Json, type JsonObject } from "./schemas";

const KEPT_KEYS = ["tags", "summary", "description", "deprecated", "externalDocs"] as const;

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  "200": "Done.",
  "201": "Created.",
  "202": "Taken.",
  "204": "Done; nothing to say.",
  "503": "Not ready.",
};

const ACCESS_SENTENCES: Readonly<Record<string, string>> = {
  public: "Needs no login.",
  ingest: "Needs any API token, or the role editor.",
};

const METHODS_WITH_BODY = new Set(["post", "put", "patch"]);

const accessSentence = (level: string): string =>
  ACCESS_SENTENCES[level] ?? `Needs the role ${level} or a higher one.`;

const problem = (name: string): JsonObject => ({ $ref: `#/components/responses/${name}` });

const describeParameter = (parameter: JsonObject): JsonObject => {
  const { schema = {}, ...rest } = parameter;
  const cleaned = cleanSchema(schema);
  const isInPath = rest["in"] === "path";
  return { ...rest, ...(isInPath ? { required: true } : {}), schema: cleaned };
};

/** The plugin lists these for every body, whatever the route takes; a written one has fewer. */
const isListedBlindly = (content: JsonObject): boolean =>
  "application/json" in content && "multipart/form-data" in content;

const describeContent = (content: Json | undefined): JsonObject | null => {
  if (!isObject(content)) return null;
  const types = isListedBlindly(content) ? ["application/json"] : Object.keys(content);
  const described = types.flatMap((type) => {
    const media = content[type];
    return isObject(media) ? [[type, { ...media, schema: cleanSchema(media["schema"] ?? {}) }]] : [];
  });
  return described.length === 0 ? null : (Object.fromEntries(described) as JsonObject);
};

/** A choice that stands for "no body" says in the framework what `required` says here. */
const isNothing = (schema: Json): boolean =>
  isObject(schema) && (schema["type"] === "null" || schema["type"] === "undefined");

const describeBody = (body: Json | undefined): JsonObject | null => {
  if (!isObject(body)) return null;
  const content = describeContent(body["content"]);
  if (content === null) return null;
  let required = body["required"] === true;
  for (const media of Object.values(content).filter(isObject)) {
    const { schema } = media;
    if (!isObject(schema) || !Array.isArray(schema["anyOf"])) continue;
    const choices = schema["anyOf"].filter((one) => !isNothing(one));
    if (choices.length === schema["anyOf"].length) continue;
    required = false;
    media["schema"] = cleanSchema({ ...schema, anyOf: choices });
  }
  return { required, content };
};

/**
 * Answers may grow. The framework closes their models while it compiles routes, so without this the
 * document would depend on whether it is asked for before or after.
 */
const openSchema = (schema: Json): Json => {
  if (Array.isArray(schema)) return schema.map(openSchema);
  if (!isObject(schema)) return schema;
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key, value]) => !(key === "additionalProperties" && value === false))
      .map(([key, value]) => [key, openSchema(value)]),
  );
};

const openContent = (content: JsonObject | null): JsonObject | null =>
  content === null ? null : (openSchema(content) as JsonObject);

const describeResponse = (status: string, response: Json): JsonObject => {
  const given = isObject(response) ? response : {};
  const content = status === "204" ? null : openContent(describeContent(given["content"]));
  const description =
    typeof given["description"] === "string" && given["description"] !== ""
      ? given["description"]
      : (DESCRIPTIONS[status] ?? "See the description.");
  return { description, ...(content === null ? {} : { content }) };
};

const describeResponses = (facts: {
  given: JsonObject;
  level: string;
  hasPathParameter: boolean;
  takesInput: boolean;
}): JsonObject => {
  const responses: JsonObject = {};
  for (const [status, response] of Object.entries(facts.given))
    if (/^[1-5]\d\d$/.test(status)) responses[status] = describeResponse(status, response);
  if (Object.keys(responses).length === 0) responses["200"] = { description: "Done." };
  if (facts.level !== "public") {
    responses["401"] ??= problem("Unauthenticated");
    responses["403"] ??= problem("Forbidden");
  }
  if (facts.hasPathParameter) responses["404"] ??= problem("NotFound");
  if (facts.takesInput) responses["422"] ??= problem("Invalid");
  responses["default"] = problem("Problem");
  return responses;
};

const nameOperation = (method: string, path: string): string =>
  `${method}${path
    .replace(/^\/api\/v1/, "")
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== "")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("")}`;

/** `path` has its parameters in braces. */
export const describeOperation = (method: string, path: string, operation: JsonObject): JsonObject => {
  const level = String(operation[ACCESS_EXTENSION] ?? "admin");
  const parameters = Array.isArray(operation["parameters"])
    ? operation["parameters"].filter(isObject).map(describeParameter)
    : [];
  const body = METHODS_WITH_BODY.has(method) ? describeBody(operation["requestBody"]) : null;
  const kept: JsonObject = {};
  for (const key of KEPT_KEYS) if (operation[key] !== undefined) kept[key] = operation[key];
  const explained = [operation["description"], accessSentence(level)].filter(
    (sentence) => typeof sentence === "string" && sentence !== "",
  );
  return {
    ...kept,
    operationId: nameOperation(method, path),
    description: explained.join("\n\n"),
    [ACCESS_EXTENSION]: level,
    security: level === "public" ? [] : [{ token: [] }, { session: [] }],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === null ? {} : { requestBody: body }),
    responses: describeResponses({
      given: isObject(operation["responses"]) ? operation["responses"] : {},
      level,
      hasPathParameter: path.includes("{"),
      takesInput: body !== null || parameters.some((parameter) => parameter["in"] === "query"),
    }),
  };
};
