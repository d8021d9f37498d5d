// In: the base, the machines and who is told. Out: rules, alerts and escalation, loaded.
import { createAlertBook } from "../alerts/book";
import { createAlertDesk } from "../alerts/desk";
import { createAlertPlanner } from "../alerts/planner";
import { createAlertRepository } from "../alerts/repository";
import type { Machine, MachineDirectory } from "../core/machine";
import { createEscalationPlanner } from "../escalation/planner";
import { createPolicyBook, createPolicyDesk } from "../escalation/policies";
import { createEscalationRepository } from "../escalation/repository";
import { createEscalationRunner } from "../escalation/runner";
import { saveSeriesStatement } from "../intake/repository";
import { createKeyedLock } from "../lib/keyed-lock";
import { createRuleBook } from "../rules/book";
import { createRuleDesk } from "../rules/desk";
import { createRuleEngine, type Removal } from "../rules/engine";
import { createRuleRepository } from "../rules/repository";
import { createReviewer } from "../rules/review";
import { createStatusRuleRepository } from "../rules/status/repository";
import { createStatusWatch } from "../rules/status/watch";
import type { Base } from "./base";
import { wireFollowed } from "./followed";
import type { Muting } from "./maintenance";
import type { Monitors } from "./monitors";
import type { Services } from "./services";
import { wireSubjects } from "./subjects";
import type { Telling } from "./telling";

export interface DecidingNeeds {
  muting: Pick<Muting, "mutedUntil">;
  services: Services;
  monitors: Pick<Monitors, "book" | "follow">;
}

/** Rules, alerts and escalation: what decides. */
export const wireDeciding = async (
  base: Base,
  machines: MachineDirectory,
  { notifier, commit, directory, showAlerts, relyOnMessages, delivery }: Telling,
  { muting: { mutedUntil }, services, monitors }: DecidingNeeds,
) => {
  const { clock, log, store, metrics } = base;
  // Whatever changes alerts of a machine takes the machine's turn.
  const lock = createKeyedLock();
  const alertRepository = createAlertRepository(store);
  const alerts = createAlertBook(alertRepository, machines);
  const openAlerts = function* () {
    for (const { alert } of alerts.open()) yield alert;
  };
  showAlerts(openAlerts);
  const escalations = createEscalationRepository(store);
  const policies = createPolicyBook(escalations);
  const escalation = createEscalationPlanner({
    policies,
    wake: (dueAt) => runner.wake(dueAt),
    extend: () => void runner.extend(),
  });
  const runner = createEscalationRunner({
    repository: escalations,
    policies,
    notifier,
    openAlerts,
    findOpenAlert: (alertId) => alerts.find(alertId)?.alert,
    commit,
    lock,
    clock,
    log,
    mutedUntil,
    onEscalated: () => metrics.alertChanged("escalated"),
  });
  relyOnMessages(runner.reconsider);
  const policyDesk = createPolicyDesk({
    book: policies,
    repository: escalations,
    extend: () => runner.extend(),
    channelExists: (tenantId, channelId) => directory.find(tenantId, channelId) !== undefined,
    commit,
    clock,
  });
  /** Whoever follows which alerts are open. */
  const followers: (() => void)[] = [];
  const planner = createAlertPlanner({
    book: alerts,
    notifier,
    escalation,
    machines,
    onChange: (change) => {
      if (change !== "updated") metrics.alertChanged(change);
      delivery.showing.changed();
      for (const follower of followers) follower();
    },
  });
  const alertDesk = createAlertDesk({
    book: alerts,
    repository: alertRepository,
    planner,
    machines,
    commit,
    lock,
    clock,
  });
  const rules = createRuleBook(machines);
  const decision = { book: rules, alerts, planner, machines, commit, saveSeries: saveSeriesStatement };
  const ruleRepository = createRuleRepository(store);
  const reviewer = createReviewer({ ...decision, lock, clock, log });
  const subjects = wireSubjects(services, monitors);
  const statusWatch = createStatusWatch({
    book: rules,
    subjects: subjects.directory,
    repository: createStatusRuleRepository(store),
    alerts,
    planner,
    lock,
    commit,
    clock,
    log,
  });
  subjects.follow(statusWatch.changed);
  const ruleDesk = createRuleDesk({
    book: rules,
    repository: ruleRepository,
    reviewer: {
      everything: reviewer.everything,
      rule: async (ruleId) => {
        await reviewer.rule(ruleId);
        await statusWatch.rule(ruleId);
      },
    },
    commit,
    clock,
  });
  const engine = createRuleEngine({ ...decision, reviewer, lock, clock, log });
  await alerts.load();
  await policies.load();
  await ruleDesk.load();
  await statusWatch.load();
  const follower = await wireFollowed(base, {
    commit,
    services,
    machines,
    openAlerts,
    followAlerts: (listener) => void followers.push(listener),
    ruleExists: (tenantId, id) => rules.find(id)?.row.tenantId === tenantId,
  });
  return {
    lock,
    alerts,
    alertRepository,
    alertDesk,
    alertPlanner: planner,
    escalations,
    policies,
    policyDesk,
    runner,
    ruleRepository,
    ruleDesk,
    reviewer,
    engine,
    statusWatch,
    follower,
    /** How a machine is deleted: with its alerts, and with what services say because of it. */
    forget: async (machine: Machine, removal: Removal): Promise<void> => {
      await engine.forget(machine, clock.now(), removal);
      follower.wake();
    },
  };
};

export type Deciding = Awaited<ReturnType<typeof wireDeciding>>;
