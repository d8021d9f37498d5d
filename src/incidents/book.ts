// In: the table of incidents at start, then every committed change. Out: all open incidents in memory, the
// open and the last one of each source, and the next running number of each organization.
import type { IncidentSnapshot } from "../core/events";
import { isOpen } from "./life-cycle";
import type { IncidentRecord, IncidentRepository } from "./repository";

/** What opens and resolves incidents of itself. */
export interface AutomaticSource {
  kind: "receiver" | "monitor" | "alert";
  id: string;
  name: string;
}

/** As durable as the table: whoever changes it does so after the commit (`giveBack` aside). */
export interface IncidentBook {
  /** Once, at start. `now` is server time in ms. */
  load(now: number): Promise<void>;
  takeNumber(tenantId: string): number;
  /** For an incident that was not committed. Stays unused when a later number was taken meanwhile. */
  giveBack(tenantId: string, number: number): void;
  /** An open one. */
  find(id: string): IncidentRecord | undefined;
  open(): Iterable<IncidentRecord>;
  openOf(tenantId: string): IncidentRecord[];
  /** The newest one that this source opened for the service (`""`: for none), open or lately resolved. */
  lastOf(serviceId: string, source: AutomaticSource): IncidentRecord | undefined;
  /** When that source's incidents began and ended, the last `KEPT_TURNS` since the start, oldest first. */
  turnsOf(serviceId: string, source: AutomaticSource): readonly number[];
  put(incident: IncidentRecord): void;
}

const KEPT_TURNS = 5;

/** How long a resolved automatic incident is remembered: as long as it may be opened again. */
export const RECENT_MS = 10 * 60_000;

const keyOfSource = (serviceId: string, { kind, id }: AutomaticSource): string =>
  `${serviceId} ${kind} ${id}`;

const keyOf = ({ sourceServiceId, sourceKind, sourceId }: IncidentRecord): string | null =>
  sourceServiceId === null ? null : `${sourceServiceId} ${sourceKind} ${sourceId}`;

/** What events and messages say of an incident. */
export const snapshotOf = (incident: IncidentRecord): IncidentSnapshot => ({
  id: incident.id,
  number: incident.number,
  code: incident.code,
  tenantId: incident.tenantId,
  projectId: incident.projectId,
  title: incident.title,
  status: incident.status,
  severity: incident.severity,
  message: incident.message,
  services: incident.services,
  monitor: incident.monitor,
  probe: incident.probe,
  finalResponseCode: incident.finalResponseCode,
  isAutoResolved: incident.isAutoResolved,
  engineerNotes: incident.engineerNotes,
  source: { kind: incident.sourceKind, id: incident.sourceId },
  // Of one that was opened again: so that a duration is that of this failure alone.
  openedAt: incident.sinceAt,
  resolvedAt: incident.resolvedAt,
});

/** Empty until `load`. */
export const createIncidentBook = (repository: IncidentRepository): IncidentBook => {
  const open = new Map<string, IncidentRecord>();
  const last = new Map<string, IncidentRecord>();
  const turns = new Map<string, number[]>();
  const numbers = new Map<string, number>();

  /** What can no longer be opened again. */
  const forgetOld = (now: number): void => {
    for (const [key, incident] of last)
      if (
        !isOpen(incident.status) &&
        now - (incident.resolvedAt ?? 0) > RECENT_MS &&
        !open.has(incident.mergedInto ?? "")
      ) {
        last.delete(key);
        turns.delete(key);
      }
  };

  const put = (incident: IncidentRecord): void => {
    const isTurn = open.has(incident.id) !== isOpen(incident.status);
    if (isOpen(incident.status)) open.set(incident.id, incident);
    else {
      open.delete(incident.id);
      forgetOld(incident.updatedAt);
    }
    const key = keyOf(incident);
    if (key === null) return;
    if (isTurn) turns.set(key, [...(turns.get(key) ?? []), incident.updatedAt].slice(-KEPT_TURNS));
    // One that was over before the last one began is not the last one because a person edits it.
    if (isOpen(incident.status) || (last.get(key)?.number ?? 0) <= incident.number) last.set(key, incident);
  };

  return {
    load: async (now) => {
      for (const { tenantId, number } of await repository.highestNumbers()) numbers.set(tenantId, number);
      for (const incident of await repository.openOfAllTenants()) put(incident);
      for (const incident of await repository.recentAutomatic(now - RECENT_MS)) put(incident);
    },
    takeNumber: (tenantId) => {
      const number = (numbers.get(tenantId) ?? 0) + 1;
      numbers.set(tenantId, number);
      return number;
    },
    giveBack: (tenantId, number) => {
      if (numbers.get(tenantId) === number) numbers.set(tenantId, number - 1);
    },
    find: (id) => open.get(id),
    open: () => open.values(),
    openOf: (tenantId) => [...open.values()].filter((incident) => incident.tenantId === tenantId),
    lastOf: (serviceId, source) => last.get(keyOfSource(serviceId, source)),
    turnsOf: (serviceId, source) => turns.get(keyOfSource(serviceId, source)) ?? [],
    put,
  };
};
