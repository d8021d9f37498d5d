// In: nothing. Out: what the operator of the machine may ask for from the command line, in the shape
// that travels to a running instance or is carried out directly on a stopped one.
import { ROLES, type Role, type TokenScope } from "../core/actor";
import { invalid } from "../core/errors";

export interface CreateToken {
  kind: "create_token";
  name: string;
  role: Role;
  scope: TokenScope;
  /** Slug of the organization; null: the first one. */
  organization: string | null;
  /** In ms since 1970; null: never. */
  expiresAt: number | null;
}

export interface CreateUser {
  kind: "create_user";
  email: string;
  name: string;
  role: Role;
  password: string;
  organization: string | null;
}

export interface ResetPassword {
  kind: "reset_password";
  email: string;
  password: string;
}

export type AdminCommand = CreateToken | CreateUser | ResetPassword;

export interface AdminResult {
  /** A sentence for the operator. */
  done: string;
  /** The new token, shown this once. */
  token?: string;
}

/** Carries a command out; rejects with AppError whose message the operator reads. */
export type PerformAdminCommand = (command: AdminCommand) => Promise<AdminResult>;

export const isRole = (word: string): word is Role => (ROLES as readonly string[]).includes(word);

const text = (fields: Record<string, unknown>, name: string): string => {
  const value = fields[name];
  if (typeof value !== "string" || value === "") throw invalid(name, `${name} is missing.`);
  return value;
};

const textOrNull = (fields: Record<string, unknown>, name: string): string | null =>
  typeof fields[name] === "string" ? fields[name] : null;

const role = (fields: Record<string, unknown>): Role => {
  const word = text(fields, "role");
  if (!isRole(word)) throw invalid("role", `role takes ${ROLES.join(", ")}.`);
  return word;
};

/** Checks what came over the wire. Throws AppError `invalid`. */
export const readAdminCommand = (value: unknown): AdminCommand => {
  const fields = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  switch (fields["kind"]) {
    case "create_token":
      return {
        kind: "create_token",
        name: text(fields, "name"),
        role: role(fields),
        scope: fields["scope"] === "ingest" ? "ingest" : "full",
        organization: textOrNull(fields, "organization"),
        expiresAt: typeof fields["expiresAt"] === "number" ? fields["expiresAt"] : null,
      };
    case "create_user":
      return {
        kind: "create_user",
        email: text(fields, "email"),
        name: text(fields, "name"),
        role: role(fields),
        password: text(fields, "password"),
        organization: textOrNull(fields, "organization"),
      };
    case "reset_password":
      return {
        kind: "reset_password",
        email: text(fields, "email"),
        password: text(fields, "password"),
      };
    default:
      throw invalid("kind", "This version of Andon does not know the command.");
  }
};
