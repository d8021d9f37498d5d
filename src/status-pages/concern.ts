// In: what was committed to the journal after a number. Out: what of it may change a status page, as cheaply
// as it can be known: rows of alerts and deliveries, which are most, are not even parsed.
import type { Engine } from "../store/engine";

/** Something that pages of an organization show changed; `serviceId`: only those with this service do. */
export interface Concern {
  tenantId: string;
  serviceId: string | null;
}

const LATEST = "SELECT coalesce(max(seq), 0) FROM journal";

const CONCERNS = `SELECT DISTINCT tenant_id, CASE kind WHEN 'service.status_changed' THEN subject_id END
  FROM journal WHERE seq > ?1 AND seq <= ?2 AND (
    kind = 'service.status_changed'
    OR kind IN ('incident.opened', 'incident.reopened', 'incident.updated', 'incident.resolved',
      'incident.edited', 'incident.absorbed')
    OR kind IN ('maintenance.scheduled', 'maintenance.started', 'maintenance.ended', 'maintenance.cancelled')
    OR (kind IN ('config.created', 'config.updated', 'config.deleted')
      AND data ->> 'object' IN ('service', 'status_page', 'maintenance_window', 'sla_settings')))`;

/** 0 while the journal is empty. */
export const readEnd = async (engine: Engine): Promise<number> =>
  Number((await engine.query({ sql: LATEST }))[0]?.[0] ?? 0);

/** Of the rows after `after`, up to `until`. */
export const readConcerns = async (
  engine: Engine,
  { after, until }: { after: number; until: number },
): Promise<Concern[]> =>
  (await engine.query({ sql: CONCERNS, params: [after, until] })).map(([tenantId, serviceId]) => ({
    tenantId: String(tenantId),
    serviceId: serviceId === null ? null : String(serviceId),
  }));
