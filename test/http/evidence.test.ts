// Evidence over HTTP, in the whole program: lists by every filter, the request of an attempt without its
// secrets, the body, an export, and replays of many: counted first, watched, cancelled, refused when empty.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { startApp, type Answer, type TestApp } from "../harness/app";
import { eventually } from "../harness/eventually";
import { openRecordingSink, type RecordingSink } from "../harness/recording-sink";
import { createOtherTenant } from "../harness/tenant-isolation";

type Json = Record<string, unknown>;

const SECRET = "a-secret-in-the-query-0123";
let sink: RecordingSink;
let app: TestApp;
let channel: Json;

const made = async (path: string, body: unknown): Promise<Json> => {
  const answer = await app.api("POST", path, body);
  expect([answer.status, answer.body.detail]).toEqual([201, undefined]);
  return answer.body as Json;
};

const hook = (name: string, more: Json = {}): Promise<Json> =>
  made("/notification-channels", {
    name,
    type: "webhook",
    config: {
      url: `${sink.url}?token=${SECRET}&line=2`,
      retry: [3600],
      headers: { "X-Api-Key": "header-secret-77" },
    },
    is_active: true,
    ...more,
  });

beforeEach(async () => {
  sink = openRecordingSink();
  app = await startApp({ config: { outboundAllow: [`127.0.0.1:${sink.port}`] } });
  channel = await hook("=Line 2, shift lead");
  await made("/alert-rules", {
    name: "Too hot",
    severity: "critical",
    is_active: true,
    selector: {},
    condition: { type: "threshold", metric: "temperature", operator: ">", threshold: 85 },
  });
});
afterEach(async () => {
  await app.stop();
  await sink.stop();
});

const send = (machine: string, value: number): Promise<Answer> =>
  app.api("POST", "/readings", { machine, metric: "temperature", value });

/** Until nothing waits for a first attempt. */
const list = (query = ""): Promise<Json[]> =>
  eventually(
    async () => (await app.api("GET", `/deliveries${query}`)).body.data as Json[],
    (rows) => rows.every((row) => row["attempt_count"] !== 0),
  );

const ids = async (query: string): Promise<unknown[]> => (await list(query)).map(({ id }) => id);

const tokenOf = async (role: string): Promise<string> =>
  String((await made("/api-tokens", { name: role, role }))["token"]);

const as = (token: string, method: string, path: string, body?: unknown): Promise<Answer> =>
  app.api(method, path, body, { authorization: `Bearer ${token}` });

/** Two machines, one of them back to normal. */
const happen = async (): Promise<void> => {
  await send("Mill 1", 91);
  await send("Mill 2", 92);
  await send("Mill 1", 20);
  await sink.waitFor(3);
  await list();
};

describe("a list of deliveries", () => {
  test("is filtered by channels, events, machine, status, outcome, time, and all of them at once", async () => {
    await happen();
    const other = await hook("Other");
    await app.api("POST", `/notification-channels/${String(other["id"])}/test`);
    const all = await list();
    expect(all.map((row) => [row["event"], row["channel_name"]])).toEqual([
      ["channel.test", "Other"],
      ["alert.resolved", "=Line 2, shift lead"],
      ["alert.triggered", "=Line 2, shift lead"],
      ["alert.triggered", "=Line 2, shift lead"],
    ]);
    const [tested, resolved, second, first] = all.map(({ id }) => id);
    const machine = all[3]?.["machine_id"];
    expect(await ids(`?channel_id=${String(other["id"])}`)).toEqual([tested]);
    expect(
      await ids(
        `?channel_id=${String(other["id"])},${String(channel["id"])}&event=channel.test,alert.resolved`,
      ),
    ).toEqual([tested, resolved]);
    expect(await ids(`?machine_id=${String(machine)}`)).toEqual([resolved, first]);
    expect(
      await ids(`?machine_id=${String(machine)}&event=alert.triggered&status=delivered&outcome=delivered`),
    ).toEqual([first]);
    expect(await ids("?status=failed,held")).toEqual([]);
    expect(await ids(`?to=${String(all[2]?.["created_at"])}`)).toEqual([first]);
    expect(await ids(`?from=${String(all[2]?.["created_at"])}&to=${String(all[0]?.["created_at"])}`)).toEqual(
      [resolved, second],
    );
    const page = await app.api("GET", "/deliveries?limit=3");
    const rest = await app.api("GET", `/deliveries?limit=3&cursor=${page.body.next_cursor as string}`);
    expect([...page.body.data, ...rest.body.data].map(({ id }: Json) => id)).toEqual(all.map(({ id }) => id));
    expect(rest.body.next_cursor).toBeNull();
  });

  test("keeps the name of a deleted channel", async () => {
    await happen();
    await app.api("DELETE", `/notification-channels/${String(channel["id"])}`);
    expect((await list()).map((row) => row["channel_name"])).toEqual(
      new Array(3).fill("=Line 2, shift lead"),
    );
  });

  test("refuses words and cursors that mean nothing", async () => {
    for (const [query, field] of [
      ["?event=alert.lost", "event"],
      ["?status=gone", "status"],
      ["?outcome=fine", "outcome"],
      ["?from=yesterday", "from"],
      ["?cursor=djE6MTI", "cursor"],
    ] as const) {
      const answer = await app.api("GET", `/deliveries${query}`);
      expect([query, answer.status, answer.body.field]).toEqual([query, 422, field]);
    }
  });
});

describe("the evidence of an attempt", () => {
  test("shows method, address, times and headers, and no secret in any of them", async () => {
    sink.answerWith((request) => Response.json({ you_sent: request.headers }, { status: 503 }));
    await send("Mill 1", 91);
    const [delivery] = await list();
    const answer = await app.api("GET", `/deliveries/${String(delivery?.["id"])}/attempts`);
    const [attempt] = answer.body.data as Json[];
    expect(attempt).toMatchObject({
      number: 1,
      method: "POST",
      url: `${sink.url}?token=${"••••0123"}&line=2`,
      outcome: "server_error",
      status_code: 503,
      address: `127.0.0.1:${sink.port}`,
    });
    expect(Number(attempt?.["first_byte_ms"])).toBeLessThanOrEqual(Number(attempt?.["total_ms"]));
    expect(Date.parse(String(attempt?.["queued_at"]))).toBeLessThanOrEqual(
      Date.parse(String(attempt?.["started_at"])),
    );
    expect(JSON.stringify(answer.body)).not.toContain(SECRET);
    expect(JSON.stringify(answer.body)).not.toContain("header-secret-77");
  });

  test("holds the body as it was sent, for editors", async () => {
    await send("Mill 1", 91);
    const [received] = await sink.waitFor(1);
    const [delivery] = await list();
    const path = `/deliveries/${String(delivery?.["id"])}/body`;
    expect((await app.api("GET", path)).body).toEqual({
      content_type: "application/json",
      bytes: received?.bytes.length,
      text: received?.body,
      is_cut: false,
    });
    expect((await as(await tokenOf("responder"), "GET", path)).status).toBe(403);
    expect((await as(await tokenOf("editor"), "GET", path)).status).toBe(200);
    expect((await app.api("GET", "/deliveries/01990000-0000-7000-8000-000000000000/body")).status).toBe(404);
  });

  test("cuts a known secret out of a body that somebody wrote it into", async () => {
    const rules = (await app.api("GET", "/alert-rules")).body.data as Json[];
    await app.api("PATCH", `/alert-rules/${String(rules[0]?.["id"])}`, {
      message: "Key is header-secret-77",
    });
    await send("Mill 1", 91);
    await sink.waitFor(1);
    const [delivery] = await list();
    const { body } = await app.api("GET", `/deliveries/${String(delivery?.["id"])}/body`);
    expect(body.text).toContain("Key is ••••");
    expect(body.text).not.toContain("header-secret-77");
  });
});

describe("an export", () => {
  test("is CSV of what fits, without formulas", async () => {
    await happen();
    const answer = await app.api("GET", "/deliveries/export?event=alert.triggered");
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(answer.headers.get("content-disposition")).toContain("deliveries.csv");
    const lines = String(answer.body).trimEnd().split("\r\n");
    expect(lines[0]).toStartWith("id,created_at,channel_id,channel_name,event,");
    expect(lines.length).toBe(3);
    for (const line of lines.slice(1)) expect(line).toContain(`,"'=Line 2, shift lead",alert.triggered,`);
    expect((await app.api("GET", "/deliveries/export?status=lost")).status).toBe(422);
  });
});

describe("a replay of many", () => {
  const read = async (id: unknown): Promise<Json> =>
    (await app.api("GET", `/deliveries/replays/${String(id)}`)).body as Json;

  test("is counted first, then worked off, and can be watched", async () => {
    await happen();
    const filter = { event: ["alert.triggered"], channel_id: channel["id"] };
    const counted = await app.api("POST", "/deliveries/replay", { filter, dry_run: true });
    expect([counted.status, counted.body]).toEqual([200, { count: 2, skipped: 0 }]);
    expect(sink.received.length).toBe(3);
    const asked = await app.api("POST", "/deliveries/replay", { filter });
    expect(asked.status).toBe(202);
    expect(asked.body).toMatchObject({
      count: 2,
      done: 0,
      status: "running",
      new_id: false,
      filter: { event: ["alert.triggered"], channel_id: [channel["id"]] },
    });
    const ended = await eventually(
      () => read(asked.body.id),
      ({ status }) => status === "done",
    );
    expect(ended).toMatchObject({ count: 2, done: 2, skipped: 0, finished_at: expect.any(String) });
    await sink.waitFor(5);
    const idOf = (index: number): unknown => sink.received[index]?.headers["webhook-id"];
    expect(new Set([idOf(3), idOf(4)])).toEqual(new Set([idOf(0), idOf(1)]));
    for (const again of sink.received.slice(3))
      expect(sink.received.slice(0, 3).map(({ body }) => body)).toContain(again.body);
    expect((await app.api("GET", "/deliveries/replays")).body.data).toEqual([ended]);
    expect((await app.api("POST", `/deliveries/replays/${String(asked.body.id)}/cancel`)).status).toBe(409);
  });

  test("needs a filter, or the word that all is meant", async () => {
    await happen();
    for (const [body, field] of [
      [{}, "filter"],
      [{ filter: {} }, "filter"],
      [{ filter: { event: [] } }, "filter.event"],
      [{ filter: { channel_id: [] } }, "filter.channel_id"],
      [{ filter: { status: "pending" } }, "filter.status"],
      [{ filter: { outcome: ["fine"] } }, "filter.outcome"],
      [{ filter: { from: "soon" } }, "filter.from"],
      [{ filter: { event: "alert.resolved" }, all: true }, "all"],
      [{ filter: { colour: "red" } }, "filter.colour"],
    ] as const) {
      const answer = await app.api("POST", "/deliveries/replay", body);
      expect([body, answer.status, answer.body.field]).toEqual([body, 422, field]);
    }
    expect((await app.api("GET", "/deliveries/replays")).body.data).toEqual([]);
    expect((await app.api("POST", "/deliveries/replay", { all: true, dry_run: true })).body.count).toBe(3);
  });

  test("is an editor's to ask for, everybody's to see, and no other organization's", async () => {
    await happen();
    const body = { filter: { status: "delivered" } };
    expect((await as(await tokenOf("responder"), "POST", "/deliveries/replay", body)).status).toBe(403);
    const asked = await as(await tokenOf("editor"), "POST", "/deliveries/replay", body);
    expect(asked.body.requested_by).toBe("editor");
    const path = `/deliveries/replays/${String(asked.body.id)}`;
    expect((await as(await tokenOf("viewer"), "GET", path)).status).toBe(200);
    const { token } = await createOtherTenant({ access: app.app.parts.access, opened: { store: app.store } });
    expect((await as(token, "GET", path)).status).toBe(404);
    expect((await as(token, "POST", `${path}/cancel`)).status).toBe(404);
    expect((await as(token, "GET", "/deliveries/replays")).body.data).toEqual([]);
    expect((await as(token, "POST", "/deliveries/replay", { all: true, dry_run: true })).body).toEqual({
      count: 0,
      skipped: 0,
    });
    expect((await as(token, "GET", `/deliveries?channel_id=${String(channel["id"])}`)).body.data).toEqual([]);
  });

  test("is in the journal with who asked for it, as a single one is", async () => {
    await happen();
    const [delivery] = await list();
    await app.api("POST", `/deliveries/${String(delivery?.["id"])}/replay`);
    const asked = await app.api("POST", "/deliveries/replay", {
      filter: { machine_id: delivery?.["machine_id"] },
      new_id: true,
    });
    await eventually(
      () => read(asked.body.id),
      ({ status }) => status === "done",
    );
    const rows = await app.store.engine.query({
      sql: "SELECT kind, data FROM journal WHERE kind LIKE 'deliver%' ORDER BY seq",
    });
    expect(rows.map(([kind]) => kind)).toEqual([
      "delivery.replayed",
      "deliveries.replayed",
      "deliveries.replay_ended",
    ]);
    expect(JSON.parse(String(rows[1]?.[1]))).toMatchObject({
      replayId: asked.body.id,
      filter: { machine_id: delivery?.["machine_id"] },
      hasNewId: true,
    });
  });
});
