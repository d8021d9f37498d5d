// In: a running application. Out: a status page with something of everything: groups, 90 days of history
// written as it would have come about, open and past incidents, maintenance before, during and after.
import type { ServiceStatus } from "../../src/core/events";
import type { Statement } from "../../src/store/engine";
import type { TestApp } from "./app";

type Body = Record<string, unknown>;

/** A call that must succeed; its answer's body. */
export const must = async (run: TestApp, method: string, path: string, body?: unknown): Promise<Body> => {
  const answer = await run.api(method, path, body);
  if (answer.status >= 300)
    throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body as Body;
};

/** A created object's ID. */
export const idOf = async (run: TestApp, path: string, body: unknown): Promise<string> =>
  String((await must(run, "POST", path, body))["id"]);

export interface PastSpan {
  state: ServiceStatus;
  /** Ms before `now`. */
  ago: number;
  lastsMs: number;
}

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** As if the service had existed since then, and stood otherwise in these spans (oldest first). */
export const writePast = async (
  run: TestApp,
  serviceId: string,
  { now, sinceAgo, spans }: { now: number; sinceAgo: number; spans: readonly PastSpan[] },
): Promise<void> => {
  const created = now - sinceAgo;
  const rows: [ServiceStatus, number, number | null][] = [];
  let at = created;
  for (const { state, ago, lastsMs } of spans) {
    rows.push(["operational", at, now - ago], [state, now - ago, now - ago + lastsMs]);
    at = now - ago + lastsMs;
  }
  rows.push(["operational", at, null]);
  const statements: Statement[] = [
    { sql: "UPDATE services SET created_at = ? WHERE id = ?", params: [created, serviceId] },
    { sql: "DELETE FROM service_spans WHERE service_id = ?", params: [serviceId] },
    ...rows.map(([state, from, to]) => ({
      sql: "INSERT INTO service_spans (service_id, state, started_at, ended_at) VALUES (?, ?, ?, ?)",
      params: [serviceId, state, from, to],
    })),
  ];
  await run.store.engine.batch(statements);
};

/** Moves an incident, with its updates spread over it, into the past. */
export const backdate = async (
  run: TestApp,
  incidentId: string,
  { now, ago, lastsMs }: { now: number; ago: number; lastsMs: number },
): Promise<void> => {
  const opened = now - ago;
  const { rows } = {
    rows: await run.store.engine.query({
      sql: "SELECT id FROM incident_updates WHERE incident_id = ? ORDER BY id",
      params: [incidentId],
    }),
  };
  await run.store.engine.batch([
    {
      sql: "UPDATE incidents SET opened_at = ?, since_at = ?, updated_at = ?, resolved_at = CASE status WHEN 'resolved' THEN ? END WHERE id = ?",
      params: [opened, opened, opened + lastsMs, opened + lastsMs, incidentId],
    },
    ...rows.map(([id], index) => ({
      sql: "UPDATE incident_updates SET at = ? WHERE id = ?",
      params: [opened + (rows.length === 1 ? 0 : (lastsMs * index) / (rows.length - 1)), id ?? ""],
    })),
  ]);
};

export interface PageScene {
  pageId: string;
  slug: string;
  services: Readonly<Record<"api" | "web" | "mail" | "payments" | "reports" | "press", string>>;
  openIncident: string;
  pastIncident: string;
}

/** `now`: the application's present, in ms. */
export const furnishStatusPage = async (
  run: TestApp,
  now: number,
  settings: Record<string, unknown> = {},
): Promise<PageScene> => {
  const api = await idOf(run, "/services", {
    name: "API gateway",
    order: 1,
    description: "What apps talk to.",
  });
  const web = await idOf(run, "/services", { name: "Website", order: 2 });
  const mail = await idOf(run, "/services", { name: "Mail delivery", group: "Messages", order: 3 });
  const payments = await idOf(run, "/services", { name: "Payments", group: "Shop", order: 4 });
  const reports = await idOf(run, "/services", { name: "Reports", group: "Shop", order: 5 });
  const press = await idOf(run, "/services", { name: "Press line", group: "Plant Lyon", order: 6 });
  const past = (id: string, sinceAgo: number, spans: PastSpan[]): Promise<void> =>
    writePast(run, id, { now, sinceAgo, spans });
  await past(api, 400 * DAY, [
    { state: "down", ago: 49 * DAY, lastsMs: 22 * MINUTE },
    { state: "degraded", ago: 12 * DAY, lastsMs: 3 * HOUR },
  ]);
  await past(web, 400 * DAY, [{ state: "maintenance", ago: 20 * DAY, lastsMs: 2 * HOUR }]);
  await past(mail, 68 * DAY, [
    { state: "degraded", ago: 31 * DAY, lastsMs: 5 * HOUR },
    { state: "down", ago: 30 * DAY, lastsMs: 51 * MINUTE },
  ]);
  await past(payments, 400 * DAY, []);
  await past(reports, 400 * DAY, [{ state: "down", ago: 6 * DAY, lastsMs: 4 * MINUTE }]);
  await past(press, 25 * DAY, [{ state: "maintenance", ago: 3 * DAY, lastsMs: 90 * MINUTE }]);

  const pastIncident = await idOf(run, "/incidents", {
    title: "Reports could not be opened",
    severity: "major",
    service_ids: [reports],
    message: "Reports answer with an error. We are looking for the cause.",
  });
  await must(run, "POST", `/incidents/${pastIncident}/updates`, {
    status: "identified",
    message: "Found: a certificate had expired.",
  });
  await must(run, "POST", `/incidents/${pastIncident}/updates`, {
    status: "resolved",
    message: "The certificate was renewed. All reports open again.",
  });
  await must(run, "PATCH", `/incidents/${pastIncident}`, {
    post_mortem: "The reminder went to a mailbox that nobody reads. It goes to the team now.",
  });
  await backdate(run, pastIncident, { now, ago: 6 * DAY, lastsMs: 25 * MINUTE });

  const iso = (ms: number): string => new Date(ms).toISOString();
  await must(run, "POST", "/maintenance-windows", {
    name: "New database for payments",
    description: "Payments may take a few seconds longer.",
    starts_at: iso(now + 2 * DAY),
    ends_at: iso(now + 2 * DAY + 2 * HOUR),
    service_ids: [payments],
  });
  await must(run, "POST", "/maintenance-windows", {
    name: "Press line: oil change",
    starts_at: iso(now - 10 * MINUTE),
    ends_at: iso(now + HOUR),
    service_ids: [press],
  });
  const openIncident = await idOf(run, "/incidents", {
    title: "Mails arrive late",
    severity: "minor",
    service_ids: [mail],
    service_status: "degraded",
    message: "Mails are delayed by up to ten minutes. None is lost.",
  });
  await must(run, "POST", `/incidents/${openIncident}/updates`, {
    status: "identified",
    message: "One of two relays is overloaded; we are adding a third one.",
    service_status: "degraded",
  });
  const page = await must(run, "POST", "/status-pages", {
    name: "Acme",
    slug: "acme",
    title: "Acme status",
    service_ids: [api, web, mail, payments, reports, press],
    visibility: "public",
    ...settings,
  });
  return {
    pageId: String(page["id"]),
    slug: String(page["slug"]),
    services: { api, web, mail, payments, reports, press },
    openIncident,
    pastIncident,
  };
};
