// In: states after each change of their phase. Out: those that are not at rest: by rule and machine,
// those whose delay runs, and those that the next sign of life of a machine ends.
import type { Machine, Series } from "../core/machine";
import type { CompiledAbsence, CompiledThreshold } from "./compile";
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
  /** Server time before which the machine can't have been silent for long enough. */
  checkAt: number;
}

export type RuleState = SeriesState | AbsenceState;

export const isAbsence = (state: RuleState): state is AbsenceState => state.rule.kind === "absence";

export const machineOf = (state: RuleState): Machine =>
  isAbsence(state) ? state.machine : state.series.machine;

/** 0 stands for the machine itself. */
export const seriesIdOf = (state: RuleState): number => (isAbsence(state) ? 0 : state.series.id);

/** The limit was broken and has not been clear for long enough since. */
export const isBroken = ({ phase }: StepState): boolean => phase === "active" || phase === "pending_off";

/** Holds nothing of what is at rest. */
export interface RuleMemory {
  /** Call after every change of a state's phase. */
  settle(state: RuleState): void;
  find(ruleId: string, machineId: string, seriesId: number): RuleState | undefined;
  /** All that is not normal, of one rule on one machine. */
  abnormalOf(ruleId: string, machineId: string): RuleState[];
  /** Rules and machines between which something is not normal. */
  pairs(): { ruleId: string; machineId: string }[];
  forgetRule(ruleId: string): void;
  forgetMachine(machineId: string): void;
  /** States of threshold rules whose delay runs. */
  readonly pending: ReadonlySet<SeriesState>;
  /** Absences that the next sign of life of a machine ends, by the machine's ID. */
  readonly silent: ReadonlyMap<string, ReadonlySet<AbsenceState>>;
}

/** Takes the entry out of a map of maps, and what is empty then. */
const prune = <K, V extends { size: number }>(all: Map<K, V>, key: K): void => {
  if (all.get(key)?.size === 0) all.delete(key);
};

/** Empty. */
export const createRuleMemory = (): RuleMemory => {
  /** By rule, machine and series. */
  const abnormal = new Map<string, Map<string, Map<number, RuleState>>>();
  const pending = new Set<SeriesState>();
  const silent = new Map<string, Set<AbsenceState>>();

  const drop = (state: RuleState): void => {
    if (!isAbsence(state)) {
      pending.delete(state);
      return;
    }
    silent.get(state.machine.id)?.delete(state);
    prune(silent, state.machine.id);
  };

  const remember = (state: RuleState): void => {
    if (!isAbsence(state)) {
      if (state.since === null) pending.delete(state);
      else pending.add(state);
      return;
    }
    const ofMachine = silent.get(state.machine.id);
    if (ofMachine === undefined) silent.set(state.machine.id, new Set([state]));
    else ofMachine.add(state);
  };

  return {
    pending,
    silent,
    settle: (state) => {
      const ruleId = state.rule.row.id;
      const machineId = machineOf(state).id;
      const ofRule = abnormal.get(ruleId);
      if (state.phase === "normal") {
        drop(state);
        const ofMachine = ofRule?.get(machineId);
        if (ofRule === undefined || ofMachine?.get(seriesIdOf(state)) !== state) return;
        ofMachine.delete(seriesIdOf(state));
        prune(ofRule, machineId);
        prune(abnormal, ruleId);
        return;
      }
      remember(state);
      const ofMachine = ofRule?.get(machineId);
      if (ofMachine !== undefined) ofMachine.set(seriesIdOf(state), state);
      else if (ofRule !== undefined) ofRule.set(machineId, new Map([[seriesIdOf(state), state]]));
      else abnormal.set(ruleId, new Map([[machineId, new Map([[seriesIdOf(state), state]])]]));
    },
    find: (ruleId, machineId, seriesId) => abnormal.get(ruleId)?.get(machineId)?.get(seriesId),
    abnormalOf: (ruleId, machineId) => [...(abnormal.get(ruleId)?.get(machineId)?.values() ?? [])],
    pairs: () =>
      [...abnormal].flatMap(([ruleId, ofRule]) =>
        [...ofRule.keys()].map((machineId) => ({ ruleId, machineId })),
      ),
    forgetRule: (ruleId) => {
      for (const ofMachine of abnormal.get(ruleId)?.values() ?? [])
        for (const state of ofMachine.values()) drop(state);
      abnormal.delete(ruleId);
    },
    forgetMachine: (machineId) => {
      for (const [ruleId, ofRule] of abnormal) {
        for (const state of ofRule.get(machineId)?.values() ?? []) drop(state);
        ofRule.delete(machineId);
        prune(abnormal, ruleId);
      }
    },
  };
};
