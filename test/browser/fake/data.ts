// In: nothing. Out: a plant's worth of made-up machines, rules, alerts, channels and deliveries, in the
// API's shapes, for working on the interface and for its tests.
import type { Alert, Severity } from "../../../web/api/alerts";
import type { Channel, ChannelType } from "../../../web/api/channels";
import type { Attempt, Delivery } from "../../../web/api/deliveries";
import type { Policy } from "../../../web/api/escalation";
import type { Machine } from "../../../web/api/machines";
import type { Rule } from "../../../web/api/rules";
import type { ApiToken } from "../../../web/api/tokens";
import type { User } from "../../../web/api/users";

export const iso = (agoSeconds: number): string => new Date(Date.now() - agoSeconds * 1000).toISOString();

let lastId = 0;
export const fakeId = (): string => `018f0000-0000-7000-8000-${String((lastId += 1)).padStart(12, "0")}`;

export interface FakeState {
  isSetUp: boolean;
  isSignedIn: boolean;
  role: "viewer" | "responder" | "editor" | "admin";
  machines: Machine[];
  rules: Rule[];
  alerts: Alert[];
  channels: Channel[];
  deliveries: Delivery[];
  policies: Policy[];
  tokens: ApiToken[];
  users: User[];
  timelines: Map<string, { at: string; kind: string; actor: string; data: Record<string, unknown> }[]>;
}

export const emptyState = (): FakeState => ({
  isSetUp: true,
  isSignedIn: true,
  role: "admin",
  machines: [],
  rules: [],
  alerts: [],
  channels: [],
  deliveries: [],
  policies: [],
  tokens: [],
  users: [],
  timelines: new Map(),
});

const machine = (
  name: string,
  type: string,
  metrics: [string, string | null, string, number, number][],
  extra: Partial<Machine> = {},
): Machine => ({
  id: fakeId(),
  number: lastId,
  name,
  display_name: null,
  type,
  project_id: "018f0000-0000-7000-8000-00000000aaaa",
  labels: {},
  status: "online",
  approval: "approved",
  offline_after_seconds: null,
  last_contact_at: iso(2),
  last_heartbeat_at: null,
  metrics: metrics.map(([metric, title, unit, decimals, value]) => ({
    name: metric,
    display_name: title,
    unit,
    decimals,
    range: null,
    series: [{ labels: {}, last_value: value, last_time: iso(2), last_received_at: iso(2), quality: "good" }],
  })),
  created_at: iso(86_400 * 40),
  updated_at: iso(86_400),
  ...extra,
});

export const makeRule = (name: string, severity: Severity, rest: Partial<Rule>): Rule => ({
  id: fakeId(),
  number: lastId,
  name,
  severity,
  is_active: true,
  selector: {},
  condition: { type: "heartbeat", after_seconds: 300 },
  message: null,
  created_at: iso(86_400 * 12),
  updated_at: iso(86_400 * 2),
  warnings: [],
  ...rest,
});

export const makeAlert = (rule: Rule, on: Machine, rest: Partial<Alert>): Alert => ({
  id: fakeId(),
  number: 4000 + lastId,
  name: rule.name,
  status: "triggered",
  severity: rule.severity,
  message: rule.message ?? "",
  machine_id: on.id,
  machine_number: on.number,
  machine_name: on.display_name ?? on.name,
  machine_type: on.type,
  rule_id: rule.id,
  rule_number: rule.number,
  project_id: on.project_id,
  labels: {},
  metric_name: "temperature",
  metric_value: 87.3,
  threshold_value: 85,
  unit: "°C",
  decimals: 1,
  triggered_at: iso(130),
  acknowledged_at: null,
  acknowledged_by: null,
  resolved_at: null,
  resolved_by: null,
  resolve_reason: null,
  fleeting: false,
  occurrences: 1,
  created_at: iso(129),
  next_escalation: null,
  ...rest,
});

const makeChannel = (name: string, url: string, rest: Partial<Channel>): Channel => ({
  id: fakeId(),
  name,
  type: "webhook",
  config: { url, dialect: "haltless", secret: "••••9f3a", headers: { "X-Webhook-Secret": "••••7c21" } },
  is_active: true,
  events: null,
  filters: null,
  failure_channel_id: null,
  health: "active",
  health_reason: null,
  consecutive_failures: 0,
  last_success_at: iso(72),
  last_failure_at: null,
  success_rate_24h: 1,
  waiting_count: 0,
  created_at: iso(86_400 * 30),
  updated_at: iso(86_400 * 3),
  ...rest,
});

export const CHANNEL_TYPES: ChannelType[] = [
  {
    kind: "webhook",
    label: "Webhook",
    description: "Signed JSON to any URL, in the shape that the handler already understands.",
    default_events: ["alert.triggered", "alert.acknowledged", "alert.resolved", "alert.escalated"],
    fields: [
      {
        name: "url",
        label: "URL",
        type: "url",
        required: true,
        secret: false,
        hint: "https:// anywhere, http:// only to private addresses.",
      },
      {
        name: "dialect",
        label: "Dialect",
        type: "select",
        required: false,
        secret: false,
        hint: "The payload's shape and the defaults below.",
        options: [
          { value: "andon", label: "Andon" },
          { value: "haltless", label: "Haltless" },
        ],
        default: "andon",
      },
      {
        name: "secret",
        label: "Signing secret",
        type: "secret",
        required: false,
        secret: true,
        hint: "8 to 256 characters. Signs each message.",
      },
      {
        name: "headers",
        label: "Headers",
        type: "headers",
        required: false,
        secret: false,
        hint: "Sent along with each message.",
      },
      {
        name: "timeout_seconds",
        label: "Time-out",
        type: "number",
        required: false,
        secret: false,
        hint: "Seconds, 1 to 60.",
        advanced: true,
      },
      {
        name: "ordered",
        label: "Keep order",
        type: "boolean",
        required: false,
        secret: false,
        hint: "Later messages about the same alert wait.",
        default: false,
        advanced: true,
      },
      {
        name: "tls",
        label: "TLS",
        type: "json",
        required: false,
        secret: true,
        hint: "Private CA or client certificate.",
        advanced: true,
      },
    ],
  },
];

export const makeAttempt = (
  number: number,
  outcome: string,
  status: number | null,
  ago: number,
): Attempt => ({
  number,
  outcome,
  status_code: status,
  error: outcome === "delivered" ? null : "The endpoint answered 503.",
  address: "10.20.0.14:8443",
  queued_at: iso(ago),
  started_at: iso(ago - 0.01),
  first_byte_ms: status === null ? null : 18.4,
  total_ms: status === null ? 5000 : 21.7,
  request_headers: {
    "content-type": "application/json",
    "user-agent": "Andon/0.1.0",
    "webhook-id": "018f3c1e-7b3a-7cc0-9c55-0d1e3a4b5c6d",
    "webhook-timestamp": "1775298609",
    "webhook-signature": "v1,••••",
    "X-Webhook-Secret": "••••7c21",
  },
  response_headers: status === null ? null : { "content-type": "application/json", server: "nginx" },
  response_body: status === null ? null : outcome === "delivered" ? '{"ok":true}' : "upstream unavailable",
});

/** Everything that a busy shift has. */
export const plantState = (): FakeState => {
  const mill = machine(
    "CNC Mill #1",
    "cnc_mill",
    [
      ["temperature", "Temperature", "°C", 1, 88.1],
      ["spindle_speed", null, "rpm", 0, 11_840],
      ["vibration", "Vibration", "mm/s", 2, 3.21],
    ],
    { labels: { line: "2", hall: "B" } },
  );
  const mill2 = machine("CNC Mill #2", "cnc_mill", [
    ["temperature", "Temperature", "°C", 1, 61],
    ["vibration", null, "mm/s", 2, 2.1],
  ]);
  const press = machine(
    "press-07",
    "press",
    [
      ["temperature", "Oil temperature", "°C", 1, 38.1],
      ["pressure", null, "bar", 1, 182.4],
    ],
    { display_name: "Press 7", labels: { line: "1" } },
  );
  const robot = machine("warehouse-robot-01", "robot", [["battery", null, "%", 0, 38]], {
    status: "offline",
    last_contact_at: iso(331),
  });
  const compressor = machine("Compressor 3", "compressor", [
    ["vibration", null, "mm/s", 1, 7.2],
    ["flow", null, "m³/h", 0, 412],
  ]);
  const oven = machine("Oven 2", "oven", [["temperature", null, "°C", 0, 212]]);
  const packer = machine("Packer", "packer", [], { approval: "pending", last_contact_at: iso(41) });
  const hot = makeRule("Spindle too hot", "critical", {
    selector: { machine_type: "cnc_mill" },
    condition: {
      type: "threshold",
      metric: "temperature",
      operator: ">",
      threshold: 85,
      clear_threshold: 80,
    },
    message: "Press stop, open coolant valve B",
  });
  const oil = makeRule("Oil too cold", "critical", {
    selector: { machine_id: press.id },
    condition: {
      type: "threshold",
      metric: "temperature",
      operator: "<",
      threshold: 40,
      clear_threshold: 50,
      on_delay_seconds: 60,
    },
  });
  const silent = makeRule("Robot silent", "warning", {
    selector: { machine_type: "robot" },
    condition: { type: "heartbeat", after_seconds: 300 },
  });
  const shaking = makeRule("Vibration high", "warning", {
    condition: {
      type: "threshold",
      metric: "vibration",
      operator: ">",
      threshold: 7.1,
      deadband: 0.5,
      off_delay_seconds: 120,
    },
    warnings: ["No active channel takes warnings of this rule: nobody would be told."],
  });
  const flow = makeRule("Flow outside the band", "info", {
    is_active: false,
    condition: { type: "threshold", metric: "flow", operator: "outside", range: [380, 480] },
  });
  const lead = makeChannel("Shift lead", "https://hooks.plant.example/andon/••••", {});
  const tickets = makeChannel("Ticket system", "https://tickets.plant.example/hook", {
    health: "failing",
    health_reason: "The endpoint answered 503 to the last 3 attempts.",
    consecutive_failures: 3,
    last_failure_at: iso(31),
    last_success_at: iso(7200),
    success_rate_24h: 0.914,
    waiting_count: 4,
  });
  const spare = makeChannel("Night shift", "http://10.20.0.20/alarm", {
    is_active: false,
    last_success_at: null,
    success_rate_24h: null,
  });
  const policy: Policy = {
    id: fakeId(),
    name: "Shift lead after 15 minutes",
    severity: "critical",
    wait_minutes: 15,
    channel_id: lead.id,
    is_active: true,
    created_at: iso(9000),
    updated_at: iso(9000),
  };
  const night: Policy = {
    id: fakeId(),
    name: "Chain for warnings",
    severity: "warning",
    steps: [
      { wait_minutes: 10, channel_id: tickets.id },
      { wait_minutes: 30, channel_id: lead.id },
    ],
    is_active: false,
    created_at: iso(9000),
    updated_at: iso(9000),
  };
  const soon = {
    policy_id: policy.id,
    policy_name: policy.name,
    channel_id: lead.id,
    channel_name: lead.name,
    due_at: iso(-700),
  };
  const first = makeAlert(hot, mill, { next_escalation: soon, occurrences: 3 });
  const taken = makeAlert(oil, press, {
    status: "acknowledged",
    metric_value: 38.1,
    threshold_value: 40,
    triggered_at: iso(860),
    created_at: iso(859),
    acknowledged_at: iso(520),
    acknowledged_by: "Anna Berger",
  });
  const done = makeAlert(hot, mill2, {
    status: "resolved",
    metric_value: 85.6,
    triggered_at: iso(9000),
    created_at: iso(8999),
    acknowledged_at: iso(8800),
    acknowledged_by: "Anna Berger",
    resolved_at: iso(7400),
    resolve_reason: "condition_cleared",
  });
  const delivery = (rest: Partial<Delivery>): Delivery => ({
    id: fakeId(),
    channel_id: lead.id,
    event: "alert.triggered",
    subject_id: first.id,
    machine_id: mill.id,
    status: "delivered",
    attempt_count: 1,
    next_attempt_at: null,
    created_at: iso(129),
    delivered_at: iso(128),
    outcome: "delivered",
    reason: null,
    ...rest,
  });
  return {
    ...emptyState(),
    machines: [mill, mill2, press, robot, compressor, oven, packer],
    rules: [hot, oil, silent, shaking, flow],
    alerts: [
      first,
      makeAlert(silent, robot, {
        metric_name: "heartbeat",
        metric_value: 331,
        threshold_value: 300,
        unit: "",
        decimals: null,
        triggered_at: iso(31),
        created_at: iso(31),
      }),
      taken,
      makeAlert(shaking, compressor, {
        status: "acknowledged",
        metric_name: "vibration",
        metric_value: 7.2,
        threshold_value: 7.1,
        unit: "mm/s",
        triggered_at: iso(11_520),
        created_at: iso(11_519),
        acknowledged_at: iso(11_000),
        acknowledged_by: "gateway",
        fleeting: false,
      }),
      done,
    ],
    channels: [lead, tickets, spare],
    policies: [policy, night],
    deliveries: [
      delivery({}),
      delivery({
        channel_id: tickets.id,
        status: "pending",
        attempt_count: 3,
        next_attempt_at: iso(-48),
        delivered_at: null,
        outcome: "server_error",
        reason: "The endpoint answered 503.",
      }),
      delivery({ event: "alert.acknowledged", subject_id: taken.id, created_at: iso(519) }),
      delivery({ subject_id: taken.id, created_at: iso(858), attempt_count: 2 }),
      delivery({
        event: "alert.resolved",
        subject_id: done.id,
        created_at: iso(7399),
        status: "failed",
        attempt_count: 4,
        outcome: "timeout",
        reason: "No answer within 5 s.",
        delivered_at: null,
      }),
    ],
    tokens: [
      {
        id: fakeId(),
        name: "Gateway line 2",
        scope: "ingest",
        role: "viewer",
        hint: "9f3a",
        created_at: iso(86_400 * 20),
        last_used_at: iso(2),
        expires_at: null,
      },
      {
        id: fakeId(),
        name: "Terraform",
        scope: "full",
        role: "editor",
        hint: "c0de",
        created_at: iso(86_400 * 80),
        last_used_at: null,
        expires_at: iso(86_400 * 2),
      },
    ],
    users: [
      {
        id: fakeId(),
        email: "anna@plant.example",
        name: "Anna Berger",
        role: "admin",
        is_active: true,
        created_at: iso(86_400 * 40),
      },
      {
        id: fakeId(),
        email: "jo@plant.example",
        name: "Jo Martin",
        role: "responder",
        is_active: true,
        created_at: iso(86_400 * 10),
      },
    ],
    timelines: new Map([
      [
        taken.id,
        [
          { at: iso(859), kind: "alert.triggered", actor: "Andon", data: {} },
          { at: iso(520), kind: "alert.acknowledged", actor: "Anna Berger", data: { note: "On my way" } },
          {
            at: iso(300),
            kind: "alert.noted",
            actor: "Anna Berger",
            data: { alert_id: taken.id, text: "Heater fuse blown, spare is in hall C" },
          },
        ],
      ],
    ]),
  };
};
