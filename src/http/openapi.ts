// In: the slices' routes. Out: the OpenAPI 3.1 document of the whole API. The framework's plugin reads
// the routes in a private instance; what it writes is not valid, so every part of it is rewritten here.
import { type AnyElysia, Elysia } from "elysia";
import { VERSION } from "../core/version";
import { describeOperation } from "./openapi/operations";
import { isObject, type JsonObject } from "./openapi/schemas";

const METHODS = ["get", "put", "post", "delete", "patch"] as const;

const INTRODUCTION = `Machines and services report, rules decide, channels tell, and escalation makes sure that somebody acts.

Send an API token as \`Authorization: Bearer <token>\`. Bodies are JSON with snake_case keys, times are ISO 8601 in UTC, IDs are UUIDs. Lists answer \`{"data": […], "next_cursor": …}\`, newest first; give \`next_cursor\` as \`cursor\` for the next page. Unknown fields in a request are refused by name. Write calls take \`Idempotency-Key\`, which holds for 24 hours. Errors are \`application/problem+json\` with a stable \`code\`.

Receivers of webhooks should use the header \`webhook-id\` to recognise a message that comes again: it is the same on every retry and replay, whereas an alert's ID is the same in its triggered, acknowledged and resolved events.`;

const PROBLEM_SCHEMA: JsonObject = {
  type: "object",
  required: ["type", "title", "status", "code", "detail", "request_id"],
  properties: {
    type: { type: "string", description: "urn:andon:problem:<code>" },
    title: { type: "string" },
    status: { type: "integer" },
    code: { type: "string", description: "Stable, for programs." },
    detail: { type: "string", description: "For people: names the fix." },
    field: { type: "string", description: "Dotted path of the field at fault." },
    request_id: { type: "string", description: "The log has more under this ID." },
    details: { type: "object" },
  },
};

const problemResponse = (description: string): JsonObject => ({
  description,
  content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
});

const COMPONENTS: JsonObject = {
  schemas: { Problem: PROBLEM_SCHEMA },
  responses: {
    Problem: problemResponse("Any other failure."),
    Unauthenticated: problemResponse("Nobody is signed in, or the token is not valid."),
    Forbidden: problemResponse("The role or the token's scope does not allow it."),
    NotFound: problemResponse("There is no such object in this organization."),
    Invalid: problemResponse("The request is well-formed but wrong; `field` says where."),
  },
  securitySchemes: {
    token: { type: "http", scheme: "bearer", description: "An API token." },
    session: {
      type: "apiKey",
      in: "cookie",
      name: "andon_session",
      description: "The session of the web UI; `__Host-andon_session` over TLS.",
    },
  },
};

/** A document that holds what is needed to rewrite it; the routes' handlers are never called. */
const readRoutes = async (slices: readonly AnyElysia[]): Promise<JsonObject> => {
  // Loaded when somebody asks for the document: a start does without.
  const { swagger } = await import("@elysiajs/swagger");
  const root: AnyElysia = new Elysia().use(swagger({ path: "/docs", provider: "swagger-ui" }));
  const instance = slices.reduce<AnyElysia>((mounted, routes) => mounted.use(routes), root);
  const response = await instance.handle(new Request("http://localhost/docs/json"));
  return (await response.json()) as JsonObject;
};

/** `/api/v1/alerts/:id` and a slash at the end are the framework's way of writing. */
const spellPath = (path: string): string => {
  const spelt = path.replace(/:([A-Za-z0-9_]+)/g, "{$1}");
  return spelt.length > 1 && spelt.endsWith("/") ? spelt.slice(0, -1) : spelt;
};

const describePaths = (paths: JsonObject): JsonObject => {
  const described: JsonObject = {};
  for (const [written, item] of Object.entries(paths)) {
    const path = spellPath(written);
    if (!isObject(item) || path.includes("*")) continue;
    const operations: JsonObject = isObject(described[path]) ? described[path] : {};
    for (const method of METHODS) {
      const operation = item[method];
      if (isObject(operation)) operations[method] = describeOperation(method, path, operation);
    }
    if (Object.keys(operations).length > 0) described[path] = operations;
  }
  // Sorted, so that the order in which slices are mounted makes no difference.
  return Object.fromEntries(Object.entries(described).toSorted(([left], [right]) => (left < right ? -1 : 1)));
};

const tagsOf = (paths: JsonObject): JsonObject[] => {
  const names = new Set<string>();
  for (const item of Object.values(paths).filter(isObject))
    for (const operation of Object.values(item).filter(isObject))
      if (Array.isArray(operation["tags"])) for (const tag of operation["tags"]) names.add(String(tag));
  return [...names].toSorted().map((name) => ({ name }));
};

export const createOpenApi = async (slices: readonly AnyElysia[]): Promise<JsonObject> => {
  const read = await readRoutes(slices);
  const paths = describePaths(isObject(read["paths"]) ? read["paths"] : {});
  return {
    openapi: "3.1.0",
    info: { title: "Andon", version: VERSION, description: INTRODUCTION, license: { name: "MIT" } },
    servers: [{ url: "/" }],
    tags: tagsOf(paths),
    paths,
    components: COMPONENTS,
  };
};
