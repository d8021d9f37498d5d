// In: a monitor as the API has it, or a type. Out: what its form holds. Pure.
import type { Monitor, MonitorType } from "../api/monitors";
import type { Pair } from "../elements/pairs";

export type PeriodUnit = "seconds" | "minutes" | "hours" | "days";

export interface MonitorDraft {
  type: MonitorType;
  name: string;
  group: string;
  description: string;
  url: string;
  method: string;
  headers: readonly Pair[];
  body: string;
  followRedirects: boolean;
  verifyTls: boolean;
  ca: string;
  host: string;
  port: string;
  serverName: string;
  recordType: string;
  resolver: string;
  scheduleKind: "period" | "cron";
  period: string;
  periodUnit: PeriodUnit;
  cron: string;
  timeZone: string;
  grace: string;
  graceUnit: PeriodUnit;
  slug: string;
  expect: Readonly<Record<ExpectText, string>>;
  tlsTrusted: boolean;
  interval: string;
  timeout: string;
  failures: string;
  successes: string;
  region: string;
  severity: string;
  /** `NEW`: one that is made with the monitor. */
  serviceId: string;
  newService: string;
  serviceStatus: string;
  isActive: boolean;
}

export const NEW = "new";

const EXPECT_TEXTS = [
  "status",
  "body_contains",
  "body_not_contains",
  "json_path",
  "equals",
  "regex",
  "max_latency_ms",
  "tls_days_left",
  "values",
] as const;
export type ExpectText = (typeof EXPECT_TEXTS)[number];

/** What each type may be expected to do. */
export const EXPECTED_OF: Readonly<Record<MonitorType, readonly ExpectText[]>> = {
  http: [
    "status",
    "body_contains",
    "body_not_contains",
    "json_path",
    "equals",
    "regex",
    "max_latency_ms",
    "tls_days_left",
  ],
  tcp: ["max_latency_ms"],
  tls: ["tls_days_left", "max_latency_ms"],
  dns: ["values", "max_latency_ms"],
  ping: ["max_latency_ms"],
  heartbeat: [],
};

export const UNIT_SECONDS: Readonly<Record<PeriodUnit, number>> = {
  seconds: 1,
  minutes: 60,
  hours: 3_600,
  days: 86_400,
};

const largestUnit = (seconds: number): PeriodUnit =>
  (["days", "hours", "minutes"] as const).find((unit) => seconds % UNIT_SECONDS[unit] === 0) ?? "seconds";

const spanOf = (seconds: number): { value: string; unit: PeriodUnit } => {
  const unit = largestUnit(seconds);
  return { value: String(seconds / UNIT_SECONDS[unit]), unit };
};

const localZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

const NO_EXPECT = Object.fromEntries(EXPECT_TEXTS.map((name) => [name, ""])) as Record<ExpectText, string>;

/** As the server fills in what a request leaves out. */
export const blankMonitor = (type: MonitorType): MonitorDraft => ({
  type,
  name: "",
  group: "",
  description: "",
  url: "",
  method: "GET",
  headers: [],
  body: "",
  followRedirects: true,
  verifyTls: true,
  ca: "",
  host: "",
  port: type === "tls" || type === "ping" ? "443" : "",
  serverName: "",
  recordType: "A",
  resolver: "",
  scheduleKind: "period",
  period: "1",
  periodUnit: "days",
  cron: "",
  timeZone: localZone(),
  grace: "5",
  graceUnit: "minutes",
  slug: "",
  expect: NO_EXPECT,
  tlsTrusted: true,
  interval: "60",
  timeout: "10",
  failures: "1",
  successes: "1",
  region: "",
  severity: "major",
  serviceId: "",
  newService: "",
  serviceStatus: "down",
  isActive: true,
});

const asText = (value: unknown): string => (value === undefined || value === null ? "" : String(value));

/** A text that reads as a number or truth value stands in quotes, so that it is one again. */
const equalsText = (value: unknown): string => {
  if (value === undefined) return "";
  if (typeof value !== "string") return JSON.stringify(value);
  return typeof readEquals(value) === "string" && !value.startsWith('"') ? value : JSON.stringify(value);
};

/** `ok`, `200`, `true`, or a text in quotes. */
export const readEquals = (typed: string): unknown => {
  try {
    const value: unknown = JSON.parse(typed);
    return typeof value === "object" && value !== null ? typed : value;
  } catch {
    return typed;
  }
};

const expectOf = ({ expect }: Monitor): Record<ExpectText, string> => ({
  status: Array.isArray(expect.status) ? expect.status.join(", ") : asText(expect.status),
  body_contains: asText(expect.body_contains),
  body_not_contains: asText(expect.body_not_contains),
  json_path: asText(expect.json_path),
  equals: equalsText(expect.equals),
  regex: asText(expect.regex),
  max_latency_ms: asText(expect.max_latency_ms),
  tls_days_left: asText(expect.tls_days_left),
  values: (expect.values ?? []).join("\n"),
});

export const draftOf = (monitor: Monitor): MonitorDraft => {
  const period = spanOf(monitor.period_seconds ?? UNIT_SECONDS.days);
  const grace = spanOf(monitor.grace_seconds ?? 300);
  const blank = blankMonitor(monitor.type);
  return {
    ...blank,
    name: monitor.name,
    group: monitor.group ?? "",
    description: monitor.description,
    url: monitor.url ?? "",
    method: monitor.method ?? "GET",
    headers: Object.entries(monitor.headers ?? {}),
    body: monitor.body ?? "",
    followRedirects: monitor.follow_redirects ?? true,
    verifyTls: monitor.verify_tls ?? true,
    ca: monitor.ca ?? "",
    host: monitor.host ?? "",
    port: monitor.port === undefined ? blank.port : String(monitor.port),
    serverName: monitor.server_name ?? "",
    recordType: monitor.record_type ?? "A",
    resolver: monitor.resolver ?? "",
    scheduleKind: monitor.cron == null ? "period" : "cron",
    period: period.value,
    periodUnit: period.unit,
    cron: monitor.cron ?? "",
    timeZone: monitor.time_zone ?? blank.timeZone,
    grace: grace.value,
    graceUnit: grace.unit,
    slug: monitor.slug ?? "",
    expect: expectOf(monitor),
    tlsTrusted: monitor.expect.tls_trusted !== false,
    interval: String(monitor.interval_seconds),
    timeout: String(monitor.timeout_seconds),
    failures: String(monitor.failure_threshold),
    successes: String(monitor.success_threshold),
    region: monitor.region,
    severity: monitor.severity,
    serviceId: monitor.service_id ?? "",
    serviceStatus: monitor.service_status,
    isActive: monitor.is_active,
  };
};
