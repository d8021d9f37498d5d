// In: a call of the pinned surface. Out: the made-up answer, with the state changed as the product would.
import type { Alert } from "../../../web/api/alerts";
import { CHANNEL_TYPES, fakeId, iso, makeAttempt, type FakeState } from "./data";

export interface Problem {
  status: number;
  detail: string;
  field?: string;
}

interface Call {
  method: string;
  path: string;
  query: URLSearchParams;
  body: Record<string, unknown>;
  state: FakeState;
  tell: (kind: string, subjectId: string, data: Record<string, unknown>) => void;
}

type Answer = { status?: number; body?: unknown } | { problem: Problem } | undefined;

const list = (rows: readonly unknown[]): Answer => ({ body: { data: rows, next_cursor: null } });
const missing: Answer = { problem: { status: 404, detail: "There is no such object." } };

const SESSION = (state: FakeState): unknown => ({
  user: { id: "u1", email: "anna@plant.example", name: "Anna Berger", role: state.role },
  organization: { id: "o1", name: "Plant Lyon", slug: "plant-lyon" },
});

/** A wave that ends at `last` and, for the hot mill, climbs over its limit. */
const wave = (
  last: number,
  from: number,
  to: number,
  count: number,
  climbs: boolean,
): { time: string; value: number }[] =>
  Array.from({ length: count }, (_, index) => {
    const share = index / (count - 1);
    const time = from + (to - from) * share;
    const swing = Math.sin(time / 170_000) * 0.8 + Math.sin(time / 41_000) * 0.45;
    const climb = climbs ? -14 * Math.max(0, 1 - share ** 3) : 0;
    return {
      time: new Date(time).toISOString(),
      value: last + climb + swing * Math.max(0.02, Math.abs(last) * 0.012),
    };
  });

const readings = ({ path, query, state }: Call): Answer => {
  const machine = state.machines.find((each) => path.includes(each.id));
  const metric = machine?.metrics.find((each) => each.name === query.get("metric"));
  if (machine === undefined || metric === undefined) return missing;
  const from = Date.parse(query.get("from") ?? "");
  const to = Math.min(Date.parse(query.get("to") ?? ""), Date.now());
  const count = Math.min(Number(query.get("max_points") ?? 300), 300);
  const isLong = to - from > 3 * 86_400_000;
  const points = wave(
    metric.series[0]?.last_value ?? 0,
    from,
    to,
    count,
    machine.name === "CNC Mill #1" && metric.name === "temperature",
  ).map((point, index) =>
    isLong ? { ...point, min: point.value - 1 - (index % 3), max: point.value + 1.5, count: 60 } : point,
  );
  return {
    body: {
      metric: metric.name,
      unit: metric.unit,
      decimals: metric.decimals,
      resolution: isLong ? "1h" : "raw",
      series: [{ labels: {}, points }],
    },
  };
};

const alertCalls = (call: Call): Answer => {
  const { method, path, query, state, body, tell } = call;
  if (path === "/alerts") {
    const statuses = query.get("status")?.split(",");
    return list(state.alerts.filter((alert) => statuses?.includes(alert.status) ?? true));
  }
  if (path === "/alerts/counts") return { body: {} };
  const [, , id, verb] = path.split("/");
  const alert = state.alerts.find((each) => each.id === id || String(each.number) === id);
  if (alert === undefined) return { problem: { status: 404, detail: "There is no such alert." } };
  const timeline = state.timelines.get(alert.id) ?? [
    { at: alert.created_at, kind: "alert.triggered", actor: "Andon", data: {} },
  ];
  state.timelines.set(alert.id, timeline);
  const note = (kind: string, data: Record<string, unknown>): void =>
    void timeline.push({ at: new Date().toISOString(), kind, actor: "Anna Berger", data });
  if (method === "GET" && verb === undefined) return { body: alert };
  if (verb === "timeline")
    return {
      body: {
        data: timeline.map((entry, seq) => ({
          seq,
          ...entry,
          subject_id: alert.id,
          actor: { kind: entry.actor === "Andon" ? "system" : "user", id: null, name: entry.actor },
        })),
        deliveries: state.deliveries
          .filter((each) => each.subject_id === alert.id)
          .map((each) => ({
            ...each,
            channel_name: state.channels.find((channel) => channel.id === each.channel_id)?.name ?? "",
          })),
      },
    };
  const told = (): Omit<Alert, "next_escalation" | "occurrences"> => {
    const { next_escalation: _next, occurrences: _count, ...facts } = alert;
    return facts;
  };
  if (verb === "acknowledge") {
    if (alert.status === "triggered")
      Object.assign(alert, {
        status: "acknowledged",
        acknowledged_at: new Date().toISOString(),
        acknowledged_by: "Anna Berger",
        next_escalation: null,
      });
    note("alert.acknowledged", { note: body["note"] ?? null });
    tell("alert.acknowledged", alert.id, { alert: told() });
    return { body: alert };
  }
  if (verb === "resolve") {
    if (alert.status === "resolved")
      return { problem: { status: 409, detail: "The alert is already resolved." } };
    Object.assign(alert, {
      status: "resolved",
      resolved_at: new Date().toISOString(),
      resolved_by: "Anna Berger",
      resolve_reason: "resolved_by_person",
      next_escalation: null,
    });
    note("alert.resolved", { note: body["note"] ?? null });
    tell("alert.resolved", alert.id, { alert: told() });
    return { body: alert };
  }
  if (verb === "notes") {
    note("alert.noted", { text: body["text"] });
    tell("alert.noted", alert.id, { alert_id: alert.id, text: body["text"] });
    return { status: 201, body: {} };
  }
  return undefined;
};

const channelCalls = ({ method, path, query, state }: Call): Answer => {
  const [, collection, id, verb] = path.split("/");
  const delivery = state.deliveries.find((each) => each.id === id);
  if (collection === "deliveries") {
    if (id === undefined)
      return list(
        state.deliveries.filter(
          (each) =>
            (query.get("channel_id") ?? each.channel_id) === each.channel_id &&
            (query.get("status") ?? each.status) === each.status,
        ),
      );
    if (delivery === undefined) return missing;
    if (verb === "attempts")
      return list(
        Array.from({ length: delivery.attempt_count }, (_, index) =>
          index + 1 === delivery.attempt_count && delivery.status === "delivered"
            ? makeAttempt(index + 1, "delivered", 200, 100)
            : makeAttempt(
                index + 1,
                delivery.outcome === "timeout" ? "timeout" : "server_error",
                delivery.outcome === "timeout" ? null : 503,
                130,
              ),
        ),
      );
    if (verb === "replay") return { body: Object.assign(delivery, { status: "pending" }) };
  }
  if (verb === "test") {
    const isGood = state.channels.find((each) => each.id === id)?.health !== "failing";
    return {
      body: isGood
        ? { success: true, attempt: makeAttempt(1, "delivered", 200, 0) }
        : {
            success: false,
            error: "The endpoint answered 503.",
            attempt: makeAttempt(1, "server_error", 503, 0),
          },
    };
  }
  if (verb === "resume" && method === "POST") return { body: {} };
  return undefined;
};

const COLLECTIONS: Record<string, (state: FakeState) => { id: string }[]> = {
  machines: (state) => state.machines,
  "alert-rules": (state) => state.rules,
  "notification-channels": (state) => state.channels,
  "escalation-policies": (state) => state.policies,
  "api-tokens": (state) => state.tokens,
  users: (state) => state.users,
};

const DEFAULTS: Record<string, Record<string, unknown>> = {
  machines: {
    display_name: null,
    type: "machine",
    labels: {},
    status: "offline",
    approval: "approved",
    offline_after_seconds: null,
    last_contact_at: null,
    last_heartbeat_at: null,
    metrics: [],
    number: 99,
  },
  "alert-rules": {
    number: 99,
    warnings: ["No active channel takes alerts of this severity: nobody would be told."],
  },
  "notification-channels": {
    events: null,
    filters: null,
    failure_channel_id: null,
    health: "active",
    health_reason: null,
    consecutive_failures: 0,
    last_success_at: null,
    last_failure_at: null,
    success_rate_24h: null,
    waiting_count: 0,
  },
  "api-tokens": { scope: "full", role: "editor", hint: "zz99", last_used_at: null, expires_at: null },
  users: { is_active: true },
};

const plainCalls = ({ method, path, body, state, tell }: Call): Answer => {
  const [, name = "", id] = path.split("/");
  const rows = COLLECTIONS[name]?.(state);
  if (rows === undefined) return undefined;
  if (id === undefined) {
    if (method === "GET") return list(rows);
    const { password: _password, ...rest } = body;
    const row = { id: fakeId(), created_at: iso(0), updated_at: iso(0), ...DEFAULTS[name], ...rest };
    rows.unshift(row);
    tell("config.created", row.id, { id: row.id, name: "", object: name });
    return {
      status: 201,
      body: name === "api-tokens" ? { ...row, token: "andon_1f9c7be2f0a94a0e8a3b5c7d9e1f2a3b4c5d6e7f" } : row,
    };
  }
  const row = rows.find((each) => each.id === id || String((each as { number?: number }).number) === id);
  if (row === undefined) return missing;
  if (path.endsWith("/approve")) Object.assign(row, { approval: "approved" });
  if (method === "PATCH" && path.includes("/metrics/")) {
    const metric = state.machines
      .find((each) => each.id === id)
      ?.metrics.find((each) => path.endsWith(`/${each.name}`));
    if (metric !== undefined) Object.assign(metric, body);
    return { body: row };
  }
  if (method === "PATCH") Object.assign(row, body, { updated_at: iso(0) });
  if (method === "DELETE") {
    rows.splice(rows.indexOf(row), 1);
    return { status: 204 };
  }
  return { body: row };
};

export const answer = async (call: Call): Promise<Answer> => {
  const { method, path, body, state } = call;
  if (path === "/setup" && method === "GET") return { body: { needed: !state.isSetUp } };
  if (path === "/setup") {
    if (body["token"] !== "good-token")
      return { problem: { status: 403, detail: "This set-up link is not valid.", field: "token" } };
    state.isSetUp = true;
    state.isSignedIn = true;
    return { status: 201, body: SESSION(state) };
  }
  if (path === "/session") {
    if (method === "POST") {
      if (body["password"] !== "correct horse battery")
        return { problem: { status: 401, detail: "E-mail or password is wrong." } };
      state.isSignedIn = true;
    }
    if (method === "DELETE") {
      state.isSignedIn = false;
      return { status: 204 };
    }
    return state.isSignedIn
      ? { body: SESSION(state) }
      : { problem: { status: 401, detail: "Sign in first." } };
  }
  if (!state.isSignedIn) return { problem: { status: 401, detail: "Sign in first." } };
  if (path === "/channel-types") return { body: { data: CHANNEL_TYPES } };
  if (path === "/projects")
    return list([
      {
        id: "018f0000-0000-7000-8000-00000000aaaa",
        number: 1,
        name: "Line 2",
        slug: "line-2",
        is_default: true,
      },
    ]);
  if (path.endsWith("/readings") && method === "GET") return readings(call);
  if (path.startsWith("/alerts")) return alertCalls(call);
  return channelCalls(call) ?? plainCalls(call);
};
