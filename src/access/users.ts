// In: wishes about people who may sign in. Out: users, with the promise that one active administrator
// always stays. A changed password, role or state ends the person's sessions.
import type { Role } from "../core/actor";
import { AppError, invalid, notFound } from "../core/errors";
import { newId } from "../core/ids";
import type { Statement } from "../store/engine";
import { type AccessParts, changesOf, type Doer, recorded } from "./parts";
import { checkPassword } from "./passwords";
import type { UserRow } from "./repository";

export interface UserInput {
  email: string;
  password: string;
  /** Default: the part of the address before the @. */
  name?: string | undefined;
  /** Default: viewer. */
  role?: Role | undefined;
}

export interface UserChange {
  email?: string | undefined;
  password?: string | undefined;
  name?: string | undefined;
  role?: Role | undefined;
  isActive?: boolean | undefined;
}

export interface UserDesk {
  create(doer: Doer, input: UserInput): Promise<UserRow>;
  update(doer: Doer, id: string, change: UserChange): Promise<UserRow>;
  remove(doer: Doer, id: string): Promise<void>;
  of(tenantId: string): UserRow[];
  find(tenantId: string, id: string): UserRow;
  /** Whatever the organization; for the command line. */
  findByEmail(email: string): UserRow | undefined;
  /** Row and statements of a new user; hashing the password takes its time, so await it outside a lock. */
  prepare(doer: Doer, input: UserInput): Promise<{ row: UserRow; statements: Statement[] }>;
}

const EMAIL = /^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u;
const LONGEST_EMAIL = 254;

/** Lower-case, without surrounding space. Throws `invalid` on `email`. */
export const readEmail = (text: string): string => {
  const email = text.trim().toLowerCase();
  if (email.length > LONGEST_EMAIL || !EMAIL.test(email))
    throw invalid("email", "email must be an e-mail address.");
  return email;
};

const nameFrom = (name: string | undefined, email: string): string => {
  const given = name?.trim() ?? "";
  return given === "" ? (email.split("@")[0] ?? email) : given;
};

const describeUser = ({ email, name, role, isActive }: UserRow): Record<string, unknown> => ({
  email,
  name,
  role,
  is_active: isActive,
});

export const createUserDesk = (parts: AccessParts): UserDesk => {
  const { engine, repository, book, clock, passwords, lock } = parts;

  const find = (tenantId: string, id: string): UserRow => {
    const user = book.users.get(id);
    if (user === undefined || user.tenantId !== tenantId) throw notFound("user");
    return user;
  };

  const checkFree = (email: string, ownId?: string): void => {
    const other = book.userByEmail(email);
    if (other !== undefined && other.id !== ownId)
      throw new AppError("conflict", "There is a user with this e-mail address already.", {
        code: "duplicate",
        field: "email",
      });
  };

  const isActiveAdministrator = (user: UserRow): boolean => user.role === "admin" && user.isActive;

  const checkAdministratorStays = (before: UserRow, after: UserRow | null): void => {
    if (!isActiveAdministrator(before) || (after !== null && isActiveAdministrator(after))) return;
    for (const other of book.usersOf(before.tenantId))
      if (other.id !== before.id && isActiveAdministrator(other)) return;
    throw new AppError("conflict", "This is the last administrator. Make somebody else one first.", {
      code: "last_administrator",
    });
  };

  const prepare = async (doer: Doer, input: UserInput) => {
    const email = readEmail(input.email);
    checkPassword(input.password);
    checkFree(email);
    const passwordHash = await passwords.hash(input.password);
    const now = clock.now();
    const row: UserRow = {
      id: newId(),
      tenantId: doer.tenantId,
      email,
      name: nameFrom(input.name, email),
      role: input.role ?? "viewer",
      passwordHash,
      isActive: true,
      createdAt: now,
      updatedAt: now,
    };
    const data = { object: "user", id: row.id, name: row.name, state: describeUser(row) };
    return {
      row,
      statements: [repository.insertUser(row), recorded("config.created", doer, row.id, data, now)],
    };
  };

  const commitChange = async (doer: Doer, before: UserRow, after: UserRow): Promise<void> => {
    checkAdministratorStays(before, after);
    const hasNewPassword = before.passwordHash !== after.passwordHash;
    const endsSessions = hasNewPassword || before.role !== after.role || before.isActive !== after.isActive;
    const changes: Record<string, unknown> = {
      ...changesOf(before, after, ["email", "name", "role"]),
      ...(before.isActive === after.isActive ? {} : { is_active: after.isActive }),
      ...(hasNewPassword ? { password: "changed" } : {}),
    };
    const data = { object: "user", id: after.id, name: after.name, changes };
    await engine.batch([
      repository.updateUser(after),
      ...(endsSessions ? [repository.deleteSessionsOf(after.id)] : []),
      recorded("config.updated", doer, after.id, data, after.updatedAt),
    ]);
    book.putUser(after);
    if (endsSessions) book.removeSessionsOf(after.id);
  };

  return {
    prepare,
    create: async (doer, input) => {
      const { row, statements } = await prepare(doer, input);
      // Two at the same moment: the unique index lets one through.
      checkFree(row.email);
      await engine.batch(statements);
      book.putUser(row);
      return row;
    },
    update: async (doer, id, change) => {
      find(doer.tenantId, id);
      if (change.password !== undefined) checkPassword(change.password);
      const passwordHash = change.password === undefined ? null : await passwords.hash(change.password);
      return lock.run(doer.tenantId, async () => {
        const before = find(doer.tenantId, id);
        const email = change.email === undefined ? before.email : readEmail(change.email);
        checkFree(email, id);
        const after: UserRow = {
          ...before,
          email,
          name: change.name === undefined ? before.name : nameFrom(change.name, email),
          role: change.role ?? before.role,
          isActive: change.isActive ?? before.isActive,
          passwordHash: passwordHash ?? before.passwordHash,
          updatedAt: clock.now(),
        };
        await commitChange(doer, before, after);
        return after;
      });
    },
    remove: (doer, id) =>
      lock.run(doer.tenantId, async () => {
        const row = find(doer.tenantId, id);
        checkAdministratorStays(row, null);
        const data = { object: "user", id, name: row.name };
        await engine.batch([
          repository.deleteSessionsOf(id),
          repository.deleteUser(id),
          recorded("config.deleted", doer, id, data, clock.now()),
        ]);
        book.removeUser(row);
      }),
    of: (tenantId) => [...book.usersOf(tenantId)],
    find,
    findByEmail: (email) => book.userByEmail(email),
  };
};
