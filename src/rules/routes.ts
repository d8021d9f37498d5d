// In: /api/v1/alert-rules. Out: rules created, read, changed and deleted.
import { Elysia, t } from "elysia";
import { invalid } from "../core/errors";
import { isId } from "../core/ids";
import { readPage, toPage } from "../core/paging";
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
  const { desk, repository } = parts;
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
        checkSelector(principal.tenantId, input.selector, parts);
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
        const change = readRuleChange(body, desk.find(principal.tenantId, params.id));
        if (change.selector !== undefined) checkSelector(principal.tenantId, change.selector, parts);
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

/** What is another organization's answers like what does not exist. */
const checkSelector = (
  tenantId: string,
  selector: Selector,
  { machines, tenants, services, monitors }: WarningParts,
): void => {
  const {
    machine_id: machineId,
    project_id: projectId,
    service_id: serviceId,
    monitor_id: monitorId,
  } = selector;
  if (machineId !== undefined && machines.machine(machineId)?.tenantId !== tenantId)
    throw invalid("selector.machine_id", "There is no machine with this ID.");
  if (projectId !== undefined && tenants.project(tenantId, projectId) === undefined)
    throw invalid("selector.project_id", "There is no project with this ID.");
  if (serviceId !== undefined && services.find(tenantId, serviceId) === undefined)
    throw invalid("selector.service_id", "There is no service with this ID.");
  if (monitorId !== undefined && monitors.find(tenantId, monitorId) === undefined)
    throw invalid("selector.monitor_id", "There is no monitor with this ID.");
};
