// In: requests to create, change or delete a rule. Out: the rule after it, durable, and its open
// alerts brought in step: looked at once after a change, resolved when the rule is gone or off.
import type { Actor, Principal } from "../core/actor";
import type { Clock } from "../core/clock";
import { notFound } from "../core/errors";
import type { EventMap } from "../core/events";
import { newId } from "../core/ids";
import type { Severity } from "../core/severity";
import { createKeyedLock } from "../lib/keyed-lock";
import { journalStatement } from "../journal/append";
import { emptyPlan, type Commit } from "../notify/plan";
import type { Statement } from "../store/engine";
import type { RuleBook } from "./book";
import type { Condition, Selector } from "./condition";
import type { RuleRepository, RuleRow } from "./repository";
import type { Reviewer } from "./review";

/** What a person gives, checked (`wire.ts`). */
export interface RuleInput {
  name: string;
  severity: Severity;
  isActive: boolean;
  selector: Selector;
  condition: Condition;
  message: string | null;
}

/**
 * Unknown IDs and those of other organizations throw `not_found`. Changes of one rule are made one
 * after the other; they reject as `Engine.batch`, and then nothing has changed.
 */
export interface RuleDesk {
  /** Reads all rules and what they remember; once, at start, after the machines and open alerts. */
  load(): Promise<void>;
  find(tenantId: string, id: string): RuleRow;
  create(principal: Principal, input: RuleInput): Promise<RuleRow>;
  update(principal: Principal, id: string, change: Partial<RuleInput>): Promise<RuleRow>;
  /** Open alerts of the rule are resolved with the reason `rule_removed`. */
  remove(principal: Principal, id: string): Promise<void>;
}

export interface RuleDeskParts {
  book: RuleBook;
  repository: RuleRepository;
  reviewer: Pick<Reviewer, "rule" | "everything">;
  commit: Commit;
  clock: Clock;
}

type ConfigEvent = "config.created" | "config.updated" | "config.deleted";

const OBJECT = "alert_rule";

const journalChange = <K extends ConfigEvent>(
  kind: K,
  { id, tenantId }: RuleRow,
  { data, actor, at }: { data: EventMap[K]; actor: Actor; at: number },
): Statement => journalStatement({ tenantId, kind, data, subjectId: id, actor, at });

/** See `RuleDesk`. */
export const createRuleDesk = (parts: RuleDeskParts): RuleDesk => {
  const { book, repository, reviewer, commit, clock } = parts;
  const numbers = new Map<string, number>();
  /** By rule: two changes at once would each undo what the other did. */
  const lock = createKeyedLock();

  const find = (tenantId: string, id: string): RuleRow => {
    const rule = book.find(id);
    if (rule === undefined || rule.row.tenantId !== tenantId) throw notFound("alert rule");
    return rule.row;
  };

  /** Commits, brings the book in step, and looks at what follows for machines and alerts. */
  const apply = async (row: RuleRow, statements: readonly Statement[], inBook: () => void): Promise<void> => {
    const plan = emptyPlan();
    plan.statements.push(...statements);
    plan.afterCommit.push(inBook);
    await commit(plan);
    await reviewer.rule(row.id);
  };

  return {
    find,
    load: async () => {
      for (const row of await repository.highestNumbers()) numbers.set(row.tenantId, row.number);
      book.load(await repository.all(), await repository.allStates());
      await reviewer.everything();
    },

    create: async ({ tenantId, actor }, input) => {
      const at = clock.now();
      const number = (numbers.get(tenantId) ?? 0) + 1;
      numbers.set(tenantId, number);
      const row: RuleRow = { id: newId(), tenantId, number, ...input, createdAt: at, updatedAt: at };
      const data = { object: OBJECT, id: row.id, name: row.name, state: { ...input } };
      await apply(
        row,
        [repository.insert(row), journalChange("config.created", row, { data, actor, at })],
        () => book.put(row),
      );
      return row;
    },

    update: ({ tenantId, actor }, id, change) =>
      lock.run(id, async () => {
        const at = clock.now();
        const row: RuleRow = { ...find(tenantId, id), ...change, updatedAt: at };
        const data = { object: OBJECT, id, name: row.name, changes: { ...change } };
        await apply(
          row,
          [repository.update(row), journalChange("config.updated", row, { data, actor, at })],
          () => book.put(row),
        );
        return row;
      }),

    remove: ({ tenantId, actor }, id) =>
      lock.run(id, async () => {
        const row = find(tenantId, id);
        const at = clock.now();
        const data = { object: OBJECT, id, name: row.name };
        await apply(
          row,
          [repository.remove(tenantId, id), journalChange("config.deleted", row, { data, actor, at })],
          () => book.remove(id),
        );
      }),
  };
};
