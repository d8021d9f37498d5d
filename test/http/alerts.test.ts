// Alerts over HTTP, in the whole program: their shape, list and filters, verbs and conflicts, notes,
// timeline and counts; who may do what; and that another organization sees none of it.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { startApp, type Answer, type TestApp } from "../harness/app";
import { FakeClock } from "../harness/clock";
import { openRecordingSink, type RecordingSink } from "../harness/recording-sink";
import { createOtherTenant } from "../harness/tenant-isolation";

type Json = Record<string, unknown>;

let clock: FakeClock;
let sink: RecordingSink;
let app: TestApp;

beforeEach(async () => {
  clock = new FakeClock();
  sink = openRecordingSink();
  app = await startApp({ clock, config: { outboundAllow: [`127.0.0.1:${sink.port}`] } });
});
afterEach(async () => {
  await app.stop();
  await sink.stop();
});

const made = async (path: string, body: unknown): Promise<Json> => {
  const answer = await app.api("POST", path, body);
  expect([answer.status, answer.body.detail]).toEqual([201, undefined]);
  return answer.body as Json;
};

const rule = (more: Json = {}): Promise<Json> =>
  made("/alert-rules", {
    name: "Too hot",
    severity: "critical",
    is_active: true,
    selector: {},
    condition: { type: "threshold", metric: "temperature", operator: ">", threshold: 85 },
    ...more,
  });

const send = async (machine: string, value: number, more: Json = {}): Promise<void> => {
  const answer = await app.api("POST", "/readings", { machine, metric: "temperature", value, ...more });
  expect(answer.body).toEqual({ accepted: 1, rejected: [] });
};

const list = async (query = ""): Promise<Json[]> => {
  const answer = await app.api("GET", `/alerts${query}`);
  expect(answer.status).toBe(200);
  return answer.body.data as Json[];
};

const numbers = async (query = ""): Promise<unknown[]> => (await list(query)).map(({ number }) => number);

/** The same call with another token. */
const as = async (token: string, method: string, path: string, body?: unknown): Promise<Answer> =>
  app.api(method, path, body, { authorization: `Bearer ${token}` });

const tokenOf = async (role: string): Promise<string> =>
  String((await made("/api-tokens", { name: role, role }))["token"]);

const inMinutes = (minutes: number): string => new Date(clock.now() + minutes * 60_000).toISOString();

describe("an alert", () => {
  test("has every field that is promised, in its type", async () => {
    const { id: ruleId } = await rule();
    await send("CNC Mill #1", 87.3, { timestamp: "2025-12-31T23:59:59.250Z", tags: { sensor: "front" } });
    const [machine] = (await app.api("GET", "/machines")).body.data as Json[];
    const [alert] = await list();
    expect(alert).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      number: 1,
      name: "Too hot",
      status: "triggered",
      severity: "critical",
      message: "temperature 87.3 is above the limit of 85",
      project_id: machine?.["project_id"],
      machine_id: machine?.["id"],
      machine_number: 1,
      machine_name: "CNC Mill #1",
      machine_type: "machine",
      labels: { sensor: "front" },
      rule_id: ruleId,
      rule_number: 1,
      metric_name: "temperature",
      metric_value: 87.3,
      threshold_value: 85,
      unit: "",
      decimals: null,
      triggered_at: "2025-12-31T23:59:59.250Z",
      acknowledged_at: null,
      acknowledged_by: null,
      resolved_at: null,
      resolved_by: null,
      resolve_reason: null,
      fleeting: false,
      occurrences: 1,
      created_at: "2026-01-01T00:00:00.000Z",
      next_escalation: null,
    });
    expect((await app.api("GET", `/alerts/${alert?.["id"]}`)).body).toEqual(alert);
    expect((await app.api("GET", "/alerts/1")).body).toEqual(alert);
  });

  test("is acknowledged once, resolved once, and each further try is a conflict", async () => {
    await rule();
    await send("CNC Mill #1", 90);
    await clock.advance(1_000);
    const acknowledged = await app.api("POST", "/alerts/1/acknowledge", { note: "On my way" });
    expect([acknowledged.status, acknowledged.body.status, acknowledged.body.acknowledged_at]).toEqual([
      200,
      "acknowledged",
      "2026-01-01T00:00:01.000Z",
    ]);
    expect(acknowledged.body.acknowledged_by).toBeString();
    const again = await app.api("POST", "/alerts/1/acknowledge");
    expect([again.status, again.body.code, again.body.details]).toEqual([
      409,
      "illegal_transition",
      { status: "acknowledged" },
    ]);
    const resolved = await app.api("POST", `/alerts/${acknowledged.body.id}/resolve`, null);
    expect([resolved.status, resolved.body.status, resolved.body.resolve_reason]).toEqual([
      200,
      "resolved",
      "resolved_by_person",
    ]);
    expect(resolved.body.resolved_by).toBe(acknowledged.body.acknowledged_by);
    for (const verb of ["acknowledge", "resolve"]) {
      const late = await app.api("POST", `/alerts/1/${verb}`);
      expect([late.status, late.body.code]).toEqual([409, "illegal_transition"]);
    }
    expect(await numbers("?status=triggered,acknowledged")).toEqual([]);
  });

  test("that nobody acknowledged before it was over is acknowledged late: 200, and it stays resolved", async () => {
    await rule();
    await send("CNC Mill #1", 90);
    await send("CNC Mill #1", 20);
    const late = await app.api("POST", "/alerts/1/acknowledge", { note: "Saw it" });
    expect([late.status, late.body.status, late.body.resolve_reason]).toEqual([
      200,
      "resolved",
      "condition_cleared",
    ]);
    expect((await app.api("POST", "/alerts/1/acknowledge")).status).toBe(409);
  });

  for (const path of ["/alerts/7", "/alerts/01990000-0000-7000-8000-000000000000", "/alerts/nonsense"])
    test(`${path} is unknown to every call`, async () => {
      for (const [method, tail, body] of [
        ["GET", "", undefined],
        ["GET", "/timeline", undefined],
        ["POST", "/acknowledge", {}],
        ["POST", "/resolve", {}],
        ["POST", "/notes", { text: "?" }],
      ] as const) {
        const answer = await app.api(method, path + tail, body);
        expect([answer.status, answer.body.code]).toEqual([404, "not_found"]);
      }
    });

  for (const [what, path, body, field] of [
    ["an unknown field", "/alerts/1/acknowledge", { nota: "x" }, "nota"],
    ["a note that is no text", "/alerts/1/resolve", { note: 5 }, "note"],
    ["a note that is too long", "/alerts/1/resolve", { note: "x".repeat(4_001) }, "note"],
    ["a note without text", "/alerts/1/notes", {}, "text"],
    ["an empty text", "/alerts/1/notes", { text: "" }, "text"],
    ["a list for a body", "/alerts/1/acknowledge", [], undefined],
    ["a list for a note", "/alerts/1/notes", ["x"], undefined],
  ] as const)
    test(`${what} is refused by name, and nothing happens`, async () => {
      await rule();
      await send("CNC Mill #1", 90);
      const answer = await app.api("POST", path, body);
      expect([answer.status, answer.body.field]).toEqual([422, field]);
      expect((await app.api("GET", "/alerts/1")).body.status).toBe("triggered");
    });
});

describe("the list", () => {
  beforeEach(async () => {
    await rule({ name: "Warm", severity: "warning" });
    await rule({
      name: "Hot",
      condition: { type: "threshold", metric: "temperature", operator: ">", threshold: 95 },
    });
    await send("a", 90);
    await clock.advance(60_000);
    await send("b", 99);
    await clock.advance(60_000);
    await send("a", 20);
    await send("c", 90);
    await app.api("POST", "/alerts/4/acknowledge");
  });

  test("is newest first, and each filter does what it says", async () => {
    const machines = (await app.api("GET", "/machines?name=b")).body.data as Json[];
    const rules = (await app.api("GET", "/alert-rules")).body.data as Json[];
    expect(await numbers()).toEqual([4, 3, 2, 1]);
    expect(await numbers("?status=triggered")).toEqual([3, 2]);
    expect(await numbers("?status=acknowledged,resolved")).toEqual([4, 1]);
    expect(await numbers("?severity=critical")).toEqual([3]);
    expect(await numbers("?severity=warning,critical,info&status=resolved")).toEqual([1]);
    expect(await numbers(`?machine_id=${machines[0]?.["id"]}`)).toEqual([3, 2]);
    expect(await numbers(`?rule_id=${rules[1]?.["id"]}`)).toEqual([4, 2, 1]);
    expect(await numbers(`?rule_id=${rules[1]?.["id"]}&machine_id=${machines[0]?.["id"]}`)).toEqual([2]);
    expect(await numbers(`?from=${inMinutes(-1)}`)).toEqual([4, 3, 2]);
    expect(await numbers(`?to=${inMinutes(-2)}`)).toEqual([1]);
    expect(await numbers(`?from=${inMinutes(-1)}&to=${inMinutes(-1)}`)).toEqual([3, 2]);
    expect(await numbers(`?from=${encodeURIComponent("2026-01-01T01:01:00+01:00")}`)).toEqual([4, 3, 2]);
    expect(await numbers("?status=&severity=&machine_id=&rule_id=&from=&to=")).toEqual([4, 3, 2, 1]);
    expect(await numbers("?machine_id=unknown")).toEqual([]);
  });

  test("comes in pages that neither repeat nor leave out, whatever happens in between", async () => {
    const first = await app.api("GET", "/alerts?limit=2");
    expect(first.body.data.map((alert: Json) => alert["number"])).toEqual([4, 3]);
    await send("d", 90);
    const second = await app.api("GET", `/alerts?limit=2&cursor=${first.body.next_cursor}`);
    expect(second.body.data.map((alert: Json) => alert["number"])).toEqual([2, 1]);
    expect(second.body.next_cursor).toBeNull();
  });

  for (const [query, field] of [
    ["status=open", "status"],
    ["status=triggered,", "status"],
    ["severity=fatal", "severity"],
    ["limit=0", "limit"],
    ["limit=501", "limit"],
    ["limit=ten", "limit"],
    ["cursor=x", "cursor"],
    [`cursor=${Buffer.from("v1:abc").toString("base64url")}`, "cursor"],
    ["from=yesterday", "from"],
    ["from=2026-01-01T00:00:00", "from"],
    ["to=99999999999999999", "to"],
    ["to=9999999999999999", "to"],
    ["stauts=triggered", "stauts"],
  ])
    test(`?${query} is refused by name`, async () => {
      const answer = await app.api("GET", `/alerts?${query}`);
      expect([answer.status, answer.body.field]).toEqual([422, field]);
    });

  test("counts are of what is open", async () => {
    expect((await app.api("GET", "/alerts/counts")).body).toEqual({
      triggered: 2,
      acknowledged: 1,
      open_by_severity: { critical: 1, warning: 2, info: 0 },
    });
  });
});

describe("the timeline", () => {
  test("holds what happened and what was sent, oldest first", async () => {
    const channel = await made("/notification-channels", {
      name: "Hook",
      type: "webhook",
      config: { url: sink.url },
      is_active: true,
    });
    await rule();
    await send("CNC Mill #1", 90);
    await sink.waitFor(1);
    await app.api("POST", "/alerts/1/notes", { text: "Looks like the pump" });
    await app.api("POST", "/alerts/1/acknowledge", { note: "On it" });
    await send("CNC Mill #1", 20);
    await sink.waitFor(3);
    const { body } = await app.api("GET", "/alerts/1/timeline");
    expect(body.data.map((entry: Json) => entry["kind"])).toEqual([
      "alert.triggered",
      "alert.noted",
      "alert.acknowledged",
      "alert.resolved",
    ]);
    const [triggered, noted, acknowledged, resolved] = body.data as Json[];
    expect(triggered?.["actor"]).toEqual({ kind: "system", id: null, name: "Andon" });
    expect(noted?.["data"]).toMatchObject({ text: "Looks like the pump" });
    expect(acknowledged).toMatchObject({
      actor: { kind: "token" },
      data: { note: "On it", alert: { status: "acknowledged", machine_name: "CNC Mill #1" } },
    });
    expect(resolved).toMatchObject({ data: { alert: { status: "resolved", metric_value: 90 } } });
    expect(
      body.deliveries.map((one: Json) => [one["event"], one["channel_id"], one["channel_name"]]),
    ).toEqual(
      ["alert.triggered", "alert.acknowledged", "alert.resolved"].map((event) => [
        event,
        channel["id"],
        "Hook",
      ]),
    );
    expect(sink.received.map(({ json }) => [json["event"], json["note"]])).toEqual([
      ["alert.triggered", undefined],
      ["alert.acknowledged", "On it"],
      ["alert.resolved", undefined],
    ]);
  });

  test("a note answers 201 with itself, on an alert that is over too, and is told to nobody", async () => {
    await rule();
    await send("CNC Mill #1", 90);
    await send("CNC Mill #1", 20);
    const note = await app.api("POST", "/alerts/1/notes", { text: "Pump replaced" });
    expect([note.status, note.body]).toEqual([201, { text: "Pump replaced" }]);
    expect((await app.api("GET", "/alerts/1")).body.status).toBe("resolved");
  });
});

describe("the next escalation", () => {
  test("is shown while it waits, the earliest of several, and gone once acknowledged", async () => {
    const channel = await made("/notification-channels", {
      name: "Hook",
      type: "webhook",
      config: { url: sink.url },
      is_active: true,
      events: ["alert.triggered"],
    });
    const policy = (name: string, minutes: number): Promise<Json> =>
      made("/escalation-policies", {
        name,
        severity: "critical",
        wait_minutes: minutes,
        channel_id: channel["id"],
        is_active: true,
      });
    await policy("Later", 15);
    const sooner = await policy("Sooner", 0.5);
    await rule();
    await send("CNC Mill #1", 90);
    const expected = {
      policy_id: sooner["id"],
      policy_name: "Sooner",
      channel_id: channel["id"],
      channel_name: "Hook",
      due_at: "2026-01-01T00:00:30.000Z",
    };
    expect((await app.api("GET", "/alerts/1")).body.next_escalation).toEqual(expected);
    expect((await list())[0]?.["next_escalation"]).toEqual(expected);
    await clock.advance(30_000);
    await sink.waitFor(2);
    expect(sink.received[1]?.json).toMatchObject({
      event: "alert.escalated",
      escalation: { policy_id: sooner["id"], policy_name: "Sooner", wait_minutes: 0.5 },
    });
    expect((await app.api("GET", "/alerts/1")).body.next_escalation).toMatchObject({ policy_name: "Later" });
    const { body } = await app.api("POST", "/alerts/1/acknowledge");
    expect(body.next_escalation).toBeNull();
  });
});

describe("who may", () => {
  test("a viewer reads, a responder acts, and an ingest token does neither", async () => {
    await rule();
    await send("CNC Mill #1", 90);
    const viewer = await tokenOf("viewer");
    const responder = await tokenOf("responder");
    const ingest = String((await made("/api-tokens", { name: "gateway", scope: "ingest" }))["token"]);
    for (const path of ["/alerts", "/alerts/1", "/alerts/counts", "/alerts/1/timeline"]) {
      expect((await as(viewer, "GET", path)).status).toBe(200);
      expect((await as(ingest, "GET", path)).status).toBe(403);
    }
    for (const [path, body] of [
      ["/alerts/1/notes", { text: "x" }],
      ["/alerts/1/acknowledge", {}],
      ["/alerts/1/resolve", {}],
    ] as const) {
      expect((await as(viewer, "POST", path, body)).status).toBe(403);
      expect((await as(ingest, "POST", path, body)).status).toBe(403);
      expect((await as(responder, "POST", path, body)).status).toBeLessThan(300);
    }
  });

  test("another organization sees an empty house: its numbers, counts and filters are its own", async () => {
    const own = await rule();
    await send("CNC Mill #1", 90);
    const { access, store } = app.app.parts;
    const other = await createOtherTenant({ access, opened: { store } });
    const [mine] = await list();
    expect((await as(other.token, "GET", "/alerts")).body.data).toEqual([]);
    expect((await as(other.token, "GET", `/alerts?rule_id=${own["id"]}`)).body.data).toEqual([]);
    expect((await as(other.token, "GET", "/alerts/1")).status).toBe(404);
    expect((await as(other.token, "POST", `/alerts/${mine?.["id"]}/resolve`, {})).status).toBe(404);
    expect((await as(other.token, "GET", "/alerts/counts")).body.triggered).toBe(0);
    const theirs = await as(other.token, "POST", "/alert-rules", {
      name: "Theirs",
      severity: "info",
      condition: { type: "threshold", metric: "temperature", operator: ">", threshold: 1 },
    });
    expect([theirs.status, theirs.body.number]).toEqual([201, 1]);
    await as(other.token, "POST", "/readings", { machine: "CNC Mill #1", metric: "temperature", value: 50 });
    expect((await as(other.token, "GET", "/alerts")).body.data).toMatchObject([
      { number: 1, name: "Theirs" },
    ]);
    expect(await numbers()).toEqual([1]);
  });
});
