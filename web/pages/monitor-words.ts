// In: monitors, looks and results. Out: the shape and word of each state, and the settings in words.
import type { Monitor, MonitorOutcome } from "../api/monitors";
import type { MarkKind } from "../elements/mark";
import { text } from "../text/en";
import { formatMillis } from "../text/format";

const words = text.monitors;

export interface MonitorState {
  kind: MarkKind;
  word: string;
}

export const monitorState = (monitor: Monitor): MonitorState => {
  const { status } = monitor;
  if (status === "down") return { kind: "critical", word: words.statuses["down"] ?? "" };
  if (monitor.problem !== null) return { kind: "warning", word: words.page.problem };
  if (status === "up" && monitor.is_late === true) return { kind: "warning", word: words.late };
  if (status === "up" && monitor.consecutive_failures > 0)
    return {
      kind: "warning",
      word: words.failing(monitor.consecutive_failures, monitor.failure_threshold),
    };
  const kinds: Record<string, MarkKind> = { up: "good", pending: "stale", paused: "plain" };
  return { kind: kinds[status] ?? "plain", word: words.statuses[status] ?? status };
};

/** Nobody has to do anything about the rest. */
export const needsSomebody = (monitor: Monitor): boolean =>
  monitor.status === "down" || monitor.problem !== null;

export const outcomeMark = (outcome: MonitorOutcome): MarkKind => {
  if (outcome === "down") return "critical";
  if (outcome === "unknown") return "stale";
  return outcome === "up" ? "good" : "plain";
};

export const outcomeWord = (outcome: MonitorOutcome): string => words.outcomes[outcome] ?? outcome;

export const isHeartbeat = ({ type }: Pick<Monitor, "type">): boolean => type === "heartbeat";

/** `http` shows its address, a job its schedule's owner. */
export const typeWord = (type: Monitor["type"]): string => words.types[type] ?? type;

/** What must hold, each in a few words. */
export const expectationWords = ({ expect }: Monitor): string[] => {
  const phrases = words.page.expectations;
  const list = (value: unknown): string => (Array.isArray(value) ? value.join(", ") : String(value));
  const found: string[] = [];
  if (expect.status !== undefined) found.push(phrases.status(list(expect.status)));
  if (expect.body_contains !== undefined) found.push(phrases.body_contains(expect.body_contains));
  if (expect.body_not_contains !== undefined) found.push(phrases.body_not_contains(expect.body_not_contains));
  if (expect.json_path !== undefined)
    found.push(
      expect.equals === undefined
        ? phrases.json_path(expect.json_path)
        : phrases.equals(expect.json_path, JSON.stringify(expect.equals)),
    );
  if (expect.regex !== undefined) found.push(phrases.regex(expect.regex));
  if (expect.max_latency_ms !== undefined)
    found.push(phrases.max_latency_ms(formatMillis(expect.max_latency_ms)));
  if (expect.tls_days_left !== undefined) found.push(phrases.tls_days_left(String(expect.tls_days_left)));
  if (expect.tls_trusted === false) found.push(phrases.tls_trusted);
  if (expect.values !== undefined) found.push(phrases.values(list(expect.values)));
  return found;
};
