// In: the rules and rule_states tables at start, then every committed change. Out: all active rules
// compiled, what they remember of each series and machine, and which rules concern which of them.
import { movedPast, type ClockJump } from "../core/clock-jump";
import type { Machine, MachineDirectory, Series } from "../core/machine";
import {
  compileRule,
  concernsMachine,
  concernsSeries,
  type CompiledAbsence,
  type CompiledRule,
  type CompiledStatus,
  type CompiledThreshold,
} from "./compile";
import {
  createRuleMemory,
  isAbsence,
  type AbsenceState,
  type RuleMemory,
  type RuleState,
  type SeriesState,
} from "./memory";
import type { RuleRow, RuleStateRow } from "./repository";
import { RuleGroup } from "./rule-group";

/** The facts of a machine that selectors look at, and the version of the rules. */
interface Outlook {
  version: number;
  type: string;
  projectId: string;
  labels: Record<string, string>;
  approval: string;
}

/** The rules of one series, and the value that holds until its next reading. */
export interface Binding extends Outlook {
  /** Rules of the series' metric. */
  group: RuleGroup<CompiledThreshold>;
  states: SeriesState[];
  held: number;
  /** Device time of `held`. */
  heldAt: number;
  /** Server time at which `held` came. */
  receivedAt: number;
}

interface Watch extends Outlook {
  states: AbsenceState[];
  seriesCount: number;
}

/** Rules as durable as the table: whoever changes it does so after the commit. */
export interface RuleBook extends Pick<RuleMemory, "abnormalOf" | "pairs" | "pending" | "silent"> {
  load(rows: RuleRow[], states: RuleStateRow[]): void;
  put(row: RuleRow): void;
  remove(ruleId: string): void;
  find(ruleId: string): CompiledRule | undefined;
  /** Active ones about the status of services and monitors. */
  statusRulesOf(tenantId: string): readonly CompiledStatus[];
  /** The same of all organizations. */
  allStatusRules(): Iterable<CompiledStatus>;
  /** Cheap while neither the rules of its metric nor the machine changed. */
  bind(series: Series): Binding;
  /** Absence rules that concern the machine. Cheap while neither they nor the machine changed. */
  watch(machine: Machine): readonly AbsenceState[];
  /** Machines of organizations that have absence rules. */
  watched(): Iterable<Machine>;
  /** The state's rule is switched on, unchanged, and concerns the state's series or machine. */
  isCurrent(state: RuleState): boolean;
  /** The machine goes: nothing is remembered of it. */
  forgetMachine(machineId: string): void;
  /** Call after every change of a state's phase. */
  settle(state: RuleState): void;
  /**
   * The time since the last reading of each series stays what it was, and so do delays that run. Gives
   * the states whose rows are out of date now.
   */
  clockJumped(jump: ClockJump): SeriesState[];
}

const isSame = (outlook: Outlook, version: number, machine: Machine): boolean =>
  outlook.version === version &&
  outlook.labels === machine.labels &&
  outlook.type === machine.type &&
  outlook.projectId === machine.projectId &&
  outlook.approval === machine.approval;

const outlookOf = ({ type, projectId, labels, approval }: Machine, version: number): Outlook => ({
  version,
  type,
  projectId,
  labels,
  approval,
});

/** Readings without a time have that of their arrival: by our clock, to the millisecond. */
const isStampedHere = ({ heldAt, receivedAt }: Binding): boolean => heldAt === receivedAt;

const shiftBinding = (binding: Binding, jump: ClockJump): void => {
  const receivedAt = movedPast(binding.receivedAt, jump);
  binding.heldAt = isStampedHere(binding) ? receivedAt : Math.min(binding.heldAt, jump.now);
  binding.receivedAt = receivedAt;
};

/** No rules have this version. */
const OUTDATED = 0;

/** Empty until `load`. */
export const createRuleBook = (machines: MachineDirectory): RuleBook => {
  const compiled = new Map<string, CompiledRule>();
  const memory = createRuleMemory();
  /** By organization and metric. */
  const thresholds = new Map<string, RuleGroup<CompiledThreshold>>();
  /** By organization. */
  const absences = new Map<string, RuleGroup<CompiledAbsence>>();
  /** By organization. */
  const statusRules = new Map<string, readonly CompiledStatus[]>();
  const bindings: (Binding | undefined)[] = [];
  const watches = new Map<string, Watch>();

  const thresholdsOf = (tenantId: string, metric: string): RuleGroup<CompiledThreshold> => {
    const key = `${tenantId}\n${metric}`;
    let group = thresholds.get(key);
    if (group === undefined) thresholds.set(key, (group = new RuleGroup()));
    return group;
  };

  const absencesOf = (tenantId: string): RuleGroup<CompiledAbsence> => {
    let group = absences.get(tenantId);
    if (group === undefined) absences.set(tenantId, (group = new RuleGroup()));
    return group;
  };

  const statusRulesOf = (tenantId: string): readonly CompiledStatus[] => statusRules.get(tenantId) ?? [];

  const takeOut = (rule: CompiledRule | undefined): void => {
    if (rule === undefined || !rule.row.isActive) return;
    const { tenantId } = rule.row;
    if (rule.kind === "status")
      statusRules.set(
        tenantId,
        statusRulesOf(tenantId).filter((one) => one !== rule),
      );
    else if (rule.kind === "threshold") thresholdsOf(tenantId, rule.metric).delete(rule);
    else absencesOf(tenantId).delete(rule);
  };

  const put = (row: RuleRow): void => {
    takeOut(compiled.get(row.id));
    const rule = compileRule(row);
    compiled.set(row.id, rule);
    if (!row.isActive) return;
    if (rule.kind === "status") statusRules.set(row.tenantId, [...statusRulesOf(row.tenantId), rule]);
    else if (rule.kind === "threshold") thresholdsOf(row.tenantId, rule.metric).add(rule);
    else absencesOf(row.tenantId).add(rule);
  };

  /** The state that is there already, so that two never know different things of the same. */
  const seriesState = (
    rule: CompiledThreshold,
    series: Series,
    known: readonly SeriesState[],
  ): SeriesState => {
    const ruleId = rule.row.id;
    const remembered = memory.find(ruleId, series.machine.id, series.id);
    const state =
      remembered !== undefined && !isAbsence(remembered)
        ? remembered
        : known.find((one) => one.rule.row.id === ruleId);
    if (state === undefined) return { rule, series, phase: "normal", since: null };
    state.rule = rule;
    return state;
  };

  const absenceState = (rule: CompiledAbsence, machine: Machine): AbsenceState => {
    const remembered = memory.find(rule.row.id, machine.id, 0);
    if (remembered === undefined || !isAbsence(remembered))
      return { rule, machine, phase: "normal", since: null, checkAt: 0 };
    remembered.rule = rule;
    return remembered;
  };

  const bind = (series: Series): Binding => {
    const { machine } = series;
    const known = bindings[series.id];
    if (known !== undefined && isSame(known, known.group.version, machine)) return known;
    const group = known?.group ?? thresholdsOf(machine.tenantId, series.metric);
    const states: SeriesState[] = [];
    for (const rule of group.candidates(machine))
      if (concernsSeries(rule, series)) states.push(seriesState(rule, series, known?.states ?? []));
    const binding: Binding = {
      ...outlookOf(machine, group.version),
      group,
      states,
      held: known?.held ?? series.lastValue ?? 0,
      heldAt: known?.heldAt ?? series.lastTime ?? 0,
      receivedAt: known?.receivedAt ?? series.lastReceivedAt ?? 0,
    };
    bindings[series.id] = binding;
    return binding;
  };

  const watch = (machine: Machine): readonly AbsenceState[] => {
    const group = absencesOf(machine.tenantId);
    const known = watches.get(machine.id);
    const series = machines.seriesOf(machine.id);
    if (known?.seriesCount === series.length && isSame(known, group.version, machine)) return known.states;
    const states: AbsenceState[] = [];
    for (const rule of group.candidates(machine))
      if (concernsMachine(rule, machine, series)) states.push(absenceState(rule, machine));
    watches.set(machine.id, {
      ...outlookOf(machine, group.version),
      states,
      seriesCount: series.length,
    });
    return states;
  };

  const settle = (state: RuleState): void => {
    if (!compiled.has(state.rule.row.id)) return;
    memory.settle(state);
    if (state.phase === "normal") return;
    // Taken back after the rules changed: whoever was made in its place is not the one that knows.
    if (isAbsence(state)) {
      const known = watches.get(state.machine.id);
      if (known?.states.includes(state) === false) known.version = OUTDATED;
    } else {
      const known = bindings[state.series.id];
      if (known?.states.includes(state) === false) known.version = OUTDATED;
    }
  };

  return {
    pending: memory.pending,
    silent: memory.silent,
    abnormalOf: memory.abnormalOf,
    pairs: memory.pairs,
    settle,
    bind,
    watch,
    put,
    watched: function* () {
      for (const [tenantId, group] of absences) if (group.size > 0) yield* machines.machinesOf(tenantId);
    },
    isCurrent: (state) => {
      const machine = isAbsence(state) ? state.machine : state.series.machine;
      if (machines.machine(machine.id) !== machine) return false;
      return isAbsence(state) ? watch(machine).includes(state) : bind(state.series).states.includes(state);
    },
    load: (rows, stateRows) => {
      for (const row of rows) put(row);
      for (const { ruleId, seriesId, machineId, phase, since } of stateRows) {
        const rule = compiled.get(ruleId);
        const series = machines.series(seriesId);
        const machine = machines.machine(machineId);
        if (rule?.kind === "threshold" && series !== undefined) settle({ rule, series, phase, since });
        else if (rule?.kind === "absence" && seriesId === 0 && machine !== undefined)
          settle({ rule, machine, phase, since, checkAt: 0 });
      }
    },
    remove: (ruleId) => {
      takeOut(compiled.get(ruleId));
      compiled.delete(ruleId);
      memory.forgetRule(ruleId);
    },
    find: (ruleId) => compiled.get(ruleId),
    statusRulesOf,
    allStatusRules: function* () {
      for (const ofTenant of statusRules.values()) yield* ofTenant;
    },
    clockJumped: (jump) => {
      for (const binding of bindings) if (binding !== undefined) shiftBinding(binding, jump);
      const changed: SeriesState[] = [];
      for (const state of memory.pending) {
        const binding = bind(state.series);
        const since = state.since ?? 0;
        // A delay counts from a reading: it moves with it.
        state.since = isStampedHere(binding) ? movedPast(since, jump) : Math.min(since, binding.heldAt);
        if (state.since !== since) changed.push(state);
      }
      return changed;
    },
    forgetMachine: (machineId) => {
      memory.forgetMachine(machineId);
      watches.delete(machineId);
      for (const series of machines.seriesOf(machineId)) delete bindings[series.id];
    },
  };
};
