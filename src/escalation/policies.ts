// In: requests to create, change or delete a policy. Out: the policy after it, durable; all policies
// in memory for the planner. A new or re-enabled policy also covers alerts that are already open.
import type { Principal } from "../core/actor";
import type { Clock } from "../core/clock";
import { invalid, notFound } from "../core/errors";
import type { AlertSnapshot } from "../core/events";
import { newId } from "../core/ids";
import type { Severity } from "../core/severity";
import { journalStatement } from "../journal/append";
import { emptyPlan, type Commit } from "../notify/plan";
import type { EscalationPlanner } from "./planner";
import {
  cancelPolicyRunsStatement,
  replanRunsStatement,
  type EscalationRepository,
  type PolicyRow,
} from "./repository";
import type { EscalationStep } from "./schema";

export type EscalationPolicy = PolicyRow;

export interface PolicyBook {
  load(): Promise<void>;
  of(tenantId: string): readonly EscalationPolicy[];
  find(tenantId: string, id: string): EscalationPolicy | undefined;
  put(policy: EscalationPolicy): void;
  remove(policy: EscalationPolicy): void;
}

export const createPolicyBook = (repository: EscalationRepository): PolicyBook => {
  const byTenant = new Map<string, EscalationPolicy[]>();
  const without = (policy: EscalationPolicy): EscalationPolicy[] =>
    (byTenant.get(policy.tenantId) ?? []).filter((other) => other.id !== policy.id);
  const put = (policy: EscalationPolicy): void => {
    byTenant.set(policy.tenantId, [...without(policy), policy]);
  };
  return {
    load: async () => {
      for (const policy of await repository.allPolicies()) put(policy);
    },
    of: (tenantId) => byTenant.get(tenantId) ?? [],
    find: (tenantId, id) => byTenant.get(tenantId)?.find((policy) => policy.id === id),
    put,
    remove: (policy) => {
      byTenant.set(policy.tenantId, without(policy));
    },
  };
};

export interface PolicyInput {
  name: string;
  severity: Severity;
  isActive: boolean;
  steps: EscalationStep[];
  isFlat: boolean;
}

export interface PolicyDesk {
  create(principal: Principal, input: PolicyInput): Promise<EscalationPolicy>;
  update(principal: Principal, id: string, change: Partial<PolicyInput>): Promise<EscalationPolicy>;
  remove(principal: Principal, id: string): Promise<void>;
}

export interface PolicyDeskParts {
  book: PolicyBook;
  repository: EscalationRepository;
  planner: EscalationPlanner;
  /** Alerts that nobody has acknowledged. */
  openAlerts: (tenantId: string) => Iterable<AlertSnapshot>;
  channelExists: (tenantId: string, channelId: string) => boolean;
  commit: Commit;
  clock: Clock;
}

const ALL_STEPS = Number.MAX_SAFE_INTEGER;

export const createPolicyDesk = (parts: PolicyDeskParts): PolicyDesk => {
  const { book, repository, planner, openAlerts, channelExists, commit, clock } = parts;

  const checkSteps = (tenantId: string, input: Pick<PolicyInput, "steps" | "isFlat">): void => {
    input.steps.forEach((step, index) => {
      if (!channelExists(tenantId, step.channel_id))
        throw invalid(
          input.isFlat ? "channel_id" : `steps.${index}.channel_id`,
          "There is no notification channel with this ID.",
        );
    });
  };

  const cover = (policy: EscalationPolicy, now: number, plan: ReturnType<typeof emptyPlan>): void => {
    for (const alert of openAlerts(policy.tenantId))
      if (alert.status === "triggered" && alert.severity === policy.severity)
        planner.beginPolicy(policy, alert, now, plan);
  };

  const mustFind = (tenantId: string, id: string): EscalationPolicy => {
    const policy = book.find(tenantId, id);
    if (policy === undefined) throw notFound("escalation policy");
    return policy;
  };

  return {
    create: async (principal, input) => {
      checkSteps(principal.tenantId, input);
      const now = clock.now();
      const policy: EscalationPolicy = {
        id: newId(),
        tenantId: principal.tenantId,
        ...input,
        createdAt: now,
        updatedAt: now,
      };
      const plan = emptyPlan();
      plan.statements.push(
        repository.insertPolicy(policy),
        journalStatement({
          tenantId: policy.tenantId,
          kind: "config.created",
          data: { object: "escalation_policy", id: policy.id, name: policy.name, state: { ...input } },
          subjectId: policy.id,
          actor: principal.actor,
          at: now,
        }),
      );
      if (policy.isActive) cover(policy, now, plan);
      plan.afterCommit.push(() => book.put(policy));
      await commit(plan);
      return policy;
    },

    update: async (principal, id, change) => {
      const before = mustFind(principal.tenantId, id);
      const now = clock.now();
      const policy: EscalationPolicy = { ...before, ...change, updatedAt: now };
      if (change.steps !== undefined) checkSteps(principal.tenantId, policy);
      const plan = emptyPlan();
      plan.statements.push(
        repository.updatePolicy(policy),
        journalStatement({
          tenantId: policy.tenantId,
          kind: "config.updated",
          data: { object: "escalation_policy", id, name: policy.name, changes: { ...change } },
          subjectId: id,
          actor: principal.actor,
          at: now,
        }),
      );
      const concernsOthers = change.isActive !== undefined || change.severity !== undefined;
      // Changed steps: first waits are counted again, an alert further on goes on from where it is.
      if (concernsOthers || change.steps !== undefined) {
        plan.statements.push(replanRunsStatement(id, concernsOthers ? ALL_STEPS : 0));
        if (policy.isActive) cover(policy, now, plan);
      }
      plan.afterCommit.push(() => book.put(policy));
      await commit(plan);
      return policy;
    },

    remove: async (principal, id) => {
      const policy = mustFind(principal.tenantId, id);
      const now = clock.now();
      const plan = emptyPlan();
      plan.statements.push(
        repository.deletePolicy(principal.tenantId, id),
        cancelPolicyRunsStatement(id, "policy_removed", now),
        journalStatement({
          tenantId: policy.tenantId,
          kind: "config.deleted",
          data: { object: "escalation_policy", id, name: policy.name },
          subjectId: id,
          actor: principal.actor,
          at: now,
        }),
      );
      plan.afterCommit.push(() => book.remove(policy));
      await commit(plan);
    },
  };
};
