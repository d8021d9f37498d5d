// In: the rows of all channels. Out: every channel in memory, as routing and delivery see it. One
// live object each: whoever holds it sees changes, so that an attempt uses the present settings.
import { TELLABLE_EVENTS, type TellableEvent } from "../core/events";
import type { Vault } from "../core/vault";
import type { Engine } from "../store/engine";
import type { AnyChannelType, ChannelBehaviour } from "./channel";
import { channelTypes } from "./registry";
import {
  loadChannels,
  loadKnownChannels,
  type ChannelRow,
  type KnownChannel,
  type SecretRotation,
} from "./repository";
import type { ChannelFilters, ChannelHealth } from "./schema";
import { brokenType } from "./broken-type";

export type { KnownChannel } from "./repository";

export interface Channel {
  readonly id: string;
  readonly tenantId: string;
  readonly createdAt: number;
  name: string;
  /** The type's name, also where the type itself could not be used. */
  kind: string;
  type: AnyChannelType;
  /** What the type's `parse` returned. */
  config: unknown;
  /** As the client wrote them, secrets in clear: only the channel service looks at it. */
  storedConfig: Record<string, unknown>;
  behaviour: ChannelBehaviour;
  /** Values that no evidence may hold. */
  secrets: readonly string[];
  isActive: boolean;
  /** As the client wrote them; null means the default of type and dialect. */
  ownEvents: readonly string[] | null;
  /** Resolved: own or default. */
  events: readonly TellableEvent[];
  filters: ChannelFilters | null;
  failureChannelId: string | null;
  health: ChannelHealth;
  healthReason: string | null;
  /** Failed attempts since the last one that succeeded. */
  consecutiveFailures: number;
  lastSuccessAt: number | null;
  lastFailureAt: number | null;
  /** Its own; `behaviour` may have a default. */
  rateLimitPerMinute: number | null;
  staleAfterSeconds: number;
  weeklyTest: boolean;
  lastTestAt: number | null;
  /** Null while the first test runs, and where the program ended before it had an answer. */
  lastTestSuccess: boolean | null;
  /** The endpoint asked for silence until then: nothing is sent before. */
  quietUntil: number | null;
  /** While the signing secret before the present one is valid; null otherwise. */
  rotation: SecretRotation | null;
  updatedAt: number;
}

type ChannelTypes = ReadonlyMap<string, AnyChannelType>;

/** Internal channels are found by `get` and `all` alone. */
export interface ChannelDirectory {
  /** Reads all channels; once, at start. */
  load(): Promise<void>;
  of(tenantId: string): readonly Channel[];
  find(tenantId: string, id: string): Channel | undefined;
  /** Whatever its organization: for delivery, never for a request. */
  get(id: string): Channel | undefined;
  all(): Iterable<Channel>;
  /** Of a row that is being written, an internal one included. */
  channelOf(row: ChannelRow): Channel;
  /** All that the organization has or had, read from the file. */
  known(tenantId: string): Promise<KnownChannel[]>;
  /** Adds it, or brings the live object of the same ID in step; returns the live object. */
  put(channel: Channel): Channel;
  remove(id: string): void;
}

const isTellable = (name: string): name is TellableEvent =>
  (TELLABLE_EVENTS as readonly string[]).includes(name);

/** The events that a name stands for: a dotted name itself, or a dialect's own. Empty when unknown. */
export const eventsOfName = (
  name: string,
  type: AnyChannelType,
  config: unknown,
): readonly TellableEvent[] => {
  if (isTellable(name)) return [name];
  const aliases = type.eventAliases(config);
  return Object.hasOwn(aliases, name) ? (aliases[name] ?? []) : [];
};

const UNREADABLE =
  "The settings can't be opened: they were changed outside Andon, or their key is lost. Enter them again.";

/** Every spelling of the secret that was replaced: evidence holds it no more than the present one. */
const previousSecrets = (
  type: AnyChannelType,
  config: Record<string, unknown>,
  rotation: SecretRotation | null,
): readonly string[] => {
  if (rotation === null || type.rotation === undefined) return [];
  try {
    return type.secrets(type.parse({ ...config, [type.rotation.field]: rotation.previousSecret }));
  } catch {
    return [rotation.previousSecret];
  }
};

/** What holds another is cut out whole. */
const longestFirst = (secrets: string[]): readonly string[] =>
  secrets.sort((left, right) => right.length - left.length);

/** What a channel is told of: what it names, or the default of type and dialect. */
export const eventsOf = (
  names: readonly string[] | null,
  type: AnyChannelType,
  config: unknown,
): readonly TellableEvent[] =>
  names === null
    ? type.behaviour(config).defaultEvents
    : [...new Set(names.flatMap((name) => eventsOfName(name, type, config)))];

/** Builds the live object. A row that its type no longer accepts yields a channel that explains itself. */
export const channelOf = (row: ChannelRow, types: ChannelTypes = channelTypes): Channel => {
  let type = types.get(row.type) ?? brokenType(row.type, `There is no channel type "${row.type}".`);
  const storedConfig = row.config ?? {};
  let config: unknown;
  try {
    config = type.parse(storedConfig);
  } catch (error) {
    const why = error instanceof Error ? error.message : "The settings can't be read.";
    type = brokenType(row.type, row.config === null ? UNREADABLE : why);
    config = storedConfig;
  }
  const behaviour = type.behaviour(config);
  return {
    id: row.id,
    tenantId: row.tenantId,
    createdAt: row.createdAt,
    name: row.name,
    kind: row.type,
    type,
    config,
    storedConfig,
    behaviour,
    secrets: longestFirst([...type.secrets(config), ...previousSecrets(type, storedConfig, row.rotation)]),
    isActive: row.isActive,
    ownEvents: row.events,
    events: eventsOf(row.events, type, config),
    filters: row.filters,
    failureChannelId: row.failureChannelId,
    health: row.health,
    healthReason: row.healthReason,
    consecutiveFailures: row.consecutiveFailures,
    lastSuccessAt: row.lastSuccessAt,
    lastFailureAt: row.lastFailureAt,
    rateLimitPerMinute: row.rateLimitPerMinute,
    staleAfterSeconds: row.staleAfterSeconds,
    weeklyTest: row.weeklyTest,
    lastTestAt: row.lastTestAt,
    lastTestSuccess: row.lastTestSuccess,
    quietUntil: row.quietUntil,
    rotation: row.rotation,
    updatedAt: row.updatedAt,
  };
};

/** `internal`: types that the program uses for itself, and nobody can choose. */
export const createChannelDirectory = (
  store: { engine: Engine; vault: Vault },
  internal: readonly AnyChannelType[] = [],
): ChannelDirectory => {
  const internalKinds = new Set(internal.map(({ kind }) => kind));
  const types: ChannelTypes = new Map([
    ...channelTypes,
    ...internal.map((type) => [type.kind, type] as const),
  ]);
  const byId = new Map<string, Channel>();
  const byTenant = new Map<string, Channel[]>();

  const put = (channel: Channel): Channel => {
    const known = byId.get(channel.id);
    if (known !== undefined) return Object.assign(known, channel);
    byId.set(channel.id, channel);
    if (internalKinds.has(channel.kind)) return channel;
    const siblings = byTenant.get(channel.tenantId);
    if (siblings === undefined) byTenant.set(channel.tenantId, [channel]);
    else siblings.push(channel);
    return channel;
  };

  return {
    load: async () => {
      for (const row of await loadChannels(store)) put(channelOf(row, types));
    },
    of: (tenantId) => byTenant.get(tenantId) ?? [],
    find: (tenantId, id) => {
      const channel = byId.get(id);
      return channel?.tenantId === tenantId && !internalKinds.has(channel.kind) ? channel : undefined;
    },
    get: (id) => byId.get(id),
    all: () => byId.values(),
    channelOf: (row) => channelOf(row, types),
    known: async (tenantId) =>
      (await loadKnownChannels(store.engine, tenantId)).filter(({ kind }) => !internalKinds.has(kind)),
    put,
    remove: (id) => {
      const channel = byId.get(id);
      if (channel === undefined) return;
      byId.delete(id);
      // A new array: somebody may be walking over the present one.
      byTenant.set(
        channel.tenantId,
        (byTenant.get(channel.tenantId) ?? []).filter((sibling) => sibling !== channel),
      );
    },
  };
};
