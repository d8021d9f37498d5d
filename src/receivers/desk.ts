// In: a person's orders about receivers. Out: the receiver after them, durable, with the audit record in the
// same commit. Tokens and generated secrets are given back once, to whoever asked for them.
import type { Principal } from "../core/actor";
import type { Clock } from "../core/clock";
import { invalid, notFound } from "../core/errors";
import type { EventMap } from "../core/events";
import { newId } from "../core/ids";
import type { TenantDirectory } from "../core/tenants";
import { journalStatement } from "../journal/append";
import { randomStandardSecret } from "../lib/hmac";
import { createKeyedLock } from "../lib/keyed-lock";
import { emptyPlan, type Commit, type Plan } from "../notify/plan";
import type { ServiceBook } from "../services/book";
import type { Statement } from "../store/engine";
import type { Receiver, ReceiverBook } from "./book";
import { checkSecret, createCheck } from "./check";
import { defaultSettings, settingsAfter } from "./default-settings";
import { forgetPreviousStatement, type ReceiverRecord, type ReceiverRepository } from "./repository";
import { randomToken, tokenFields, withoutReplaced, withSecret, withToken } from "./rotate";
import type { Meaning, ReceiverSettings } from "./schema";
import { forgetUnknownStatement, withWord } from "./unknown-words";
import type { Withdraw } from "./withdraw";

/** What people set, checked in shape (`wire.ts`). */
export interface ReceiverInput {
  name: string;
  projectId: string;
  preset: string;
  isActive: boolean;
  serviceId: string | null;
  hmacSecret: string | null;
  settings: Partial<ReceiverSettings>;
}

type Who = Pick<Principal, "tenantId" | "actor">;

/** What was replaced is refused from now on, instead of being accepted for another day. */
export interface Rotation {
  revokesPrevious: boolean;
}

/**
 * Unknown IDs and those of other organizations throw `not_found`; what cannot be throws `invalid` with its
 * field. Durable when they resolve; they reject as `Engine.batch`.
 */
export interface ReceiverDesk {
  find(tenantId: string, id: string): Receiver;
  /** As it would be after a change, checked and not saved. */
  draft(tenantId: string, id: string, change: Partial<ReceiverInput>): ReceiverRecord;
  /** `token`: the only time that it is known. */
  create(
    who: Who,
    input: Partial<ReceiverInput> & { name: string },
  ): Promise<{ receiver: Receiver; token: string }>;
  update(who: Who, id: string, change: Partial<ReceiverInput>): Promise<Receiver>;
  /** From now on the word means this. */
  mapWord(who: Who, id: string, word: { word: string; meaning: Meaning }): Promise<Receiver>;
  remove(who: Who, id: string): Promise<void>;
  rotateToken(who: Who, id: string, rotation: Rotation): Promise<{ receiver: Receiver; token: string }>;
  /** One is made where none is given. */
  rotateSecret(
    who: Who,
    id: string,
    rotation: Rotation & { secret?: string },
  ): Promise<{ receiver: Receiver; secret: string }>;
  /** What was replaced and whose time is up is forgotten for good. */
  forgetReplaced(): Promise<void>;
}

export interface ReceiverDeskParts {
  book: ReceiverBook;
  repository: ReceiverRepository;
  services: Pick<ServiceBook, "find">;
  withdraw: Withdraw;
  tenants: TenantDirectory;
  commit: Commit;
  clock: Clock;
}

const OBJECT = "webhook_receiver";
const GENERIC = "generic";

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** What the journal says, in the API's words; of secrets only that they changed. */
const describe = ({ hmacSecret, settings, ...rest }: Partial<ReceiverInput>): Record<string, unknown> => {
  const told = Object.entries({ ...rest, ...settings })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [snakeCase(name), value] as const);
  return {
    ...Object.fromEntries(told),
    ...(hmacSecret === undefined ? {} : { hmac_secret: hmacSecret === null ? "removed" : "set" }),
  };
};

/** See `ReceiverDesk`. */
export const createReceiverDesk = (parts: ReceiverDeskParts): ReceiverDesk => {
  const { book, repository, withdraw, tenants, commit, clock } = parts;
  const check = createCheck(parts);
  /** By receiver: two changes at once would each undo what the other did. */
  const lock = createKeyedLock();

  const find: ReceiverDesk["find"] = (tenantId, id) => {
    const receiver = book.find(tenantId, id);
    if (receiver === undefined) throw notFound("webhook receiver");
    return receiver;
  };

  const journal = <
    K extends
      | "config.created"
      | "config.updated"
      | "config.deleted"
      | "receiver.token_rotated"
      | "receiver.secret_rotated",
  >(
    { tenantId, actor }: Who,
    { kind, data, at }: { kind: K; data: EventMap[K] & { id: string }; at: number },
  ) => journalStatement({ tenantId, kind, data, subjectId: data.id, actor, at });

  const save = async (
    who: Who,
    record: ReceiverRecord,
    entries: readonly Statement[],
    more: (plan: Plan) => void = () => undefined,
  ): Promise<Receiver> => {
    const plan = emptyPlan();
    const isNew = book.find(who.tenantId, record.id) === undefined;
    plan.statements.push(isNew ? repository.insert(record) : repository.update(record), ...entries);
    more(plan);
    plan.afterCommit.push(() => book.put(record));
    await commit(plan);
    return find(who.tenantId, record.id);
  };

  const draft: ReceiverDesk["draft"] = (tenantId, id, change) => {
    const { record: before } = find(tenantId, id);
    const now = clock.now();
    const { settings, hmacSecret, ...own } = change;
    const changed: ReceiverRecord = {
      ...before,
      ...own,
      settings: settingsAfter(before, { preset: own.preset ?? before.preset, settings: settings ?? {} }),
      updatedAt: now,
    };
    const record =
      hmacSecret === undefined || (hmacSecret === before.hmacSecret && !before.isSecretLost)
        ? changed
        : withSecret(changed, hmacSecret, { now, revokesPrevious: false });
    check(record);
    return record;
  };

  const updateNow = async (
    who: Who,
    id: string,
    change: Partial<ReceiverInput>,
    more: readonly Statement[],
  ): Promise<Receiver> => {
    const record = draft(who.tenantId, id, change);
    const now = record.updatedAt;
    const data = { object: OBJECT, id, name: record.name, changes: describe(change) };
    const statements = [journal(who, { kind: "config.updated", data, at: now }), ...more];
    const { record: before } = find(who.tenantId, id);
    const isSwitchedOff = before.isActive && !record.isActive;
    if (!isSwitchedOff && before.serviceId === record.serviceId && before.preset === record.preset)
      return save(who, record, statements);
    const why = isSwitchedOff ? "switched off" : "changed";
    return withdraw(before, `The receiver ${before.name} was ${why}.`, (takeBack) =>
      save(who, record, statements, (plan) => takeBack(plan, now)),
    );
  };

  const rotateTokenNow = async (who: Who, id: string, { revokesPrevious }: Rotation) => {
    const { record: before } = find(who.tenantId, id);
    const now = clock.now();
    const token = randomToken();
    const record = withToken(before, token, { now, revokesPrevious });
    const data = { id, name: record.name, previousValidUntil: record.previousTokenUntil };
    const entry = journal(who, { kind: "receiver.token_rotated", data, at: now });
    return { receiver: await save(who, record, [entry]), token };
  };

  const rotateSecretNow = async (
    who: Who,
    id: string,
    { secret = randomStandardSecret(), revokesPrevious }: Rotation & { secret?: string },
  ) => {
    const { record: before } = find(who.tenantId, id);
    if (secret === before.hmacSecret)
      throw invalid("secret", "This is the present secret: choose another, or none and one is made.");
    checkSecret("secret", secret);
    const now = clock.now();
    const record = withSecret(before, secret, { now, revokesPrevious });
    const data = { id, name: record.name, previousValidUntil: record.previousHmacUntil };
    const entry = journal(who, { kind: "receiver.secret_rotated", data, at: now });
    return { receiver: await save(who, record, [entry]), secret };
  };

  const forgetOf = async ({ tenantId, id }: ReceiverRecord): Promise<void> => {
    const now = clock.now();
    const before = book.find(tenantId, id)?.record;
    const record = before === undefined ? null : withoutReplaced(before, now);
    if (record === null) return;
    const plan = emptyPlan();
    plan.statements.push(forgetPreviousStatement(id, now));
    plan.afterCommit.push(() => book.put(record));
    await commit(plan);
  };

  return {
    find,
    create: async (who, { name, settings, ...input }) => {
      const now = clock.now();
      const token = randomToken();
      const record: ReceiverRecord = {
        id: newId(),
        tenantId: who.tenantId,
        projectId: input.projectId ?? tenants.defaultProject(who.tenantId).id,
        name,
        preset: input.preset ?? GENERIC,
        isActive: input.isActive ?? true,
        serviceId: input.serviceId ?? null,
        settings: { ...defaultSettings(input.preset ?? GENERIC), ...settings },
        ...tokenFields(token),
        previousTokenHash: null,
        previousTokenUntil: null,
        hmacSecret: input.hmacSecret ?? null,
        previousHmacSecret: null,
        previousHmacUntil: null,
        isSecretLost: false,
        createdAt: now,
        updatedAt: now,
      };
      check(record);
      const { id, projectId, preset, isActive, serviceId, hmacSecret } = record;
      const state = describe({
        name,
        projectId,
        preset,
        isActive,
        serviceId,
        settings: record.settings,
        ...(hmacSecret === null ? {} : { hmacSecret }),
      });
      const data = { object: OBJECT, id, name, state };
      const entry = journal(who, { kind: "config.created", data, at: now });
      return { receiver: await save(who, record, [entry]), token };
    },
    draft,
    update: (who, id, change) => lock.run(id, () => updateNow(who, id, change, [])),
    mapWord: (who, id, { word, meaning }) =>
      lock.run(id, () => {
        const { record } = find(who.tenantId, id);
        const statusMapping = withWord(record.settings.statusMapping, word, meaning);
        return updateNow(who, id, { settings: { statusMapping } }, [forgetUnknownStatement(id, word)]);
      }),
    remove: (who, id) =>
      lock.run(id, () => {
        const { record } = find(who.tenantId, id);
        return withdraw(record, `The receiver ${record.name} was deleted.`, async (takeBack) => {
          const now = clock.now();
          const plan = emptyPlan();
          const data = { object: OBJECT, id, name: record.name };
          takeBack(plan, now);
          plan.statements.push(
            repository.remove(id, now),
            journal(who, { kind: "config.deleted", data, at: now }),
          );
          plan.afterCommit.push(() => book.remove(id));
          await commit(plan);
        });
      }),
    rotateToken: (who, id, rotation) => lock.run(id, () => rotateTokenNow(who, id, rotation)),
    rotateSecret: (who, id, rotation) => lock.run(id, () => rotateSecretNow(who, id, rotation)),
    forgetReplaced: async () => {
      const now = clock.now();
      for (const { record } of Array.from(book.all()))
        if (withoutReplaced(record, now) !== null) await lock.run(record.id, () => forgetOf(record));
    },
  };
};
