// In: the turns of one machine's rules at one moment. Out: one plan with everything they lead to, and
// the way back if it cannot be committed. Used while the machine's lock is held or about to be taken.
import type { AlertBook, OpenAlert } from "../alerts/book";
import type { AlertFacts, AlertPlanner } from "../alerts/planner";
import type { ResolveReason } from "../core/events";
import type { MachineDirectory, Series } from "../core/machine";
import { emptyPlan, type Commit, type Plan } from "../notify/plan";
import type { Statement } from "../store/engine";
import type { Binding, RuleBook } from "./book";
import { breachOf } from "./breach-of";
import { isBroken, machineOf, seriesIdOf, type RuleState } from "./memory";
import { saveStateStatement } from "./repository";
import type { StepState, Turn } from "./step";

export interface DecisionParts {
  book: RuleBook;
  alerts: AlertBook;
  planner: AlertPlanner;
  machines: MachineDirectory;
  commit: Commit;
  saveSeries: (series: Series) => Statement;
}

/** Collects; changes live state of rules at once, everything else after `commit`. */
export interface Decision {
  /** Remembers the state as it is now: call before changing it. */
  touch(state: RuleState): void;
  /** Remembers what was seen of the series: call before changing it or its binding. */
  touchSeries(series: Series, binding: Binding): void;
  turn(state: RuleState, turn: Turn, reason?: ResolveReason): void;
  /** The open alert of a rule on a machine as this decision leaves it. */
  openAlertOf(ruleId: string, machineId: string): OpenAlert | null;
  resolve(open: OpenAlert, reason: ResolveReason, at: number): void;
  /** Does nothing to an alert that began in this decision. */
  changeFacts(open: OpenAlert, facts: Partial<AlertFacts>): void;
  /** Nothing has changed that must be durable. */
  isEmpty(): boolean;
  /** Rejects as `Engine.batch`, with all live state as before. */
  commit(): Promise<void>;
  /** All live state as before, for a decision that is not committed. */
  undo(): void;
}

interface Seen extends Pick<Binding, "held" | "heldAt" | "receivedAt"> {
  until: number | null;
}

/** `now` is server time in ms. */
export const openDecision = (parts: DecisionParts, now: number): Decision => {
  const { book, alerts, planner, machines, commit, saveSeries } = parts;
  const plan: Plan = emptyPlan();
  const before = new Map<RuleState, StepState>();
  const seenBefore = new Map<Series, Seen>();
  /** The open alert per rule as this decision sees it; null once it resolved it. */
  const current = new Map<string, OpenAlert | null>();
  const opened = new Set<OpenAlert>();
  const occurrences = new Map<OpenAlert, number>();

  const openAlertOf = (ruleId: string, machineId: string): OpenAlert | null => {
    const known = current.get(ruleId);
    return known === undefined ? (alerts.ofRuleAndMachine(ruleId, machineId) ?? null) : known;
  };

  const resolve = (open: OpenAlert, reason: ResolveReason, at: number): void => {
    planner.resolve(open, { reason, at, fleeting: opened.has(open) }, now, plan);
    current.set(open.alert.ruleId, null);
  };

  const begin = (state: RuleState, turn: Turn): void => {
    const machine = machineOf(state);
    const ruleId = state.rule.row.id;
    const open = openAlertOf(ruleId, machine.id);
    if (open !== null) {
      const count = (occurrences.get(open) ?? open.occurrences) + 1;
      occurrences.set(open, count);
      planner.occurredAgain(open, count, now, plan);
      return;
    }
    const created = planner.trigger(breachOf(state, turn, machines.seriesOf(machine.id)), now, plan);
    opened.add(created);
    current.set(ruleId, created);
  };

  const end = (state: RuleState, turn: Turn, reason: ResolveReason): void => {
    const machine = machineOf(state);
    const ruleId = state.rule.row.id;
    const open = openAlertOf(ruleId, machine.id);
    if (open === null) return;
    if (!book.abnormalOf(ruleId, machine.id).some(isBroken)) resolve(open, reason, turn.at);
  };

  const hasChanged = (state: RuleState, old: StepState): boolean =>
    state.phase !== old.phase || state.since !== old.since;

  const undo = (): void => {
    for (const [state, { phase, since }] of before) {
      state.phase = phase;
      state.since = since;
      book.settle(state);
    }
    for (const [series, { until, ...seen }] of seenBefore) {
      series.evaluatedUntil = until;
      Object.assign(book.bind(series), seen);
    }
  };

  const addStates = (): void => {
    for (const [state, old] of before) {
      book.settle(state);
      if (!hasChanged(state, old)) continue;
      const key = {
        ruleId: state.rule.row.id,
        machineId: machineOf(state).id,
        seriesId: seriesIdOf(state),
      };
      plan.statements.push(saveStateStatement(key, state.phase, state.since, now));
    }
    // With the transition goes what the series was when it was made: a restart goes on from there, and
    // readings that are sent again change nothing.
    for (const series of seenBefore.keys()) {
      const { held, heldAt, receivedAt } = book.bind(series);
      plan.statements.push(
        saveSeries({ ...series, lastValue: held, lastTime: heldAt, lastReceivedAt: receivedAt }),
      );
    }
  };

  return {
    touch: (state) => {
      if (!before.has(state)) before.set(state, { phase: state.phase, since: state.since });
    },
    touchSeries: (series, { held, heldAt, receivedAt }) => {
      if (!seenBefore.has(series))
        seenBefore.set(series, { held, heldAt, receivedAt, until: series.evaluatedUntil });
    },
    turn: (state, turn, reason = "condition_cleared") => {
      // At once: whether an alert ends depends on the other series of its machine.
      book.settle(state);
      if (turn.kind === "begins") begin(state, turn);
      else end(state, turn, reason);
    },
    openAlertOf,
    resolve,
    changeFacts: (open, facts) => {
      if (!opened.has(open) && Object.keys(facts).length > 0) planner.changeFacts(open, facts, now, plan);
    },
    isEmpty: () => {
      if (plan.statements.length > 0) return false;
      for (const [state, old] of before) if (hasChanged(state, old)) return false;
      return true;
    },
    commit: async () => {
      addStates();
      try {
        await commit(plan);
      } catch (error) {
        undo();
        throw error;
      }
    },
    undo,
  };
};
