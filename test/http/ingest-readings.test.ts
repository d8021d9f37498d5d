// POST /api/v1/readings: each reading stands for itself, and what is answered as accepted is stored.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { AppError } from "../../src/core/errors";
import { IntakeBench } from "../harness/intake";
import { UNKNOWN_ID } from "../harness/tenant-isolation";

let bench: IntakeBench;
beforeAll(async () => {
  bench = await IntakeBench.open();
});
afterAll(() => bench.close());
afterEach(() => {
  bench.evaluator.failWith = null;
  bench.evaluator.seen.length = 0;
});

const T = Date.UTC(2026, 0, 1);
const send = (body: unknown) => bench.json("POST", "/api/v1/readings", body);
const reading = (more: Record<string, unknown> = {}) => ({
  machine: "press",
  metric: "temperature",
  value: 21.5,
  ...more,
});

test("one reading is 202, and stored at its own time or at the time of arrival", async () => {
  const reply = await send(reading({ timestamp: "2025-12-31T23:59:00.250Z" }));
  expect([reply.status, reply.json]).toEqual([202, { accepted: 1, rejected: [] }]);
  await send(reading({ value: 22 }));
  expect(await bench.samplesOf("press", "temperature")).toEqual([
    [T - 59_750, 21.5],
    [T, 22],
  ]);
});

test("an array: bad ones are named by their index, the good ones count", async () => {
  const good = reading({ machine: "many" });
  const cases: [unknown, string][] = [
    [{ ...good, value: "12" }, "value must be a number"],
    [{ ...good, value: null }, "value must be a number"],
    [{ metric: "x", value: 1 }, "machine must be a name or an ID"],
    [{ machine: "many", value: 1 }, "metric must be a name"],
    [{ ...good, machine: "" }, "the machine name is empty"],
    [{ ...good, machine: "x".repeat(201) }, "the machine name is longer than 200 characters"],
    [{ ...good, metric: "x".repeat(201) }, "the metric name is longer than 200 characters"],
    [{ ...good, machine: "a\u0000b" }, "the machine name has characters that are not text"],
    [{ ...good, machine: "\ud800" }, "the machine name has characters that are not text"],
    [{ ...good, machine: UNKNOWN_ID }, "there is no machine with this ID"],
    [{ ...good, timestamp: "yesterday" }, "timestamp must be a time such as 2026-04-04T10:30:05Z"],
    [{ ...good, timestamp: "2026-01-01T00:00:00" }, "timestamp must be a time such as 2026-04-04T10:30:05Z"],
    [{ ...good, timestamp: "2026-13-45T00:00:00Z" }, "timestamp must be a time such as 2026-04-04T10:30:05Z"],
    [{ ...good, timestamp: {} }, "timestamp must be a time such as 2026-04-04T10:30:05Z"],
    [{ ...good, tags: ["a"] }, "tags must be an object of texts"],
    [{ ...good, tags: { a: {} } }, "the tag a must be a text"],
    [{ ...good, tags: { constructor: "x" } }, "a tag has a name that is not allowed"],
    [
      { ...good, tags: Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`k${i}`, "v"])) },
      "there are more than 32 tags",
    ],
    [{ ...good, tags: { a: "x".repeat(3_000) } }, "the tags are longer than 2048 characters"],
    [{ ...good, sensor: 1 }, "there is no field sensor"],
    [7, "a reading must be an object"],
    [null, "a reading must be an object"],
    [[], "a reading must be an object"],
  ];
  const body = [good, ...cases.map(([bad]) => bad), { ...good, metric: "speed", value: true }];
  const reply = await send(body);
  expect(reply.status).toBe(202);
  expect(reply.json).toEqual({
    accepted: 2,
    rejected: cases.map(([, reason], index) => ({ index: index + 1, reason })),
  });
  expect(await bench.samplesOf("many", "temperature")).toEqual([[T, 21.5]]);
  expect(await bench.samplesOf("many", "speed")).toEqual([[T, 1]]);
});

test("__proto__ in a reading or its tags is refused and changes nothing", async () => {
  const before = Object.getOwnPropertyNames(Object.prototype).sort();
  const reply = await bench.call("POST", "/api/v1/readings", {
    body: `[{"machine":"p","metric":"m","value":1,"__proto__":{"x":1}},{"machine":"p","metric":"m","value":1,"tags":{"__proto__":"x"}}]`,
  });
  expect(reply.json).toMatchObject({ accepted: 0 });
  expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(before);
  expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
});

test.each([
  ["2026-01-01T00:00:00Z", T],
  ["2026-01-01T01:00:00+01:00", T],
  ["2026-01-01T00:00:00.123456789Z", T + 123],
  ["2025-12-31t19:00:00-05:00", T],
  ["2026-01-01 00:00:00Z", T],
  ["2026-01-01T00:00Z", T],
  ["2026-01-01T05:30:00+0530", T],
  ["2026-01-01T01:00:00+01", T],
  [1_767_225_600, T],
  [1_767_225_600.5, T + 500],
  [T, T],
  [T * 1_000, T],
])("timestamp %p", async (timestamp, expected) => {
  const machine = `at ${timestamp}`;
  expect((await send(reading({ machine, timestamp }))).json).toMatchObject({ accepted: 1 });
  expect(await bench.samplesOf(machine, "temperature")).toEqual([[expected, 21.5]]);
});

test("a reading that is refused registers nothing", async () => {
  const tags = { note: "x".repeat(3_000) };
  const reply = await send([
    reading({ machine: "phantom", tags }),
    reading({ machine: "phantom", metric: "a\nb" }),
    reading({ machine: "phantom", value: "warm" }),
    reading({ machine: "phantom", timestamp: "yesterday" }),
  ]);
  expect(reply.json).toMatchObject({ accepted: 0 });
  expect(bench.intake.registry.find(bench.tenantId, "phantom")).toBeUndefined();
});

test("tags make series of their own, whatever their order", async () => {
  await send([
    reading({ machine: "tagged", tags: { zone: "a", axis: "x" } }),
    reading({ machine: "tagged", tags: { axis: "x", zone: "a" }, value: 2 }),
    reading({ machine: "tagged", tags: { zone: "b" } }),
    reading({ machine: "tagged", tags: {} }),
  ]);
  const machine = bench.intake.registry.find(bench.tenantId, "tagged");
  expect(machine?.series.map(({ labels, lastValue }) => [labels, lastValue])).toEqual([
    [{ axis: "x", zone: "a" }, 2],
    [{ zone: "b" }, 21.5],
    [{}, 21.5],
  ]);
});

test("a machine is found by its ID as well", async () => {
  await send(reading({ machine: "by id" }));
  const id = bench.intake.registry.find(bench.tenantId, "by id")?.id ?? "";
  await send(reading({ machine: id, value: 5 }));
  expect(bench.intake.registry.find(bench.tenantId, "by id")?.series[0]?.lastValue).toBe(5);
});

describe("what the rules see", () => {
  test("readings of one request sorted by device time, each time once, the last value", async () => {
    const at = (seconds: number, value: number) =>
      reading({ machine: "sorted", value, timestamp: new Date(T - 60_000 + seconds * 1_000).toISOString() });
    await send([at(3, 3), at(1, 1), at(2, 2), at(1, 10), at(3, 30)]);
    expect(bench.evaluator.seen).toEqual([
      {
        machine: "sorted",
        metric: "temperature",
        times: [T - 59_000, T - 58_000, T - 57_000],
        values: [10, 2, 30],
        lastValueBefore: null,
      },
    ]);
    await send(at(4, 4));
    expect(bench.evaluator.seen[1]?.lastValueBefore).toBe(30);
  });

  test("batches of one machine stand together", async () => {
    const names = ["a", "b", "a", "c", "b", "a"];
    await send(names.map((machine, index) => reading({ machine, metric: `m${index}` })));
    expect(bench.evaluator.seen.map(({ machine }) => machine)).toEqual(["a", "a", "a", "b", "b", "c"]);
  });

  test("a late reading is stored and does not become the last value", async () => {
    await send(reading({ machine: "late", value: 2, timestamp: "2025-12-31T12:00:00Z" }));
    await send(reading({ machine: "late", value: 1, timestamp: "2025-12-31T11:00:00Z" }));
    expect(bench.intake.registry.find(bench.tenantId, "late")?.series[0]?.lastValue).toBe(2);
    expect((await bench.samplesOf("late", "temperature")).map(([, value]) => value)).toEqual([1, 2]);
  });

  test("a device clock more than five minutes ahead: the time of arrival counts, the skew is noted", async () => {
    const ahead = (minutes: number) => new Date(T + minutes * 60_000).toISOString();
    await send(reading({ machine: "skewed", timestamp: ahead(5) }));
    await send(reading({ machine: "skewed", metric: "other", timestamp: ahead(61) }));
    const machine = bench.intake.registry.find(bench.tenantId, "skewed");
    expect(machine?.series.map(({ lastTime, clockSkewMs }) => [lastTime, clockSkewMs])).toEqual([
      [T + 300_000, null],
      [T, 61 * 60_000],
    ]);
  });

  test("several readings ahead keep their order and none of them is lost", async () => {
    const ahead = (seconds: number) => new Date(T + 7_200_000 + seconds * 1_000).toISOString();
    const skewed = (value: number, timestamp: string) => reading({ machine: "zone", value, timestamp });
    await send([
      skewed(4, ahead(3)),
      skewed(90, ahead(2)),
      skewed(0, new Date(T - 1_000).toISOString()),
      skewed(3, ahead(1)),
      skewed(5, ahead(2)),
    ]);
    expect(await bench.samplesOf("zone", "temperature")).toEqual([
      [T - 1_000, 0],
      [T - 2, 3],
      [T - 1, 5],
      [T, 4],
    ]);
    expect(bench.evaluator.seen.at(-1)?.values).toEqual([0, 3, 5, 4]);
    expect(bench.intake.registry.find(bench.tenantId, "zone")?.series[0]?.clockSkewMs).toBe(7_203_000);
  });

  test("a day that the month does not have is no time", async () => {
    const stamps = ["2026-02-29", "2026-04-31", "2026-00-10", "2026-13-01", "2026-01-00", "2024-02-29"];
    const reply = await send(
      stamps.map((day) => reading({ machine: "calendar", timestamp: `${day}T00:00:00Z` })),
    );
    expect(reply.json).toMatchObject({ accepted: 1, rejected: [0, 1, 2, 3, 4].map((index) => ({ index })) });
    expect(await bench.samplesOf("calendar", "temperature")).toEqual([[Date.UTC(2024, 1, 29), 21.5]]);
  });
});

test("text and infinite numbers mark a known series as bad, and never count as 0", async () => {
  await send(reading({ machine: "sensor" }));
  const series = bench.intake.registry.find(bench.tenantId, "sensor")?.series[0];
  await send(reading({ machine: "sensor", value: "ERR" }));
  expect([series?.quality, series?.lastValue]).toEqual(["bad", 21.5]);
  await send(reading({ machine: "sensor", value: 3 }));
  expect(series?.quality).toBe("good");
  await bench.call("POST", "/api/v1/readings", {
    body: '{"machine":"sensor","metric":"temperature","value":1e999}',
  });
  expect(series?.quality).toBe("bad");
  await bench.write("temperature,machine=sensor value=4");
  expect(series?.quality).toBe("good");
  expect((await bench.write('temperature,machine=sensor value="broken"')).status).toBe(204);
  expect([series?.quality, series?.lastValue]).toEqual(["bad", 4]);
  expect((await bench.samplesOf("sensor", "temperature")).map(([, value]) => value)).toEqual([4]);
  // A text nobody knows registers the machine and no metric.
  await bench.write('system,machine=chatty uptime_format="3 days",load=NaN');
  const chatty = bench.intake.registry.find(bench.tenantId, "chatty");
  expect(chatty?.series.map(({ metric, quality, lastValue }) => [metric, quality, lastValue])).toEqual([
    ["load", "bad", null],
  ]);
});

describe("the request as a whole", () => {
  test.each([
    ["", 400],
    ["{", 400],
    ["[1,", 400],
    [`${"[".repeat(200_000)}`, 400],
    [`[${'{"a":'.repeat(70)}1${"}".repeat(70)}]`, 400],
    [`{${Array.from({ length: 10_001 }, (_, i) => `"k${i}":1`).join(",")}}`, 400],
    ["7", 422],
    ["null", 422],
    ['"text"', 422],
  ])("%.20s is %i and stores nothing", async (body, status) => {
    const reply = await bench.call("POST", "/api/v1/readings", { body });
    expect([reply.status, reply.headers.get("content-type")]).toEqual([status, "application/problem+json"]);
  });

  test("an empty array is no reading", async () => {
    expect((await send([])).json).toEqual({ accepted: 0, rejected: [] });
  });

  test("gzip is taken, other encodings are 415, another content type as well", async () => {
    const body = gzipSync(JSON.stringify([reading({ machine: "zipped" })]));
    expect(
      (await bench.call("POST", "/api/v1/readings", { body, headers: { "content-encoding": "gzip" } })).json,
    ).toMatchObject({ accepted: 1 });
    expect(
      (await bench.call("POST", "/api/v1/readings", { body, headers: { "content-encoding": "br" } })).status,
    ).toBe(415);
    expect(
      (
        await bench.call("POST", "/api/v1/readings", {
          body: "{}",
          headers: { "content-type": "text/plain" },
        })
      ).status,
    ).toBe(415);
  });

  test("a full disk is 507 with Retry-After, a busy one 503", async () => {
    bench.evaluator.failWith = new AppError("storage_full", "full", { retryAfterSeconds: 5 });
    const full = await send(reading());
    expect([full.status, full.headers.get("retry-after")]).toEqual([507, "5"]);
    bench.evaluator.failWith = new AppError("unavailable", "busy", { retryAfterSeconds: 5 });
    const busy = await send(reading());
    expect([busy.status, busy.headers.get("retry-after")]).toEqual([503, "5"]);
    // Somebody deletes the rule or machine: no sender must throw its readings away for that.
    bench.evaluator.failWith = new AppError("conflict", "gone");
    const changed = await send(reading());
    expect([changed.status, changed.headers.get("retry-after")]).toEqual([503, "1"]);
  });

  test("without a token it is 401 and nothing is registered", async () => {
    const reply = await bench.call("POST", "/api/v1/readings", {
      body: JSON.stringify(reading({ machine: "ghost" })),
      token: null,
    });
    expect(reply.status).toBe(401);
    expect(bench.intake.registry.find(bench.tenantId, "ghost")).toBeUndefined();
  });
});

test("readings of many requests at once are all there", async () => {
  await Promise.all(
    Array.from({ length: 300 }, (_, i) =>
      send(reading({ machine: `load ${i % 10}`, metric: `m${i % 3}`, value: i, timestamp: T - 1_000 + i })),
    ),
  );
  let count = 0;
  for (let machine = 0; machine < 10; machine++)
    for (let metric = 0; metric < 3; metric++)
      count += (await bench.samplesOf(`load ${machine}`, `m${metric}`)).length;
  expect(count).toBe(300);
});
