// In: readings, signs of life and the clock. Out: alerts triggered and resolved, durable before the
// promise resolves. All decisions about one machine are made one after the other; machines do not
// wait for each other.
import type { CancelTimer, Clock } from "../core/clock";
import { movedPast, type ClockJump } from "../core/clock-jump";
import { isAppError } from "../core/errors";
import type { Log } from "../core/log";
import type { Evaluator, Machine, SeriesReadings } from "../core/machine";
import type { KeyedLock } from "../lib/keyed-lock";
import type { Service } from "../lib/service";
import { runSideBySide } from "../lib/side-by-side";
import { emptyPlan } from "../notify/plan";
import type { Statement } from "../store/engine";
import { seriesHeard } from "./compile";
import { openDecision, type Decision, type DecisionParts } from "./decision";
import type { AbsenceState, SeriesState } from "./memory";
import { applyReadings } from "./readings";
import { saveStateStatement } from "./repository";
import type { Reviewer } from "./review";
import { silentSince } from "./silence";
import { delayIsOver, passTime } from "./step";

/** How a machine is deleted. */
export interface Removal {
  statements: readonly Statement[];
  /** Takes the machine out of the directory. */
  afterCommit: () => void;
}

/** `stop` waits for what is being decided. */
export interface RuleEngine extends Evaluator, Service {
  /**
   * Commits the removal together with the end of the machine's alerts (`machine_removed`); nothing is
   * decided about the machine afterwards. Rejects as `Engine.batch`, with everything as before.
   */
  forget(machine: Machine, at: number, removal: Removal): Promise<void>;
  /** Contacts of machines were moved with it. */
  clockJumped(jump: ClockJump): void;
}

export interface RuleEngineParts extends DecisionParts {
  reviewer: Pick<Reviewer, "retry">;
  /** Shared with everything else that changes alerts of a machine. */
  lock: KeyedLock;
  clock: Clock;
  log: Log;
}

/** Delays and absence are found at most this late (alarms.md, rule 1). */
const SWEEP_MS = 1_000;
/** No sweep for so long: the process or its clock stood still, or the clock was set. Nobody was heard then. */
const DEAF_MS = 10_000;
/** Decisions that are written at once: a plant that falls silent must not fill the writer's queue. */
const SIDE_BY_SIDE = 1_000;

/** Takes readings from the beginning; sweeps between `start` and `stop`. */
export const createRuleEngine = (parts: RuleEngineParts): RuleEngine => {
  const { book, machines, reviewer, lock, clock, log } = parts;
  /** Silence before this does not count: we were not there. */
  let listeningSince = clock.now();
  let sweptAt = listeningSince;
  let cancelSweep: CancelTimer | null = null;
  let sweeping: Promise<void> | null = null;
  let stopped = true;

  const isKnown = (machine: Machine): boolean => machines.machine(machine.id) === machine;

  const endSilence = (
    machine: Machine,
    batches: readonly SeriesReadings[],
    decision: Decision,
    now: number,
  ): void => {
    const series = batches.map((batch) => batch.series);
    // A copy: ending a silence takes it out of the set.
    for (const state of Array.from(book.silent.get(machine.id) ?? [])) {
      if (state.rule.condition.type === "no_data" && seriesHeard(state.rule, series).length === 0) continue;
      decision.touch(state);
      state.phase = "normal";
      decision.turn(state, { kind: "ends", at: now, value: 0 });
    }
  };

  /** Decides synchronously. Null when nothing must be committed. */
  const decide = (
    machine: Machine,
    batches: readonly SeriesReadings[],
    receivedAt: number,
  ): Decision | null => {
    let decision: Decision | null = null;
    const decisionOf = (): Decision => (decision ??= openDecision(parts, receivedAt));
    try {
      applyReadings(book, batches, receivedAt, decisionOf);
      if (book.silent.size > 0 && book.silent.has(machine.id))
        endSilence(machine, batches, decisionOf(), receivedAt);
    } catch (error) {
      (decision as Decision | null)?.undo();
      throw error;
    }
    const made = decision as Decision | null;
    return made === null || made.isEmpty() ? null : made;
  };

  /** A conflict means that what was decided on has just gone, a rule perhaps: decided again, once. */
  const settle = async (decision: Decision | null, decideAgain: () => Decision | null): Promise<void> => {
    if (decision === null) return;
    try {
      await decision.commit();
    } catch (error) {
      if (!isAppError(error, "conflict")) throw error;
      await decideAgain()?.commit();
    }
  };

  const decideInTurn = (
    machine: Machine,
    batches: readonly SeriesReadings[],
    receivedAt: number,
  ): Promise<void> => {
    const decideNow = (): Decision | null => (isKnown(machine) ? decide(machine, batches, receivedAt) : null);
    return lock.run(machine.id, async () => settle(decideNow(), decideNow));
  };

  /** The promise is there only when something must be committed or waited for. */
  const decideAtOnce = (
    machine: Machine,
    batches: readonly SeriesReadings[],
    receivedAt: number,
  ): Promise<void> | null => {
    if (lock.isHeld(machine.id)) return decideInTurn(machine, batches, receivedAt);
    try {
      const decision = decide(machine, batches, receivedAt);
      if (decision === null) return null;
      return lock.run(machine.id, () => settle(decision, () => decide(machine, batches, receivedAt)));
    } catch (error) {
      // The other machines of the request are decided all the same.
      return Promise.reject(error);
    }
  };

  const evaluate = async (batches: readonly SeriesReadings[], receivedAt: number): Promise<void> => {
    const commits: Promise<void>[] = [];
    let start = 0;
    while (start < batches.length) {
      // Batches of one machine stand together; a machine met again later simply waits for itself.
      const { machine } = (batches[start] as SeriesReadings).series;
      let end = start + 1;
      while (end < batches.length && (batches[end] as SeriesReadings).series.machine === machine) end++;
      const ofMachine = start === 0 && end === batches.length ? batches : batches.slice(start, end);
      start = end;
      if (machine.approval !== "approved") continue;
      const committed = decideAtOnce(machine, ofMachine, receivedAt);
      if (committed !== null) commits.push(committed);
    }
    if (commits.length > 0) await Promise.all(commits);
  };

  const heard = (machine: Machine, at: number): Promise<void> =>
    book.silent.has(machine.id) ? decideInTurn(machine, [], at) : Promise.resolve();

  const forget = (machine: Machine, at: number, removal: Removal): Promise<void> =>
    lock.run(machine.id, async () => {
      const plan = emptyPlan();
      for (const open of parts.alerts.open())
        if (open.alert.machineId === machine.id)
          parts.planner.resolve(open, { reason: "machine_removed", at }, at, plan);
      plan.statements.push(...removal.statements);
      plan.afterCommit.push(() => book.forgetMachine(machine.id), removal.afterCommit);
      await parts.commit(plan);
    });

  /** Device time goes on with the server's clock while no reading comes. */
  const deviceNow = (state: SeriesState, now: number): number => {
    const { heldAt, receivedAt } = book.bind(state.series);
    return heldAt + Math.max(0, now - receivedAt);
  };

  /** A delay that ran out while no reading came. */
  const sweepDelay = async (state: SeriesState): Promise<void> => {
    if (!book.isCurrent(state)) return;
    const now = clock.now();
    const decision = openDecision(parts, now);
    decision.touch(state);
    passTime(state, state.rule.delays, deviceNow(state, now), book.bind(state.series).held, (turn) =>
      decision.turn(state, turn),
    );
    if (!decision.isEmpty()) await decision.commit();
  };

  /** In ms; null where the rule does not apply. */
  const silenceOf = (state: AbsenceState, now: number): number | null => {
    const since = silentSince(state.rule, state.machine, machines.seriesOf(state.machine.id), {
      notBefore: listeningSince,
      now,
    });
    // A sign of life can only put it off.
    state.checkAt = (since ?? now) + state.rule.afterMs;
    return since === null ? null : now - since;
  };

  const sweepAbsence = async (state: AbsenceState): Promise<void> => {
    if (!book.isCurrent(state) || state.phase !== "normal") return;
    const now = clock.now();
    const silence = silenceOf(state, now);
    if (silence === null || silence < state.rule.afterMs) return;
    const decision = openDecision(parts, now);
    decision.touch(state);
    state.phase = "active";
    decision.turn(state, { kind: "begins", at: now, value: Math.floor(silence / 1_000) });
    await decision.commit();
  };

  const findDue = (now: number): (() => Promise<void>)[] => {
    const due: (() => Promise<void>)[] = [];
    for (const state of book.pending) {
      const { rule, series } = state;
      if (book.isCurrent(state) && delayIsOver(state, rule.delays, deviceNow(state, now)))
        due.push(() => lock.run(series.machine.id, () => sweepDelay(state)));
    }
    for (const machine of book.watched())
      for (const state of book.watch(machine)) {
        if (state.phase !== "normal" || now < state.checkAt) continue;
        const silence = silenceOf(state, now);
        if (silence !== null && silence >= state.rule.afterMs)
          due.push(() => lock.run(machine.id, () => sweepAbsence(state)));
      }
    return due;
  };

  const sweep = async (): Promise<void> => {
    const now = clock.now();
    if (now - sweptAt > DEAF_MS) listeningSince = now;
    const due = findDue(now);
    const failures = await runSideBySide(due, SIDE_BY_SIDE);
    if (failures.length > 0)
      log.error("rules could not be settled; they are tried again", {
        count: failures.length,
        error: failures[0],
      });
    await reviewer.retry();
  };

  const arm = (): void => {
    if (stopped) return;
    cancelSweep = clock.after(SWEEP_MS, () => {
      sweeping = sweep()
        .catch((error: unknown) => log.error("the sweep over rules failed", { error }))
        .finally(() => {
          sweeping = null;
          sweptAt = clock.now();
          arm();
        });
    });
  };

  /** Delays and silences go on as if nothing had happened. */
  const clockJumped = (jump: ClockJump): void => {
    // Before the start these are of the clock as it is now.
    if (!stopped) {
      listeningSince = movedPast(listeningSince, jump);
      sweptAt = movedPast(sweptAt, jump);
    }
    const statements = book
      .clockJumped(jump)
      .map((state) =>
        saveStateStatement(
          { ruleId: state.rule.row.id, machineId: state.series.machine.id, seriesId: state.series.id },
          state.phase,
          state.since,
          jump.now,
        ),
      );
    // What is in memory counts; a start would only take up the delay at another point.
    parts
      .commit({ ...emptyPlan(), statements })
      .catch((error: unknown) => log.warn("delays could not be saved after the clock was set", { error }));
    for (const machine of book.watched()) for (const state of book.watch(machine)) state.checkAt += jump.byMs;
  };

  return {
    name: "rules",
    clockJumped,
    evaluate,
    heard,
    forget,
    start: async () => {
      stopped = false;
      sweptAt = clock.now();
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
