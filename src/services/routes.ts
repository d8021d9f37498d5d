// In: /api/v1/services. Out: services created, read, changed and deleted, their status set by hand, and how
// they stood before.
import { Elysia, t } from "elysia";
import { SERVICE_STATUSES } from "../core/events";
import { isId } from "../core/ids";
import { isNumberKey, readPage, toPage } from "../core/paging";
import { readTime, readWords } from "../core/query";
import type { AccessPlugin } from "../http/access";
import { pageFields, pageOf } from "../http/models";
import type { ReadTold } from "../notify/read-told";
import { NotificationsWire, presentNotifications } from "../notify/wire";
import type { ServiceBook } from "./book";
import type { ServiceDesk } from "./desk";
import type { ServiceRepository } from "./repository";
import {
  HistoryWire,
  presentChange,
  presentHistory,
  presentService,
  readService,
  readServiceChange,
  ServiceCreate,
  ServiceUpdate,
  ServiceWire,
  StatusAnswer,
  StatusSet,
} from "./wire";

export interface ServiceRouteParts {
  desk: ServiceDesk;
  book: ServiceBook;
  repository: ServiceRepository;
  told: ReadTold;
}

const ServiceQuery = t.Object(
  {
    ...pageFields,
    status: t.Optional(
      t.String({ description: "operational, degraded, down, maintenance, or several with commas" }),
    ),
    group: t.Optional(t.String()),
    project_id: t.Optional(t.String()),
  },
  { additionalProperties: false },
);

const HistoryQuery = t.Object(
  {
    ...pageFields,
    from: t.Optional(t.String({ description: "Changes from this time on, ISO 8601" })),
    to: t.Optional(t.String({ description: "Changes before this time, ISO 8601" })),
  },
  { additionalProperties: false },
);

/** Give it to the server. */
export const serviceRoutes = (access: AccessPlugin, parts: ServiceRouteParts) => {
  const { desk, book, repository, told } = parts;
  const tags = ["Services"];

  return new Elysia({ prefix: "/api/v1/services" })
    .use(access)
    .get(
      "",
      ({ principal: { tenantId }, query }) => {
        const page = readPage(query, isId);
        const status = readWords("status", query.status, SERVICE_STATUSES);
        const found = book
          .of(tenantId)
          .filter(
            (service) =>
              (status === undefined || status.includes(service.status)) &&
              (!query.group || service.group === query.group) &&
              (!query.project_id || service.projectId === query.project_id) &&
              (page.after === null || service.id < page.after),
          );
        const newest = found.toSorted((a, b) => (a.id < b.id ? 1 : -1)).slice(0, page.limit + 1);
        return toPage(newest, page, ({ id }) => id, presentService);
      },
      {
        access: "viewer",
        query: ServiceQuery,
        response: pageOf(ServiceWire),
        detail: { summary: "List services", description: "Newest first; pages sort by `order`.", tags },
      },
    )
    .post(
      "",
      async ({ principal, body, set }) => {
        const service = await desk.create(principal, readService(body));
        set.status = 201;
        return presentService(service);
      },
      {
        access: "editor",
        body: ServiceCreate,
        response: { 201: ServiceWire },
        detail: {
          summary: "Create a service",
          description: "It begins as operational. Names are unique, whatever their case.",
          tags,
        },
      },
    )
    .get("/:id", ({ principal, params }) => presentService(desk.find(principal.tenantId, params.id)), {
      access: "viewer",
      response: ServiceWire,
      detail: { summary: "Read a service", tags },
    })
    .patch(
      "/:id",
      async ({ principal, params, body }) =>
        presentService(await desk.update(principal, params.id, readServiceChange(body))),
      {
        access: "editor",
        body: ServiceUpdate,
        response: ServiceWire,
        detail: { summary: "Change a service", tags },
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
        detail: { summary: "Delete a service", tags },
      },
    )
    .post(
      "/:id/status",
      async ({ principal, params, body }) =>
        presentChange(
          await desk.setStatus(principal, params.id, { status: body.status, message: body.message ?? "" }),
        ),
      {
        access: "responder",
        body: StatusSet,
        response: StatusAnswer,
        detail: {
          summary: "Set a service's status by hand",
          description:
            "Takes the place of what receivers, monitors and incidents said before, until one of them says something new. Maintenance holds until it is ended by hand.",
          tags,
        },
      },
    )
    .get(
      "/:id/history",
      async ({ principal: { tenantId }, params, query }) => {
        const service = desk.find(tenantId, params.id);
        const page = readPage(query, isNumberKey);
        const from = readTime("from", query.from);
        const to = readTime("to", query.to);
        const filter = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
        const rows = await repository.history(tenantId, service.id, filter, page);
        const newer = await repository.changeAfter(service.id, rows[0]?.id ?? 0);
        const untils = new Map(rows.map((row, index) => [row.id, rows[index - 1]?.at ?? newer]));
        return toPage(
          rows,
          page,
          ({ id }) => id,
          (row) => presentHistory(row, untils.get(row.id) ?? null),
        );
      },
      {
        access: "viewer",
        query: HistoryQuery,
        response: pageOf(HistoryWire),
        detail: {
          summary: "Read how a service stood",
          description: "Changes of its status, newest first.",
          tags,
        },
      },
    )
    .get(
      "/:id/notifications",
      async ({ principal: { tenantId }, params }) =>
        presentNotifications(await told(tenantId, desk.find(tenantId, params.id).id)),
      {
        access: "viewer",
        response: NotificationsWire,
        detail: {
          summary: "Read who was told of a service's status, and why others were not",
          description: "For each change of its status, oldest first, as for alerts.",
          tags,
        },
      },
    );
};
