// In: a person's orders about receivers. Out: the receiver after them, durable, with the audit record in the
// same commit. Tokens and generated secrets are given back once, to whoever asked for them.
import { randomBytes } from "node:crypto";
import type { Principal } from "../core/actor";
import type { Clock } from "../core/clock";
import { invalid, notFound } from "../core/errors";
import type { EventMap } from "../core/events";
import { newId } from "../core/ids";
import type { TenantDirectory } from "../core/tenants";
import { journalStatement } from "../journal/append";
import { sha256Hex } from "../lib/digest";
import { isUsableSecret, randomStandardSecret } from "../lib/hmac";
import { createKeyedLock } from "../lib/keyed-lock";
import { emptyPlan, type Commit } from "../notify/plan";
import type { ServiceBook } from "../services/book";
import type { Receiver, ReceiverBook } from "./book";
import { compileSettings } from "./compile";
import { defaultSettings, settingsAfter } from "./default-settings";
import { forgetPreviousStatement, type ReceiverRecord, type ReceiverRepository } from "./repository";
import { findPreset, presetOf, PRESETS } from "./presets/registry";
import type { ReceiverSettings } from "./schema";

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
  /** `token`: the only time that it is known. */
  create(
    who: Who,
    input: Partial<ReceiverInput> & { name: string },
  ): Promise<{ receiver: Receiver; token: string }>;
  update(who: Who, id: string, change: Partial<ReceiverInput>): Promise<Receiver>;
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
  tenants: TenantDirectory;
  commit: Commit;
  clock: Clock;
}

/** For so long the token and the secret before are accepted as well, in ms (rulings.md). */
export const OVERLAP_MS = 24 * 3_600_000;

const OBJECT = "webhook_receiver";
const GENERIC = "generic";
const TOKEN_BYTES = 32;

/** 64 lower-case hex characters. */
const randomToken = (): string => randomBytes(TOKEN_BYTES).toString("hex");

const HINT_LENGTH = 4;

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
  const { book, repository, services, tenants, commit, clock } = parts;
  /** By receiver: two changes at once would each undo what the other did. */
  const lock = createKeyedLock();

  const find: ReceiverDesk["find"] = (tenantId, id) => {
    const receiver = book.find(tenantId, id);
    if (receiver === undefined) throw notFound("webhook receiver");
    return receiver;
  };

  const checkPreset = (preset: string): void => {
    if (findPreset(preset) === undefined)
      throw invalid("preset", `preset must be one of: ${PRESETS.map(({ name }) => name).join(", ")}.`);
  };

  const checkTarget = ({ serviceId, settings, preset }: ReceiverRecord): void => {
    const hasName = settings.serviceNameField !== null;
    if (serviceId !== null && hasName)
      throw invalid("service_name_field", "Give either service_id or service_name_field, not both.");
    if (serviceId === null && !hasName && presetOf(preset).serviceFrom === null)
      throw invalid(
        "service_id",
        "Say which service it is about: service_id, or service_name_field where the payload names it.",
      );
  };

  const checkSecret = (field: string, secret: string | null): void => {
    if (secret !== null && !isUsableSecret(secret))
      throw invalid(field, "After whsec_ a secret must be base64.");
  };

  const check = (record: ReceiverRecord): void => {
    checkPreset(record.preset);
    checkTarget(record);
    if (record.serviceId !== null && services.find(record.tenantId, record.serviceId) === undefined)
      throw invalid("service_id", "There is no service with this ID.");
    if (tenants.project(record.tenantId, record.projectId) === undefined)
      throw invalid("project_id", "There is no project with this ID.");
    checkSecret("hmac_secret", record.hmacSecret);
    compileSettings(record);
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
    entry: ReturnType<typeof journal>,
    isNew = false,
  ): Promise<Receiver> => {
    const plan = emptyPlan();
    plan.statements.push(isNew ? repository.insert(record) : repository.update(record), entry);
    plan.afterCommit.push(() => book.put(record));
    await commit(plan);
    return find(who.tenantId, record.id);
  };

  /** The secret before stays valid for a day, unless there was none or none is wanted any more. */
  const withSecret = (
    before: ReceiverRecord,
    secret: string | null,
    { now, revokesPrevious = false }: { now: number; revokesPrevious?: boolean },
  ): ReceiverRecord => {
    const keeps = secret !== null && before.hmacSecret !== null && !revokesPrevious;
    return {
      ...before,
      hmacSecret: secret,
      previousHmacSecret: keeps ? before.hmacSecret : null,
      previousHmacUntil: keeps ? now + OVERLAP_MS : null,
      isSecretLost: false,
    };
  };

  const updateNow = async (who: Who, id: string, change: Partial<ReceiverInput>): Promise<Receiver> => {
    const { record: before } = find(who.tenantId, id);
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
        : withSecret(changed, hmacSecret, { now });
    check(record);
    const data = { object: OBJECT, id, name: record.name, changes: describe(change) };
    return save(who, record, journal(who, { kind: "config.updated", data, at: now }));
  };

  const rotateTokenNow = async (who: Who, id: string, { revokesPrevious }: Rotation) => {
    const { record: before } = find(who.tenantId, id);
    const now = clock.now();
    const token = randomToken();
    const record: ReceiverRecord = {
      ...before,
      tokenHash: sha256Hex(token),
      tokenHint: token.slice(-HINT_LENGTH),
      previousTokenHash: revokesPrevious ? null : before.tokenHash,
      previousTokenUntil: revokesPrevious ? null : now + OVERLAP_MS,
      updatedAt: now,
    };
    const data = { id, name: record.name, previousValidUntil: record.previousTokenUntil };
    const entry = journal(who, { kind: "receiver.token_rotated", data, at: now });
    return { receiver: await save(who, record, entry), token };
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
    const record = { ...withSecret(before, secret, { now, revokesPrevious }), updatedAt: now };
    const data = { id, name: record.name, previousValidUntil: record.previousHmacUntil };
    const entry = journal(who, { kind: "receiver.secret_rotated", data, at: now });
    return { receiver: await save(who, record, entry), secret };
  };

  const forgetOf = async (id: string): Promise<void> => {
    const now = clock.now();
    const before = [...book.all()].find(({ record }) => record.id === id)?.record;
    if (before === undefined || !isOver(before, now)) return;
    const isTokenOver = (before.previousTokenUntil ?? now + 1) <= now;
    const isSecretOver = (before.previousHmacUntil ?? now + 1) <= now;
    const plan = emptyPlan();
    plan.statements.push(forgetPreviousStatement(id, now));
    plan.afterCommit.push(() =>
      book.put({
        ...before,
        ...(isTokenOver ? { previousTokenHash: null, previousTokenUntil: null } : {}),
        ...(isSecretOver ? { previousHmacSecret: null, previousHmacUntil: null } : {}),
      }),
    );
    await commit(plan);
  };

  const isOver = ({ previousTokenUntil, previousHmacUntil }: ReceiverRecord, now: number): boolean =>
    [previousTokenUntil, previousHmacUntil].some((until) => until !== null && until <= now);

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
        tokenHash: sha256Hex(token),
        tokenHint: token.slice(-HINT_LENGTH),
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
      return { receiver: await save(who, record, entry, true), token };
    },
    update: (who, id, change) => lock.run(id, () => updateNow(who, id, change)),
    remove: (who, id) =>
      lock.run(id, async () => {
        const { record } = find(who.tenantId, id);
        const now = clock.now();
        const plan = emptyPlan();
        const data = { object: OBJECT, id, name: record.name };
        plan.statements.push(
          repository.remove(id, now),
          journal(who, { kind: "config.deleted", data, at: now }),
        );
        plan.afterCommit.push(() => book.remove(id));
        await commit(plan);
      }),
    rotateToken: (who, id, rotation) => lock.run(id, () => rotateTokenNow(who, id, rotation)),
    rotateSecret: (who, id, rotation) => lock.run(id, () => rotateSecretNow(who, id, rotation)),
    forgetReplaced: async () => {
      const now = clock.now();
      for (const { record } of Array.from(book.all()))
        if (isOver(record, now)) await lock.run(record.id, () => forgetOf(record.id));
    },
  };
};
