// In: a decision about an alert. Out: everything that must be committed for it, added to a plan: the
// alert's row, its journal entry, the messages, the start or the end of its escalations. Live state
// (`book`) changes only after the commit.
import { SYSTEM, type Actor } from "../core/actor";
import type { AlertSnapshot, ResolveReason, Untold } from "../core/events";
import { newId } from "../core/ids";
import { machineTitle, type MachineDirectory } from "../core/machine";
import type { EscalationPlanner } from "../escalation/planner";
import { journalStatement } from "../journal/append";
import type { Notifier } from "../notify/notifier";
import type { Plan } from "../notify/plan";
import { presentStatus, type AlertBook, type OpenAlert } from "./book";
import type { Breach } from "./breach";
import { transitionOf } from "./life-cycle";
import { composeAlertText } from "./message-text";
import {
  insertAlertStatement,
  updateFactsStatement,
  updateOccurrencesStatement,
  updateStatusStatement,
} from "./repository";

/** What a changed rule may change in an alert that is open. */
export type AlertFacts = Pick<AlertSnapshot, "name" | "severity" | "message" | "thresholdValue">;

/** Each call adds to `plan` only; `now` is server time in ms. Live state follows after the commit. */
export interface AlertPlanner {
  /** The new alert exists in `plan` only, until the commit. */
  trigger(breach: Breach, now: number, plan: Plan): OpenAlert;
  /** Another breach of the same rule on the same machine while the alert is open: now so many. */
  occurredAgain(open: OpenAlert, occurrences: number, now: number, plan: Plan): void;
  /** Throws `conflict` when somebody already has. */
  acknowledge(alert: AlertSnapshot, by: Actor, note: string | null, now: number, plan: Plan): AlertSnapshot;
  /** `at` is device time where a reading ended it, else server time. */
  resolve(
    open: OpenAlert,
    end: { reason: ResolveReason; at: number; by?: Actor; note?: string | null; fleeting?: boolean },
    now: number,
    plan: Plan,
  ): AlertSnapshot;
  /**
   * The rule's words or limit changed; the alert keeps its ID. Not for an alert that the same plan
   * triggers or resolves.
   */
  changeFacts(open: OpenAlert, facts: Partial<AlertFacts>, now: number, plan: Plan): void;
}

export interface AlertPlannerParts {
  book: AlertBook;
  notifier: Notifier;
  escalation: EscalationPlanner;
  machines: Pick<MachineDirectory, "machine">;
  /** Told of each committed change: metrics, and channels that show how things stand. */
  onChange?: (change: "triggered" | "acknowledged" | "resolved" | "updated") => void;
}

/** The metric's name in alerts about machines that are silent. */
const SILENCE = "heartbeat";

/** Called while the machine's turn is held, so that no two plans start from the same state. */
export const createAlertPlanner = ({
  book,
  notifier,
  escalation,
  machines,
  onChange = () => undefined,
}: AlertPlannerParts): AlertPlanner => ({
  trigger: (breach, now, plan) => {
    const { rule, machine } = breach;
    const alert: AlertSnapshot = {
      id: newId(),
      number: book.takeNumber(machine.tenantId),
      tenantId: machine.tenantId,
      projectId: machine.projectId,
      ruleId: rule.id,
      ruleNumber: rule.number,
      name: rule.name,
      status: "triggered",
      severity: rule.severity,
      message: breach.text ?? composeAlertText(breach),
      machineId: machine.id,
      machineNumber: machine.number,
      machineName: machineTitle(machine),
      machineType: machine.type,
      // The alert says that it is silent: a rule may be quicker than the machine's own limit.
      machineStatus: breach.metricName === SILENCE ? "offline" : machine.status,
      labels: breach.labels,
      metricName: breach.metricName,
      metricValue: breach.value,
      thresholdValue: breach.threshold,
      unit: breach.info.unit ?? "",
      decimals: breach.info.decimals,
      triggeredAt: breach.triggeredAt,
      acknowledgedAt: null,
      acknowledgedBy: null,
      resolvedAt: null,
      resolvedBy: null,
      resolveReason: null,
      fleeting: false,
      createdAt: now,
    };
    const open: OpenAlert = { alert, occurrences: 1 };
    plan.statements.push(insertAlertStatement(alert, 1));
    const untold = notifier.planAlert({ event: "alert.triggered", alert, at: now }, plan);
    plan.statements.push(
      journalStatement({
        tenantId: alert.tenantId,
        kind: "alert.triggered",
        data: { alert, untold },
        subjectId: alert.id,
        actor: SYSTEM,
        at: now,
      }),
    );
    escalation.begin(alert, now, plan);
    plan.afterCommit.push(() => {
      book.put(open);
      onChange("triggered");
    });
    plan.afterRefusal.push(() => book.giveBack(alert.tenantId, alert.number));
    return open;
  },

  occurredAgain: (open, occurrences, now, plan) => {
    plan.statements.push(
      updateOccurrencesStatement(open.alert, occurrences),
      journalStatement({
        tenantId: open.alert.tenantId,
        kind: "alert.occurred_again",
        data: { alertId: open.alert.id, occurrences },
        subjectId: open.alert.id,
        actor: SYSTEM,
        at: now,
      }),
    );
    plan.afterCommit.push(() => {
      open.occurrences = occurrences;
    });
  },

  acknowledge: (alert, by, note, now, plan) => {
    const transition = transitionOf(
      { status: alert.status, acknowledged: alert.acknowledgedAt !== null },
      "acknowledge",
    );
    const next: AlertSnapshot = {
      ...alert,
      status: transition.to,
      acknowledgedAt: now,
      acknowledgedBy: by.name,
    };
    plan.statements.push(updateStatusStatement(next, alert.status));
    let untold: Untold = {};
    if (!transition.silent) {
      escalation.end(alert, "acknowledged", now, plan);
      untold = notifier.planAlert({ event: "alert.acknowledged", alert: next, at: now, note }, plan);
    }
    plan.statements.push(
      journalStatement({
        tenantId: alert.tenantId,
        kind: "alert.acknowledged",
        data: { alert: next, note, untold },
        subjectId: alert.id,
        actor: by,
        at: now,
      }),
    );
    plan.afterCommit.push(() => {
      const open = book.find(alert.id);
      if (open !== undefined) open.alert = next;
      onChange("acknowledged");
    });
    return next;
  },

  resolve: (open, end, now, plan) => {
    const { alert } = open;
    transitionOf({ status: alert.status, acknowledged: alert.acknowledgedAt !== null }, "resolve");
    const by = end.by ?? SYSTEM;
    const next: AlertSnapshot = {
      ...alert,
      status: "resolved",
      machineStatus: presentStatus(alert, machines),
      resolvedAt: end.at,
      resolvedBy: end.by?.name ?? null,
      resolveReason: end.reason,
      fleeting: end.fleeting ?? false,
    };
    const note = end.note ?? null;
    plan.statements.push(updateStatusStatement(next, alert.status));
    escalation.end(alert, "resolved", now, plan);
    const untold = notifier.planAlert({ event: "alert.resolved", alert: next, at: now, note }, plan);
    plan.statements.push(
      journalStatement({
        tenantId: alert.tenantId,
        kind: "alert.resolved",
        data: { alert: next, note, untold },
        subjectId: alert.id,
        actor: by,
        at: now,
      }),
    );
    plan.afterCommit.push(() => {
      open.alert = next;
      book.remove(next);
      onChange("resolved");
    });
    return next;
  },

  changeFacts: (open, facts, now, plan) => {
    const next: AlertSnapshot = { ...open.alert, ...facts };
    plan.statements.push(
      updateFactsStatement(next),
      journalStatement({
        tenantId: next.tenantId,
        kind: "alert.updated",
        data: { alertId: next.id, changes: facts },
        subjectId: next.id,
        actor: SYSTEM,
        at: now,
      }),
    );
    if (next.severity !== open.alert.severity) escalation.changeSeverity(next, plan);
    plan.afterCommit.push(() => {
      open.alert = next;
      onChange("updated");
    });
  },
});
