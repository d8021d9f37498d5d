// Escalation policies over HTTP, in the whole program: flat ones come back flat, chains as chains; each
// malformed field refused by its name; a change reaches alerts that are open.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { startApp, type Answer, type TestApp } from "../harness/app";
import { FakeClock } from "../harness/clock";
import { openRecordingSink, type RecordingSink } from "../harness/recording-sink";
import { createOtherTenant } from "../harness/tenant-isolation";

type Json = Record<string, unknown>;

let clock: FakeClock;
let sink: RecordingSink;
let app: TestApp;
let channelId: string;

beforeEach(async () => {
  clock = new FakeClock();
  sink = openRecordingSink();
  app = await startApp({ clock, config: { outboundAllow: [`127.0.0.1:${sink.port}`] } });
  // Subscribed to something else: escalations ignore that.
  const { body } = await app.api("POST", "/notification-channels", {
    name: "Hook",
    type: "webhook",
    config: { url: sink.url },
    is_active: true,
    events: ["alert.acknowledged"],
    filters: { severities: ["info"] },
  });
  channelId = body.id;
});
afterEach(async () => {
  await app.stop();
  await sink.stop();
});

const flat = (more: Json = {}): Json => ({
  name: "Critical, notify ops team in 15min",
  severity: "critical",
  wait_minutes: 15,
  channel_id: channelId,
  is_active: true,
  ...more,
});

const made = async (body: Json): Promise<Json> => {
  const answer = await app.api("POST", "/escalation-policies", body);
  expect([answer.status, answer.body.detail]).toEqual([201, undefined]);
  return answer.body as Json;
};

const patch = (policy: Json, body: unknown): Promise<Answer> =>
  app.api("PATCH", `/escalation-policies/${policy["id"]}`, body);

const breakLimit = async (): Promise<void> => {
  await app.api("POST", "/alert-rules", {
    name: "Too hot",
    severity: "critical",
    condition: { type: "threshold", metric: "temperature", operator: ">", threshold: 85 },
  });
  await app.api("POST", "/readings", { machine: "CNC Mill #1", metric: "temperature", value: 90 });
};

const TIMES = { created_at: "2026-01-01T00:00:00.000Z", updated_at: "2026-01-01T00:00:00.000Z" };

test("a flat policy comes back flat, fractions of minutes included", async () => {
  const created = await made(flat({ wait_minutes: 0.25 }));
  expect(created).toEqual({ ...flat({ wait_minutes: 0.25 }), id: expect.any(String), ...TIMES });
  expect((await app.api("GET", `/escalation-policies/${created["id"]}`)).body).toEqual(created);
});

test("a chain comes back as a chain", async () => {
  const steps = [
    { wait_minutes: 0, channel_id: channelId },
    { wait_minutes: 10.5, channel_id: channelId },
  ];
  const body = { name: "Chain", severity: "info", is_active: false, steps };
  expect(await made(body)).toEqual({ ...body, id: expect.any(String), ...TIMES });
});

describe("what is malformed is refused by its field", () => {
  const cases: [Json, string][] = [
    [{ name: "" }, "name"],
    [{ name: "  " }, "name"],
    [{ name: null }, "name"],
    [{ severity: "major" }, "severity"],
    [{ severity: null }, "severity"],
    [{ wait_minutes: -1 }, "wait_minutes"],
    [{ wait_minutes: "15" }, "wait_minutes"],
    [{ wait_minutes: 1e9 }, "wait_minutes"],
    [{ channel_id: "01990000-0000-7000-8000-000000000000" }, "channel_id"],
    [{ channel_id: 5 }, "channel_id"],
    [{ channel_id: "" }, "channel_id"],
    [{ is_active: "yes" }, "is_active"],
    [{ steps: [] }, "steps"],
    [{ steps: {} }, "steps"],
    [{ steps: ["x"] }, "steps.0"],
    [{ steps: [{ wait_minutes: 1 }] }, "steps.0.channel_id"],
    [{ steps: [{ wait_minutes: 1, channel_id: "x", then: 1 }] }, "steps.0.then"],
    [{ repeat: 3 }, "repeat"],
  ];

  test("on creation", async () => {
    const wrong: unknown[] = [];
    for (const [more, field] of cases) {
      const { status, body } = await app.api("POST", "/escalation-policies", flat(more));
      if (status !== 422 || body.field !== field) wrong.push([more, field, status, body.field, body.detail]);
    }
    for (const field of ["name", "severity", "wait_minutes", "channel_id"]) {
      const { [field]: _, ...body } = flat();
      const answer = await app.api("POST", "/escalation-policies", body);
      if (answer.status !== 422 || answer.body.field !== field) wrong.push([field, answer.body]);
    }
    expect(wrong).toEqual([]);
    expect((await app.api("GET", "/escalation-policies")).body.data).toEqual([]);
  });

  test("on a change", async () => {
    const policy = await made(flat());
    const wrong: unknown[] = [];
    for (const [more, field] of cases) {
      const { status, body } = await patch(policy, more);
      if (status !== 422 || body.field !== field) wrong.push([more, field, status, body.field, body.detail]);
    }
    expect(wrong).toEqual([]);
    expect((await app.api("GET", `/escalation-policies/${policy["id"]}`)).body).toEqual(policy);
  });

  test("steps and a flat step at once", async () => {
    const steps = [{ wait_minutes: 1, channel_id: channelId }];
    const { status, body } = await app.api("POST", "/escalation-policies", flat({ steps }));
    expect([status, body.field]).toEqual([422, "steps"]);
  });
});

describe("a change", () => {
  test("of one field leaves the others", async () => {
    const policy = await made(flat());
    await clock.advance(1_000);
    for (const change of [{ name: "N" }, { severity: "info" }, { wait_minutes: 1 }, { is_active: false }]) {
      const { status, body } = await patch(policy, change);
      Object.assign(policy, change, { updated_at: "2026-01-01T00:00:01.000Z" });
      expect([status, body]).toEqual([200, policy]);
    }
  });

  test("at the same time as another: both are there", async () => {
    const policy = await made(flat());
    await Promise.all([patch(policy, { wait_minutes: 3 }), patch(policy, { name: "N" })]);
    expect((await app.api("GET", `/escalation-policies/${policy["id"]}`)).body).toMatchObject({
      wait_minutes: 3,
      name: "N",
    });
  });

  test("of a flat policy to steps makes it a chain, and back", async () => {
    const policy = await made(flat());
    const steps = [{ wait_minutes: 1, channel_id: channelId }];
    const chain = (await patch(policy, { steps })).body as Json;
    expect([chain["steps"], chain["wait_minutes"]]).toEqual([steps, undefined]);
    expect((await patch(policy, { wait_minutes: 2 })).body.field).toBe("channel_id");
    const again = (await patch(policy, { wait_minutes: 2, channel_id: channelId })).body as Json;
    expect([again["steps"], again["wait_minutes"], again["channel_id"]]).toEqual([undefined, 2, channelId]);
  });

  test("to a shorter wait, or switching on, reaches an alert that is open", async () => {
    const policy = await made(flat({ is_active: false }));
    await breakLimit();
    await clock.advance(5 * 60_000);
    expect(sink.received).toEqual([]);
    await patch(policy, { is_active: true });
    expect((await app.api("GET", "/alerts/1")).body.next_escalation).toMatchObject({
      policy_id: policy["id"],
      due_at: "2026-01-01T00:15:00.000Z",
    });
    await patch(policy, { wait_minutes: 6 });
    await clock.advance(60_000);
    await sink.waitFor(1);
    expect(sink.received.map(({ json }) => json["event"])).toEqual(["alert.escalated"]);
    expect((await app.api("GET", "/alerts/1")).body.next_escalation).toBeNull();
  });
});

test("deleted, it is gone, and what it had planned is cancelled", async () => {
  const policy = await made(flat({ wait_minutes: 1 }));
  await breakLimit();
  const deleted = await app.api("DELETE", `/escalation-policies/${policy["id"]}`);
  expect([deleted.status, deleted.body]).toEqual([204, ""]);
  await clock.advance(10 * 60_000);
  expect(sink.received).toEqual([]);
  for (const method of ["GET", "PATCH", "DELETE"]) {
    const answer = await app.api(
      method,
      `/escalation-policies/${policy["id"]}`,
      method === "PATCH" ? {} : undefined,
    );
    expect(answer.status).toBe(404);
  }
});

test("acknowledging stops it; the timeline says who was told", async () => {
  await made(flat({ wait_minutes: 1 }));
  await breakLimit();
  await clock.advance(60_000);
  await sink.waitFor(1);
  await app.api("POST", "/alerts/1/acknowledge");
  await clock.advance(60 * 60_000);
  // The channel takes no critical alerts, and so not the acknowledgement either.
  expect(sink.received.length).toBe(1);
  const { body } = await app.api("GET", "/alerts/1/timeline");
  expect(body.data.map((entry: Json) => entry["kind"])).toEqual([
    "alert.triggered",
    "alert.escalated",
    "alert.acknowledged",
  ]);
  expect(body.data[1].data.escalation).toMatchObject({
    policy_name: "Critical, notify ops team in 15min",
    wait_minutes: 1,
    step: 1,
  });
  expect(body.deliveries).toMatchObject([{ event: "alert.escalated", channel_name: "Hook" }]);
});

test("the list is newest first, in pages, and each organization has its own", async () => {
  for (const name of ["a", "b", "c"]) await made(flat({ name }));
  const first = await app.api("GET", "/escalation-policies?limit=2");
  expect(first.body.data.map((one: Json) => one["name"])).toEqual(["c", "b"]);
  const second = await app.api("GET", `/escalation-policies?limit=2&cursor=${first.body.next_cursor}`);
  expect([second.body.data.map((one: Json) => one["name"]), second.body.next_cursor]).toEqual([["a"], null]);
  const { access, store } = app.app.parts;
  const other = await createOtherTenant({ access, opened: { store } });
  const headers = { authorization: `Bearer ${other.token}` };
  expect((await app.api("GET", "/escalation-policies", undefined, headers)).body.data).toEqual([]);
  // Another organization's channel answers like one that does not exist.
  const stolen = await app.api("POST", "/escalation-policies", flat(), headers);
  expect([stolen.status, stolen.body.field]).toEqual([422, "channel_id"]);
});
