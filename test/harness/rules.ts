// In: a test about rules. Out: rules, alerts and escalation over a real store, with machines that the
// test makes by hand and no channels. `restart` throws all live state away and loads it again.
import { createAlertBook, type AlertBook } from "../../src/alerts/book";
import { createAlertDesk, type AlertDesk } from "../../src/alerts/desk";
import { createAlertPlanner, type AlertPlanner } from "../../src/alerts/planner";
import { createAlertRepository } from "../../src/alerts/repository";
import type { Principal } from "../../src/core/actor";
import { AppError } from "../../src/core/errors";
import { createEscalationPlanner } from "../../src/escalation/planner";
import { createPolicyBook, createPolicyDesk, type PolicyDesk } from "../../src/escalation/policies";
import { createEscalationRepository } from "../../src/escalation/repository";
import { createEscalationRunner, type EscalationRunner } from "../../src/escalation/runner";
import type { AlertSnapshot, EscalationSnapshot } from "../../src/core/events";
import { newId } from "../../src/core/ids";
import { silentLog } from "../../src/core/log";
import type { Machine, MachineDirectory, Series } from "../../src/core/machine";
import { saveSeriesStatement } from "../../src/intake/repository";
import { createKeyedLock, type KeyedLock } from "../../src/lib/keyed-lock";
import type { AlertEvent, Notifier } from "../../src/notify/notifier";
import { createCommit, type Commit } from "../../src/notify/plan";
import { createRuleBook, type RuleBook } from "../../src/rules/book";
import type { Condition } from "../../src/rules/condition";
import { createRuleDesk, type RuleDesk, type RuleInput } from "../../src/rules/desk";
import { createRuleEngine, type RuleEngine } from "../../src/rules/engine";
import { createRuleRepository } from "../../src/rules/repository";
import { createReviewer, type Reviewer } from "../../src/rules/review";
import type { Engine, SqlValue } from "../../src/store/engine";
import type { Store } from "../../src/store/store";
import type { FakeClock } from "./clock";
import { openTestStore, type TestStore } from "./store";

const TENANT = "0190a000-0000-7000-8000-000000000001";
const PROJECT = "0190a000-0000-7000-8000-000000000002";

export const TESTER: Principal = {
  tenantId: TENANT,
  role: "admin",
  scope: "full",
  actor: { kind: "user", id: "0190a000-0000-7000-8000-000000000003", name: "tester" },
};

export interface Told {
  event: AlertEvent;
  alert: AlertSnapshot;
  escalation?: EscalationSnapshot;
  channelId?: string;
}

interface Parts {
  book: AlertBook;
  rules: RuleBook;
  reviewer: Reviewer;
  desk: RuleDesk;
  alerts: AlertDesk;
  engine: RuleEngine;
  policies: PolicyDesk;
  runner: EscalationRunner;
  planner: AlertPlanner;
  commit: Commit;
  lock: KeyedLock;
}

export class RuleBench {
  readonly clock: FakeClock;
  readonly told: Told[] = [];
  /** Channels that exist and are switched on. */
  readonly channels = new Set<string>();
  /** What batches are refused with, as long as it is set; so many are let through before. */
  refusal: AppError | null = null;
  passes = 0;
  /** Batches wait for it before they are handed on. */
  private gate: Promise<void> = Promise.resolve();
  readonly #test: TestStore;
  readonly #machines = new Map<string, Machine>();
  readonly #series = new Map<number, Series>();
  #version = 1;
  #parts: Parts | undefined;

  private constructor(test: TestStore) {
    this.#test = test;
    this.clock = test.clock;
  }

  static async open(): Promise<RuleBench> {
    const test = await openTestStore();
    const bench = new RuleBench(test);
    await test.store.engine.batch([
      {
        sql: "INSERT INTO organizations (id, number, name, slug, created_at) VALUES (?, 1, 'Acme', 'acme', 0)",
        params: [TENANT],
      },
      {
        sql: "INSERT INTO projects (id, tenant_id, number, name, slug, is_default, created_at) VALUES (?, ?, 1, 'Default', 'default', 1, 0)",
        params: [PROJECT, TENANT],
      },
    ]);
    await bench.start();
    return bench;
  }

  get parts(): Parts {
    if (this.#parts === undefined) throw new Error("not started");
    return this.#parts;
  }

  readonly directory: MachineDirectory = {
    machine: (id) => this.#machines.get(id),
    machinesOf: () => this.#machines.values(),
    seriesOf: (machineId) => [...this.#series.values()].filter((one) => one.machine.id === machineId),
    series: (id) => this.#series.get(id),
    version: () => this.#version,
  };

  /** The store's, with what tests put between. */
  #engine(): Engine {
    const { engine } = this.#test.store;
    return {
      query: (statement) => engine.query(statement),
      batch: async (statements) => {
        if (this.refusal !== null && this.passes-- <= 0) throw this.refusal;
        await this.gate;
        return engine.batch(statements);
      },
    };
  }

  /** The disk is full from now on, or after so many batches more. */
  fillDisk(passes = 0): void {
    this.refusal = new AppError("storage_full", "The disk is full.");
    this.passes = passes;
  }

  freeDisk(): void {
    this.refusal = null;
  }

  /** Batches wait until the returned function is called. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.gate = promise;
    return () => {
      this.gate = Promise.resolve();
      resolve();
    };
  }

  /** As a change from outside, or by an earlier run that was killed before it had done the rest. */
  async write(sql: string, ...params: SqlValue[]): Promise<void> {
    await this.#test.store.engine.batch([{ sql, params }]);
  }

  get store(): Store {
    return this.#test.store;
  }

  /** Rows of a table, as the file has them. */
  rows(sql: string, ...params: SqlValue[]): Promise<SqlValue[][]> {
    return this.#test.store.engine.query({ sql, params });
  }

  async start(): Promise<void> {
    const { store } = this.#test;
    const clock = this.clock;
    const lock = createKeyedLock();
    const repository = createAlertRepository(store);
    const book = createAlertBook(repository, this.directory);
    const notifier: Notifier = {
      planAlert: ({ event, alert }, plan) => {
        plan.afterCommit.push(() => this.told.push({ event, alert }));
        return {};
      },
      planIncident: () => ({}),
      planService: () => ({}),
      planEscalation: ({ event, alert }, escalation, channelId, plan) => {
        if (!this.channels.has(channelId)) return false;
        plan.afterCommit.push(() => this.told.push({ event, alert, escalation, channelId }));
        return true;
      },
      canEscalateTo: (_, channelId) => this.channels.has(channelId),
      wouldTell: () => true,
    };
    const commit = createCommit(this.#engine(), () => undefined);
    const escalations = createEscalationRepository(store);
    const policyBook = createPolicyBook(escalations);
    const escalation = createEscalationPlanner({
      policies: policyBook,
      wake: (dueAt) => runner.wake(dueAt),
      extend: () => void runner.extend(),
    });
    const runner = createEscalationRunner({
      repository: escalations,
      policies: policyBook,
      notifier,
      openAlerts: () => [...book.open()].map(({ alert }) => alert),
      findOpenAlert: (alertId) => book.find(alertId)?.alert,
      commit,
      lock,
      clock,
      log: silentLog,
    });
    const policies = createPolicyDesk({
      book: policyBook,
      repository: escalations,
      extend: () => runner.extend(),
      channelExists: (_, channelId) => this.channels.has(channelId),
      commit,
      clock,
    });
    const planner = createAlertPlanner({ book, notifier, escalation, machines: this.directory });
    const rules = createRuleBook(this.directory);
    const machines = this.directory;
    const decision = {
      book: rules,
      alerts: book,
      planner,
      machines,
      commit,
      saveSeries: saveSeriesStatement,
    };
    const reviewer = createReviewer({ ...decision, lock, clock, log: silentLog });
    const desk = createRuleDesk({
      book: rules,
      repository: createRuleRepository(store),
      reviewer,
      commit,
      clock,
    });
    const engine = createRuleEngine({ ...decision, reviewer, lock, clock, log: silentLog });
    const alerts = createAlertDesk({
      book,
      repository,
      planner,
      machines: this.directory,
      commit,
      lock,
      clock,
    });
    await book.load();
    await policyBook.load();
    await desk.load();
    await engine.start();
    await runner.start();
    this.#parts = {
      book,
      rules,
      reviewer,
      desk,
      alerts,
      engine,
      policies,
      runner,
      planner,
      commit,
      lock,
    };
  }

  /** What intake saves within a second: last values and how far rules have seen each series. */
  async flush(): Promise<void> {
    await this.#test.store.engine.batch([...this.#series.values()].map(saveSeriesStatement));
  }

  /** As after `kill -9`: what was not committed is gone, last values included. */
  async restart(): Promise<void> {
    await this.parts.engine.stop();
    await this.parts.runner.stop();
    for (const series of this.#series.values()) {
      const [row] = await this.rows(
        "SELECT last_value, last_time, last_received_at, evaluated_until FROM series WHERE id = ?",
        series.id,
      );
      const [value, time, receivedAt, until] = (row ?? []).map((one) => (one === null ? null : Number(one)));
      series.lastValue = value ?? null;
      series.lastTime = time ?? null;
      series.lastReceivedAt = receivedAt ?? null;
      series.evaluatedUntil = until ?? null;
    }
    await this.start();
  }

  async close(): Promise<void> {
    await this.parts.engine.stop();
    await this.parts.runner.stop();
    await this.#test.remove();
  }

  async machine(name: string, more: Partial<Machine> = {}): Promise<Machine> {
    const machine: Machine = {
      id: newId(),
      tenantId: TENANT,
      projectId: PROJECT,
      number: this.#machines.size + 1,
      name,
      displayName: null,
      type: "mill",
      labels: {},
      approval: "approved",
      status: "online",
      offlineAfterSeconds: null,
      lastContactAt: null,
      lastHeartbeatAt: null,
      createdAt: this.clock.now(),
      ...more,
    };
    await this.#test.store.engine.batch([
      {
        sql: "INSERT INTO machines (id, tenant_id, project_id, number, name, type, labels, approval, status, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, '{}', 'approved', 'online', 0, 0)",
        params: [machine.id, TENANT, PROJECT, machine.number, name, machine.type],
      },
    ]);
    this.#machines.set(machine.id, machine);
    this.#version++;
    return machine;
  }

  async series(
    machine: Machine,
    metric = "temperature",
    labels: Record<string, string> = {},
  ): Promise<Series> {
    const series: Series = {
      id: this.#series.size + 1,
      machine,
      metric,
      labels,
      info: { displayName: null, unit: null, decimals: null, rangeLow: null, rangeHigh: null },
      lastValue: null,
      lastTime: null,
      lastReceivedAt: null,
      evaluatedUntil: null,
      createdAt: this.clock.now(),
    };
    await this.#test.store.engine.batch([
      {
        sql: "INSERT INTO series (id, tenant_id, machine_id, metric, labels, created_at) VALUES (?, ?, ?, ?, ?, 0)",
        params: [series.id, TENANT, machine.id, metric, JSON.stringify(labels)],
      },
    ]);
    this.#series.set(series.id, series);
    this.#version++;
    return series;
  }

  /** As a person changes it. */
  change(machine: Machine, change: Partial<Pick<Machine, "type" | "labels" | "approval">>): Promise<void> {
    Object.assign(machine, change);
    this.#version++;
    return this.parts.reviewer.machine(machine);
  }

  /** Takes it out of the directory, and nothing else. */
  lose(machine: Machine): void {
    this.#machines.delete(machine.id);
    for (const series of this.directory.seriesOf(machine.id)) this.#series.delete(series.id);
    this.#version++;
  }

  /** As a person deletes it. */
  remove(machine: Machine): Promise<void> {
    return this.parts.engine.forget(machine, this.clock.now(), {
      statements: [{ sql: "DELETE FROM machines WHERE id = ?", params: [machine.id] }],
      afterCommit: () => this.lose(machine),
    });
  }

  rule(condition: Condition, more: Partial<RuleInput> = {}) {
    return this.parts.desk.create(TESTER, {
      name: "Too hot",
      severity: "critical",
      isActive: true,
      selector: {},
      condition,
      message: null,
      ...more,
    });
  }

  /** Readings of one request, as intake hands them over: sorted by device time. */
  async send(series: Series, ...readings: [atMs: number, value: number][]): Promise<void> {
    const sorted = readings.toSorted((a, b) => a[0] - b[0]);
    const now = this.clock.now();
    const done = this.parts.engine.evaluate(
      [
        {
          series,
          times: sorted.map(([at]) => at),
          values: sorted.map(([, value]) => value),
          count: sorted.length,
        },
      ],
      now,
    );
    const last = sorted.at(-1);
    if (last !== undefined && last[0] >= (series.lastTime ?? Number.NEGATIVE_INFINITY)) {
      series.lastTime = last[0];
      series.lastValue = last[1];
      series.lastReceivedAt = now;
    }
    series.machine.lastContactAt = now;
    await done;
  }

  async heartbeat(machine: Machine): Promise<void> {
    machine.lastContactAt = this.clock.now();
    await this.parts.engine.heard(machine, this.clock.now());
  }

  /** What people were told so far, as `event number`, and forgets it. */
  takeTold(): string[] {
    return this.told.splice(0).map(({ event, alert }) => `${event.slice("alert.".length)} ${alert.number}`);
  }
}
