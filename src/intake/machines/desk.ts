// In: a person's orders about machines and their metrics. Out: the machine after it, durable, with the
// audit record in the same commit.
import type { Principal } from "../../core/actor";
import type { Clock } from "../../core/clock";
import { invalid, notFound } from "../../core/errors";
import { isId } from "../../core/ids";
import type { Log } from "../../core/log";
import type { Evaluator, Machine, MetricInfo } from "../../core/machine";
import type { TenantDirectory } from "../../core/tenants";
import { journalStatement } from "../../journal/append";
import { createKeyedLock } from "../../lib/keyed-lock";
import type { Engine, Statement } from "../../store/engine";
import { judgeLabels, judgeMachineName } from "../names";
import type { Presence } from "../presence";
import type { MachineRecord } from "../records";
import type { NewMachine, Registry } from "../registry";
import {
  deleteMachineStatement,
  type MachineSettings,
  saveContactStatement,
  updateMachineStatement,
  updateMetricStatement,
} from "../repository";
import type { Samples } from "../samples/samples";

/** What else follows from a person's changes. */
export interface MachineHooks {
  /**
   * Commits the statements that delete a machine, together with the end of its alerts; then calls
   * `afterCommit`, before anything else is decided about the machine. Rejects as `Engine.batch`.
   */
  remove(
    machine: Machine,
    removal: { statements: readonly Statement[]; afterCommit: () => void },
  ): Promise<void>;
  /** Its type, project, labels or approval changed, durably: other rules may concern it now. */
  afterChange(machine: Machine): Promise<void>;
}

export interface MachineDesk {
  create(principal: Principal, input: Partial<NewMachine> & { name: string }): Promise<MachineRecord>;
  update(principal: Principal, id: string, change: Partial<MachineSettings>): Promise<MachineRecord>;
  approve(principal: Principal, id: string): Promise<MachineRecord>;
  remove(principal: Principal, id: string): Promise<void>;
  updateMetric(
    principal: Principal,
    id: string,
    metric: string,
    change: Partial<MetricInfo>,
  ): Promise<MachineRecord>;
  /** By ID or name; a new name registers the machine. Durable when the promise resolves. */
  heartbeat(principal: Principal, idOrName: string): Promise<MachineRecord>;
}

export interface MachineDeskParts {
  registry: Registry;
  samples: Pick<Samples, "remove">;
  engine: Engine;
  tenants: TenantDirectory;
  evaluator: Evaluator;
  presence: Presence;
  clock: Clock;
  log: Log;
  hooks: MachineHooks;
}

const settingsOf = (machine: MachineRecord): MachineSettings => ({
  projectId: machine.projectId,
  name: machine.name,
  displayName: machine.displayName,
  type: machine.type,
  labels: machine.labels,
  approval: machine.approval,
  offlineAfterSeconds: machine.offlineAfterSeconds,
});

export const createMachineDesk = (parts: MachineDeskParts): MachineDesk => {
  const { registry, samples, engine, tenants, evaluator, presence, clock, log, hooks } = parts;

  // What a change leaves alone is read and written with it: two at once would undo each other.
  const lock = createKeyedLock();

  /** By ID only: names are for senders. */
  const mustFind = (tenantId: string, id: string): MachineRecord => {
    const machine = registry.machine(id);
    if (machine === undefined || machine.tenantId !== tenantId) throw notFound("machine");
    return machine;
  };

  const checkName = (name: string): void => {
    const reason = isId(name) ? "the machine name must not look like an ID" : judgeMachineName(name);
    if (reason !== null) throw invalid("name", `${reason[0]?.toUpperCase()}${reason.slice(1)}.`);
  };

  const checkSettings = (tenantId: string, { projectId, labels }: Partial<MachineSettings>): void => {
    if (projectId !== undefined && tenants.project(tenantId, projectId) === undefined)
      throw invalid("project_id", "There is no project with this ID.");
    const reason = labels === undefined ? null : judgeLabels(Object.entries(labels));
    if (reason !== null) throw invalid("labels", `Labels: ${reason}.`);
  };

  const updateNow = async (
    principal: Principal,
    id: string,
    change: Partial<MachineSettings>,
  ): Promise<MachineRecord> => {
    const machine = mustFind(principal.tenantId, id);
    checkSettings(principal.tenantId, change);
    const isRenamed = change.name !== undefined && change.name !== machine.name;
    if (isRenamed) checkName(change.name as string);
    // The name is taken before the commit, so that no sender registers it meanwhile.
    const undoRename = isRenamed ? registry.rename(machine, change.name as string) : () => undefined;
    const settings = { ...settingsOf(machine), ...change };
    const now = clock.now();
    try {
      if (registry.hasUnsaved()) await registry.save();
      await engine.batch([
        updateMachineStatement(machine, settings, now),
        journalStatement({
          tenantId: machine.tenantId,
          kind: "config.updated",
          data: { object: "machine", id, name: settings.name, changes: { ...change } },
          subjectId: id,
          actor: principal.actor,
          at: now,
        }),
      ]);
    } catch (error) {
      undoRename();
      throw error;
    }
    Object.assign(machine, settings, { updatedAt: now });
    registry.touch();
    const { type, projectId, labels, approval } = change;
    if ([type, projectId, labels, approval].some((value) => value !== undefined))
      await hooks.afterChange(machine);
    return machine;
  };

  const removeNow = async (principal: Principal, id: string): Promise<void> => {
    const machine = mustFind(principal.tenantId, id);
    if (registry.hasUnsaved()) await registry.save();
    let seriesIds: number[] = [];
    await hooks.remove(machine, {
      statements: [
        deleteMachineStatement(machine.tenantId, id),
        journalStatement({
          tenantId: machine.tenantId,
          kind: "config.deleted",
          data: { object: "machine", id, name: machine.name },
          subjectId: id,
          actor: principal.actor,
          at: clock.now(),
        }),
      ],
      afterCommit: () => {
        seriesIds = machine.series.map((series) => series.id);
        registry.forget(machine);
      },
    });
    // In steps, behind the answer; what a stop interrupts is found at the next start.
    samples
      .remove(seriesIds)
      .catch((error: unknown) => log.warn("readings of a deleted machine are still there", { error }));
  };

  const updateMetricNow = async (
    principal: Principal,
    id: string,
    name: string,
    change: Partial<MetricInfo>,
  ): Promise<MachineRecord> => {
    const machine = mustFind(principal.tenantId, id);
    const metric = machine.metrics.get(name);
    if (metric === undefined) throw notFound("metric");
    const info: MetricInfo = { ...metric.info, ...change };
    if (
      (info.rangeLow === null) !== (info.rangeHigh === null) ||
      (info.rangeLow ?? 0) > (info.rangeHigh ?? 0)
    )
      throw invalid("range", "range must be [low, high], or null.");
    if (registry.hasUnsaved()) await registry.save();
    await engine.batch([
      updateMetricStatement(id, name, info),
      journalStatement({
        tenantId: machine.tenantId,
        kind: "config.updated",
        data: { object: "metric", id, name: `${machine.name}/${name}`, changes: { ...change } },
        subjectId: id,
        actor: principal.actor,
        at: clock.now(),
      }),
    ]);
    Object.assign(metric.info, info);
    registry.touch();
    return machine;
  };

  const update: MachineDesk["update"] = (principal, id, change) =>
    lock.run(id, () => updateNow(principal, id, change));

  return {
    update,

    approve: (principal, id) => update(principal, id, { approval: "approved" }),

    create: async (principal, input) => {
      const { tenantId } = principal;
      checkName(input.name);
      checkSettings(tenantId, input);
      const machine = registry.enter(tenantId, principal.actor, clock.now(), {
        projectId: input.projectId ?? tenants.defaultProject(tenantId).id,
        name: input.name,
        displayName: input.displayName ?? null,
        type: input.type ?? "machine",
        labels: input.labels ?? {},
        offlineAfterSeconds: input.offlineAfterSeconds ?? null,
      });
      await registry.save();
      return machine;
    },

    remove: (principal, id) => lock.run(id, () => removeNow(principal, id)),

    updateMetric: (principal, id, name, change) =>
      lock.run(id, () => updateMetricNow(principal, id, name, change)),

    heartbeat: async (principal, idOrName) => {
      const now = clock.now();
      const machine = registry.machineFor(principal.tenantId, idOrName, now);
      if (typeof machine === "string") {
        if (isId(idOrName)) throw notFound("machine");
        throw invalid("id", `${machine[0]?.toUpperCase()}${machine.slice(1)}.`);
      }
      if (registry.hasUnsaved()) await registry.save();
      machine.lastHeartbeatAt = Math.max(machine.lastHeartbeatAt ?? 0, now);
      const cameOnline = presence.heard(machine, now);
      await Promise.all([
        cameOnline ?? engine.batch([saveContactStatement(machine)]),
        machine.approval === "approved" ? evaluator.heard(machine, now) : undefined,
      ]);
      return machine;
    },
  };
};
