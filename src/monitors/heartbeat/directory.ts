// In: heartbeats and the keys of projects. Out: whom an address that is reported to belongs to. From memory, so
// that a report costs no read.
import { sha256Hex } from "../../lib/digest";
import type { Engine, SqlValue, Statement } from "../../store/engine";
import type { Monitor, MonitorBook } from "../book";

/** The key in the addresses of a project's heartbeats that are found by their names. */
export interface PingKey {
  projectId: string;
  tenantId: string;
  keyHash: string;
  /** Its last characters. */
  hint: string;
  createdAt: number;
}

const LOAD = "SELECT project_id, tenant_id, key_hash, hint, created_at FROM ping_keys";
const SAVE =
  "INSERT OR REPLACE INTO ping_keys (project_id, tenant_id, key_hash, hint, created_at) VALUES (?, ?, ?, ?, ?)";
const REMOVE = "DELETE FROM ping_keys WHERE project_id = ?";

export const savePingKeyStatement = (key: PingKey): Statement => ({
  sql: SAVE,
  params: [key.projectId, key.tenantId, key.keyHash, key.hint, key.createdAt],
});

export const removePingKeyStatement = (projectId: string): Statement => ({
  sql: REMOVE,
  params: [projectId],
  expect: 1,
});

export interface HeartbeatDirectory {
  /** Once, at start, after the book. */
  load(): Promise<void>;
  byPingId(pingId: string): Monitor | undefined;
  byPushToken(token: string): Monitor | undefined;
  bySlug(projectId: string, slug: string): Monitor | undefined;
  byKey(key: string): PingKey | undefined;
  keysOf(tenantId: string): PingKey[];
  keyOf(tenantId: string, projectId: string): PingKey | undefined;
  /** It is new, changed or gone. */
  changed(monitor: Monitor): void;
  putKey(key: PingKey): void;
  removeKey(projectId: string): void;
}

const keyFrom = (row: readonly SqlValue[]): PingKey => ({
  projectId: row[0] as string,
  tenantId: row[1] as string,
  keyHash: row[2] as string,
  hint: row[3] as string,
  createdAt: row[4] as number,
});

/** Empty until `load`. */
export const createHeartbeatDirectory = (parts: {
  engine: Engine;
  book: MonitorBook;
}): HeartbeatDirectory => {
  /** By ping ID, push token and slug; each kind has a beginning of its own. */
  const places = new Map<string, Monitor>();
  const placesOf = new Map<Monitor, string[]>();
  const keys = new Map<string, PingKey>();
  const keysByHash = new Map<string, PingKey>();

  const changed = (monitor: Monitor): void => {
    for (const place of placesOf.get(monitor) ?? []) places.delete(place);
    placesOf.delete(monitor);
    const { target, record, isGone } = monitor;
    if (isGone || target?.type !== "heartbeat") return;
    const now = [`id ${target.pingId}`, `token ${target.pushToken}`];
    if (target.slug !== null) now.push(`slug ${record.projectId} ${target.slug}`);
    for (const place of now) places.set(place, monitor);
    placesOf.set(monitor, now);
  };

  const removeKey = (projectId: string): void => {
    const key = keys.get(projectId);
    if (key === undefined) return;
    keys.delete(projectId);
    keysByHash.delete(key.keyHash);
  };

  const putKey = (key: PingKey): void => {
    removeKey(key.projectId);
    keys.set(key.projectId, key);
    keysByHash.set(key.keyHash, key);
  };

  return {
    load: async () => {
      for (const monitor of parts.book.all()) changed(monitor);
      for (const row of await parts.engine.query({ sql: LOAD })) putKey(keyFrom(row));
    },
    byPingId: (pingId) => places.get(`id ${pingId}`),
    byPushToken: (token) => places.get(`token ${token}`),
    bySlug: (projectId, slug) => places.get(`slug ${projectId} ${slug}`),
    byKey: (key) => keysByHash.get(sha256Hex(key)),
    keysOf: (tenantId) => [...keys.values()].filter((key) => key.tenantId === tenantId),
    keyOf: (tenantId, projectId) => {
      const key = keys.get(projectId);
      return key?.tenantId === tenantId ? key : undefined;
    },
    changed,
    putKey,
    removeKey,
  };
};
