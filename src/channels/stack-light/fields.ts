// In: nothing. Out: the settings of a stack light, as forms and documents show them.
import type { ChannelField } from "../channel";
import { fieldOf } from "../native";
import { DEFAULT_PATTERNS, DEFAULT_REASSERT_SECONDS, DEFAULT_TIMEOUT_SECONDS } from "./config";
import { CLEAR, PATTERN_HINT } from "./pattern";

const acknowledgedField = (severity: string, label: string): ChannelField =>
  fieldOf({
    name: `${severity}_acknowledged`,
    label,
    hint: `${PATTERN_HINT}. Default: as ${severity}, steady and silent.`,
    advanced: true,
  });

export const STACK_LIGHT_FIELDS: readonly ChannelField[] = [
  fieldOf({
    name: "url",
    label: "Address",
    type: "url",
    required: true,
    hint: "Of the light itself: http://10.1.2.3",
  }),
  fieldOf({
    name: "critical",
    label: "Critical",
    hint: `${PATTERN_HINT} (0 silent, 1 to 4). Default: red flashing, buzzer 1.`,
    default: DEFAULT_PATTERNS.critical,
  }),
  fieldOf({
    name: "warning",
    label: "Warning",
    hint: `${PATTERN_HINT}. Default: amber flashing.`,
    default: DEFAULT_PATTERNS.warning,
  }),
  fieldOf({
    name: "info",
    label: "Info",
    hint: `${PATTERN_HINT}. Default: the fourth tier flashing.`,
    default: DEFAULT_PATTERNS.info,
  }),
  fieldOf({
    name: "all_clear",
    label: "All clear",
    hint: `Shown while nothing is open: six digits, or ${CLEAR} for all off. Default: green.`,
    default: DEFAULT_PATTERNS.all_clear,
  }),
  acknowledgedField("critical", "Critical, acknowledged"),
  acknowledgedField("warning", "Warning, acknowledged"),
  acknowledgedField("info", "Info, acknowledged"),
  fieldOf({
    name: "reassert_seconds",
    label: "Shown again after",
    type: "number",
    hint: "Seconds, 5 to 3600: a light that was without power shows the truth after that.",
    default: DEFAULT_REASSERT_SECONDS,
    advanced: true,
  }),
  fieldOf({
    name: "timeout_seconds",
    label: "Time-out",
    type: "number",
    hint: "Seconds for an attempt, 1 to 30.",
    default: DEFAULT_TIMEOUT_SECONDS,
    advanced: true,
  }),
];
