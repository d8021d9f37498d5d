// In: /api/v1/incidents. Out: incidents opened, listed, read, updated, edited and merged.
import { Elysia, t } from "elysia";
import { INCIDENT_SEVERITIES, INCIDENT_STATUSES } from "../core/events";
import { isId } from "../core/ids";
import { isNumberKey, readPage, toPage } from "../core/paging";
import { readTime, readWords } from "../core/query";
import type { AccessPlugin } from "../http/access";
import { JournalEntryWire, pageFields, PageQuery, pageOf } from "../http/models";
import type { ReadTold } from "../notify/read-told";
import { NotificationsWire, presentNotifications } from "../notify/wire";
import type { IncidentDesk } from "./desk";
import type { IncidentRecord, IncidentRepository } from "./repository";
import {
  IncidentCreate,
  IncidentDetailWire,
  IncidentPatch,
  IncidentWire,
  MergeBody,
  presentIncident,
  presentUpdate,
  readEdit,
  readIncident,
  readUpdate,
  UpdateCreate,
  UpdateWire,
} from "./wire";

export interface IncidentRouteParts {
  desk: IncidentDesk;
  repository: IncidentRepository;
  /** Everything that happened to it, oldest first. */
  timelineOf: (tenantId: string, incidentId: string) => Promise<JournalEntryWire[]>;
  /** Messages about one subject, as the deliveries API shows them, oldest first. */
  deliveriesOf: (tenantId: string, subjectId: string) => Promise<Record<string, unknown>[]>;
  /** Who was told of a subject, and why others were not. */
  told: ReadTold;
}

const IncidentQuery = t.Object(
  {
    ...pageFields,
    status: t.Optional(
      t.String({ description: "investigating, identified, monitoring, resolved, or several with commas" }),
    ),
    severity: t.Optional(t.String({ description: "minor, major, critical, or several with commas" })),
    service_id: t.Optional(t.String()),
    source_id: t.Optional(t.String({ description: "Of the monitor, receiver or alert that opened it" })),
    from: t.Optional(t.String({ description: "opened_at from, ISO 8601" })),
    to: t.Optional(t.String({ description: "opened_at to, ISO 8601" })),
  },
  { additionalProperties: false },
);

const SHOWN_UPDATES = 50;

/** Give it to the server; IDs in paths may be codes or running numbers. */
export const incidentRoutes = (access: AccessPlugin, parts: IncidentRouteParts) => {
  const { desk, repository, timelineOf, deliveriesOf, told } = parts;
  const tags = ["Incidents"];

  const presentDetail = async (incident: IncidentRecord) => ({
    ...presentIncident(incident),
    updates: (await repository.updates(incident.id, { limit: SHOWN_UPDATES, after: null }))
      .slice(0, SHOWN_UPDATES)
      .map(presentUpdate),
  });

  return new Elysia({ prefix: "/api/v1/incidents" })
    .use(access)
    .get(
      "",
      async ({ principal, query }) => {
        const page = readPage(query, isNumberKey);
        const status = readWords("status", query.status, INCIDENT_STATUSES);
        const severity = readWords("severity", query.severity, INCIDENT_SEVERITIES);
        const from = readTime("from", query.from);
        const to = readTime("to", query.to);
        const rows = await repository.list(
          principal.tenantId,
          {
            ...(status === undefined ? {} : { status }),
            ...(severity === undefined ? {} : { severity }),
            ...(!query.service_id ? {} : { serviceId: query.service_id }),
            ...(!query.source_id ? {} : { sourceId: query.source_id }),
            ...(from === undefined ? {} : { from }),
            ...(to === undefined ? {} : { to }),
          },
          page,
        );
        return toPage(rows, page, ({ number }) => number, presentIncident);
      },
      {
        access: "viewer",
        query: IncidentQuery,
        response: pageOf(IncidentWire),
        detail: { summary: "List incidents", description: "Newest first.", tags },
      },
    )
    .post(
      "",
      async ({ principal, body, set }) => {
        const incident = await desk.open(principal, readIncident(body));
        set.status = 201;
        return presentDetail(incident);
      },
      {
        access: "responder",
        body: IncidentCreate,
        response: { 201: IncidentDetailWire },
        detail: {
          summary: "Open an incident",
          description: "Its services change only when it says so with `service_status`.",
          tags,
        },
      },
    )
    .get(
      "/:id",
      async ({ principal, params }) => presentDetail(await desk.find(principal.tenantId, params.id)),
      {
        access: "viewer",
        response: IncidentDetailWire,
        detail: { summary: "Read an incident", description: "By ID, code or running number.", tags },
      },
    )
    .patch(
      "/:id",
      async ({ principal, params, body }) =>
        presentDetail(await desk.edit(principal, params.id, readEdit(body))),
      {
        access: "responder",
        body: IncidentPatch,
        response: IncidentDetailWire,
        detail: {
          summary: "Change an incident",
          description: "A change of the severity of an open incident is told; everything else is not.",
          tags,
        },
      },
    )
    .get(
      "/:id/updates",
      async ({ principal, params, query }) => {
        const { id } = await desk.find(principal.tenantId, params.id);
        const page = readPage(query, isId);
        return toPage(await repository.updates(id, page), page, (row) => row.id, presentUpdate);
      },
      {
        access: "viewer",
        query: PageQuery,
        response: pageOf(UpdateWire),
        detail: { summary: "List an incident's updates", description: "Newest first.", tags },
      },
    )
    .post(
      "/:id/updates",
      async ({ principal, params, body, set }) => {
        const incident = await desk.update(principal, params.id, readUpdate(body));
        set.status = 201;
        return presentDetail(incident);
      },
      {
        access: "responder",
        body: UpdateCreate,
        response: { 201: IncidentDetailWire },
        detail: {
          summary: "Update an incident",
          description:
            "`resolved` ends it; any other status opens one that was resolved again. `public: false` keeps the text from status pages.",
          tags,
        },
      },
    )
    .post(
      "/:id/merge",
      async ({ principal, params, body }) => presentDetail(await desk.merge(principal, params.id, body.into)),
      {
        access: "responder",
        body: MergeBody,
        response: IncidentDetailWire,
        detail: {
          summary: "Merge an incident into another",
          description: "It is resolved; the other one takes over its services and is answered.",
          tags,
        },
      },
    )
    .get(
      "/:id/timeline",
      async ({ principal: { tenantId }, params }) => {
        const { id } = await desk.find(tenantId, params.id);
        const [data, deliveries] = await Promise.all([timelineOf(tenantId, id), deliveriesOf(tenantId, id)]);
        return { data, deliveries };
      },
      {
        access: "viewer",
        response: t.Object({
          data: t.Array(JournalEntryWire),
          deliveries: t.Array(t.Record(t.String(), t.Any())),
        }),
        detail: {
          summary: "Read an incident's timeline",
          description: "Everything that happened to it, and every message about it, oldest first.",
          tags,
        },
      },
    )
    .get(
      "/:id/notifications",
      async ({ principal: { tenantId }, params }) => {
        const { id } = await desk.find(tenantId, params.id);
        return presentNotifications(await told(tenantId, id));
      },
      {
        access: "viewer",
        response: NotificationsWire,
        detail: {
          summary: "Read who was told of an incident, and why others were not",
          description:
            "For each thing that happened to it, oldest first: every channel of the organization at that moment, with how its message stands, or the rule that kept it away.",
          tags,
        },
      },
    );
};
