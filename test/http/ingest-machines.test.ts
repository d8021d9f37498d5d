// Machines: they register themselves, come and go by the server's clock, are entered, changed,
// approved and deleted by people, and belong to one organization only.
import { afterEach, describe, expect, test } from "bun:test";
import { newId } from "../../src/core/ids";
import { IntakeBench, type IntakeBenchOptions } from "../harness/intake";
import { checkTenantIsolation, createOtherTenant, UNKNOWN_ID } from "../harness/tenant-isolation";

let bench: IntakeBench;
const open = async (options?: IntakeBenchOptions): Promise<IntakeBench> =>
  (bench = await IntakeBench.open(options));
afterEach(() => bench.close());

const T = Date.UTC(2026, 0, 1);
const send = (machine: string, value = 1, more: Record<string, unknown> = {}) =>
  bench.json("POST", "/api/v1/readings", { machine, metric: "temperature", value, ...more });
const machines = async (query = ""): Promise<Record<string, unknown>[]> =>
  (await bench.json("GET", `/api/v1/machines${query}`)).json["data"] as Record<string, unknown>[];
const only = async (name: string): Promise<Record<string, unknown>> =>
  (await machines(`?name=${encodeURIComponent(name)}`))[0] ?? {};

describe("registration", () => {
  test("a machine is there with the first reading, in the API's shape", async () => {
    await open();
    await send("press 1", 21.5, { timestamp: "2025-12-31T23:59:59Z", tags: { zone: "a" } });
    const machine = await only("press 1");
    expect(machine).toEqual({
      id: expect.any(String),
      number: 1,
      name: "press 1",
      display_name: null,
      type: "machine",
      project_id: expect.any(String),
      labels: {},
      status: "online",
      approval: "approved",
      offline_after_seconds: null,
      last_contact_at: "2026-01-01T00:00:00.000Z",
      last_heartbeat_at: null,
      metrics: [
        {
          name: "temperature",
          display_name: null,
          unit: null,
          decimals: null,
          range: null,
          series: [
            {
              labels: { zone: "a" },
              last_value: 21.5,
              last_time: "2025-12-31T23:59:59.000Z",
              last_received_at: "2026-01-01T00:00:00.000Z",
              quality: "good",
              clock_skew_ms: null,
            },
          ],
        },
      ],
      created_at: "2026-01-01T00:00:00.000Z",
      updated_at: "2026-01-01T00:00:00.000Z",
    });
    expect(await bench.journalKinds()).toEqual(["machine.registered"]);
  });

  test("everything survives a restart: names, numbers, last values, the watermark", async () => {
    await open();
    await send("a", 1);
    await send("b", 2, { tags: { zone: "x" } });
    await bench.json("PATCH", `/api/v1/machines/${(await only("a"))["id"]}`, {
      display_name: "Press",
      labels: { line: "3" },
    });
    const before = await machines();
    await bench.restart();
    expect(await machines()).toEqual(before);
    const series = bench.intake.registry.find(bench.tenantId, "b")?.series[0];
    expect([series?.evaluatedUntil, series?.lastValue]).toEqual([T, 2]);
    await send("c", 3);
    expect((await only("c"))["number"]).toBe(3);
    await send("b", 4, { tags: { zone: "x" } });
    expect((await only("b"))["metrics"]).toHaveLength(1);
    expect((await bench.samplesOf("b", "temperature")).map(([, value]) => value)).toEqual([4]);
  });

  test("last values are in the table within a second, without a stop", async () => {
    await open();
    await send("a", 7);
    const row = async () =>
      (await bench.store.engine.query({ sql: "SELECT last_value, evaluated_until FROM series" }))[0];
    expect(await row()).toEqual([null, null]);
    await bench.clock.advance(1_000);
    expect(await row()).toEqual([7, T]);
  });

  test("with approval, readings are kept and rules see none until somebody approves", async () => {
    await open({ config: { machineRegistration: "approval" } });
    await send("new", 1);
    await bench.write("temperature,machine=new value=2 1767225599000000000");
    await bench.call("POST", "/api/v1/machines/new/heartbeat");
    expect([bench.evaluator.seen, bench.evaluator.heardOf]).toEqual([[], []]);
    expect((await bench.samplesOf("new", "temperature")).length).toBe(2);
    const pending = await machines("?approval=pending");
    expect(pending.map(({ name }) => name)).toEqual(["new"]);
    const approved = await bench.json("POST", `/api/v1/machines/${pending[0]?.["id"]}/approve`);
    expect(approved.json["approval"]).toBe("approved");
    await send("new", 3);
    expect(bench.evaluator.seen.map(({ values }) => values)).toEqual([[3]]);
    await bench.restart();
    expect((await only("new"))["approval"]).toBe("approved");
  });

  test("the limit of series is per organization, and says so", async () => {
    await open({ config: { maxSeries: 3 } });
    const body = Array.from({ length: 5 }, (_, i) => ({ machine: "m", metric: `x${i}`, value: 1 }));
    const reason = "the organization has its limit of 3 series";
    expect((await bench.json("POST", "/api/v1/readings", body)).json).toEqual({
      accepted: 3,
      rejected: [3, 4].map((index) => ({ index, reason })),
    });
    expect((await bench.write("x9,machine=m value=1\nx0,machine=m value=2")).json["message"]).toBe(
      `partial write: line 1: ${reason} dropped=1`,
    );
    expect(bench.intake.registry.find(bench.tenantId, "m")?.metrics.size).toBe(3);
    expect((await bench.json("POST", "/api/v1/readings", body)).json["accepted"]).toBe(3);
  });

  test("a registration that could not be saved never was, and the next try succeeds", async () => {
    await open();
    await bench.store.engine.batch([
      {
        sql: "CREATE TRIGGER refuse BEFORE INSERT ON series WHEN NEW.metric = 'x' BEGIN SELECT RAISE(ABORT, 'no'); END",
      },
    ]);
    expect((await bench.write("x,machine=m value=1")).status).toBeGreaterThanOrEqual(500);
    expect(bench.intake.registry.find(bench.tenantId, "m")).toBeUndefined();
    expect(await bench.samplesOf("m", "x")).toEqual([]);
    await bench.store.engine.batch([{ sql: "DROP TRIGGER refuse" }]);
    expect((await bench.write("x,machine=m value=1")).status).toBe(204);
    expect((await bench.samplesOf("m", "x")).length).toBe(1);
    await bench.restart();
    expect(bench.intake.registry.find(bench.tenantId, "m")?.series.length).toBe(1);
  });

  test("many senders with the same new machine at once make one", async () => {
    await open();
    const replies = await Promise.all(
      Array.from({ length: 40 }, (_, i) => send("shared", i, { timestamp: T + i })),
    );
    expect(replies.every(({ status }) => status === 202)).toBe(true);
    expect((await machines()).length).toBe(1);
    expect((await bench.samplesOf("shared", "temperature")).length).toBe(40);
  });
});

describe("online and offline", () => {
  test("five minutes of silence by the server's clock, journalled once, and back with a reading", async () => {
    await open();
    await send("m");
    await bench.clock.advance(299_000);
    expect((await only("m"))["status"]).toBe("online");
    await bench.clock.advance(2_000);
    expect((await only("m"))["status"]).toBe("offline");
    await bench.clock.advance(600_000);
    await send("m", 1, { timestamp: "2013-12-16T00:00:00Z" });
    expect((await only("m"))["status"]).toBe("online");
    expect(await bench.journalKinds()).toEqual(["machine.registered", "machine.offline", "machine.online"]);
  });

  test("heartbeats and text count as signs of life; a setting per machine wins", async () => {
    await open();
    for (const name of ["a", "b", "c"]) await send(name);
    await bench.json("PATCH", `/api/v1/machines/${(await only("c"))["id"]}`, { offline_after_seconds: 10 });
    for (let round = 0; round < 4; round++) {
      await bench.clock.advance(100_000);
      await bench.call("POST", "/api/v1/machines/a/heartbeat");
      await bench.write('state,machine=b text="ok"');
    }
    expect([(await only("a"))["status"], (await only("b"))["status"], (await only("c"))["status"]]).toEqual([
      "online",
      "online",
      "offline",
    ]);
    expect(bench.evaluator.heardOf).toEqual(["a", "b", "a", "b", "a", "b", "a", "b"]);
  });

  test("our own downtime is nobody's silence", async () => {
    await open();
    await send("m");
    await bench.clock.advance(1_000);
    await bench.restart();
    bench.clock.setWall(T + 86_400_000);
    await bench.restart();
    await bench.clock.advance(298_000);
    expect((await only("m"))["status"]).toBe("online");
    await bench.clock.advance(3_000);
    expect((await only("m"))["status"]).toBe("offline");
  });

  test("a heartbeat registers a new name, never an unknown ID", async () => {
    await open();
    const reply = await bench.call(
      "POST",
      `/api/v1/machines/${encodeURIComponent("Säge 50% & mehr")}/heartbeat`,
    );
    expect(reply.status).toBe(202);
    const machine = await only("Säge 50% & mehr");
    expect(reply.json).toEqual({
      machine_id: machine["id"],
      status: "online",
      received_at: "2026-01-01T00:00:00.000Z",
    });
    expect(machine["last_heartbeat_at"]).toBe("2026-01-01T00:00:00.000Z");
    expect((await bench.call("POST", `/api/v1/machines/${UNKNOWN_ID}/heartbeat`)).status).toBe(404);
    expect((await machines()).length).toBe(1);
  });
});

describe("what people do", () => {
  test("create, read, change, list, delete", async () => {
    await open();
    const created = await bench.json("POST", "/api/v1/machines", {
      name: "Robot",
      type: "robot",
      labels: { line: "1" },
    });
    expect(created.status).toBe(201);
    expect(created.json).toMatchObject({
      number: 1,
      name: "Robot",
      type: "robot",
      status: "offline",
      labels: { line: "1" },
    });
    const path = `/api/v1/machines/${created.json["id"]}`;
    expect((await bench.json("GET", path)).json).toEqual(created.json);
    const changed = await bench.json("PATCH", path, {
      name: "Robot 2",
      display_name: "R2",
      type: "arm",
      offline_after_seconds: 60,
    });
    expect(changed.json).toMatchObject({
      name: "Robot 2",
      display_name: "R2",
      type: "arm",
      offline_after_seconds: 60,
      labels: { line: "1" },
    });
    await send("Robot 2");
    expect((await machines()).length).toBe(1);
    // The old name is free again, also for senders whose lines were known.
    await send("Robot");
    expect((await machines()).map(({ name }) => name)).toEqual(["Robot", "Robot 2"]);
    expect((await bench.json("DELETE", path)).status).toBe(204);
    expect(bench.evaluator.forgotten).toEqual(["Robot 2"]);
    expect((await bench.json("GET", path)).status).toBe(404);
    await bench.restart();
    expect((await machines()).map(({ name }) => name)).toEqual(["Robot"]);
    expect(await bench.journalKinds()).toEqual([
      "config.created",
      "config.updated",
      "machine.online",
      "machine.registered",
      "config.deleted",
    ]);
  });

  test("a deleted machine takes its readings with it, and its series' IDs are not used again", async () => {
    await open();
    await send("old", 1);
    await send("kept", 2);
    const id = bench.intake.registry.find(bench.tenantId, "old")?.series[0]?.id ?? 0;
    await bench.intake.samples.drain();
    await bench.json("DELETE", `/api/v1/machines/${(await only("old"))["id"]}`);
    await bench.intake.idle();
    await bench.intake.samples.drain();
    expect(await bench.intake.samples.seriesIds()).not.toContain(id);
    await send("old", 3);
    expect((await bench.samplesOf("old", "temperature")).map(([, value]) => value)).toEqual([3]);
    expect(bench.intake.registry.find(bench.tenantId, "old")?.series[0]?.id).toBeGreaterThan(id);
    expect((await bench.samplesOf("kept", "temperature")).length).toBe(1);
    const rows = await bench.store.engine.query({ sql: "SELECT count(*) FROM series" });
    expect(rows).toEqual([[2]]);
  });

  test("line protocol that was known before a rename or a deletion goes to the right machine", async () => {
    await open();
    const line = "temperature,machine=a value=1";
    await bench.write(line);
    const first = await only("a");
    await bench.json("PATCH", `/api/v1/machines/${first["id"]}`, { name: "b" });
    await bench.write(line);
    expect((await machines()).map(({ name }) => name)).toEqual(["a", "b"]);
    await bench.json("DELETE", `/api/v1/machines/${(await only("a"))["id"]}`);
    await bench.write(line);
    expect((await only("a"))["metrics"]).toHaveLength(1);
    expect((await machines()).length).toBe(2);
  });

  test("changes at the same moment all count, in memory and in the file", async () => {
    await open();
    await send("m");
    const path = `/api/v1/machines/${(await only("m"))["id"]}`;
    const changes = [
      { type: "press" },
      { labels: { line: "3" } },
      { display_name: "Press 3" },
      { name: "p3" },
    ];
    const metric = [{ unit: "°C" }, { decimals: 2 }, { range: [0, 9] }];
    await Promise.all([
      ...changes.map((change) => bench.json("PATCH", path, change)),
      ...metric.map((change) => bench.json("PATCH", `${path}/metrics/temperature`, change)),
    ]);
    for (const look of ["now", "after a restart"]) {
      const machine = await only("p3");
      expect([look, machine]).toMatchObject([look, Object.assign({}, ...changes)]);
      expect((machine["metrics"] as object[])[0]).toMatchObject(Object.assign({}, ...metric));
      await bench.restart();
    }
  });

  test("names are unique, also against one that was just registered", async () => {
    await open();
    await send("taken");
    for (const [method, path] of [
      ["POST", "/api/v1/machines"],
      [
        "PATCH",
        `/api/v1/machines/${(await bench.json("POST", "/api/v1/machines", { name: "other" })).json["id"]}`,
      ],
    ] as const) {
      const reply = await bench.json(method, path, { name: "taken" });
      expect([reply.status, reply.json["code"]]).toEqual([409, "name_taken"]);
    }
    const both = await Promise.all(
      [1, 2].map(() => bench.json("POST", "/api/v1/machines", { name: "race" })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
    // Case counts.
    expect((await bench.json("POST", "/api/v1/machines", { name: "Taken" })).status).toBe(201);
  });

  test.each([
    [{ name: "" }, "name"],
    [{ name: "x".repeat(201) }, "name"],
    [{ name: newId() }, "name"],
    [{ name: "a\nb" }, "name"],
    [{ name: "ok", project_id: UNKNOWN_ID }, "project_id"],
    [{ name: "ok", labels: { __x: 1 } }, "labels.__x"],
    [{ name: "ok", color: "red" }, "color"],
    [{ name: "ok", offline_after_seconds: 0 }, "offline_after_seconds"],
  ])("%j is 422 on %s", async (body, field) => {
    await open();
    const reply = await bench.json("POST", "/api/v1/machines", body);
    expect([reply.status, reply.json["field"]]).toEqual([422, field]);
    expect(await machines()).toEqual([]);
  });

  test("a metric's name, unit, decimals and range", async () => {
    await open();
    await send("m", 1, { tags: { zone: "a" } });
    await send("m", 1, { tags: { zone: "b" } });
    const path = `/api/v1/machines/${(await only("m"))["id"]}/metrics/temperature`;
    const change = { display_name: "Oil", unit: "°C", decimals: 1, range: [0, 120] };
    const reply = await bench.json("PATCH", path, change);
    expect((reply.json["metrics"] as object[])[0]).toMatchObject(change);
    // The objects that rules and messages hold are the same ones.
    const infos = bench.intake.registry.find(bench.tenantId, "m")?.series.map(({ info }) => info);
    expect(infos?.map(({ unit, rangeHigh }) => [unit, rangeHigh])).toEqual([
      ["°C", 120],
      ["°C", 120],
    ]);
    await bench.json("PATCH", path, { range: null });
    await bench.restart();
    expect(((await only("m"))["metrics"] as object[])[0]).toMatchObject({
      unit: "°C",
      decimals: 1,
      range: null,
    });
    expect((await bench.json("PATCH", path, { range: [5, 1] })).json["field"]).toBe("range");
    expect((await bench.json("PATCH", path.replace("temperature", "none"), {})).status).toBe(404);
  });

  test("lists are newest first, in pages, by status, type and name", async () => {
    await open();
    for (let i = 0; i < 5; i++)
      await bench.json("POST", "/api/v1/machines", { name: `m${i}`, type: i % 2 ? "odd" : "even" });
    const first = await bench.json("GET", "/api/v1/machines?limit=2");
    expect((first.json["data"] as { name: string }[]).map(({ name }) => name)).toEqual(["m4", "m3"]);
    expect((await machines(`?limit=2&cursor=${first.json["next_cursor"]}`)).map(({ name }) => name)).toEqual([
      "m2",
      "m1",
    ]);
    expect((await machines("?type=odd")).map(({ name }) => name)).toEqual(["m3", "m1"]);
    expect(await machines("?status=online")).toEqual([]);
    expect((await bench.json("GET", "/api/v1/machines?colour=red")).status).toBe(422);
  });

  test("readings for a chart", async () => {
    await open();
    const lines = Array.from(
      { length: 120 },
      (_, i) => `temperature,machine=m,zone=${i % 2} value=${i} ${T - 3_600_000 + i * 30_000}000000`,
    );
    await bench.write(lines.join("\n"));
    const path = `/api/v1/machines/${(await only("m"))["id"]}/readings`;
    const raw = await bench.json("GET", `${path}?metric=temperature`);
    expect(raw.json).toMatchObject({ metric: "temperature", unit: null, decimals: null, resolution: "raw" });
    const series = raw.json["series"] as { labels: object; points: object[] }[];
    expect(series.map(({ labels, points }) => [labels, points.length])).toEqual([
      [{ zone: "0" }, 60],
      [{ zone: "1" }, 60],
    ]);
    expect(series[0]?.points[0]).toEqual({ time: "2025-12-31T23:00:00.000Z", value: 0 });
    const hourly = await bench.json("GET", `${path}?metric=temperature&resolution=1h`);
    expect((hourly.json["series"] as { points: object[] }[])[1]?.points).toEqual([
      { time: "2025-12-31T23:00:00.000Z", value: 60, min: 1, max: 119, count: 60 },
    ]);
    const some = await bench.json(
      "GET",
      `${path}?metric=temperature&from=2025-12-31T23:30:00Z&to=2025-12-31T23:31:00Z`,
    );
    expect((some.json["series"] as { points: object[] }[]).map(({ points }) => points.length)).toEqual([
      2, 1,
    ]);
    expect((await bench.json("GET", `${path}?metric=none`)).status).toBe(404);
    expect((await bench.json("GET", path)).status).toBe(422);
    expect((await bench.json("GET", `${path}?metric=temperature&from=soon`)).json["field"]).toBe("from");
  });
});

test("another organization's machines do not exist", async () => {
  await open();
  await send("mine", 1);
  const mine = await only("mine");
  const { access, server } = bench.running;
  const other = await createOtherTenant({ access, opened: bench.opened });
  const run = {
    server,
    call: (method: string, path: string, { token, body }: { token?: string | null; body?: unknown } = {}) =>
      bench.json(method, path, body, token === undefined ? {} : { token }),
  };
  const result = await checkTenantIsolation(run, {
    token: other.token,
    ids: { "/api/v1/machines/:id": String(mine["id"]) },
    bodies: { PATCH: {} },
  });
  expect(result.differences).toEqual([]);
  expect(result.unknownRoutes).toEqual([]);
  expect(result.count).toBeGreaterThan(5);
  // The same name is another machine; the other's ID is no machine at all.
  const asOther = { token: other.token };
  await bench.json("POST", "/api/v1/readings", { machine: "mine", metric: "temperature", value: 9 }, asOther);
  expect(
    (
      await bench.json(
        "POST",
        "/api/v1/readings",
        { machine: mine["id"], metric: "temperature", value: 9 },
        asOther,
      )
    ).json,
  ).toEqual({
    accepted: 0,
    rejected: [{ index: 0, reason: "there is no machine with this ID" }],
  });
  await bench.call("POST", "/api/v2/write", {
    body: `temperature,machine=${mine["id"]} value=9`,
    ...asOther,
  });
  expect((await only("mine"))["metrics"]).toEqual(mine["metrics"]);
  expect((await bench.samplesOf("mine", "temperature")).map(([, value]) => value)).toEqual([1]);
  const theirs = (await bench.json("GET", "/api/v1/machines", undefined, asOther)).json["data"] as {
    name: string;
    number: number;
  }[];
  expect(theirs.map(({ name, number }) => [name, number])).toEqual([["mine", 1]]);
});
