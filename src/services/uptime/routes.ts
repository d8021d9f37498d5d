// In: /api/v1/services/{id}/uptime and /days, /api/v1/reports/sla, /api/v1/sla-settings. Out: uptime per range,
// per day and per month, and how it is counted.
import { Elysia, t } from "elysia";
import type { Clock } from "../../core/clock";
import type { AccessPlugin } from "../../http/access";
import { localDateOf } from "../../lib/local-days";
import { isoMillis } from "../../core/time";
import type { ServiceDesk } from "../desk";
import { lastDays, readMonth, readRange, readTimeZone } from "./ranges";
import type { UptimeReader } from "./read-uptime";
import { reportCsv } from "./report-csv";
import type { UptimeRepository } from "./repository";
import {
  DaysWire,
  OverviewWire,
  presentDay,
  presentOverviewRow,
  presentReportRow,
  presentSettings,
  presentUptime,
  ReportWire,
  SettingsPatch,
  SettingsWire,
  UptimeWire,
} from "./wire";

export interface UptimeRouteParts {
  desk: Pick<ServiceDesk, "find">;
  uptime: UptimeReader;
  repository: UptimeRepository;
  clock: Clock;
}

const TimeZoneField = t.Optional(
  t.String({ description: "Of days and months; the organization's when left out (sla-settings)." }),
);

const UptimeQuery = t.Object(
  {
    window: t.Optional(
      t.String({ description: "24h, 7d, 30d or 90d, ending now; 30d when nothing is given" }),
    ),
    month: t.Optional(t.String({ description: "e.g. 2026-03" })),
    from: t.Optional(t.String({ description: "ISO 8601" })),
    to: t.Optional(t.String({ description: "ISO 8601; now when left out" })),
    time_zone: TimeZoneField,
  },
  { additionalProperties: false },
);

const MOST_DAYS = 366;
const DEFAULT_DAYS = 90;

const DaysQuery = t.Object(
  {
    days: t.Optional(t.Integer({ minimum: 1, maximum: MOST_DAYS, default: DEFAULT_DAYS })),
    time_zone: TimeZoneField,
  },
  { additionalProperties: false },
);

const OverviewQuery = t.Object(
  {
    days: t.Optional(t.Integer({ minimum: 1, maximum: DEFAULT_DAYS, default: DEFAULT_DAYS })),
    time_zone: TimeZoneField,
    group: t.Optional(t.String()),
  },
  { additionalProperties: false },
);

const ReportQuery = t.Object(
  {
    month: t.Optional(t.String({ description: "e.g. 2026-03; the present one when left out" })),
    time_zone: TimeZoneField,
    group: t.Optional(t.String()),
  },
  { additionalProperties: false },
);

/** Give it to the server. */
export const uptimeRoutes = (access: AccessPlugin, { desk, uptime, repository, clock }: UptimeRouteParts) => {
  const tags = ["SLA"];

  const report = async (tenantId: string, query: typeof ReportQuery.static): Promise<ReportWire> => {
    const timeZone = readTimeZone(query.time_zone, (await uptime.settings(tenantId)).timeZone);
    const now = clock.now();
    const today = localDateOf(timeZone, now);
    const month = query.month || `${today.year}-${String(today.month).padStart(2, "0")}`;
    const range = readMonth(month, timeZone);
    const services = (await repository.servicesIn(tenantId, range)).filter(
      ({ group }) => !query.group || group === query.group,
    );
    const data = await Promise.all(
      services.map(async (service) => {
        const [reading] = await uptime.read(service, [range]);
        return reading === undefined ? [] : [presentReportRow(service, reading)];
      }),
    );
    return {
      month,
      time_zone: timeZone,
      from: isoMillis(range.from),
      to: isoMillis(range.to),
      measured_until: isoMillis(Math.max(range.from, Math.min(range.to, now))),
      data: data.flat(),
    };
  };

  const overview = async (tenantId: string, query: typeof OverviewQuery.static): Promise<OverviewWire> => {
    const timeZone = readTimeZone(query.time_zone, (await uptime.settings(tenantId)).timeZone);
    const days = lastDays(query.days ?? DEFAULT_DAYS, timeZone, clock.now());
    const whole = { from: days[0]?.from ?? 0, to: days.at(-1)?.to ?? 0 };
    const living = (await repository.servicesIn(tenantId, whole)).filter(
      ({ group, deletedAt }) => deletedAt === null && (!query.group || group === query.group),
    );
    const data = await Promise.all(
      living.map(async (service) => {
        const [all, ...each] = await uptime.read(service, [whole, ...days]);
        return all === undefined ? [] : [presentOverviewRow(service.id, all, each)];
      }),
    );
    return { time_zone: timeZone, dates: days.map(({ date }) => date), data: data.flat() };
  };

  return new Elysia({ prefix: "/api/v1" })
    .use(access)
    .get(
      "/services/:id/uptime",
      async ({ principal: { tenantId }, params, query }) => {
        const service = desk.find(tenantId, params.id);
        const timeZone = readTimeZone(query.time_zone, (await uptime.settings(tenantId)).timeZone);
        const range = readRange(query, timeZone, clock.now());
        const [reading] = await uptime.read(service, [range]);
        if (reading === undefined) throw new Error("a range has a reading");
        return presentUptime(service.id, timeZone, reading);
      },
      {
        access: "viewer",
        query: UptimeQuery,
        response: UptimeWire,
        detail: {
          summary: "Read a service's uptime",
          description:
            "Computed from the changes of its status, to the second. Maintenance is left out of the time that counts; time before the service existed is no data.",
          tags,
        },
      },
    )
    .get(
      "/services/:id/days",
      async ({ principal: { tenantId }, params, query }) => {
        const service = desk.find(tenantId, params.id);
        const timeZone = readTimeZone(query.time_zone, (await uptime.settings(tenantId)).timeZone);
        const days = lastDays(query.days ?? DEFAULT_DAYS, timeZone, clock.now());
        const readings = await uptime.read(service, days);
        const data = days.flatMap((day, index) => {
          const reading = readings[index];
          return reading === undefined ? [] : [presentDay(day, reading)];
        });
        const { weights } = readings[0] ?? { weights: { down: 1, degraded: 0 } };
        return { service_id: service.id, time_zone: timeZone, weights, data };
      },
      {
        access: "viewer",
        query: DaysQuery,
        response: DaysWire,
        detail: { summary: "Read a service's days", description: "The daily bars of a status page.", tags },
      },
    )
    .get("/reports/days", ({ principal: { tenantId }, query }) => overview(tenantId, query), {
      access: "viewer",
      query: OverviewQuery,
      response: OverviewWire,
      detail: {
        summary: "Read the days of all services",
        description: "The daily bars of each service, at most 90 days.",
        tags,
      },
    })
    .get("/reports/sla", ({ principal: { tenantId }, query }) => report(tenantId, query), {
      access: "viewer",
      query: ReportQuery,
      response: ReportWire,
      detail: {
        summary: "Report the month's uptime of all services",
        description:
          "Services that were deleted since are in it. A month that is over always gives the same numbers.",
        tags,
      },
    })
    .get(
      "/reports/sla/export",
      async ({ principal: { tenantId }, query }) => {
        const made = await report(tenantId, query);
        return new Response(reportCsv(made), {
          headers: {
            "content-type": "text/csv; charset=utf-8",
            "content-disposition": `attachment; filename="sla-${made.month}.csv"`,
            "cache-control": "no-store",
          },
        });
      },
      {
        access: "viewer",
        query: ReportQuery,
        detail: {
          summary: "Report the month's uptime of all services as CSV",
          description: "Texts that a spreadsheet would take for a formula begin with '.",
          tags,
        },
      },
    )
    .get(
      "/sla-settings",
      async ({ principal }) => presentSettings(await uptime.settings(principal.tenantId)),
      {
        access: "viewer",
        response: SettingsWire,
        detail: { summary: "Read how uptime is counted", tags },
      },
    )
    .patch(
      "/sla-settings",
      async ({ principal, body }) =>
        presentSettings(
          await uptime.changeSettings(principal, {
            ...(body.degraded_weight === undefined ? {} : { degradedWeight: body.degraded_weight }),
            ...(body.time_zone === undefined ? {} : { timeZone: readTimeZone(body.time_zone, "") }),
          }),
        ),
      {
        access: "editor",
        body: SettingsPatch,
        response: SettingsWire,
        detail: {
          summary: "Change how uptime is counted",
          description: "Reports are computed with the present settings, also for months that are over.",
          tags,
        },
      },
    );
};
