// In: rules. Out: their API models, with every check that the shape alone can't make.
import { t, type Static } from "elysia";
import { invalid } from "../core/errors";
import { checkName } from "../core/names";
import { isoMillis } from "../core/time";
import { SeverityModel } from "../http/models";
import type { Condition, Operator, Selector, ThresholdCondition } from "./condition";
import type { RuleInput } from "./desk";
import type { RuleRow } from "./repository";
import { checkTogether, readStatusCondition } from "./status/read";

/** The words of a rule, for those who take only API models. */
export type { Condition, Operator, Selector, StatusCondition, ThresholdCondition } from "./condition";

const Name = t.String({ minLength: 1, maxLength: 200 });
/** Ten years: longer spans are typing errors. */
const LONGEST_SECONDS = 315_360_000;
const Seconds = t.Number({ minimum: 0, maximum: LONGEST_SECONDS });
/** As many as a series may have. */
const MAX_LABELS = 32;
const Labels = t.Record(t.String(), t.String({ maxLength: 500 }));
const MAX_LABEL_NAME = 200;

const SelectorModel = t.Object(
  {
    machine_id: t.Optional(t.String({ description: "A machine's ID." })),
    machine_type: t.Optional(t.String({ minLength: 1, maxLength: 100 })),
    project_id: t.Optional(t.String()),
    labels: t.Optional(Labels),
    service_id: t.Optional(t.String({ description: "service_status: a service's ID." })),
    service_group: t.Optional(
      t.String({ minLength: 1, maxLength: 200, description: "service_status: services of this group." }),
    ),
    monitor_id: t.Optional(t.String({ description: "service_status: a monitor's ID." })),
  },
  {
    additionalProperties: false,
    description:
      "Joined by AND; an empty object selects every machine, or every service where the condition is service_status.",
  },
);

const ConditionModel = t.Object(
  {
    type: t.Union([
      t.Literal("threshold"),
      t.Literal("heartbeat"),
      t.Literal("no_data"),
      t.Literal("service_status"),
    ]),
    metric: t.Optional(Name),
    operator: t.Optional(
      t.Union([
        t.Literal(">"),
        t.Literal(">="),
        t.Literal("<"),
        t.Literal("<="),
        t.Literal("="),
        t.Literal("!="),
        t.Literal("inside"),
        t.Literal("outside"),
      ]),
    ),
    threshold: t.Optional(t.Number()),
    range: t.Optional(t.Array(t.Number(), { minItems: 2, maxItems: 2, description: "[low, high]" })),
    clear_threshold: t.Optional(t.Number()),
    deadband: t.Optional(t.Number({ minimum: 0 })),
    on_delay_seconds: t.Optional(Seconds),
    off_delay_seconds: t.Optional(Seconds),
    after_seconds: t.Optional(t.Number({ minimum: 1, maximum: LONGEST_SECONDS })),
    in: t.Optional(
      t.Array(t.String(), {
        maxItems: 4,
        uniqueItems: true,
        description:
          "Statuses of a service (operational, degraded, down, maintenance) or monitor (up, down, pending).",
      }),
    ),
    for_seconds: t.Optional(Seconds),
  },
  {
    additionalProperties: false,
    description:
      "threshold: metric, operator and threshold (or range for inside and outside), with clear_threshold " +
      "or deadband, on_delay_seconds and off_delay_seconds as wanted. heartbeat: after_seconds. " +
      "no_data: metric and after_seconds. service_status: in, and for_seconds as wanted.",
  },
);

const Message = t.Union([
  t.String({
    maxLength: 1_000,
    description: "May use {{machine}}, {{metric}}, {{value}}, {{unit}} and {{threshold}}.",
  }),
  t.Null(),
]);

/** The body of `POST`; what the shape alone can't check is in `readRule`. */
export const RuleCreate = t.Object(
  {
    name: Name,
    severity: SeverityModel,
    is_active: t.Optional(t.Boolean()),
    selector: t.Optional(SelectorModel),
    condition: ConditionModel,
    message: t.Optional(Message),
  },
  { additionalProperties: false },
);

export const RuleUpdate = t.Partial(RuleCreate, { additionalProperties: false });

/** The body as it was written, and what the product adds. */
export const RuleWire = t.Object({
  id: t.String(),
  number: t.Integer(),
  name: t.String(),
  severity: SeverityModel,
  is_active: t.Boolean(),
  selector: SelectorModel,
  condition: ConditionModel,
  message: t.Union([t.String(), t.Null()]),
  created_at: t.String(),
  updated_at: t.String(),
  warnings: t.Array(t.String(), { description: "What would keep the rule from doing its job." }),
});
export type RuleWire = Static<typeof RuleWire>;

type RawCondition = Static<typeof ConditionModel>;

const KEYS: Record<RawCondition["type"], readonly string[]> = {
  threshold: [
    "type",
    "metric",
    "operator",
    "threshold",
    "range",
    "clear_threshold",
    "deadband",
    "on_delay_seconds",
    "off_delay_seconds",
  ],
  heartbeat: ["type", "after_seconds"],
  no_data: ["type", "metric", "after_seconds"],
  service_status: ["type", "in", "for_seconds"],
};

const refuseForeignKeys = (raw: RawCondition): void => {
  for (const key of Object.keys(raw))
    if (!KEYS[raw.type].includes(key))
      throw invalid(`condition.${key}`, `${key} does not belong to a condition of type ${raw.type}.`);
};

const need = <T>(value: T | undefined, key: string, type: string): T => {
  if (value === undefined) throw invalid(`condition.${key}`, `A condition of type ${type} needs ${key}.`);
  return value;
};

const checkClear = (condition: ThresholdCondition): void => {
  const { operator, threshold, clear_threshold: clear, deadband } = condition;
  if (clear === undefined && deadband === undefined) return;
  if (clear !== undefined && deadband !== undefined)
    throw invalid("condition.deadband", "Give either clear_threshold or deadband, not both.");
  if (operator === "=" || operator === "!=")
    throw invalid(
      clear === undefined ? "condition.deadband" : "condition.clear_threshold",
      `The operator ${operator} clears when it no longer holds: leave clear_threshold and deadband out.`,
    );
  const upward = operator === ">" || operator === ">=";
  if (clear === undefined) {
    if (!Number.isFinite((threshold ?? 0) + (deadband ?? 0) * (upward ? -1 : 1)))
      throw invalid("condition.deadband", "The deadband leaves no number that would clear.");
    return;
  }
  if (condition.range !== undefined)
    throw invalid(
      "condition.clear_threshold",
      "A range clears at a distance from its bounds: give deadband.",
    );
  if (threshold !== undefined && (upward ? clear > threshold : clear < threshold))
    throw invalid(
      "condition.clear_threshold",
      `With ${operator} the clear value must be ${upward ? "at or below" : "at or above"} the threshold.`,
    );
};

const RANGED: ReadonlySet<Operator> = new Set(["inside", "outside"]);

const readThreshold = (raw: RawCondition): ThresholdCondition => {
  need(raw.metric, "metric", raw.type);
  const operator = need(raw.operator, "operator", raw.type);
  if (RANGED.has(operator)) {
    const [low, high] = need(raw.range, "range", `${raw.type} with ${operator}`);
    if (raw.threshold !== undefined)
      throw invalid("condition.threshold", `The operator ${operator} takes range instead of threshold.`);
    if (low === undefined || high === undefined || low > high)
      throw invalid("condition.range", "range is [low, high] with low not above high.");
    if (operator === "outside" && raw.deadband !== undefined && raw.deadband * 2 >= high - low)
      throw invalid("condition.deadband", "The deadband leaves no value inside the range that would clear.");
  } else {
    need(raw.threshold, "threshold", `${raw.type} with ${operator}`);
    if (raw.range !== undefined)
      throw invalid("condition.range", `The operator ${operator} takes threshold instead of range.`);
  }
  const condition = raw as ThresholdCondition;
  checkClear(condition);
  return condition;
};

/** The condition as written, once it makes sense; throws `invalid` with the field. */
export const readCondition = (raw: RawCondition): Condition => {
  refuseForeignKeys(raw);
  if (raw.type === "threshold") return readThreshold(raw);
  if (raw.type === "service_status") return readStatusCondition(raw);
  const after = need(raw.after_seconds, "after_seconds", raw.type);
  if (raw.type === "heartbeat") return { type: "heartbeat", after_seconds: after };
  return { type: "no_data", metric: need(raw.metric, "metric", raw.type), after_seconds: after };
};

const readSelector = (selector: Selector): Selector => {
  const names = Object.keys(selector.labels ?? {});
  if (names.length > MAX_LABELS)
    throw invalid("selector.labels", `selector.labels may have ${MAX_LABELS} labels at most.`);
  for (const name of names)
    if (name === "" || name.length > MAX_LABEL_NAME)
      throw invalid("selector.labels", `The name of a label has from 1 to ${MAX_LABEL_NAME} characters.`);
  return selector;
};

/** What `POST` takes; throws `invalid` with the field. */
export const readRule = (body: Static<typeof RuleCreate>): RuleInput => {
  const input: RuleInput = {
    name: checkName("name", body.name),
    severity: body.severity,
    isActive: body.is_active ?? true,
    selector: readSelector(body.selector ?? {}),
    condition: readCondition(body.condition),
    message: body.message ?? null,
  };
  checkTogether(input.condition, input.selector);
  return input;
};

/** What `PATCH` takes, for the rule as it is; throws `invalid` with the field. */
export const readRuleChange = (
  body: Static<typeof RuleUpdate>,
  before: Pick<RuleRow, "condition" | "selector">,
): Partial<RuleInput> => {
  const change: Partial<RuleInput> = {
    ...(body.name === undefined ? {} : { name: checkName("name", body.name) }),
    ...(body.severity === undefined ? {} : { severity: body.severity }),
    ...(body.is_active === undefined ? {} : { isActive: body.is_active }),
    ...(body.selector === undefined ? {} : { selector: readSelector(body.selector) }),
    ...(body.condition === undefined ? {} : { condition: readCondition(body.condition) }),
    ...(body.message === undefined ? {} : { message: body.message }),
  };
  checkTogether(change.condition ?? before.condition, change.selector ?? before.selector);
  return change;
};

/** With what would keep the rule from doing its job. */
export const presentRule = (row: RuleRow, warnings: string[]): RuleWire => ({
  id: row.id,
  number: row.number,
  name: row.name,
  severity: row.severity,
  is_active: row.isActive,
  selector: row.selector,
  condition: row.condition,
  message: row.message,
  created_at: isoMillis(row.createdAt),
  updated_at: isoMillis(row.updatedAt),
  warnings,
});
