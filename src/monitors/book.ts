// In: the tables of monitors at start, then every committed change. Out: all monitors in memory, each with how
// it stands.
import type { MonitorRepository } from "./repository";
import { nameKeyOf } from "./repository";
import type { MonitorRecord, MonitorState, Target } from "./schema";

/** One live object per monitor, which everybody who works with it holds on to. */
export interface Monitor {
  record: MonitorRecord;
  /** Null when its settings can't be opened. */
  target: Target | null;
  /** As it is durable, the last second of probes aside. */
  state: MonitorState;
  /** Of its newest result. */
  lastSeq: number;
  /** It was deleted: whoever still holds it does nothing more. */
  isGone: boolean;
}

export interface MonitorBook {
  /** Once, at start. `readTarget` may throw. */
  load(readTarget: (record: MonitorRecord) => Target): Promise<void>;
  find(tenantId: string, id: string): Monitor | undefined;
  /** Whatever its organization: for work that was planned, never for a request. */
  get(id: string): Monitor | undefined;
  of(tenantId: string): Monitor[];
  all(): Iterable<Monitor>;
  readonly size: number;
  /** A number that was never used before. */
  takeNumber(): number;
  /** Claims a name until `release` or, for good, `put`. False when another monitor has it. */
  reserve(tenantId: string, name: string, id: string): boolean;
  /** Undoes `reserve`; does nothing where another one has the name. */
  release(tenantId: string, name: string, id: string): void;
  put(monitor: Monitor): void;
  remove(monitor: Monitor): void;
}

export const NEW_STATE: Omit<MonitorState, "since"> = {
  status: "pending",
  failures: 0,
  successes: 0,
  nextDueAt: null,
  lastAt: null,
  lastOutcome: null,
  lastReason: null,
  lastCode: null,
  lastLatencyMs: null,
  reportedFor: null,
  lastPingAt: null,
  startedAt: null,
  startRun: null,
  lastDurationMs: null,
};

export const createMonitorBook = (repository: MonitorRepository): MonitorBook => {
  const monitors = new Map<string, Monitor>();
  const names = new Map<string, string>();
  let lastNumber = 0;

  const keyOf = (tenantId: string, name: string): string => `${tenantId} ${nameKeyOf(name)}`;

  const put = (monitor: Monitor): void => {
    const { id, tenantId, name } = monitor.record;
    monitors.set(id, monitor);
    names.set(keyOf(tenantId, name), id);
  };

  const release = (tenantId: string, name: string, id: string): void => {
    const key = keyOf(tenantId, name);
    if (names.get(key) === id) names.delete(key);
  };

  return {
    load: async (readTarget) => {
      lastNumber = await repository.lastNumber();
      for (const { record, state, lastSeq } of await repository.loadAll()) {
        let target: Target | null = null;
        try {
          if (record.given !== null) target = readTarget(record);
        } catch {
          // Written by another version: shown as unreadable, not probed.
          target = null;
        }
        put({ record, target, state, lastSeq, isGone: false });
      }
    },
    find: (tenantId, id) => {
      const monitor = monitors.get(id);
      return monitor?.record.tenantId === tenantId ? monitor : undefined;
    },
    get: (id) => monitors.get(id),
    of: (tenantId) => [...monitors.values()].filter(({ record }) => record.tenantId === tenantId),
    all: () => monitors.values(),
    get size() {
      return monitors.size;
    },
    takeNumber: () => ++lastNumber,
    reserve: (tenantId, name, id) => {
      const key = keyOf(tenantId, name);
      const holder = names.get(key);
      if (holder !== undefined && holder !== id) return false;
      names.set(key, id);
      return true;
    },
    release,
    put,
    remove: (monitor) => {
      const { id, tenantId, name } = monitor.record;
      monitor.isGone = true;
      monitors.delete(id);
      release(tenantId, name, id);
    },
  };
};
