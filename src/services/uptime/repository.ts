// In: a range of time. Out: how services stood in it, and how an organization counts.
import { and, asc, eq, gt, isNull, lt, or, sql } from "drizzle-orm";
import type { Statement } from "../../store/engine";
import type { Store } from "../../store/store";
import type { ServiceRow, SpanRow } from "../repository";
import { services, serviceSpans } from "../schema";
import { slaSettings } from "./schema";

export type SlaSettingsRow = typeof slaSettings.$inferSelect;

const SAVE_SETTINGS = `INSERT INTO sla_settings (tenant_id, degraded_weight, time_zone, updated_at)
  VALUES (?, ?, ?, ?) ON CONFLICT (tenant_id) DO UPDATE SET degraded_weight = excluded.degraded_weight,
  time_zone = excluded.time_zone, updated_at = excluded.updated_at`;

export const saveSettingsStatement = (row: SlaSettingsRow): Statement => ({
  sql: SAVE_SETTINGS,
  params: [row.tenantId, row.degradedWeight, row.timeZone, row.updatedAt],
});

export const createUptimeRepository = ({ db }: Pick<Store, "db">) => ({
  settings: async (tenantId: string): Promise<SlaSettingsRow | undefined> =>
    (await db.select().from(slaSettings).where(eq(slaSettings.tenantId, tenantId)))[0],

  /** Those that have a part in [from, to), oldest first. */
  spans: (serviceId: string, { from, to }: { from: number; to: number }): Promise<SpanRow[]> =>
    db
      .select()
      .from(serviceSpans)
      .where(
        and(
          eq(serviceSpans.serviceId, serviceId),
          lt(serviceSpans.startedAt, to),
          sql`coalesce(${serviceSpans.endedAt}, ${to}) >= ${from}`,
        ),
      )
      .orderBy(asc(serviceSpans.startedAt), asc(serviceSpans.id)),

  /** Services that existed in [from, to), those that were deleted since among them; oldest first. */
  servicesIn: (tenantId: string, { from, to }: { from: number; to: number }): Promise<ServiceRow[]> =>
    db
      .select()
      .from(services)
      .where(
        and(
          eq(services.tenantId, tenantId),
          lt(services.createdAt, to),
          or(isNull(services.deletedAt), gt(services.deletedAt, from)),
        ),
      )
      .orderBy(asc(services.id)),
});

export type UptimeRepository = ReturnType<typeof createUptimeRepository>;
