// In: `config` of a stack light as the client gave it. Out: where it is and which command shows what,
// checked, or an `invalid` error that names the field.
import type { Severity } from "../../core/severity";
import { serverOf } from "../address";
import type { NativeConfig } from "../native";
import { numberOf } from "../values";
import { acknowledgedOf, parsePattern } from "./pattern";

/** Queries of `/api/control`. */
export interface Looks {
  unacknowledged: Record<Severity, string>;
  acknowledged: Record<Severity, string>;
  allClear: string;
}

export interface StackLightConfig extends NativeConfig {
  url: string;
  looks: Looks;
  reassertSeconds: number;
  timeoutMs: number;
}

/** Red and sound, amber, blue; green while nothing is open. Tiers from the top: IEC 60073's colours. */
export const DEFAULT_PATTERNS = {
  critical: "200001",
  warning: "020000",
  info: "000200",
  all_clear: "001000",
} as const;

export const DEFAULT_REASSERT_SECONDS = 60;
export const DEFAULT_TIMEOUT_SECONDS = 5;

/** Throws AppError `invalid`. */
export const parseStackLightConfig = (given: Record<string, unknown>): StackLightConfig => {
  const unacknowledged = {} as Record<Severity, string>;
  const acknowledged = {} as Record<Severity, string>;
  const url = serverOf(given["url"], "config.url");
  for (const severity of ["critical", "warning", "info"] as const) {
    const query = parsePattern(given[severity], `config.${severity}`, DEFAULT_PATTERNS[severity]);
    const own = given[`${severity}_acknowledged`];
    unacknowledged[severity] = query;
    acknowledged[severity] =
      own === undefined ? acknowledgedOf(query) : parsePattern(own, `config.${severity}_acknowledged`, "");
  }
  const allClear = parsePattern(given["all_clear"], "config.all_clear", DEFAULT_PATTERNS.all_clear);
  return {
    given,
    url,
    looks: { unacknowledged, acknowledged, allClear },
    reassertSeconds:
      numberOf(given["reassert_seconds"], "config.reassert_seconds", { least: 5, most: 3_600 }) ??
      DEFAULT_REASSERT_SECONDS,
    timeoutMs:
      (numberOf(given["timeout_seconds"], "config.timeout_seconds", { least: 1, most: 30 }) ??
        DEFAULT_TIMEOUT_SECONDS) * 1_000,
  };
};
