// Jobs that report by themselves, in the whole program: the addresses of healthchecks and of Uptime Kuma with
// their answers, when silence becomes a failure, and whose fault it is not.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { startApp, type TestApp } from "../harness/app";
import { FakeClock } from "../harness/clock";
import { eventually } from "../harness/eventually";
import { removeDirectory, temporaryDirectory } from "../harness/store";

type Json = Record<string, unknown>;

const MINUTE = 60_000;

let clock: FakeClock;
let app: TestApp;
let directory: string;

const start = async (): Promise<void> => {
  // Without it the machine's own time since its start would show that the clock of the test was set.
  app = await startApp({
    clock,
    directory,
    seams: { boot: { sinceBoot: () => clock.monotonic(), bootId: "boot-1" } },
  });
};

beforeEach(async () => {
  clock = new FakeClock();
  directory = temporaryDirectory();
  await start();
});
afterEach(async () => {
  await app.stop();
  removeDirectory(directory);
});

interface Made extends Json {
  id: string;
  ping_url: string;
  push_url: string;
}

const made = async (body: Json = {}): Promise<Made> => {
  const answer = await app.api("POST", "/monitors", {
    name: "Backup",
    type: "heartbeat",
    period_seconds: 600,
    grace_seconds: 60,
    ...body,
  });
  expect([answer.status, answer.body.detail]).toEqual([201, undefined]);
  return answer.body as Made;
};

/** The program may listen elsewhere after a restart. */
const here = (url: string): string => app.url + new URL(url).pathname;

const ping = async (url: string, init: RequestInit = {}): Promise<[number, string]> => {
  const response = await fetch(url, init);
  return [response.status, await response.text()];
};

const read = async (id: string): Promise<Json> => (await app.api("GET", `/monitors/${id}`)).body as Json;

const statusBecomes = (id: string, status: string): Promise<Json> =>
  eventually(
    () => read(id),
    (monitor) => monitor["status"] === status,
  );

const incidents = async (): Promise<Json[]> => (await app.api("GET", "/incidents")).body.data as Json[];
const results = async (id: string): Promise<Json[]> =>
  (await app.api("GET", `/monitors/${id}/results`)).body.data as Json[];

describe("the addresses of healthchecks", () => {
  test("a report by GET, HEAD or POST is answered with OK, and kept with its text", async () => {
    const { id, ping_url: url } = await made();
    expect(await read(id)).toMatchObject({ status: "pending", last_ping_at: null, expected_at: null });
    expect(await ping(url)).toEqual([200, "OK"]);
    expect(await ping(url, { method: "HEAD" })).toEqual([200, ""]);
    expect(await ping(url, { method: "POST", body: "3 files copied" })).toEqual([200, "OK"]);
    expect(await read(id)).toMatchObject({
      status: "up",
      last_ping_at: "2026-01-01T00:00:00.000Z",
      expected_at: "2026-01-01T00:10:00.000Z",
      is_late: false,
    });
    const [last] = await results(id);
    expect(last).toMatchObject({
      number: 3,
      outcome: "up",
      has_output: true,
      source: expect.stringContaining("127.0.0.1"),
    });
    const output = { result: 3, output: "3 files copied" };
    expect((await app.api("GET", `/monitors/${id}/output`)).body).toEqual(output);
    expect((await app.api("GET", `/monitors/${id}/output?result=3`)).body).toEqual(output);
    const none = { result: null, output: null };
    expect((await app.api("GET", `/monitors/${id}/output?result=2`)).body).toEqual(none);
  });

  test("of a long text the end is kept", async () => {
    const { id, ping_url: url } = await made();
    const text = `${"x".repeat(3_000_000)} the end`;
    expect(await ping(url, { method: "POST", body: text })).toEqual([200, "OK"]);
    const { output } = (await app.api("GET", `/monitors/${id}/output`)).body as { output: string };
    expect(output).toBe(text.slice(-100_000));
  });

  test("start and success give a duration; another run's end is not taken for it", async () => {
    const { id, ping_url: url } = await made();
    const run = "0b5a7a8e-3a56-4d41-9a49-6b6f2f4b7a11";
    const other = "0b5a7a8e-3a56-4d41-9a49-6b6f2f4b7a12";
    expect(await ping(`${url}/start?rid=${run}`)).toEqual([200, "OK"]);
    expect(await read(id)).toMatchObject({ is_running: true });
    await clock.advance(7_000);
    await ping(`${url}?rid=${other}`);
    expect(await read(id)).toMatchObject({ is_running: true, last_duration_ms: null });
    await ping(`${url}?rid=${run}`);
    expect(await read(id)).toMatchObject({ is_running: false, last_duration_ms: 7_000 });
    expect((await results(id)).map(({ outcome, latency_ms }) => [outcome, latency_ms])).toEqual([
      ["up", 7_000],
      ["up", null],
      ["start", null],
    ]);
    expect((await ping(`${url}?rid=nonsense`))[0]).toBe(400);
  });

  test("a failure or an exit code opens an incident, a success resolves it, a remark does neither", async () => {
    const service = (await app.api("POST", "/services", { name: "Nightly" })).body.id as string;
    const { id, ping_url: url } = await made({ service_id: service, severity: "minor" });
    await ping(url);
    expect(await ping(`${url}/log`, { method: "POST", body: "halfway" })).toEqual([200, "OK"]);
    expect(await incidents()).toEqual([]);
    expect(await ping(`${url}/3`, { method: "POST", body: "disk full" })).toEqual([200, "OK"]);
    expect(await read(id)).toMatchObject({ status: "down", last_result: { response_code: 3 } });
    expect(await incidents()).toEqual([
      expect.objectContaining({
        title: "Backup is down",
        severity: "minor",
        message: "It reported a failure (exit code 3).",
        probe: expect.objectContaining({ response_code: 3 }),
      }),
    ]);
    expect((await app.api("GET", `/services/${service}`)).body.status).toBe("down");
    await ping(`${url}/fail`);
    expect(await incidents()).toHaveLength(1);
    expect(await ping(`${url}/0`)).toEqual([200, "OK"]);
    expect(await incidents()).toEqual([
      expect.objectContaining({ status: "resolved", auto_resolved: true, message: "It reports again." }),
    ]);
    expect((await app.api("GET", `/services/${service}`)).body.status).toBe("operational");
  });

  test("what is unknown is not found, and nothing comes of it", async () => {
    const { id, ping_url: url } = await made();
    for (const wrong of [
      `${app.url}/ping/0b5a7a8e-3a56-4d41-9a49-6b6f2f4b7a11`,
      `${url}/256`,
      `${url}/nonsense`,
      `${url}/start/again`,
      `${app.url}/ping/some-key/backup`,
      `${app.url}/ping/${id}`,
    ])
      expect([wrong, await ping(wrong)]).toEqual([wrong, [404, "not found"]]);
    expect(await results(id)).toEqual([]);
  });

  test("who tries many addresses is told to wait; known ones go on", async () => {
    const { ping_url: url } = await made();
    const unknown = `${app.url}/ping/0b5a7a8e-3a56-4d41-9a49-6b6f2f4b7a11`;
    const statuses = new Set<number>();
    for (let count = 0; count < 700; count++) statuses.add((await ping(unknown))[0]);
    expect([...statuses]).toEqual([404, 429]);
    expect((await ping(url))[0]).toBe(200);
  });

  test("by name: with the project's key, and made when it is not there yet", async () => {
    const key = (await app.api("POST", "/ping-keys", {})).body as { key: string; ping_url: string };
    const url = `${key.ping_url}db-backup`;
    expect(await ping(url)).toEqual([404, "not found"]);
    const answers = await Promise.all([1, 2, 3].map(() => ping(`${url}/start?create=1`)));
    expect(answers.map(([status]) => status)).toEqual([201, 201, 201]);
    expect(await ping(url)).toEqual([200, "OK"]);
    const list = (await app.api("GET", "/monitors")).body.data as Json[];
    expect(list).toEqual([
      expect.objectContaining({
        name: "db-backup",
        slug: "db-backup",
        period_seconds: 86_400,
        grace_seconds: 3_600,
        status: "up",
      }),
    ]);
    expect(
      (
        await app.api("POST", "/monitors", {
          name: "b",
          type: "heartbeat",
          period_seconds: 60,
          slug: "db-backup",
        })
      ).status,
    ).toBe(409);
    // A new key takes the place of the old one; it is shown once.
    const next = (await app.api("POST", "/ping-keys", {})).body as { key: string; ping_url: string };
    expect(await ping(url)).toEqual([404, "not found"]);
    expect(await ping(`${next.ping_url}db-backup`)).toEqual([200, "OK"]);
    expect(JSON.stringify((await app.api("GET", "/ping-keys")).body)).not.toContain(next.key);
  });
});

describe("the push address of Uptime Kuma", () => {
  test("answers as there", async () => {
    const { id, push_url: url } = await made();
    expect(await ping(`${url}?status=up&msg=OK&ping=12.6`)).toEqual([200, '{"ok":true}']);
    expect(await read(id)).toMatchObject({ status: "up", last_duration_ms: 13 });
    expect(await ping(`${url}?status=down&msg=queue%20is%20full`)).toEqual([200, '{"ok":true}']);
    expect(await read(id)).toMatchObject({ status: "down", last_result: { reason: "queue is full" } });
    // Its own words may come from inside: they are not for the public.
    expect((await incidents())[0]?.["message"]).toBe("It reported a failure.");
    expect(await ping(url, { method: "POST" })).toEqual([200, '{"ok":true}']);
    expect(await read(id)).toMatchObject({ status: "up" });
    const unknown = '{"ok":false,"msg":"Monitor not found or not active."}';
    expect(await ping(`${app.url}/api/push/none`)).toEqual([404, unknown]);
    await app.api("PATCH", `/monitors/${id}`, { is_active: false });
    expect(await ping(url)).toEqual([404, unknown]);
  });
});

describe("silence", () => {
  test("is a failure once the grace is over, and ends with the next report", async () => {
    const { id, ping_url: url } = await made();
    await clock.advance(60 * MINUTE);
    // Nothing is expected before the first report.
    expect(await incidents()).toEqual([]);
    await ping(url);
    await clock.advance(10 * MINUTE + 30_000);
    expect(await read(id)).toMatchObject({ status: "up", is_late: true });
    await clock.advance(31_000);
    await statusBecomes(id, "down");
    expect(await incidents()).toEqual([
      expect.objectContaining({
        title: "Backup is down",
        message: "No report came in time.",
        status: "investigating",
      }),
    ]);
    await clock.advance(60 * MINUTE);
    expect(await incidents()).toHaveLength(1);
    await ping(url);
    expect(await incidents()).toEqual([expect.objectContaining({ status: "resolved" })]);
    await clock.advance(9 * MINUTE);
    await ping(url);
    await clock.advance(9 * MINUTE);
    expect(await read(id)).toMatchObject({ status: "up" });
  });

  test("by a cron line, in its time zone", async () => {
    const { id, ping_url: url } = await made({
      period_seconds: null,
      cron: "0 3 * * *",
      time_zone: "Europe/Berlin",
    });
    await ping(url);
    expect(await read(id)).toMatchObject({ expected_at: "2026-01-01T02:00:00.000Z" });
    await clock.advance(2 * 60 * MINUTE + 30_000);
    await ping(url);
    expect(await read(id)).toMatchObject({ status: "up", expected_at: "2026-01-02T02:00:00.000Z" });
    await clock.advance(24 * 60 * MINUTE + 31_000);
    await statusBecomes(id, "down");
  });

  test("after a start is a failure when the grace is over", async () => {
    const { id, ping_url: url } = await made();
    await ping(url);
    await ping(`${url}/start`);
    await clock.advance(61_000);
    await statusBecomes(id, "down");
    expect((await incidents())[0]).toMatchObject({ message: "It began and did not end in time." });
  });

  test("while we were down is nobody's fault: the grace counts from our start", async () => {
    const { id, ping_url: url } = await made();
    await ping(url);
    await app.stop();
    await clock.advance(60 * MINUTE);
    await start();
    await clock.advance(50_000);
    expect(await read(id)).toMatchObject({ status: "up", is_late: true });
    expect(await incidents()).toEqual([]);
    await clock.advance(11_000);
    await statusBecomes(id, "down");
    await app.stop();
    await start();
    expect(await read(id)).toMatchObject({ status: "down" });
    expect(await ping(here(url))).toEqual([200, "OK"]);
    expect(await incidents()).toEqual([expect.objectContaining({ status: "resolved" })]);
  });

  test("is not looked at while it is paused, and counts from the moment it goes on", async () => {
    const { id, ping_url: url } = await made();
    await ping(url);
    await app.api("PATCH", `/monitors/${id}`, { is_active: false });
    await clock.advance(60 * MINUTE);
    expect(await ping(url)).toEqual([200, "OK"]);
    expect(await read(id)).toMatchObject({ status: "paused" });
    await app.api("PATCH", `/monitors/${id}`, { is_active: true });
    await clock.advance(10 * MINUTE);
    expect(await incidents()).toEqual([]);
    await clock.advance(62_000);
    await statusBecomes(id, "down");
  });
});

describe("a clock that is set", () => {
  test.each([86_400_000, -86_400_000, 3_600_000])("by %d ms moves nobody's deadline", async (byMs) => {
    const { id, ping_url: url } = await made();
    const { id: later, ping_url: laterUrl } = await made({ name: "Later" });
    await ping(url);
    await clock.advance(5 * MINUTE);
    clock.setWall(clock.now() + byMs);
    // Reported before anybody has looked at the clock.
    await ping(laterUrl);
    await clock.advance(6 * MINUTE - 1_000);
    expect([(await read(id))["status"], (await read(later))["status"]]).toEqual(["up", "up"]);
    await clock.advance(2_000);
    await statusBecomes(id, "down");
    await clock.advance(5 * MINUTE - 3_000);
    expect((await read(later))["status"]).toBe("up");
    await clock.advance(3_000);
    await statusBecomes(later, "down");
  });
});

describe("an address", () => {
  test("is for editors, can be replaced, and stands in no file in clear", async () => {
    const { id, ping_url: url, push_url: push } = await made();
    const { token } = (await app.api("POST", "/api-tokens", { name: "look", role: "viewer" })).body;
    const seen = await fetch(`${app.url}/api/v1/monitors/${id}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(await seen.json()).toMatchObject({ ping_url: null, push_url: null });
    const rows = JSON.stringify([
      await app.store.engine.query({ sql: "SELECT * FROM monitors" }),
      await app.store.engine.query({ sql: "SELECT data FROM journal" }),
    ]);
    for (const address of [url, push]) expect(rows).not.toContain(address.split("/").at(-1) ?? "");
    const replaced = (await app.api("POST", `/monitors/${id}/rotate-address`)).body as Made;
    expect(replaced.ping_url).not.toBe(url);
    expect(await ping(url)).toEqual([404, "not found"]);
    expect(await ping(replaced.ping_url)).toEqual([200, "OK"]);
  });

  test("what is malformed is refused by its field", async () => {
    const cases: [Json, string][] = [
      [{ period_seconds: null }, "period_seconds"],
      [{ cron: "0 3 * * *" }, "period_seconds"],
      [{ period_seconds: null, cron: "often" }, "cron"],
      [{ time_zone: "Mars" }, "time_zone"],
      [{ slug: "No Slug" }, "slug"],
      [{ url: "http://x.example" }, "url"],
      [{ expect: { max_latency_ms: 1 } }, "expect.max_latency_ms"],
      [{ _ping_id: "x" }, "_ping_id"],
    ];
    for (const [body, field] of cases) {
      const answer = await app.api("POST", "/monitors", {
        name: "x",
        type: "heartbeat",
        period_seconds: 60,
        ...body,
      });
      expect([JSON.stringify(body), answer.status, answer.body.field]).toEqual([
        JSON.stringify(body),
        422,
        field,
      ]);
    }
  });
});
