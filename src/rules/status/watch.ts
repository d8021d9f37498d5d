// In: services and monitors whose status changed, rules about it, and the clock. Out: alerts triggered and
// resolved. The journal is the hand-over: each change is a row there, committed with the status itself, and what
// a rule makes of it is committed with the number of that row. So a stop in between loses nothing: at the start
// the rows that were not looked at yet are.
import type { AlertBook, OpenAlert } from "../../alerts/book";
import { composeAlertText } from "../../alerts/message-text";
import type { AlertFacts, AlertPlanner } from "../../alerts/planner";
import type { CancelTimer, Clock } from "../../core/clock";
import { movedPast, type ClockJump } from "../../core/clock-jump";
import type { ResolveReason } from "../../core/events";
import type { Log } from "../../core/log";
import type { KeyedLock } from "../../lib/keyed-lock";
import type { Service } from "../../lib/service";
import { runSideBySide } from "../../lib/side-by-side";
import { emptyPlan, type Commit, type Plan } from "../../notify/plan";
import type { RuleBook } from "../book";
import type { CompiledStatus } from "../compile";
import { stepReading, type Turn } from "../step";
import { statusBreachOf } from "./breach-of";
import { valueOfStatus } from "./limit";
import { savePositionStatement, saveStatusStateStatement, type StatusRuleRepository } from "./repository";
import { isBegun, passStatusTime, restOf, stepLevel, type StatusState } from "./step";
import { concernsSubject, type Subject, type SubjectDirectory } from "./subject";

export interface StatusWatch extends Service {
  /** Reads what rules remember; once, at start, after the rules. */
  load(): Promise<void>;
  /** A service or monitor is new, changed or gone: call it after the commit. */
  changed(subjectId: string): void;
  /** A rule is new, changed, off or gone. Never rejects: what could not be committed is tried again. */
  rule(ruleId: string): Promise<void>;
  /** Delays go on as if nothing had happened. */
  clockJumped(jump: ClockJump): void;
  /** Resolves when everything that was known when it was called has been looked at. */
  idle(): Promise<void>;
}

export interface StatusWatchParts {
  book: Pick<RuleBook, "find" | "statusRulesOf" | "allStatusRules">;
  subjects: SubjectDirectory;
  repository: StatusRuleRepository;
  alerts: Pick<AlertBook, "ofRuleAndMachine">;
  planner: Pick<AlertPlanner, "trigger" | "resolve" | "occurredAgain" | "changeFacts">;
  /** Shared with everything that changes alerts: a service or monitor stands in for their machine. */
  lock: KeyedLock;
  commit: Commit;
  clock: Clock;
  log: Log;
}

type Cause = "rule_changed" | "machine_changed";

/** Timers run on the steady clock: looking again so often keeps them with a wall clock that jumps. */
const LOOK_AGAIN_MS = 60_000;
/** Pause after a look that could not be committed. */
const PAUSE_AFTER_FAILURE_MS = 1_000;
/** What fails together recovers together, within a minute or so: until then nobody is called for it. */
const EXCUSE_MS = 60_000;
/** Looks that are written at once. */
const SIDE_BY_SIDE = 200;

interface Seen {
  status: string;
  at: number;
}

/** Asleep until `start`; what changed before is looked at then. */
export const createStatusWatch = (parts: StatusWatchParts): StatusWatch => {
  const { book, subjects, repository, alerts, planner, lock, commit, clock, log } = parts;
  /** By subject, then by rule: what is not at rest. */
  const states = new Map<string, ReadonlyMap<string, StatusState>>();
  const positions = new Map<string, number>();
  /** The last change of each subject that was looked at: the book may be a moment behind the journal. */
  const seen = new Map<string, Seen>();
  /** Until when a subject is excused, in ms. */
  const excusedUntil = new Map<string, number>();
  const dirty = new Set<string>();
  let notBefore = 0;
  let running: Promise<void> | null = null;
  let cancelTimer: CancelTimer | null = null;
  let isStopped = true;

  const rulesOf = (subject: Subject | undefined): CompiledStatus[] =>
    subject === undefined
      ? []
      : book.statusRulesOf(subject.tenantId).filter((rule) => concernsSubject(rule, subject));

  const concernedBy = function* (rule: CompiledStatus): Generator<string> {
    for (const subject of subjects.of(rule.row.tenantId))
      if (concernsSubject(rule, subject)) yield subject.id;
  };

  const isFollowed = (subjectId: string): boolean =>
    states.has(subjectId) || positions.has(subjectId) || rulesOf(subjects.find(subjectId)).length > 0;

  /** The rule no longer concerns it. */
  const drop = (subjectId: string, ruleId: string, cause: Cause, now: number, plan: Plan): void => {
    plan.statements.push(saveStatusStateStatement({ ruleId, subjectId }, restOf(null), now));
    const open = alerts.ofRuleAndMachine(ruleId, subjectId);
    // Of a rule that is off or gone the alerts are resolved with it.
    if (open === undefined || book.find(ruleId)?.row.isActive !== true) return;
    const reason = subjects.find(subjectId) === undefined ? "machine_removed" : cause;
    planner.resolve(open, { reason, at: now }, now, plan);
  };

  /** An alert that stays open takes over the rule's words; the message only from a person's change. */
  const takeOver = (
    open: OpenAlert,
    rule: CompiledStatus,
    subject: Subject,
    now: number,
    plan: Plan,
  ): void => {
    const { alert } = open;
    const { name, severity } = rule.row;
    const turn = { value: alert.metricValue, at: alert.triggeredAt };
    const present: AlertFacts = {
      name,
      severity,
      message: composeAlertText(statusBreachOf(rule, subject, turn)),
      thresholdValue: rule.limit.boundOf(alert.metricValue),
    };
    const isSame =
      alert.name === name && alert.severity === severity && alert.thresholdValue === present.thresholdValue;
    if (!isSame || alert.message !== present.message) planner.changeFacts(open, present, now, plan);
  };

  /** Adds what becomes of one rule; gives its state after it. */
  const decide = (
    rule: CompiledStatus,
    subject: Subject,
    moment: { turns: readonly Seen[]; level: Seen; cause: Cause; now: number; plan: Plan },
  ): StatusState => {
    const { turns, level, cause, now, plan } = moment;
    const before = states.get(subject.id)?.get(rule.row.id) ?? restOf(level.status);
    const state = { ...before };
    const isExcused = now < (excusedUntil.get(subject.id) ?? 0);
    // What is excused begins nothing; what has begun ends as always.
    const limit = isExcused ? { ...rule.limit, holds: () => false } : rule.limit;
    let opened: OpenAlert | null = null;
    const ended = new Set<OpenAlert>();
    const onTurn = (turn: Turn): void => {
      if (turn.kind === "begins") {
        const known = alerts.ofRuleAndMachine(rule.row.id, subject.id);
        if (known === undefined || ended.has(known))
          opened = planner.trigger(statusBreachOf(rule, subject, turn), now, plan);
        else planner.occurredAgain(known, known.occurrences + 1, now, plan);
        return;
      }
      const open = opened ?? alerts.ofRuleAndMachine(rule.row.id, subject.id);
      if (open === undefined || ended.has(open)) return;
      const isByRule = cause === "rule_changed" && turns.length === 0;
      const reason: ResolveReason = isByRule ? "rule_changed" : "condition_cleared";
      const at = isByRule ? now : Math.max(turn.at, open.alert.triggeredAt);
      planner.resolve(open, { reason, at, fleeting: open === opened }, now, plan);
      ended.add(open);
      opened = null;
    };
    for (const { status, at } of turns) {
      // A rule is asked about what came after it.
      if (at < rule.row.updatedAt) continue;
      const value = valueOfStatus(status);
      stepReading(state, limit, rule.delays, { at, value, held: state.held }, onTurn);
      state.held = value;
    }
    stepLevel(state, limit, rule.delays, level, onTurn);
    passStatusTime(state, rule.delays, now, onTurn);
    const open = alerts.ofRuleAndMachine(rule.row.id, subject.id);
    if (cause === "rule_changed" && open !== undefined && !ended.has(open) && isBegun(before))
      takeOver(open, rule, subject, now, plan);
    if (state.phase !== before.phase || state.since !== before.since) {
      const key = { ruleId: rule.row.id, subjectId: subject.id };
      plan.statements.push(saveStatusStateStatement(key, state, now));
    }
    return state;
  };

  const excuse = (subject: Subject, rules: readonly CompiledStatus[], now: number): void => {
    const value = valueOfStatus(subject.status);
    if (subject.isExcused && rules.some((rule) => rule.limit.holds(value)))
      excusedUntil.set(subject.id, now + EXCUSE_MS);
    else if (now >= (excusedUntil.get(subject.id) ?? 0)) excusedUntil.delete(subject.id);
  };

  const keep = (subjectId: string, next: ReadonlyMap<string, StatusState>, seq: number | null): void => {
    if (next.size > 0) states.set(subjectId, next);
    else states.delete(subjectId);
    if (seq === null) positions.delete(subjectId);
    else positions.set(subjectId, seq);
  };

  /** While its turn is held. */
  const look = async (subjectId: string, cause: Cause): Promise<void> => {
    if (!isFollowed(subjectId)) return;
    const position = positions.get(subjectId);
    const turns = position === undefined ? [] : await repository.turnsAfter(subjectId, position);
    const seq = turns.at(-1)?.seq ?? position ?? (await repository.latestOf(subjectId));
    const subject = subjects.find(subjectId);
    const rules = rulesOf(subject);
    const now = clock.now();
    const plan = emptyPlan();
    const known = states.get(subjectId) ?? new Map<string, StatusState>();
    for (const ruleId of known.keys())
      if (!rules.some((rule) => rule.row.id === ruleId)) drop(subjectId, ruleId, cause, now, plan);
    if (subject === undefined || rules.length === 0) {
      plan.statements.push(savePositionStatement(subjectId, null));
      plan.afterCommit.push(() => {
        keep(subjectId, new Map(), null);
        seen.delete(subjectId);
        excusedUntil.delete(subjectId);
      });
      await commit(plan);
      return;
    }
    excuse(subject, rules, now);
    const last = turns.at(-1) ?? seen.get(subjectId);
    const level =
      last !== undefined && last.at > subject.since ? last : { status: subject.status, at: subject.since };
    const next = new Map<string, StatusState>();
    for (const rule of rules) {
      const state = decide(rule, subject, { turns, level, cause, now, plan });
      if (state.phase !== "normal") next.set(rule.row.id, state);
    }
    if (plan.statements.length > 0 || position === undefined)
      plan.statements.push(savePositionStatement(subjectId, seq));
    plan.afterCommit.push(() => {
      keep(subjectId, next, seq);
      if (last !== undefined) seen.set(subjectId, { status: last.status, at: last.at });
    });
    await commit(plan);
  };

  const lookAt = async (subjectIds: Iterable<string>, cause: Cause): Promise<void> => {
    const failures = await runSideBySide(
      Array.from(subjectIds, (id) => async () => {
        try {
          await lock.run(id, () => look(id, cause));
        } catch (error) {
          dirty.add(id);
          throw error;
        }
      }),
      SIDE_BY_SIDE,
    );
    if (failures.length === 0) return;
    notBefore = clock.now() + PAUSE_AFTER_FAILURE_MS;
    log.error("alerts could not be brought in step with the status of services; tried again", {
      count: failures.length,
      error: failures[0],
    });
  };

  const dueAt = (): number => {
    let due = dirty.size > 0 ? notBefore : Number.POSITIVE_INFINITY;
    for (const [subjectId, ofSubject] of states)
      for (const [ruleId, { phase, since }] of ofSubject) {
        const rule = book.find(ruleId);
        if (
          phase === "pending_on" &&
          since !== null &&
          rule?.kind === "status" &&
          !excusedUntil.has(subjectId)
        )
          due = Math.min(due, since + rule.delays.onMs);
      }
    for (const until of excusedUntil.values()) due = Math.min(due, until);
    return due;
  };

  const findDue = (now: number): void => {
    for (const [subjectId, ofSubject] of states)
      for (const [ruleId, { phase, since }] of ofSubject) {
        const rule = book.find(ruleId);
        if (
          phase === "pending_on" &&
          since !== null &&
          rule?.kind === "status" &&
          since + rule.delays.onMs <= now
        )
          dirty.add(subjectId);
      }
    for (const [subjectId, until] of excusedUntil) if (until <= now) dirty.add(subjectId);
  };

  const arm = (): void => {
    cancelTimer?.();
    cancelTimer = null;
    if (isStopped || running !== null) return;
    const due = dueAt();
    if (due === Number.POSITIVE_INFINITY) return;
    const now = clock.now();
    cancelTimer = clock.after(Math.min(Math.max(0, due - now), LOOK_AGAIN_MS), run);
  };

  const pass = async (): Promise<void> => {
    do {
      findDue(clock.now());
      const ids = [...dirty];
      dirty.clear();
      await lookAt(ids, "machine_changed");
    } while (dirty.size > 0 && clock.now() >= notBefore && !isStopped);
  };

  const run = (): void => {
    if (isStopped || running !== null) return;
    running = pass().finally(() => {
      running = null;
      arm();
    });
  };

  return {
    name: "status rules",
    load: async () => {
      for (const { subjectId, seq } of await repository.allPositions()) positions.set(subjectId, seq);
      for (const { ruleId, subjectId, phase, since } of await repository.allStates()) {
        const ofSubject = new Map(states.get(subjectId));
        const held = valueOfStatus(subjects.find(subjectId)?.status ?? "");
        states.set(subjectId, ofSubject.set(ruleId, { phase, since, held }));
      }
    },
    changed: (subjectId) => {
      if (!isFollowed(subjectId)) return;
      dirty.add(subjectId);
      if (clock.now() >= notBefore) run();
    },
    rule: async (ruleId) => {
      const rule = book.find(ruleId);
      const ids = new Set<string>();
      for (const [subjectId, ofSubject] of states) if (ofSubject.has(ruleId)) ids.add(subjectId);
      if (rule?.kind === "status" && rule.row.isActive) for (const id of concernedBy(rule)) ids.add(id);
      await lookAt(ids, "rule_changed");
      arm();
    },
    clockJumped: (jump) => {
      for (const [subjectId, ofSubject] of states)
        void lock
          .run(subjectId, async () => {
            const now = clock.now();
            const moved = new Map(states.get(subjectId));
            const plan = emptyPlan();
            for (const [ruleId, state] of moved) {
              if (state.since === null || ofSubject.get(ruleId)?.since !== state.since) continue;
              const next = { ...state, since: movedPast(state.since, jump) };
              moved.set(ruleId, next);
              plan.statements.push(saveStatusStateStatement({ ruleId, subjectId }, next, now));
            }
            states.set(subjectId, moved);
            await commit(plan);
          })
          .catch((error: unknown) =>
            log.warn("delays could not be saved after the clock was set", { error }),
          );
      for (const [subjectId, until] of excusedUntil) excusedUntil.set(subjectId, until + jump.byMs);
      notBefore = Math.min(notBefore, jump.now);
      arm();
    },
    idle: async () => {
      while (running !== null) await running;
    },
    start: async () => {
      isStopped = false;
      // What a stop left undone: of everything that rules follow.
      for (const subjectId of positions.keys()) dirty.add(subjectId);
      for (const subjectId of states.keys()) dirty.add(subjectId);
      for (const rule of book.allStatusRules()) for (const id of concernedBy(rule)) dirty.add(id);
      run();
      await running;
    },
    stop: async () => {
      isStopped = true;
      cancelTimer?.();
      cancelTimer = null;
      await running;
    },
  };
};
