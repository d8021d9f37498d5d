// In: the rules and rule_states tables at start, then every committed change. Out: all active rules
// compiled, what they remember of each series and machine, and which rules concern which series.
import type { Machine, MachineDirectory, Series } from "../core/machine";
import {
  compileRule,
  concernsMachine,
  concernsSeries,
  type CompiledAbsence,
  type CompiledRule,
  type CompiledThreshold,
} from "./compile";
import type { RuleRow, RuleStateRow } from "./repository";
import type { StepState } from "./step";

/** What a threshold rule knows of one series. */
export interface SeriesState extends StepState {
  rule: CompiledThreshold;
  readonly series: Series;
}

/** What an absence rule knows of one machine: `active` while it is silent, else `normal`. */
export interface AbsenceState extends StepState {
  rule: CompiledAbsence;
  readonly machine: Machine;
}

/** The rules of one series, and the value that holds until its next reading. */
export interface Binding {
  states: SeriesState[];
  held: number;
  /** Device time of `held`. */
  heldAt: number;
  /** Server time at which `held` came. */
  receivedAt: number;
  rulesVersion: number;
  type: string;
  projectId: string;
  labels: Record<string, string>;
  approval: string;
}

export interface RuleBook {
  load(rows: RuleRow[], states: RuleStateRow[]): void;
  put(row: RuleRow): void;
  remove(ruleId: string): void;
  find(ruleId: string): CompiledRule | undefined;
  /** Cheap while neither the rules nor the machine changed. */
  bind(series: Series): Binding;
  /** States of threshold rules whose delay runs. */
  pending: Set<SeriesState>;
  /** All that is not normal, of one rule on one machine. */
  abnormalOf(ruleId: string, machineId: string): (SeriesState | AbsenceState)[];
  /** Machines on which a rule remembers something that is not normal. */
  machinesRememberedBy(ruleId: string): Set<string>;
  /** The machine goes: nothing is remembered of it. */
  forgetMachine(machineId: string): void;
  /** Every pair of an active absence rule and a machine that it concerns. */
  absencePairs(): readonly AbsenceState[];
  /** Absence alerts that the next sign of life of a machine ends. */
  silent: Map<string, Set<AbsenceState>>;
  /** Call after every change of a state's phase: keeps `pending` and `silent`. */
  settle(state: SeriesState | AbsenceState): void;
}

export const isAbsence = (state: SeriesState | AbsenceState): state is AbsenceState =>
  state.rule.kind === "absence";

export const machineOf = (state: SeriesState | AbsenceState): Machine =>
  isAbsence(state) ? state.machine : state.series.machine;

export const createRuleBook = (machines: MachineDirectory): RuleBook => {
  const compiled = new Map<string, CompiledRule>();
  const thresholdsByMetric = new Map<string, CompiledThreshold[]>();
  const seriesStates = new Map<string, Map<number, SeriesState>>();
  const absenceStates = new Map<string, Map<string, AbsenceState>>();
  const bindings: (Binding | undefined)[] = [];
  const pending = new Set<SeriesState>();
  const silent = new Map<string, Set<AbsenceState>>();
  let rulesVersion = 1;
  let pairs: AbsenceState[] = [];
  let pairsVersion = "";

  const index = (): void => {
    rulesVersion++;
    thresholdsByMetric.clear();
    for (const rule of compiled.values()) {
      if (rule.kind !== "threshold" || !rule.row.isActive) continue;
      const ofMetric = thresholdsByMetric.get(rule.metric);
      if (ofMetric === undefined) thresholdsByMetric.set(rule.metric, [rule]);
      else ofMetric.push(rule);
    }
  };

  const memory = <K, V>(all: Map<string, Map<K, V>>, ruleId: string): Map<K, V> => {
    let ofRule = all.get(ruleId);
    if (ofRule === undefined) {
      ofRule = new Map();
      all.set(ruleId, ofRule);
    }
    return ofRule;
  };

  const seriesState = (rule: CompiledThreshold, series: Series): SeriesState => {
    const ofRule = memory(seriesStates, rule.row.id);
    let state = ofRule.get(series.id);
    if (state === undefined) {
      state = { rule, series, phase: "normal", since: null };
      ofRule.set(series.id, state);
    }
    state.rule = rule;
    return state;
  };

  const absenceState = (rule: CompiledAbsence, machine: Machine): AbsenceState => {
    const ofRule = memory(absenceStates, rule.row.id);
    let state = ofRule.get(machine.id);
    if (state === undefined) {
      state = { rule, machine, phase: "normal", since: null };
      ofRule.set(machine.id, state);
    }
    state.rule = rule;
    return state;
  };

  const settle = (state: SeriesState | AbsenceState): void => {
    if (!isAbsence(state)) {
      if (state.since === null) pending.delete(state);
      else pending.add(state);
      return;
    }
    const ofMachine = silent.get(state.machine.id);
    if (state.phase === "active") {
      if (ofMachine === undefined) silent.set(state.machine.id, new Set([state]));
      else ofMachine.add(state);
    } else if (ofMachine?.delete(state) && ofMachine.size === 0) silent.delete(state.machine.id);
  };

  const bind = (series: Series): Binding => {
    const { machine } = series;
    const known = bindings[series.id];
    if (
      known !== undefined &&
      known.rulesVersion === rulesVersion &&
      known.labels === machine.labels &&
      known.type === machine.type &&
      known.projectId === machine.projectId &&
      known.approval === machine.approval
    )
      return known;
    const states: SeriesState[] = [];
    for (const rule of thresholdsByMetric.get(series.metric) ?? [])
      if (concernsSeries(rule, series)) states.push(seriesState(rule, series));
    const binding: Binding = {
      states,
      held: known?.held ?? series.lastValue ?? 0,
      heldAt: known?.heldAt ?? series.lastTime ?? 0,
      receivedAt: known?.receivedAt ?? series.lastReceivedAt ?? 0,
      rulesVersion,
      type: machine.type,
      projectId: machine.projectId,
      labels: machine.labels,
      approval: machine.approval,
    };
    bindings[series.id] = binding;
    return binding;
  };

  const put = (row: RuleRow): void => {
    compiled.set(row.id, compileRule(row));
    index();
  };

  return {
    pending,
    silent,
    settle,
    bind,
    put,
    load: (rows, stateRows) => {
      for (const row of rows) compiled.set(row.id, compileRule(row));
      index();
      for (const row of stateRows) {
        const rule = compiled.get(row.ruleId);
        const series = machines.series(row.seriesId);
        const machine = machines.machine(row.machineId);
        const state =
          rule?.kind === "threshold" && series !== undefined
            ? seriesState(rule, series)
            : rule?.kind === "absence" && machine !== undefined
              ? absenceState(rule, machine)
              : undefined;
        if (state === undefined) continue;
        state.phase = row.phase;
        state.since = row.since;
        settle(state);
      }
    },
    remove: (ruleId) => {
      for (const state of seriesStates.get(ruleId)?.values() ?? []) pending.delete(state);
      for (const state of absenceStates.get(ruleId)?.values() ?? [])
        silent.get(state.machine.id)?.delete(state);
      compiled.delete(ruleId);
      seriesStates.delete(ruleId);
      absenceStates.delete(ruleId);
      index();
    },
    find: (ruleId) => compiled.get(ruleId),
    abnormalOf: (ruleId, machineId) => {
      const found: (SeriesState | AbsenceState)[] = [];
      const ofRule = seriesStates.get(ruleId);
      if (ofRule !== undefined)
        for (const series of machines.seriesOf(machineId)) {
          const state = ofRule.get(series.id);
          if (state !== undefined && state.phase !== "normal") found.push(state);
        }
      const absence = absenceStates.get(ruleId)?.get(machineId);
      if (absence !== undefined && absence.phase !== "normal") found.push(absence);
      return found;
    },
    machinesRememberedBy: (ruleId) => {
      const ids = new Set<string>();
      for (const state of seriesStates.get(ruleId)?.values() ?? [])
        if (state.phase !== "normal") ids.add(state.series.machine.id);
      for (const state of absenceStates.get(ruleId)?.values() ?? [])
        if (state.phase !== "normal") ids.add(state.machine.id);
      return ids;
    },
    forgetMachine: (machineId) => {
      for (const ofRule of absenceStates.values()) ofRule.delete(machineId);
      silent.delete(machineId);
      for (const series of machines.seriesOf(machineId)) {
        for (const ofRule of seriesStates.values()) {
          const state = ofRule.get(series.id);
          if (state !== undefined) pending.delete(state);
          ofRule.delete(series.id);
        }
        delete bindings[series.id];
      }
      pairsVersion = "";
    },
    absencePairs: () => {
      const version = `${rulesVersion}/${machines.version()}`;
      if (version === pairsVersion) return pairs;
      pairs = [];
      for (const rule of compiled.values()) {
        if (rule.kind !== "absence" || !rule.row.isActive) continue;
        for (const machine of machines.machinesOf(rule.row.tenantId))
          if (concernsMachine(rule, machine)) pairs.push(absenceState(rule, machine));
      }
      pairsVersion = version;
      return pairs;
    },
  };
};
