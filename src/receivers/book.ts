// In: the table of receivers at start, then every committed change. Out: all receivers in memory, by ID, by
// organization and by the digest of their token. Whoever changes it does so after the commit.
import { compileSettings, type CompiledSettings } from "./compile";
import type { ReceiverRecord, ReceiverRepository } from "./repository";

/** A receiver, ready to read what comes. */
export interface Receiver {
  readonly record: ReceiverRecord;
  readonly settings: CompiledSettings;
}

export interface ReceiverBook {
  /** Once, at start. */
  load(): Promise<void>;
  of(tenantId: string): readonly Receiver[];
  find(tenantId: string, id: string): Receiver | undefined;
  all(): Iterable<Receiver>;
  /** By the digest of its token, or of the one before while that is still valid. `now` is server time in ms. */
  findByToken(tokenHash: string, now: number): Receiver | undefined;
  put(record: ReceiverRecord): void;
  remove(id: string): void;
}

/** Empty until `load`. */
export const createReceiverBook = (repository: ReceiverRepository): ReceiverBook => {
  const byId = new Map<string, Receiver>();
  const byToken = new Map<string, Receiver>();

  const forgetTokens = ({ record }: Receiver): void => {
    byToken.delete(record.tokenHash);
    if (record.previousTokenHash !== null) byToken.delete(record.previousTokenHash);
  };

  const put = (record: ReceiverRecord): void => {
    const before = byId.get(record.id);
    if (before !== undefined) forgetTokens(before);
    const receiver: Receiver = { record, settings: compileSettings(record) };
    byId.set(record.id, receiver);
    byToken.set(record.tokenHash, receiver);
    if (record.previousTokenHash !== null) byToken.set(record.previousTokenHash, receiver);
  };

  return {
    load: async () => {
      for (const record of await repository.all()) put(record);
    },
    of: (tenantId) => [...byId.values()].filter(({ record }) => record.tenantId === tenantId),
    find: (tenantId, id) => {
      const receiver = byId.get(id);
      return receiver?.record.tenantId === tenantId ? receiver : undefined;
    },
    all: () => byId.values(),
    findByToken: (tokenHash, now) => {
      const receiver = byToken.get(tokenHash);
      if (receiver === undefined || receiver.record.tokenHash === tokenHash) return receiver;
      return now < (receiver.record.previousTokenUntil ?? 0) ? receiver : undefined;
    },
    put,
    remove: (id) => {
      const receiver = byId.get(id);
      if (receiver === undefined) return;
      forgetTokens(receiver);
      byId.delete(id);
    },
  };
};
