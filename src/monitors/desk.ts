// In: a person's orders about monitors. Out: the monitor after them, durable, with the audit record in the same
// commit. Whatever ends a monitor's interest in its target also ends what it said about it.
import { randomUUID } from "node:crypto";
import type { Principal } from "../core/actor";
import type { Clock } from "../core/clock";
import { AppError, invalid, notFound } from "../core/errors";
import { newId } from "../core/ids";
import type { TenantDirectory } from "../core/tenants";
import { journalStatement } from "../journal/append";
import { randomSecret } from "../lib/digest";
import type { KeyedLock } from "../lib/keyed-lock";
import { mergePatch, type Settings } from "../lib/merge-patch";
import { emptyPlan, type Commit, type Plan } from "../notify/plan";
import type { ServiceBook } from "../services/book";
import type { ServiceLock } from "../services/lock";
import { NEW_STATE, type Monitor, type MonitorBook } from "./book";
import { checkExpectations } from "./expect";
import type { Reporter } from "./report";
import { nameKeyOf, type MonitorRepository } from "./repository";
import type { MonitorRecord, MonitorType, Target } from "./schema";
import { maskGiven, readTarget, type ScheduleCheck } from "./target";

/** What people set, checked in shape (`wire.ts`). */
export type MonitorSettings = Pick<
  MonitorRecord,
  | "name"
  | "projectId"
  | "group"
  | "description"
  | "expect"
  | "intervalSeconds"
  | "timeoutSeconds"
  | "failureThreshold"
  | "successThreshold"
  | "severity"
  | "region"
  | "serviceId"
  | "serviceStatus"
  | "isActive"
>;

export interface MonitorChange {
  settings: Partial<MonitorSettings>;
  /** Of its type, in the API's spelling; null removes one. */
  given: Settings;
}

type Who = Pick<Principal, "tenantId" | "actor">;

/**
 * Unknown IDs and those of other organizations throw `not_found`; a name that is taken throws `conflict`; what
 * cannot be throws `invalid` with its field. Durable when they resolve; they reject as `Engine.batch`.
 */
export interface MonitorDesk {
  find(tenantId: string, id: string): Monitor;
  create(who: Who, type: MonitorType, input: MonitorChange): Promise<Monitor>;
  /** What `create` would make, checked in the same way and not kept: to be looked at once. */
  draft(who: Who, type: MonitorType, input: MonitorChange): Promise<Monitor>;
  update(who: Who, id: string, change: MonitorChange): Promise<Monitor>;
  remove(who: Who, id: string): Promise<void>;
  /** A heartbeat gets new addresses; reports to the ones before are unknown from then on. */
  rotateAddress(who: Who, id: string): Promise<Monitor>;
}

export interface MonitorDeskParts {
  book: MonitorBook;
  repository: MonitorRepository;
  reporter: Reporter;
  services: ServiceBook;
  tenants: TenantDirectory;
  /** Of the services. */
  lock: ServiceLock;
  monitorLock: KeyedLock;
  commit: Commit;
  clock: Clock;
  check: ScheduleCheck;
  /** Null when it may be looked at as far as can be known now, else why not. */
  refusalOf(target: Target): Promise<{ field: string; reason: string } | null>;
  /** After the commit: it is new, changed or gone. */
  onChanged(monitor: Monitor): void;
  /** Whether another heartbeat of the project has this slug. */
  isSlugTaken(projectId: string, slug: string, exceptId: string): boolean;
}

const OBJECT = "monitor";

const DEFAULTS: Omit<MonitorSettings, "name" | "projectId"> = {
  group: null,
  description: "",
  expect: {},
  intervalSeconds: 60,
  timeoutSeconds: 10,
  failureThreshold: 1,
  successThreshold: 1,
  severity: "major",
  region: null,
  serviceId: null,
  serviceStatus: "down",
  isActive: true,
};

/** After such a change what was seen before says nothing any more. A heartbeat is about the same job still. */
const isAboutSomethingElse = (before: MonitorRecord, after: MonitorRecord): boolean =>
  before.type !== "heartbeat" &&
  JSON.stringify([before.given, before.expect]) !== JSON.stringify([after.given, after.expect]);

const PRIVATE_HEARTBEAT = (): Settings => ({ _ping_id: randomUUID(), _push_token: randomSecret() });

/** What the journal says of settings, in the API's words, without secrets. */
const describe = (settings: Partial<MonitorSettings>, given: Settings): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries({
      name: settings.name,
      project_id: settings.projectId,
      group: settings.group,
      description: settings.description,
      expect: settings.expect,
      interval_seconds: settings.intervalSeconds,
      timeout_seconds: settings.timeoutSeconds,
      failure_threshold: settings.failureThreshold,
      success_threshold: settings.successThreshold,
      severity: settings.severity,
      region: settings.region,
      service_id: settings.serviceId,
      service_status: settings.serviceStatus,
      is_active: settings.isActive,
      ...maskGiven(given),
    }).filter(([, value]) => value !== undefined),
  );

const nameTaken = (): AppError =>
  new AppError("conflict", "Another monitor has this name. Names are compared without regard to case.", {
    field: "name",
    code: "name_taken",
  });

/** See `MonitorDesk`. */
export const createMonitorDesk = (parts: MonitorDeskParts): MonitorDesk => {
  const { book, repository, reporter, services, tenants, lock, monitorLock, commit, clock } = parts;

  const find = (tenantId: string, id: string): Monitor => {
    const monitor = book.find(tenantId, id);
    if (monitor === undefined) throw notFound("monitor");
    return monitor;
  };

  const check = async (record: MonitorRecord, given: Settings): Promise<Target> => {
    const { tenantId, projectId, serviceId } = record;
    if (tenants.project(tenantId, projectId) === undefined)
      throw invalid("project_id", "There is no project with this ID.");
    if (serviceId !== null && services.find(tenantId, serviceId) === undefined)
      throw invalid("service_id", "There is no service with this ID.");
    const target = readTarget(record.type, given, parts.check);
    await checkExpectations(record.type, record.expect);
    if (target.type === "heartbeat") return target;
    if (record.timeoutSeconds > record.intervalSeconds)
      throw invalid("timeout_seconds", "timeout_seconds must not be longer than interval_seconds.");
    const refusal = await parts.refusalOf(target);
    if (refusal !== null) throw invalid(refusal.field, refusal.reason);
    return target;
  };

  const journal = (
    { id, tenantId, name }: MonitorRecord,
    { actor, at, state }: { actor: Who["actor"]; at: number; state: Record<string, unknown> | null },
    isNew: boolean,
  ) => {
    const row = { tenantId, subjectId: id, actor, at };
    const what = { object: OBJECT, id, name };
    if (state === null) return journalStatement({ ...row, kind: "config.deleted", data: what });
    return isNew
      ? journalStatement({ ...row, kind: "config.created", data: { ...what, state } })
      : journalStatement({ ...row, kind: "config.updated", data: { ...what, changes: state } });
  };

  /** Claimed by those who are being written. */
  const claimedSlugs = new Set<string>();

  /** Nobody else gets the slug while `work` runs. */
  const withSlug = async <T>(
    { record: { projectId, id }, target }: Pick<Monitor, "record" | "target">,
    work: () => Promise<T>,
  ): Promise<T> => {
    if (target?.type !== "heartbeat" || target.slug === null) return work();
    const claim = `${projectId} ${target.slug}`;
    if (claimedSlugs.has(claim) || parts.isSlugTaken(projectId, target.slug, id))
      throw new AppError("conflict", "Another heartbeat of the project has this slug.", {
        field: "slug",
        code: "slug_taken",
      });
    claimedSlugs.add(claim);
    try {
      return await work();
    } finally {
      claimedSlugs.delete(claim);
    }
  };

  /** Everything that may change how it stands waits its turn. */
  const alone = <T>(monitor: Monitor, work: () => Promise<T>): Promise<T> =>
    monitorLock.run(monitor.record.id, () => lock.run(reporter.keysOf(monitor), work));

  const writeChange = async (
    monitor: Monitor,
    written: {
      record: MonitorRecord;
      target: Target;
      settings: Partial<MonitorSettings>;
      patch: Settings;
      actor: Who["actor"];
    },
  ): Promise<Monitor> => {
    const { record, target, settings, patch, actor } = written;
    const { tenantId, id } = record;
    const before = monitor.record;
    const plan: Plan = emptyPlan();
    if (nameKeyOf(record.name) !== nameKeyOf(before.name)) {
      if (!book.reserve(tenantId, record.name, id)) throw nameTaken();
      plan.afterRefusal.push(() => book.release(tenantId, record.name, id));
      plan.afterCommit.push(() => book.release(tenantId, before.name, id));
    }
    plan.statements.push(
      repository.update(record),
      journal(record, { actor, at: record.updatedAt, state: describe(settings, patch) }, false),
    );
    if (!record.isActive && before.isActive) reporter.withdraw(monitor, "The monitor was paused.", plan);
    else if (
      // What is switched on begins anew: silence counts from here.
      record.isActive !== before.isActive ||
      record.serviceId !== before.serviceId ||
      isAboutSomethingElse(before, record)
    )
      reporter.withdraw(monitor, "The monitor was changed.", plan);
    plan.afterCommit.push(() => {
      monitor.record = record;
      monitor.target = target;
      book.put(monitor);
    });
    await commit(plan);
    parts.onChanged(monitor);
    return monitor;
  };

  const change = async (
    { tenantId, actor }: Who,
    id: string,
    { settings, given: patch }: MonitorChange,
  ): Promise<Monitor> => {
    const monitor = find(tenantId, id);
    return alone(monitor, async () => {
      const before = find(tenantId, id).record;
      const shown = maskGiven(before.given ?? {});
      const given = mergePatch({ ...before.given }, patch, shown);
      const record: MonitorRecord = { ...before, ...settings, given, updatedAt: clock.now() };
      const target = await check(record, given);
      return withSlug({ record, target }, () =>
        writeChange(monitor, { record, target, settings, patch, actor }),
      );
    });
  };

  const draft: MonitorDesk["draft"] = async ({ tenantId }, type, { settings, given: chosen }) => {
    const now = clock.now();
    const given = {
      ...Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== null)),
      ...(type === "heartbeat" ? PRIVATE_HEARTBEAT() : {}),
    };
    const record: MonitorRecord = {
      number: 0,
      id: newId(),
      tenantId,
      type,
      given,
      ...DEFAULTS,
      projectId: tenants.defaultProject(tenantId).id,
      ...settings,
      name: settings.name ?? "",
      createdAt: now,
      updatedAt: now,
    };
    const target = await check(record, given);
    return { record, target, state: { ...NEW_STATE, since: now }, lastSeq: 0, isGone: false };
  };

  const writeNew = async (monitor: Monitor, actor: Who["actor"]): Promise<Monitor> => {
    const { record } = monitor;
    const { id, tenantId, type } = record;
    const given = { ...record.given };
    if (!book.reserve(tenantId, record.name, id)) throw nameTaken();
    record.number = book.takeNumber();
    const plan = emptyPlan();
    plan.statements.push(
      ...repository.insert(record, monitor.state),
      journal(record, { actor, at: record.createdAt, state: { type, ...describe(record, given) } }, true),
    );
    plan.afterCommit.push(() => book.put(monitor));
    plan.afterRefusal.push(() => book.release(tenantId, record.name, id));
    await commit(plan);
    parts.onChanged(monitor);
    return monitor;
  };

  return {
    find,

    draft,

    create: async (who, type, input) => {
      const monitor = await draft(who, type, input);
      return withSlug(monitor, () => writeNew(monitor, who.actor));
    },

    update: change,

    remove: async ({ tenantId, actor }, id) => {
      const monitor = find(tenantId, id);
      await alone(monitor, async () => {
        const { record } = find(tenantId, id);
        const plan = emptyPlan();
        reporter.withdraw(monitor, "The monitor was deleted.", plan);
        plan.statements.push(
          ...repository.remove(record.number),
          journal(record, { actor, at: clock.now(), state: null }, false),
        );
        plan.afterCommit.push(() => book.remove(monitor));
        await commit(plan);
        parts.onChanged(monitor);
      });
    },

    rotateAddress: async (who, id) => {
      if (find(who.tenantId, id).record.type !== "heartbeat")
        throw new AppError("conflict", "Only heartbeats have an address of their own.", {
          code: "no_heartbeat",
        });
      return change(who, id, { settings: {}, given: PRIVATE_HEARTBEAT() });
    },
  };
};
