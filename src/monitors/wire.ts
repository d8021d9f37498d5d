// In: monitors and how they stand. Out: their API model. Times ISO 8601 UTC in ms.
import { t, type Static } from "elysia";
import { roleAllows, type Principal } from "../core/actor";
import { isoMillis, isoMillisOrNull } from "../core/time";
import type { Monitor } from "./book";
import { Expect, oneOf, TypeField } from "./request-wire";
import { OutcomeModel } from "./results-wire";
import { endpointOf, maskGiven } from "./target";

const NullableString = t.Union([t.String(), t.Null()]);
const NullableInteger = t.Union([t.Integer(), t.Null()]);

const StatusModel = oneOf(["pending", "up", "down", "paused"], "pending: not known yet");

export const MonitorWire = t.Object({
  id: t.String(),
  number: t.Integer(),
  name: t.String(),
  type: TypeField,
  group: NullableString,
  description: t.String(),
  project_id: t.String(),
  endpoint: t.String({ description: "What is looked at, as incidents name it" }),
  url: t.Optional(t.String()),
  method: t.Optional(t.String()),
  headers: t.Optional(t.Record(t.String(), t.String())),
  body: t.Optional(NullableString),
  follow_redirects: t.Optional(t.Boolean()),
  verify_tls: t.Optional(t.Boolean()),
  ca: t.Optional(NullableString),
  host: t.Optional(t.String()),
  port: t.Optional(t.Integer()),
  server_name: t.Optional(NullableString),
  record_type: t.Optional(t.String()),
  resolver: t.Optional(NullableString),
  period_seconds: t.Optional(NullableInteger),
  cron: t.Optional(NullableString),
  time_zone: t.Optional(t.String()),
  grace_seconds: t.Optional(t.Integer()),
  slug: t.Optional(NullableString),
  ping_url: t.Optional(
    t.Union([t.String(), t.Null()], { description: "heartbeat: where it reports; for editors and admins" }),
  ),
  push_url: t.Optional(
    t.Union([t.String(), t.Null()], { description: "heartbeat: the same in the style of Uptime Kuma" }),
  ),
  interval_seconds: t.Integer(),
  timeout_seconds: t.Integer(),
  failure_threshold: t.Integer(),
  success_threshold: t.Integer(),
  expect: Expect,
  severity: t.String(),
  region: t.String(),
  service_id: NullableString,
  service_status: t.String(),
  is_active: t.Boolean(),
  status: StatusModel,
  status_since: t.String(),
  consecutive_failures: t.Integer(),
  consecutive_successes: t.Integer(),
  last_result: t.Union([
    t.Object({
      at: t.String(),
      outcome: OutcomeModel,
      reason: NullableString,
      response_code: NullableInteger,
      latency_ms: NullableInteger,
    }),
    t.Null(),
  ]),
  next_check_at: NullableString,
  last_ping_at: t.Optional(NullableString),
  expected_at: t.Optional(
    t.Union([t.String(), t.Null()], { description: "heartbeat: when the next report is expected" }),
  ),
  is_late: t.Optional(t.Boolean({ description: "heartbeat: expected already, and still within its grace" })),
  is_running: t.Optional(
    t.Boolean({ description: "heartbeat: it said that it begins, and not yet its end" }),
  ),
  last_duration_ms: t.Optional(NullableInteger),
  problem: t.Union([t.String(), t.Null()], { description: "Why it can't be looked at, where that is so" }),
  created_at: t.String(),
  updated_at: t.String(),
});
export type MonitorWire = Static<typeof MonitorWire>;

export interface Presentation {
  principal: Principal;
  region: string;
  baseUrl: string;
  /** Of a heartbeat: when it is expected, in ms, and whether that is over. */
  expectation(monitor: Monitor): { expectedAt: number | null; isLate: boolean };
}

const heartbeatFields = (monitor: Monitor, shown: Presentation): Partial<MonitorWire> => {
  const { target, state } = monitor;
  if (target?.type !== "heartbeat") return {};
  const mayReport = roleAllows(shown.principal.role, "editor");
  const { expectedAt, isLate } = shown.expectation(monitor);
  return {
    period_seconds: target.periodSeconds,
    cron: target.cron,
    time_zone: target.timeZone,
    grace_seconds: target.graceSeconds,
    slug: target.slug,
    ping_url: mayReport ? `${shown.baseUrl}/ping/${target.pingId}` : null,
    push_url: mayReport ? `${shown.baseUrl}/api/push/${target.pushToken}` : null,
    last_ping_at: isoMillisOrNull(state.lastPingAt),
    expected_at: isoMillisOrNull(expectedAt),
    is_late: isLate,
    is_running: state.startedAt !== null,
    last_duration_ms: state.lastDurationMs,
  };
};

/** What its type takes, masked, with what was left to us. */
const targetFieldsOf = ({ record, target }: Monitor): Partial<MonitorWire> => {
  const shown = maskGiven(record.given ?? {}) as Partial<MonitorWire>;
  switch (target?.type) {
    case "http":
      return {
        url: target.url,
        ...shown,
        method: target.method,
        headers: shown.headers ?? {},
        body: shown.body ?? null,
        follow_redirects: target.followRedirects,
        verify_tls: target.verifyTls,
        ca: target.ca,
      };
    case "tls":
      return { ...shown, port: target.port, server_name: target.serverName, ca: target.ca };
    case "dns":
      return { ...shown, record_type: target.recordType, resolver: target.resolver };
    case "ping":
      return { ...shown, port: target.port };
    default:
      return shown;
  }
};

const UNREADABLE = "Its settings can't be read: enter them anew, or restore the key that sealed them.";

export const presentMonitor = (monitor: Monitor, shown: Presentation): MonitorWire => {
  const { record, state, target } = monitor;
  return {
    id: record.id,
    number: record.number,
    name: record.name,
    type: record.type,
    group: record.group,
    description: record.description,
    project_id: record.projectId,
    endpoint: target === null ? "" : endpointOf(target),
    ...targetFieldsOf(monitor),
    ...heartbeatFields(monitor, shown),
    interval_seconds: record.intervalSeconds,
    timeout_seconds: record.timeoutSeconds,
    failure_threshold: record.failureThreshold,
    success_threshold: record.successThreshold,
    expect: record.expect,
    severity: record.severity,
    region: record.region ?? shown.region,
    service_id: record.serviceId,
    service_status: record.serviceStatus,
    is_active: record.isActive,
    status: record.isActive ? state.status : "paused",
    status_since: isoMillis(state.since),
    consecutive_failures: state.failures,
    consecutive_successes: state.successes,
    last_result:
      state.lastAt === null || state.lastOutcome === null
        ? null
        : {
            at: isoMillis(state.lastAt),
            outcome: state.lastOutcome,
            reason: state.lastReason,
            response_code: state.lastCode,
            latency_ms: state.lastLatencyMs,
          },
    next_check_at: record.isActive && record.type !== "heartbeat" ? isoMillisOrNull(state.nextDueAt) : null,
    problem: target === null ? UNREADABLE : null,
    created_at: isoMillis(record.createdAt),
    updated_at: isoMillis(record.updatedAt),
  };
};
