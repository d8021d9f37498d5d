// Rules about the status of services and monitors over HTTP, in the whole program: what they take and refuse, when
// their alerts begin and end, who is told and when nobody is, and what a stop in between leaves undone.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { startApp, type Answer, type TestApp } from "../harness/app";
import { FakeClock } from "../harness/clock";
import { openRecordingSink, type RecordingSink } from "../harness/recording-sink";
import { removeDirectory, temporaryDirectory } from "../harness/store";
import { createOtherTenant } from "../harness/tenant-isolation";

type Json = Record<string, unknown>;

const MINUTE = 60_000;

let clock: FakeClock;
let sink: RecordingSink;
let app: TestApp;
let directory: string;

const start = async (): Promise<void> => {
  app = await startApp({
    clock,
    directory,
    config: { outboundAllow: [`127.0.0.1:${sink.port}`] },
    seams: { boot: { sinceBoot: () => clock.monotonic(), bootId: "boot-1" } },
  });
};

const restart = async (): Promise<void> => {
  await app.stop();
  await start();
};

beforeEach(async () => {
  clock = new FakeClock();
  sink = openRecordingSink();
  directory = temporaryDirectory();
  await start();
});
afterEach(async () => {
  await app.stop();
  await sink.stop();
  removeDirectory(directory);
});

const made = async (path: string, body: Json): Promise<Json & { id: string }> => {
  const answer = await app.api("POST", path, body);
  expect([answer.status, answer.body.detail]).toEqual([201, undefined]);
  return answer.body as Json & { id: string };
};

const rule = (condition: Json, selector: Json = {}, more: Json = {}) =>
  made("/alert-rules", {
    name: "Service trouble",
    severity: "critical",
    condition: { type: "service_status", ...condition },
    selector,
    ...more,
  });

const service = (name: string, more: Json = {}) => made("/services", { name, ...more });

const say = async (id: string, status: string, message = ""): Promise<void> => {
  const answer = await app.api("POST", `/services/${id}/status`, { status, message });
  expect(answer.status).toBe(200);
  await clock.settle();
};

const alerts = async (query = ""): Promise<Json[]> =>
  (await app.api("GET", `/alerts${query}`)).body.data as Json[];

/** Oldest first: `machine status`. */
const standing = async (): Promise<string[]> =>
  (await alerts())
    .map(({ machine_name, status }) => `${String(machine_name)} ${String(status)}`)
    .toReversed();

const hook = (more: Json = {}) =>
  made("/notification-channels", {
    name: "Hook",
    type: "webhook",
    is_active: true,
    events: ["alert.triggered", "alert.resolved", "alert.escalated"],
    config: { url: sink.url },
    ...more,
  });

const told = (): string[] =>
  sink.received.map(
    ({ json }) => `${String(json["event"])} ${String((json["alert"] as Json)["machine_name"])}`,
  );

describe("what is taken", () => {
  test("comes back as it was written", async () => {
    const { id } = await service("Shop", { group: "Web" });
    const monitor = await made("/monitors", { name: "Probe", type: "heartbeat", period_seconds: 3_600 });
    for (const [condition, selector] of [
      [{ in: ["down"] }, { service_id: id }],
      [{ in: ["down", "degraded"], for_seconds: 300 }, {}],
      [{ in: ["maintenance"], for_seconds: 0.5 }, { service_group: "Web" }],
      [{ in: ["down", "pending"] }, { monitor_id: monitor.id }],
    ] as const) {
      const created = await rule(condition, selector);
      expect(created).toMatchObject({ condition: { type: "service_status", ...condition }, selector });
      expect((await app.api("GET", `/alert-rules/${created.id}`)).body).toEqual(created);
    }
  });

  test("what cannot be is refused by its field", async () => {
    const { id } = await service("Shop");
    const monitor = await made("/monitors", { name: "Probe", type: "heartbeat", period_seconds: 3_600 });
    const cases: [condition: Json, selector: Json, field: string][] = [
      [{}, {}, "condition.in"],
      [{ in: [] }, {}, "condition.in"],
      [{ in: ["broken"] }, {}, "condition.in.0"],
      [{ in: ["down", "up"] }, { service_id: id }, "condition.in.1"],
      [{ in: ["degraded"] }, { monitor_id: monitor.id }, "condition.in.0"],
      [{ in: ["down", "down"] }, {}, "condition.in"],
      [{ in: ["down"], for_seconds: -1 }, {}, "condition.for_seconds"],
      [{ in: ["down"], after_seconds: 5 }, {}, "condition.after_seconds"],
      [{ in: ["down"] }, { machine_type: "mill" }, "selector.machine_type"],
      [{ in: ["down"] }, { labels: { line: "1" } }, "selector.labels"],
      [{ in: ["down"] }, { service_id: "gone" }, "selector.service_id"],
      [{ in: ["down"] }, { monitor_id: id }, "selector.monitor_id"],
      [{ in: ["down"] }, { monitor_id: monitor.id, service_id: id }, "selector.service_id"],
    ];
    for (const [condition, selector, field] of cases) {
      const answer = await app.api("POST", "/alert-rules", {
        name: "Wrong",
        severity: "info",
        condition: { type: "service_status", ...condition },
        selector,
      });
      expect([field, answer.status, answer.body.field]).toEqual([field, 422, field]);
    }
    const threshold = { type: "threshold", metric: "t", operator: ">", threshold: 1 };
    const machineRule = await app.api("POST", "/alert-rules", {
      name: "Wrong",
      severity: "info",
      condition: threshold,
      selector: { service_id: id },
    });
    expect([machineRule.status, machineRule.body.field]).toEqual([422, "selector.service_id"]);
  });

  test("a change is judged with what stays: a rule about statuses does not select machines", async () => {
    const { id } = await service("Shop");
    const { id: ruleId } = await rule({ in: ["down"] }, { service_id: id });
    const change = (body: Json): Promise<Answer> => app.api("PATCH", `/alert-rules/${ruleId}`, body);
    expect((await change({ selector: { machine_type: "mill" } })).body.field).toBe("selector.machine_type");
    expect((await change({ condition: { type: "heartbeat", after_seconds: 60 } })).body.field).toBe(
      "selector.service_id",
    );
    expect((await change({ condition: { type: "service_status", in: ["up"] } })).body.field).toBe(
      "condition.in.0",
    );
    expect((await change({ selector: {} })).status).toBe(200);
  });

  test("another organization's services and monitors do not exist", async () => {
    const { access, store } = app.app.parts;
    const { token } = await createOtherTenant({ access, opened: { store } });
    const headers = { authorization: `Bearer ${token}` };
    const { id } = await service("Shop");
    const body = { name: "Spy", severity: "info", condition: { type: "service_status", in: ["down"] } };
    const answer = await app.api("POST", "/alert-rules", { ...body, selector: { service_id: id } }, headers);
    expect([answer.status, answer.body.field]).toEqual([422, "selector.service_id"]);
    expect((await app.api("POST", "/alert-rules", { ...body, selector: {} }, headers)).status).toBe(201);
    await say(id, "down");
    expect((await app.api("GET", "/alerts", undefined, headers)).body.data).toEqual([]);
  });
});

describe("an alert", () => {
  test("begins with the status and ends with it, as an alert like any other", async () => {
    const { id } = await service("Shop", { group: "Web" });
    await hook();
    const created = await rule({ in: ["degraded", "down"] }, { service_id: id });
    expect(created["warnings"]).toEqual([]);
    await say(id, "down", "Database is full");
    const [alert] = await alerts();
    expect(alert).toMatchObject({
      name: "Service trouble",
      severity: "critical",
      status: "triggered",
      message: "Shop is down: Database is full",
      machine_id: id,
      machine_number: 0,
      machine_name: "Shop",
      machine_type: "service",
      metric_name: "status",
      metric_value: 2,
      threshold_value: 1,
      labels: { group: "Web" },
      triggered_at: "2026-01-01T00:00:00.000Z",
    });
    // Worse or better within the list is no news.
    await say(id, "degraded");
    expect(await standing()).toEqual(["Shop triggered"]);
    await clock.advance(MINUTE);
    await say(id, "operational");
    expect((await alerts())[0]).toMatchObject({ status: "resolved", resolve_reason: "condition_cleared" });
    await sink.waitFor(2);
    expect(told()).toEqual(["alert.triggered Shop", "alert.resolved Shop"]);
    await say(id, "down");
    expect(await standing()).toEqual(["Shop resolved", "Shop triggered"]);
    expect((await alerts())[0]!["number"]).toBe(2);
  });

  test("waits for as long as the rule says, over a change within the list and over a restart", async () => {
    const { id } = await service("Shop");
    await rule(
      { in: ["degraded", "down"], for_seconds: 300 },
      {},
      { message: "{{machine}}: {{value}} ({{threshold}})" },
    );
    await say(id, "degraded");
    await clock.advance(2 * MINUTE);
    await say(id, "down");
    await restart();
    await clock.advance(2 * MINUTE);
    expect(await alerts()).toEqual([]);
    await clock.advance(MINUTE + 1_000);
    expect(await alerts()).toMatchObject([
      { message: "Shop: down (degraded or down)", triggered_at: "2026-01-01T00:05:00.000Z" },
    ]);
  });

  test("waits for as long by a clock that is set meanwhile", async () => {
    const { id } = await service("Shop");
    await rule({ in: ["down"], for_seconds: 300 });
    await say(id, "down");
    await clock.advance(2 * MINUTE);
    clock.setWall(clock.now() + 60 * MINUTE);
    await clock.advance(2 * MINUTE);
    expect(await alerts()).toEqual([]);
    await clock.advance(MINUTE + 1_000);
    expect(await standing()).toEqual(["Shop triggered"]);
  });

  test("does not begin when the status was gone before its time", async () => {
    const { id } = await service("Shop");
    await rule({ in: ["down"], for_seconds: 60 });
    await say(id, "down");
    await clock.advance(59_000);
    await say(id, "operational");
    await clock.advance(10 * MINUTE);
    expect(await alerts()).toEqual([]);
    await say(id, "down");
    await clock.advance(59_000);
    expect(await alerts()).toEqual([]);
    await clock.advance(2_000);
    expect(await standing()).toEqual(["Shop triggered"]);
  });

  test("is about each service that the rule selects, those that come later too, and no other", async () => {
    await rule({ in: ["down"] }, { service_group: "Web" });
    const names = ["Shop", "Search", "Press"];
    const ids: string[] = [];
    for (const name of names)
      ids.push((await service(name, name === "Press" ? { group: "Plant" } : { group: "Web" })).id);
    for (const id of ids) await say(id, "down");
    expect((await standing()).toSorted()).toEqual(["Search triggered", "Shop triggered"]);
    // It leaves the group, and the rule with it.
    await app.api("PATCH", `/services/${ids[0]}`, { group: "Plant" });
    await clock.settle();
    expect(await alerts(`?machine_id=${ids[0]}`)).toMatchObject([
      { status: "resolved", resolve_reason: "machine_changed" },
    ]);
    await app.api("PATCH", `/services/${ids[2]}`, { group: "Web" });
    await clock.settle();
    expect(await alerts(`?machine_id=${ids[2]}`)).toMatchObject([{ status: "triggered" }]);
    await app.api("DELETE", `/services/${ids[2]}`);
    await clock.settle();
    expect(await alerts(`?machine_id=${ids[2]}`)).toMatchObject([
      { status: "resolved", resolve_reason: "machine_removed" },
    ]);
  });

  test("of a monitor: it falls silent and reports again; a pause ends it", async () => {
    const monitor = await made("/monitors", {
      name: "Backup job",
      type: "heartbeat",
      period_seconds: 3_600,
      grace_seconds: 60,
    });
    await rule({ in: ["down"] }, { monitor_id: monitor.id });
    const ping = async (end = ""): Promise<void> => {
      const path = new URL(String(monitor["ping_url"])).pathname;
      expect((await fetch(`${app.url}${path}${end}`)).status).toBe(200);
      await clock.settle();
    };
    await ping();
    expect(await alerts()).toEqual([]);
    await ping("/fail");
    expect(await alerts()).toMatchObject([
      { status: "triggered", machine_name: "Backup job", machine_type: "monitor", metric_value: 2 },
    ]);
    await ping();
    expect(await standing()).toEqual(["Backup job resolved"]);
    await ping("/fail");
    await app.api("PATCH", `/monitors/${monitor.id}`, { is_active: false });
    await clock.settle();
    expect(await standing()).toEqual(["Backup job resolved", "Backup job resolved"]);
  });

  test("is not raised anew after a person resolved it, until the status has been another one", async () => {
    const { id } = await service("Shop");
    await rule({ in: ["down"] });
    await say(id, "down");
    const [alert] = await alerts();
    expect((await app.api("POST", `/alerts/${alert!["id"]}/resolve`, {})).status).toBe(200);
    await clock.advance(5 * MINUTE);
    await restart();
    await clock.advance(5 * MINUTE);
    expect(await standing()).toEqual(["Shop resolved"]);
    await say(id, "operational");
    await say(id, "down");
    expect(await standing()).toEqual(["Shop resolved", "Shop triggered"]);
  });

  test("is acknowledged and escalated as any other", async () => {
    const { id } = await service("Shop");
    const channel = await hook({ events: ["alert.resolved"] });
    await made("/escalation-policies", {
      name: "Nobody acts",
      severity: "critical",
      wait_minutes: 5,
      channel_id: channel.id,
      is_active: true,
    });
    expect((await rule({ in: ["down"] }))["warnings"]).toEqual([]);
    await say(id, "down");
    await clock.advance(5 * MINUTE + 1_000);
    await sink.waitFor(1);
    expect(told()).toEqual(["alert.escalated Shop"]);
    const [alert] = await alerts();
    expect((await app.api("POST", `/alerts/${alert!["number"]}/acknowledge`, {})).body.status).toBe(
      "acknowledged",
    );
  });
});

describe("a rule that changes", () => {
  test("looks once at how things stand: new, changed, off, on, and gone", async () => {
    const { id } = await service("Shop");
    await say(id, "degraded");
    await clock.advance(10 * MINUTE);
    const { id: ruleId } = await rule({ in: ["degraded"], for_seconds: 300 });
    // It has lasted long enough already.
    expect(await alerts()).toMatchObject([{ status: "triggered", triggered_at: "2026-01-01T00:05:00.000Z" }]);
    const change = async (body: Json): Promise<void> => {
      expect((await app.api("PATCH", `/alert-rules/${ruleId}`, body)).status).toBe(200);
      await clock.settle();
    };
    await change({ name: "Slow", severity: "warning" });
    expect(await alerts()).toMatchObject([{ status: "triggered", name: "Slow", severity: "warning" }]);
    await change({ condition: { type: "service_status", in: ["down"] } });
    expect(await alerts()).toMatchObject([{ status: "resolved", resolve_reason: "rule_changed" }]);
    await change({ condition: { type: "service_status", in: ["degraded"] } });
    await change({ is_active: false });
    expect((await alerts())[0]).toMatchObject({ status: "resolved", resolve_reason: "rule_removed" });
    await change({ is_active: true });
    expect((await alerts())[0]).toMatchObject({ number: 3, status: "triggered" });
    await restart();
    expect((await alerts())[0]).toMatchObject({ number: 3, status: "triggered" });
    await app.api("DELETE", `/alert-rules/${ruleId}`);
    expect((await alerts())[0]).toMatchObject({ status: "resolved", resolve_reason: "rule_removed" });
    await say(id, "operational");
    await say(id, "degraded");
    expect(await alerts()).toHaveLength(3);
  });

  test("into another kind takes its alerts back, whichever way", async () => {
    const { id } = await service("Shop");
    const { id: ruleId } = await rule({ in: ["down"] });
    await say(id, "down");
    const condition = { type: "threshold", metric: "temperature", operator: ">", threshold: 85 };
    await app.api("PATCH", `/alert-rules/${ruleId}`, { condition });
    await clock.settle();
    expect(await alerts()).toMatchObject([{ status: "resolved", resolve_reason: "rule_changed" }]);
    await app.api("POST", "/readings", { machine: "Mill", metric: "temperature", value: 90 });
    expect((await alerts())[0]).toMatchObject({ machine_name: "Mill", status: "triggered" });
    await app.api("PATCH", `/alert-rules/${ruleId}`, { condition: { type: "service_status", in: ["down"] } });
    await clock.settle();
    expect((await standing()).slice(1)).toEqual(["Mill resolved", "Shop triggered"]);
  });
});

describe("nobody is called", () => {
  test("for a service whose parent failed; if it is still down later, it is", async () => {
    const parent = await service("Database");
    const child = await service("Shop", { depends_on: [parent.id] });
    await rule({ in: ["down"] });
    await say(parent.id, "down");
    await say(child.id, "down");
    await clock.advance(3 * MINUTE);
    expect(await standing()).toEqual(["Database triggered"]);
    // Its record is there all the same.
    expect((await app.api("GET", `/services/${child.id}/history`)).body.data).toMatchObject([
      { status: "down" },
    ]);
    await say(parent.id, "operational");
    expect(await standing()).toEqual(["Database resolved"]);
    await clock.advance(2 * MINUTE);
    expect(await standing()).toEqual(["Database resolved", "Shop triggered"]);
    // What has begun does not end because the parent fails again.
    await say(parent.id, "down");
    expect(await standing()).toEqual(["Database resolved", "Shop triggered", "Database triggered"]);
    await say(child.id, "operational");
    expect(await standing()).toEqual(["Database resolved", "Shop resolved", "Database triggered"]);
  });

  test("for a child that recovers with its parent", async () => {
    const parent = await service("Database");
    const child = await service("Shop", { depends_on: [parent.id] });
    await rule({ in: ["down"] }, { service_id: child.id });
    await say(parent.id, "down");
    await say(child.id, "down");
    await clock.advance(90_000);
    await say(parent.id, "operational");
    await clock.advance(5_000);
    await say(child.id, "operational");
    await clock.advance(10 * MINUTE);
    expect(await alerts()).toEqual([]);
  });

  test("while it is worked on: maintenance is another status, and a window of its group mutes", async () => {
    const { id } = await service("Shop", { group: "Web" });
    await hook();
    await rule({ in: ["down"] });
    await rule({ in: ["operational"] }, {}, { name: "Fine", severity: "info" });
    await say(id, "maintenance");
    expect(await alerts("?severity=critical")).toEqual([]);
    sink.received.length = 0;
    await say(id, "operational");
    await made("/maintenance-windows", {
      name: "Move",
      groups: ["Web"],
      starts_at: new Date(clock.now()).toISOString(),
      ends_at: new Date(clock.now() + 10 * MINUTE).toISOString(),
    });
    await clock.settle();
    expect((await app.api("GET", `/services/${id}`)).body.status).toBe("maintenance");
    expect(await alerts("?severity=critical")).toEqual([]);
  });

  test("who filters by group is told of the services of the group, and of no others", async () => {
    const web = await service("Shop", { group: "Web" });
    const plant = await service("Press", { group: "Plant" });
    await hook({ filters: { groups: ["Web"] } });
    expect((await rule({ in: ["down"] }))["warnings"]).toEqual([]);
    const other = await rule({ in: ["down"] }, { service_id: plant.id }, { name: "Press down" });
    expect(other["warnings"]).toEqual([expect.stringContaining("Nobody would be told")]);
    await say(plant.id, "down");
    await say(web.id, "down");
    await sink.waitFor(1);
    await clock.settle();
    expect(told()).toEqual(["alert.triggered Shop"]);
  });
});

describe("a stop in between loses nothing", () => {
  test("what was committed and not looked at yet is looked at after the start", async () => {
    const { id } = await service("Shop");
    const { id: ruleId } = await rule({ in: ["down"] });
    await say(id, "down");
    await say(id, "operational");
    // As if the program had been killed right after the status was written, before the alert was.
    await app.store.engine.batch([
      { sql: "DELETE FROM alerts" },
      { sql: "DELETE FROM status_rule_states" },
      { sql: "UPDATE status_rule_positions SET seq = 0 WHERE subject_id = ?", params: [id] },
    ]);
    await restart();
    expect(await alerts()).toMatchObject([
      { rule_id: ruleId, status: "resolved", fleeting: true, resolve_reason: "condition_cleared" },
    ]);
    await restart();
    expect(await alerts()).toHaveLength(1);
  });
});
