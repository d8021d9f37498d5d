// Line protocol over HTTP: each sender gets the answer that makes it do the right thing, and what an
// answer promises is stored.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { AppError } from "../../src/core/errors";
import { IntakeBench } from "../harness/intake";

let bench: IntakeBench;
beforeAll(async () => {
  bench = await IntakeBench.open();
});
afterAll(() => bench.close());
afterEach(() => {
  bench.evaluator.failWith = null;
});

const NS = (ms: number): string => `${ms}000000`;
const T = Date.UTC(2026, 0, 1, 0, 0, 0);

const text = { "content-type": "text/plain; charset=utf-8" };

const post = (path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  bench.call("POST", path, { body, headers: { ...text, ...headers } });

describe("a write that is good", () => {
  test.each([
    ["/api/v2/write?org=o&bucket=b", NS(T - 1_000)],
    ["/api/v2/write?org=o&bucket=b&precision=us", `${T - 1_000}000`],
    ["/api/v2/write?precision=ms", `${T - 1_000}`],
    ["/api/v2/write?precision=s", `${(T - 1_000) / 1_000}`],
    ["/write?db=telegraf&rp=autogen&consistency=one", NS(T - 1_000)],
    ["/write?db=telegraf&precision=u", `${T - 1_000}000`],
    ["/write?db=telegraf&precision=n", NS(T - 1_000)],
    ["/api/v3/write_lp?db=plant", NS(T - 1_000)],
    ["/api/v3/write_lp?db=plant&precision=auto", `${(T - 1_000) / 1_000}`],
    ["/api/v3/write_lp?db=plant&precision=auto", `${T - 1_000}`],
    ["/api/v3/write_lp?db=plant&precision=auto", `${T - 1_000}000`],
    ["/api/v3/write_lp?db=plant&precision=second", `${(T - 1_000) / 1_000}`],
    ["/api/v3/write_lp?db=plant&precision=nanosecond&no_sync=true", NS(T - 1_000)],
  ])("%s is 204 and stores the reading at its time", async (path, timestamp) => {
    const machine = `good-${Bun.hash(path + timestamp).toString(36)}`;
    const reply = await post(path, `temperature,machine=${machine} value=21.5 ${timestamp}\n`);
    expect([reply.status, reply.text]).toEqual([204, ""]);
    expect(await bench.samplesOf(machine, "temperature")).toEqual([[T - 1_000, 21.5]]);
  });

  test("minutes and hours are counted from 1970", async () => {
    await post("/write?precision=m", `speed,machine=clock m=1 ${T / 60_000 - 5}`);
    await post("/write?precision=h", `speed,machine=clock h=2 ${T / 3_600_000 - 5}`);
    expect(await bench.samplesOf("clock", "m")).toEqual([[T - 300_000, 1]]);
    expect(await bench.samplesOf("clock", "h")).toEqual([[T - 5 * 3_600_000, 2]]);
  });

  test("an empty body and a body of comments are 204", async () => {
    expect((await post("/api/v2/write", "")).status).toBe(204);
    expect((await post("/api/v2/write", "# nothing\n\n  \r\n")).status).toBe(204);
  });

  test("gzip as Telegraf sends it by default is inflated", async () => {
    const lines = Array.from(
      { length: 500 },
      (_, i) => `load,host=gz value=${i} ${NS(T - 1_000_000 + i * 1_000)}`,
    );
    const reply = await post("/api/v2/write", gzipSync(lines.join("\n")), { "content-encoding": "gzip" });
    expect(reply.status).toBe(204);
    expect((await bench.samplesOf("gz", "load")).length).toBe(500);
  });

  test("machine, host and device tags name the machine in this order; other tags are labels", async () => {
    await bench.write(
      `temp,host=h1,machine=m1,zone=a value=1 ${NS(T)}\ntemp,device=d1,host=h2 value=2 ${NS(T)}`,
    );
    const m1 = bench.intake.registry.find(bench.tenantId, "m1");
    expect(m1?.series.map(({ metric, labels }) => ({ metric, labels }))).toEqual([
      { metric: "temp", labels: { host: "h1", zone: "a" } },
    ]);
    expect(bench.intake.registry.find(bench.tenantId, "h2")?.series[0]?.labels).toEqual({ device: "d1" });
    expect(bench.intake.registry.find(bench.tenantId, "d1")).toBeUndefined();
  });
});

describe("a write with bad lines", () => {
  const lines = `temp,machine=p1 value=1 ${NS(T)}
temp,machine=p1 value=abc ${NS(T + 1_000)}
temp value=3 ${NS(T + 2_000)}
temp,machine=p1 value=4 ${NS(T + 3_000)}`;

  test("v2: 400 names the lines in InfluxDB's shape, and the good ones are stored", async () => {
    const reply = await bench.write(lines);
    expect(reply.status).toBe(400);
    expect(reply.headers.get("content-type")).toBe("application/json");
    expect(reply.json).toMatchObject({ code: "invalid", line: 2 });
    const message = String(reply.json["message"]);
    expect(message).toStartWith("partial write: line 2: invalid value of field value; line 3: no machine");
    expect(message).toEndWith("dropped=2");
    expect(await bench.samplesOf("p1", "temp")).toEqual([
      [T, 1],
      [T + 3_000, 4],
    ]);
  });

  test("v1: 400 with error, never the words 'database not found'", async () => {
    const reply = await post("/write?db=x", lines);
    expect(reply.status).toBe(400);
    expect(Object.keys(reply.json)).toEqual(["error"]);
    expect(String(reply.json["error"])).toStartWith("partial write: ");
    expect(reply.text).not.toContain("database not found");
  });

  test("v1 and v2: nothing stored is no partial write", async () => {
    expect((await post("/write?db=x", "rubbish")).json).toEqual({
      error: "unable to parse: line 1: missing fields",
    });
    expect((await post("/api/v2/write", "rubbish")).json["message"]).toBe(
      "unable to parse: line 1: missing fields",
    );
  });

  test("v3: 400 with each line, its number and reason", async () => {
    const reply = await post("/api/v3/write_lp", lines.replaceAll("p1", "p3"));
    expect(reply.status).toBe(400);
    expect(reply.json["error"]).toBe("partial write of line protocol occurred");
    expect(reply.json["data"]).toEqual([
      {
        original_line: `temp,machine=p3 value=abc ${NS(T + 1_000)}`,
        line_number: 2,
        error_message: "invalid value of field value",
      },
      {
        original_line: `temp value=3 ${NS(T + 2_000)}`,
        line_number: 3,
        error_message: "no machine: the line needs one of the tags machine, host, device",
      },
    ]);
    expect((await bench.samplesOf("p3", "temp")).length).toBe(2);
  });

  test("a line that is refused registers nothing, whatever was good in it", async () => {
    const reply = await post(
      "/api/v2/write",
      [
        "temp,machine=phantom value=1,note=bare",
        "temp,machine=phantom value=1 soon",
        'temp,machine=phantom value=1,text="open',
        "temp,machine=real fine=1,fine=2,rest=3 1",
        "temp,machine=real fine=1,broken=x 2",
      ].join("\n"),
    );
    expect(reply.status).toBe(400);
    const { registry } = bench.intake;
    expect(registry.find(bench.tenantId, "phantom")).toBeUndefined();
    expect([...(registry.find(bench.tenantId, "real")?.metrics.keys() ?? [])]).toEqual(["fine", "rest"]);
  });

  test("v3 with accept_partial=false: nothing is stored and nothing registered", async () => {
    const reply = await post("/api/v3/write_lp?accept_partial=false", lines.replaceAll("p1", "p4"));
    expect(reply.status).toBe(400);
    expect(reply.json["error"]).toBe("parsing failed for write_lp endpoint");
    expect(reply.json["data"]).toMatchObject({ line_number: 2 });
    expect(bench.intake.registry.find(bench.tenantId, "p4")).toBeUndefined();
    // The same sender, corrected: nothing of the refused request is left in the parser's memory.
    expect(
      (await post("/api/v3/write_lp?accept_partial=false", `temp,machine=p4 value=1 ${NS(T)}`)).status,
    ).toBe(204);
    expect(await bench.samplesOf("p4", "temp")).toEqual([[T, 1]]);
  });

  test("at most ten lines are named in a message, the rest is counted", async () => {
    const reply = await bench.write(Array.from({ length: 25 }, () => "x").join("\n"));
    expect(String(reply.json["message"])).toEndWith("line 10: missing fields; and 15 more");
  });
});

describe("refusals", () => {
  test.each([
    ["/api/v2/write", "Token", 204],
    ["/api/v2/write", "Bearer", 204],
    ["/write", "Basic", 204],
  ])("%s takes a token as %s", async (path, scheme, status) => {
    const token = "bootstrap-token-of-the-tests-0123456789abcdef";
    const value = scheme === "Basic" ? btoa(`telegraf:${token}`) : token;
    const reply = await bench.call("POST", path, {
      body: "",
      token: null,
      headers: { ...text, authorization: `${scheme} ${value}` },
    });
    expect(reply.status).toBe(status);
  });

  test("/write takes u and p", async () => {
    const path = "/write?db=x&u=any&p=bootstrap-token-of-the-tests-0123456789abcdef";
    expect((await bench.call("POST", path, { body: "", token: null, headers: text })).status).toBe(204);
  });

  test.each([
    ["/api/v2/write", { code: "unauthorized" }],
    ["/write", {}],
    ["/api/v3/write_lp", {}],
  ])("%s without a token is 401 in the sender's own shape", async (path, body) => {
    const reply = await bench.call("POST", path, { body: "x", token: null, headers: text });
    expect(reply.status).toBe(401);
    expect(reply.headers.get("content-type")).toBe("application/json");
    expect(reply.json).toMatchObject(body);
  });

  test("an unknown precision is 400 and stores nothing", async () => {
    const reply = await post("/api/v2/write?precision=days", `temp,machine=never value=1 1`);
    expect(reply.status).toBe(400);
    expect(reply.json).toMatchObject({ code: "invalid" });
    expect(bench.intake.registry.find(bench.tenantId, "never")).toBeUndefined();
  });

  test.each(["deflate", "br", "zstd", "gzip, gzip"])("Content-Encoding %s is 415", async (encoding) => {
    expect((await post("/api/v2/write", "x", { "content-encoding": encoding })).status).toBe(415);
  });

  test("more than 4 MiB is 413 with JSON, so that Telegraf splits", async () => {
    const reply = await post("/api/v2/write", "x".repeat(4 * 1024 * 1024 + 1));
    expect(reply.status).toBe(413);
    expect(reply.json).toMatchObject({ code: "request too large" });
  });

  test("broken gzip is 400", async () => {
    const reply = await post("/api/v2/write", gzipSync("a".repeat(1_000)).subarray(0, 20), {
      "content-encoding": "gzip",
    });
    expect(reply.status).toBe(400);
  });

  test.each([
    ["/api/v2/write", "storage_full", 503],
    ["/write", "storage_full", 503],
    ["/api/v3/write_lp", "unavailable", 503],
    ["/api/v2/write", "rate_limited", 429],
    // Telegraf's v1 output drops on every 4xx.
    ["/write", "rate_limited", 503],
  ] as const)("%s with %s is %i with Retry-After", async (path, kind, status) => {
    bench.evaluator.failWith = new AppError(kind, "busy", { retryAfterSeconds: 7 });
    const reply = await post(path, `temp,machine=busy value=1 ${NS(T)}`);
    expect([reply.status, reply.headers.get("retry-after")]).toEqual([status, "7"]);
    expect(reply.text).not.toContain("partial write");
  });
});

describe("the calls around it", () => {
  test("CREATE DATABASE gets an empty results document", async () => {
    const reply = await bench.call("POST", "/query", {
      body: "q=CREATE+DATABASE+%22telegraf%22",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    expect([reply.status, reply.json]).toEqual([200, { results: [{ statement_id: 0 }] }]);
    expect((await bench.call("GET", "/query?q=SHOW+DATABASES")).status).toBe(200);
  });

  test("/ping is 204 for anybody", async () => {
    for (const method of ["GET", "HEAD"]) {
      const reply = await bench.call(method, "/ping", { token: null });
      expect([reply.status, reply.headers.get("x-influxdb-version")]).toEqual([204, "1.8-andon"]);
    }
  });
});

test("a gzip bomb is refused at four megabytes and takes no memory to speak of", async () => {
  const bomb = gzipSync(new Uint8Array(128 * 1024 * 1024));
  expect(bomb.byteLength).toBeLessThan(200_000);
  Bun.gc(true);
  const before = process.memoryUsage.rss();
  let highest = before;
  const watch = setInterval(() => (highest = Math.max(highest, process.memoryUsage.rss())), 1);
  const replies = await Promise.all(
    Array.from({ length: 4 }, () => post("/api/v2/write", bomb, { "content-encoding": "gzip" })),
  );
  clearInterval(watch);
  expect(replies.map(({ status }) => status)).toEqual([413, 413, 413, 413]);
  expect(highest - before).toBeLessThan(64 * 1024 * 1024);
});
