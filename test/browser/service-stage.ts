// In: a running stage. Out: the same plant with the services that people ask about: three months of past with
// gaps and failures, an incident being worked on, one that is over, and maintenance to come.
import { ADMIN, type Stage } from "./stage";

export type ServiceIds = Record<
  | "shop"
  | "checkout"
  | "mail"
  | "mes"
  | "label"
  | "incident"
  | "code"
  | "over"
  | "monitor"
  | "work"
  | "weekly"
  | "page",
  string
>;

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

type Trouble = readonly [state: "down" | "degraded" | "maintenance", daysAgo: number, minutes: number];

/** What lies before this program was started: as if it had watched all the time. */
export const writePast = async (
  { app }: Stage,
  id: string,
  { sinceDays, troubles }: { sinceDays: number; troubles: readonly Trouble[] },
): Promise<void> => {
  const now = Date.now();
  const begin = now - sinceDays * DAY_MS;
  const spans: { state: string; from: number; to: number }[] = [];
  let at = begin;
  for (const [state, daysAgo, minutes] of troubles.toSorted((left, right) => right[1] - left[1])) {
    const from = now - daysAgo * DAY_MS;
    spans.push({ state: "operational", from: at, to: from }, { state, from, to: from + minutes * MINUTE_MS });
    at = from + minutes * MINUTE_MS;
  }
  spans.push({ state: "operational", from: at, to: now });
  await app.store.engine.batch([
    { sql: "UPDATE services SET created_at = ? WHERE id = ?", params: [begin, id] },
    {
      sql: "UPDATE service_spans SET started_at = max(started_at, ?) WHERE service_id = ?",
      params: [now, id],
    },
    ...spans.map(({ state, from, to }) => ({
      sql: "INSERT INTO service_spans (service_id, state, started_at, ended_at) VALUES (?, ?, ?, ?)",
      params: [id, state, from, to],
    })),
  ]);
};

/** What people do is done by a person, signed in as in a browser. */
const signedIn = async ({ app }: Stage): Promise<Record<string, string>> => {
  const answer = await fetch(`${app.url}/api/v1/session`, {
    method: "POST",
    headers: { origin: app.url, "content-type": "application/json" },
    body: JSON.stringify(ADMIN),
  });
  return { origin: app.url, cookie: answer.headers.get("set-cookie")?.split(";")[0] ?? "" };
};

export const addServices = async (stage: Stage): Promise<ServiceIds> => {
  const { app } = stage;
  const person = await signedIn(stage);
  const act = async (path: string, body: Record<string, unknown>): Promise<Record<string, unknown>> => {
    const answer = await fetch(`${app.url}/api/v1${path}`, {
      method: "POST",
      headers: { ...person, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Record<string, unknown>;
  };
  const make = async (path: string, body: Record<string, unknown>): Promise<Record<string, unknown>> => {
    const answer = await app.api("POST", path, body);
    if (answer.status >= 300)
      throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body as Record<string, unknown>;
  };
  const service = async (body: Record<string, unknown>): Promise<string> =>
    String((await make("/services", body))["id"]);
  const database = await service({ name: "Order database", group: "Web", order: 3 });
  const shop = await service({
    name: "Shop",
    group: "Web",
    order: 1,
    description: "Catalogue, basket and customer accounts.",
    owner: "Web team",
    sla_target: 99.9,
    depends_on: [database],
  });
  const checkout = await service({
    name: "Checkout",
    group: "Web",
    order: 2,
    sla_target: 99.95,
    owner: "Payments",
    depends_on: [database],
  });
  const mail = await service({ name: "Mail delivery", group: "Messages", order: 4, degraded_weight: 0.3 });
  const mes = await service({ name: "MES interface", group: "Plant", order: 5, sla_target: 99 });
  const label = await service({ name: "Label printing", group: "Plant", order: 6 });
  await Promise.all([
    writePast(stage, shop, {
      sinceDays: 120,
      troubles: [
        ["down", 61, 95],
        ["degraded", 40, 240],
        ["maintenance", 22, 180],
        ["down", 8, 12],
      ],
    }),
    writePast(stage, checkout, { sinceDays: 120, troubles: [["down", 61, 70]] }),
    writePast(stage, mail, {
      sinceDays: 58,
      troubles: [
        ["degraded", 31, 600],
        ["degraded", 30, 900],
      ],
    }),
    writePast(stage, mes, { sinceDays: 20, troubles: [["down", 3, 45]] }),
    writePast(stage, database, { sinceDays: 120, troubles: [] }),
  ]);
  const monitor = await make("/monitors", {
    name: "Checkout answers",
    group: "Web",
    type: "http",
    url: `${stage.receiver.url}/good`,
    interval_seconds: 3_600,
    service_id: checkout,
    is_active: false,
  });
  const over = await act("/incidents", {
    title: "Labels come out empty",
    severity: "minor",
    service_ids: [label],
    message: "The printer in hall B prints blank labels.",
  });
  await act(`/incidents/${String(over["code"])}/updates`, {
    status: "resolved",
    message: "A new template was at fault. The old one is back.",
  });
  const incident = await act("/incidents", {
    title: "Orders cannot be paid",
    severity: "critical",
    service_ids: [checkout, shop],
    message: "Payments fail for about half of the customers. We are looking into it.",
    service_status: "down",
  });
  await act(`/incidents/${String(incident["code"])}/updates`, {
    status: "investigating",
    message: "Card provider says all is well. Looking at our own proxy.",
    public: false,
  });
  await act(`/incidents/${String(incident["code"])}/updates`, {
    status: "identified",
    message: "A certificate has expired. It is being replaced.",
  });
  await act(`/services/${mail}/status`, {
    status: "degraded",
    message: "Mails arrive about ten minutes late.",
  });
  const soon = (minutes: number): string => new Date(Date.now() + minutes * MINUTE_MS).toISOString();
  const work = await act("/maintenance-windows", {
    name: "Oil change of line 2",
    description: "Pumps stand still for an hour.",
    groups: ["Line 2"],
    machine_ids: [stage.ids.press],
    starts_at: soon(-5),
    ends_at: soon(55),
  });
  const weekly = await act("/maintenance-windows", {
    name: "Database backup",
    service_ids: [database],
    cron: "0 2 * * 0",
    duration_seconds: 5_400,
    time_zone: "Europe/Berlin",
  });
  await act("/maintenance-windows", {
    name: "Shop release",
    description: "New checkout.",
    service_ids: [shop, checkout],
    starts_at: soon(26 * 60),
    ends_at: soon(27 * 60),
  });
  const page = await make("/status-pages", {
    name: "Customers",
    title: "Plant Lyon",
    slug: "customers",
    description: "How our services stand.",
    service_ids: [checkout, shop],
    groups: ["Messages"],
    announcement: "From Monday on the shop has a new checkout.",
    accent_color: "#7a2ea0",
  });
  return {
    page: String(page["id"]),
    work: String(work["id"]),
    weekly: String(weekly["id"]),
    shop,
    checkout,
    mail,
    mes,
    label,
    incident: String(incident["id"]),
    code: String(incident["code"]),
    over: String(over["code"]),
    monitor: String(monitor["id"]),
  };
};
