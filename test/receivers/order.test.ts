// In: senders whose posts come in another order than they were made: held up, or tried again after a newer one. Out:
// by the sender's own times, what is older changes nothing: no status, no history, no incident, no alert, no window.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startApp, type TestApp } from "../harness/app";
import { FakeClock } from "../harness/clock";
import { createReceiver, type TestReceiver } from "../harness/receivers";
import { removeDirectory, temporaryDirectory } from "../harness/store";
import { cloudwatch, uptimeKuma } from "./shapes/monitoring";
import { instatus, openstatus, statuspage } from "./shapes/status-pages";
import { pagerduty } from "./shapes/work";

type Json = Record<string, unknown>;

const NOON = Date.UTC(2026, 0, 5, 12);
const SECOND = 1_000;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

let clock: FakeClock;
let app: TestApp;
let directory: string;
let service: string;

beforeEach(async () => {
  clock = new FakeClock(NOON);
  directory = temporaryDirectory();
  app = await startApp({ clock, directory });
  service = (await app.api("POST", "/services", { name: "Shop" })).body.id;
});
afterEach(async () => {
  await app.stop();
  removeDirectory(directory);
});

const receiver = (settings: Json = {}): Promise<TestReceiver> =>
  createReceiver(app, { service_id: service, ...settings });
const timed = (settings: Json = {}): Promise<TestReceiver> => receiver({ time_field: "at", ...settings });
const iso = (ms: number): string => new Date(ms).toISOString();
const statusOf = async (): Promise<string> => (await app.api("GET", `/services/${service}`)).body.status;

/** Whatever could change: rows by table, the log and its times aside. */
const everything = async (): Promise<unknown> => {
  const tables = [
    "services",
    "service_words",
    "service_history",
    "service_spans",
    "incidents",
    "incident_updates",
    "alerts",
    "journal",
    "outbox",
    "maintenance_windows",
  ];
  const counts = await Promise.all(
    tables.map(async (table) => [
      table,
      await app.store.engine.query({ sql: `SELECT COUNT(*) FROM ${table}` }),
    ]),
  );
  const words = await app.store.engine.query({ sql: "SELECT status, message, at FROM service_words" });
  return { counts, words, status: await statusOf() };
};

const TOO_LATE = { result: "ignored", error: expect.stringContaining("It comes too late") };

describe("a post that is older than what came before", () => {
  test("changes nothing, is logged with its reason, and what is newer counts again", async () => {
    const one = await timed({ auto_create_incidents: true, auto_resolve_incidents: true });
    await one.post({ status: "down", at: iso(NOON - MINUTE) });
    await one.post({ status: "up", at: iso(NOON) });
    const before = await everything();
    for (const status of ["down", "degraded", "maintenance"]) {
      const late = await one.post({ status, at: iso(NOON - SECOND) });
      expect([late.status, late.body]).toEqual([
        200,
        expect.objectContaining({ ...TOO_LATE, status: "operational" }),
      ]);
    }
    expect(await everything()).toEqual(before);
    expect((await one.deliveries())[0]).toMatchObject({
      result: "ignored",
      error:
        "It comes too late: it is of 2026-01-05T11:59:59.000Z, and what is known of 2026-01-05T12:00:00.000Z.",
      raw_status: "maintenance",
      mapped_status: "maintenance",
      previous_status: "operational",
      new_status: "operational",
      service_id: service,
    });
    expect((await one.post({ status: "down", at: iso(NOON) })).body).toMatchObject({ result: "processed" });
    expect((await one.post({ status: "up", at: iso(NOON + 1) })).body).toMatchObject({ result: "processed" });
  });

  test("is known across a restart, for a day after the last word", async () => {
    const one = await timed();
    const url = new URL(String(one.made["url"])).pathname;
    const post = async (body: Json): Promise<Json> =>
      (await fetch(app.url + url, { method: "POST", body: JSON.stringify(body) })).json() as Promise<Json>;
    /** A day passes faster while nothing runs. */
    const restartAfter = async (ms: number): Promise<void> => {
      await app.stop();
      await clock.advance(ms);
      app = await startApp({ clock, directory });
    };
    await post({ status: "down", at: NOON / 1_000 });
    await restartAfter(0);
    expect(await post({ status: "up", at: NOON / 1_000 - 1 })).toMatchObject(TOO_LATE);
    await restartAfter(DAY);
    expect(await post({ status: "up", at: NOON / 1_000 - 1 })).toMatchObject({ result: "processed" });
    await clock.advance(DAY + 60 * MINUTE);
    const rows = await app.store.engine.query({ sql: "SELECT * FROM webhook_receiver_times" });
    expect(rows).toEqual([]);
  });

  test("is compared with the same thing of the same receiver alone", async () => {
    await app.api("POST", "/services", { name: "Mail" });
    const settings = { service_id: null, service_name_field: "name", key_field: "key" };
    const one = await timed(settings);
    const other = await timed(settings);
    const at = (ms: number, more: Json = {}): Json => ({ name: "Shop", key: "disk", at: iso(ms), ...more });
    await one.post(at(NOON, { status: "down" }));
    expect((await one.post(at(NOON - 1, { status: "up" }))).body).toMatchObject(TOO_LATE);
    for (const more of [{ name: "Mail" }, { key: "queue" }])
      expect((await one.post(at(NOON - 1, { status: "degraded", ...more }))).body.error ?? "").not.toContain(
        "late",
      );
    expect((await other.post(at(NOON - 1, { status: "down" }))).body.error ?? "").not.toContain("late");
    const list = await createReceiver(app, {
      service_name_field: "name",
      time_field: "at",
      items_field: "list",
    });
    const answer = await list.post({
      list: [
        { name: "Shop", status: "down", at: iso(NOON) },
        { name: "Shop", status: "up", at: iso(NOON - 1) },
        { name: "Mail", status: "up", at: iso(NOON - 1) },
      ],
    });
    expect(answer.body.items.map(({ error }: Json) => String(error).startsWith("It comes too late"))).toEqual(
      [false, true, false],
    );
  });

  test("of 50 at once, in any order, the newest stands", async () => {
    const one = await timed();
    const words = ["up", "degraded", "down", "maintenance"];
    const posts = Array.from({ length: 50 }, (_, index) => ({
      status: words[index % words.length],
      message: String(index),
      at: iso(NOON - MINUTE + index),
    }));
    // A fixed shuffle: 17 and 50 have no common divisor.
    const shuffled = posts.map((_, index) => posts[(index * 17) % posts.length]);
    await Promise.all(shuffled.map((body) => one.post(body)));
    expect(await statusOf()).toBe("degraded");
    expect((await app.api("GET", `/services/${service}`)).body.message).toBe("49");
  });

  test("that could not be used leaves no time; one that says nothing neither", async () => {
    const one = await timed({ status_mapping: { watching: "ignore" } });
    expect((await one.post({ status: "purple", at: iso(NOON) })).status).toBe(400);
    expect((await one.post({ status: "watching", at: iso(NOON) })).body.result).toBe("ignored");
    expect((await one.post({ status: "down", at: iso(NOON - MINUTE) })).body.result).toBe("processed");
    expect((await one.post({ status: "watching", at: iso(NOON - DAY) })).body.error).toContain(
      "change nothing",
    );
  });

  test("a clock that is far ahead silences nobody; what is no time is none", async () => {
    const one = await timed();
    for (const at of [iso(NOON + 2 * DAY), 9e15, "tomorrow", "", null, {}, -1])
      await one.post({ status: "down", at });
    expect((await one.post({ status: "up", at: iso(NOON - MINUTE) })).body.result).toBe("processed");
    await one.post({ status: "down", at: iso(NOON + 4 * MINUTE) });
    expect((await one.post({ status: "up", at: iso(NOON + 3 * MINUTE) })).body).toMatchObject(TOO_LATE);
  });

  test("a dry run says so, and forgets the times that it was given", async () => {
    const one = await timed();
    const path = `/webhook-receivers/${one.id}/dry-run`;
    await one.post({ status: "down", at: iso(NOON - MINUTE) });
    const late = await app.api("POST", path, { payload: { status: "up", at: iso(NOON - 2 * MINUTE) } });
    expect(late.body).toMatchObject(TOO_LATE);
    await app.api("POST", path, { payload: { status: "up", at: iso(NOON) } });
    expect((await one.post({ status: "up", at: iso(NOON - SECOND) })).body.result).toBe("processed");
  });

  test("raises no alert, and plans no work that is over", async () => {
    const one = await receiver({ preset: "andon", alerts: {} });
    const alert = (event: string, at: string): Json => ({
      event,
      timestamp: at,
      alert: { id: "7", name: "Too hot", severity: "critical", machine_name: "Mill" },
    });
    await one.post(alert("alert.triggered", "2026-01-05T11:58:00Z"));
    await one.post(alert("alert.resolved", "2026-01-05T11:59:00Z"));
    expect((await one.post(alert("alert.triggered", "2026-01-05T11:58:30Z"))).body).toMatchObject(TOO_LATE);
    const alerts = (await app.api("GET", "/alerts")).body.data as Json[];
    expect(alerts.map(({ status }) => status)).toEqual(["resolved"]);

    const page = await receiver({ preset: "statuspage" });
    const work = (status: string, updated_at: string, more: Json = {}): Json => ({
      incident: {
        id: "m1",
        name: "Upgrade",
        status,
        impact: "maintenance",
        scheduled_for: "2026-01-05T14:00:00Z",
        scheduled_until: "2026-01-05T15:00:00Z",
        updated_at,
        ...more,
      },
    });
    await page.post(work("scheduled", "2026-01-05T11:00:00Z"));
    const moved = work("scheduled", "2026-01-05T10:00:00Z", { scheduled_for: "2026-01-05T13:00:00Z" });
    expect((await page.post(moved)).body).toMatchObject(TOO_LATE);
    const windows = async (): Promise<unknown[]> =>
      ((await app.api("GET", "/maintenance-windows")).body.data as Json[]).map(({ starts_at }) => starts_at);
    expect(await windows()).toEqual(["2026-01-05T14:00:00.000Z"]);
    await page.post(work("cancelled", "2026-01-05T11:30:00Z"));
    expect(await windows()).toEqual([]);
    expect((await page.post(work("scheduled", "2026-01-05T11:10:00Z"))).body).toMatchObject(TOO_LATE);
    expect(await windows()).toEqual([]);
  });
});

describe("the times of senders", () => {
  /** Another delivery, of another time. */
  const change = (payload: unknown, [from, to]: readonly [string, string]): unknown =>
    JSON.parse(JSON.stringify(payload).replaceAll(from, to).replaceAll("5ac64822", "5ac64823"));

  /** A shape that says down, and where in it the time of 11:00 or so stands. */
  const SHAPES: [preset: string, payload: unknown, time: string][] = [
    ["statuspage", statuspage[0]?.payload, "2026-01-05T11:59:09.379Z"],
    ["instatus", instatus[0]?.payload, "2026-01-05T11:00:00Z"],
    ["openstatus", openstatus[0]?.payload, "2026-01-05T11:00:00Z"],
    ["uptime_kuma", uptimeKuma[0]?.payload, "2026-01-05 11:00:00.000"],
    ["cloudwatch", cloudwatch[3]?.payload, "2026-01-05T11:00:00.000+0000"],
    ["pagerduty", pagerduty[0]?.payload, "2026-01-05T11:00:00.615Z"],
    [
      "better_stack",
      {
        page: { status_indicator: "downtime" },
        incident: { id: 1, incident_updates: [{ created_at: "2026-01-05T11:00:00Z" }] },
      },
      "2026-01-05T11:00:00Z",
    ],
    [
      "opsgenie",
      { action: "Create", alert: { alertId: "1", updatedAt: 1_767_610_800_000 } },
      "1767610800000",
    ],
    [
      "github_actions",
      { workflow_run: { conclusion: "failure", updated_at: "2026-01-05T11:00:00Z" } },
      "2026-01-05T11:00:00Z",
    ],
    [
      "gitlab",
      {
        object_kind: "pipeline",
        object_attributes: { status: "failed", finished_at: "2026-01-05 11:00:00 UTC" },
      },
      "2026-01-05 11:00:00 UTC",
    ],
    [
      "gitlab",
      { object_kind: "deployment", status: "failed", status_changed_at: "2026-01-05 12:00:00 +0100" },
      "2026-01-05 12:00:00 +0100",
    ],
  ];

  test.each(SHAPES)("%s: a word of the year before comes too late", async (preset, payload, time) => {
    const one = await receiver({ preset, signature_scheme: "auto" });
    const first = await one.post(payload);
    expect([preset, first.body.result, first.body.status]).toEqual([preset, "processed", "down"]);
    expect(JSON.stringify(payload)).toContain(time);
    const older = time.startsWith("2026") ? time.replace("2026", "2025") : "1736074800000";
    const again = await one.post(change(payload, [time, older]));
    expect([preset, again.body]).toEqual([preset, expect.objectContaining(TOO_LATE)]);
  });

  /** As if it were of today. */
  const golden = (dialect: string, event: string): Json => {
    const path = join(import.meta.dir, `../channels/golden/webhook/${dialect}/${event}.json`);
    return JSON.parse(readFileSync(path, "utf8").replaceAll("2026-04-04", "2026-01-05")) as Json;
  };
  const DIALECTS = ["andon", "haltless", "anyping", "roboticks", "cloudevents", "standard-webhooks"];

  test.each(DIALECTS)("Andon's own as %s: a beginning that is tried again after the end", async (dialect) => {
    const one = await receiver({ preset: "andon" });
    const begin = golden(dialect, "alert.triggered");
    expect((await one.post(begin)).body).toMatchObject({ result: "processed", status: "down" });
    expect((await one.post(golden(dialect, "alert.resolved"))).body).toMatchObject({
      result: "processed",
      status: "operational",
    });
    expect((await one.post(begin)).body).toMatchObject(TOO_LATE);
    expect(await statusOf()).toBe("operational");
  });

  test("Alertmanager's say when it began, which may be long ago: they are no order", async () => {
    const one = await receiver({ preset: "alertmanager" });
    const alert = (status: string): Json => ({
      alerts: [
        {
          status,
          labels: { alertname: "A" },
          fingerprint: "1",
          startsAt: "2026-01-05T10:00:00Z",
          endsAt: status === "resolved" ? "2026-01-05T11:00:00Z" : "0001-01-01T00:00:00Z",
        },
      ],
    });
    await one.post(alert("resolved"));
    expect((await one.post(alert("firing"))).body).toMatchObject({ result: "processed", status: "down" });
  });
});
