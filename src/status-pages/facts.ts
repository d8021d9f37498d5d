// In: a status page. Out: everything in the database that it may show, as it was committed last. Private
// updates, notes, owners and messages of services are not read at all.
import type { IncidentSeverity, IncidentStatus, MaintenanceTargets, ServiceStatus } from "../core/events";
import { isTarget } from "../services/maintenance/book";
import type { Span } from "../services/uptime/measure";
import type { Engine, SqlValue } from "../store/engine";
import { readChanges, readWords, type ChangeFacts, type WordFacts } from "./posts";
import type { StatusPage } from "./repository";

export interface ServiceFacts {
  id: string;
  name: string;
  group: string | null;
  description: string;
  order: number;
  status: ServiceStatus;
  changedAt: number;
  createdAt: number;
  updatedAt: number;
  projectId: string;
  /** Null takes the organization's. */
  degradedWeight: number | null;
  /** Oldest first. */
  spans: Span[];
  /** The last changes of its status, oldest first. */
  changes: ChangeFacts[];
  /** What a person says of it now. */
  word?: WordFacts | undefined;
}

export interface UpdateFacts {
  id: string;
  incidentId: string;
  status: IncidentStatus;
  message: string;
  at: number;
}

export interface IncidentFacts {
  id: string;
  code: string;
  title: string;
  status: IncidentStatus;
  severity: IncidentSeverity;
  serviceIds: string[];
  postMortem: string | null;
  openedAt: number;
  resolvedAt: number | null;
  updatedAt: number;
  /** Public ones only, newest first; never empty. Of very many the newest, and the first one. */
  updates: UpdateFacts[];
  /** Some between the first one and the others are not among them. */
  hasGap: boolean;
}

export interface MaintenanceFacts {
  id: string;
  windowId: string;
  name: string;
  description: string;
  status: "scheduled" | "active" | "ended";
  startsAt: number;
  endsAt: number;
  startedAt: number | null;
  endedAt: number | null;
  isRecurring: boolean;
  createdAt: number;
  updatedAt: number;
  /** Of the page's services. */
  serviceIds: string[];
}

export interface PageFacts {
  /** In the page's order; those that only a group names by their own `order` and name within it. */
  services: ServiceFacts[];
  /** Newest first. */
  incidents: IncidentFacts[];
  maintenance: MaintenanceFacts[];
  /** The organization's share of degraded time that counts as downtime; null where it set none. */
  degradedWeight: number | null;
}

const SERVICES = `SELECT id, name, group_name, description, position, status, changed_at, created_at, updated_at,
    project_id, degraded_weight FROM services
  WHERE tenant_id = ?1 AND deleted_at IS NULL AND (id IN (SELECT value FROM json_each(?2))
    OR group_name IN (SELECT value FROM json_each(?3)))
  ORDER BY position, name, id`;

const SPANS = `SELECT service_id, state, started_at, ended_at FROM service_spans
  WHERE service_id IN (SELECT value FROM json_each(?1)) AND coalesce(ended_at, ?2) >= ?2
  ORDER BY service_id, started_at, id`;

/** More are not shown: what is open, and then the newest, is what counts. */
const MAX_INCIDENTS = 500;
/** Of one incident: more than people write, and little enough where a service flaps for hours. */
const MAX_UPDATES = 50;

const INCIDENTS = `SELECT id, code, title, status, severity, post_mortem, opened_at, resolved_at, updated_at,
    (SELECT json_group_array(s.service_id) FROM incident_services s WHERE s.incident_id = i.id)
  FROM incidents i
  WHERE tenant_id = ?1 AND (status <> 'resolved' OR resolved_at >= ?3)
    AND id IN (SELECT incident_id FROM incident_services WHERE service_id IN (SELECT value FROM json_each(?2)))
  ORDER BY status = 'resolved', number DESC LIMIT ${MAX_INCIDENTS}`;

/** One more than is shown, so that it is known whether there are more. */
const UPDATES = `SELECT u.id, u.incident_id, u.status, u.message, u.at FROM json_each(?1) i
  CROSS JOIN incident_updates u ON u.id IN (
    SELECT id FROM (SELECT id FROM incident_updates WHERE incident_id = i.value AND is_public = 1
      ORDER BY id DESC LIMIT ${MAX_UPDATES + 1})
    UNION SELECT id FROM (SELECT id FROM incident_updates WHERE incident_id = i.value AND is_public = 1
      ORDER BY id LIMIT 1))
  ORDER BY u.id DESC`;

const MAINTENANCE_COLUMNS = `o.id, o.window_id, w.name, w.description, o.status, o.starts_at, o.ends_at,
    o.started_at, o.ended_at, w.cron IS NOT NULL, w.created_at, w.updated_at,
    CASE o.status WHEN 'scheduled' THEN w.targets ELSE o.targets END, o.service_ids
  FROM maintenance_occurrences o JOIN maintenance_windows w ON w.id = o.window_id`;

const MAINTENANCE = `SELECT ${MAINTENANCE_COLUMNS}
    WHERE o.tenant_id = ?1 AND o.status IN ('scheduled', 'active')
  UNION ALL SELECT ${MAINTENANCE_COLUMNS}
    WHERE o.tenant_id = ?1 AND o.status = 'ended' AND o.ended_at IS NOT NULL AND o.ended_at >= ?2`;

const WEIGHT = "SELECT degraded_weight FROM sla_settings WHERE tenant_id = ?";

/**
 * How services stood, kept from one look to the next: it changes only when the status does, and the spans of a
 * service that has failed often are most of what is read.
 */
export type PastMemory = Map<string, { stamp: string; since: number; spans: Span[]; changes: ChangeFacts[] }>;

/** More than any instance shows: those of services that were deleted go in the end. */
const MAX_REMEMBERED = 5_000;

const stampOf = ({ status, changedAt, createdAt }: ServiceFacts): string =>
  `${status} ${changedAt} ${createdAt}`;

const recallPast = async (
  engine: Engine,
  services: readonly ServiceFacts[],
  { since, memory }: { since: number; memory: PastMemory },
): Promise<void> => {
  const unknown: ServiceFacts[] = [];
  for (const service of services) {
    const known = memory.get(service.id);
    if (known !== undefined && known.stamp === stampOf(service) && known.since <= since) {
      service.spans = known.spans;
      service.changes = known.changes;
    } else unknown.push(service);
  }
  if (unknown.length === 0) return;
  const byId = new Map(unknown.map((service) => [service.id, service]));
  const ids = JSON.stringify([...byId.keys()]);
  for (const [id, state, startedAt, endedAt] of await engine.query({ sql: SPANS, params: [ids, since] }))
    byId.get(String(id))?.spans.push({
      state: state as ServiceStatus,
      startedAt: Number(startedAt),
      endedAt: numberOrNull(endedAt),
    });
  for (const [id, changes] of await readChanges(engine, ids)) byId.get(id)?.changes.push(...changes);
  if (memory.size > MAX_REMEMBERED) memory.clear();
  for (const service of unknown) {
    const { spans, changes } = service;
    memory.set(service.id, { stamp: stampOf(service), since, spans, changes });
  }
};

const numberOrNull = (value: SqlValue | undefined): number | null => (value == null ? null : Number(value));

const serviceOf = (row: SqlValue[]): ServiceFacts => ({
  id: String(row[0]),
  name: String(row[1]),
  group: row[2] == null ? null : String(row[2]),
  description: String(row[3]),
  order: Number(row[4]),
  status: row[5] as ServiceStatus,
  changedAt: Number(row[6]),
  createdAt: Number(row[7]),
  updatedAt: Number(row[8]),
  projectId: String(row[9]),
  degradedWeight: numberOrNull(row[10]),
  spans: [],
  changes: [],
});

const incidentOf = (row: SqlValue[]): IncidentFacts => ({
  id: String(row[0]),
  code: String(row[1]),
  title: String(row[2]),
  status: row[3] as IncidentStatus,
  severity: row[4] as IncidentSeverity,
  postMortem: row[5] == null ? null : String(row[5]),
  openedAt: Number(row[6]),
  resolvedAt: numberOrNull(row[7]),
  updatedAt: Number(row[8]),
  serviceIds: JSON.parse(String(row[9])) as string[],
  updates: [],
  hasGap: false,
});

const updateOf = (row: SqlValue[]): UpdateFacts => ({
  id: String(row[0]),
  incidentId: String(row[1]),
  status: row[2] as IncidentStatus,
  message: String(row[3]),
  at: Number(row[4]),
});

/** `updates`: as `UPDATES` finds them, those of one incident. */
const withUpdates = (incident: IncidentFacts, updates: readonly UpdateFacts[]): IncidentFacts => {
  const first = updates.at(-1);
  const hasGap = updates.length > MAX_UPDATES + 1;
  return hasGap && first !== undefined
    ? { ...incident, updates: [...updates.slice(0, MAX_UPDATES), first], hasGap }
    : { ...incident, updates: [...updates] };
};

const maintenanceOf = (row: SqlValue[], services: readonly ServiceFacts[]): MaintenanceFacts => {
  const targets = JSON.parse(String(row[12])) as MaintenanceTargets;
  const shown = JSON.parse(String(row[13])) as string[];
  const isScheduled = row[4] === "scheduled";
  return {
    id: String(row[0]),
    windowId: String(row[1]),
    name: String(row[2]),
    description: String(row[3]),
    status: row[4] as MaintenanceFacts["status"],
    startsAt: Number(row[5]),
    endsAt: Number(row[6]),
    startedAt: numberOrNull(row[7]),
    endedAt: numberOrNull(row[8]),
    isRecurring: row[9] === 1,
    createdAt: Number(row[10]),
    updatedAt: Number(row[11]),
    serviceIds: services
      .filter(({ id, group, projectId }) =>
        isScheduled ? isTarget(targets, { serviceId: id, group, projectId }) : shown.includes(id),
      )
      .map(({ id }) => id),
  };
};

/** A page's own order: services in that of `service_ids`, then groups in that of `groups`. */
const inOrderOf = (
  { serviceIds, groups }: Pick<StatusPage, "serviceIds" | "groups">,
  services: readonly ServiceFacts[],
): ServiceFacts[] => {
  const places = new Map(serviceIds.map((id, index) => [id, index]));
  const placeOf = ({ id, group }: ServiceFacts): number =>
    places.get(id) ?? serviceIds.length + (group === null ? 0 : groups.indexOf(group));
  return services.toSorted((a, b) => placeOf(a) - placeOf(b));
};

/** `since` bounds how they stood, `historySince` what is over; both in ms. */
export const readFacts = async (
  engine: Engine,
  { tenantId, serviceIds, groups }: Pick<StatusPage, "tenantId" | "serviceIds" | "groups">,
  { since, historySince, memory }: { since: number; historySince: number; memory: PastMemory },
): Promise<PageFacts> => {
  const rows = await engine.query({
    sql: SERVICES,
    params: [tenantId, JSON.stringify(serviceIds), JSON.stringify(groups)],
  });
  const services = inOrderOf({ serviceIds, groups }, rows.map(serviceOf));
  await recallPast(engine, services, { since, memory });
  const ids = JSON.stringify(services.map(({ id }) => id));
  const words = await readWords(engine, ids);
  for (const service of services) service.word = words.get(service.id);

  const incidents = (await engine.query({ sql: INCIDENTS, params: [tenantId, ids, historySince] })).map(
    incidentOf,
  );
  const incidentIds = JSON.stringify(incidents.map(({ id }) => id));
  const updates = Map.groupBy(
    (await engine.query({ sql: UPDATES, params: [incidentIds] })).map(updateOf),
    ({ incidentId }) => incidentId,
  );

  const maintenance = (await engine.query({ sql: MAINTENANCE, params: [tenantId, historySince] }))
    .map((row) => maintenanceOf(row, services))
    .filter((one) => one.serviceIds.length > 0);
  const weight = (await engine.query({ sql: WEIGHT, params: [tenantId] }))[0]?.[0];
  return {
    services,
    incidents: incidents
      .map((incident) => withUpdates(incident, updates.get(incident.id) ?? []))
      // Nothing of it was said in public: nobody out there knows of it.
      .filter(({ updates: said }) => said.length > 0),
    maintenance,
    degradedWeight: numberOrNull(weight),
  };
};
