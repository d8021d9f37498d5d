// In: policies. Out: their API models. A policy created in the flat form comes back flat.
import { t, type Static } from "elysia";
import { invalid } from "../core/errors";
import { checkName } from "../core/names";
import { isoMillis } from "../core/time";
import { SeverityModel } from "../http/models";
import type { EscalationPolicy, PolicyInput } from "./policies";
import type { EscalationStep } from "./schema";

/** A year: longer waits are typing errors. */
const LONGEST_WAIT_MINUTES = 525_600;

const WaitMinutes = t.Number({
  minimum: 0,
  maximum: LONGEST_WAIT_MINUTES,
  description:
    "Minutes without an acknowledgement: of the first step from the alert's created_at, of the others from " +
    "the step before. Fractions are allowed.",
});
const Step = t.Object(
  { wait_minutes: WaitMinutes, channel_id: t.String({ minLength: 1 }) },
  { additionalProperties: false },
);

/** Either flat (wait_minutes and channel_id) or with steps. */
export const PolicyCreate = t.Object(
  {
    name: t.String({ minLength: 1, maxLength: 200 }),
    severity: SeverityModel,
    wait_minutes: t.Optional(WaitMinutes),
    channel_id: t.Optional(t.String({ minLength: 1 })),
    steps: t.Optional(t.Array(Step, { minItems: 1, maxItems: 20 })),
    is_active: t.Optional(t.Boolean()),
  },
  { additionalProperties: false },
);

export const PolicyUpdate = t.Partial(PolicyCreate, { additionalProperties: false });

export const PolicyWire = t.Object({
  id: t.String(),
  name: t.String(),
  severity: SeverityModel,
  wait_minutes: t.Optional(t.Number()),
  channel_id: t.Optional(t.String()),
  steps: t.Optional(t.Array(t.Object({ wait_minutes: t.Number(), channel_id: t.String() }))),
  is_active: t.Boolean(),
  created_at: t.String(),
  updated_at: t.String(),
});
export type PolicyWire = Static<typeof PolicyWire>;

type StepFields = Pick<Static<typeof PolicyUpdate>, "wait_minutes" | "channel_id" | "steps">;

/** Either `steps`, or `wait_minutes` with `channel_id`; `before` fills what a change leaves out. */
const readSteps = (body: StepFields, before?: EscalationStep): Pick<PolicyInput, "steps" | "isFlat"> => {
  if (body.steps !== undefined) {
    if (body.wait_minutes !== undefined || body.channel_id !== undefined)
      throw invalid("steps", "Give either steps, or wait_minutes with channel_id, not both.");
    return { steps: body.steps, isFlat: false };
  }
  const waitMinutes = body.wait_minutes ?? before?.wait_minutes;
  const channelId = body.channel_id ?? before?.channel_id;
  if (waitMinutes === undefined) throw invalid("wait_minutes", "wait_minutes is missing (or give steps).");
  if (channelId === undefined) throw invalid("channel_id", "channel_id is missing (or give steps).");
  return { steps: [{ wait_minutes: waitMinutes, channel_id: channelId }], isFlat: true };
};

/** What `POST` takes; throws `invalid` with the field. */
export const readPolicy = (body: Static<typeof PolicyCreate>): PolicyInput => ({
  name: checkName("name", body.name),
  severity: body.severity,
  isActive: body.is_active ?? true,
  ...readSteps(body),
});

/** What `PATCH` takes of a policy as it is; throws `invalid` with the field. */
export const readPolicyChange = (
  body: Static<typeof PolicyUpdate>,
  before: EscalationPolicy,
): Partial<PolicyInput> => ({
  ...(body.name === undefined ? {} : { name: checkName("name", body.name) }),
  ...(body.severity === undefined ? {} : { severity: body.severity }),
  ...(body.is_active === undefined ? {} : { isActive: body.is_active }),
  ...(body.steps === undefined && body.wait_minutes === undefined && body.channel_id === undefined
    ? {}
    : readSteps(body, before.isFlat ? before.steps[0] : undefined)),
});

/** Flat when it was given flat. */
export const presentPolicy = (policy: EscalationPolicy): PolicyWire => {
  const first = policy.steps[0];
  return {
    id: policy.id,
    name: policy.name,
    severity: policy.severity,
    ...(policy.isFlat && first !== undefined
      ? { wait_minutes: first.wait_minutes, channel_id: first.channel_id }
      : { steps: policy.steps }),
    is_active: policy.isActive,
    created_at: isoMillis(policy.createdAt),
    updated_at: isoMillis(policy.updatedAt),
  };
};
