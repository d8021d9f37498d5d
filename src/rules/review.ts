// In: a rule or machine that has just changed, or a start. Out: open alerts and all that rules remember
// in step with it: looked at once more, resolved where the rule no longer concerns them.
import { hasRule } from "../alerts/book";
import { composeAlertText } from "../alerts/message-text";
import type { AlertFacts } from "../alerts/planner";
import type { Clock } from "../core/clock";
import type { AlertSnapshot, ResolveReason } from "../core/events";
import type { Log } from "../core/log";
import { isStandIn, type Machine, type Series } from "../core/machine";
import type { KeyedLock } from "../lib/keyed-lock";
import { runSideBySide } from "../lib/side-by-side";
import { breachOf, metricNameOf } from "./breach-of";
import { concernsSeries, type CompiledAbsence, type CompiledRule, type CompiledThreshold } from "./compile";
import { openDecision, type Decision, type DecisionParts } from "./decision";
import { isAbsence, isBroken, type AbsenceState, type RuleState, type SeriesState } from "./memory";
import { silentSince } from "./silence";
import { stepValue } from "./step";

/**
 * Its promises never reject: the change that led to a review is durable already, and what the review
 * could not commit is kept for `retry`.
 */
export interface Reviewer {
  /** A rule is new, changed, off or gone. */
  rule(ruleId: string): Promise<void>;
  /** A machine's type, project, labels or approval changed. */
  machine(machine: Machine): Promise<void>;
  /** After a start: makes good what a stop in the middle of a change left behind. */
  everything(): Promise<void>;
  /** Tries again what could not be committed. */
  retry(): Promise<void>;
}

export interface ReviewerParts extends DecisionParts {
  lock: KeyedLock;
  clock: Clock;
  log: Log;
}

/** A rule and a machine, and why they are looked at. */
interface Pair {
  ruleId: string;
  machineId: string;
  cause: "rule_changed" | "machine_changed" | "start";
}

/** What a stop interrupted was usually a rule's change. */
const reasonOf = ({ cause }: Pair): ResolveReason => (cause === "start" ? "rule_changed" : cause);

/** Reviews that are written at once. */
const SIDE_BY_SIDE = 1_000;
/** A new rule looks at a latest value that came less than this ago (rulings.md). */
const FRESH_MS = 15 * 60_000;

/** See `Reviewer`. */
export const createReviewer = (parts: ReviewerParts): Reviewer => {
  const { book, alerts, machines, lock, clock, log } = parts;
  /** By rule and machine. */
  const failed = new Map<string, Pair>();

  const isFresh = ({ lastReceivedAt }: Series, now: number): boolean =>
    lastReceivedAt !== null && now - lastReceivedAt <= FRESH_MS;

  const drop = (state: RuleState, decision: Decision, reason: ResolveReason, now: number): void => {
    decision.touch(state);
    const wasBroken = isBroken(state);
    state.phase = "normal";
    state.since = null;
    if (wasBroken) decision.turn(state, { kind: "ends", at: now, value: 0 }, reason);
  };

  /** The value that holds, under the limit as it is now. */
  const reviewValue = (state: SeriesState, decision: Decision, reason: ResolveReason, now: number): void => {
    const { lastValue, lastTime } = state.series;
    if (lastValue === null || lastTime === null) return;
    if (state.phase === "normal" && !isFresh(state.series, now)) return;
    const { limit, delays } = state.rule;
    decision.touch(state);
    stepValue(state, limit, delays, { at: lastTime, value: lastValue }, (turn) =>
      // It ends because of the change, not because of the reading.
      decision.turn(state, turn.kind === "ends" ? { ...turn, at: now } : turn, reason),
    );
  };

  /** Whether the present rule would call it silence. Our own start plays no part: it is silent already. */
  const isStillSilent = ({ rule, machine }: AbsenceState, now: number): boolean => {
    const since = silentSince(rule, machine, machines.seriesOf(machine.id), { notBefore: 0, now });
    return since !== null && now - since >= rule.afterMs;
  };

  const reviewThreshold = (rule: CompiledThreshold, pair: Pair, decision: Decision, now: number): void => {
    for (const series of machines.seriesOf(pair.machineId)) {
      if (series.metric !== rule.metric) continue;
      const state = book.bind(series).states.find((one) => one.rule === rule);
      if (state !== undefined) reviewValue(state, decision, reasonOf(pair), now);
    }
  };

  const reviewAbsence = (rule: CompiledAbsence, pair: Pair, decision: Decision, now: number): void => {
    const open = decision.openAlertOf(pair.ruleId, pair.machineId);
    const isOther = open !== null && open.alert.metricName !== metricNameOf(rule);
    for (const state of book.abnormalOf(pair.ruleId, pair.machineId))
      if (isAbsence(state) && (isOther || !isStillSilent(state, now)))
        drop(state, decision, reasonOf(pair), now);
  };

  /** An open alert keeps its ID and takes over the rule's words; the message only from a person's change. */
  const newFacts = (alert: AlertSnapshot, state: RuleState, cause: Pair["cause"]): Partial<AlertFacts> => {
    const found = { value: alert.metricValue, at: alert.triggeredAt };
    const breach = breachOf(state, found, machines.seriesOf(alert.machineId));
    const present: AlertFacts = {
      name: breach.rule.name,
      severity: breach.rule.severity,
      message: composeAlertText(breach),
      thresholdValue: breach.threshold,
    };
    const facts: Partial<AlertFacts> = {};
    if (alert.name !== present.name) facts.name = present.name;
    if (alert.severity !== present.severity) facts.severity = present.severity;
    if (cause === "rule_changed" && alert.message !== present.message) facts.message = present.message;
    if (alert.thresholdValue !== present.thresholdValue) facts.thresholdValue = present.thresholdValue;
    return facts;
  };

  const reviewPair = async (pair: Pair): Promise<void> => {
    const { ruleId, machineId, cause } = pair;
    const now = clock.now();
    const rule = book.find(ruleId);
    const isOn = rule !== undefined && rule.row.isActive;
    const reason = isOn ? reasonOf(pair) : "rule_removed";
    const decision = openDecision(parts, now);
    for (const state of book.abnormalOf(ruleId, machineId))
      if (!book.isCurrent(state)) drop(state, decision, reason, now);
    if (isOn && rule.kind === "threshold") reviewThreshold(rule, pair, decision, now);
    else if (isOn && rule.kind === "absence") reviewAbsence(rule, pair, decision, now);
    const open = decision.openAlertOf(ruleId, machineId);
    if (open !== null) {
      const broken = book.abnormalOf(ruleId, machineId).find(isBroken);
      if (broken !== undefined) decision.changeFacts(open, newFacts(open.alert, broken, cause));
      else {
        const isGone = machines.machine(machineId) === undefined && !isStandIn(open.alert);
        decision.resolve(open, isGone ? "machine_removed" : reason, now);
      }
    }
    if (!decision.isEmpty()) await decision.commit();
  };

  /** What a rule knows of services and monitors is looked at elsewhere (`status/watch.ts`), while it is on. */
  const isOurs = (ruleId: string, alert: AlertSnapshot): boolean => {
    const rule = book.find(ruleId);
    return !isStandIn(alert) || rule?.kind !== "status" || !rule.row.isActive;
  };

  const review = async (pairs: Iterable<Pair>): Promise<void> => {
    const failures = await runSideBySide(
      Array.from(pairs, (pair) => async () => {
        const key = `${pair.ruleId} ${pair.machineId}`;
        try {
          await lock.run(pair.machineId, () => reviewPair(pair));
          failed.delete(key);
        } catch (error) {
          failed.set(key, pair);
          throw error;
        }
      }),
      SIDE_BY_SIDE,
    );
    if (failures.length > 0)
      log.error("alerts could not be brought in step with their rules; tried again", {
        count: failures.length,
        error: failures[0],
      });
  };

  const hasNews = (rule: CompiledThreshold, machine: Machine, now: number): boolean =>
    machines
      .seriesOf(machine.id)
      .some(
        (series) =>
          series.lastValue !== null &&
          rule.limit.holds(series.lastValue) &&
          isFresh(series, now) &&
          concernsSeries(rule, series),
      );

  /** Machines on which a rule, as it is now, has something to begin. */
  const machinesWithNews = (rule: CompiledRule | undefined, now: number): Machine[] => {
    if (rule?.kind !== "threshold" || !rule.row.isActive) return [];
    const { tenantId, selector } = rule.row;
    const candidates =
      selector.machine_id === undefined
        ? [...machines.machinesOf(tenantId)]
        : [machines.machine(selector.machine_id)].filter((machine) => machine !== undefined);
    return candidates.filter((machine) => hasNews(rule, machine, now));
  };

  return {
    rule: (ruleId) => {
      const ids = new Set(machinesWithNews(book.find(ruleId), clock.now()).map(({ id }) => id));
      for (const pair of book.pairs()) if (pair.ruleId === ruleId) ids.add(pair.machineId);
      for (const { alert } of alerts.open())
        if (alert.ruleId === ruleId && isOurs(ruleId, alert)) ids.add(alert.machineId);
      return review(Array.from(ids, (machineId) => ({ ruleId, machineId, cause: "rule_changed" })));
    },
    machine: (machine) => {
      const ids = new Set<string>();
      for (const pair of book.pairs()) if (pair.machineId === machine.id) ids.add(pair.ruleId);
      for (const { alert } of alerts.open())
        if (alert.machineId === machine.id && hasRule(alert)) ids.add(alert.ruleId);
      for (const series of machines.seriesOf(machine.id))
        for (const { rule } of book.bind(series).states) ids.add(rule.row.id);
      return review(
        Array.from(ids, (ruleId) => ({ ruleId, machineId: machine.id, cause: "machine_changed" })),
      );
    },
    everything: () => {
      const pairs = new Map<string, Pair>();
      const add = (ruleId: string, machineId: string): void =>
        void pairs.set(`${ruleId} ${machineId}`, { ruleId, machineId, cause: "start" });
      for (const { ruleId, machineId } of book.pairs()) add(ruleId, machineId);
      for (const { alert } of alerts.open())
        if (hasRule(alert) && isOurs(alert.ruleId, alert)) add(alert.ruleId, alert.machineId);
      return review(pairs.values());
    },
    retry: async () => {
      if (failed.size > 0) await review([...failed.values()]);
    },
  };
};
