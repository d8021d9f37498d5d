// In: a policy's body. Out: escalation policies and the calls that change them.
import type { PolicyWire } from "../../src/escalation/wire";
import type { Severity } from "./alerts";
import { all, patch, post, remove } from "./client";

export interface PolicyBody {
  name: string;
  severity: Severity;
  /** Fractions are allowed: 0.5 is thirty seconds. */
  wait_minutes: number;
  channel_id: string;
  is_active: boolean;
}

/** A policy that was posted with `steps` has these and no `wait_minutes` of its own. */
export type Policy = PolicyWire;

export const listPolicies = (): Promise<Policy[]> => all<Policy>("/escalation-policies");
export const createPolicy = (body: PolicyBody): Promise<Policy> => post("/escalation-policies", body);
export const changePolicy = (id: string, changes: Partial<PolicyBody>): Promise<Policy> =>
  patch(`/escalation-policies/${id}`, changes);
export const deletePolicy = (id: string): Promise<void> => remove(`/escalation-policies/${id}`);
