// Channels and deliveries over HTTP: created as the Haltless document prints it, checked, masked,
// tested, changed, paged through and sent again.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { channelRoutes } from "../../src/channels/routes";
import type { Principal } from "../../src/core/actor";
import { AppError } from "../../src/core/errors";
import { newId } from "../../src/core/ids";
import { silentLog } from "../../src/core/log";
import { deliveryRoutes } from "../../src/delivery/routes";
import { createAccessPlugin, type Authenticate } from "../../src/http/access";
import { DEFAULT_LIMITS } from "../../src/http/budgets";
import { createServer, type HttpServer } from "../../src/http/server";
import { openDeliveryBench, principal, type DeliveryBench } from "../harness/delivery";
import { fakeNames } from "../harness/dns";
import { FIRST_AT, makeOutbox } from "../harness/outbox-rows";
import { openRecordingSink, type RecordingSink } from "../harness/recording-sink";

type Json = Record<string, unknown>;

let bench: DeliveryBench;
let sink: RecordingSink;
let server: HttpServer;

/** The token says who asks: a role, or somebody of another organization. */
const authenticate: Authenticate = (request) => {
  const token = (request.headers.get("authorization") ?? "").replace("Bearer ", "");
  if (token === "stranger") return Promise.resolve({ ...principal, tenantId: newId() });
  if (token === "") return Promise.reject(new AppError("unauthenticated", "Who is asking?"));
  return Promise.resolve({ ...principal, role: token as Principal["role"] });
};

const names = fakeNames(
  (name) =>
    ({ "your-server.com": ["93.184.215.14"], "plc.lan": ["10.1.2.3"], "public.test": ["8.8.8.8"] })[name] ?? {
      failure: "unknown" as const,
    },
);

beforeEach(async () => {
  sink = openRecordingSink();
  bench = await openDeliveryBench({
    mode: "lan",
    allow: [`127.0.0.1:${sink.port}`],
    seams: { nameServer: names },
  });
  const plugin = createAccessPlugin(authenticate);
  const { store } = bench.testStore;
  server = createServer({
    config: {
      host: "127.0.0.1",
      port: 0,
      publicUrl: null,
      trustedProxies: [],
      tlsCert: null,
      tlsKey: null,
      tlsSelfSigned: false,
      dataDir: bench.testStore.directory,
    },
    engine: store.engine,
    clock: bench.clock,
    log: silentLog,
    authenticate,
    routes: [
      channelRoutes(plugin, {
        service: bench.service,
        directory: bench.directory,
        store,
        successRate: (id) => bench.delivery.health.successRate(id),
      }),
      deliveryRoutes(plugin, {
        store,
        clock: bench.clock,
        directory: bench.directory,
        outbox: bench.delivery.outbox,
        worker: bench.worker,
      }),
    ],
    limits: DEFAULT_LIMITS,
  });
  await server.start();
});

afterEach(async () => {
  await server.stop();
  await bench.close();
  await sink.stop();
});

const call = async (
  method: string,
  path: string,
  body?: unknown,
  token = "admin",
): Promise<{ status: number; json: Json; text: string }> => {
  const response = await fetch(`${server.url}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, text, json: text.startsWith("{") ? (JSON.parse(text) as Json) : {} };
};

const create = async (config: Json = {}, more: Json = {}): Promise<Json> => {
  const answer = await call("POST", "/notification-channels", {
    name: "hook",
    type: "webhook",
    config: { url: sink.url, jitter: false, ...config },
    is_active: true,
    ...more,
  });
  expect(answer.status).toBe(201);
  return answer.json;
};

describe("the Haltless document", () => {
  test("creates its channel as printed, and answers with the secret masked", async () => {
    const printed = {
      name: "PagerDuty Integration",
      type: "webhook",
      config: {
        url: "https://your-server.com/haltless-webhook",
        headers: { "X-Webhook-Secret": "your-shared-secret", "Content-Type": "application/json" },
      },
      is_active: true,
    };
    const { status, json, text } = await call("POST", "/notification-channels", printed);
    expect(status).toBe(201);
    expect(json).toMatchObject({
      name: "PagerDuty Integration",
      type: "webhook",
      config: { url: printed.config.url, headers: { "X-Webhook-Secret": "••••cret" } },
      is_active: true,
      health: "active",
      waiting_count: 0,
    });
    expect(text).not.toContain("your-shared-secret");
    expect(await bench.rows("SELECT kind, data FROM journal")).toMatchObject([
      ["config.created", expect.not.stringContaining("your-shared")],
    ]);
  });

  test("tests it: success with the attempt, and failure is a 200 as well", async () => {
    const { id } = await create({
      dialect: "haltless",
      headers: { "X-Webhook-Secret": "your-shared-secret" },
    });
    const good = await call("POST", `/notification-channels/${String(id)}/test`);
    expect(good.status).toBe(200);
    expect(good.json["success"]).toBe(true);
    expect(good.json["error"]).toBeUndefined();
    expect(good.json["attempt"]).toMatchObject({
      number: 1,
      outcome: "delivered",
      status_code: 200,
      response_body: "ok",
    });
    const [request] = sink.received;
    expect(request?.headers["x-webhook-secret"]).toBe("your-shared-secret");
    expect(Object.keys(request?.json ?? {})).toEqual(["event", "timestamp", "tenant_id", "alert", "test"]);
    expect(request?.json["event"]).toBe("channel.test");
    expect(good.text).not.toContain("your-shared-secret");

    sink.answerWith((received) => new Response(JSON.stringify(received.headers), { status: 401 }));
    const bad = await call("POST", `/notification-channels/${String(id)}/test`);
    expect(bad.status).toBe(200);
    expect(bad.json["success"]).toBe(false);
    expect(bad.json["error"]).toContain("401");
    // An endpoint that repeats what it was sent does not bring the secret into our evidence.
    expect(bad.text).not.toContain("your-shared-secret");
    expect(bad.text).toContain("••••");
    const { json } = await call("GET", `/notification-channels/${String(id)}/deliveries`);
    expect((json["data"] as Json[]).map(({ event, status }) => [event, status])).toEqual([
      ["channel.test", "failed"],
      ["channel.test", "delivered"],
    ]);
  });

  test("six tests a minute per channel", async () => {
    const { id } = await create();
    const statuses: number[] = [];
    for (let round = 0; round < 7; round++)
      statuses.push((await call("POST", `/notification-channels/${String(id)}/test`)).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 429]);
    await bench.clock.advance(10_000);
    expect((await call("POST", `/notification-channels/${String(id)}/test`)).status).toBe(200);
  });
});

describe("what is refused", () => {
  test("with 422 and the field", async () => {
    const cases: [Json, string][] = [
      [{ config: { url: "http://public.test/hook" } }, "config.url"],
      [{ config: { url: "http://unknown.test/hook" } }, "config.url"],
      [{ config: { url: "http://127.0.0.1:1/hook" } }, "config.url"],
      [{ config: { url: "https://169.254.169.254/latest" } }, "config.url"],
      [{ config: { url: "https://[::1]/" } }, "config.url"],
      [{ config: {} }, "config.url"],
      [{ config: { url: "https://a.test", colour: 1 } }, "config.colour"],
      [{ type: "pigeon" }, "type"],
      [{ events: ["alert.exploded"] }, "events"],
      [{ failure_channel_id: newId() }, "failure_channel_id"],
      [{ filters: { project_ids: [newId()] } }, "filters.project_ids"],
      [{ filters: { severities: ["loud"] } }, "filters.severities"],
      [{ name: "" }, "name"],
      [{ rate_limit_per_minute: 0 }, "rate_limit_per_minute"],
      [{ rate_limit_per_minute: 6_001 }, "rate_limit_per_minute"],
      [{ rate_limit_per_minute: 1.5 }, "rate_limit_per_minute"],
      [{ stale_after_seconds: 0 }, "stale_after_seconds"],
      [{ weekly_test: "yes" }, "weekly_test"],
      [{ colour: "red" }, "colour"],
    ];
    for (const [change, field] of cases) {
      const { status, json } = await call("POST", "/notification-channels", {
        name: "hook",
        type: "webhook",
        config: { url: sink.url },
        ...change,
      });
      expect([change, status, String(json["field"]).startsWith(field)]).toEqual([change, 422, true]);
    }
    expect(
      (
        await call("POST", "/notification-channels", {
          name: "ok",
          type: "webhook",
          config: { url: "http://plc.lan/x" },
        })
      ).status,
    ).toBe(201);
    expect(
      (
        await call("POST", "/notification-channels", {
          name: "ok",
          type: "webhook",
          config: { url: "https://later.test/x" },
        })
      ).status,
    ).toBe(201);
  });

  test("another organization's channels and deliveries answer like unknown ones", async () => {
    const { id } = await create();
    await call("POST", `/notification-channels/${String(id)}/test`);
    const [delivery] = (await call("GET", "/deliveries")).json["data"] as Json[];
    for (const [method, path, body] of [
      ["GET", `/notification-channels/${String(id)}`],
      ["PATCH", `/notification-channels/${String(id)}`, { name: "mine" }],
      ["DELETE", `/notification-channels/${String(id)}`],
      ["POST", `/notification-channels/${String(id)}/test`],
      ["POST", `/notification-channels/${String(id)}/resume`],
      ["GET", `/notification-channels/${String(id)}/deliveries`],
      ["GET", `/deliveries/${String(delivery?.["id"])}`],
      ["GET", `/deliveries/${String(delivery?.["id"])}/attempts`],
      ["POST", `/deliveries/${String(delivery?.["id"])}/replay`, {}],
    ] as const) {
      const answer = await call(method, path, body, "stranger");
      expect([path, answer.status]).toEqual([path, 404]);
    }
    expect((await call("GET", "/deliveries", undefined, "stranger")).json["data"]).toEqual([]);
    expect((await call("GET", "/notification-channels", undefined, "stranger")).json["data"]).toEqual([]);
  });
});

test("null in a new channel's config is a setting that was left out", async () => {
  const created = await create({ secret: null, headers: { "X-Line": null, "X-Shift": "2" }, method: null });
  expect(created["config"]).toEqual({ url: sink.url, jitter: false, headers: { "X-Shift": "2" } });
});

describe("changes", () => {
  test("merge config by key: a mask leaves the secret, null removes, an unknown key is refused", async () => {
    const created = await create({
      secret: "the-secret-of-1234",
      headers: { "X-Token": "token-value-5678", "X-Line": "A" },
    });
    const path = `/notification-channels/${String(created["id"])}`;
    const masked = created["config"] as Json;
    expect(masked["secret"]).toBe("••••1234");
    // What was read is sent back with one change, as a form does.
    const changed = await call("PATCH", path, { config: { ...masked, timeout_seconds: 9 } });
    expect(changed.json["config"]).toEqual({ ...masked, timeout_seconds: 9 });
    await call("POST", `${path}/test`);
    expect(sink.received.at(-1)?.headers["x-token"]).toBe("token-value-5678");
    expect(sink.received.at(-1)?.headers["webhook-signature"]).toStartWith("v1,");

    await call("PATCH", path, { config: { secret: null, headers: { "X-Line": null, "X-New": "1" } } });
    await call("POST", `${path}/test`);
    const { headers } = sink.received.at(-1) ?? { headers: {} as Record<string, string> };
    expect(headers["webhook-signature"]).toBeUndefined();
    expect([headers["x-token"], headers["x-line"], headers["x-new"]]).toEqual([
      "token-value-5678",
      undefined,
      "1",
    ]);
    expect((await call("PATCH", path, { config: { url: null } })).json["field"]).toBe("config.url");
    expect((await call("PATCH", path, { config: { url: "http://public.test/" } })).status).toBe(422);
    expect((await call("PATCH", path, { type: "email" })).json["field"]).toBe("type");
    const journal = JSON.stringify(await bench.rows("SELECT data FROM journal"));
    for (const secret of ["the-secret-of-1234", "token-value-5678"]) expect(journal).not.toContain(secret);
    // It is all in the file.
    await bench.restart();
    expect(bench.directory.get(String(created["id"]))?.storedConfig).toMatchObject({
      headers: { "X-New": "1" },
      timeout_seconds: 9,
    });
  });

  test("events come back as sent, the default resolved; filters likewise", async () => {
    const plain = await create();
    expect(plain["events"]).toBeNull();
    expect(plain["subscribed_events"]).toEqual([
      "alert.triggered",
      "alert.acknowledged",
      "alert.resolved",
      "alert.escalated",
      "incident.opened",
      "incident.updated",
      "incident.resolved",
      "service.status_changed",
    ]);
    const own = await create(
      { dialect: "haltless" },
      { events: ["alert.resolved"], filters: { severities: ["critical"] } },
    );
    expect([own["events"], own["subscribed_events"], own["filters"]]).toEqual([
      ["alert.resolved"],
      ["alert.resolved"],
      { severities: ["critical"] },
    ]);
    const back = await call("PATCH", `/notification-channels/${String(own["id"])}`, {
      events: null,
      filters: null,
    });
    expect(back.json).toMatchObject({
      events: null,
      subscribed_events: ["alert.triggered", "alert.escalated"],
      filters: null,
    });
  });

  test("deleting leaves its deliveries, and takes it from channels that gave it their notices", async () => {
    const notices = await create();
    const channel = await create({}, { failure_channel_id: notices["id"] });
    await call("POST", `/notification-channels/${String(notices["id"])}/test`);
    expect((await call("DELETE", `/notification-channels/${String(notices["id"])}`)).status).toBe(204);
    expect((await call("GET", `/notification-channels/${String(notices["id"])}`)).status).toBe(404);
    expect(
      (await call("GET", `/notification-channels/${String(channel["id"])}`)).json["failure_channel_id"],
    ).toBeNull();
    expect(((await call("GET", "/deliveries")).json["data"] as Json[]).length).toBe(1);
    expect(await bench.rows("SELECT config FROM channels WHERE id = ?", [String(notices["id"])])).toEqual([
      ["{}"],
    ]);
  });
});

test("limit, age of news and weekly test: defaults, set, kept, and taken back with null", async () => {
  const { id, ...created } = await create();
  expect(created).toMatchObject({
    rate_limit_per_minute: null,
    rate_limit_per_minute_default: null,
    stale_after_seconds: 3_600,
    weekly_test: false,
    last_test_at: null,
    last_test_success: null,
    quiet_until: null,
  });
  const path = `/notification-channels/${String(id)}`;
  const set = { rate_limit_per_minute: 20, stale_after_seconds: 60, weekly_test: true };
  expect((await call("PATCH", path, set)).json).toMatchObject(set);
  expect((await call("PATCH", path, { name: "other" })).json).toMatchObject(set);
  const back = await call("PATCH", path, { rate_limit_per_minute: null, stale_after_seconds: null });
  expect(back.json).toMatchObject({ rate_limit_per_minute: null, stale_after_seconds: 3_600 });
  const journal = JSON.stringify(await bench.rows("SELECT data FROM journal ORDER BY seq"));
  expect(journal).toContain('\\"rate_limit_per_minute\\":20');
  const own = await create({}, { rate_limit_per_minute: 1, weekly_test: true });
  expect(own).toMatchObject({ rate_limit_per_minute: 1, weekly_test: true });
  await bench.restart();
  expect(bench.directory.get(String(own["id"]))).toMatchObject({
    rateLimitPerMinute: 1,
    staleAfterSeconds: 3_600,
    weeklyTest: true,
    lastTestAt: null,
  });
});

describe("lists", () => {
  test("channels are paged newest first; channel types describe their fields", async () => {
    const ids: unknown[] = [];
    for (let index = 0; index < 5; index++) ids.unshift((await create({}, { name: `c${index}` }))["id"]);
    const first = await call("GET", "/notification-channels?limit=3");
    const second = await call(
      "GET",
      `/notification-channels?limit=3&cursor=${String(first.json["next_cursor"])}`,
    );
    expect(
      [...(first.json["data"] as Json[]), ...(second.json["data"] as Json[])].map(({ id }) => id),
    ).toEqual(ids);
    expect(second.json["next_cursor"]).toBeNull();
    const types = (await call("GET", "/channel-types")).json["data"] as Json[];
    expect(types[0]).toMatchObject({
      kind: "webhook",
      fields: expect.arrayContaining([
        expect.objectContaining({ name: "secret", type: "secret", secret: true }),
      ]),
    });
  });

  test("deliveries are filtered and paged; attempts show the answer to editors only", async () => {
    const { id } = await create({ retry: [60], secret: "never-shown-1234" });
    const channel = bench.directory.get(String(id))!;
    sink.answerWith((_request, count) => new Response("seen", { status: count % 2 === 0 ? 500 : 200 }));
    const rows = [];
    for (let index = 0; index < 6; index++) {
      rows.push(await bench.tell(channel, bench.message()));
      await sink.waitFor(index + 1);
      await bench.worker.idle();
    }
    const idsOf = async (query: string): Promise<unknown[]> => {
      const { status, json } = await call("GET", `/deliveries${query}`);
      expect([query, status]).toEqual([query, 200]);
      return (json["data"] as Json[]).map((delivery) => delivery["id"]);
    };
    const [first, second] = [rows[0]!, rows[1]!];
    expect((await idsOf("")).length).toBe(6);
    expect((await idsOf("?status=delivered")).length).toBe(3);
    expect((await idsOf("?outcome=server_error,timeout")).length).toBe(3);
    expect(await idsOf(`?subject_id=${first.subjectId}`)).toEqual([first.id]);
    expect(await idsOf("?event=alert.resolved")).toEqual([]);
    expect(await idsOf(`?channel_id=${newId()}`)).toEqual([]);
    expect((await idsOf("?from=2025-01-01T00:00:00Z&to=2027-01-01T00:00:00Z")).length).toBe(6);
    expect(await idsOf("?to=2025-01-01T00:00:00Z")).toEqual([]);
    expect((await call("GET", "/deliveries?status=lost")).status).toBe(422);
    expect((await call("GET", "/deliveries?colour=red")).status).toBe(422);
    const page = await call("GET", "/deliveries?limit=4");
    const rest = await call("GET", `/deliveries?limit=4&cursor=${String(page.json["next_cursor"])}`);
    expect((rest.json["data"] as Json[]).map((delivery) => delivery["id"])).toEqual([second.id, first.id]);

    const delivery = (await call("GET", `/deliveries/${second.id}`)).json;
    expect(delivery).toMatchObject({
      status: "pending",
      attempt_count: 1,
      outcome: "server_error",
      channel_id: id,
      delivered_at: null,
    });
    const attempts = await call("GET", `/deliveries/${second.id}/attempts`);
    expect(attempts.json["data"]).toMatchObject([
      {
        number: 1,
        outcome: "server_error",
        status_code: 500,
        response_body: "seen",
        address: `127.0.0.1:${sink.port}`,
      },
    ]);
    const [attempt] = attempts.json["data"] as Json[];
    expect((attempt?.["request_headers"] as Json | undefined)?.["webhook-id"]).toBe(second.id);
    expect(attempts.text).not.toContain("never-shown");
    const asViewer = (await call("GET", `/deliveries/${second.id}/attempts`, undefined, "viewer")).json[
      "data"
    ];
    expect(asViewer).toMatchObject([{ status_code: 500, response_body: null, response_headers: null }]);
    expect((await call("GET", `/notification-channels/${String(id)}`)).json).toMatchObject({
      health: "failing",
      consecutive_failures: 1,
      waiting_count: 3,
      success_rate_24h: 0.5,
    });
  });

  test("a delivery is sent again by its own ID or as a new one", async () => {
    const { id } = await create();
    const row = await bench.tell(bench.directory.get(String(id))!);
    await sink.waitFor(1);
    await bench.worker.idle();
    const again = await call("POST", `/deliveries/${row.id}/replay`);
    expect([again.status, again.json["id"], again.json["status"]]).toEqual([202, row.id, "pending"]);
    await sink.waitFor(2);
    await bench.worker.idle();
    const copy = await call("POST", `/deliveries/${row.id}/replay`, { new_id: true });
    expect([copy.status, copy.json["replay_of"]]).toEqual([202, row.id]);
    await sink.waitFor(3);
    await bench.worker.idle();
    expect((await call("GET", `/deliveries/${row.id}/attempts`)).json["data"]).toHaveLength(2);
  });

  test("100,000 deliveries: every filter answers within a moment", async () => {
    const { id } = await create();
    const made = await makeOutbox(bench.testStore.store.engine, {
      count: 100_000,
      tenantId: principal.tenantId,
      channels: [String(id)],
    });
    const [row] = made.rows;
    for (const query of [
      "",
      "?status=failed",
      "?outcome=timeout",
      `?machine_id=${made.machineIds[7]}`,
      `?machine_id=${made.machineIds[7]}&event=alert.escalated&status=delivered`,
      "?event=alert.resolved",
      "?event=channel.test",
      `?subject_id=${row?.subjectId}`,
      `?channel_id=${String(id)}&status=failed`,
      `?to=${new Date(FIRST_AT + 60_000).toISOString()}`,
    ]) {
      const started = performance.now();
      expect((await call("GET", `/deliveries${query}`)).status).toBe(200);
      expect([query, performance.now() - started < 3_000]).toEqual([query, true]);
      if (process.env["SHOW_TIMES"])
        process.stdout.write(`${query} ${(performance.now() - started).toFixed(0)} ms\n`);
    }
  });
});
