// In: what was seen of a monitor. Out: its result kept; and where a failure begins or ends, one commit with
// the word about its service, its incident, the messages, the journal row and its new state.
import { SYSTEM } from "../core/actor";
import type { Clock } from "../core/clock";
import type { ProbeFacts, StatusSource } from "../core/events";
import type { AutomaticIncidents } from "../incidents/automatic";
import type { AutomaticSource } from "../incidents/book";
import { journalStatement } from "../journal/append";
import type { KeyedLock } from "../lib/keyed-lock";
import { emptyPlan, type Commit, type Plan } from "../notify/plan";
import type { Statement } from "../store/engine";
import type { ServiceBook } from "../services/book";
import type { ServiceLock } from "../services/lock";
import type { StatusPlanner } from "../services/planner";
import type { Monitor } from "./book";
import type { Recorder } from "./recorder";
import { saveBodyStatement, saveStateStatement } from "./repository";
import type { MonitorState, Result } from "./schema";
import { publicReasonOf, type Sight } from "./sight";
import { stepOf, type Change, type Step } from "./step";
import { endpointOf } from "./target";

export interface Report {
  /** Null: a remark on the way, which says nothing about how it stands. */
  sight: Pick<Sight, "outcome" | "reason" | "failure" | "code" | "latencyMs"> | null;
  result: Result;
  /** What else it changes of the state. */
  also?: Partial<MonitorState>;
  /** What came with it. */
  body?: Uint8Array | null;
  /** Nothing is answered before it is on disk. */
  isAwaited?: boolean;
}

export interface Reporter {
  /**
   * Durable when it resolves where it changed the status or is awaited; else within a second. Rejects as
   * `Engine.batch`.
   */
  report(monitor: Monitor, report: Report): Promise<Change>;
  /**
   * Adds to `plan` what ends a failure that nobody will see the end of: the monitor is paused, deleted, or
   * about something else from now on. Call it while `keysOf` are held. Gives the state after it.
   */
  withdraw(monitor: Monitor, message: string, plan: Plan): MonitorState;
  /** The turns that whoever changes a monitor's status must hold, beside its own. */
  keysOf(monitor: Monitor): string[];
}

export interface ReporterParts {
  services: ServiceBook;
  status: Pick<StatusPlanner, "say">;
  automatic: AutomaticIncidents;
  /** Of the services. */
  lock: ServiceLock;
  /** Of the monitors. */
  monitorLock: KeyedLock;
  recorder: Recorder;
  commit: Commit;
  clock: Clock;
  region: string;
  /** Told of each committed change of a status. */
  onStatus?: (monitor: Monitor) => void;
}

/** A job says itself how it went; no second word is needed. */
const ONE_IS_ENOUGH = { failureThreshold: 1, successThreshold: 1 };

const sourceOf = ({ record: { id, name } }: Monitor): AutomaticSource & StatusSource => ({
  kind: "monitor",
  id,
  name,
});

const lastOf = ({ at, outcome, reason, code, latencyMs }: Result): Partial<MonitorState> => ({
  lastAt: at,
  lastOutcome: outcome,
  lastReason: reason,
  lastCode: code,
  lastLatencyMs: latencyMs,
});

export const createReporter = (parts: ReporterParts): Reporter => {
  const { services, status, automatic, lock, monitorLock, recorder, commit, clock, region } = parts;
  const { onStatus = () => undefined } = parts;

  const keysOf: Reporter["keysOf"] = ({ record: { id, serviceId }, state: { reportedFor } }) =>
    [id, serviceId ?? "", reportedFor ?? ""].filter((key) => key !== "");

  const keepState = (monitor: Monitor, next: MonitorState): void => {
    const hasTurned = monitor.state.status !== next.status;
    monitor.state = next;
    if (hasTurned) onStatus(monitor);
  };

  const journal = (monitor: Monitor, to: MonitorState, reason: string | null, plan: Plan): void => {
    const { id, tenantId, name } = monitor.record;
    plan.statements.push(
      journalStatement({
        tenantId,
        kind: "monitor.status_changed",
        data: { id, name, status: to.status, previousStatus: monitor.state.status, reason },
        subjectId: id,
        actor: SYSTEM,
        at: to.since,
      }),
    );
  };

  const fail = (monitor: Monitor, sight: NonNullable<Report["sight"]>, now: number, plan: Plan): string => {
    const { record, target } = monitor;
    const { id, tenantId, projectId, name, group, serviceStatus, severity } = record;
    const service = services.find(tenantId, record.serviceId ?? "") ?? null;
    const source = sourceOf(monitor);
    const message = publicReasonOf(sight);
    if (service !== null)
      status.say(service, { source, status: serviceStatus, message, actor: SYSTEM }, now, plan);
    const probe: ProbeFacts = {
      endpoint: target === null ? "" : endpointOf(target),
      responseCode: sight.code ?? 0,
      latencyMs: sight.latencyMs,
      region: record.region ?? region,
    };
    const title = `${name} is down`;
    const what = { tenantId, projectId, service, source, severity, title, message };
    automatic.openFor({ ...what, monitor: { id, name, group }, probe, actor: SYSTEM }, now, plan);
    return service?.id ?? "";
  };

  /** Of the service for which it was reported, also when that is gone or another one by now. */
  const recover = (
    monitor: Monitor,
    { message, finalResponseCode }: { message: string; finalResponseCode?: number },
    now: number,
    plan: Plan,
  ): void => {
    const { reportedFor } = monitor.state;
    if (reportedFor === null) return;
    const source = sourceOf(monitor);
    const service = services.find(monitor.record.tenantId, reportedFor) ?? null;
    if (service !== null)
      status.say(service, { source, status: "operational", message, actor: SYSTEM }, now, plan);
    automatic.resolveFor(
      {
        service,
        serviceId: reportedFor,
        source,
        message,
        actor: SYSTEM,
        ...(finalResponseCode === undefined ? {} : { finalResponseCode }),
      },
      now,
      plan,
    );
  };

  const resultStatements = (monitor: Monitor, { result, body }: Report): Statement[] => {
    const statements = recorder.statementsOf(monitor, result);
    if (body != null && body.length > 0)
      statements.push(saveBodyStatement(monitor.record.number, monitor.lastSeq, body));
    return statements;
  };

  const planChange = (
    monitor: Monitor,
    report: Report & { sight: NonNullable<Report["sight"]> },
    { change, failures, successes }: Step,
    plan: Plan,
  ): void => {
    const now = clock.now();
    const { state, record } = monitor;
    const { reason, code } = report.sight;
    const base = { ...state, ...report.also, ...lastOf(report.result), failures, successes, since: now };
    let next: MonitorState;
    if (change === "fails") {
      next = { ...base, status: "down", reportedFor: fail(monitor, report.sight, now, plan) };
    } else {
      const message = record.type === "heartbeat" ? "It reports again." : "It works again.";
      recover(monitor, { message, finalResponseCode: code ?? 0 }, now, plan);
      next = { ...base, status: "up", reportedFor: null };
    }
    journal(monitor, next, reason, plan);
    plan.statements.push(...resultStatements(monitor, report));
    plan.statements.push(saveStateStatement(record.number, next, monitor.lastSeq));
    plan.afterCommit.push(() => keepState(monitor, next));
  };

  /** At once in memory: it happened, whatever becomes of the write. */
  const keep = async (monitor: Monitor, report: Report, { failures, successes }: Step): Promise<void> => {
    const last = report.sight === null ? {} : lastOf(report.result);
    monitor.state = { ...monitor.state, ...report.also, ...last, failures, successes };
    if (report.isAwaited !== true) return recorder.add(monitor, report.result);
    const plan = emptyPlan();
    plan.statements.push(...resultStatements(monitor, report));
    plan.statements.push(saveStateStatement(monitor.record.number, monitor.state, monitor.lastSeq));
    await commit(plan);
  };

  const nextStep = ({ state, record }: Monitor, { sight }: Report): Step =>
    sight === null
      ? { change: null, failures: state.failures, successes: state.successes }
      : stepOf(state, record.type === "heartbeat" ? ONE_IS_ENOUGH : record, sight.outcome);

  return {
    keysOf,

    report: async (monitor, report) => {
      const { id } = monitor.record;
      const first = nextStep(monitor, report);
      if (first.change === null && !monitorLock.isHeld(id)) {
        await keep(monitor, report, first);
        return null;
      }
      return monitorLock.run(id, () =>
        lock.run(keysOf(monitor), async () => {
          // A person may have paused or changed it meanwhile, or another report came first.
          if (monitor.isGone || !monitor.record.isActive) return null;
          const step = nextStep(monitor, report);
          const { sight } = report;
          if (step.change === null || sight === null) {
            await keep(monitor, report, step);
            return null;
          }
          const plan = emptyPlan();
          planChange(monitor, { ...report, sight }, step, plan);
          await commit(plan);
          return step.change;
        }),
      );
    },

    withdraw: (monitor, message, plan) => {
      const now = clock.now();
      const { state } = monitor;
      recover(monitor, { message }, now, plan);
      const next: MonitorState = {
        ...state,
        status: "pending",
        since: now,
        failures: 0,
        successes: 0,
        reportedFor: null,
        startedAt: null,
        startRun: null,
      };
      if (state.status !== "pending") journal(monitor, next, message, plan);
      plan.statements.push(saveStateStatement(monitor.record.number, next, monitor.lastSeq));
      plan.afterCommit.push(() => keepState(monitor, next));
      return next;
    },
  };
};
