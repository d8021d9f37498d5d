// In: /api/v1/maintenance-windows. Out: windows created, read, changed, ended and deleted.
import { Elysia, t } from "elysia";
import { isId } from "../../core/ids";
import { readPage, toPage } from "../../core/paging";
import { readTime, readWords } from "../../core/query";
import type { AccessPlugin } from "../../http/access";
import { pageFields, pageOf } from "../../http/models";
import type { Clock } from "../../core/clock";
import { isTarget, type MaintenanceBook } from "./book";
import type { MaintenanceDesk } from "./desk";
import type { MaintenanceRepository, WindowRow } from "./repository";
import { nextOccurrences } from "./timing";
import {
  CalendarWire,
  OccurrenceWire,
  presentCalendar,
  presentOccurrence,
  presentTimes,
  presentWindow,
  readTiming,
  readWindow,
  readWindowChange,
  statusOf,
  TimesWire,
  TimingBody,
  WindowCreate,
  WindowUpdate,
  WindowWire,
} from "./wire";

export interface MaintenanceRouteParts {
  desk: MaintenanceDesk;
  book: MaintenanceBook;
  repository: MaintenanceRepository;
  clock: Clock;
}

const WindowQuery = t.Object(
  {
    ...pageFields,
    status: t.Optional(t.String({ description: "scheduled, active, ended, or several with commas" })),
    service_id: t.Optional(t.String()),
    machine_id: t.Optional(t.String()),
    monitor_id: t.Optional(t.String()),
  },
  { additionalProperties: false },
);

const SHOWN_OCCURRENCES = 500;
const DAY_MS = 86_400_000;
const CALENDAR_BACK_MS = 30 * DAY_MS;
const CALENDAR_AHEAD_MS = 92 * DAY_MS;
const SHOWN_IN_CALENDAR = 1_000;
const PREVIEWED = 5;

const CalendarQuery = t.Object(
  {
    from: t.Optional(t.String({ description: "ISO 8601; 30 days ago when left out" })),
    to: t.Optional(t.String({ description: "ISO 8601; in 92 days when left out" })),
  },
  { additionalProperties: false },
);

/** Give it to the server. */
export const maintenanceRoutes = (access: AccessPlugin, parts: MaintenanceRouteParts) => {
  const { desk, book, repository, clock } = parts;
  const tags = ["Maintenance"];
  const present = (window: WindowRow): WindowWire => presentWindow(window, book.occurrencesOf(window.id));

  return new Elysia({ prefix: "/api/v1/maintenance-windows" })
    .use(access)
    .get(
      "",
      ({ principal: { tenantId }, query }) => {
        const page = readPage(query, isId);
        const status = readWords("status", query.status, ["scheduled", "active", "ended"]);
        const wanted = {
          serviceId: query.service_id ?? null,
          machineId: query.machine_id ?? null,
          monitorId: query.monitor_id ?? null,
        };
        const isFiltered = Object.values(wanted).some((id) => id !== null);
        const found = book
          .of(tenantId)
          .filter(
            (window) =>
              (page.after === null || window.id < page.after) &&
              (!isFiltered || isTarget(window.targets, wanted)) &&
              (status === undefined || status.includes(statusOf(book.occurrencesOf(window.id)))),
          );
        const newest = found.toSorted((a, b) => (a.id < b.id ? 1 : -1)).slice(0, page.limit + 1);
        return toPage(newest, page, ({ id }) => id, present);
      },
      {
        access: "viewer",
        query: WindowQuery,
        response: pageOf(WindowWire),
        detail: { summary: "List maintenance windows", description: "Newest first.", tags },
      },
    )
    .post(
      "",
      async ({ principal, body, set }) => {
        const window = await desk.create(principal, readWindow(body));
        set.status = 201;
        return present(window);
      },
      {
        access: "responder",
        body: WindowCreate,
        response: { 201: WindowWire },
        detail: {
          summary: "Create a maintenance window",
          description:
            "Once (starts_at, ends_at) or recurring (cron, duration_seconds). While it is under way, messages about what it covers are muted, its services show maintenance, and the time is left out of their uptime. Alerts are recorded all the same.",
          tags,
        },
      },
    )
    .get(
      "/calendar",
      async ({ principal: { tenantId }, query }) => {
        const now = clock.now();
        const rows = await repository.calendar(tenantId, {
          from: readTime("from", query.from) ?? now - CALENDAR_BACK_MS,
          to: readTime("to", query.to) ?? now + CALENDAR_AHEAD_MS,
          limit: SHOWN_IN_CALENDAR,
        });
        return { data: rows.map(presentCalendar) };
      },
      {
        access: "viewer",
        query: CalendarQuery,
        response: t.Object({ data: t.Array(CalendarWire) }),
        detail: {
          summary: "Read the calendar of maintenance",
          description:
            "What is or was planned in a range of time, earliest first, at most 1,000; recurring windows are planned two weeks ahead, and always once. Windows that were deleted are in it with what they had begun.",
          tags,
        },
      },
    )
    .post("/preview", ({ body }) => presentTimes(nextOccurrences(readTiming(body), clock.now(), PREVIEWED)), {
      access: "viewer",
      body: TimingBody,
      response: TimesWire,
      detail: {
        summary: "See when a maintenance window would be",
        description:
          "The next five occurrences, or the refusal that creating it would bring. Nothing is saved.",
        tags,
      },
    })
    .get("/:id", ({ principal, params }) => present(desk.find(principal.tenantId, params.id)), {
      access: "viewer",
      response: WindowWire,
      detail: { summary: "Read a maintenance window", tags },
    })
    .patch(
      "/:id",
      async ({ principal, params, body }) => {
        const { targets } = desk.find(principal.tenantId, params.id);
        return present(await desk.update(principal, params.id, readWindowChange(body, targets)));
      },
      {
        access: "responder",
        body: WindowUpdate,
        response: WindowWire,
        detail: { summary: "Change a maintenance window", tags },
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
        access: "responder",
        response: { 204: t.Null() },
        detail: {
          summary: "Delete a maintenance window",
          description: "Ends it now if it is under way, and cancels what was planned.",
          tags,
        },
      },
    )
    .post("/:id/end", async ({ principal, params }) => present(await desk.end(principal, params.id)), {
      access: "responder",
      response: WindowWire,
      detail: {
        summary: "End maintenance now",
        description: "409 when none is under way. A recurring window comes again.",
        tags,
      },
    })
    .get(
      "/:id/occurrences",
      async ({ principal, params }) => {
        const { id } = desk.find(principal.tenantId, params.id);
        return { data: (await repository.occurrencesOf(id, SHOWN_OCCURRENCES)).map(presentOccurrence) };
      },
      {
        access: "viewer",
        response: t.Object({ data: t.Array(OccurrenceWire) }),
        detail: {
          summary: "List when maintenance is and was",
          description: "The last 500, latest first; recurring ones are planned two weeks ahead.",
          tags,
        },
      },
    );
};
