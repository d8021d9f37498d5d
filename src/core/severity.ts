// In: nothing. Out: the three severities of an alert, in rising order.

/** In rising order. */
export const SEVERITIES = ["info", "warning", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** 0 for info, 2 for critical. */
export const severityRank = (severity: Severity): number => SEVERITIES.indexOf(severity);
