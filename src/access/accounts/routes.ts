// In: /api/v1/users and /api/v1/api-tokens. Out: people and tokens listed, created, changed and removed,
// by administrators only.
import { Elysia, t } from "elysia";
import { readPage } from "../../core/paging";
import { readTime } from "../../core/query";
import type { AccessPlugin } from "../../http/access";
import { PageQuery, pageOf } from "../../http/models";
import type { Access } from "../access";
import {
  NewTokenWire,
  pageOfRows,
  presentToken,
  presentUser,
  TokenCreate,
  TokenUpdate,
  TokenWire,
  UserCreate,
  UserUpdate,
  UserWire,
} from "../wire";

const userRoutes = (plugin: AccessPlugin, { users }: Access) => {
  const tags = ["Users"];
  return new Elysia({ prefix: "/api/v1/users" })
    .use(plugin)
    .get(
      "",
      ({ principal, query }) => pageOfRows(users.of(principal.tenantId), readPage(query), presentUser),
      {
        access: "admin",
        query: PageQuery,
        response: pageOf(UserWire),
        detail: { summary: "List users", tags },
      },
    )
    .post(
      "",
      async ({ principal, body, set }) => {
        const user = await users.create(principal, body);
        set.status = 201;
        return presentUser(user);
      },
      {
        access: "admin",
        body: UserCreate,
        response: { 201: UserWire },
        detail: { summary: "Create a user", tags },
      },
    )
    .get("/:id", ({ principal, params }) => presentUser(users.find(principal.tenantId, params.id)), {
      access: "admin",
      response: UserWire,
      detail: { summary: "Read a user", tags },
    })
    .patch(
      "/:id",
      async ({ principal, params, body }) => {
        const { is_active: isActive, ...change } = body;
        return presentUser(await users.update(principal, params.id, { ...change, isActive }));
      },
      {
        access: "admin",
        body: UserUpdate,
        response: UserWire,
        detail: { summary: "Change a user; a new password, role or state ends the person's sessions", tags },
      },
    )
    .delete(
      "/:id",
      async ({ principal, params, set }) => {
        await users.remove(principal, params.id);
        set.status = 204;
        return null;
      },
      { access: "admin", response: { 204: t.Null() }, detail: { summary: "Remove a user", tags } },
    );
};

/** Undefined stays undefined (no change), null means never. */
const readExpiry = (text: string | null | undefined): number | null | undefined =>
  text === null ? null : readTime("expires_at", text);

const tokenRoutes = (plugin: AccessPlugin, { tokens }: Access) => {
  const tags = ["API tokens"];
  return new Elysia({ prefix: "/api/v1/api-tokens" })
    .use(plugin)
    .get(
      "",
      ({ principal, query }) => pageOfRows(tokens.of(principal.tenantId), readPage(query), presentToken),
      {
        access: "admin",
        query: PageQuery,
        response: pageOf(TokenWire),
        detail: { summary: "List API tokens", tags },
      },
    )
    .post(
      "",
      async ({ principal, body, set }) => {
        const { expires_at, ...input } = body;
        const made = await tokens.create(principal, { ...input, expiresAt: readExpiry(expires_at) });
        set.status = 201;
        return { ...presentToken(made.token), token: made.secret };
      },
      {
        access: "admin",
        body: TokenCreate,
        response: { 201: NewTokenWire },
        detail: { summary: "Create an API token; the answer is the only one that shows it", tags },
      },
    )
    .get("/:id", ({ principal, params }) => presentToken(tokens.find(principal.tenantId, params.id)), {
      access: "admin",
      response: TokenWire,
      detail: { summary: "Read an API token", tags },
    })
    .patch(
      "/:id",
      async ({ principal, params, body }) =>
        presentToken(
          await tokens.update(principal, params.id, {
            name: body.name,
            expiresAt: readExpiry(body.expires_at),
          }),
        ),
      {
        access: "admin",
        body: TokenUpdate,
        response: TokenWire,
        detail: { summary: "Rename an API token or change its expiry", tags },
      },
    )
    .delete(
      "/:id",
      async ({ principal, params, set }) => {
        await tokens.remove(principal, params.id);
        set.status = 204;
        return null;
      },
      { access: "admin", response: { 204: t.Null() }, detail: { summary: "Revoke an API token", tags } },
    );
};

export const accountRoutes = (plugin: AccessPlugin, access: Access) =>
  new Elysia().use(userRoutes(plugin, access)).use(tokenRoutes(plugin, access));
