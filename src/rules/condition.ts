// In: nothing. Out: the words of a rule, exactly as the API takes and returns them.
// The body is fixed by the product's contract, hence its snake_case also in code.

export const OPERATORS = [">", ">=", "<", "<=", "=", "!=", "inside", "outside"] as const;
export type Operator = (typeof OPERATORS)[number];

/** On values of one metric. Delays in seconds, fractions allowed. */
export interface ThresholdCondition {
  type: "threshold";
  metric: string;
  operator: Operator;
  /** For all operators but inside and outside. */
  threshold?: number;
  /** For inside and outside: both bounds belong to the inside. */
  range?: [number, number];
  /** Strict on the far side: with `<` the alert clears at value > clear_threshold. */
  clear_threshold?: number;
  /** The same written as a distance from the threshold. */
  deadband?: number;
  on_delay_seconds?: number;
  off_delay_seconds?: number;
}

/** No sign of life of any kind for so long. */
export interface HeartbeatCondition {
  type: "heartbeat";
  after_seconds: number;
}

/** No reading of one metric for so long. */
export interface NoDataCondition {
  type: "no_data";
  metric: string;
  after_seconds: number;
}

export type AbsenceCondition = HeartbeatCondition | NoDataCondition;

/** A service, or a monitor, has one of these statuses, and has had one of them for so long. */
export interface StatusCondition {
  type: "service_status";
  in: string[];
  for_seconds?: number;
}

export type Condition = ThresholdCondition | AbsenceCondition | StatusCondition;

/**
 * Keys are joined by AND; none at all selects every machine of the organization, or every service where
 * the condition is about their status.
 */
export interface Selector {
  machine_id?: string;
  machine_type?: string;
  project_id?: string;
  labels?: Record<string, string>;
  /** These three belong to `service_status`. */
  service_id?: string;
  service_group?: string;
  monitor_id?: string;
}
