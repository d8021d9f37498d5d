// In: the machines, metrics and series tables at start; names from senders. Out: the live objects of
// all of them. What is seen for the first time is made at once and made durable by `save`; if that
// fails it never existed.
import type { Actor } from "../core/actor";
import { SYSTEM } from "../core/actor";
import { AppError } from "../core/errors";
import { newId } from "../core/ids";
import type { MachineDirectory } from "../core/machine";
import type { TenantDirectory } from "../core/tenants";
import { journalStatement } from "../journal/append";
import type { Engine, Statement } from "../store/engine";
import { judgeLabels, judgeMachineName, judgeMetricName } from "./names";
import {
  createIntakeRepository,
  insertMachineStatement,
  insertMetricStatement,
  insertSeriesStatement,
} from "./repository";
import {
  blankInfo,
  type Labels,
  labelsText,
  type MachineRecord,
  type MetricRecord,
  seriesKey,
  type SeriesRecord,
} from "./records";

export interface RegistryOptions {
  store: { engine: Engine };
  tenants: TenantDirectory;
  config: {
    /** `approval`: rules do not look at a new machine until somebody has approved it. */
    machineRegistration: "automatic" | "approval";
    /** Of one organization; 100,000 unless given. */
    maxSeries?: number;
  };
}

const MAX_SERIES = 100_000;

/** The registry with everything that is stored. */
export const openRegistry = async (options: RegistryOptions): Promise<Registry> => {
  const registry = new Registry(options);
  await registry.load();
  return registry;
};

/** What a person gives for a new machine. */
export type NewMachine = Pick<
  MachineRecord,
  "projectId" | "name" | "displayName" | "type" | "labels" | "offlineAfterSeconds"
>;

/** Statements in one message to the writer. */
const SAVE_CHUNK = 1_000;

interface Creation {
  statements: Statement[];
  undo: () => void;
}

const NO_SERIES: readonly SeriesRecord[] = [];

export class Registry implements MachineDirectory {
  readonly tenants: TenantDirectory;
  readonly #engine: Engine;
  readonly #isApprovalNeeded: boolean;
  readonly #maxSeries: number;
  readonly #machines = new Map<string, MachineRecord>();
  readonly #byTenant = new Map<string, Map<string, MachineRecord>>();
  readonly #series: (SeriesRecord | undefined)[] = [];
  readonly #seriesCounts = new Map<string, number>();
  readonly #numbers = new Map<string, number>();
  #lastSeriesId = 0;
  #version = 1;
  #layout = 1;
  #created: Creation[] = [];
  #saving: Promise<void> | null = null;

  constructor({ store, tenants, config }: RegistryOptions) {
    this.tenants = tenants;
    this.#engine = store.engine;
    this.#isApprovalNeeded = config.machineRegistration === "approval";
    this.#maxSeries = config.maxSeries ?? MAX_SERIES;
  }

  /** Call once, before anything else. */
  async load(): Promise<void> {
    const repository = createIntakeRepository(this.#engine);
    for (const { machine } of await repository.machines()) this.#put(recordOf(machine));
    for (const { machineId, metric } of await repository.metrics())
      this.#machines.get(machineId)?.metrics.set(metric.name, metric);
    for (const { machineId, series } of await repository.series()) {
      const machine = this.#machines.get(machineId);
      if (machine === undefined) continue;
      const info = machine.metrics.get(series.metric)?.info ?? blankInfo();
      this.#putSeries({ ...series, machine, info, isRemoved: false, open: null });
    }
  }

  machine(id: string): MachineRecord | undefined {
    return this.#machines.get(id);
  }

  machinesOf(tenantId: string): Iterable<MachineRecord> {
    return this.#byTenant.get(tenantId)?.values() ?? [];
  }

  all(): Iterable<MachineRecord> {
    return this.#machines.values();
  }

  seriesOf(machineId: string): readonly SeriesRecord[] {
    return this.#machines.get(machineId)?.series ?? NO_SERIES;
  }

  series(id: number): SeriesRecord | undefined {
    return this.#series[id];
  }

  version(): number {
    return this.#version;
  }

  /** Grows when a name no longer leads to what it led to before. */
  get layout(): number {
    return this.#layout;
  }

  /** Somebody changed a machine's or metric's settings in place. */
  touch(): void {
    this.#version++;
  }

  /** IDs up to this one are never given again. */
  reserveSeriesIds(upTo: number): void {
    this.#lastSeriesId = Math.max(this.#lastSeriesId, upTo);
  }

  /** By ID or by name, of this organization only. */
  find(tenantId: string, idOrName: string): MachineRecord | undefined {
    const byId = this.#machines.get(idOrName);
    if (byId !== undefined && byId.tenantId === tenantId) return byId;
    return this.#byTenant.get(tenantId)?.get(idOrName);
  }

  /** The machine of this name or ID, new if need be. A text is the reason for a refusal. */
  machineFor(tenantId: string, idOrName: string, at: number): MachineRecord | string {
    const known = this.find(tenantId, idOrName);
    if (known !== undefined) return known;
    const reason = judgeMachineName(idOrName);
    if (reason !== null) return reason;
    const machine = this.#build(tenantId, at, {
      projectId: this.tenants.defaultProject(tenantId).id,
      name: idOrName,
      displayName: null,
      type: "machine",
      labels: {},
      offlineAfterSeconds: null,
    });
    machine.approval = this.#isApprovalNeeded ? "pending" : "approved";
    machine.status = "online";
    machine.lastContactAt = at;
    this.#create(machine, [
      journalStatement({
        tenantId,
        kind: "machine.registered",
        data: { id: machine.id, name: machine.name, approval: machine.approval },
        subjectId: machine.id,
        actor: SYSTEM,
        at,
      }),
    ]);
    return machine;
  }

  /** A machine that a person enters; `save` makes it durable. Throws `conflict` when the name is taken. */
  enter(tenantId: string, actor: Actor, at: number, settings: NewMachine): MachineRecord {
    if (this.#byTenant.get(tenantId)?.has(settings.name) === true) throw nameTaken();
    const machine = this.#build(tenantId, at, settings);
    this.#create(machine, [
      journalStatement({
        tenantId,
        kind: "config.created",
        data: { object: "machine", id: machine.id, name: machine.name, state: { ...settings } },
        subjectId: machine.id,
        actor,
        at,
      }),
    ]);
    return machine;
  }

  /** New if need be. A text is the reason for a refusal. */
  seriesFor(machine: MachineRecord, metric: string, labels: Labels, at: number): SeriesRecord | string {
    const labelText = labelsText(labels);
    const key = seriesKey(metric, labelText);
    const known = machine.seriesByKey.get(key);
    if (known !== undefined) return known;
    const reason = judgeMetricName(metric) ?? judgeLabels(labels);
    if (reason !== null) return reason;
    const { tenantId } = machine;
    if ((this.#seriesCounts.get(tenantId) ?? 0) >= this.#maxSeries)
      return `the organization has its limit of ${this.#maxSeries} series`;
    const { metric: metricRecord, isNew } = this.#metricFor(machine, metric, at);
    const series: SeriesRecord = {
      id: ++this.#lastSeriesId,
      machine,
      metric,
      labels: JSON.parse(labelText) as Record<string, string>,
      info: metricRecord.info,
      lastValue: null,
      lastTime: null,
      lastReceivedAt: null,
      evaluatedUntil: null,
      quality: "good",
      clockSkewMs: null,
      createdAt: at,
      isRemoved: false,
      open: null,
    };
    this.#putSeries(series);
    this.#created.push({
      statements: [
        ...(isNew ? [insertMetricStatement(machine.id, metricRecord)] : []),
        insertSeriesStatement(series),
      ],
      undo: () => {
        // Gone already when its machine went.
        if (series.isRemoved) return;
        if (isNew) machine.metrics.delete(metric);
        this.#dropSeries(series);
        machine.series.splice(machine.series.indexOf(series), 1);
        machine.seriesByKey.delete(key);
      },
    });
    return series;
  }

  /** Something exists only here as yet: nothing about it may be confirmed before `save` resolves. */
  hasUnsaved(): boolean {
    return this.#created.length > 0 || this.#saving !== null;
  }

  /** Resolves when everything made so far is durable. Rejects as `Engine.batch`; then it is gone again. */
  save(): Promise<void> {
    const created = this.#created;
    this.#created = [];
    const chunks: Promise<unknown>[] = this.#saving === null ? [] : [this.#saving];
    for (let from = 0; from < created.length;) {
      const chunk: Creation[] = [];
      for (let size = 0; from < created.length && size < SAVE_CHUNK; from++) {
        const creation = created[from] as Creation;
        chunk.push(creation);
        size += creation.statements.length;
      }
      chunks.push(this.#commit(chunk));
    }
    const saving: Promise<void> = Promise.all(chunks).then(
      () => this.#saved(saving),
      (error: unknown) => {
        this.#saved(saving);
        throw error;
      },
    );
    this.#saving = saving;
    return saving;
  }

  /** Takes back what was made since the last `save`. */
  discard(): void {
    const created = this.#created;
    this.#created = [];
    for (const { undo } of created.reverse()) undo();
    if (created.length > 0) this.#changeLayout();
  }

  /** Takes `name` for the machine at once; call the result when the change could not be committed. */
  rename(machine: MachineRecord, name: string): () => void {
    const names = this.#byTenant.get(machine.tenantId);
    if (names?.has(name) === true) throw nameTaken();
    const before = machine.name;
    names?.set(name, machine);
    names?.delete(before);
    machine.name = name;
    this.#changeLayout();
    return () => {
      names?.delete(name);
      names?.set(before, machine);
      machine.name = before;
      this.#changeLayout();
    };
  }

  /** After the rows are deleted. */
  forget(machine: MachineRecord): void {
    machine.isRemoved = true;
    for (const series of machine.series) this.#dropSeries(series);
    this.#machines.delete(machine.id);
    this.#byTenant.get(machine.tenantId)?.delete(machine.name);
    this.#changeLayout();
  }

  #saved(saving: Promise<void>): void {
    if (this.#saving === saving) this.#saving = null;
  }

  async #commit(chunk: readonly Creation[]): Promise<void> {
    try {
      await this.#engine.batch(chunk.flatMap(({ statements }) => statements));
    } catch (error) {
      for (const { undo } of chunk.toReversed()) undo();
      this.#changeLayout();
      throw error;
    }
  }

  #changeLayout(): void {
    this.#layout++;
    this.#version++;
  }

  #build(tenantId: string, at: number, settings: NewMachine): MachineRecord {
    const number = (this.#numbers.get(tenantId) ?? 0) + 1;
    this.#numbers.set(tenantId, number);
    return recordOf({
      id: newId(),
      tenantId,
      number,
      ...settings,
      approval: "approved",
      status: "offline",
      lastContactAt: null,
      lastHeartbeatAt: null,
      createdAt: at,
      updatedAt: at,
    });
  }

  #create(machine: MachineRecord, records: Statement[]): void {
    this.#put(machine);
    this.#created.push({
      statements: [insertMachineStatement(machine), ...records],
      undo: () => this.forget(machine),
    });
  }

  #put(machine: MachineRecord): void {
    this.#machines.set(machine.id, machine);
    const names = this.#byTenant.get(machine.tenantId);
    if (names === undefined) this.#byTenant.set(machine.tenantId, new Map([[machine.name, machine]]));
    else names.set(machine.name, machine);
    this.#numbers.set(machine.tenantId, Math.max(this.#numbers.get(machine.tenantId) ?? 0, machine.number));
    this.#version++;
  }

  #metricFor(machine: MachineRecord, name: string, at: number): { metric: MetricRecord; isNew: boolean } {
    const known = machine.metrics.get(name);
    if (known !== undefined) return { metric: known, isNew: false };
    const metric: MetricRecord = { name, info: blankInfo(), createdAt: at };
    machine.metrics.set(name, metric);
    return { metric, isNew: true };
  }

  #putSeries(series: SeriesRecord): void {
    const { machine } = series;
    const { tenantId } = machine;
    this.#series[series.id] = series;
    this.#lastSeriesId = Math.max(this.#lastSeriesId, series.id);
    this.#seriesCounts.set(tenantId, (this.#seriesCounts.get(tenantId) ?? 0) + 1);
    machine.series.push(series);
    machine.seriesByKey.set(seriesKey(series.metric, JSON.stringify(series.labels)), series);
    this.#version++;
  }

  #dropSeries(series: SeriesRecord): void {
    const { tenantId } = series.machine;
    series.isRemoved = true;
    this.#series[series.id] = undefined;
    this.#seriesCounts.set(tenantId, (this.#seriesCounts.get(tenantId) ?? 1) - 1);
  }
}

const recordOf = (
  machine: Omit<MachineRecord, "metrics" | "series" | "seriesByKey" | "isRemoved">,
): MachineRecord => ({
  ...machine,
  metrics: new Map(),
  series: [],
  seriesByKey: new Map(),
  isRemoved: false,
});

const nameTaken = (): AppError =>
  new AppError("conflict", "There is already a machine with this name.", {
    field: "name",
    code: "name_taken",
  });
