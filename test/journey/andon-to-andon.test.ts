// One Andon tells another, in every dialect of its webhook channels, signed: services, incidents and alerts of the
// one come out as the status of a service in the other, and go again; nothing is refused on the way.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { startProcess, type TestProcess } from "../harness/app-process";
import { eventually } from "../harness/eventually";

type Json = Record<string, unknown>;

const DIALECTS = [
  "andon",
  "haltless",
  "statuspulse",
  "anyping",
  "roboticks",
  "alert24",
  "standard-webhooks",
  "cloudevents",
  "alertmanager",
];
const EVENTS = [
  "alert.triggered",
  "alert.acknowledged",
  "alert.escalated",
  "alert.resolved",
  "incident.opened",
  "incident.updated",
  "incident.resolved",
  "service.status_changed",
];

let teller: TestProcess;
let listener: TestProcess;
/** In the listener, by dialect: a receiver and its service. */
const receivers = new Map<string, { id: string; service: string }>();
let shop: string;

const ask = async (at: TestProcess, method: string, path: string, body?: unknown): Promise<Json> => {
  const response = await fetch(`${at.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${at.token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as Json;
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
  return answer;
};
const list = async (at: TestProcess, path: string): Promise<Json[]> =>
  (await ask(at, "GET", path))["data"] as Json[];

beforeAll(async () => {
  listener = await startProcess();
  teller = await startProcess({ env: { ANDON_OUTBOUND_ALLOW: new URL(listener.url).host } });
  shop = String((await ask(teller, "POST", "/services", { name: "Shop" }))["id"]);
  for (const dialect of DIALECTS) {
    const secret = `the secret of ${dialect}`;
    const service = String((await ask(listener, "POST", "/services", { name: dialect }))["id"]);
    const { id, url } = await ask(listener, "POST", "/webhook-receivers", {
      name: dialect,
      preset: "andon",
      service_id: service,
      hmac_secret: secret,
      auto_create_incidents: true,
      auto_resolve_incidents: true,
    });
    receivers.set(dialect, { id: String(id), service });
    const channel = await ask(teller, "POST", "/notification-channels", {
      name: dialect,
      type: "webhook",
      config: { url, secret, dialect, ordered: true },
      events: EVENTS,
      is_active: true,
    });
    expect([dialect, channel["is_active"]]).toEqual([dialect, true]);
    expect(await ask(teller, "POST", `/notification-channels/${String(channel["id"])}/test`)).toMatchObject({
      success: true,
    });
  }
}, 60_000);
afterAll(async () => {
  await teller?.remove();
  await listener?.remove();
});

/** What the services of all dialects show, once it is this. */
const expectEverywhere = async (expected: string, except: Record<string, string> = {}): Promise<void> => {
  const wanted = Object.fromEntries(DIALECTS.map((dialect) => [dialect, except[dialect] ?? expected]));
  const shown = await eventually(
    async () =>
      Object.fromEntries(
        (await list(listener, "/services")).map(({ name, status }) => [String(name), status]),
      ),
    (now) =>
      JSON.stringify(Object.entries(now).toSorted()) === JSON.stringify(Object.entries(wanted).toSorted()),
  ).catch(async () =>
    Object.fromEntries((await list(listener, "/services")).map(({ name, status }) => [String(name), status])),
  );
  expect(shown).toEqual(wanted);
};

describe("what one Andon tells another", () => {
  test.each(["down", "degraded", "maintenance"])(
    "a service that is %s, and well again",
    async (status) => {
      await ask(teller, "POST", `/services/${shop}/status`, { status, message: "Look" });
      await expectEverywhere(status);
      await ask(teller, "POST", `/services/${shop}/status`, { status: "operational", message: "All clear" });
      await expectEverywhere("operational");
    },
    60_000,
  );

  test.each([
    ["critical", "down"],
    ["minor", "degraded"],
  ])(
    "an incident that is %s",
    async (severity, status) => {
      const { id } = await ask(teller, "POST", "/incidents", {
        title: "Payments fail",
        severity,
        service_ids: [shop],
        message: "We look.",
      });
      // StatusPulse has no severities of incidents.
      await expectEverywhere(status, { statuspulse: "down" });
      const update = { status: "identified", message: "A disk is full.", public: true };
      await ask(teller, "POST", `/incidents/${String(id)}/updates`, update);
      await ask(teller, "POST", `/incidents/${String(id)}/updates`, { ...update, status: "resolved" });
      await expectEverywhere("operational");
    },
    60_000,
  );

  test.each([
    ["critical", "down"],
    ["warning", "degraded"],
  ])(
    "an alert that is %s",
    async (severity, status) => {
      await ask(teller, "POST", "/alert-rules", {
        name: `Hot: ${severity}`,
        severity,
        is_active: true,
        selector: {},
        condition: { type: "threshold", metric: severity, operator: ">", threshold: 85 },
      });
      const read = (value: number): Promise<Json> =>
        ask(teller, "POST", "/readings", { machine: "Mill", metric: severity, value });
      await read(90);
      await expectEverywhere(status);
      await read(20);
      await expectEverywhere("operational");
    },
    60_000,
  );

  test("nothing of it was refused, and each incident that it opened is over", async () => {
    for (const [dialect, { id }] of receivers) {
      const deliveries = await list(listener, `/webhook-receivers/${id}/deliveries?limit=500`);
      const refused = deliveries.filter(({ result }) => result === "failed" || result === "auth_failed");
      expect([dialect, refused.map(({ error }) => error)]).toEqual([dialect, []]);
      expect(deliveries.length).toBeGreaterThan(10);
    }
    const incidents = await list(listener, "/incidents?limit=500");
    expect(incidents.length).toBeGreaterThanOrEqual(DIALECTS.length);
    expect(incidents.filter(({ status }) => status !== "resolved")).toEqual([]);
    const failed = await list(teller, "/deliveries?status=failed");
    expect(failed).toEqual([]);
  });
});
