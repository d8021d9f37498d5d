// In: an alert, and what is known of its rule and machine. Out: the words for what it is and how bad.
import type { Alert } from "../api/alerts";
import type { Condition } from "../api/rules";
import { text } from "./en";
import { formatSeconds, formatSpan, formatTime, formatValue, humanize } from "./format";

/** From the catalogue; an alert can be told without it, only less well. */
export interface AlertContext {
  condition?: Condition["type"];
  metricTitle?: string | null;
}

export type StreamAlert = Omit<Alert, "next_escalation" | "occurrences"> & Partial<Alert>;

/** About a service, a monitor or what another system reports: it has no value to draw. */
export const isAboutStatus = (alert: StreamAlert): boolean =>
  alert.machine_number === 0 || alert.rule_number === 0;

export const isSilence = (alert: StreamAlert, context: AlertContext = {}): boolean =>
  !isAboutStatus(alert) &&
  (context.condition === undefined
    ? alert.metric_name === "heartbeat"
    : context.condition === "heartbeat" || context.condition === "no_data");

/** There are readings behind it. */
export const hasValue = (alert: StreamAlert, context: AlertContext = {}): boolean =>
  !isAboutStatus(alert) && !isSilence(alert, context);

const statusWords = (alert: StreamAlert): string =>
  // What another system has decided is known by its name only.
  (alert.rule_number === 0 ? undefined : text.now.standing[alert.machine_type]?.[alert.metric_value]) ??
  alert.name;

export const metricTitle = (alert: StreamAlert, context: AlertContext = {}): string =>
  context.metricTitle ?? humanize(alert.metric_name);

export const showValue = (alert: StreamAlert, value: number): string =>
  formatValue(value, alert.unit, alert.decimals);

/** `Temperature 87.3 °C` or `no heartbeat for 5 min`. */
export const alertWhat = (alert: StreamAlert, context: AlertContext = {}): string => {
  if (isAboutStatus(alert)) return statusWords(alert);
  if (!isSilence(alert, context))
    return `${metricTitle(alert, context)} ${showValue(alert, alert.metric_value)}`;
  const span = formatSeconds(alert.threshold_value);
  return alert.metric_name === "heartbeat"
    ? text.now.noHeartbeat(span)
    : text.now.noData(metricTitle(alert, context), span);
};

/** `limit 85.0 °C`; empty where there is none, or where it is in the words already. */
export const alertLimit = (alert: StreamAlert, context: AlertContext = {}): string =>
  !hasValue(alert, context) ? "" : text.now.limit(showValue(alert, alert.threshold_value));

/** What the message says beyond that: what to do, or why a status is what it is; empty when it says no more. */
export const instructionOf = (alert: StreamAlert, ruleMessage: string | null | undefined): string =>
  ruleMessage || isAboutStatus(alert) ? alert.message : "";

/** One line for titles, announcements and labels. */
export const alertTitle = (alert: StreamAlert, context: AlertContext = {}): string => {
  const limit = alertLimit(alert, context);
  return `${alert.machine_name} · ${alertWhat(alert, context)}${limit === "" ? "" : `, ${limit}`}`;
};

/** Who ended or took it, and when; empty while it waits. */
export const alertOutcome = (alert: Alert): string => {
  if (alert.status === "resolved" && alert.resolved_at !== null) {
    const time = formatTime(alert.resolved_at);
    const lasted = text.now.lasted(
      formatSpan(Date.parse(alert.resolved_at) - Date.parse(alert.triggered_at)),
    );
    const words =
      alert.resolve_reason === "rule_removed"
        ? text.now.resolvedRuleRemoved(time)
        : alert.resolve_reason === "resolved_by_person"
          ? text.now.resolvedBy(alert.resolved_by ?? "", time)
          : text.now.resolvedItself(time);
    return `${words}, ${lasted}`;
  }
  if (alert.status === "acknowledged" && alert.acknowledged_at !== null)
    return text.now.acknowledgedBy(alert.acknowledged_by ?? "", formatTime(alert.acknowledged_at));
  return "";
};
