// Maintenance windows in the whole program: begun and ended once, muted while under way, told afterwards what
// still stands; status and history of services; recurring, changed, ended by hand, missed and over restarts.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { startApp, type Answer, type TestApp } from "../harness/app";
import { FakeClock } from "../harness/clock";
import { eventually } from "../harness/eventually";
import { openRecordingSink, type RecordingSink } from "../harness/recording-sink";
import { removeDirectory, temporaryDirectory } from "../harness/store";

type Json = Record<string, unknown>;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let clock: FakeClock;
let sink: RecordingSink;
let app: TestApp;
let directory: string;
let shop: string;

const start = async (): Promise<void> => {
  app = await startApp({ clock, directory, config: { outboundAllow: [`127.0.0.1:${sink.port}`] } });
};

beforeEach(async () => {
  clock = new FakeClock();
  sink = openRecordingSink();
  directory = temporaryDirectory();
  await start();
  shop = (await app.api("POST", "/services", { name: "Shop", group: "Web" })).body.id;
});
afterEach(async () => {
  await app.stop();
  await sink.stop();
  removeDirectory(directory);
});

const iso = (ms: number): string => new Date(ms).toISOString();
const inMs = (ms: number): string => iso(clock.now() + ms);

const planned = async (body: Json): Promise<Json & { id: string }> => {
  const answer = await app.api("POST", "/maintenance-windows", { name: "Upgrade", ...body });
  expect([answer.status, answer.body.detail]).toEqual([201, undefined]);
  return answer.body as Json & { id: string };
};

const read = async (id: string): Promise<Json> =>
  (await app.api("GET", `/maintenance-windows/${id}`)).body as Json;
const statusOf = async (id: string): Promise<unknown> => (await read(id))["status"];
const shown = async (id = shop): Promise<unknown> => (await app.api("GET", `/services/${id}`)).body.status;
const say = (status: string): Promise<Answer> => app.api("POST", `/services/${shop}/status`, { status });

const history = async (): Promise<string[]> =>
  (await app.api("GET", `/services/${shop}/history`)).body.data
    .map((line: Json) => `${String(line["at"]).slice(11, 19)} ${String(line["status"])}`)
    .toReversed();

const journalOf = async (id: string): Promise<string[]> =>
  (
    await app.store.engine.query({
      sql: "SELECT kind FROM journal WHERE subject_id = ? AND kind LIKE 'maintenance.%' ORDER BY seq",
      params: [id],
    })
  ).map(([kind]) => String(kind));

describe("a window", () => {
  test("begins and ends on time, and is history", async () => {
    const window = await planned({
      description: "New disks",
      service_ids: [shop],
      starts_at: inMs(HOUR),
      ends_at: inMs(2 * HOUR),
    });
    expect(window).toMatchObject({
      status: "scheduled",
      service_ids: [shop],
      machine_ids: [],
      cron: null,
      time_zone: "UTC",
      current: null,
      next: { status: "scheduled", starts_at: inMs(HOUR), ends_at: inMs(2 * HOUR) },
    });
    await clock.advance(HOUR - 1);
    expect([await statusOf(window.id), await shown()]).toEqual(["scheduled", "operational"]);
    await clock.advance(1);
    expect([await statusOf(window.id), await shown()]).toEqual(["active", "maintenance"]);
    expect((await app.api("GET", `/services/${shop}`)).body).toMatchObject({
      message: "New disks",
      sources: [{ source: { kind: "maintenance", name: "Upgrade" } }],
    });
    await clock.advance(HOUR);
    expect([await statusOf(window.id), await shown()]).toEqual(["ended", "operational"]);
    expect(await history()).toEqual(["01:00:00 maintenance", "02:00:00 operational"]);
    expect(await journalOf(window.id)).toEqual([
      "maintenance.scheduled",
      "maintenance.started",
      "maintenance.ended",
    ]);
    await clock.advance(48 * HOUR);
    expect((await history()).length).toBe(2);
  });

  test("that has begun already begins at once; one that is over is refused", async () => {
    await clock.advance(HOUR);
    const times = { starts_at: inMs(-MINUTE), ends_at: inMs(MINUTE) };
    const { id } = await planned({ service_ids: [shop], ...times });
    expect([await statusOf(id), await shown()]).toEqual(["active", "maintenance"]);
    expect(await history()).toEqual(["01:00:00 maintenance"]);
    const over = await app.api("POST", "/maintenance-windows", {
      name: "Over",
      service_ids: [shop],
      starts_at: inMs(-HOUR),
      ends_at: inMs(-MINUTE),
    });
    expect([over.status, over.body.field]).toEqual([422, "ends_at"]);
  });

  test("covers groups and projects as they are when it begins", async () => {
    const { id: project } = (await app.api("POST", "/projects", { name: "Line 2" })).body;
    const times = { starts_at: inMs(HOUR), ends_at: inMs(2 * HOUR) };
    await planned({ groups: ["Web"], project_ids: [project], ...times });
    const late = (await app.api("POST", "/services", { name: "Late", group: "Web" })).body.id;
    const line = (await app.api("POST", "/services", { name: "Line", project_id: project })).body.id;
    const other = (await app.api("POST", "/services", { name: "Other" })).body.id;
    await clock.advance(HOUR);
    const all = async (): Promise<unknown[]> => [
      await shown(),
      await shown(late),
      await shown(line),
      await shown(other),
    ];
    expect(await all()).toEqual(["maintenance", "maintenance", "maintenance", "operational"]);
    await app.api("PATCH", `/services/${late}`, { group: null });
    await clock.advance(HOUR);
    expect(await all()).toEqual(["operational", "operational", "operational", "operational"]);
  });

  test("shows afterwards what was said meanwhile", async () => {
    await planned({ service_ids: [shop], starts_at: inMs(HOUR), ends_at: inMs(2 * HOUR) });
    await clock.advance(HOUR);
    expect((await say("down")).body).toMatchObject({ result: "ignored", status: "maintenance" });
    await clock.advance(HOUR);
    expect([await shown(), await history()]).toEqual(["down", ["01:00:00 maintenance", "02:00:00 down"]]);
  });

  test("of two, the second one ends it", async () => {
    await planned({ service_ids: [shop], starts_at: inMs(HOUR), ends_at: inMs(3 * HOUR) });
    await planned({ service_ids: [shop], starts_at: inMs(2 * HOUR), ends_at: inMs(4 * HOUR) });
    await clock.advance(3 * HOUR);
    expect(await shown()).toBe("maintenance");
    await clock.advance(HOUR);
    expect(await history()).toEqual(["01:00:00 maintenance", "04:00:00 operational"]);
  });
});

describe("by hand", () => {
  test("it ends at once, and only once", async () => {
    const { id } = await planned({ service_ids: [shop], starts_at: inMs(HOUR), ends_at: inMs(2 * HOUR) });
    expect((await app.api("POST", `/maintenance-windows/${id}/end`)).body.code).toBe("not_under_way");
    await clock.advance(HOUR + MINUTE);
    const ended = await app.api("POST", `/maintenance-windows/${id}/end`);
    expect([ended.status, ended.body.status, await shown()]).toEqual([200, "ended", "operational"]);
    expect((await app.api("POST", `/maintenance-windows/${id}/end`)).status).toBe(409);
    await clock.advance(2 * HOUR);
    expect(await history()).toEqual(["01:00:00 maintenance", "01:01:00 operational"]);
  });

  test("it is deleted: ended if under way, else cancelled", async () => {
    const times = { starts_at: inMs(HOUR), ends_at: inMs(2 * HOUR) };
    const first = await planned({ service_ids: [shop], ...times });
    const second = await planned({ service_ids: [shop], starts_at: inMs(3 * HOUR), ends_at: inMs(4 * HOUR) });
    await clock.advance(HOUR);
    for (const { id } of [first, second]) {
      expect((await app.api("DELETE", `/maintenance-windows/${id}`)).status).toBe(204);
      expect((await app.api("GET", `/maintenance-windows/${id}`)).status).toBe(404);
    }
    expect(await shown()).toBe("operational");
    await clock.advance(10 * HOUR);
    expect((await history()).length).toBe(2);
    expect(await journalOf(first.id)).toEqual([
      "maintenance.scheduled",
      "maintenance.started",
      "maintenance.ended",
    ]);
    expect(await journalOf(second.id)).toEqual(["maintenance.scheduled", "maintenance.cancelled"]);
  });

  test("it is moved, lengthened, and given other services, under way or not", async () => {
    const { id } = await planned({ service_ids: [shop], starts_at: inMs(HOUR), ends_at: inMs(2 * HOUR) });
    const cart = (await app.api("POST", "/services", { name: "Cart" })).body.id as string;
    const patch = (body: Json): Promise<Answer> => app.api("PATCH", `/maintenance-windows/${id}`, body);
    await patch({ starts_at: inMs(2 * HOUR), ends_at: inMs(3 * HOUR) });
    await clock.advance(HOUR);
    expect(await shown()).toBe("operational");
    await clock.advance(HOUR);
    expect([await shown(), await shown(cart)]).toEqual(["maintenance", "operational"]);
    await patch({ service_ids: [cart] });
    expect([await shown(), await shown(cart)]).toEqual(["operational", "maintenance"]);
    await patch({ ends_at: inMs(3 * HOUR) });
    await clock.advance(2 * HOUR);
    expect(await shown(cart)).toBe("maintenance");
    await clock.advance(HOUR);
    expect([await shown(cart), await statusOf(id)]).toEqual(["operational", "ended"]);
    expect((await app.api("GET", `/maintenance-windows/${id}/occurrences`)).body.data.length).toBe(1);
  });
});

describe("recurring", () => {
  const nightly = { service_ids: [], cron: "0 2 * * *", duration_seconds: 3_600, time_zone: "Europe/Berlin" };

  test("it comes each night, and is planned ahead", async () => {
    const { id } = await planned({ ...nightly, service_ids: [shop] });
    expect((await app.api("GET", `/maintenance-windows/${id}/occurrences`)).body.data.length).toBe(14);
    await clock.advance(3 * 24 * HOUR);
    expect(await history()).toEqual(
      Array.from({ length: 3 }, () => ["01:00:00 maintenance", "02:00:00 operational"]).flat(),
    );
    expect((await read(id))["next"]).toMatchObject({ starts_at: "2026-01-04T01:00:00.000Z" });
    expect((await app.api("GET", `/maintenance-windows/${id}/occurrences`)).body.data.length).toBe(17);
  });

  test("ended by hand it comes again, but not for the same night, whatever is changed", async () => {
    const { id } = await planned({ ...nightly, service_ids: [shop] });
    await clock.advance(HOUR + MINUTE);
    await app.api("POST", `/maintenance-windows/${id}/end`);
    await app.api("PATCH", `/maintenance-windows/${id}`, { duration_seconds: 7_200 });
    expect(await shown()).toBe("operational");
    await clock.advance(24 * HOUR);
    expect(await history()).toEqual(["01:00:00 maintenance", "01:01:00 operational", "01:00:00 maintenance"]);
    expect((await read(id))["current"]).toMatchObject({ ends_at: "2026-01-02T03:00:00.000Z" });
  });

  test("it survives restarts", async () => {
    const { id } = await planned({ ...nightly, service_ids: [shop] });
    await clock.advance(HOUR + MINUTE);
    await app.stop();
    await start();
    expect([await statusOf(id), await shown()]).toEqual(["active", "maintenance"]);
    await clock.advance(24 * HOUR);
    expect(await history()).toEqual(["01:00:00 maintenance", "02:00:00 operational", "01:00:00 maintenance"]);
  });
});

test("what came due while nothing ran counts with the time for which it was planned", async () => {
  await planned({ service_ids: [shop], starts_at: inMs(HOUR), ends_at: inMs(2 * HOUR) });
  const other = await planned({ service_ids: [shop], starts_at: inMs(4 * HOUR), ends_at: inMs(9 * HOUR) });
  await app.stop();
  clock.setWall(clock.now() + 5 * HOUR);
  await start();
  expect(await history()).toEqual(["01:00:00 maintenance", "02:00:00 operational", "04:00:00 maintenance"]);
  expect(await statusOf(other.id)).toBe("active");
});

describe("alerts on what is worked on", () => {
  let machine: string;

  const breakLimit = (): Promise<Answer> =>
    app.api("POST", "/readings", { machine: "Press 7", metric: "temperature", value: 90 });
  const cool = (): Promise<Answer> =>
    app.api("POST", "/readings", { machine: "Press 7", metric: "temperature", value: 20 });
  const events = (): string[] => sink.received.map(({ json }) => String(json["event"]));
  const untold = async (kind: string): Promise<unknown[]> =>
    (await app.api("GET", "/alerts/1/timeline")).body.data
      .filter((entry: Json) => entry["kind"] === kind)
      .map((entry: { data: { untold: Json } }) => Object.values(entry.data.untold));

  beforeEach(async () => {
    machine = (await app.api("POST", "/machines", { name: "Press 7" })).body.id;
    const { id: channel } = (
      await app.api("POST", "/notification-channels", {
        name: "Hook",
        type: "webhook",
        config: { url: sink.url },
        is_active: true,
      })
    ).body;
    await app.api("POST", "/alert-rules", {
      name: "Too hot",
      severity: "critical",
      condition: { type: "threshold", metric: "temperature", operator: ">", threshold: 85 },
    });
    await app.api("POST", "/escalation-policies", {
      name: "P",
      severity: "critical",
      wait_minutes: 10,
      channel_id: channel,
    });
  });

  const work = (): Promise<Json & { id: string }> =>
    planned({ machine_ids: [machine], starts_at: inMs(0), ends_at: inMs(HOUR) });

  test("are recorded and told to nobody, escalations included", async () => {
    await work();
    await breakLimit();
    await clock.advance(30 * MINUTE);
    await app.api("POST", "/alerts/1/acknowledge");
    await cool();
    await clock.advance(3 * HOUR);
    expect(events()).toEqual([]);
    expect((await app.api("GET", "/alerts/1")).body.status).toBe("resolved");
    for (const kind of ["alert.triggered", "alert.acknowledged", "alert.resolved"])
      expect([kind, await untold(kind)]).toEqual([kind, [["muted_by_maintenance"]]]);
  });

  test("that still stand when the work ends are told then, and escalated", async () => {
    await work();
    await breakLimit();
    await clock.advance(HOUR + MINUTE);
    await sink.waitFor(2);
    expect(events().toSorted()).toEqual(["alert.escalated", "alert.triggered"]);
    await cool();
    await sink.waitFor(3);
    expect(events()[2]).toBe("alert.resolved");
    const kinds = (await app.api("GET", "/alerts/1/timeline")).body.data.map((entry: Json) => entry["kind"]);
    expect(kinds).toEqual(["alert.triggered", "alert.announced", "alert.escalated", "alert.resolved"]);
  });

  test("that were told before are told to their end", async () => {
    await breakLimit();
    await sink.waitFor(1);
    // The answer has to be back before its time-out is over on this clock.
    await eventually(
      async () => (await app.api("GET", "/deliveries")).body.data as Json[],
      (rows) => rows.every(({ status }) => status === "delivered"),
    );
    await clock.advance(MINUTE);
    const { id } = await work();
    await clock.advance(20 * MINUTE);
    expect(events()).toEqual(["alert.triggered"]);
    await cool();
    await sink.waitFor(2);
    await app.api("POST", `/maintenance-windows/${id}/end`);
    await clock.advance(HOUR);
    expect(events()).toEqual(["alert.triggered", "alert.resolved"]);
  });

  test("stay muted as long as another window covers the machine", async () => {
    const { id } = await work();
    await planned({ machine_ids: [machine], starts_at: inMs(0), ends_at: inMs(2 * HOUR) });
    await breakLimit();
    await app.api("POST", `/maintenance-windows/${id}/end`);
    await clock.advance(HOUR);
    expect(events()).toEqual([]);
    await clock.advance(HOUR + MINUTE);
    await sink.waitFor(2);
    expect(events().toSorted()).toEqual(["alert.escalated", "alert.triggered"]);
  });

  test("are muted after a restart in the middle of the work", async () => {
    await work();
    await app.stop();
    await start();
    await breakLimit();
    await clock.advance(30 * MINUTE);
    expect(events()).toEqual([]);
  });

  test("of other machines are told as always", async () => {
    await work();
    await app.api("POST", "/readings", { machine: "Press 8", metric: "temperature", value: 90 });
    await sink.waitFor(1);
    expect(events()).toEqual(["alert.triggered"]);
  });
});

test("what is malformed is refused by its field, and nothing is planned", async () => {
  const once = { starts_at: inMs(HOUR), ends_at: inMs(2 * HOUR) };
  const again = { starts_at: null, ends_at: null, cron: "0 3 * * *", duration_seconds: 600 };
  const unknown = "01990000-0000-7000-8000-000000000000";
  const cases: [Json, string][] = [
    [{ name: "" }, "name"],
    [{ service_ids: [] }, "service_ids"],
    [{ service_ids: [unknown] }, "service_ids.0"],
    [{ machine_ids: [unknown] }, "machine_ids.0"],
    [{ project_ids: [unknown] }, "project_ids.0"],
    [{ groups: "Web" }, "groups"],
    [{ starts_at: "tomorrow" }, "starts_at"],
    [{ starts_at: null }, "starts_at"],
    [{ ends_at: null }, "ends_at"],
    [{ ends_at: once.starts_at }, "ends_at"],
    [{ duration_seconds: 600 }, "duration_seconds"],
    [{ time_zone: "Mars/Phobos" }, "time_zone"],
    [{ ...again, cron: "0 3 * * * *" }, "cron"],
    [{ ...again, cron: "0 3 31 2 *" }, "cron"],
    [{ ...again, cron: "whenever they like" }, "cron"],
    [{ ...again, duration_seconds: null }, "duration_seconds"],
    [{ ...again, duration_seconds: 59 }, "duration_seconds"],
    [{ ...again, duration_seconds: 90_000 }, "duration_seconds"],
    [{ repeat: 3 }, "repeat"],
  ];
  const wrong: unknown[] = [];
  for (const [more, field] of cases) {
    const body = { name: "W", service_ids: [shop], ...once, ...more };
    const answer = await app.api("POST", "/maintenance-windows", body);
    if (answer.status !== 422 || answer.body.field !== field) wrong.push([more, answer.status, answer.body]);
  }
  expect(wrong).toEqual([]);
  expect((await app.api("GET", "/maintenance-windows")).body.data).toEqual([]);
});

test("the list has pages and filters", async () => {
  const times = { starts_at: inMs(HOUR), ends_at: inMs(2 * HOUR) };
  await planned({ name: "a", service_ids: [shop], ...times });
  const probe = { name: "Probe", type: "dns", host: "shop.example", is_active: false };
  const monitor = String((await app.api("POST", "/monitors", probe)).body.id);
  await planned({ name: "b", monitor_ids: [monitor], starts_at: inMs(0), ends_at: inMs(HOUR) });
  await planned({ name: "c", groups: ["Web"], cron: "0 3 * * *", duration_seconds: 60 });
  const names = async (query: string): Promise<unknown> =>
    (await app.api("GET", `/maintenance-windows?${query}`)).body.data.map((one: Json) => one["name"]);
  expect(await names("")).toEqual(["c", "b", "a"]);
  expect(await names("status=active")).toEqual(["b"]);
  expect(await names("status=scheduled")).toEqual(["c", "a"]);
  expect(await names(`service_id=${shop}`)).toEqual(["a"]);
  expect(await names(`monitor_id=${monitor}`)).toEqual(["b"]);
  const first = await app.api("GET", "/maintenance-windows?limit=2");
  const second = await app.api("GET", `/maintenance-windows?limit=2&cursor=${first.body.next_cursor}`);
  expect([first.body.data.length, second.body.data.length, second.body.next_cursor]).toEqual([2, 1, null]);
});

describe("before it is saved, and in the calendar", () => {
  const preview = (body: Json): Promise<Answer> => app.api("POST", "/maintenance-windows/preview", body);
  const beginnings = ({ body }: Answer): string[] =>
    body.data.map((one: Json) => String(one["starts_at"]).slice(0, 16));

  test("the next five are told, over a change of the clock, and nothing is saved", async () => {
    clock.setWall(Date.UTC(2026, 2, 16));
    const weekly = await preview({
      cron: "0 2 * * 0",
      duration_seconds: 7_200,
      time_zone: "Europe/Berlin",
    });
    expect(beginnings(weekly)).toEqual([
      "2026-03-22T01:00",
      // 2:00 does not exist on this day: it begins when the clock has moved.
      "2026-03-29T01:00",
      "2026-04-05T00:00",
      "2026-04-12T00:00",
      "2026-04-19T00:00",
    ]);
    const yearly = await preview({ cron: "0 3 1 1 *", duration_seconds: 60 });
    expect(beginnings(yearly).map((at) => at.slice(0, 4))).toEqual(["2027", "2028", "2029", "2030", "2031"]);
    const once = await preview({ starts_at: inMs(HOUR), ends_at: inMs(2 * HOUR) });
    expect(once.body.data).toEqual([{ starts_at: inMs(HOUR), ends_at: inMs(2 * HOUR) }]);
    expect((await app.api("GET", "/maintenance-windows")).body.data).toEqual([]);
  });

  test("what creating would refuse is refused by its field", async () => {
    const fieldOf = async (body: Json): Promise<unknown> => {
      const answer = await preview(body);
      return [answer.status, answer.body.field];
    };
    expect(await fieldOf({})).toEqual([422, "starts_at"]);
    expect(await fieldOf({ cron: "every day at 3" })).toEqual([422, "cron"]);
    expect(await fieldOf({ cron: "0 3 * * *" })).toEqual([422, "duration_seconds"]);
    expect(await fieldOf({ cron: "0 * * * *", duration_seconds: 7_200 })).toEqual([422, "duration_seconds"]);
    expect(await fieldOf({ starts_at: inMs(-2 * HOUR), ends_at: inMs(-HOUR) })).toEqual([422, "ends_at"]);
    expect(await fieldOf({ cron: "0 3 * * *", duration_seconds: 60, time_zone: "Mars" })).toEqual([
      422,
      "time_zone",
    ]);
    expect((await preview({ name: "Upgrade" })).status).toBe(422);
  });

  test("the calendar holds what is to come, under way and over, of deleted windows too", async () => {
    const calendar = async (query = ""): Promise<string[]> =>
      (await app.api("GET", `/maintenance-windows/calendar${query}`)).body.data.map(
        (one: Json) =>
          `${String(one["starts_at"]).slice(8, 16)} ${String(one["window_name"])} ${String(one["status"])}${one["is_recurring"] === true ? " again" : ""}`,
      );
    const past = await planned({
      name: "Done",
      service_ids: [shop],
      starts_at: inMs(0),
      ends_at: inMs(HOUR),
    });
    await clock.advance(2 * HOUR);
    await planned({ name: "Now", service_ids: [shop], starts_at: inMs(0), ends_at: inMs(HOUR) });
    await planned({ name: "Weekly", service_ids: [shop], cron: "0 3 * * 0", duration_seconds: 3_600 });
    const gone = await planned({
      name: "Never",
      service_ids: [shop],
      starts_at: inMs(HOUR),
      ends_at: inMs(2 * HOUR),
    });
    await app.api("DELETE", `/maintenance-windows/${gone.id}`);
    await app.api("DELETE", `/maintenance-windows/${past.id}`);
    const all = await calendar();
    expect(all[0]).toBe("01T00:00 Done ended");
    expect(all[1]).toBe("01T02:00 Now active");
    expect(all.slice(2).every((line) => line.endsWith("T03:00 Weekly scheduled again"))).toBe(true);
    expect(all.some((line) => line.includes("Never"))).toBe(false);
    expect(await calendar(`?to=${inMs(-HOUR)}`)).toEqual(["01T00:00 Done ended"]);
    expect((await app.api("GET", "/maintenance-windows/calendar?from=soon")).body.field).toBe("from");
  });
});
