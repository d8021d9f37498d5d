// In: a route's declared access level and a request. Out: the Principal, or a 401 or 403.
// Every route names its level: `access: "viewer"`. A test walks all routes and fails on one without.
import { Elysia } from "elysia";
import type { AccessLevel, Principal } from "../core/actor";

/** Throws AppError `unauthenticated` or `forbidden`; gives NOBODY for `public`. */
export type Authenticate = (request: Request, level: AccessLevel) => Promise<Principal>;

/** The principal of a public route: an organization that owns nothing. */
export const NOBODY: Principal = {
  tenantId: "",
  role: "viewer",
  scope: "ingest",
  actor: { kind: "system", id: null, name: "nobody" },
};

/** Give the result to `.use()` in each slice's routes; the context then holds `principal`. */
export const createAccessPlugin = (authenticate: Authenticate) =>
  new Elysia({ name: "access" }).macro({
    access: (level: AccessLevel) => ({
      resolve: async ({ request }) => ({ principal: await authenticate(request, level) }),
    }),
  });

export type AccessPlugin = ReturnType<typeof createAccessPlugin>;
