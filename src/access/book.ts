// In: rows that are committed. Out: the same in memory, found by what requests ask for. One instance
// serves, so memory and file agree; a change is put here after its commit, never before.
import type { Principal } from "../core/actor";
import type { AccessRows, OrganizationRow, ProjectRow, SessionRow, TokenRow, UserRow } from "./repository";

/** A live token: `lastUsedAt` runs ahead of the file by up to a minute. */
export interface LiveToken {
  row: TokenRow;
  principal: Principal;
}

export interface LiveSession {
  row: SessionRow;
  user: UserRow;
  principal: Principal;
}

const principalOfToken = (row: TokenRow): Principal => ({
  tenantId: row.tenantId,
  role: row.role,
  scope: row.scope,
  actor: { kind: "token", id: row.id, name: row.name },
});

export const principalOfUser = (user: UserRow, sessionId?: string): Principal => ({
  tenantId: user.tenantId,
  role: user.role,
  scope: "full",
  actor: { kind: "user", id: user.id, name: user.name },
  ...(sessionId === undefined ? {} : { sessionId }),
});

export class AccessBook {
  readonly organizations = new Map<string, OrganizationRow>();
  readonly projects = new Map<string, ProjectRow>();
  readonly users = new Map<string, UserRow>();
  readonly tokens = new Map<string, LiveToken>();
  readonly #usersByEmail = new Map<string, UserRow>();
  readonly #tokensByHash = new Map<string, LiveToken>();
  readonly #sessions = new Map<string, LiveSession>();
  readonly #sessionsByUser = new Map<string, Set<LiveSession>>();

  /** Sessions whose user is gone are left out. */
  constructor(rows: AccessRows) {
    for (const row of rows.organizations) this.organizations.set(row.id, row);
    for (const row of rows.projects) this.projects.set(row.id, row);
    for (const row of rows.users) this.putUser(row);
    for (const row of rows.tokens) this.putToken(row);
    for (const row of rows.sessions) {
      const user = this.users.get(row.userId);
      if (user !== undefined) this.putSession(row, user);
    }
  }

  putUser(row: UserRow): void {
    const before = this.users.get(row.id);
    if (before !== undefined) this.#usersByEmail.delete(before.email.toLowerCase());
    this.users.set(row.id, row);
    this.#usersByEmail.set(row.email.toLowerCase(), row);
    for (const session of this.#sessionsByUser.get(row.id) ?? []) {
      session.user = row;
      session.principal = principalOfUser(row, session.row.idHash);
    }
  }

  removeUser(row: UserRow): void {
    this.removeSessionsOf(row.id);
    this.users.delete(row.id);
    this.#usersByEmail.delete(row.email.toLowerCase());
  }

  userByEmail(email: string): UserRow | undefined {
    return this.#usersByEmail.get(email.toLowerCase());
  }

  *usersOf(tenantId: string): Iterable<UserRow> {
    for (const user of this.users.values()) if (user.tenantId === tenantId) yield user;
  }

  putToken(row: TokenRow): void {
    const token = { row, principal: principalOfToken(row) };
    this.tokens.set(row.id, token);
    this.#tokensByHash.set(row.tokenHash, token);
  }

  removeToken(row: TokenRow): void {
    this.tokens.delete(row.id);
    this.#tokensByHash.delete(row.tokenHash);
  }

  /** By the SHA-256 of what was presented: how long the look-up takes says nothing about the token. */
  tokenByHash(hash: string): LiveToken | undefined {
    return this.#tokensByHash.get(hash);
  }

  *tokensOf(tenantId: string): Iterable<LiveToken> {
    for (const token of this.tokens.values()) if (token.row.tenantId === tenantId) yield token;
  }

  putSession(row: SessionRow, user: UserRow): void {
    const session = { row, user, principal: principalOfUser(user, row.idHash) };
    this.#sessions.set(row.idHash, session);
    const others = this.#sessionsByUser.get(user.id);
    if (others === undefined) this.#sessionsByUser.set(user.id, new Set([session]));
    else others.add(session);
  }

  removeSession(idHash: string): void {
    const session = this.#sessions.get(idHash);
    if (session === undefined) return;
    this.#sessions.delete(idHash);
    const others = this.#sessionsByUser.get(session.user.id);
    others?.delete(session);
    if (others?.size === 0) this.#sessionsByUser.delete(session.user.id);
  }

  removeSessionsOf(userId: string): void {
    for (const { row } of this.#sessionsByUser.get(userId) ?? []) this.removeSession(row.idHash);
  }

  session(idHash: string): LiveSession | undefined {
    return this.#sessions.get(idHash);
  }

  sessionsOf(userId: string): Iterable<LiveSession> {
    return this.#sessionsByUser.get(userId) ?? [];
  }

  sessions(): Iterable<LiveSession> {
    return this.#sessions.values();
  }

  /** Somebody can administer this instance: a user, or an administrator's token. */
  get hasAdministrator(): boolean {
    if (this.users.size > 0) return true;
    for (const { row } of this.tokens.values()) if (row.role === "admin" && row.scope === "full") return true;
    return false;
  }
}
