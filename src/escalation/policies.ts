// In: requests to create, change or delete a policy. Out: the policy after it, durable; all policies
// in memory for the planner. A new or re-enabled policy also covers alerts that are already open.
import type { Actor, Principal } from "../core/actor";
import type { Clock } from "../core/clock";
import { invalid, notFound } from "../core/errors";
import type { EventMap } from "../core/events";
import { newId } from "../core/ids";
import type { Severity } from "../core/severity";
import { createKeyedLock } from "../lib/keyed-lock";
import { journalStatement } from "../journal/append";
import { emptyPlan, type Commit } from "../notify/plan";
import type { Statement } from "../store/engine";
import {
  cancelPolicyRunsStatement,
  dropPolicyRunsStatement,
  type EscalationRepository,
  type PolicyRow,
} from "./repository";
import type { EscalationStep } from "./schema";

/** Steps in their order; the first one waits from the alert's created_at. */
export type EscalationPolicy = PolicyRow;

/** All policies in memory, as they are durable. */
export interface PolicyBook {
  /** Once, at start. */
  load(): Promise<void>;
  of(tenantId: string): readonly EscalationPolicy[];
  find(tenantId: string, id: string): EscalationPolicy | undefined;
  put(policy: EscalationPolicy): void;
  remove(policy: EscalationPolicy): void;
}

/** Empty until `load`. */
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

/** What a person gives, checked in shape (`wire.ts`). */
export interface PolicyInput {
  name: string;
  severity: Severity;
  isActive: boolean;
  steps: EscalationStep[];
  isFlat: boolean;
}

/**
 * Unknown IDs and those of other organizations throw `not_found`; a step whose channel does not exist
 * throws `invalid` with its field. Changes of one policy are made one after the other; they reject as
 * `Engine.batch`, and then nothing has changed.
 */
export interface PolicyDesk {
  create(principal: Principal, input: PolicyInput): Promise<EscalationPolicy>;
  /** `changeOf` sees the policy as it is when its turn has come. */
  update(
    principal: Principal,
    id: string,
    changeOf: (before: EscalationPolicy) => Partial<PolicyInput>,
  ): Promise<EscalationPolicy>;
  remove(principal: Principal, id: string): Promise<void>;
}

export interface PolicyDeskParts {
  book: PolicyBook;
  repository: EscalationRepository;
  /** Plans what policies have for open alerts; never rejects. */
  extend: () => Promise<void>;
  channelExists: (tenantId: string, channelId: string) => boolean;
  commit: Commit;
  clock: Clock;
}

type ConfigEvent = "config.created" | "config.updated" | "config.deleted";

const OBJECT = "escalation_policy";
const FIRST_STEP = 0;
const ALL_STEPS = Number.MAX_SAFE_INTEGER;

const journalChange = <K extends ConfigEvent>(
  kind: K,
  { id, tenantId }: EscalationPolicy,
  { data, actor, at }: { data: EventMap[K]; actor: Actor; at: number },
): Statement => journalStatement({ tenantId, kind, data, subjectId: id, actor, at });

/** See `PolicyDesk`. */
export const createPolicyDesk = (parts: PolicyDeskParts): PolicyDesk => {
  const { book, repository, extend, channelExists, commit, clock } = parts;
  /** By policy: two changes at once would each undo what the other did. */
  const lock = createKeyedLock();

  const checkSteps = (tenantId: string, input: Pick<PolicyInput, "steps" | "isFlat">): void => {
    input.steps.forEach((step, index) => {
      if (!channelExists(tenantId, step.channel_id))
        throw invalid(
          input.isFlat ? "channel_id" : `steps.${index}.channel_id`,
          "There is no notification channel with this ID.",
        );
    });
  };

  const mustFind = (tenantId: string, id: string): EscalationPolicy => {
    const policy = book.find(tenantId, id);
    if (policy === undefined) throw notFound("escalation policy");
    return policy;
  };

  const apply = async (statements: readonly Statement[], inBook: () => void): Promise<void> => {
    const plan = emptyPlan();
    plan.statements.push(...statements);
    plan.afterCommit.push(inBook);
    await commit(plan);
  };

  /** What is planned and must be planned anew. */
  const dropOutdated = (id: string, change: Partial<PolicyInput>): Statement[] => {
    if (change.isActive !== undefined || change.severity !== undefined)
      return [dropPolicyRunsStatement(id, ALL_STEPS)];
    // First waits are counted again; an alert further on goes on from where it is.
    return change.steps === undefined ? [] : [dropPolicyRunsStatement(id, FIRST_STEP)];
  };

  return {
    create: async ({ tenantId, actor }, input) => {
      checkSteps(tenantId, input);
      const at = clock.now();
      const policy: EscalationPolicy = { id: newId(), tenantId, ...input, createdAt: at, updatedAt: at };
      const data = { object: OBJECT, id: policy.id, name: policy.name, state: { ...input } };
      await apply(
        [repository.insertPolicy(policy), journalChange("config.created", policy, { data, actor, at })],
        () => book.put(policy),
      );
      await extend();
      return policy;
    },

    update: ({ tenantId, actor }, id, changeOf) =>
      lock.run(id, async () => {
        const before = mustFind(tenantId, id);
        const change = changeOf(before);
        const at = clock.now();
        const policy: EscalationPolicy = { ...before, ...change, updatedAt: at };
        if (change.steps !== undefined) checkSteps(tenantId, policy);
        const data = { object: OBJECT, id, name: policy.name, changes: { ...change } };
        await apply(
          [
            repository.updatePolicy(policy),
            ...dropOutdated(id, change),
            journalChange("config.updated", policy, { data, actor, at }),
          ],
          () => book.put(policy),
        );
        await extend();
        return policy;
      }),

    remove: ({ tenantId, actor }, id) =>
      lock.run(id, async () => {
        const policy = mustFind(tenantId, id);
        const at = clock.now();
        const data = { object: OBJECT, id, name: policy.name };
        await apply(
          [
            repository.deletePolicy(tenantId, id),
            cancelPolicyRunsStatement(id, "policy_removed", at),
            journalChange("config.deleted", policy, { data, actor, at }),
          ],
          () => book.remove(policy),
        );
      }),
  };
};
