// In: a person's orders about services. Out: the service after them, durable, with the audit record in the
// same commit. Changes of one organization's settings are made one after the other.
import type { Actor, Principal } from "../core/actor";
import type { Clock } from "../core/clock";
import { AppError, invalid, notFound } from "../core/errors";
import type { ServiceStatus } from "../core/events";
import { newId } from "../core/ids";
import type { TenantDirectory } from "../core/tenants";
import { journalStatement } from "../journal/append";
import { createKeyedLock } from "../lib/keyed-lock";
import { emptyPlan, type Commit, type Plan } from "../notify/plan";
import type { ServiceBook, ServiceRecord } from "./book";
import { wouldCircle } from "./dependencies";
import type { StatusFeed } from "./followed/feeds";
import { nameTurn, type ServiceLock } from "./lock";
import { nameKeyOf } from "./names";
import type { StatusChange, StatusPlanner } from "./planner";
import { closeSpanStatement, openSpanStatement, type ServiceRepository } from "./repository";

/** What people set, checked in shape (`wire.ts`). */
export interface ServiceSettings {
  name: string;
  projectId: string;
  group: string | null;
  description: string;
  order: number;
  owner: string | null;
  dependsOn: string[];
  statusFrom: StatusFeed[];
  slaTarget: number | null;
  degradedWeight: number | null;
}

/** For whom something is done, and who does it. */
export type OnBehalf = Pick<Principal, "tenantId" | "actor">;

/**
 * Unknown IDs and those of other organizations throw `not_found`; a name that is taken throws `conflict`;
 * what cannot be throws `invalid` with its field. Durable when they resolve; they reject as `Engine.batch`.
 */
export interface ServiceDesk {
  find(tenantId: string, id: string): ServiceRecord;
  create(who: OnBehalf, input: Partial<ServiceSettings> & { name: string }): Promise<ServiceRecord>;
  /**
   * The same as part of a larger plan: the service is there after its commit, its name is taken at once,
   * and words about it may be added to the same plan.
   */
  planCreate(who: OnBehalf, input: Partial<ServiceSettings> & { name: string }, plan: Plan): ServiceRecord;
  update(who: OnBehalf, id: string, change: Partial<ServiceSettings>): Promise<ServiceRecord>;
  /** Its history stays for reports; services that need it no longer do. */
  remove(who: OnBehalf, id: string): Promise<void>;
  /** By hand: see rule 3 in `words.ts`. */
  setStatus(
    who: OnBehalf,
    id: string,
    said: { status: ServiceStatus; message: string },
  ): Promise<StatusChange>;
}

export interface ServiceDeskParts {
  book: ServiceBook;
  repository: ServiceRepository;
  planner: StatusPlanner;
  tenants: TenantDirectory;
  lock: ServiceLock;
  commit: Commit;
  clock: Clock;
  /** What its status may follow. */
  machineExists(tenantId: string, id: string): boolean;
  ruleExists(tenantId: string, id: string): boolean;
}

const OBJECT = "service";

const nameTaken = (): AppError =>
  new AppError("conflict", "Another service has this name. Names are compared without regard to case.", {
    field: "name",
    code: "name_taken",
  });

/** What the journal says of a service's settings, in the API's words. */
const describe = (settings: Partial<ServiceSettings>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries({
      name: settings.name,
      project_id: settings.projectId,
      group: settings.group,
      description: settings.description,
      order: settings.order,
      owner: settings.owner,
      depends_on: settings.dependsOn,
      status_from: settings.statusFrom,
      sla_target: settings.slaTarget,
      degraded_weight: settings.degradedWeight,
    }).filter(([, value]) => value !== undefined),
  );

/** See `ServiceDesk`. */
export const createServiceDesk = (parts: ServiceDeskParts): ServiceDesk => {
  const { book, repository, planner, tenants, lock, commit, clock } = parts;
  /** By organization: a circle of dependencies can be closed from either end. */
  const settingsLock = createKeyedLock();

  const find = (tenantId: string, id: string): ServiceRecord => {
    const service = book.find(tenantId, id);
    if (service === undefined) throw notFound("service");
    return service;
  };

  const checkFeeds = (tenantId: string, feeds: readonly StatusFeed[]): void =>
    feeds.forEach((feed, index) => {
      const refuse = (key: string, what: string): never => {
        throw invalid(`status_from.${index}.${key}`, `There is no ${what} with this ID.`);
      };
      if (feed.machine_id !== undefined && !parts.machineExists(tenantId, feed.machine_id))
        refuse("machine_id", "machine");
      if (feed.type === "machine") return;
      if (feed.project_id !== undefined && tenants.project(tenantId, feed.project_id) === undefined)
        refuse("project_id", "project");
      if (feed.rule_id !== undefined && !parts.ruleExists(tenantId, feed.rule_id)) refuse("rule_id", "rule");
    });

  const check = (
    tenantId: string,
    id: string,
    { projectId, dependsOn, statusFrom }: Partial<ServiceSettings>,
  ): void => {
    if (statusFrom !== undefined) checkFeeds(tenantId, statusFrom);
    if (projectId !== undefined && tenants.project(tenantId, projectId) === undefined)
      throw invalid("project_id", "There is no project with this ID.");
    dependsOn?.forEach((need, index) => {
      if (book.find(tenantId, need) === undefined)
        throw invalid(`depends_on.${index}`, "There is no service with this ID.");
    });
    if (dependsOn !== undefined && wouldCircle(id, dependsOn, (need) => book.get(need)))
      throw invalid("depends_on", "A service cannot depend on itself, directly or through others.");
  };

  const journalChange = (
    { id, tenantId, name }: Pick<ServiceRecord, "id" | "tenantId" | "name">,
    change: Partial<ServiceSettings>,
    { actor, at }: { actor: Actor; at: number },
  ) =>
    journalStatement({
      tenantId,
      kind: "config.updated",
      data: { object: OBJECT, id, name, changes: describe(change) },
      subjectId: id,
      actor,
      at,
    });

  const planCreate: ServiceDesk["planCreate"] = ({ tenantId, actor }, input, plan) => {
    const id = newId();
    check(tenantId, id, input);
    if (!book.reserve(tenantId, input.name, id)) throw nameTaken();
    const at = clock.now();
    const settings: ServiceSettings = {
      projectId: tenants.defaultProject(tenantId).id,
      group: null,
      description: "",
      order: 0,
      owner: null,
      dependsOn: [],
      statusFrom: [],
      slaTarget: null,
      degradedWeight: null,
      ...input,
    };
    const service: ServiceRecord = {
      id,
      tenantId,
      ...settings,
      status: "operational",
      message: "",
      toldStatus: "operational",
      silencedBy: null,
      changedAt: at,
      createdAt: at,
      updatedAt: at,
      words: [],
      changes: [],
    };
    plan.statements.push(
      repository.insert(service),
      openSpanStatement(id, service.status, at),
      journalStatement({
        tenantId,
        kind: "config.created",
        data: { object: OBJECT, id, name: service.name, state: describe(settings) },
        subjectId: id,
        actor,
        at,
      }),
    );
    plan.afterCommit.push(() => book.put(service));
    plan.afterRefusal.push(() => book.release(tenantId, service.name, id));
    return service;
  };

  const updateNow = async (
    { tenantId, actor }: OnBehalf,
    id: string,
    change: Partial<ServiceSettings>,
  ): Promise<ServiceRecord> => {
    const before = find(tenantId, id);
    check(tenantId, id, change);
    const at = clock.now();
    const plan = emptyPlan();
    const next: ServiceRecord = { ...before, ...change, updatedAt: at };
    const isRenamed = nameKeyOf(next.name) !== nameKeyOf(before.name);
    if (isRenamed) {
      if (!book.reserve(tenantId, next.name, id)) throw nameTaken();
      plan.afterRefusal.push(() => book.release(tenantId, next.name, id));
    }
    plan.statements.push(repository.updateSettings(next), journalChange(next, change, { actor, at }));
    plan.afterCommit.push(() => book.change(id, { ...change, updatedAt: at }));
    await commit(plan);
    return find(tenantId, id);
  };

  const removeNow = async ({ tenantId, actor }: OnBehalf, id: string): Promise<void> => {
    const service = find(tenantId, id);
    const at = Math.max(clock.now(), service.changedAt);
    const plan = emptyPlan();
    for (const other of book.of(tenantId)) {
      if (!other.dependsOn.includes(id)) continue;
      const dependsOn = other.dependsOn.filter((need) => need !== id);
      plan.statements.push(
        repository.updateSettings({ ...other, dependsOn, updatedAt: at }),
        journalChange(other, { dependsOn }, { actor, at }),
      );
      plan.afterCommit.push(() => book.change(other.id, { dependsOn, updatedAt: at }));
    }
    plan.statements.push(
      repository.remove(id, at),
      repository.dropWords(id),
      closeSpanStatement(id, at),
      journalStatement({
        tenantId,
        kind: "config.deleted",
        data: { object: OBJECT, id, name: service.name },
        subjectId: id,
        actor,
        at,
      }),
    );
    plan.afterCommit.push(() => book.remove(id));
    await commit(plan);
  };

  return {
    find,
    planCreate,
    create: async (who, input) =>
      settingsLock.run(who.tenantId, () =>
        lock.run([nameTurn(who.tenantId, input.name)], async () => {
          const plan = emptyPlan();
          const service = planCreate(who, input, plan);
          await commit(plan);
          return service;
        }),
      ),
    update: async (who, id, change) =>
      settingsLock.run(who.tenantId, () =>
        lock.run(change.name === undefined ? [] : [nameTurn(who.tenantId, change.name)], () =>
          updateNow(who, id, change),
        ),
      ),
    remove: async (who, id) => settingsLock.run(who.tenantId, () => lock.run([id], () => removeNow(who, id))),
    setStatus: async ({ tenantId, actor }, id, { status, message }) =>
      lock.run([id], async () => {
        const plan = emptyPlan();
        const source = { kind: "person", id: actor.id ?? actor.kind, name: actor.name } as const;
        const change = planner.say(find(tenantId, id), { source, status, message, actor }, clock.now(), plan);
        await commit(plan);
        return change;
      }),
  };
};
