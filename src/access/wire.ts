// In: organizations, projects, people and tokens. Out: their API models. A token's or password's text
// is in none of them but the answer that shows a new token once.
import { t, type Static } from "elysia";
import type { Page, PageRequest } from "../core/paging";
import { toPage } from "../core/paging";
import { isoMillis, isoMillisOrNull } from "../core/time";
import { LONGEST_PASSWORD, SHORTEST_PASSWORD } from "./passwords";
import type { OrganizationRow, ProjectRow, TokenRow, UserRow } from "./repository";

const Name = t.String({ minLength: 1, maxLength: 200 });
const Email = t.String({ minLength: 3, maxLength: 254 });
const NewPassword = t.String({ minLength: SHORTEST_PASSWORD, maxLength: LONGEST_PASSWORD });
/** Of a password that is checked: any text, so that its length tells nothing. */
const GivenPassword = t.String({ maxLength: 1024 });
const RoleModel = t.Union([
  t.Literal("viewer"),
  t.Literal("responder"),
  t.Literal("editor"),
  t.Literal("admin"),
]);
const Scope = t.Union([t.Literal("full"), t.Literal("ingest")]);
const closed = { additionalProperties: false };

export const SetupState = t.Object({ needed: t.Boolean() });

export const SetupBody = t.Object(
  {
    token: t.String({ maxLength: 200, description: "From the one-time link in the log" }),
    email: Email,
    password: NewPassword,
    name: t.Optional(t.String({ maxLength: 200 })),
    organization: t.Optional(Name),
  },
  closed,
);

export const SessionBody = t.Object({ email: t.String({ maxLength: 254 }), password: GivenPassword }, closed);

export const PasswordBody = t.Object({ current_password: GivenPassword, password: NewPassword }, closed);

export const SessionWire = t.Object({
  user: t.Object({ id: t.String(), email: t.String(), name: t.String(), role: RoleModel }),
  organization: t.Object({ id: t.String(), name: t.String(), slug: t.String() }),
});
export type SessionWire = Static<typeof SessionWire>;

export const presentSession = (user: UserRow, organization: OrganizationRow): SessionWire => ({
  user: { id: user.id, email: user.email, name: user.name, role: user.role },
  organization: { id: organization.id, name: organization.name, slug: organization.slug },
});

export const UserCreate = t.Object(
  {
    email: Email,
    password: NewPassword,
    name: t.Optional(t.String({ maxLength: 200 })),
    role: t.Optional(RoleModel),
  },
  closed,
);

export const UserUpdate = t.Object(
  {
    email: t.Optional(Email),
    password: t.Optional(NewPassword),
    name: t.Optional(t.String({ maxLength: 200 })),
    role: t.Optional(RoleModel),
    is_active: t.Optional(t.Boolean()),
  },
  closed,
);

export const UserWire = t.Object({
  id: t.String(),
  email: t.String(),
  name: t.String(),
  role: RoleModel,
  is_active: t.Boolean(),
  created_at: t.String(),
  updated_at: t.String(),
});
export type UserWire = Static<typeof UserWire>;

export const presentUser = (row: UserRow): UserWire => ({
  id: row.id,
  email: row.email,
  name: row.name,
  role: row.role,
  is_active: row.isActive,
  created_at: isoMillis(row.createdAt),
  updated_at: isoMillis(row.updatedAt),
});

const ExpiresAt = t.Union([t.String({ description: "ISO 8601; null never" }), t.Null()]);

export const TokenCreate = t.Object(
  { name: Name, scope: t.Optional(Scope), role: t.Optional(RoleModel), expires_at: t.Optional(ExpiresAt) },
  closed,
);

export const TokenUpdate = t.Object({ name: t.Optional(Name), expires_at: t.Optional(ExpiresAt) }, closed);

const tokenFields = {
  id: t.String(),
  name: t.String(),
  scope: Scope,
  role: t.Union([RoleModel, t.Null()]),
  hint: t.String({ description: "The last four characters" }),
  created_at: t.String(),
  last_used_at: t.Union([t.String(), t.Null()]),
  expires_at: t.Union([t.String(), t.Null()]),
};

export const TokenWire = t.Object(tokenFields);
export type TokenWire = Static<typeof TokenWire>;
export const NewTokenWire = t.Object({ ...tokenFields, token: t.String({ description: "Shown only here" }) });

export const presentToken = (row: TokenRow): TokenWire => ({
  id: row.id,
  name: row.name,
  scope: row.scope,
  role: row.scope === "ingest" ? null : row.role,
  hint: row.hint,
  created_at: isoMillis(row.createdAt),
  last_used_at: isoMillisOrNull(row.lastUsedAt),
  expires_at: isoMillisOrNull(row.expiresAt),
});

export const OrganizationUpdate = t.Object({ name: Name }, closed);

export const OrganizationWire = t.Object({
  id: t.String(),
  number: t.Integer(),
  name: t.String(),
  slug: t.String(),
  created_at: t.String(),
});
export type OrganizationWire = Static<typeof OrganizationWire>;

export const presentOrganization = (row: OrganizationRow): OrganizationWire => ({
  id: row.id,
  number: row.number,
  name: row.name,
  slug: row.slug,
  created_at: isoMillis(row.createdAt),
});

const Slug = t.String({ minLength: 1, maxLength: 64 });

export const ProjectCreate = t.Object({ name: Name, slug: t.Optional(Slug) }, closed);
export const ProjectUpdate = t.Object({ name: t.Optional(Name), slug: t.Optional(Slug) }, closed);

export const ProjectWire = t.Object({
  id: t.String(),
  number: t.Integer(),
  name: t.String(),
  slug: t.String(),
  is_default: t.Boolean(),
  created_at: t.String(),
});
export type ProjectWire = Static<typeof ProjectWire>;

export const presentProject = (row: ProjectRow): ProjectWire => ({
  id: row.id,
  number: row.number,
  name: row.name,
  slug: row.slug,
  is_default: row.isDefault,
  created_at: isoMillis(row.createdAt),
});

/** Rows that are all in memory, newest first (their IDs are in the order of time). */
export const pageOfRows = <Row extends { id: string }, Wire>(
  rows: readonly Row[],
  page: PageRequest,
  present: (row: Row) => Wire,
): Page<Wire> => {
  const { after } = page;
  const rest = rows.filter((row) => after === null || row.id < after);
  rest.sort((left, right) => (left.id < right.id ? 1 : -1));
  return toPage(rest.slice(0, page.limit + 1), page, (row) => row.id, present);
};
