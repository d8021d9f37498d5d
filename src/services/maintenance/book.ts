// In: the tables of maintenance at start, then every committed change. Out: all windows, what is planned and
// under way, and what was not long ago: who is muted, now or at an earlier moment.
import type { MaintenanceSnapshot, MaintenanceTargets } from "../../core/events";
import type { MaintenanceRepository, Occurrence, WindowRow } from "./repository";

/** What may be covered: whatever is known of it. */
export interface Coverable {
  tenantId: string;
  projectId?: string | null;
  serviceId?: string | null;
  /** A machine, or the service or monitor that stands in for one. */
  machineId?: string | null;
  monitorId?: string | null;
  group?: string | null;
}

export interface NextDue {
  at: number;
  occurrenceId: string;
  windowId: string;
}

export interface MaintenanceBook {
  /** Once, at start; `now` is server time in ms. */
  load(now: number): Promise<void>;
  of(tenantId: string): WindowRow[];
  find(tenantId: string, id: string): WindowRow | undefined;
  all(): Iterable<WindowRow>;
  isEmpty(): boolean;
  putWindow(window: WindowRow): void;
  removeWindow(id: string): void;
  occurrence(id: string): Occurrence | undefined;
  /** Of a window, in the order of their beginnings: what is to come, under way, or lately over. */
  occurrencesOf(windowId: string): Occurrence[];
  occurrences(): Iterable<Occurrence>;
  putOccurrence(occurrence: Occurrence): void;
  removeOccurrence(id: string): void;
  /** The next occurrence that begins or ends, and when, in ms; null when none does. */
  nextDue(isWanted?: (windowId: string) => boolean): NextDue | null;
  /** Whether work on it was under way at this moment, in ms: reliable for the last 30 days. */
  covers(what: Coverable, at: number): boolean;
  /**
   * When the work that is under way on it is planned to end, in ms; null when there is none. `except`: an
   * occurrence that is not looked at.
   */
  mutedUntil(what: Coverable, except?: string): number | null;
  /** It mutes nothing from this moment on, in ms, though its end is still to be written; null takes that back. */
  setEnding(id: string, at: number | null): void;
}

const REMEMBERED_MS = 30 * 86_400_000;

export const NOTHING: MaintenanceTargets = {
  serviceIds: [],
  machineIds: [],
  monitorIds: [],
  groups: [],
  projectIds: [],
};

const has = (list: readonly string[], value: string | null | undefined): boolean =>
  value != null && list.includes(value);

export const isTarget = (targets: MaintenanceTargets, what: Omit<Coverable, "tenantId">): boolean =>
  has(targets.serviceIds, what.serviceId) ||
  has(targets.machineIds, what.machineId) ||
  has(targets.serviceIds, what.machineId) ||
  has(targets.monitorIds, what.machineId) ||
  has(targets.monitorIds, what.monitorId) ||
  has(targets.groups, what.group) ||
  has(targets.projectIds, what.projectId);

/** What events say of an occurrence. */
export const snapshotOf = (window: WindowRow, occurrence: Occurrence): MaintenanceSnapshot => ({
  windowId: window.id,
  occurrenceId: occurrence.id,
  tenantId: window.tenantId,
  name: window.name,
  description: window.description,
  targets: occurrence.status === "scheduled" ? window.targets : occurrence.targets,
  startsAt: occurrence.startsAt,
  endsAt: occurrence.endsAt,
});

/** Empty until `load`. */
export const createMaintenanceBook = (repository: MaintenanceRepository): MaintenanceBook => {
  const windows = new Map<string, WindowRow>();
  const occurrences = new Map<string, Occurrence>();
  /** Those that muted somebody, or do: few, and asked for at every alert. */
  const begun = new Map<string, Occurrence>();
  const endings = new Map<string, number>();

  const dueAt = ({ status, startsAt, endsAt }: Occurrence): number | null =>
    status === "scheduled" ? startsAt : status === "active" ? endsAt : null;

  const wasUnderWay = ({ id, startedAt, endedAt }: Occurrence, at: number): boolean =>
    startedAt !== null && startedAt <= at && at < (endedAt ?? endings.get(id) ?? Number.POSITIVE_INFINITY);

  const drop = (id: string): void => {
    occurrences.delete(id);
    begun.delete(id);
    endings.delete(id);
  };

  const putOccurrence = (occurrence: Occurrence): void => {
    const { id, status, startedAt, endedAt } = occurrence;
    if (endedAt !== null)
      for (const old of begun.values())
        if (old.endedAt !== null && old.endedAt < endedAt - REMEMBERED_MS) drop(old.id);
    if (status === "cancelled") return drop(id);
    occurrences.set(id, occurrence);
    if (startedAt !== null) begun.set(id, occurrence);
    if (status === "ended") endings.delete(id);
  };

  return {
    load: async (now) => {
      for (const window of await repository.allWindows()) windows.set(window.id, window);
      for (const occurrence of await repository.recentOccurrences(now - REMEMBERED_MS))
        putOccurrence(occurrence);
    },
    of: (tenantId) => [...windows.values()].filter((window) => window.tenantId === tenantId),
    find: (tenantId, id) => {
      const window = windows.get(id);
      return window?.tenantId === tenantId ? window : undefined;
    },
    all: () => windows.values(),
    isEmpty: () => windows.size === 0,
    putWindow: (window) => void windows.set(window.id, window),
    removeWindow: (id) => void windows.delete(id),
    occurrence: (id) => occurrences.get(id),
    occurrencesOf: (windowId) =>
      [...occurrences.values()]
        .filter((occurrence) => occurrence.windowId === windowId)
        .toSorted((a, b) => a.startsAt - b.startsAt),
    occurrences: () => occurrences.values(),
    putOccurrence,
    removeOccurrence: drop,
    nextDue: (isWanted = () => true) => {
      let next: NextDue | null = null;
      for (const occurrence of occurrences.values()) {
        const at = dueAt(occurrence);
        if (at === null || (next !== null && at >= next.at) || !isWanted(occurrence.windowId)) continue;
        next = { at, occurrenceId: occurrence.id, windowId: occurrence.windowId };
      }
      return next;
    },
    covers: (what, at) => {
      for (const occurrence of begun.values())
        if (
          occurrence.tenantId === what.tenantId &&
          wasUnderWay(occurrence, at) &&
          isTarget(occurrence.targets, what)
        )
          return true;
      return false;
    },
    mutedUntil: (what, except) => {
      let until: number | null = null;
      for (const { id, tenantId, status, targets, endsAt } of begun.values())
        if (
          status === "active" &&
          id !== except &&
          !endings.has(id) &&
          tenantId === what.tenantId &&
          isTarget(targets, what)
        )
          until = Math.max(until ?? 0, endsAt);
      return until;
    },
    setEnding: (id, at) => {
      if (at === null) endings.delete(id);
      else endings.set(id, at);
    },
  };
};
