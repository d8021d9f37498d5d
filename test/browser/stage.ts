// In: nothing. Out: the whole program with a plant in it: machines with an hour of readings, rules,
// alerts in every state, channels of which one fails, an escalation. The ground of the browser tests
// and of the screenshots.
import { startApp, type TestApp, type TestAppOptions } from "../harness/app";
import { openScriptedReceiver, type ScriptedReceiver } from "../harness/scripted-receiver";

export const ADMIN = { email: "anna@plant.example", password: "correct horse battery" };

export interface Stage {
  app: TestApp;
  receiver: ScriptedReceiver;
  ids: Record<"mill" | "press" | "robot" | "hotRule" | "silentRule" | "lead" | "tickets", string>;
  /** Of the open critical alert that nobody has acknowledged. */
  alertId: string;
  takenId: string;
  send(machine: string, metric: string, value: number, agoSeconds?: number): Promise<void>;
  stop(): Promise<void>;
}

/** The administrator's password is set; set-up is over. */
export const startSetUp = (options: TestAppOptions = {}): Promise<TestApp> =>
  startApp({
    ...options,
    config: { adminEmail: ADMIN.email, adminPassword: ADMIN.password, ...options.config },
  });

const MINUTE_S = 60;
const HISTORY_MINUTES = 60;

type Body = Record<string, unknown>;

/** A call that must succeed. */
const call = async (app: TestApp, method: string, path: string, body?: Body | Body[]): Promise<Body> => {
  const answer = await app.api(method, path, body);
  if (answer.status >= 300)
    throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body as Body;
};

const reading = (machine: string, metric: string, value: number, agoSeconds: number): Body => ({
  machine,
  metric,
  value: Math.round(value * 1000) / 1000,
  timestamp: new Date(Date.now() - agoSeconds * 1000).toISOString(),
});

/** A calm wave every 20 s, up to `untilSeconds` ago. */
const wave = (machine: string, metric: string, level: number, swing: number, untilSeconds = 0): Body[] =>
  Array.from({ length: (HISTORY_MINUTES * MINUTE_S - untilSeconds) / 20 }, (_, index) => {
    const ago = HISTORY_MINUTES * MINUTE_S - index * 20;
    return reading(machine, metric, level + swing * (Math.sin(ago / 340) + 0.5 * Math.sin(ago / 71)), ago);
  });

/** Climbs from `low` to `high` within the given span. */
const climb = (machine: string, metric: string, low: number, high: number, fromSeconds: number): Body[] =>
  Array.from({ length: fromSeconds / 10 }, (_, index) => {
    const ago = fromSeconds - index * 10;
    const share = 1 - ago / fromSeconds;
    return reading(machine, metric, low + (high - low) * share ** 1.4 + 0.3 * Math.sin(ago / 9), ago);
  });

interface MetricLook {
  display_name?: string;
  unit: string;
  decimals: number;
}

/** Where each metric begins: well within all limits. */
const FIRST: Record<string, number> = {
  temperature: 60,
  spindle_speed: 11_840,
  vibration: 3.2,
  pressure: 182,
  battery: 38,
  flow: 412,
};

const MACHINES: readonly {
  name: string;
  type: string;
  labels?: Record<string, string>;
  display_name?: string;
  metrics: Record<string, MetricLook>;
}[] = [
  {
    name: "CNC Mill #1",
    type: "cnc_mill",
    labels: { line: "2", hall: "B" },
    metrics: {
      temperature: { display_name: "Spindle temperature", unit: "°C", decimals: 1 },
      spindle_speed: { unit: "rpm", decimals: 0 },
      vibration: { unit: "mm/s", decimals: 2 },
    },
  },
  {
    name: "CNC Mill #2",
    type: "cnc_mill",
    labels: { line: "2" },
    metrics: { temperature: { unit: "°C", decimals: 1 } },
  },
  {
    name: "press-07",
    type: "press",
    display_name: "Press 7",
    labels: { line: "1" },
    metrics: {
      temperature: { display_name: "Oil temperature", unit: "°C", decimals: 1 },
      pressure: { unit: "bar", decimals: 1 },
    },
  },
  { name: "warehouse-robot-01", type: "robot", metrics: { battery: { unit: "%", decimals: 0 } } },
  {
    name: "Compressor 3",
    type: "compressor",
    metrics: { vibration: { unit: "mm/s", decimals: 1 }, flow: { unit: "m³/h", decimals: 0 } },
  },
  { name: "Oven 2", type: "oven", metrics: { temperature: { unit: "°C", decimals: 0 } } },
];

const registerMachines = async (app: TestApp): Promise<Map<string, string>> => {
  const ids = new Map<string, string>();
  for (const { metrics, ...machine } of MACHINES) {
    const id = String((await call(app, "POST", "/machines", machine))["id"]);
    ids.set(machine.name, id);
    const first = Object.keys(metrics).map((metric) =>
      reading(machine.name, metric, FIRST[metric] ?? 0, HISTORY_MINUTES * MINUTE_S + 60),
    );
    await call(app, "POST", "/readings", first);
    for (const [metric, look] of Object.entries(metrics))
      await call(app, "PATCH", `/machines/${id}/metrics/${metric}`, { ...look });
  }
  return ids;
};

const addRules = async (
  app: TestApp,
  machineIds: Map<string, string>,
): Promise<{ hot: string; silent: string }> => {
  const add = async (body: Body): Promise<string> =>
    String((await call(app, "POST", "/alert-rules", { is_active: true, ...body }))["id"]);
  const hot = await add({
    name: "Spindle too hot",
    severity: "critical",
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
  await add({
    name: "Oil too cold",
    severity: "critical",
    selector: { machine_id: machineIds.get("press-07") },
    condition: {
      type: "threshold",
      metric: "temperature",
      operator: "<",
      threshold: 40,
      clear_threshold: 50,
    },
  });
  await add({
    name: "Vibration high",
    severity: "warning",
    condition: {
      type: "threshold",
      metric: "vibration",
      operator: ">",
      threshold: 7.1,
      deadband: 0.5,
      off_delay_seconds: 120,
    },
  });
  await add({
    name: "Flow outside the band",
    severity: "info",
    is_active: false,
    condition: { type: "threshold", metric: "flow", operator: "outside", range: [380, 480] },
  });
  const silent = await add({
    name: "Robot silent",
    severity: "warning",
    selector: { machine_type: "robot" },
    condition: { type: "heartbeat", after_seconds: 1 },
  });
  return { hot, silent };
};

const addChannels = async (
  app: TestApp,
  receiver: ScriptedReceiver,
): Promise<{ lead: string; tickets: string }> => {
  const lead = await call(app, "POST", "/notification-channels", {
    name: "Shift lead",
    type: "webhook",
    config: {
      url: `${receiver.url}/good`,
      dialect: "haltless",
      secret: "whsec_c2hpZnQtbGVhZC1zZWNyZXQtMDEyMzQ1Njc4OQ==",
      headers: { "X-Webhook-Secret": "a-static-header-of-the-shift-lead" },
    },
    is_active: true,
    events: ["alert.triggered", "alert.acknowledged", "alert.resolved", "alert.escalated"],
  });
  const tickets = await call(app, "POST", "/notification-channels", {
    name: "Ticket system",
    type: "webhook",
    config: { url: `${receiver.url}/bad`, retry: [900, 3600] },
    is_active: true,
    filters: { severities: ["critical"] },
    failure_channel_id: lead["id"],
  });
  await call(app, "POST", "/escalation-policies", {
    name: "Shift lead after 15 minutes",
    severity: "critical",
    wait_minutes: 15,
    channel_id: lead["id"],
    is_active: true,
  });
  await call(app, "POST", "/escalation-policies", {
    name: "Chain for warnings",
    severity: "info",
    steps: [
      { wait_minutes: 10, channel_id: tickets["id"] },
      { wait_minutes: 30, channel_id: lead["id"] },
    ],
    is_active: false,
  });
  return { lead: String(lead["id"]), tickets: String(tickets["id"]) };
};

const findAlert = async (app: TestApp, name: string): Promise<string> => {
  const open = (await call(app, "GET", "/alerts?status=triggered"))["data"] as { id: string; name: string }[];
  const alert = open.find((each) => each.name === name);
  if (alert === undefined) throw new Error(`no open alert of the rule ${name}`);
  return alert.id;
};

/** Acknowledging is done by a person, signed in as in a browser. */
const actAsAdmin = async (app: TestApp): Promise<(path: string, body: Body) => Promise<void>> => {
  const headers = { origin: app.url, "content-type": "application/json" };
  const session = await fetch(`${app.url}/api/v1/session`, {
    method: "POST",
    headers,
    body: JSON.stringify(ADMIN),
  });
  const { user } = (await session.json()) as { user: { id: string } };
  await call(app, "PATCH", `/users/${user.id}`, { name: "Anna Berger" });
  const cookie = session.headers.get("set-cookie")?.split(";")[0] ?? "";
  return async (path, body) => {
    const answer = await fetch(`${app.url}/api/v1${path}`, {
      method: "POST",
      headers: { ...headers, cookie },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`POST ${path}: ${answer.status}`);
  };
};

export const startStage = async (options: TestAppOptions = {}): Promise<Stage> => {
  const receiver = openScriptedReceiver((request) =>
    request.path === "/bad"
      ? new Response("upstream unavailable", { status: 503 })
      : Response.json({ ok: true }),
  );
  const app = await startSetUp({
    ...options,
    config: { outboundAllow: [receiver.listener], ...options.config },
  });
  const channels = await addChannels(app, receiver);
  const machines = await registerMachines(app);
  const rules = await addRules(app, machines);
  await call(app, "POST", "/readings", [
    ...wave("CNC Mill #1", "temperature", 73, 1.2, 900),
    ...climb("CNC Mill #1", "temperature", 73, 88, 900),
    ...wave("CNC Mill #1", "spindle_speed", 11_840, 60),
    ...wave("CNC Mill #1", "vibration", 3.2, 0.4),
    ...wave("CNC Mill #2", "temperature", 61, 1.5),
    ...wave("press-07", "pressure", 182, 3),
    ...wave("Compressor 3", "vibration", 7.3, 0.05),
    ...wave("Compressor 3", "flow", 412, 8),
    ...wave("Oven 2", "temperature", 212, 2),
  ]);
  await call(app, "POST", "/readings", [
    ...wave("press-07", "temperature", 46, 1, 1200),
    ...climb("press-07", "temperature", 46, 37.5, 1200),
  ]);
  const takenId = await findAlert(app, "Oil too cold");
  const act = await actAsAdmin(app);
  await act(`/alerts/${takenId}/acknowledge`, { note: "On my way" });
  await act(`/alerts/${takenId}/notes`, { text: "Heater fuse blown, spare is in hall C" });
  await act(`/alerts/${await findAlert(app, "Vibration high")}/acknowledge`, {});
  // One that has come and gone.
  await call(app, "POST", "/readings", [
    reading("CNC Mill #2", "temperature", 86.4, 15),
    reading("CNC Mill #2", "temperature", 61, 5),
  ]);
  await call(app, "POST", "/api-tokens", { name: "Gateway line 2", scope: "ingest" });
  await call(app, "POST", "/users", {
    email: "jo@plant.example",
    name: "Jo Martin",
    password: "look but not touch",
    role: "viewer",
  });
  return {
    app,
    receiver,
    ids: {
      mill: machines.get("CNC Mill #1") ?? "",
      press: machines.get("press-07") ?? "",
      robot: machines.get("warehouse-robot-01") ?? "",
      hotRule: rules.hot,
      silentRule: rules.silent,
      ...channels,
    },
    alertId: await findAlert(app, "Spindle too hot"),
    takenId,
    send: async (machine, metric, value, agoSeconds = 0) => {
      await call(app, "POST", "/readings", [reading(machine, metric, value, agoSeconds)]);
    },
    stop: async () => {
      await app.stop();
      await receiver.close();
    },
  };
};
