// In: who is asking. Out: roles, access levels and the Principal that every service call receives.

/** In rising order: each role may do what the ones before it may. */
export const ROLES = ["viewer", "responder", "editor", "admin"] as const;
export type Role = (typeof ROLES)[number];

/**
 * What a route demands. `public`: nobody is asked who they are. `ingest`: any API token (the
 * `ingest` scope included) or a signed-in editor. A role: that role or a higher one.
 */
export type AccessLevel = "public" | "ingest" | Role;

/** `ingest`: readings and heartbeats, nothing else. */
export type TokenScope = "full" | "ingest";

/** Who did something, as the journal records it. */
export interface Actor {
  kind: "user" | "token" | "system";
  id: string | null;
  name: string;
}

/** Whoever acts when nobody does. */
export const SYSTEM: Actor = { kind: "system", id: null, name: "Andon" };

/** Built by authentication, never from request data. `tenantId` is the organization's ID. */
export interface Principal {
  tenantId: string;
  role: Role;
  scope: TokenScope;
  actor: Actor;
  /** Set when a session cookie authenticated the request. */
  sessionId?: string;
}

/** Whether `role` is `needed` or higher. */
export const roleAllows = (role: Role, needed: Role): boolean => ROLES.indexOf(role) >= ROLES.indexOf(needed);
