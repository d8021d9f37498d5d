// In: the tables of services at start, then every committed change. Out: all services in memory, by ID,
// by name and by organization. Whoever changes it does so after the commit (`reserve` aside).
import type { ServiceSnapshot, ServiceStatus } from "../core/events";
import { nameKeyOf } from "./names";
import type { ServiceRepository, ServiceRow } from "./repository";
import type { StatusWord } from "./words";

/** A service as it is durable. Replaced, never changed: whoever holds one holds a moment. */
export interface ServiceRecord extends Readonly<Omit<ServiceRow, "deletedAt" | "nameKey">> {
  readonly words: readonly StatusWord[];
  /** Times of the last changes of the shown status, oldest first, in ms; at most `KEPT_CHANGES`. */
  readonly changes: readonly number[];
}

/** As many as make messages about single changes a nuisance (`flapping.ts`). */
export const KEPT_CHANGES = 20;

export interface ServiceBook {
  /** Once, at start. */
  load(): Promise<void>;
  of(tenantId: string): readonly ServiceRecord[];
  find(tenantId: string, id: string): ServiceRecord | undefined;
  /** Whatever its organization: for work that was planned, never for a request. */
  get(id: string): ServiceRecord | undefined;
  findByName(tenantId: string, name: string): ServiceRecord | undefined;
  all(): Iterable<ServiceRecord>;
  put(record: ServiceRecord): void;
  /** Brings some of its fields in step; nothing happens when the service is gone. */
  change(id: string, fields: Partial<ServiceRecord>): void;
  remove(id: string): void;
  /**
   * Takes a name for a service that is being created or renamed. False when somebody else has it or is
   * about to. Given back with `release`; `put`, `change` and `remove` keep names in step themselves.
   */
  reserve(tenantId: string, name: string, id: string): boolean;
  release(tenantId: string, name: string, id: string): void;
  /** `listener` is called after each service that is put, changed or removed, with its ID. */
  follow(listener: (id: string) => void): void;
}

/** What events say of a service. */
export const snapshotOf = (service: ServiceRecord, previousStatus: ServiceStatus): ServiceSnapshot => ({
  id: service.id,
  tenantId: service.tenantId,
  projectId: service.projectId,
  name: service.name,
  group: service.group,
  status: service.status,
  previousStatus,
  message: service.message,
  changedAt: service.changedAt,
});

const recordOf = (
  row: ServiceRow,
  words: readonly StatusWord[],
  changes: readonly number[],
): ServiceRecord => {
  const { deletedAt: _deletedAt, nameKey: _nameKey, ...facts } = row;
  return { ...facts, words, changes };
};

/** Empty until `load`. */
export const createServiceBook = (repository: ServiceRepository): ServiceBook => {
  const byId = new Map<string, ServiceRecord>();
  /** By organization and key of the name: the ID of the service that has it, or is about to. */
  const names = new Map<string, string>();
  const byTenant = new Map<string, Map<string, ServiceRecord>>();

  const listeners: ((id: string) => void)[] = [];

  const announce = (id: string): void => {
    for (const listener of listeners) listener(id);
  };

  const keyOf = (tenantId: string, name: string): string => `${tenantId} ${nameKeyOf(name)}`;

  const release = (tenantId: string, name: string, id: string): void => {
    const key = keyOf(tenantId, name);
    if (names.get(key) === id) names.delete(key);
  };

  const put = (record: ServiceRecord): void => {
    const before = byId.get(record.id);
    if (before !== undefined) release(before.tenantId, before.name, before.id);
    byId.set(record.id, record);
    names.set(keyOf(record.tenantId, record.name), record.id);
    const siblings = byTenant.get(record.tenantId);
    if (siblings === undefined) byTenant.set(record.tenantId, new Map([[record.id, record]]));
    else siblings.set(record.id, record);
  };

  return {
    load: async () => {
      const words = Map.groupBy(await repository.allWords(), (word) => word.serviceId);
      const changes = Map.groupBy(await repository.latestChanges(KEPT_CHANGES), ({ serviceId }) => serviceId);
      for (const row of await repository.all())
        put(
          recordOf(
            row,
            (words.get(row.id) ?? []).map(({ sourceKind, sourceId, sourceName, status, message, at }) => ({
              source: { kind: sourceKind, id: sourceId, name: sourceName },
              status,
              message,
              at,
            })),
            (changes.get(row.id) ?? []).map(({ at }) => at),
          ),
        );
    },
    of: (tenantId) => [...(byTenant.get(tenantId)?.values() ?? [])],
    find: (tenantId, id) => byTenant.get(tenantId)?.get(id),
    get: (id) => byId.get(id),
    findByName: (tenantId, name) => byId.get(names.get(keyOf(tenantId, name)) ?? ""),
    all: () => byId.values(),
    put: (record) => {
      put(record);
      announce(record.id);
    },
    change: (id, fields) => {
      const before = byId.get(id);
      if (before === undefined) return;
      put({ ...before, ...fields });
      announce(id);
    },
    remove: (id) => {
      const record = byId.get(id);
      if (record === undefined) return;
      byId.delete(id);
      byTenant.get(record.tenantId)?.delete(id);
      release(record.tenantId, record.name, id);
      announce(id);
    },
    reserve: (tenantId, name, id) => {
      const key = keyOf(tenantId, name);
      const holder = names.get(key);
      if (holder !== undefined && holder !== id) return false;
      names.set(key, id);
      return true;
    },
    release,
    follow: (listener) => void listeners.push(listener),
  };
};
