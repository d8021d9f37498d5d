// "Why was nobody told?" over HTTP, in the whole program: each channel of that moment with what became of
// its message, or the rule that kept it away; escalations, late acknowledgements, times without a channel.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { startApp, type TestApp } from "../harness/app";
import { FakeClock } from "../harness/clock";
import { eventually } from "../harness/eventually";
import { openRecordingSink, type RecordingSink } from "../harness/recording-sink";
import { createOtherTenant } from "../harness/tenant-isolation";

type Json = Record<string, unknown>;

interface Told {
  event: string;
  explanation: string | null;
  channels: {
    channel_name: string;
    verdict: string;
    explanation: string;
    deliveries: Json[];
    is_deleted: boolean;
  }[];
}

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

const hook = (name: string, more: Json = {}): Promise<Json> =>
  made("/notification-channels", {
    name,
    type: "webhook",
    config: { url: sink.url, retry: [3600], jitter: false },
    is_active: true,
    ...more,
  });

const rule = (severity = "warning"): Promise<Json> =>
  made("/alert-rules", {
    name: "Too hot",
    severity,
    is_active: true,
    selector: {},
    condition: { type: "threshold", metric: "temperature", operator: ">", threshold: 85 },
  });

const send = async (value: number, tags: Record<string, string> = {}): Promise<void> => {
  const answer = await app.api("POST", "/readings", {
    machine: "Mill 1",
    metric: "temperature",
    value,
    tags,
  });
  expect(answer.body.accepted).toBe(1);
  await clock.advance(5);
};

const told = async (number = 1): Promise<Told[]> =>
  (await app.api("GET", `/alerts/${number}/notifications`)).body.data as Told[];

/** Until no message waits for its first attempt. */
const settled = (number = 1): Promise<Told[]> =>
  eventually(
    () => told(number),
    (events) => !JSON.stringify(events).includes("Is on its way."),
  );

/** Of one event: name, verdict and sentence of each channel. */
const linesOf = (event: Told | undefined): string[] =>
  (event?.channels ?? []).map(
    ({ channel_name, verdict, explanation }) => `${channel_name} | ${verdict} | ${explanation}`,
  );

describe("who was told, and why others were not", () => {
  test("names for each channel the rule that kept it away", async () => {
    const machine = await made("/machines", { name: "Mill 1" });
    const other = await made("/machines", { name: "Mill 2" });
    const project = await made("/projects", { name: "Line 2" });
    await hook("1 told");
    await hook("2 off", { is_active: false });
    await hook("3 unsubscribed", { events: ["alert.resolved"] });
    await hook("4 severities", { filters: { severities: ["critical", "info"] } });
    await hook("5 groups", { filters: { groups: ["Payments"] } });
    await hook("6 projects", { filters: { project_ids: [project["id"]] } });
    await hook("7 machines", { filters: { machine_ids: [other["id"]] } });
    await hook("8 labels", { filters: { labels: { line: "2" } } });
    await hook("9 all of it", {
      filters: { severities: ["warning"], machine_ids: [machine["id"]], labels: { line: "1" } },
    });
    await rule();
    await send(91, { line: "1" });
    const [triggered] = await settled();
    expect([triggered?.event, triggered?.explanation]).toEqual(["alert.triggered", null]);
    expect(linesOf(triggered)).toEqual([
      "1 told | delivered | Delivered.",
      "2 off | channel_inactive | Was switched off.",
      "3 unsubscribed | not_subscribed | Is not subscribed to alert.triggered.",
      "4 severities | severity_filtered | Takes only the severities critical and info; this alert was warning.",
      "5 groups | group_filtered | Takes only the group Payments; this alert has no group.",
      "6 projects | project_filtered | Takes only the project Line 2; this alert belongs to Default.",
      "7 machines | machine_filtered | Takes only one chosen machine, and Mill 1 is not among them.",
      "8 labels | label_filtered | Takes only line=2; this alert has line=1.",
      "9 all of it | delivered | Delivered.",
    ]);
    expect(triggered?.channels[0]?.deliveries).toMatchObject([
      { status: "delivered", channel_name: "1 told" },
    ]);
    expect(triggered?.channels[1]?.deliveries).toEqual([]);
  });

  test("says how a message stands: failed, tried again, held, sent again", async () => {
    sink.answerWith((request) => new Response(null, { status: request.path === "/hook/bad" ? 500 : 200 }));
    await hook("fails at once", { config: { url: `${sink.url}/bad`, retry: [] } });
    await hook("tries again", { config: { url: `${sink.url}/bad`, retry: [3600], jitter: false } });
    await hook("pauses", { config: { url: `${sink.url}/bad`, pause_after_failures: 1 } });
    await rule();
    await send(91);
    const [triggered] = await settled();
    expect(linesOf(triggered)).toEqual([
      "fails at once | failed | Not delivered. The endpoint answered 500.",
      "tries again | pending | Not delivered yet; it is tried again. The endpoint answered 500.",
      "pauses | held | Held back. The endpoint answered 500.",
    ]);
    sink.answerWith(200);
    const [failed] = triggered?.channels[0]?.deliveries ?? [];
    await app.api("POST", `/deliveries/${String(failed?.["id"])}/replay`, { new_id: true });
    const [again] = await settled();
    expect(again?.channels[0]).toMatchObject({
      verdict: "delivered",
      explanation: "Delivered.",
      deliveries: [{ status: "failed" }, { status: "delivered", replay_of: failed?.["id"] }],
    });
  });

  test("knows channels that came later and those that are gone", async () => {
    const gone = await hook("gone before");
    await app.api("DELETE", `/notification-channels/${String(gone["id"])}`);
    const leaving = await hook("gone since", { filters: { severities: ["info"] } });
    const told1 = await hook("told, gone since");
    const changed = await hook("changed since", { filters: { severities: ["info"] } });
    await rule();
    await clock.advance(10);
    await send(91);
    await settled();
    await clock.advance(10);
    await hook("later");
    await app.api("DELETE", `/notification-channels/${String(leaving["id"])}`);
    await app.api("DELETE", `/notification-channels/${String(told1["id"])}`);
    await app.api("PATCH", `/notification-channels/${String(changed["id"])}`, {
      filters: { severities: ["critical"] },
    });
    const [triggered] = await told();
    expect(linesOf(triggered)).toEqual([
      "gone since | severity_filtered | Its severities left out warning.",
      "told, gone since | delivered | Delivered.",
      "changed since | severity_filtered | Its severities left out warning. Its settings were changed since.",
      "later | not_created_yet | Did not exist yet.",
    ]);
    expect(triggered?.channels.map(({ is_deleted }) => is_deleted)).toEqual([true, true, false, false]);
  });

  test("says that there was no channel, that none takes it, and that a late acknowledgement tells nobody", async () => {
    await rule();
    await send(91);
    await clock.advance(10);
    await hook("only critical ones", { filters: { severities: ["critical"] } });
    await clock.advance(10);
    await send(20);
    await app.api("POST", "/alerts/1/acknowledge");
    const events = await told();
    expect(events.map(({ event, explanation }) => [event, explanation])).toEqual([
      ["alert.triggered", "Nobody was told: there was no channel."],
      ["alert.resolved", "Nobody was told: no channel takes it."],
      [
        "alert.acknowledged",
        "Nobody was told: the alert was over already. A late acknowledgement is recorded, and that is all.",
      ],
    ]);
    expect(linesOf(events[0])).toEqual(["only critical ones | not_created_yet | Did not exist yet."]);
    expect(linesOf(events[2])).toEqual([]);
    expect(sink.received).toEqual([]);
  });

  test("follows escalations to the channel that each names, and says when it was gone", async () => {
    const lead = await hook("Shift lead", { events: ["alert.resolved"] });
    const manager = await hook("Manager", { events: ["alert.resolved"] });
    await made("/escalation-policies", {
      name: "Chain",
      severity: "critical",
      is_active: true,
      steps: [
        { wait_minutes: 1, channel_id: lead["id"] },
        { wait_minutes: 1, channel_id: manager["id"] },
      ],
    });
    await rule("critical");
    await send(91);
    await clock.advance(61_000);
    await app.api("DELETE", `/notification-channels/${String(manager["id"])}`);
    await clock.advance(61_000);
    const events = await settled();
    expect(events.map(({ event, explanation }) => [event, explanation])).toEqual([
      ["alert.triggered", "Nobody was told: no channel takes it."],
      ["alert.escalated", null],
      [
        "alert.escalated",
        "Nobody was told by the escalation policy “Chain”: the channel of its step was deleted or switched off.",
      ],
    ]);
    expect(linesOf(events[1])).toEqual(["Shift lead | delivered | Delivered."]);
  });

  test("says of events from before reasons were kept that it does not know", async () => {
    await hook("told");
    await hook("not told", { filters: { severities: ["critical"] } });
    await rule();
    await clock.advance(10);
    await send(91);
    await settled();
    await app.store.engine.batch([
      { sql: "UPDATE journal SET data = json_remove(data, '$.untold') WHERE kind = 'alert.triggered'" },
    ]);
    expect(linesOf((await told())[0])).toEqual([
      "told | delivered | Delivered.",
      "not told | unknown | Was not told. Why is not known: this happened before reasons were kept.",
    ]);
  });

  test("is nobody else's", async () => {
    await hook("told");
    await rule();
    await send(91);
    const { token } = await createOtherTenant({ access: app.app.parts.access, opened: { store: app.store } });
    const answer = await app.api("GET", "/alerts/1/notifications", undefined, {
      authorization: `Bearer ${token}`,
    });
    expect(answer.status).toBe(404);
    expect((await app.api("GET", "/alerts/99/notifications")).status).toBe(404);
  });
});
