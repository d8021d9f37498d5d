// In: /api/v1/machines. Out: machines entered, read, changed, approved, deleted and heard of.
import { Elysia, t } from "elysia";
import { notFound } from "../../core/errors";
import { readPage, toPage } from "../../core/paging";
import { isoMillis } from "../../core/time";
import type { AccessPlugin } from "../../http/access";
import { pageOf } from "../../http/models";
import type { MachineRecord } from "../records";
import type { Registry } from "../registry";
import type { MachineDesk } from "./desk";
import {
  HeartbeatAnswer,
  MachineCreate,
  MachineQuery,
  MachineUpdate,
  MachineWire,
  MetricUpdate,
  presentMachine,
  readMachine,
  readMachineChange,
  readMetricChange,
} from "./wire";

export interface MachineRouteParts {
  desk: MachineDesk;
  registry: Registry;
}

export const machineRoutes = (access: AccessPlugin, { desk, registry }: MachineRouteParts) => {
  const tags = ["Machines"];

  const mustFind = (tenantId: string, id: string): MachineRecord => {
    const machine = registry.machine(id);
    if (machine === undefined || machine.tenantId !== tenantId) throw notFound("machine");
    return machine;
  };

  return new Elysia({ prefix: "/api/v1/machines" })
    .use(access)
    .get(
      "",
      ({ principal, query }) => {
        const page = readPage(query);
        const { after } = page;
        const found = [...registry.machinesOf(principal.tenantId)]
          .filter(
            (machine) =>
              (after === null || machine.id < after) &&
              (query.status === undefined || machine.status === query.status) &&
              (query.approval === undefined || machine.approval === query.approval) &&
              (query.type === undefined || machine.type === query.type) &&
              (query.project_id === undefined || machine.projectId === query.project_id) &&
              (query.name === undefined || machine.name === query.name),
          )
          .sort((a, b) => (a.id < b.id ? 1 : -1))
          .slice(0, page.limit + 1);
        return toPage(found, page, (machine) => machine.id, presentMachine);
      },
      {
        access: "viewer",
        query: MachineQuery,
        response: pageOf(MachineWire),
        detail: { summary: "List machines", tags },
      },
    )
    .post(
      "",
      async ({ principal, body, set }) => {
        const machine = await desk.create(principal, readMachine(body));
        set.status = 201;
        return presentMachine(machine);
      },
      {
        access: "editor",
        body: MachineCreate,
        response: { 201: MachineWire },
        detail: { summary: "Enter a machine", tags },
      },
    )
    .get("/:id", ({ principal, params }) => presentMachine(mustFind(principal.tenantId, params.id)), {
      access: "viewer",
      response: MachineWire,
      detail: { summary: "Read a machine", tags },
    })
    .patch(
      "/:id",
      async ({ principal, params, body }) =>
        presentMachine(await desk.update(principal, params.id, readMachineChange(body))),
      {
        access: "editor",
        body: MachineUpdate,
        response: MachineWire,
        detail: { summary: "Change a machine", tags },
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
        detail: { summary: "Delete a machine with its readings", tags },
      },
    )
    .post(
      "/:id/approve",
      async ({ principal, params }) => presentMachine(await desk.approve(principal, params.id)),
      {
        access: "editor",
        response: MachineWire,
        detail: { summary: "Let rules look at a machine that registered itself", tags },
      },
    )
    .post(
      "/:id/heartbeat",
      async ({ principal, params, set }) => {
        const machine = await desk.heartbeat(principal, params.id);
        set.status = 202;
        return {
          machine_id: machine.id,
          status: machine.status,
          received_at: isoMillis(machine.lastHeartbeatAt ?? 0),
        };
      },
      {
        access: "ingest",
        parse: "none",
        response: { 202: HeartbeatAnswer },
        detail: { summary: "Tell that a machine (ID or name) is alive", tags },
      },
    )
    .patch(
      "/:id/metrics/:metric",
      async ({ principal, params, body }) =>
        presentMachine(await desk.updateMetric(principal, params.id, params.metric, readMetricChange(body))),
      {
        access: "editor",
        body: MetricUpdate,
        response: MachineWire,
        detail: { summary: "Change how a metric is shown", tags },
      },
    );
};
