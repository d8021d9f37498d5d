// In: a state and the value that broke its rule. Out: the breach as alerts take it: value and limit in
// the unit of the metric, or in seconds of silence, and a sentence.
import type { Breach } from "../alerts/breach";
import { formatValue } from "../alerts/message-text";
import type { MetricInfo, Series } from "../core/machine";
import type { CompiledRule } from "./compile";
import { isAbsence, machineOf, type AbsenceState, type RuleState, type SeriesState } from "./memory";
import { silenceText } from "./silence";
import { STATUS_METRIC } from "./status/limit";

type Shown = Breach["info"];

const withUnit = (value: number, info: Shown): string =>
  info.unit === null || info.unit === ""
    ? formatValue(value, info)
    : `${formatValue(value, info)} ${info.unit}`;

/** What an alert of the rule calls its metric. */
export const metricNameOf = (rule: CompiledRule): string =>
  rule.kind === "threshold"
    ? rule.metric
    : rule.kind === "status"
      ? STATUS_METRIC
      : rule.condition.type === "no_data"
        ? rule.condition.metric
        : "heartbeat";

type Found = Pick<Breach, "labels" | "metricName" | "info" | "threshold" | "limitText">;

const ofSeries = ({ rule, series }: SeriesState, value: number): Found => {
  const { info, metric } = series;
  const threshold = rule.limit.boundOf(value);
  return {
    labels: { ...series.machine.labels, ...series.labels },
    metricName: metric,
    info,
    threshold,
    limitText: `${info.displayName ?? metric} ${withUnit(value, info)} is ${rule.limit.words(withUnit(threshold, info))}`,
  };
};

const SECONDS: Pick<MetricInfo, "unit" | "decimals"> = { unit: "s", decimals: null };

const ofSilence = ({ rule, machine }: AbsenceState, seconds: number, series: readonly Series[]): Found => {
  const metricName = metricNameOf(rule);
  const displayName = series.find((one) => one.metric === metricName)?.info.displayName ?? null;
  return {
    labels: machine.labels,
    metricName,
    info: { displayName, ...SECONDS },
    threshold: rule.afterMs / 1_000,
    limitText: silenceText(rule.condition, displayName ?? metricName, seconds),
  };
};

/** `value` and `at` as the turn has them; `series` are all of the state's machine. */
export const breachOf = (
  state: RuleState,
  { value, at }: { value: number; at: number },
  series: readonly Series[],
): Breach => {
  const { id, number, name, severity, message } = state.rule.row;
  return {
    rule: { id, number, name, severity, message },
    machine: machineOf(state),
    ...(isAbsence(state) ? ofSilence(state, value, series) : ofSeries(state, value)),
    value,
    triggeredAt: at,
  };
};
