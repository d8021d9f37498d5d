// In: readings, signs of life and the clock. Out: alerts triggered and resolved, durable before the
// promise resolves. All decisions about one machine are made one after the other; machines do not
// wait for each other. The usual reading changes nothing and costs a comparison per rule.
import type { CancelTimer, Clock } from "../core/clock";
import type { Log } from "../core/log";
import type { Evaluator, Machine, MachineDirectory, SeriesReadings } from "../core/machine";
import type { KeyedLock } from "../lib/keyed-lock";
import type { Service } from "../lib/service";
import { emptyPlan } from "../notify/plan";
import { type AbsenceState, type Binding, type RuleBook, type SeriesState } from "./book";
import { openDecision, type Decision, type DecisionParts } from "./decision";
import { silentSince } from "./silence";
import { passTime, stepReading } from "./step";

export interface RuleEngine extends Evaluator, Service {
  /** Silence before this does not count. In ms. */
  readonly startedAt: number;
}

export interface RuleEngineParts extends DecisionParts {
  book: RuleBook;
  machines: MachineDirectory;
  /** Shared with everything else that changes alerts of a machine. */
  lock: KeyedLock;
  clock: Clock;
  log: Log;
}

/** Delays and absence are found at most this late (alarms.md, rule 1). */
const SWEEP_MS = 1_000;

export const createRuleEngine = (parts: RuleEngineParts): RuleEngine => {
  const { book, machines, lock, clock, log } = parts;
  const startedAt = clock.now();
  let cancelSweep: CancelTimer | null = null;
  let sweeping: Promise<void> | null = null;
  let stopped = true;

  const applyReading = (
    state: SeriesState,
    binding: Binding,
    at: number,
    value: number,
    decision: Decision,
  ): void => {
    decision.touch(state);
    stepReading(state, state.rule.limit, state.rule.delays, { at, value, held: binding.held }, (turn) =>
      decision.turn(state, turn),
    );
  };

  /** Opens a decision only when a reading concerns a state that is not at rest. */
  const decideBatch = (batch: SeriesReadings, receivedAt: number, decisionOf: () => Decision): void => {
    const { series, times, values, count } = batch;
    const binding = book.bind(series);
    const { states } = binding;
    const startedFrom = series.evaluatedUntil;
    let until = startedFrom ?? Number.NEGATIVE_INFINITY;
    let decision: Decision | null = null;
    for (let index = 0; index < count; index++) {
      const at = times[index] as number;
      if (at <= until) continue;
      until = at;
      const value = values[index] as number;
      for (let s = 0; s < states.length; s++) {
        const state = states[s] as SeriesState;
        if (state.phase === "normal" && !state.rule.limit.holds(value)) continue;
        if (state.phase === "active" && !state.rule.limit.clears(value)) continue;
        if (decision === null) {
          decision = decisionOf();
          decision.touchSeries(series);
        }
        applyReading(state, binding, at, value, decision);
      }
      binding.held = value;
      binding.heldAt = at;
    }
    if (count > 0 && until !== startedFrom && until !== Number.NEGATIVE_INFINITY) {
      series.evaluatedUntil = until;
      binding.receivedAt = receivedAt;
    }
  };

  const endSilence = (
    machine: Machine,
    batches: readonly SeriesReadings[],
    decision: Decision,
    now: number,
  ): void => {
    for (const state of book.silent.get(machine.id) ?? []) {
      const { condition } = state.rule;
      if (condition.type === "no_data" && !batches.some((batch) => batch.series.metric === condition.metric))
        continue;
      decision.touch(state);
      state.phase = "normal";
      state.since = null;
      decision.turn(state, { kind: "ends", at: now, value: 0 });
    }
  };

  /** Decides synchronously; the promise is there only when something must be committed. */
  const decideMachine = (
    machine: Machine,
    batches: readonly SeriesReadings[],
    receivedAt: number,
  ): Promise<void> | null => {
    let decision: Decision | null = null;
    const decisionOf = (): Decision => (decision ??= openDecision(parts, receivedAt));
    for (const batch of batches) decideBatch(batch, receivedAt, decisionOf);
    if (book.silent.size > 0 && book.silent.has(machine.id))
      endSilence(machine, batches, decisionOf(), receivedAt);
    const made = decision as Decision | null;
    return made === null || made.isEmpty() ? null : made.commit();
  };

  const evaluate = async (batches: readonly SeriesReadings[], receivedAt: number): Promise<void> => {
    const commits: Promise<void>[] = [];
    let start = 0;
    while (start < batches.length) {
      // Batches of one machine stand together; a machine met again later simply waits for itself.
      const machine = (batches[start] as SeriesReadings).series.machine;
      let end = start + 1;
      while (end < batches.length && (batches[end] as SeriesReadings).series.machine === machine) end++;
      const ofMachine = start === 0 && end === batches.length ? batches : batches.slice(start, end);
      start = end;
      if (machine.approval !== "approved") continue;
      if (lock.isHeld(machine.id)) {
        commits.push(
          lock.run(machine.id, async () => void (await decideMachine(machine, ofMachine, receivedAt))),
        );
        continue;
      }
      const commit = decideMachine(machine, ofMachine, receivedAt);
      if (commit !== null) commits.push(lock.run(machine.id, () => commit));
    }
    if (commits.length > 0) await Promise.all(commits);
  };

  const heard = (machine: Machine, at: number): Promise<void> => {
    if (!book.silent.has(machine.id)) return Promise.resolve();
    return lock.run(machine.id, async () => void (await decideMachine(machine, [], at)));
  };

  const forget = (machine: Machine, at: number): Promise<void> =>
    lock.run(machine.id, async () => {
      const plan = emptyPlan();
      for (const open of parts.alerts.open())
        if (open.alert.machineId === machine.id)
          parts.planner.resolve(open, { reason: "machine_removed", at }, at, plan);
      plan.afterCommit.push(() => book.forgetMachine(machine.id));
      await parts.commit(plan);
    });

  /** A delay that ran out while no reading came: device time goes on with the server's clock. */
  const sweepDelay = async (state: SeriesState): Promise<void> => {
    const now = clock.now();
    const binding = book.bind(state.series);
    if (state.since === null) return;
    const decision = openDecision(parts, now);
    decision.touch(state);
    const deviceNow = binding.heldAt + Math.max(0, now - binding.receivedAt);
    passTime(state, state.rule.delays, deviceNow, binding.held, (turn) => decision.turn(state, turn));
    if (!decision.isEmpty()) await decision.commit();
  };

  const isDue = (state: SeriesState, now: number): boolean => {
    if (state.since === null) return false;
    const binding = book.bind(state.series);
    const delayMs = state.phase === "pending_on" ? state.rule.delays.onMs : state.rule.delays.offMs;
    return binding.heldAt + Math.max(0, now - binding.receivedAt) - state.since >= delayMs;
  };

  const silenceOf = (state: AbsenceState, now: number): number | null => {
    const since = silentSince(state.rule, state.machine, machines.seriesOf(state.machine.id), startedAt);
    return since === null ? null : now - since;
  };

  const sweepAbsence = async (state: AbsenceState): Promise<void> => {
    const now = clock.now();
    const silence = silenceOf(state, now);
    if (silence === null || silence < state.rule.afterMs || state.phase !== "normal") return;
    const decision = openDecision(parts, now);
    decision.touch(state);
    state.phase = "active";
    decision.turn(state, { kind: "begins", at: now, value: Math.floor(silence / 1_000) });
    await decision.commit();
  };

  const sweep = async (): Promise<void> => {
    const now = clock.now();
    const work: Promise<void>[] = [];
    for (const state of book.pending)
      if (isDue(state, now)) work.push(lock.run(state.series.machine.id, () => sweepDelay(state)));
    for (const state of book.absencePairs()) {
      if (state.phase !== "normal") continue;
      const silence = silenceOf(state, now);
      if (silence !== null && silence >= state.rule.afterMs)
        work.push(lock.run(state.machine.id, () => sweepAbsence(state)));
    }
    for (const result of await Promise.allSettled(work))
      if (result.status === "rejected")
        log.error("a rule could not be settled; it is tried again", { error: result.reason });
  };

  const arm = (): void => {
    if (stopped) return;
    cancelSweep = clock.after(SWEEP_MS, () => {
      sweeping = sweep()
        .catch((error: unknown) => log.error("the sweep over rules failed", { error }))
        .finally(() => {
          sweeping = null;
          arm();
        });
    });
  };

  return {
    name: "rules",
    startedAt,
    evaluate,
    heard,
    forget,
    start: async () => {
      stopped = false;
      arm();
    },
    stop: async () => {
      stopped = true;
      cancelSweep?.();
      await sweeping;
      await lock.idle();
    },
  };
};
