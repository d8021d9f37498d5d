// In: what a monitor's form holds. Out: what is wrong with that, and the body of the request: only what differs, so
// that what is stored and masked stays. Pure.
import type { MonitorBody } from "../api/monitors";
import { text } from "../text/en";
import {
  blankMonitor,
  EXPECTED_OF,
  NEW,
  readEquals,
  UNIT_SECONDS,
  type ExpectText,
  type MonitorDraft,
  type PeriodUnit,
} from "./monitor-draft";

const words = text.monitorForm;

/** By the names of the API. */
export type MonitorFaults = Record<string, string>;

const orNull = (typed: string): string | null => (typed.trim() === "" ? null : typed.trim());
const wholeOf = (typed: string): number | null => (typed.trim() === "" ? null : Number(typed.trim()));
const secondsOf = (value: string, unit: PeriodUnit): number => Number(value) * UNIT_SECONDS[unit];

const linesOf = (typed: string): string[] =>
  typed
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

const EXPECT_VALUES: Partial<Record<ExpectText, (typed: string) => unknown>> = {
  status: (typed) => (typed.includes(",") ? typed.split(",").map((part) => part.trim()) : typed.trim()),
  equals: readEquals,
  max_latency_ms: Number,
  tls_days_left: Number,
  values: linesOf,
};

const expectBody = (draft: MonitorDraft): Record<string, unknown> => {
  const known = EXPECTED_OF[draft.type].filter((name) => draft.expect[name].trim() !== "");
  const given = known.map((name) => [name, (EXPECT_VALUES[name] ?? String)(draft.expect[name])]);
  return {
    ...Object.fromEntries(given),
    ...(draft.type === "tls" && !draft.tlsTrusted ? { tls_trusted: false } : {}),
  };
};

const targetOf = (draft: MonitorDraft): Record<string, unknown> => {
  const host = { host: draft.host.trim() };
  const port = { port: wholeOf(draft.port) };
  switch (draft.type) {
    case "http":
      return {
        url: draft.url.trim(),
        method: draft.method,
        headers: Object.fromEntries(draft.headers.filter(([name]) => name.trim() !== "")),
        body: draft.body === "" ? null : draft.body,
        follow_redirects: draft.followRedirects,
        verify_tls: draft.verifyTls,
        ca: orNull(draft.ca),
      };
    case "tls":
      return { ...host, ...port, server_name: orNull(draft.serverName), ca: orNull(draft.ca) };
    case "dns":
      return { ...host, record_type: draft.recordType, resolver: orNull(draft.resolver) };
    case "heartbeat":
      return {
        ...(draft.scheduleKind === "period"
          ? { period_seconds: secondsOf(draft.period, draft.periodUnit), cron: null }
          : { period_seconds: null, cron: draft.cron.trim(), time_zone: draft.timeZone.trim() }),
        grace_seconds: secondsOf(draft.grace, draft.graceUnit),
        slug: orNull(draft.slug),
      };
    default:
      return { ...host, ...port };
  }
};

/** All of it, in the API's words. */
const wholeBody = (draft: MonitorDraft): Record<string, unknown> => ({
  name: draft.name.trim(),
  group: orNull(draft.group),
  description: draft.description.trim(),
  ...targetOf(draft),
  ...(draft.type === "heartbeat"
    ? {}
    : {
        expect: expectBody(draft),
        interval_seconds: wholeOf(draft.interval),
        timeout_seconds: wholeOf(draft.timeout),
        failure_threshold: wholeOf(draft.failures),
        success_threshold: wholeOf(draft.successes),
        region: orNull(draft.region),
      }),
  severity: draft.severity,
  service_id: orNull(draft.serviceId),
  service_status: draft.serviceStatus,
  is_active: draft.isActive,
});

const differences = (draft: MonitorDraft, before: MonitorDraft): MonitorBody => {
  const old = wholeBody(before);
  return Object.fromEntries(
    Object.entries(wholeBody(draft)).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(old[name]),
    ),
  );
};

/** `before`: the form as it was opened. Headers that were taken off are said to be gone. */
export const changesOf = (draft: MonitorDraft, before: MonitorDraft): MonitorBody => {
  const changes = differences(draft, before);
  const headers = changes["headers"] as Record<string, string> | undefined;
  if (headers === undefined) return changes;
  const gone = before.headers.filter(([name]) => !(name in headers)).map(([name]) => [name, null]);
  return { ...changes, headers: { ...headers, ...Object.fromEntries(gone) } };
};

/** A job's schedule is never left to chance. */
export const createBody = (draft: MonitorDraft): MonitorBody => {
  const { cron, period_seconds: period, ...changes } = differences(draft, blankMonitor(draft.type));
  const schedule =
    draft.type !== "heartbeat"
      ? {}
      : draft.scheduleKind === "cron"
        ? { cron, time_zone: draft.timeZone.trim() }
        : { period_seconds: period ?? secondsOf(draft.period, draft.periodUnit) };
  return { ...changes, ...schedule, name: draft.name.trim(), type: draft.type };
};

const isMasked = (value: string): boolean => value.startsWith("••••");

/** For a look at what is not saved. What is masked stays out of it. */
export const testBody = (draft: MonitorDraft): { body: MonitorBody; hasMasked: boolean } => {
  const headers = draft.headers.filter(([, value]) => !isMasked(value));
  const hasMasked = headers.length < draft.headers.length;
  const { service_id: _service, ...body } = createBody({ ...draft, headers });
  return { body: { ...body, name: draft.name.trim() || "-" }, hasMasked };
};

interface Bounds {
  name: string;
  typed: string;
  from: number;
  to: number;
  isOptional?: boolean;
}

const boundsFault = ({ typed, from, to, isOptional }: Bounds): string | null => {
  if (typed.trim() === "") return isOptional === true ? null : words.needed;
  const value = Number(typed);
  return Number.isInteger(value) && value >= from && value <= to ? null : words.wholeNumber(from, to);
};

const YEAR_S = 365 * 86_400;

const jobFaults = (draft: MonitorDraft): MonitorFaults => {
  const faults: MonitorFaults = {};
  const period = secondsOf(draft.period, draft.periodUnit);
  if (draft.scheduleKind === "cron" && draft.cron.trim() === "") faults["cron"] = words.needed;
  if (draft.scheduleKind === "period" && !(Number.isInteger(period) && period >= 10 && period <= YEAR_S))
    faults["period_seconds"] = words.periodWrong;
  const grace = secondsOf(draft.grace, draft.graceUnit);
  if (!(Number.isInteger(grace) && grace >= 1 && grace <= YEAR_S)) faults["grace_seconds"] = words.graceWrong;
  return faults;
};

const lookFaults = (draft: MonitorDraft): MonitorFaults => {
  const faults: MonitorFaults = {};
  const { type, expect } = draft;
  if (type === "http" && draft.url.trim() === "") faults["url"] = words.needed;
  if (type !== "http" && draft.host.trim() === "") faults["host"] = words.needed;
  const checks: Bounds[] = [
    ...(type === "tcp" || type === "tls" || type === "ping"
      ? [{ name: "port", typed: draft.port, from: 1, to: 65_535 }]
      : []),
    { name: "interval_seconds", typed: draft.interval, from: 10, to: 86_400 },
    { name: "timeout_seconds", typed: draft.timeout, from: 1, to: 60 },
    { name: "failure_threshold", typed: draft.failures, from: 1, to: 20 },
    { name: "success_threshold", typed: draft.successes, from: 1, to: 20 },
    { name: "expect.max_latency_ms", typed: expect.max_latency_ms, from: 1, to: 60_000, isOptional: true },
    { name: "expect.tls_days_left", typed: expect.tls_days_left, from: 0, to: 3_650, isOptional: true },
  ];
  for (const check of checks) {
    const fault = boundsFault(check);
    if (fault !== null) faults[check.name] = fault;
  }
  if (expect.equals !== "" && expect.json_path.trim() === "") faults["expect.json_path"] = words.needed;
  return faults;
};

export const findMonitorFaults = (draft: MonitorDraft): MonitorFaults => ({
  ...(draft.name.trim() === "" ? { name: words.needed } : {}),
  ...(draft.serviceId === NEW && draft.newService.trim() === "" ? { new_service: words.needed } : {}),
  ...(draft.type === "heartbeat" ? jobFaults(draft) : lookFaults(draft)),
});

/** Null where the answer names no field. */
export const monitorFaultOf = (field: string | null, message: string): MonitorFaults | null => {
  if (field === null) return null;
  const name = field.startsWith("expect.") ? field : field.replace(/[.[].*$/, "");
  return { [name]: message };
};
