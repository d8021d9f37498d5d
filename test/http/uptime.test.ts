// Uptime over HTTP: per range, per local day and per month, with maintenance, targets and weights; a report that
// comes out the same whenever it is made.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { startApp, type Answer, type TestApp } from "../harness/app";
import { FakeClock } from "../harness/clock";

type Json = Record<string, unknown>;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let clock: FakeClock;
let app: TestApp;

beforeEach(async () => {
  clock = new FakeClock(Date.UTC(2026, 2, 1));
  app = await startApp({ clock });
});
afterEach(() => app.stop());

const made = async (body: Json): Promise<string> =>
  (await app.api("POST", "/services", body)).body.id as string;
const say = (id: string, status: string): Promise<Answer> =>
  app.api("POST", `/services/${id}/status`, { status });
const go = (ms: number): void => clock.setWall(clock.now() + ms);
const uptime = async (id: string, query = ""): Promise<Json> =>
  (await app.api("GET", `/services/${id}/uptime?${query}`)).body as Json;

test("uptime counts downtime, leaves out maintenance, and does not make up for what it does not know", async () => {
  const id = await made({ name: "Shop", sla_target: 99.9 });
  go(10 * HOUR);
  await say(id, "down");
  go(6 * MINUTE);
  await say(id, "maintenance");
  go(54 * MINUTE);
  await say(id, "degraded");
  go(HOUR);
  await say(id, "operational");
  go(13 * HOUR);
  expect(await uptime(id, "window=7d")).toEqual({
    service_id: id,
    from: "2026-02-23T01:00:00.000Z",
    to: "2026-03-02T01:00:00.000Z",
    measured_until: "2026-03-02T01:00:00.000Z",
    time_zone: "UTC",
    uptime_percent: 99.58506,
    downtime_seconds: 360,
    counted_seconds: 86_760,
    seconds: {
      operational: 82_800,
      degraded: 3_600,
      down: 360,
      maintenance: 3_240,
      no_data: 514_800,
    },
    weights: { down: 1, degraded: 0 },
    budget: {
      target_percent: 99.9,
      allowed_seconds: 86,
      used_seconds: 360,
      remaining_seconds: -274,
      is_met: false,
    },
  });
  await app.api("PATCH", `/services/${id}`, { degraded_weight: 0.5, sla_target: null });
  expect(await uptime(id, "window=7d")).toMatchObject({
    downtime_seconds: 2_160,
    weights: { down: 1, degraded: 0.5 },
    budget: null,
  });
  expect(await uptime(id, "from=2026-03-01T10:00:00Z&to=2026-03-01T10:06:00Z")).toMatchObject({
    uptime_percent: 0,
    seconds: { down: 360, operational: 0 },
  });
  expect(await uptime(id, "from=2026-02-01&to=2026-02-02")).toMatchObject({
    uptime_percent: null,
    seconds: { no_data: 86_400 },
  });
});

test("days are those of the zone: worst state, and no colour before the service existed", async () => {
  go(5 * DAY);
  const id = await made({ name: "Shop" });
  go(DAY);
  await say(id, "down");
  go(HOUR);
  await say(id, "operational");
  go(DAY);
  const { body } = await app.api("GET", `/services/${id}/days?days=5&time_zone=America/New_York`);
  expect(body.time_zone).toBe("America/New_York");
  expect(body.data.map((day: Json) => [day["date"], day["state"], day["uptime_percent"]])).toEqual([
    ["2026-03-03", "no_data", null],
    ["2026-03-04", "no_data", null],
    ["2026-03-05", "operational", 100],
    ["2026-03-06", "down", 95.83333],
    ["2026-03-07", "operational", 100],
  ]);
  expect(body.data[2]).toMatchObject({
    from: "2026-03-05T05:00:00.000Z",
    to: "2026-03-06T05:00:00.000Z",
    seconds: { no_data: 19 * 3_600, operational: 5 * 3_600 },
  });
  expect((await app.api("GET", `/services/${id}/days`)).body.data.length).toBe(90);
});

test("the month's report has every service of the month, and comes out the same later", async () => {
  const shop = await made({ name: "=Shop", group: "Web", sla_target: 99.5 });
  const gone = await made({ name: "Gone" });
  go(10 * DAY);
  await say(shop, "down");
  go(HOUR);
  await say(shop, "operational");
  await app.api("DELETE", `/services/${gone}`);
  go(25 * DAY);
  const late = await made({ name: "Late" });
  const read = async (path: string): Promise<unknown> => (await app.api("GET", path)).body;
  const report = (await read("/reports/sla?month=2026-03&time_zone=Europe/Berlin")) as { data: Json[] };
  expect(report).toMatchObject({
    month: "2026-03",
    from: "2026-02-28T23:00:00.000Z",
    to: "2026-03-31T22:00:00.000Z",
    measured_until: "2026-03-31T22:00:00.000Z",
  });
  expect(report.data.map((row) => [row["service_id"], row["uptime_percent"]])).toEqual([
    [shop, 99.86522],
    [gone, 100],
  ]);
  expect(report.data[0]).toMatchObject({ budget: { allowed_seconds: 13_356, remaining_seconds: 9_756 } });
  expect(report.data[1]).toMatchObject({
    deleted_at: "2026-03-11T01:00:00.000Z",
    seconds: { no_data: 3_600 + 86_400 * 20 + 21 * 3_600 },
  });
  const csv = String(await read("/reports/sla/export?month=2026-03&time_zone=Europe/Berlin"));
  expect(csv.split("\r\n").slice(0, 2)).toEqual([
    expect.stringMatching(/^month,time_zone,service_id,name,group,uptime_percent,/),
    `2026-03,Europe/Berlin,${shop},'=Shop,Web,99.86522,3600,2671200,2667600,0,3600,0,3600,0,99.5,13356,9756,true,`,
  ]);
  await say(shop, "down");
  await say(late, "down");
  go(90 * DAY);
  expect(await read("/reports/sla?month=2026-03&time_zone=Europe/Berlin")).toEqual(report);
  const present = (await read("/reports/sla?group=Web")) as Json;
  expect([present["month"], (present["data"] as Json[]).length]).toEqual(["2026-07", 1]);
});

describe("settings", () => {
  test("hold for every service that has none of its own", async () => {
    const id = await made({ name: "Shop" });
    await say(id, "degraded");
    go(HOUR);
    expect((await app.api("GET", "/sla-settings")).body).toEqual({ degraded_weight: 0, time_zone: "UTC" });
    const patched = await app.api("PATCH", "/sla-settings", {
      degraded_weight: 0.3,
      time_zone: "Asia/Tokyo",
    });
    expect(patched.body).toEqual({ degraded_weight: 0.3, time_zone: "Asia/Tokyo" });
    expect(await uptime(id)).toMatchObject({
      uptime_percent: 70,
      weights: { degraded: 0.3 },
      time_zone: "Asia/Tokyo",
    });
    expect((await app.api("GET", "/reports/sla?month=2026-03")).body.from).toBe("2026-02-28T15:00:00.000Z");
  });

  test("and questions that make no sense are refused by their field", async () => {
    const id = await made({ name: "Shop" });
    const field = async (method: string, path: string, body?: unknown): Promise<unknown> => {
      const answer = await app.api(method, path, body);
      return answer.status === 422 ? answer.body.field : answer.status;
    };
    expect(await field("PATCH", "/sla-settings", { degraded_weight: 2 })).toBe("degraded_weight");
    expect(await field("PATCH", "/sla-settings", { time_zone: "Mars/Phobos" })).toBe("time_zone");
    expect(await field("PATCH", "/sla-settings", { weight: 1 })).toBe("weight");
    for (const [query, name] of [
      ["window=2d", "window"],
      ["month=2026-3", "month"],
      ["time_zone=x", "time_zone"],
      ["from=never", "from"],
      ["window=7d&month=2026-03", "window"],
      ["hours=3", "hours"],
    ] as const)
      expect([query, await field("GET", `/services/${id}/uptime?${query}`)]).toEqual([query, name]);
    expect(await field("GET", `/services/${id}/days?days=0`)).toBe("days");
    expect(await field("GET", "/reports/sla?month=2026-00")).toBe("month");
  });
});

test("the days of all services at once say the same as each one's own", async () => {
  const shop = await made({ name: "Shop", group: "Web" });
  const press = await made({ name: "Press" });
  const gone = await made({ name: "Gone" });
  go(10 * HOUR);
  await say(shop, "down");
  go(HOUR);
  await say(shop, "operational");
  await app.api("DELETE", `/services/${gone}`);
  go(DAY);
  const { status, body } = await app.api("GET", "/reports/days?days=3");
  expect(status).toBe(200);
  expect(body.dates).toEqual(["2026-02-28", "2026-03-01", "2026-03-02"]);
  expect(body.data.map((one: Json) => one["service_id"])).toEqual([shop, press]);
  const own = (await app.api("GET", `/services/${shop}/days?days=3`)).body.data as Json[];
  expect(body.data[0].days).toEqual(
    own.map(({ state, uptime_percent, downtime_seconds }) => ({ state, uptime_percent, downtime_seconds })),
  );
  expect(body.data[0].days.map((day: Json) => day["state"])).toEqual(["no_data", "down", "operational"]);
  expect(body.data[0].uptime_percent).toBeCloseTo(100 - 100 / 35, 3);
  expect(body.data[1].uptime_percent).toBe(100);
  const web = (await app.api("GET", "/reports/days?group=Web&days=1")).body;
  expect(web.data.map((one: Json) => one["service_id"])).toEqual([shop]);
  expect((await app.api("GET", "/reports/days?days=400")).status).toBe(422);
});
