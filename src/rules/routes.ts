// In: /api/v1/alert-rules. Out: rules created, read, changed and deleted.
import { Elysia, t } from "elysia";
import { invalid } from "../core/errors";
import { isId } from "../core/ids";
import type { MachineDirectory } from "../core/machine";
import { readPage, toPage } from "../core/paging";
import type { TenantDirectory } from "../core/tenants";
import type { AccessPlugin } from "../http/access";
import { PageQuery, pageOf } from "../http/models";
import type { Selector } from "./condition";
import type { RuleDesk } from "./desk";
import type { RuleRepository, RuleRow } from "./repository";
import { presentRule, readRule, readRuleChange, RuleCreate, RuleUpdate, RuleWire } from "./wire";
import { warningsOf, type WarningParts } from "./warnings";

export interface RuleRouteParts extends WarningParts {
  desk: RuleDesk;
  repository: RuleRepository;
}

/** Give it to the server. */
export const ruleRoutes = (access: AccessPlugin, parts: RuleRouteParts) => {
  const { desk, repository, machines, tenants } = parts;
  const present = (row: RuleRow) => presentRule(row, warningsOf(row, parts));
  const tags = ["Alert rules"];

  return new Elysia({ prefix: "/api/v1/alert-rules" })
    .use(access)
    .get(
      "",
      async ({ principal, query }) => {
        const page = readPage(query, isId);
        return toPage(await repository.list(principal.tenantId, page), page, (row) => row.id, present);
      },
      {
        access: "viewer",
        query: PageQuery,
        response: pageOf(RuleWire),
        detail: { summary: "List alert rules", tags },
      },
    )
    .post(
      "",
      async ({ principal, body, set }) => {
        const input = readRule(body);
        checkSelector(principal.tenantId, input.selector, machines, tenants);
        const row = await desk.create(principal, input);
        set.status = 201;
        return present(row);
      },
      {
        access: "editor",
        body: RuleCreate,
        response: { 201: RuleWire },
        detail: { summary: "Create an alert rule", tags },
      },
    )
    .get("/:id", ({ principal, params }) => present(desk.find(principal.tenantId, params.id)), {
      access: "viewer",
      response: RuleWire,
      detail: { summary: "Read an alert rule", tags },
    })
    .patch(
      "/:id",
      async ({ principal, params, body }) => {
        desk.find(principal.tenantId, params.id);
        const change = readRuleChange(body);
        if (change.selector !== undefined)
          checkSelector(principal.tenantId, change.selector, machines, tenants);
        return present(await desk.update(principal, params.id, change));
      },
      {
        access: "editor",
        body: RuleUpdate,
        response: RuleWire,
        detail: {
          summary: "Change an alert rule",
          description: "Open alerts keep their ID; the rule looks once at the latest value.",
          tags,
        },
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
        detail: {
          summary: "Delete an alert rule",
          description: "Its open alerts are resolved with the reason rule_removed.",
          tags,
        },
      },
    );
};

/** Another organization's machine or project answers like one that does not exist. */
const checkSelector = (
  tenantId: string,
  selector: Selector,
  machines: MachineDirectory,
  tenants: TenantDirectory,
): void => {
  if (selector.machine_id !== undefined && machines.machine(selector.machine_id)?.tenantId !== tenantId)
    throw invalid("selector.machine_id", "There is no machine with this ID.");
  if (selector.project_id !== undefined && tenants.project(tenantId, selector.project_id) === undefined)
    throw invalid("selector.project_id", "There is no project with this ID.");
};
