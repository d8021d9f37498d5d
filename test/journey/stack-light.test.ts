// A signal tower on the wall: it shows the worst open alert of its line, flashes until somebody has seen
// it, and tells the truth after every change, loss of power and restart.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { startApp, type TestApp } from "../harness/app";
import { startProcess } from "../harness/app-process";
import type { Showing } from "../../src/delivery/showing";
import type { DeliveryWorker } from "../../src/delivery/worker";
import { FakeClock } from "../harness/clock";
import { eventually } from "../harness/eventually";
import { openStackLight, type StackLight } from "../harness/stack-light";
import { removeDirectory, temporaryDirectory } from "../harness/store";

const CLEAR = "alert=001000";
const RED_FLASHING = "alert=200001";
const RED = "alert=100000";
const AMBER_FLASHING = "alert=020000";
const AMBER = "alert=010000";

let clock: FakeClock;
let light: StackLight;
let app: TestApp;
let directory: string;
let stopWaiting: (() => void)[];

beforeEach(async () => {
  clock = new FakeClock();
  stopWaiting = [];
  light = openStackLight();
  directory = temporaryDirectory("andon-light-");
  await start();
});
afterEach(async () => {
  for (const stop of stopWaiting) stop();
  await app.stop();
  await light.stop();
  removeDirectory(directory);
});

const start = async (): Promise<void> => {
  app = await startApp({ clock, directory, config: { outboundAllow: [light.listener] } });
};

/** From now on the clock waits for what is under way before it moves to the next timer. */
const waitForRequests = (): void => {
  for (const service of app.app.parts.services)
    if (service.name === "showing" || service.name === "delivery")
      stopWaiting.push(clock.waitFor(() => (service as Showing | DeliveryWorker).idle()));
};

const createLight = async (
  more: Record<string, unknown> = {},
  config: Record<string, unknown> = {},
): Promise<string> => {
  const created = await app.api("POST", "/notification-channels", {
    name: "Tower",
    type: "stack_light",
    config: { url: light.url, ...config },
    ...more,
  });
  expect([created.status, created.body.detail]).toEqual([201, undefined]);
  return created.body.id as string;
};

const createRule = async (severity: string, metric: string, more = {}): Promise<string> =>
  (
    await app.api("POST", "/alert-rules", {
      name: `${severity} ${metric}`,
      severity,
      condition: { type: "threshold", metric, operator: ">", threshold: 85, clear_threshold: 80 },
      ...more,
    })
  ).body.id as string;

const measure = async (metric: string, value: number, machine = "Press 7"): Promise<void> => {
  expect((await app.api("POST", "/readings", { machine, metric, value })).status).toBe(202);
};

/** Looks of the program come 20 ms after a change. */
const settled = async (): Promise<void> => {
  await clock.advance(100);
  await clock.settle();
};

const deliveriesOf = async (id: string): Promise<{ event: string; status: string; outcome: string }[]> =>
  (await app.api("GET", `/notification-channels/${id}/deliveries`)).body.data;

test("begins, is acknowledged, ends; each step is shown and recorded", async () => {
  const id = await createLight();
  await createRule("critical", "temperature");
  await light.until(CLEAR);
  await measure("temperature", 91);
  await light.until(RED_FLASHING);
  await app.api("POST", "/alerts/1/acknowledge");
  await light.until(RED);
  await measure("temperature", 70);
  await light.until(CLEAR);
  await settled();
  const rows = await eventually(
    () => deliveriesOf(id),
    (found) => found.length === 4 && found.every(({ status }) => status === "delivered"),
  );
  expect(rows.map(({ event }) => event)).toEqual([
    "alert.resolved",
    "alert.acknowledged",
    "alert.triggered",
    "state.shown",
  ]);
  expect(light.obeyed).toEqual([CLEAR, RED_FLASHING, RED, CLEAR]);
  const [newest] = rows as unknown as { id: string }[];
  const { body } = await app.api("GET", `/deliveries/${newest?.id}/attempts`);
  expect(body.data[0]).toMatchObject({ status_code: 200, outcome: "delivered", response_body: "Success." });
  expect(body.data[0].request_headers.Shows).toBe("all clear (alert=001000)");
});

test("two alerts: the worst is shown, and what is left when it ends", async () => {
  await createLight();
  await createRule("critical", "temperature");
  await createRule("warning", "pressure");
  await measure("pressure", 91);
  await light.until(AMBER_FLASHING);
  await measure("temperature", 91);
  await light.until(RED_FLASHING);
  await app.api("POST", "/alerts/2/acknowledge");
  await light.until(RED);
  // Another of the same severity that nobody has seen flashes again.
  await measure("temperature", 95, "Press 8");
  await light.until(RED_FLASHING);
  await measure("temperature", 20, "Press 8");
  await light.until(RED);
  await measure("temperature", 20);
  await light.until(AMBER_FLASHING);
  await app.api("POST", "/alerts/1/acknowledge");
  await light.until(AMBER);
  await measure("pressure", 20);
  await light.until(CLEAR);
});

test("only what its filters let through counts", async () => {
  const machine = await app.api("POST", "/machines", { name: "Press 7" });
  await app.api("POST", "/machines", { name: "Lathe" });
  await createLight({ filters: { severities: ["critical"], machine_ids: [machine.body.id] } });
  await createRule("critical", "temperature");
  await createRule("warning", "pressure");
  await light.until(CLEAR);
  await measure("pressure", 91);
  await measure("temperature", 91, "Lathe");
  await settled();
  await measure("temperature", 91);
  await light.until(RED_FLASHING);
  await measure("temperature", 20);
  await light.until(CLEAR);
  await settled();
  expect(light.obeyed).toEqual([CLEAR, RED_FLASHING, CLEAR]);
});

test("changes that no message tells of are shown too", async () => {
  const id = await createLight({ filters: { severities: ["critical", "warning"] } });
  const rule = await createRule("critical", "temperature");
  await measure("temperature", 91);
  await light.until(RED_FLASHING);
  await app.api("PATCH", `/alert-rules/${rule}`, { severity: "warning" });
  await settled();
  await light.until(AMBER_FLASHING);
  // Out of its filters: the end of that alert is no message for this channel either.
  await app.api("PATCH", `/alert-rules/${rule}`, { severity: "info" });
  await settled();
  await light.until(CLEAR);
  await app.api("PATCH", `/alert-rules/${rule}`, { severity: "critical" });
  await settled();
  await light.until(RED_FLASHING);
  await app.api("PATCH", `/alert-rules/${rule}`, { is_active: false });
  await settled();
  await light.until(CLEAR);
  const shown = (await deliveriesOf(id)).filter(({ event }) => event === "state.shown");
  expect(shown.length).toBeGreaterThanOrEqual(4);
  expect(shown.every(({ status }) => status === "delivered")).toBe(true);
});

test("rule and machine deleted: the light goes back", async () => {
  await createLight();
  const machine = await app.api("POST", "/machines", { name: "Press 7" });
  const rule = await createRule("critical", "temperature");
  await createRule("warning", "pressure");
  await measure("temperature", 91);
  await measure("pressure", 91);
  await light.until(RED_FLASHING);
  await app.api("DELETE", `/alert-rules/${rule}`);
  await settled();
  await light.until(AMBER_FLASHING);
  await app.api("DELETE", `/machines/${machine.body.id}`);
  await settled();
  await light.until(CLEAR);
});

test("what nobody is told of during maintenance lights nothing; what is left of it afterwards does", async () => {
  const machine = await app.api("POST", "/machines", { name: "Press 7" });
  await createLight({ events: [] });
  await createRule("critical", "temperature");
  await createRule("warning", "pressure");
  await measure("pressure", 91);
  await settled();
  await light.until(AMBER_FLASHING);
  const window = await app.api("POST", "/maintenance-windows", {
    name: "New bearings",
    machine_ids: [machine.body.id],
    starts_at: new Date(clock.now()).toISOString(),
    ends_at: new Date(clock.now() + 3_600_000).toISOString(),
  });
  expect(window.status).toBe(201);
  await clock.advance(1_000);
  await measure("temperature", 91);
  await settled();
  expect(light.obeyed).not.toContain(RED_FLASHING);
  expect((await app.api("POST", `/maintenance-windows/${window.body.id}/end`)).status).toBe(200);
  await settled();
  await light.until(RED_FLASHING);
});

test("settings that change are shown at once; what is deleted or switched off is left alone", async () => {
  const id = await createLight();
  await light.until(CLEAR);
  await app.api("PATCH", `/notification-channels/${id}`, { config: { all_clear: "clear" } });
  await light.until("clear=1");
  await app.api("PATCH", `/notification-channels/${id}`, { is_active: false });
  const { requests } = light;
  await clock.advance(600_000);
  expect(light.requests).toBe(requests);
  await app.api("PATCH", `/notification-channels/${id}`, { is_active: true });
  await eventually(
    () => Promise.resolve(light.requests),
    (count) => count > requests,
  );
  await app.api("DELETE", `/notification-channels/${id}`);
  await clock.settle();
  const left = light.requests;
  await clock.advance(600_000);
  expect(light.requests).toBe(left);
});

test("it is shown again every minute, without a trace; somebody's hand is undone", async () => {
  const id = await createLight();
  await createRule("critical", "temperature");
  await measure("temperature", 91);
  await light.until(RED_FLASHING);
  await settled();
  waitForRequests();
  const rows = (await deliveriesOf(id)).length;
  light.turnDark();
  await clock.advance(61_000);
  await light.until(RED_FLASHING);
  for (let minute = 0; minute < 5; minute++) await clock.advance(60_000);
  expect(light.obeyed.length).toBeGreaterThanOrEqual(6);
  expect((await deliveriesOf(id)).length).toBe(rows);
  const { body } = await app.api("GET", `/notification-channels/${id}`);
  expect(Date.parse(body.last_success_at)).toBeGreaterThan(clock.now() - 61_000);
});

test("without power: failing, and shown as soon as it is back, though the message had given up", async () => {
  const id = await createLight();
  await createRule("critical", "temperature");
  await light.until(CLEAR);
  await light.unplug();
  waitForRequests();
  await measure("temperature", 91);
  await eventually(
    async () => (await app.api("GET", `/notification-channels/${id}`)).body,
    ({ health }) => health === "failing",
  );
  for (let minute = 0; minute < 30; minute++) await clock.advance(60_000);
  const before = await deliveriesOf(id);
  expect(before.find(({ event }) => event === "alert.triggered")).toMatchObject({
    status: "failed",
    outcome: "refused",
  });
  // One at the creation; the same failure as the message's is no news.
  expect(before.filter(({ event }) => event === "state.shown").length).toBe(1);
  light.plug();
  await clock.advance(61_000);
  await light.until(RED_FLASHING);
  const { body } = await eventually(
    () => app.api("GET", `/notification-channels/${id}`),
    ({ body: present }) => present.health === "active",
  );
  expect(body.consecutive_failures).toBe(0);
  const [newest] = await deliveriesOf(id);
  expect(newest).toMatchObject({ event: "state.shown", status: "delivered" });
  const kinds = (await app.store.engine.query({ sql: "SELECT kind FROM journal" })).map(([kind]) => kind);
  expect(kinds).toContain("channel.failing");
  expect(kinds).toContain("channel.recovered");
});

test("a light that does not know the command is a failure, under status 200 too", async () => {
  light.refuse = () => new Response("Error.");
  const id = await createLight();
  const [row] = await eventually(
    () => deliveriesOf(id),
    (rows) => rows.length > 0,
  );
  expect(row).toMatchObject({ event: "state.shown", status: "failed", outcome: "client_error" });
  light.refuse = null;
  await clock.advance(1_000);
  await light.until(CLEAR);
});

test("a slow light gets the newest state last, whatever was decided meanwhile", async () => {
  await createLight();
  await createRule("critical", "temperature");
  await light.until(CLEAR);
  const held: (() => void)[] = [];
  light.refuse = () =>
    new Promise<Response>((resolve) => held.push(() => resolve(new Response("Busy.", { status: 503 }))));
  await measure("temperature", 91);
  while (held.length === 0) await Bun.sleep(1);
  await app.api("POST", "/alerts/1/acknowledge");
  await measure("temperature", 70);
  await clock.settle();
  // Nothing overtakes: the second waits for the first.
  expect(held.length).toBe(1);
  light.refuse = null;
  for (const release of held) release();
  await light.until(CLEAR);
  await clock.advance(600_000);
  expect(light.shows).toBe(CLEAR);
  expect(light.obeyed).not.toContain(RED_FLASHING);
});

test("after a restart it is shown without any event", async () => {
  await createLight();
  await createRule("critical", "temperature");
  await measure("temperature", 91);
  await light.until(RED_FLASHING);
  await app.stop();
  light.turnDark();
  await start();
  await light.until(RED_FLASHING);
});

test("the test shows its life cycle, then the truth again", async () => {
  const id = await createLight();
  await createRule("warning", "pressure");
  await measure("pressure", 91);
  await light.until(AMBER_FLASHING);
  await settled();
  light.obeyed.length = 0;
  const testing = app.api("POST", `/notification-channels/${id}/test`);
  await light.until(RED_FLASHING);
  await clock.advance(1_500);
  await light.until(RED);
  await clock.advance(1_500);
  const { body } = await testing;
  expect([body.success, body.attempts.length]).toEqual([true, 3]);
  await light.until(AMBER_FLASHING);
  expect(light.obeyed).toEqual([RED_FLASHING, RED, CLEAR, AMBER_FLASHING]);
});

test("kill -9 in the middle of an alert, and a light that has lost its power meanwhile", async () => {
  const program = await startProcess({ env: { ANDON_OUTBOUND_ALLOW: light.listener } });
  try {
    const post = async (path: string, body: unknown): Promise<void> => {
      const response = await fetch(`${program.url}/api/v1${path}`, {
        method: "POST",
        headers: { authorization: `Bearer ${program.token}`, "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      expect([path, response.ok]).toEqual([path, true]);
    };
    await post("/notification-channels", { name: "Tower", type: "stack_light", config: { url: light.url } });
    await post("/alert-rules", {
      name: "Hot",
      severity: "critical",
      condition: { type: "threshold", metric: "temperature", operator: ">", threshold: 85 },
    });
    await post("/readings", { machine: "Press 7", metric: "temperature", value: 91 });
    await light.until(RED_FLASHING);
    await program.kill();
    await light.unplug();
    light.plug();
    expect(light.shows).toBe("dark");
    await program.restart();
    await light.until(RED_FLASHING);
  } finally {
    await program.remove();
  }
});
