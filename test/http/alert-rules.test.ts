// Alert rules over HTTP, in the whole program: returned as written, changed, listed and deleted; each
// malformed field refused by its name; what a change does to open alerts; who would be told.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { startApp, type Answer, type TestApp } from "../harness/app";
import { FakeClock } from "../harness/clock";
import { createOtherTenant } from "../harness/tenant-isolation";

type Json = Record<string, unknown>;

let clock: FakeClock;
let app: TestApp;

beforeEach(async () => {
  clock = new FakeClock();
  app = await startApp({ clock });
});
afterEach(() => app.stop());

const CONDITION = { type: "threshold", metric: "temperature", operator: ">", threshold: 85 };
const RULE = { name: "Too hot", severity: "critical", is_active: true, selector: {}, condition: CONDITION };

const post = (body: unknown): Promise<Answer> => app.api("POST", "/alert-rules", body);

const made = async (more: Json = {}): Promise<Json> => {
  const answer = await post({ ...RULE, ...more });
  expect([answer.status, answer.body.detail]).toEqual([201, undefined]);
  return answer.body as Json;
};

/** The body as text: for what JSON.stringify can't write. */
const postText = async (text: string): Promise<{ status: number; body: Json }> => {
  const response = await fetch(`${app.url}/api/v1/alert-rules`, {
    method: "POST",
    headers: { authorization: `Bearer ${app.token}`, "content-type": "application/json" },
    body: text,
  });
  return { status: response.status, body: (await response.json()) as Json };
};

const alerts = async (): Promise<Json[]> => (await app.api("GET", "/alerts")).body.data as Json[];

const send = (machine: string, value: number, more: Json = {}): Promise<Answer> =>
  app.api("POST", "/readings", { machine, metric: "temperature", value, ...more });

const machineOf = async (name: string): Promise<Json> =>
  (await app.api("GET", `/machines?name=${encodeURIComponent(name)}`)).body.data[0] as Json;

describe("a rule", () => {
  test("comes back as it was written, with number and times", async () => {
    await send("CNC Mill #1", 20);
    const { id: machineId, project_id: projectId } = await machineOf("CNC Mill #1");
    const body = {
      name: "Spindle too hot",
      severity: "warning",
      is_active: true,
      selector: {
        machine_id: machineId,
        machine_type: "machine",
        project_id: projectId,
        labels: { line: "1", constructor: "Acme" },
      },
      condition: { ...CONDITION, clear_threshold: 80.5, on_delay_seconds: 1.5, off_delay_seconds: 60 },
      message: "{{machine}} {{metric}} {{value}} {{unit}}",
    };
    const created = await made(body);
    expect(created).toEqual({
      ...body,
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      number: 1,
      created_at: "2026-01-01T00:00:00.000Z",
      updated_at: "2026-01-01T00:00:00.000Z",
      warnings: [expect.stringContaining("Nobody would be told")],
    });
    expect((await app.api("GET", `/alert-rules/${created["id"]}`)).body).toEqual(created);
  });

  for (const condition of [
    { type: "threshold", metric: "m", operator: ">=", threshold: 0 },
    { type: "threshold", metric: "m", operator: "<", threshold: -1.5, clear_threshold: -1 },
    { type: "threshold", metric: "m", operator: "<=", threshold: 1e300, deadband: 0 },
    { type: "threshold", metric: "m", operator: "=", threshold: 1 },
    { type: "threshold", metric: "m", operator: "!=", threshold: 1, on_delay_seconds: 0 },
    { type: "threshold", metric: "m", operator: "inside", range: [1, 2], deadband: 5 },
    { type: "threshold", metric: "m", operator: "outside", range: [-1, 1], deadband: 0.5 },
    { type: "threshold", metric: "m", operator: "inside", range: [3, 3] },
    { type: "heartbeat", after_seconds: 300 },
    { type: "no_data", metric: "m", after_seconds: 1 },
  ])
    test(`takes ${JSON.stringify(condition)}`, async () => {
      expect((await made({ condition }))["condition"]).toEqual(condition);
    });

  test("is active and concerns every machine unless it says otherwise", async () => {
    const { status, body } = await post({ name: "r", severity: "info", condition: CONDITION });
    expect([status, body.is_active, body.selector, body.message]).toEqual([201, true, {}, null]);
  });
});

describe("what is malformed is refused by its field", () => {
  const threshold = (more: Json): Json => ({ condition: { ...CONDITION, ...more } });
  const range = (more: Json): Json => ({
    condition: { type: "threshold", metric: "m", operator: "outside", range: [1, 9], ...more },
  });
  const selector = (given: unknown): Json => ({ selector: given });
  const cases: [Json, string][] = [
    [{ name: undefined }, "name"],
    [{ name: null }, "name"],
    [{ name: "" }, "name"],
    [{ name: "   " }, "name"],
    [{ name: "a\u0000b" }, "name"],
    [{ name: "\ud800" }, "name"],
    [{ name: "x".repeat(201) }, "name"],
    [{ name: 5 }, "name"],
    [{ severity: undefined }, "severity"],
    [{ severity: "fatal" }, "severity"],
    [{ severity: null }, "severity"],
    [{ is_active: "yes" }, "is_active"],
    [{ is_active: null }, "is_active"],
    [{ is_active: 1 }, "is_active"],
    [{ message: 5 }, "message"],
    [{ message: "x".repeat(1_001) }, "message"],
    [{ id: "01990000-0000-7000-8000-000000000000" }, "id"],
    [{ number: 1 }, "number"],
    [selector([]), "selector"],
    [selector(null), "selector"],
    [selector("all"), "selector"],
    [selector({ machine: "x" }), "selector.machine"],
    [selector({ machine_id: 5 }), "selector.machine_id"],
    [selector({ machine_id: null }), "selector.machine_id"],
    [selector({ machine_id: "" }), "selector.machine_id"],
    [selector({ machine_id: "01990000-0000-7000-8000-000000000000" }), "selector.machine_id"],
    [selector({ project_id: "x" }), "selector.project_id"],
    [selector({ machine_type: "" }), "selector.machine_type"],
    [selector({ machine_type: "x".repeat(101) }), "selector.machine_type"],
    [selector({ labels: [] }), "selector.labels"],
    [selector({ labels: null }), "selector.labels"],
    [selector({ labels: { line: 1 } }), "selector.labels.line"],
    [selector({ labels: { "": "1" } }), "selector.labels"],
    [selector({ labels: { ["k".repeat(201)]: "1" } }), "selector.labels"],
    [
      selector({ labels: Object.fromEntries(Array.from({ length: 33 }, (_, n) => [`k${n}`, ""])) }),
      "selector.labels",
    ],
    [{ condition: undefined }, "condition"],
    [{ condition: null }, "condition"],
    [{ condition: [] }, "condition"],
    [{ condition: "temperature > 85" }, "condition"],
    [{ condition: {} }, "condition.type"],
    [threshold({ in: ["down"] }), "condition.in"],
    [threshold({ type: "other" }), "condition.type"],
    [threshold({ metric: undefined }), "condition.metric"],
    [threshold({ metric: "" }), "condition.metric"],
    [threshold({ metric: "m".repeat(201) }), "condition.metric"],
    [threshold({ operator: undefined }), "condition.operator"],
    [threshold({ operator: "~" }), "condition.operator"],
    [threshold({ threshold: undefined }), "condition.threshold"],
    [threshold({ threshold: null }), "condition.threshold"],
    [threshold({ threshold: "85" }), "condition.threshold"],
    [threshold({ range: [1, 2] }), "condition.range"],
    [threshold({ clear_threshold: 86 }), "condition.clear_threshold"],
    [threshold({ operator: "<", clear_threshold: 84 }), "condition.clear_threshold"],
    [threshold({ operator: "=", clear_threshold: 85 }), "condition.clear_threshold"],
    [threshold({ operator: "!=", deadband: 1 }), "condition.deadband"],
    [threshold({ clear_threshold: 80, deadband: 5 }), "condition.deadband"],
    [threshold({ deadband: -1 }), "condition.deadband"],
    [threshold({ threshold: -1e308, deadband: 1e308 }), "condition.deadband"],
    [threshold({ on_delay_seconds: -1 }), "condition.on_delay_seconds"],
    [threshold({ on_delay_seconds: "5" }), "condition.on_delay_seconds"],
    [threshold({ off_delay_seconds: 1e12 }), "condition.off_delay_seconds"],
    [threshold({ after_seconds: 5 }), "condition.after_seconds"],
    [threshold({ limit: 5 }), "condition.limit"],
    [range({ range: undefined }), "condition.range"],
    [range({ range: [1] }), "condition.range"],
    [range({ range: [1, 2, 3] }), "condition.range"],
    [range({ range: [9, 1] }), "condition.range"],
    [range({ range: { 0: 1, 1: 9 } }), "condition.range"],
    [range({ range: ["1", 9] }), "condition.range.0"],
    [range({ range: [1, null] }), "condition.range.1"],
    [range({ threshold: 5 }), "condition.threshold"],
    [range({ clear_threshold: 5 }), "condition.clear_threshold"],
    [range({ deadband: 4 }), "condition.deadband"],
    [{ condition: { type: "heartbeat" } }, "condition.after_seconds"],
    [{ condition: { type: "heartbeat", after_seconds: 0 } }, "condition.after_seconds"],
    [{ condition: { type: "heartbeat", after_seconds: 300, metric: "m" } }, "condition.metric"],
    [{ condition: { type: "no_data", after_seconds: 300 } }, "condition.metric"],
    [{ condition: { type: "no_data", metric: "m", after_seconds: null } }, "condition.after_seconds"],
  ];

  test("on creation, and nothing is created", async () => {
    const wrong: unknown[] = [];
    for (const [more, field] of cases) {
      const { status, body } = await post({ ...RULE, ...more });
      if (status !== 422 || body.field !== field) wrong.push([more, field, status, body.field, body.detail]);
    }
    expect(wrong).toEqual([]);
    expect((await app.api("GET", "/alert-rules")).body.data).toEqual([]);
  });

  test("on a change, and nothing is changed", async () => {
    const rule = await made();
    const wrong: unknown[] = [];
    for (const [more, field] of cases) {
      if (Object.values(more).includes(undefined)) continue;
      const { status, body } = await app.api("PATCH", `/alert-rules/${rule["id"]}`, more);
      if (status !== 422 || body.field !== field) wrong.push([more, field, status, body.field, body.detail]);
    }
    expect(wrong).toEqual([]);
    expect((await app.api("GET", `/alert-rules/${rule["id"]}`)).body).toEqual(rule);
  });

  for (const [text, status, field] of [
    ["{", 400, undefined],
    ["", 422, undefined],
    ["null", 422, undefined],
    ["[]", 422, undefined],
    ['"rule"', 422, undefined],
    [
      JSON.stringify({ ...RULE, condition: { ...CONDITION, threshold: 7 } }).replace(":7}", ":1e999}"),
      422,
      "condition.threshold",
    ],
    [
      JSON.stringify({ ...RULE, selector: { labels: { x: "1" } } }).replace('"x"', '"__proto__"'),
      422,
      "selector.labels.__proto__",
    ],
  ] as const)
    test(`as text: ${text.slice(0, 40) || "nothing"}`, async () => {
      const answer = await postText(text);
      expect([answer.status, answer.body["field"]]).toEqual([status, field]);
    });
});

describe("a change", () => {
  test("of one field leaves the others, and the last one wins", async () => {
    const rule = await made({ message: "own words" });
    await clock.advance(1_000);
    const changed = await app.api("PATCH", `/alert-rules/${rule["id"]}`, { severity: "info" });
    expect(changed.body).toEqual({ ...rule, severity: "info", updated_at: "2026-01-01T00:00:01.000Z" });
    const without = await app.api("PATCH", `/alert-rules/${rule["id"]}`, { message: null });
    expect([without.body.message, without.body.severity]).toEqual([null, "info"]);
    await Promise.all(
      [{ name: "A" }, { is_active: false }, { severity: "warning" }].map((body) =>
        app.api("PATCH", `/alert-rules/${rule["id"]}`, body),
      ),
    );
    expect((await app.api("GET", `/alert-rules/${rule["id"]}`)).body).toMatchObject({
      name: "A",
      is_active: false,
      severity: "warning",
    });
  });

  test("is journalled with who made it", async () => {
    const rule = await made();
    await app.api("PATCH", `/alert-rules/${rule["id"]}`, { name: "Renamed" });
    await app.api("DELETE", `/alert-rules/${rule["id"]}`);
    const rows = await app.store.engine.query({
      sql: "SELECT kind, data FROM journal WHERE subject_id = ? ORDER BY seq",
      params: [String(rule["id"])],
    });
    expect(rows.map(([kind]) => kind)).toEqual(["config.created", "config.updated", "config.deleted"]);
    expect(JSON.parse(String(rows[1]?.[1]))).toMatchObject({
      object: "alert_rule",
      name: "Renamed",
      changes: { name: "Renamed" },
    });
  });

  test("reaches open alerts: kept, then resolved, then gone with the rule", async () => {
    const rule = await made();
    await send("CNC Mill #1", 90);
    const [open] = await alerts();
    await app.api("PATCH", `/alert-rules/${rule["id"]}`, {
      name: "Hot",
      condition: { ...CONDITION, threshold: 80 },
    });
    expect(await alerts()).toMatchObject([
      { id: open?.["id"], status: "triggered", name: "Hot", threshold_value: 80 },
    ]);
    await app.api("PATCH", `/alert-rules/${rule["id"]}`, { condition: { ...CONDITION, threshold: 95 } });
    expect(await alerts()).toMatchObject([{ status: "resolved", resolve_reason: "rule_changed" }]);
    await app.api("PATCH", `/alert-rules/${rule["id"]}`, { condition: CONDITION });
    const deleted = await app.api("DELETE", `/alert-rules/${rule["id"]}`);
    expect([deleted.status, deleted.body]).toEqual([204, ""]);
    expect(await alerts()).toMatchObject([
      { number: 2, status: "resolved", resolve_reason: "rule_removed" },
      { number: 1 },
    ]);
    for (const method of ["GET", "PATCH", "DELETE"]) {
      const answer = await app.api(method, `/alert-rules/${rule["id"]}`, method === "PATCH" ? {} : undefined);
      expect(answer.status).toBe(404);
    }
  });

  test("of a machine's type, labels or approval reaches its alerts too", async () => {
    await made({ selector: { machine_type: "mill" } });
    const { body: mill } = await app.api("POST", "/machines", { name: "Mill", type: "mill" });
    await send("Mill", 90);
    await app.api("PATCH", `/machines/${mill.id}`, { type: "press" });
    expect(await alerts()).toMatchObject([{ status: "resolved", resolve_reason: "machine_changed" }]);
    await app.api("PATCH", `/machines/${mill.id}`, { type: "mill" });
    expect(await alerts()).toMatchObject([{ number: 2, status: "triggered" }, { number: 1 }]);
    await app.api("DELETE", `/machines/${mill.id}`);
    expect(await alerts()).toMatchObject([
      { number: 2, status: "resolved", resolve_reason: "machine_removed" },
      { number: 1 },
    ]);
  });
});

test("text and values that are no numbers are a sign of life: they end a silence", async () => {
  await made({ condition: { type: "heartbeat", after_seconds: 60 } });
  await send("CNC Mill #1", 20);
  await clock.advance(61_000);
  expect(await alerts()).toMatchObject([
    { number: 1, status: "triggered", metric_name: "heartbeat", unit: "s" },
  ]);
  const text = await fetch(`${app.url}/api/v2/write`, {
    method: "POST",
    headers: { authorization: `Token ${app.token}` },
    body: 'state,machine=CNC\\ Mill\\ #1 text="running"',
  });
  expect(text.status).toBe(204);
  expect(await alerts()).toMatchObject([{ status: "resolved" }]);
  await clock.advance(61_000);
  expect(await alerts()).toMatchObject([{ number: 2, status: "triggered" }, { number: 1 }]);
  await send("CNC Mill #1", Number.NaN);
  expect(await alerts()).toMatchObject([{ number: 2, status: "resolved" }, { number: 1 }]);
});

test("NaN, infinities and texts break no limit, not even 'not equal' and 'outside'", async () => {
  await made({ condition: { ...CONDITION, operator: "!=", threshold: 1 } });
  await made({ condition: { type: "threshold", metric: "temperature", operator: "outside", range: [0, 1] } });
  await send("m", 1);
  for (const value of ["NaN", "+Inf", "-inf", "1e999"]) {
    const answer = await fetch(`${app.url}/api/v2/write`, {
      method: "POST",
      headers: { authorization: `Token ${app.token}` },
      body: `x,machine=m temperature=${value}`,
    });
    expect([204, 400]).toContain(answer.status);
  }
  for (const value of [null, "5", "NaN", {}]) {
    const { body } = await app.api("POST", "/readings", { machine: "m", metric: "temperature", value });
    expect(body).toEqual({ accepted: 0, rejected: [{ index: 0, reason: "value must be a number" }] });
  }
  expect(await alerts()).toEqual([]);
});

describe("the list", () => {
  test("is newest first and comes in pages", async () => {
    for (const name of ["a", "b", "c"]) await made({ name });
    const first = await app.api("GET", "/alert-rules?limit=2");
    expect(first.body.data.map((rule: Json) => rule["name"])).toEqual(["c", "b"]);
    const second = await app.api("GET", `/alert-rules?limit=2&cursor=${first.body.next_cursor}`);
    expect([second.body.data.map((rule: Json) => rule["name"]), second.body.next_cursor]).toEqual([
      ["a"],
      null,
    ]);
    const forged = Buffer.from("v1:abc").toString("base64url");
    expect((await app.api("GET", `/alert-rules?cursor=${forged}`)).body.field).toBe("cursor");
  });
});

describe("a warning", () => {
  const channel = (more: Json): Promise<Answer> =>
    app.api("POST", "/notification-channels", {
      name: "Hook",
      type: "webhook",
      config: { url: "https://hooks.example.com/x" },
      is_active: true,
      ...more,
    });

  const isWarned = async (more: Json = {}): Promise<boolean> => {
    const { id, warnings } = await made(more);
    await app.api("DELETE", `/alert-rules/${id}`);
    return (warnings as string[]).some((text) => text.startsWith("Nobody would be told"));
  };

  test("says that nobody would be told, as long as no channel takes such alerts", async () => {
    expect(await isWarned()).toBe(true);
    await channel({ events: ["alert.resolved"] });
    await channel({ is_active: false });
    await channel({ filters: { severities: ["info"] } });
    expect(await isWarned()).toBe(true);
    expect(await isWarned({ severity: "info" })).toBe(false);
    await channel({});
    expect(await isWarned()).toBe(false);
  });

  test("is not given where a channel takes the alerts of one machine of many", async () => {
    const { body: mill } = await app.api("POST", "/machines", { name: "Mill", type: "mill" });
    await channel({ filters: { machine_ids: [mill.id] } });
    const silence = { condition: { type: "heartbeat", after_seconds: 60 } };
    expect(await isWarned(silence)).toBe(false);
    expect(await isWarned({ ...silence, selector: { machine_id: mill.id } })).toBe(false);
    expect(await isWarned({ ...silence, selector: { machine_type: "press" } })).toBe(true);
  });

  test("looks at projects and labels", async () => {
    const { body: project } = await app.api("POST", "/projects", { name: "Line 2" });
    await channel({ filters: { project_ids: [project.id], labels: { hall: "B" } } });
    expect(await isWarned()).toBe(false);
    expect(await isWarned({ selector: { project_id: project.id } })).toBe(false);
    expect(await isWarned({ selector: { labels: { hall: "A" } } })).toBe(true);
    const other = (await app.api("GET", "/projects")).body.data.find((one: Json) => one["id"] !== project.id);
    expect(await isWarned({ selector: { project_id: other.id } })).toBe(true);
  });

  test("counts an escalation policy only if its channel is switched on", async () => {
    const { body: hook } = await channel({ events: ["alert.resolved"] });
    const policy = { name: "P", severity: "critical", wait_minutes: 1, channel_id: hook.id, is_active: true };
    const { body: created } = await app.api("POST", "/escalation-policies", policy);
    expect(await isWarned()).toBe(false);
    expect(await isWarned({ severity: "info" })).toBe(true);
    await app.api("PATCH", `/notification-channels/${hook.id}`, { is_active: false });
    expect(await isWarned()).toBe(true);
    await app.api("PATCH", `/notification-channels/${hook.id}`, { is_active: true });
    await app.api("PATCH", `/escalation-policies/${created.id}`, { is_active: false });
    expect(await isWarned()).toBe(true);
  });

  test("says that the selected machine is gone", async () => {
    const { body: mill } = await app.api("POST", "/machines", { name: "Mill" });
    const rule = await made({ selector: { machine_id: mill.id } });
    await app.api("DELETE", `/machines/${mill.id}`);
    const { body } = await app.api("GET", `/alert-rules/${rule["id"]}`);
    expect(body.warnings).toContainEqual(expect.stringContaining("does not exist"));
  });
});

test("an editor may, a responder may only look, another organization sees nothing", async () => {
  const rule = await made();
  const responder = String(
    (await app.api("POST", "/api-tokens", { name: "r", role: "responder" })).body.token,
  );
  const { access, store } = app.app.parts;
  const other = await createOtherTenant({ access, opened: { store } });
  const as = (token: string, method: string, path: string, body?: unknown): Promise<Answer> =>
    app.api(method, path, body, { authorization: `Bearer ${token}` });
  expect((await as(responder, "GET", `/alert-rules/${rule["id"]}`)).status).toBe(200);
  expect((await as(responder, "POST", "/alert-rules", RULE)).status).toBe(403);
  expect((await as(responder, "PATCH", `/alert-rules/${rule["id"]}`, { name: "x" })).status).toBe(403);
  expect((await as(responder, "DELETE", `/alert-rules/${rule["id"]}`)).status).toBe(403);
  expect((await as(other.token, "GET", "/alert-rules")).body.data).toEqual([]);
  const { id: machineId, project_id: projectId } = (await app.api("POST", "/machines", { name: "Mill" }))
    .body;
  for (const selector of [{ machine_id: machineId }, { project_id: projectId }]) {
    const foreign = await as(other.token, "POST", "/alert-rules", { ...RULE, selector });
    expect([foreign.status, foreign.body.field]).toEqual([422, `selector.${Object.keys(selector)[0]}`]);
  }
});

test("the same request again under its key makes one rule", async () => {
  const key = { "idempotency-key": "rule-1" };
  const first = await app.api("POST", "/alert-rules", RULE, key);
  const second = await app.api("POST", "/alert-rules", RULE, key);
  expect([second.status, second.body]).toEqual([first.status, first.body]);
  expect((await app.api("GET", "/alert-rules")).body.data.length).toBe(1);
});

test("in timelines and the live stream, people's own words stay as they wrote them", async () => {
  const rule = await made({ selector: { labels: { productionLine: "A1" } }, message: "m" });
  const response = await fetch(`${app.url}/api/v1/stream?after=0`, {
    headers: { authorization: `Bearer ${app.token}`, accept: "text/event-stream" },
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (reader !== undefined && !text.includes(String(rule["id"])))
    text += (await reader.read()).value ?? "";
  await reader?.cancel();
  const line = text.split("\n").find((one) => one.startsWith("data:") && one.includes(String(rule["id"])));
  expect(JSON.parse((line ?? "").slice("data:".length))).toMatchObject({
    kind: "config.created",
    data: {
      object: "alert_rule",
      state: { is_active: true, selector: { labels: { productionLine: "A1" } }, condition: CONDITION },
    },
  });
});
