// In: the turns of one machine's rules at one moment. Out: one plan with everything they lead to, and
// the way back if it cannot be committed. Used while the machine's lock is held or about to be taken.
import type { Actor } from "../core/actor";
import type { ResolveReason } from "../core/events";
import type { MetricInfo, Series } from "../core/machine";
import type { AlertBook, OpenAlert } from "../alerts/book";
import type { AlertPlanner } from "../alerts/planner";
import { formatValue } from "../alerts/message-text";
import { emptyPlan, type Commit, type Plan } from "../notify/plan";
import type { Statement } from "../store/engine";
import { isAbsence, machineOf, type AbsenceState, type RuleBook, type SeriesState } from "./book";
import { saveStateStatement } from "./repository";
import { silenceText } from "./silence";
import type { Turn } from "./step";

type State = SeriesState | AbsenceState;

export interface DecisionParts {
  book: RuleBook;
  alerts: AlertBook;
  planner: AlertPlanner;
  commit: Commit;
  saveSeries: (series: Series) => Statement;
}

export interface Decision {
  /** Remembers the state as it is now: call before changing it. */
  touch(state: State): void;
  /** Remembers how far the series was evaluated: call before changing it. */
  touchSeries(series: Series): void;
  turn(state: State, turn: Turn): void;
  /** Nothing has changed that must be durable. */
  isEmpty(): boolean;
  /** Rejects, with all live state as before, when the commit failed. */
  commit(): Promise<void>;
}

const showWithUnit = (value: number, info: MetricInfo | null): string =>
  info?.unit ? `${formatValue(value, info)} ${info.unit}` : formatValue(value, info);

export const openDecision = (
  parts: DecisionParts,
  now: number,
  ends: { reason: ResolveReason; by?: Actor } = { reason: "condition_cleared" },
): Decision => {
  const { book, alerts, planner, commit, saveSeries } = parts;
  const plan: Plan = emptyPlan();
  const before = new Map<State, { phase: State["phase"]; since: number | null }>();
  const seriesBefore = new Map<Series, number | null>();
  /** The open alert per rule as this decision sees it; null once it resolved it. */
  const current = new Map<string, OpenAlert | null>();
  const opened = new Set<OpenAlert>();

  const openAlertOf = (state: State): OpenAlert | null => {
    const ruleId = state.rule.row.id;
    const known = current.get(ruleId);
    if (known !== undefined) return known;
    return alerts.ofRuleAndMachine(ruleId, machineOf(state).id) ?? null;
  };

  const begin = (state: State, turn: Turn): void => {
    const machine = machineOf(state);
    const { row } = state.rule;
    const open = openAlertOf(state);
    if (open !== null) {
      planner.occurredAgain(open, now, plan);
      return;
    }
    const info = isAbsence(state) ? null : state.series.info;
    const threshold = isAbsence(state) ? state.rule.afterMs / 1_000 : state.rule.limit.boundOf(turn.value);
    const metricName = isAbsence(state)
      ? state.rule.condition.type === "no_data"
        ? state.rule.condition.metric
        : "heartbeat"
      : state.series.metric;
    const created = planner.trigger(
      {
        rule: {
          id: row.id,
          number: row.number,
          name: row.name,
          severity: row.severity,
          message: row.message,
        },
        machine,
        labels: isAbsence(state) ? machine.labels : { ...machine.labels, ...state.series.labels },
        metricName,
        info,
        value: turn.value,
        threshold,
        limitText: isAbsence(state)
          ? silenceText(state.rule.condition, turn.value)
          : `${info?.displayName ?? metricName} ${showWithUnit(turn.value, info)} is ${state.rule.limit.words(showWithUnit(threshold, info))}`,
        triggeredAt: turn.at,
      },
      now,
      plan,
    );
    opened.add(created);
    current.set(row.id, created);
  };

  const end = (state: State, turn: Turn): void => {
    const machine = machineOf(state);
    const stillBroken = book
      .abnormalOf(state.rule.row.id, machine.id)
      .some((other) => other !== state && (other.phase === "active" || other.phase === "pending_off"));
    const open = openAlertOf(state);
    if (stillBroken || open === null) return;
    planner.resolve(open, { ...ends, at: turn.at, fleeting: opened.has(open) }, now, plan);
    current.set(state.rule.row.id, null);
  };

  return {
    touch: (state) => {
      if (!before.has(state)) before.set(state, { phase: state.phase, since: state.since });
    },
    touchSeries: (series) => {
      if (!seriesBefore.has(series)) seriesBefore.set(series, series.evaluatedUntil);
    },
    turn: (state, turn) => (turn.kind === "begins" ? begin(state, turn) : end(state, turn)),
    isEmpty: () => {
      if (plan.statements.length > 0) return false;
      for (const [state, old] of before)
        if (state.phase !== old.phase || state.since !== old.since) return false;
      return true;
    },
    commit: async () => {
      for (const [state, old] of before) {
        book.settle(state);
        if (state.phase === old.phase && state.since === old.since) continue;
        plan.statements.push(
          saveStateStatement(
            {
              ruleId: state.rule.row.id,
              machineId: machineOf(state).id,
              seriesId: isAbsence(state) ? 0 : state.series.id,
            },
            state.phase,
            state.since,
            now,
          ),
        );
      }
      // With the transition goes how far the series was evaluated: sent again, it changes nothing.
      for (const series of seriesBefore.keys()) plan.statements.push(saveSeries(series));
      try {
        await commit(plan);
      } catch (error) {
        for (const [state, old] of before) {
          state.phase = old.phase;
          state.since = old.since;
          book.settle(state);
        }
        for (const [series, until] of seriesBefore) series.evaluatedUntil = until;
        throw error;
      }
    },
  };
};
