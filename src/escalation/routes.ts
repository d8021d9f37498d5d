// In: /api/v1/escalation-policies. Out: policies created, read, changed and deleted.
import { Elysia, t } from "elysia";
import { notFound } from "../core/errors";
import { isId } from "../core/ids";
import { readPage, toPage } from "../core/paging";
import type { AccessPlugin } from "../http/access";
import { PageQuery, pageOf } from "../http/models";
import type { PolicyBook, PolicyDesk } from "./policies";
import type { EscalationRepository } from "./repository";
import { PolicyCreate, PolicyUpdate, PolicyWire, presentPolicy, readPolicy, readPolicyChange } from "./wire";

export interface EscalationRouteParts {
  desk: PolicyDesk;
  book: PolicyBook;
  repository: EscalationRepository;
}

/** Give it to the server. */
export const escalationRoutes = (access: AccessPlugin, { desk, book, repository }: EscalationRouteParts) => {
  const mustFind = (tenantId: string, id: string) => {
    const policy = book.find(tenantId, id);
    if (policy === undefined) throw notFound("escalation policy");
    return policy;
  };
  const tags = ["Escalation"];

  return new Elysia({ prefix: "/api/v1/escalation-policies" })
    .use(access)
    .get(
      "",
      async ({ principal, query }) => {
        const page = readPage(query, isId);
        const rows = await repository.listPolicies(principal.tenantId, page);
        return toPage(rows, page, (row) => row.id, presentPolicy);
      },
      {
        access: "viewer",
        query: PageQuery,
        response: pageOf(PolicyWire),
        detail: { summary: "List escalation policies", tags },
      },
    )
    .post(
      "",
      async ({ principal, body, set }) => {
        const policy = await desk.create(principal, readPolicy(body));
        set.status = 201;
        return presentPolicy(policy);
      },
      {
        access: "editor",
        body: PolicyCreate,
        response: { 201: PolicyWire },
        detail: { summary: "Create an escalation policy", tags },
      },
    )
    .get("/:id", ({ principal, params }) => presentPolicy(mustFind(principal.tenantId, params.id)), {
      access: "viewer",
      response: PolicyWire,
      detail: { summary: "Read an escalation policy", tags },
    })
    .patch(
      "/:id",
      async ({ principal, params, body }) =>
        presentPolicy(await desk.update(principal, params.id, (before) => readPolicyChange(body, before))),
      {
        access: "editor",
        body: PolicyUpdate,
        response: PolicyWire,
        detail: { summary: "Change an escalation policy", tags },
      },
    )
    .delete(
      "/:id",
      async ({ principal, params, set }) => {
        await desk.remove(principal, params.id);
        set.status = 204;
        return null;
      },
      {
        access: "editor",
        response: { 204: t.Null() },
        detail: { summary: "Delete an escalation policy", tags },
      },
    );
};
