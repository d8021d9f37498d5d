// Services over HTTP, in the whole program: settings, the status by hand, its history, what channels are
// told, what a failed dependency keeps from them, and what a restart keeps.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { startApp, type Answer, type TestApp } from "../harness/app";
import { FakeClock } from "../harness/clock";
import { openRecordingSink, type RecordingSink } from "../harness/recording-sink";
import { removeDirectory, temporaryDirectory } from "../harness/store";
import { createOtherTenant } from "../harness/tenant-isolation";

type Json = Record<string, unknown>;

let clock: FakeClock;
let sink: RecordingSink;
let app: TestApp;
let directory: string;

const start = async (): Promise<void> => {
  app = await startApp({ clock, directory, config: { outboundAllow: [`127.0.0.1:${sink.port}`] } });
};

beforeEach(async () => {
  clock = new FakeClock();
  sink = openRecordingSink();
  directory = temporaryDirectory();
  await start();
});
afterEach(async () => {
  await app.stop();
  await sink.stop();
  removeDirectory(directory);
});

const made = async (body: Json): Promise<Json & { id: string }> => {
  const answer = await app.api("POST", "/services", body);
  expect([answer.status, answer.body.detail]).toEqual([201, undefined]);
  return answer.body as Json & { id: string };
};

const read = async (id: string): Promise<Json> => (await app.api("GET", `/services/${id}`)).body as Json;

const say = (id: string, status: string, message?: string): Promise<Answer> =>
  app.api("POST", `/services/${id}/status`, { status, ...(message === undefined ? {} : { message }) });

const subscribe = async (): Promise<string> =>
  (
    await app.api("POST", "/notification-channels", {
      name: "Hook",
      type: "webhook",
      config: { url: sink.url },
      is_active: true,
    })
  ).body.id as string;

/** What the sink was told, in order: `name status`. */
const told = (): string[] =>
  sink.received.map(({ json }) => {
    const service = json["service"] as Json;
    return `${String(service["name"])} ${String(service["status"])}`;
  });

describe("settings", () => {
  test("a service begins as operational and comes back as it was written", async () => {
    const created = await made({
      name: "Checkout",
      group: "Shop",
      description: "Pays",
      owner: "Team A",
      order: 3,
    });
    expect(created).toEqual({
      id: expect.any(String),
      name: "Checkout",
      group: "Shop",
      description: "Pays",
      order: 3,
      owner: "Team A",
      project_id: expect.any(String),
      depends_on: [],
      status_from: [],
      status: "operational",
      message: "",
      status_since: "2026-01-01T00:00:00.000Z",
      sources: [],
      sla_target: null,
      degraded_weight: null,
      created_at: "2026-01-01T00:00:00.000Z",
      updated_at: "2026-01-01T00:00:00.000Z",
    });
    expect(await read(created.id)).toEqual(created);
  });

  test("a name is taken once, whatever its case; another organization has its own", async () => {
    const { id } = await made({ name: "Zürich Gateway" });
    for (const name of ["zürich gateway", "ZÜRICH GATEWAY", "Zürich Gateway", " Zürich Gateway "]) {
      const answer = await app.api("POST", "/services", { name });
      expect([answer.status, answer.body.field]).toEqual([409, "name"]);
    }
    const other = await made({ name: "Other" });
    expect((await app.api("PATCH", `/services/${other.id}`, { name: "ZÜRICH gateway" })).status).toBe(409);
    expect((await app.api("PATCH", `/services/${id}`, { name: "ZÜRICH gateway" })).status).toBe(200);
    expect((await app.api("DELETE", `/services/${id}`)).status).toBe(204);
    await made({ name: "Zürich Gateway" });
    const { access, store } = app.app.parts;
    const { token } = await createOtherTenant({ access, opened: { store } });
    const headers = { authorization: `Bearer ${token}` };
    expect((await app.api("POST", "/services", { name: "Other" }, headers)).status).toBe(201);
  });

  test("at the same time, one of many with the same name is made", async () => {
    const answers = await Promise.all(
      ["a", "A", "a", "A"].map((name) => app.api("POST", "/services", { name })),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409]);
  });

  test("what is malformed is refused by its field", async () => {
    const { id } = await made({ name: "One" });
    const cases: [Json, string][] = [
      [{ name: "" }, "name"],
      [{ name: "  " }, "name"],
      [{ name: "a\nb" }, "name"],
      [{ group: "" }, "group"],
      [{ order: 1.5 }, "order"],
      [{ order: "1" }, "order"],
      [{ project_id: "01990000-0000-7000-8000-000000000000" }, "project_id"],
      [{ depends_on: ["01990000-0000-7000-8000-000000000000"] }, "depends_on.0"],
      [{ depends_on: id }, "depends_on"],
      [{ sla_target: 101 }, "sla_target"],
      [{ degraded_weight: -0.1 }, "degraded_weight"],
      [{ status: "down" }, "status"],
    ];
    const wrong: unknown[] = [];
    for (const [more, field] of cases)
      for (const [method, path] of [
        ["POST", "/services"],
        ["PATCH", `/services/${id}`],
      ] as const) {
        const { status, body } = await app.api(method, path, { name: "Two", ...more });
        if (status !== 422 || body.field !== field) wrong.push([method, more, status, body.field]);
      }
    expect(wrong).toEqual([]);
    expect((await say(id, "broken")).body.field).toBe("status");
    expect((await app.api("POST", `/services/${id}/status`, {})).body.field).toBe("status");
    expect((await app.api("GET", "/services")).body.data.length).toBe(1);
  });

  test("no circle of dependencies can be made, from either end", async () => {
    const a = await made({ name: "A" });
    const b = await made({ name: "B", depends_on: [a.id] });
    const c = await made({ name: "C", depends_on: [b.id] });
    for (const [id, needs] of [
      [a.id, [a.id]],
      [a.id, [b.id]],
      [a.id, [c.id]],
    ] as const) {
      const answer = await app.api("PATCH", `/services/${id}`, { depends_on: needs });
      expect([answer.status, answer.body.field]).toEqual([422, "depends_on"]);
    }
    const d = await made({ name: "D" });
    const closing = await Promise.all([
      app.api("PATCH", `/services/${a.id}`, { depends_on: [d.id] }),
      app.api("PATCH", `/services/${d.id}`, { depends_on: [c.id] }),
    ]);
    expect(closing.map(({ status }) => status)).toEqual([200, 422]);
    await app.api("DELETE", `/services/${b.id}`);
    expect((await read(c.id))["depends_on"]).toEqual([]);
  });

  test("the list has pages and filters", async () => {
    for (const name of ["a", "b", "c"]) await made({ name, group: name === "b" ? "G" : null });
    const { id } = await made({ name: "d" });
    await say(id, "down");
    const first = await app.api("GET", "/services?limit=3");
    expect(first.body.data.map((one: Json) => one["name"])).toEqual(["d", "c", "b"]);
    const second = await app.api("GET", `/services?limit=3&cursor=${first.body.next_cursor}`);
    expect([second.body.data.length, second.body.next_cursor]).toEqual([1, null]);
    const named = async (query: string): Promise<unknown> =>
      (await app.api("GET", `/services?${query}`)).body.data.map((one: Json) => one["name"]);
    expect(await named("status=down,degraded")).toEqual(["d"]);
    expect(await named("group=G")).toEqual(["b"]);
    expect((await app.api("GET", "/services?status=broken")).body.field).toBe("status");
  });

  test("deleted, it is gone for every call", async () => {
    const { id } = await made({ name: "Gone" });
    await app.api("DELETE", `/services/${id}`);
    for (const [method, path, body] of [
      ["GET", `/services/${id}`, undefined],
      ["PATCH", `/services/${id}`, {}],
      ["DELETE", `/services/${id}`, undefined],
      ["POST", `/services/${id}/status`, { status: "down" }],
      ["GET", `/services/${id}/history`, undefined],
    ] as const)
      expect((await app.api(method, path, body)).status).toBe(404);
  });
});

describe("the status by hand", () => {
  test("changes, is kept as history, and is told", async () => {
    const { id } = await made({ name: "Checkout", group: "Shop" });
    await subscribe();
    await clock.advance(60_000);
    const answer = await say(id, "down", "Database unreachable");
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      result: "processed",
      previous_status: "operational",
      status: "down",
      message: "Database unreachable",
      status_since: "2026-01-01T00:01:00.000Z",
      sources: [{ source: { kind: "person" }, status: "down" }],
    });
    await sink.waitFor(1);
    expect(sink.received[0]?.json).toMatchObject({
      event: "service.status_changed",
      service: { id, name: "Checkout", group: "Shop", status: "down", previous_status: "operational" },
    });
    await clock.advance(60_000);
    await say(id, "operational");
    await sink.waitFor(2);
    const { body } = await app.api("GET", `/services/${id}/history`);
    expect(body.data).toMatchObject([
      { status: "operational", previous_status: "down", at: "2026-01-01T00:02:00.000Z", until: null },
      {
        status: "down",
        previous_status: "operational",
        message: "Database unreachable",
        at: "2026-01-01T00:01:00.000Z",
        until: "2026-01-01T00:02:00.000Z",
      },
    ]);
  });

  test("said again, nothing is written and nobody is told", async () => {
    const { id } = await made({ name: "Checkout" });
    await subscribe();
    const count = async (): Promise<unknown> =>
      (
        await app.store.engine.query({
          sql: "SELECT (SELECT count(*) FROM journal), (SELECT count(*) FROM service_history), (SELECT count(*) FROM service_spans), (SELECT count(*) FROM outbox)",
        })
      )[0];
    const before = await count();
    const same = await say(id, "operational", "All is well");
    expect(same.body).toMatchObject({
      result: "ignored",
      status: "operational",
      previous_status: "operational",
    });
    expect(await count()).toEqual(before);
    await say(id, "down", "Broken");
    const down = await count();
    expect((await say(id, "down", "Broken")).body.result).toBe("ignored");
    expect((await say(id, "down")).body).toMatchObject({ result: "ignored", message: "Broken" });
    expect(await count()).toEqual(down);
  });

  test("goes on with new words about a status that stands: no change of it, and nobody is told", async () => {
    const { id } = await made({ name: "Checkout" });
    await subscribe();
    await say(id, "down", "Broken");
    await sink.waitFor(1);
    await clock.advance(60_000);
    expect((await say(id, "down", "A part is on its way")).body).toMatchObject({
      result: "processed",
      status: "down",
      previous_status: "down",
      message: "A part is on its way",
      status_since: "2026-01-01T00:00:00.000Z",
    });
    await clock.advance(60_000);
    expect(sink.received).toHaveLength(1);
    expect((await app.api("GET", `/services/${id}/history`)).body.data).toHaveLength(1);
    const [row] = await app.store.engine.query({
      sql: "SELECT kind, subject_id, data ->> '$.changes.message' FROM journal ORDER BY seq DESC LIMIT 1",
    });
    expect(row).toEqual(["config.updated", id, "A part is on its way"]);
  });

  test("history has pages, and each line knows when it ended", async () => {
    const { id } = await made({ name: "Checkout" });
    for (const status of ["down", "degraded", "operational"]) {
      await clock.advance(1_000);
      await say(id, status);
    }
    const first = await app.api("GET", `/services/${id}/history?limit=1`);
    const second = await app.api("GET", `/services/${id}/history?limit=2&cursor=${first.body.next_cursor}`);
    expect(second.body.data).toMatchObject([
      { status: "degraded", until: "2026-01-01T00:00:03.000Z" },
      { status: "down", until: "2026-01-01T00:00:02.000Z" },
    ]);
    expect(second.body.next_cursor).toBeNull();
    const since = await app.api(
      "GET",
      `/services/${id}/history?from=2026-01-01T00:00:02Z&to=2026-01-01T00:00:03Z`,
    );
    expect(since.body.data.map((one: Json) => one["status"])).toEqual(["degraded"]);
  });

  test("survives a restart, with what was said", async () => {
    const { id } = await made({ name: "Checkout" });
    await say(id, "degraded", "Slow");
    const before = await read(id);
    await app.stop();
    await start();
    expect(await read(id)).toEqual(before);
    expect((await app.api("POST", "/services", { name: "CHECKOUT" })).status).toBe(409);
    expect((await say(id, "operational")).body.result).toBe("processed");
  });

  test("a clock that was set back makes no span negative", async () => {
    const { id } = await made({ name: "Checkout" });
    await say(id, "down");
    clock.setWall(Date.UTC(2025, 0, 1));
    expect((await say(id, "operational")).body.status_since).toBe("2026-01-01T00:00:00.000Z");
    const spans = await app.store.engine.query({
      sql: "SELECT count(*) FROM service_spans WHERE ended_at < started_at",
    });
    expect(spans).toEqual([[0]]);
  });
});

describe("a failed dependency", () => {
  const furnish = async () => {
    const database = await made({ name: "Database" });
    const shop = await made({ name: "Shop", depends_on: [database.id] });
    const cart = await made({ name: "Cart", depends_on: [shop.id] });
    return { database: database.id, shop: shop.id, cart: cart.id, channel: await subscribe() };
  };

  test("keeps the failures of what needs it from being told, never from being recorded", async () => {
    const { database, cart, channel } = await furnish();
    await say(database, "down");
    await say(cart, "down");
    await say(cart, "degraded");
    await say(cart, "operational");
    await say(database, "operational");
    await sink.waitFor(2);
    expect(told()).toEqual(["Database down", "Database operational"]);
    expect((await app.api("GET", `/services/${cart}/history`)).body.data.length).toBe(3);
    const rows = await app.store.engine.query({
      sql: "SELECT data FROM journal WHERE subject_id = ? AND kind = 'service.status_changed' ORDER BY seq",
      params: [cart],
    });
    for (const [data] of rows)
      expect(JSON.parse(String(data)).untold).toEqual({ [channel]: "suppressed_by_dependency" });
    expect(rows.length).toBe(3);
    const { body } = await app.api("GET", `/services/${cart}/notifications`);
    expect(body.data.map((one: { channels: Json[] }) => one.channels[0]?.["verdict"])).toEqual(
      Array.from({ length: 3 }, () => "suppressed_by_dependency"),
    );
  });

  test("does not keep the end of a failure that was told before", async () => {
    const { database, shop } = await furnish();
    await say(shop, "down");
    await say(database, "down");
    await say(shop, "operational");
    await sink.waitFor(3);
    expect(told()).toEqual(["Shop down", "Database down", "Shop operational"]);
  });

  test("that is only slow keeps nothing back", async () => {
    const { database, shop } = await furnish();
    await say(database, "degraded");
    await say(shop, "down");
    await sink.waitFor(2);
    expect(told()).toEqual(["Database degraded", "Shop down"]);
  });
});
