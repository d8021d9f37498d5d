// In: requests to create, change or delete a rule. Out: the rule after it, durable, and its open
// alerts brought in step: re-evaluated once after a change, resolved when the rule is gone or off.
import type { Principal } from "../core/actor";
import type { Clock } from "../core/clock";
import { notFound } from "../core/errors";
import type { AlertSnapshot } from "../core/events";
import { newId } from "../core/ids";
import type { MachineDirectory, Series } from "../core/machine";
import type { Severity } from "../core/severity";
import { journalStatement } from "../journal/append";
import type { KeyedLock } from "../lib/keyed-lock";
import { emptyPlan } from "../notify/plan";
import { isAbsence, type RuleBook, type SeriesState } from "./book";
import { concernsSeries, type CompiledRule } from "./compile";
import type { Condition, Selector } from "./condition";
import { openDecision, type Decision, type DecisionParts } from "./decision";
import type { RuleRepository, RuleRow } from "./repository";
import { stepReading } from "./step";

export interface RuleInput {
  name: string;
  severity: Severity;
  isActive: boolean;
  selector: Selector;
  condition: Condition;
  message: string | null;
}

export interface RuleDesk {
  load(): Promise<void>;
  find(tenantId: string, id: string): RuleRow;
  create(principal: Principal, input: RuleInput): Promise<RuleRow>;
  update(principal: Principal, id: string, change: Partial<RuleInput>): Promise<RuleRow>;
  remove(principal: Principal, id: string): Promise<void>;
}

export interface RuleDeskParts extends DecisionParts {
  book: RuleBook;
  repository: RuleRepository;
  machines: MachineDirectory;
  lock: KeyedLock;
  clock: Clock;
}

/** A new or re-enabled rule looks at the latest value when it is younger than this (rulings.md). */
const FRESH_MS = 15 * 60_000;

export const createRuleDesk = (parts: RuleDeskParts): RuleDesk => {
  const { book, repository, machines, lock, clock, alerts, planner, commit } = parts;
  const numbers = new Map<string, number>();

  const reviewSeries = (state: SeriesState, series: Series, now: number, decision: Decision): void => {
    const { lastValue, lastTime, lastReceivedAt } = series;
    if (lastValue === null || lastTime === null || lastReceivedAt === null) return;
    if (state.phase === "normal" && now - lastReceivedAt > FRESH_MS) return;
    decision.touch(state);
    stepReading(
      state,
      state.rule.limit,
      state.rule.delays,
      { at: lastTime, value: lastValue, held: lastValue },
      (turn) => decision.turn(state, turn),
    );
  };

  /** What the rule remembers of a series or machine that it no longer concerns ends. */
  const dropStale = (
    rule: CompiledRule | undefined,
    ruleId: string,
    machineId: string,
    concerned: Set<unknown>,
    now: number,
    decision: Decision,
  ): void => {
    for (const state of book.abnormalOf(ruleId, machineId)) {
      const stays = isAbsence(state)
        ? rule?.kind === "absence" && book.absencePairs().includes(state)
        : concerned.has(state);
      if (stays) continue;
      decision.touch(state);
      const wasBroken = state.phase === "active" || state.phase === "pending_off";
      state.phase = "normal";
      state.since = null;
      if (wasBroken) decision.turn(state, { kind: "ends", at: now, value: 0 });
    }
  };

  const reviewMachine = async (ruleId: string, machineId: string): Promise<void> => {
    const now = clock.now();
    const rule = book.find(ruleId);
    const isOn = rule !== undefined && rule.row.isActive;
    const changed = openDecision(parts, now, { reason: isOn ? "rule_changed" : "rule_removed" });
    const concerned = new Set<unknown>();
    const cleared = openDecision(parts, now);
    if (isOn && rule.kind === "threshold")
      for (const series of machines.seriesOf(machineId)) {
        if (series.machine.approval !== "approved" || !concernsSeries(rule, series)) continue;
        const state = book.bind(series).states.find((one) => one.rule === rule);
        if (state === undefined) continue;
        concerned.add(state);
        reviewSeries(state, series, now, cleared);
      }
    if (!cleared.isEmpty()) await cleared.commit();
    dropStale(isOn ? rule : undefined, ruleId, machineId, concerned, now, changed);
    if (!changed.isEmpty()) await changed.commit();
    await bringFactsInStep(ruleId, machineId, now);
  };

  /** An open alert keeps its ID and takes over the rule's present words. */
  const bringFactsInStep = async (ruleId: string, machineId: string, now: number): Promise<void> => {
    const rule = book.find(ruleId);
    const open = alerts.ofRuleAndMachine(ruleId, machineId);
    if (open === undefined) return;
    const plan = emptyPlan();
    if (rule === undefined || !rule.row.isActive)
      planner.resolve(open, { reason: "rule_removed", at: now }, now, plan);
    else {
      const { alert } = open;
      const facts: Partial<Pick<AlertSnapshot, "name" | "severity" | "thresholdValue">> = {};
      if (alert.name !== rule.row.name) facts.name = rule.row.name;
      if (alert.severity !== rule.row.severity) facts.severity = rule.row.severity;
      const limit = rule.kind === "threshold" ? rule.limit.boundOf(alert.metricValue) : rule.afterMs / 1_000;
      if (alert.thresholdValue !== limit) facts.thresholdValue = limit;
      if (Object.keys(facts).length > 0) planner.changeFacts(open, facts, now, plan);
    }
    await commit(plan);
  };

  const review = async (tenantId: string, ruleId: string): Promise<void> => {
    const concerned = book.machinesRememberedBy(ruleId);
    for (const { alert } of alerts.open()) if (alert.ruleId === ruleId) concerned.add(alert.machineId);
    const rule = book.find(ruleId);
    if (rule?.kind === "threshold" && rule.row.isActive)
      for (const machine of machines.machinesOf(tenantId))
        if (machines.seriesOf(machine.id).some((series) => concernsSeries(rule, series)))
          concerned.add(machine.id);
    await Promise.all(
      [...concerned].map((machineId) => lock.run(machineId, () => reviewMachine(ruleId, machineId))),
    );
  };

  const find = (tenantId: string, id: string): RuleRow => {
    const rule = book.find(id);
    if (rule === undefined || rule.row.tenantId !== tenantId) throw notFound("alert rule");
    return rule.row;
  };

  return {
    find,
    load: async () => {
      for (const row of await repository.highestNumbers()) numbers.set(row.tenantId, row.number);
      book.load(await repository.all(), await repository.allStates());
      // A stop between removing a rule and resolving its alerts is made good here.
      const orphans = [...alerts.open()].filter(({ alert }) => !book.find(alert.ruleId)?.row.isActive);
      await Promise.all(
        orphans.map(({ alert }) =>
          lock.run(alert.machineId, () => reviewMachine(alert.ruleId, alert.machineId)),
        ),
      );
    },

    create: async (principal, input) => {
      const now = clock.now();
      const number = (numbers.get(principal.tenantId) ?? 0) + 1;
      numbers.set(principal.tenantId, number);
      const row: RuleRow = {
        id: newId(),
        tenantId: principal.tenantId,
        number,
        ...input,
        createdAt: now,
        updatedAt: now,
      };
      const plan = emptyPlan();
      plan.statements.push(
        repository.insert(row),
        journalStatement({
          tenantId: row.tenantId,
          kind: "config.created",
          data: { object: "alert_rule", id: row.id, name: row.name, state: { ...input } },
          subjectId: row.id,
          actor: principal.actor,
          at: now,
        }),
      );
      plan.afterCommit.push(() => book.put(row));
      await commit(plan);
      await review(row.tenantId, row.id);
      return row;
    },

    update: async (principal, id, change) => {
      const before = find(principal.tenantId, id);
      const now = clock.now();
      const row: RuleRow = { ...before, ...change, updatedAt: now };
      const plan = emptyPlan();
      plan.statements.push(
        repository.update(row),
        journalStatement({
          tenantId: row.tenantId,
          kind: "config.updated",
          data: { object: "alert_rule", id, name: row.name, changes: { ...change } },
          subjectId: id,
          actor: principal.actor,
          at: now,
        }),
      );
      plan.afterCommit.push(() => book.put(row));
      await commit(plan);
      await review(row.tenantId, id);
      return row;
    },

    remove: async (principal, id) => {
      const row = find(principal.tenantId, id);
      const now = clock.now();
      const plan = emptyPlan();
      plan.statements.push(
        repository.remove(principal.tenantId, id),
        journalStatement({
          tenantId: row.tenantId,
          kind: "config.deleted",
          data: { object: "alert_rule", id, name: row.name },
          subjectId: id,
          actor: principal.actor,
          at: now,
        }),
      );
      plan.afterCommit.push(() => book.remove(id));
      await commit(plan);
      await review(row.tenantId, id);
    },
  };
};
