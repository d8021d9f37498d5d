// In: a rule's body. Out: the alert rules and the calls that change them.
import type {
  Condition,
  Operator,
  RuleWire,
  Selector,
  StatusCondition,
  ThresholdCondition,
} from "../../src/rules/wire";
import type { Severity } from "./alerts";
import { all, get, patch, post, remove } from "./client";

export type { Condition, Operator, Selector, StatusCondition, ThresholdCondition };

export interface RuleBody {
  name: string;
  severity: Severity;
  is_active: boolean;
  selector: Selector;
  condition: Condition;
  message?: string | null;
}

/** The condition as written: one of the four shapes. */
export type Rule = Omit<RuleWire, "condition"> & { condition: Condition };

export const listRules = (): Promise<Rule[]> => all<Rule>("/alert-rules");
export const readRule = (id: string): Promise<Rule> => get(`/alert-rules/${encodeURIComponent(id)}`);
export const createRule = (body: RuleBody): Promise<Rule> => post("/alert-rules", body);
export const changeRule = (id: string, changes: Partial<RuleBody>): Promise<Rule> =>
  patch(`/alert-rules/${id}`, changes);
export const deleteRule = (id: string): Promise<void> => remove(`/alert-rules/${id}`);
