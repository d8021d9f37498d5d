// In: a route's declared access level and a request. Out: the Principal, or a 401 or 403, before
// anything of the body is read or judged. Every route names its level: `access: "viewer"`.
import { type DocumentDecoration, Elysia, type TSchema } from "elysia";
import type { AccessLevel, Principal } from "../core/actor";
import { AppError } from "../core/errors";
import { readJson } from "./body";
import type { Admit } from "./budgets";
import { type FindMisfits, type Misfit, misfitsOf } from "./schema-faults";

/** Throws AppError `unauthenticated` or `forbidden`; gives NOBODY for `public`. */
export type Authenticate = (request: Request, level: AccessLevel) => Principal | Promise<Principal>;

/** The principal of a public route: an organization that owns nothing. */
export const NOBODY: Principal = {
  tenantId: "",
  role: "viewer",
  scope: "ingest",
  actor: { kind: "system", id: null, name: "nobody" },
};

/** In a route's OpenAPI operation: its level, so that tests and documentation can see it. */
export const ACCESS_EXTENSION = "x-access";

/** OpenAPI admits any key that begins with `x-`; the framework's type does not know that. */
const documentLevel = (level: AccessLevel): DocumentDecoration => {
  const extension: object = { [ACCESS_EXTENSION]: level };
  return extension;
};

interface RouteModels {
  body?: unknown;
  query?: unknown;
}

interface Misfits {
  body: FindMisfits | null;
  query: FindMisfits | null;
  /** The body's model is one object: nothing else is let through, not even where it is optional. */
  isObject: boolean;
}

/** A model with one of these keywords; a route's models may also be absent or named. */
const modelWith = (model: unknown, keywords: readonly string[]): TSchema | null =>
  typeof model === "object" && model !== null && keywords.some((keyword) => keyword in model)
    ? (model as TSchema)
    : null;

const findersFor = (models: RouteModels): Misfits => {
  const body = modelWith(models.body, ["type", "anyOf"]);
  const query = modelWith(models.query, ["type"]);
  return {
    body: body === null ? null : misfitsOf(body),
    query: query === null ? null : misfitsOf(query),
    isObject: modelWith(models.body, ["type"])?.["type"] === "object",
  };
};

const refuseMisfits = (find: FindMisfits | null, value: unknown): void => {
  if (find === null || value === undefined) return;
  const found: Misfit[] = [];
  find(value, "", found);
  const [first] = found;
  if (first === undefined) return;
  if (!first.isUnknown)
    throw new AppError("invalid", first.detail, first.field === "" ? {} : { field: first.field });
  const unknown = found.filter(({ isUnknown }) => isUnknown).map(({ field }) => field);
  throw new AppError("invalid", first.detail, {
    code: "unknown_field",
    field: first.field,
    ...(unknown.length > 1 ? { details: { unknown_fields: unknown.slice(0, 20) } } : {}),
  });
};

const checkBodyKind = (body: unknown): void => {
  if (body !== undefined && (typeof body !== "object" || body === null || Array.isArray(body)))
    throw new AppError("invalid", "The body must be a JSON object.");
};

/**
 * Give the result to `.use()` in each slice's routes; the context then holds `principal`. Order for
 * each request: credentials, budget, body, unknown fields and wrong kinds, the route's models, the handler.
 * A route with `parse: "none"` reads its body itself (see `body.ts`).
 */
export const createAccessPlugin = (authenticate: Authenticate, admit: Admit = () => undefined) => {
  // Found in the first hook of a request, taken up by the later ones.
  const principals = new WeakMap<Request, Principal>();

  const admitted = (request: Request, level: AccessLevel, principal: Principal): void => {
    admit(principal, level);
    principals.set(request, principal);
  };

  /** Synchronous where the credentials are known already, which is nearly always. */
  const identify = (request: Request, level: AccessLevel): Promise<void> | undefined => {
    const found = authenticate(request, level);
    if (found instanceof Promise) return found.then((principal) => admitted(request, level, principal));
    admitted(request, level, found);
    return undefined;
  };

  return new Elysia({ name: "access" }).macro({
    access: (level: AccessLevel) => {
      let misfits: Misfits = { body: null, query: null, isObject: false };
      return {
        introspect: (models: object) => {
          misfits = findersFor(models);
        },
        detail: documentLevel(level),
        parse: async ({ request }, contentType) => {
          const pending = identify(request, level);
          if (pending !== undefined) await pending;
          return readJson(request, contentType, level === "ingest");
        },
        transform: async ({ request, body, query }) => {
          // Requests without a body, and routes that read it themselves, come here first.
          if (!principals.has(request)) await identify(request, level);
          if (misfits.isObject) checkBodyKind(body);
          refuseMisfits(misfits.query, query);
          refuseMisfits(misfits.body, body);
        },
        resolve: ({ request }) => ({ principal: principals.get(request) ?? NOBODY }),
      };
    },
  });
};

export type AccessPlugin = ReturnType<typeof createAccessPlugin>;
