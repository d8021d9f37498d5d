// In: migrations/0011. Out: what a monitor is, how it stands, and what a look at it may show: the words
// that the slice's files share. Times in server ms.
import type { IncidentSeverity } from "../core/events";

export const MONITOR_TYPES = ["http", "tcp", "tls", "dns", "ping", "heartbeat"] as const;
export type MonitorType = (typeof MONITOR_TYPES)[number];

export const HTTP_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;
export const RECORD_TYPES = ["A", "AAAA", "CNAME", "MX", "NS", "TXT", "SRV", "PTR", "CAA", "SOA"] as const;
export type RecordType = (typeof RECORD_TYPES)[number];

export interface HttpTarget {
  type: "http";
  url: string;
  method: (typeof HTTP_METHODS)[number];
  headers: Readonly<Record<string, string>>;
  body: string | null;
  followRedirects: boolean;
  verifyTls: boolean;
  /** PEM, beside the system's. */
  ca: string | null;
}

export interface TcpTarget {
  type: "tcp";
  host: string;
  port: number;
}

export interface TlsTarget {
  type: "tls";
  host: string;
  port: number;
  /** For SNI and the name in the certificate; null: the host. */
  serverName: string | null;
  ca: string | null;
}

export interface DnsTarget {
  type: "dns";
  host: string;
  recordType: RecordType;
  /** Address with or without a port; null: the servers of the system. */
  resolver: string | null;
}

export interface PingTarget {
  type: "ping";
  host: string;
  /** Dialled by TCP where the system has no `ping`. */
  port: number;
}

export interface HeartbeatTarget {
  type: "heartbeat";
  /** One of the two. */
  periodSeconds: number | null;
  cron: string | null;
  timeZone: string;
  graceSeconds: number;
  /** In addresses with a project's key; null: none. */
  slug: string | null;
  /** The UUID in its own address, and the token of its address in the style of Uptime Kuma. */
  pingId: string;
  pushToken: string;
}

export type Target = HttpTarget | TcpTarget | TlsTarget | DnsTarget | PingTarget | HeartbeatTarget;
export type ProbeTarget = Exclude<Target, HeartbeatTarget>;

/** What must hold beside "it answers"; absent ones are not looked at. In the API's spelling, as given. */
export interface Expectations {
  /** `"2xx"`, `"200-299"`, or a list of such texts and numbers. */
  status?: string | (string | number)[];
  body_contains?: string;
  body_not_contains?: string;
  json_path?: string;
  equals?: string | number | boolean | null;
  regex?: string;
  max_latency_ms?: number;
  /** The certificate must be valid for so many more days. */
  tls_days_left?: number;
  /** False: an unknown issuer or another name in the certificate is no failure. */
  tls_trusted?: boolean;
  /** DNS: each of them must be among the answers. */
  values?: string[];
}

export interface MonitorRecord {
  number: number;
  id: string;
  tenantId: string;
  projectId: string;
  name: string;
  group: string | null;
  description: string;
  type: MonitorType;
  /** The type's own settings as they were given, in the API's spelling; null when they can't be opened. */
  given: Readonly<Record<string, unknown>> | null;
  expect: Expectations;
  intervalSeconds: number;
  timeoutSeconds: number;
  failureThreshold: number;
  successThreshold: number;
  /** Of its incidents. */
  severity: IncidentSeverity;
  /** Null: ANDON_REGION. */
  region: string | null;
  serviceId: string | null;
  /** What it says of its service while it fails. */
  serviceStatus: "degraded" | "down";
  isActive: boolean;
  createdAt: number;
  updatedAt: number;
}

/** `pending`: not known yet. */
export const MONITOR_STATUSES = ["pending", "up", "down"] as const;
export type MonitorStatus = (typeof MONITOR_STATUSES)[number];

/** `unknown`: the fault is our own, or it cannot be told. `start` and `log` are what jobs report on the way. */
export const OUTCOMES = ["up", "down", "unknown", "start", "log"] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface MonitorState {
  readonly status: MonitorStatus;
  readonly since: number;
  /** In a row, up to now. */
  readonly failures: number;
  readonly successes: number;
  readonly nextDueAt: number | null;
  readonly lastAt: number | null;
  readonly lastOutcome: Outcome | null;
  readonly lastReason: string | null;
  readonly lastCode: number | null;
  readonly lastLatencyMs: number | null;
  /** The service (`""`: none) for which it reported that it fails; null while it does not. */
  readonly reportedFor: string | null;
  readonly lastPingAt: number | null;
  /** A job said that it begins, and not yet that it has ended. */
  readonly startedAt: number | null;
  readonly startRun: string | null;
  readonly lastDurationMs: number | null;
}

/** One look at a monitor, or one report of a job. */
export interface Result {
  at: number;
  outcome: Outcome;
  /** One sentence without secrets; null when all is well. */
  reason: string | null;
  /** Status of HTTP, or a job's exit code. */
  code: number | null;
  /** Of a job: how long it took. */
  latencyMs: number | null;
  /** Who reported. */
  source: string | null;
}

/** So many results are kept of each monitor, and so many texts of each heartbeat. */
export const KEPT_RESULTS = 1_000;
export const KEPT_BODIES = 20;

export const MINUTE_SECONDS = 60;
export const HOUR_SECONDS = 3_600;
