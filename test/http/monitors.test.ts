// Monitors over HTTP, in the whole program: settings and what is shown of them, what is looked at and when,
// what a failure does to its service and its incident, and what a restart keeps.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { startApp, type TestApp } from "../harness/app";
import { FakeClock } from "../harness/clock";
import { eventually } from "../harness/eventually";
import { openRecordingSink, type RecordingSink } from "../harness/recording-sink";
import { removeDirectory, temporaryDirectory } from "../harness/store";

type Json = Record<string, unknown>;

let clock: FakeClock;
/** What is looked at. */
let site: RecordingSink;
let app: TestApp;
let directory: string;

const start = async (): Promise<void> => {
  app = await startApp({
    clock,
    directory,
    config: { outboundMode: "open" },
    seams: { boot: { sinceBoot: () => clock.monotonic(), bootId: "boot-1" } },
  });
};

beforeEach(async () => {
  clock = new FakeClock();
  site = openRecordingSink();
  directory = temporaryDirectory();
  await start();
});
afterEach(async () => {
  await app.stop();
  await site.stop();
  removeDirectory(directory);
});

const made = async (body: Json = {}): Promise<Json & { id: string }> => {
  const answer = await app.api("POST", "/monitors", {
    name: "Shop",
    type: "http",
    url: site.url,
    interval_seconds: 30,
    ...body,
  });
  expect([answer.status, answer.body.detail]).toEqual([201, undefined]);
  return answer.body as Json & { id: string };
};

const read = async (id: string): Promise<Json> => (await app.api("GET", `/monitors/${id}`)).body as Json;

const becomes = (id: string, status: string): Promise<Json> =>
  eventually(
    () => read(id),
    (monitor) => monitor["status"] === status,
  );

const incidents = async (): Promise<Json[]> => (await app.api("GET", "/incidents")).body.data as Json[];

/** When the monitors were last looked at, all of them, as far as that is over. */
const lastLooks = async (): Promise<string> =>
  JSON.stringify(
    ((await app.api("GET", "/monitors")).body.data as Json[]).map(({ last_result: last }) => last),
  );

/** Past its next turn, whatever the jitter, and until what it answered counts: the clock stands till then. */
const nextTurn = async (count: number): Promise<void> => {
  const before = await lastLooks();
  await clock.advance(33_000);
  await site.waitFor(count);
  await eventually(lastLooks, (now) => now !== before);
};

describe("settings", () => {
  test("come back as they were written, with what was left open filled in", async () => {
    const created = await made({ group: "api", expect: { status: [200, 204], body_contains: "ok" } });
    const { id } = created;
    expect(created).toMatchObject({
      number: 1,
      name: "Shop",
      type: "http",
      group: "api",
      url: site.url,
      endpoint: site.url,
      method: "GET",
      headers: {},
      body: null,
      follow_redirects: true,
      verify_tls: true,
      interval_seconds: 30,
      timeout_seconds: 10,
      failure_threshold: 1,
      success_threshold: 1,
      expect: { status: [200, 204], body_contains: "ok" },
      severity: "major",
      region: "local",
      service_id: null,
      service_status: "down",
      is_active: true,
      problem: null,
    });
    const shown = await becomes(id, "up");
    const changed = await app.api("PATCH", `/monitors/${id}`, { name: "Other", interval_seconds: 60 });
    expect(changed.body).toMatchObject({
      ...shown,
      name: "Other",
      interval_seconds: 60,
      updated_at: expect.any(String),
      next_check_at: expect.any(String),
    });
    expect((await app.api("DELETE", `/monitors/${id}`)).status).toBe(204);
    expect((await app.api("GET", `/monitors/${id}`)).status).toBe(404);
  });

  test("secret values are sent and never shown, in the file neither; a mask leaves what is stored", async () => {
    const secret = "the-canary-of-a-monitor";
    const { id } = await made({
      url: `${site.url}?token=${secret}`,
      method: "POST",
      body: `{"password": "${secret}"}`,
      headers: { Authorization: `Bearer ${secret}`, "X-Trace": "yes" },
    });
    const [request] = await site.waitFor(1);
    expect(request?.headers).toMatchObject({ authorization: `Bearer ${secret}`, "x-trace": "yes" });
    expect(request?.body).toBe(`{"password": "${secret}"}`);
    const shown = await read(id);
    expect(JSON.stringify(shown)).not.toContain(secret);
    expect(shown["headers"]).toEqual({ Authorization: "••••itor", "X-Trace": "yes" });
    const { url, body, headers } = shown;
    await app.api("PATCH", `/monitors/${id}`, {
      url,
      body,
      headers: { ...(headers as Json), "X-Trace": null },
    });
    await clock.advance(33_000);
    const second = (await site.waitFor(2))[1];
    expect(second?.headers["authorization"]).toBe(`Bearer ${secret}`);
    expect(second?.headers["x-trace"]).toBeUndefined();
    const rows = await app.store.engine.query({ sql: "SELECT config FROM monitors" });
    const journal = await app.store.engine.query({ sql: "SELECT data FROM journal" });
    for (const found of [rows, journal]) expect(JSON.stringify(found)).not.toContain(secret);
  });

  test("what is malformed is refused by its field", async () => {
    const cases: [Json, string][] = [
      [{ name: "" }, "name"],
      [{ url: "ftp://host/" }, "url"],
      [{ url: "http://user:pass@host.example/" }, "url"],
      [{ url: "http://169.254.169.254/latest" }, "url"],
      [{ interval_seconds: 9 }, "interval_seconds"],
      [{ timeout_seconds: 40 }, "timeout_seconds"],
      [{ failure_threshold: 0 }, "failure_threshold"],
      [{ headers: { Host: "other" } }, "headers"],
      [{ headers: { "X-A": "a\r\nb" } }, "headers.X-A"],
      [{ body: "text" }, "body"],
      [{ host: "example.com" }, "host"],
      [{ expect: { status: "nice" } }, "expect.status"],
      [{ expect: { regex: "(a" } }, "expect.regex"],
      [{ expect: { regex: "(a)\\1" } }, "expect.regex"],
      [{ expect: { json_path: "a..b" } }, "expect.json_path"],
      [{ expect: { equals: 1 } }, "expect.equals"],
      [{ expect: { values: ["1.2.3.4"] } }, "expect.values"],
      [{ service_id: "0190a000-0000-7000-8000-000000000001" }, "service_id"],
      [{ project_id: "0190a000-0000-7000-8000-000000000001" }, "project_id"],
      [{ unknown: 1 }, "unknown"],
    ];
    for (const [body, field] of cases) {
      const answer = await app.api("POST", "/monitors", {
        name: "x",
        type: "http",
        url: site.url,
        interval_seconds: 30,
        ...body,
      });
      expect([JSON.stringify(body), answer.status, answer.body.field]).toEqual([
        JSON.stringify(body),
        422,
        field,
      ]);
    }
    await made();
    expect((await app.api("POST", "/monitors", { name: "SHOP", type: "http", url: site.url })).status).toBe(
      409,
    );
    expect(site.received.length).toBeLessThanOrEqual(1);
  });
});

describe("looking", () => {
  test("at once, then at its interval, with results and a series", async () => {
    const { id } = await made();
    await site.waitFor(1);
    await becomes(id, "up");
    await nextTurn(2);
    await nextTurn(3);
    await clock.advance(2_000);
    const results = (await app.api("GET", `/monitors/${id}/results?limit=2`)).body;
    expect(results.data).toEqual([
      expect.objectContaining({ number: 3, outcome: "up", reason: null, response_code: 200 }),
      expect.objectContaining({ number: 2, outcome: "up" }),
    ]);
    const rest = (await app.api("GET", `/monitors/${id}/results?cursor=${results.next_cursor}`)).body;
    expect(rest.data.map((row: Json) => row["number"])).toEqual([1]);
    const series = (await app.api("GET", `/monitors/${id}/latency?resolution=hour`)).body;
    expect(series).toMatchObject({
      resolution_seconds: 3600,
      uptime: 1,
      data: [{ at: "2026-01-01T00:00:00.000Z", up: 3, down: 0, unknown: 0 }],
    });
  });

  test("not while it is paused, and at once when it goes on", async () => {
    const { id } = await made();
    await becomes(id, "up");
    await app.api("PATCH", `/monitors/${id}`, { is_active: false });
    expect(await read(id)).toMatchObject({ status: "paused", next_check_at: null });
    await clock.advance(300_000);
    expect(site.received).toHaveLength(1);
    await app.api("PATCH", `/monitors/${id}`, { is_active: true });
    await site.waitFor(2);
  });
});

describe("a look that somebody asks for", () => {
  const as = async (role: string): Promise<Record<string, string>> => {
    const { token } = (await app.api("POST", "/api-tokens", { name: role, role })).body;
    return { authorization: `Bearer ${token}` };
  };

  test("shows what is seen to those who may see answers, and changes nothing", async () => {
    const { id } = await made({
      is_active: false,
      expect: { body_contains: "well" },
      headers: { "X-Token": "canary-123456" },
    });
    site.answerWith(
      (request) =>
        new Response(`not ${request.headers["x-token"]}`, { status: 200, headers: { "x-inside": "yes" } }),
    );
    const ask = async (role: string) => app.api("POST", `/monitors/${id}/test`, undefined, await as(role));
    expect((await ask("viewer")).status).toBe(403);
    const responder = await ask("responder");
    expect(responder.body).toMatchObject({
      success: false,
      outcome: "down",
      reason: "The expected text is missing in the answer.",
      response_code: 200,
      address: `127.0.0.1:${site.port}`,
      response_headers: null,
      response_body: null,
    });
    expect((await ask("editor")).body).toMatchObject({
      checks: [
        { name: "status", ok: true },
        { name: "body_contains", ok: false },
      ],
      response_headers: { "x-inside": "yes" },
      // What the endpoint repeats of a secret is not shown.
      response_body: "not ••••",
    });
    expect((await read(id))["last_result"]).toBeNull();
    expect((await app.api("GET", `/monitors/${id}/results`)).body.data).toEqual([]);
    for (let count = 0; count < 4; count++) expect((await ask("admin")).status).toBe(200);
    const seventh = await ask("admin");
    expect([seventh.status, Number(seventh.headers.get("retry-after")) > 0]).toEqual([429, true]);
  });

  test("also before anything is saved", async () => {
    const body = { name: "Draft", type: "http", url: site.url };
    expect((await app.api("POST", "/monitors/test", body)).body).toMatchObject({
      success: true,
      response_code: 200,
    });
    const refused = await app.api("POST", "/monitors/test", { ...body, url: "http://169.254.169.254/" });
    expect([refused.status, refused.body.field]).toEqual([422, "url"]);
    const job = { name: "Job", type: "heartbeat", period_seconds: 60 };
    expect((await app.api("POST", "/monitors/test", job)).status).toBe(409);
    expect((await app.api("GET", "/monitors")).body.data).toEqual([]);
    expect((await app.api("POST", "/monitors/test", body, await as("responder"))).status).toBe(403);
  });
});

describe("a failure", () => {
  test("opens an incident and sets the service; recovery resolves exactly that", async () => {
    const service = (await app.api("POST", "/services", { name: "Checkout" })).body.id as string;
    const { id } = await made({ service_id: service, failure_threshold: 2, severity: "critical" });
    await becomes(id, "up");
    site.answerWith(503);
    await nextTurn(2);
    await eventually(
      () => read(id),
      (monitor) => monitor["consecutive_failures"] === 1,
    );
    expect(await incidents()).toEqual([]);
    await nextTurn(3);
    await becomes(id, "down");
    const [incident] = await incidents();
    expect(incident).toMatchObject({
      title: "Shop is down",
      severity: "critical",
      status: "investigating",
      message: "It answered 503; 2xx is expected.",
      monitor: { id, name: "Shop" },
      probe: { endpoint: site.url, response_code: 503, region: "local" },
    });
    expect((await app.api("GET", `/services/${service}`)).body.status).toBe("down");
    const other = await app.api("POST", "/incidents", {
      title: "By hand",
      severity: "minor",
      service_ids: [service],
    });
    const own = (await app.api("GET", `/incidents?source_id=${id}`)).body.data as Json[];
    expect(own.map((one) => one["id"])).toEqual([incident?.["id"]]);
    expect((await app.api("GET", `/incidents?source_id=${service}`)).body.data).toEqual([]);
    site.answerWith(200);
    await nextTurn(4);
    await becomes(id, "up");
    expect(await incidents()).toEqual([
      expect.objectContaining({ id: other.body.id, status: "investigating" }),
      expect.objectContaining({
        id: incident?.["id"],
        status: "resolved",
        auto_resolved: true,
        final_response_code: 200,
      }),
    ]);
    expect((await app.api("GET", `/services/${service}`)).body.status).toBe("operational");
  });

  test("survives a restart: the same incident is resolved, and nothing is looked at twice", async () => {
    site.answerWith(500);
    const { id } = await made();
    await becomes(id, "down");
    await app.stop();
    await start();
    expect(site.received).toHaveLength(1);
    expect(await read(id)).toMatchObject({ status: "down" });
    site.answerWith(200);
    await nextTurn(2);
    await becomes(id, "up");
    expect((await incidents()).map(({ status }) => status)).toEqual(["resolved"]);
  });

  test("during maintenance opens an incident that nobody is told of; what still stands is told afterwards", async () => {
    const told = openRecordingSink();
    await app.api("POST", "/notification-channels", {
      name: "Hook",
      type: "webhook",
      config: { url: told.url },
      events: ["incident.opened", "incident.resolved"],
      is_active: true,
    });
    const { id } = await made();
    await becomes(id, "up");
    await app.api("POST", "/maintenance-windows", {
      name: "Move",
      monitor_ids: [id],
      starts_at: new Date(clock.now()).toISOString(),
      ends_at: new Date(clock.now() + 600_000).toISOString(),
    });
    site.answerWith(500);
    await nextTurn(2);
    await becomes(id, "down");
    expect((await incidents()).map(({ status }) => status)).toEqual(["investigating"]);
    expect(told.received).toEqual([]);
    for (let minute = 0; minute < 12; minute++) await clock.advance(60_000);
    await told.waitFor(1);
    expect(told.received.map(({ json }) => json["event"])).toEqual(["incident.opened"]);
    await told.stop();
  });

  test("stands in the monitor's timeline, with who changed it", async () => {
    const { id } = await made();
    await becomes(id, "up");
    site.answerWith(500);
    await nextTurn(2);
    await becomes(id, "down");
    const { data } = (await app.api("GET", `/monitors/${id}/timeline`)).body as { data: Json[] };
    expect(data.map(({ kind, data: what }) => [kind, (what as Json)["status"]])).toEqual([
      ["config.created", undefined],
      ["monitor.status_changed", "up"],
      ["monitor.status_changed", "down"],
    ]);
  });

  test("ends as well when its service is gone by then, or a person has ended its incident", async () => {
    const service = (await app.api("POST", "/services", { name: "Checkout" })).body.id as string;
    site.answerWith(500);
    const { id } = await made({ service_id: service });
    await becomes(id, "down");
    await app.api("DELETE", `/services/${service}`);
    site.answerWith(200);
    await nextTurn(2);
    await becomes(id, "up");
    expect((await incidents()).map(({ status }) => status)).toEqual(["resolved"]);
    site.answerWith(500);
    await nextTurn(3);
    await becomes(id, "down");
    const [second] = await incidents();
    await app.api("POST", `/incidents/${String(second?.["id"])}/updates`, {
      status: "resolved",
      message: "done",
    });
    site.answerWith(200);
    await nextTurn(4);
    await becomes(id, "up");
    expect((await incidents()).map(({ auto_resolved: auto }) => auto)).toEqual([false, true]);
  });

  test.each(["pause", "delete", "change"])("ends with it: %s", async (how) => {
    const service = (await app.api("POST", "/services", { name: "Checkout" })).body.id as string;
    site.answerWith(500);
    const { id } = await made({ service_id: service });
    await becomes(id, "down");
    site.answerWith(200);
    if (how === "pause") await app.api("PATCH", `/monitors/${id}`, { is_active: false });
    if (how === "delete") await app.api("DELETE", `/monitors/${id}`);
    if (how === "change") await app.api("PATCH", `/monitors/${id}`, { service_id: null });
    expect((await incidents()).map(({ status }) => status)).toEqual(["resolved"]);
    expect((await app.api("GET", `/services/${service}`)).body.status).toBe("operational");
  });
});
