// In: rows of organizations, people, sessions and tokens. Out: all of them at a start, and the
// statements that change them. Only hashes of session IDs and tokens ever come here.
import { eq } from "drizzle-orm";
import { statementOf } from "../store/statement";
import type { Statement } from "../store/engine";
import type { Store } from "../store/store";
import { apiTokens, loginAttempts, organizations, projects, sessions, users } from "./schema";

export type OrganizationRow = typeof organizations.$inferSelect;
export type ProjectRow = typeof projects.$inferSelect;
export type UserRow = typeof users.$inferSelect;
export type SessionRow = typeof sessions.$inferSelect;
export type TokenRow = typeof apiTokens.$inferSelect;
export type AttemptRow = typeof loginAttempts.$inferSelect;

export interface AccessRows {
  organizations: OrganizationRow[];
  projects: ProjectRow[];
  users: UserRow[];
  sessions: SessionRow[];
  tokens: TokenRow[];
  attempts: AttemptRow[];
}

export type AccessRepository = ReturnType<typeof createAccessRepository>;

export const createAccessRepository = ({ db }: Pick<Store, "db">) => ({
  loadAll: async (): Promise<AccessRows> => ({
    organizations: await db.select().from(organizations),
    projects: await db.select().from(projects),
    users: await db.select().from(users),
    sessions: await db.select().from(sessions),
    tokens: await db.select().from(apiTokens),
    attempts: await db.select().from(loginAttempts),
  }),

  insertOrganization: (row: OrganizationRow): Statement => statementOf(db.insert(organizations).values(row)),
  renameOrganization: (id: string, name: string): Statement =>
    statementOf(db.update(organizations).set({ name }).where(eq(organizations.id, id)), 1),

  insertProject: (row: ProjectRow): Statement => statementOf(db.insert(projects).values(row)),
  updateProject: ({ id, name, slug }: ProjectRow): Statement =>
    statementOf(db.update(projects).set({ name, slug }).where(eq(projects.id, id)), 1),
  deleteProject: (id: string): Statement => statementOf(db.delete(projects).where(eq(projects.id, id)), 1),

  insertUser: (row: UserRow): Statement => statementOf(db.insert(users).values(row)),
  updateUser: ({ id, ...values }: UserRow): Statement =>
    statementOf(db.update(users).set(values).where(eq(users.id, id)), 1),
  deleteUser: (id: string): Statement => statementOf(db.delete(users).where(eq(users.id, id)), 1),

  insertSession: (row: SessionRow): Statement => statementOf(db.insert(sessions).values(row)),
  /** No `expect`: the session may have been ended in the meantime. */
  touchSession: (idHash: string, at: number): Statement =>
    statementOf(db.update(sessions).set({ lastSeenAt: at }).where(eq(sessions.idHash, idHash))),
  deleteSession: (idHash: string): Statement =>
    statementOf(db.delete(sessions).where(eq(sessions.idHash, idHash))),
  deleteSessionsOf: (userId: string): Statement =>
    statementOf(db.delete(sessions).where(eq(sessions.userId, userId))),

  insertToken: (row: TokenRow): Statement => statementOf(db.insert(apiTokens).values(row)),
  updateToken: ({ id, name, expiresAt }: TokenRow): Statement =>
    statementOf(db.update(apiTokens).set({ name, expiresAt }).where(eq(apiTokens.id, id)), 1),
  touchToken: (id: string, at: number): Statement =>
    statementOf(db.update(apiTokens).set({ lastUsedAt: at }).where(eq(apiTokens.id, id))),
  deleteToken: (id: string): Statement => statementOf(db.delete(apiTokens).where(eq(apiTokens.id, id)), 1),

  putAttempt: (row: AttemptRow): Statement => {
    const { key: _, ...values } = row;
    return statementOf(
      db.insert(loginAttempts).values(row).onConflictDoUpdate({ target: loginAttempts.key, set: values }),
    );
  },
  deleteAttempt: (key: string): Statement =>
    statementOf(db.delete(loginAttempts).where(eq(loginAttempts.key, key))),
});
