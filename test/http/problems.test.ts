// Every error is one problem document: named field, no value, no internals. And bodies that cost more
// than they weigh are refused before anything is built from them.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Elysia, t } from "elysia";
import type { LogFields } from "../../src/core/log";
import type { AccessPlugin } from "../../src/http/access";
import { createLog } from "../../src/operations/log";
import { sendRaw, startTestServer, type Answer, type TestServer } from "../harness/server";

let run: TestServer;
const lines: string[] = [];
const SECRET = "s3cret-value-of-a-client";

const closed = { additionalProperties: false };
const Threshold = t.Object({ type: t.Literal("threshold"), limit: t.Number({ minimum: 0 }) }, closed);
const Silence = t.Object({ type: t.Literal("silence"), seconds: t.Integer() }, closed);

const routes = (plugin: AccessPlugin) => [
  new Elysia({ prefix: "/api/v1" })
    .use(plugin)
    .post("/rules", ({ body }) => body, {
      access: "viewer",
      body: t.Object(
        {
          name: t.String({ minLength: 2, maxLength: 5 }),
          severity: t.Optional(t.Union([t.Literal("info"), t.Literal("critical")])),
          condition: t.Optional(t.Union([Threshold, Silence])),
          tags: t.Optional(t.Array(t.Object({ key: t.String() }, closed))),
          on: t.Optional(t.Boolean()),
        },
        closed,
      ),
    })
    .get("/rules", ({ query }) => query, {
      access: "viewer",
      query: t.Object({ limit: t.Optional(t.Integer({ minimum: 1, maximum: 500 })) }, closed),
    })
    .post("/optional", ({ body }) => ({ body: body ?? null }), {
      access: "viewer",
      body: t.Optional(t.Object({ note: t.Optional(t.String()) }, closed)),
    })
    .post("/many", ({ body }) => ({ count: body.length }), {
      access: "ingest",
      body: t.Array(t.Object({ a: t.Number() }, closed)),
    })
    .get(
      "/crash",
      () => {
        throw new Error(`inside ${SECRET}\n{"level":"forged"}\u001b[31m\u2028`);
      },
      { access: "viewer" },
    )
    .get("/lies", (): { a: number } => ({ a: SECRET as unknown as number }), {
      access: "viewer",
      response: t.Object({ a: t.Number() }),
    })
    .get("/extra", () => ({ a: 1, secret: SECRET }), {
      access: "viewer",
      response: t.Object({ a: t.Number() }),
    }),
];

beforeAll(async () => {
  run = await startTestServer({
    routes,
    log: createLog({ level: "debug", write: (line) => lines.push(line) }),
  });
});
afterAll(() => run.close());

const post = (path: string, body: unknown): Promise<Answer> => run.call("POST", path, { body });

const expectProblem = (answer: Answer, status: number, code: string): void => {
  expect([answer.status, answer.json["code"]]).toEqual([status, code]);
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  // A copy: Bun's toMatchObject writes its matchers into what it compares.
  expect(structuredClone(answer.json)).toMatchObject({
    type: `urn:andon:problem:${code}`,
    title: expect.any(String),
    status,
    detail: expect.any(String),
    request_id: answer.headers.get("x-request-id"),
  });
  expect(answer.text).not.toContain(SECRET);
};

describe("a wrong body names its field and never repeats a value", () => {
  const CASES: [body: unknown, field: string | undefined, detail: RegExp, code?: string][] = [
    [{}, "name", /^name is missing; it must be a text from 2 to 5 characters\.$/],
    [{ name: SECRET }, "name", /a text from 2 to 5 characters/],
    [{ name: 5 }, "name", /a text/],
    [{ name: "abc", severity: SECRET }, "severity", /^severity must be one of info, critical\.$/],
    [{ name: "abc", on: SECRET }, "on", /^on must be true or false\.$/],
    [
      { name: "abc", condition: { type: "threshold", limit: -1 } },
      "condition.limit",
      /a number of at least 0/,
    ],
    [
      { name: "abc", condition: { type: "silence" } },
      "condition.seconds",
      /is missing; it must be a whole number/,
    ],
    [{ name: "abc", condition: { type: SECRET } }, "condition.type", /one of threshold, silence/],
    [{ name: "abc", condition: SECRET }, "condition", /an object/],
    [
      { name: "abc", nmae: SECRET },
      "nmae",
      /^There is no field nmae\. Known fields: name, /,
      "unknown_field",
    ],
    [
      { name: "abc", condition: { type: "silence", seconds: 1, limit: 2 } },
      "condition.limit",
      /^There is no field condition\.limit\. Known fields: type, seconds\.$/,
      "unknown_field",
    ],
    [{ name: "abc", tags: [{ key: "a" }, { key: "b", x: 1 }] }, "tags.1.x", /no field/, "unknown_field"],
    [{ name: "abc", tags: [{ key: 5 }] }, "tags.0.key", /a text/],
    [[], undefined, /must be a JSON object/],
    ["text", undefined, /must be a JSON object/],
    [null, undefined, /must be a JSON object/],
  ];
  test.each(CASES)("%j", async (body, field, detail, code = "invalid") => {
    const answer = await post("/api/v1/rules", body);
    expectProblem(answer, 422, code);
    expect(answer.json["field"]).toBe(field);
    expect(String(answer.json["detail"])).toMatch(detail);
  });

  test("the query likewise", async () => {
    for (const [query, code] of [
      ["limit=0", "invalid"],
      ["limit=501", "invalid"],
      ["limit=many", "invalid"],
      ["limt=5", "unknown_field"],
    ] as const) {
      const answer = await run.call("GET", `/api/v1/rules?${query}`);
      expectProblem(answer, 422, code);
      expect(answer.json["field"]).toBe(query.split("=")[0]);
    }
  });

  test("an optional body may be absent or an object, and nothing else", async () => {
    expect((await run.call("POST", "/api/v1/optional")).json).toEqual({ body: null });
    expect((await post("/api/v1/optional", { note: "x" })).json).toEqual({ body: { note: "x" } });
    for (const body of [null, [], 5, "x", { note: 5 }])
      expect((await post("/api/v1/optional", body)).status).toBe(422);
  });
});

describe("other refusals", () => {
  test("malformed JSON is 400, without the parser's words", async () => {
    for (const text of [`{"name": ${SECRET}`, "{", "nope", '{"a":1}}', ""]) {
      const answer = await run.call("POST", "/api/v1/rules", { text });
      if (text === "") expectProblem(answer, 422, "invalid");
      else expectProblem(answer, 400, "malformed_json");
    }
  });

  test("another content type is 415", async () => {
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/xml", ""]) {
      const answer = await run.call("POST", "/api/v1/rules", {
        text: '{"name":"abc"}',
        headers: { "content-type": type },
      });
      expectProblem(answer, 415, "json_expected");
    }
    const spelled = await run.call("POST", "/api/v1/rules", {
      text: '{"name":"abc"}',
      headers: { "content-type": "application/json; charset=utf-8" },
    });
    expect(spelled.status).toBe(200);
  });

  test("an unknown path is 404, a known one with another method 405 with Allow", async () => {
    expectProblem(await run.call("GET", "/api/v1/nothing"), 404, "not_found");
    const answer = await run.call("PUT", "/api/v1/rules", { body: {} });
    expectProblem(answer, 405, "method_not_allowed");
    expect(answer.headers.get("allow")).toBe("POST, GET");
  });

  test("a surplus field of our own answer never leaves", async () => {
    expect((await run.call("GET", "/api/v1/extra")).text).toBe('{"a":1}');
  });

  test("a crash and a lying answer are 500: logged, not told", async () => {
    for (const path of ["/api/v1/crash", "/api/v1/lies"]) {
      lines.length = 0;
      const answer = await run.call("GET", path);
      expectProblem(answer, 500, "internal");
      const logged = lines.map((line) => JSON.parse(line) as LogFields);
      expect(logged.filter(({ level }) => level === "error")).toMatchObject([
        { message: "request failed", request_id: answer.json["request_id"] },
      ]);
    }
  });

  test("what a client sends cannot write log lines of its own", async () => {
    lines.length = 0;
    await run.call("GET", "/api/v1/crash");
    await run.call("POST", "/api/v1/session", {
      token: null,
      body: { email: 'x\r\n{"level":"error"}\u001b[0m', password: "y" },
    });
    expect(lines.length).toBeGreaterThanOrEqual(2);
    for (const line of lines) {
      expect(() => JSON.parse(line) as unknown).not.toThrow();
      // eslint-disable-next-line no-control-regex
      expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
      expect(JSON.parse(line)).not.toMatchObject({ level: "forged" });
    }
  });
});

describe("bodies that cost more than they weigh", () => {
  const rss = (): number => process.memoryUsage.rss();

  test("nesting, keys and bombs are refused without memory", async () => {
    const before = rss();
    const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
    expectProblem(await run.call("POST", "/api/v1/rules", { text: deep }), 400, "json_too_deep");
    const keys = `{${Array.from({ length: 100_000 }, (_, index) => `"${index}":0`).join(",")}}`;
    expectProblem(await run.call("POST", "/api/v1/rules", { text: keys }), 400, "json_too_many_keys");
    const million = `{${Array.from({ length: 1_000_000 }, (_, index) => `"${index}":0`).join(",")}}`;
    expectProblem(await run.call("POST", "/api/v1/rules", { text: million }), 413, "too_large");
    expectProblem(await run.call("POST", "/api/v1/many", { text: million }), 400, "json_too_many_keys");
    const bomb = Bun.gzipSync(Buffer.alloc(128 * 1024 * 1024, 32));
    expect(bomb.byteLength).toBeLessThan(200_000);
    const gzip = { "content-encoding": "gzip" };
    expectProblem(
      await run.call("POST", "/api/v1/rules", { text: bomb, headers: gzip }),
      415,
      "unsupported_encoding",
    );
    expectProblem(await run.call("POST", "/api/v1/many", { text: bomb, headers: gzip }), 413, "too_large");
    Bun.gc(true);
    // The bomb itself and the texts above were made in this process: allow for them.
    expect(rss() - before).toBeLessThan(400 * 1024 * 1024);
  });

  test("a long list is welcome, plain and gzipped; a wrong gzip is not", async () => {
    const list = JSON.stringify(Array.from({ length: 50_000 }, (_, a) => ({ a })));
    expect((await run.call("POST", "/api/v1/many", { text: list })).json).toEqual({ count: 50_000 });
    const zipped = { text: Bun.gzipSync(Buffer.from(list)), headers: { "content-encoding": "gzip" } };
    expect((await run.call("POST", "/api/v1/many", zipped)).json).toEqual({ count: 50_000 });
    const wrong = await run.call("POST", "/api/v1/many", {
      text: list,
      headers: { "content-encoding": "gzip" },
    });
    expectProblem(wrong, 400, "malformed_gzip");
    const other = await run.call("POST", "/api/v1/many", {
      text: list,
      headers: { "content-encoding": "br" },
    });
    expectProblem(other, 415, "unsupported_encoding");
  });

  test("a chunked body is counted while it comes, and may be empty", async () => {
    const chunked = (chunks: string[]): string =>
      [
        "POST /api/v1/optional HTTP/1.1",
        "Host: localhost",
        `Authorization: Bearer ${run.token}`,
        "Content-Type: application/json",
        "Transfer-Encoding: chunked",
        "Connection: close",
        "",
        ...chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}`),
        "0",
        "",
        "",
      ].join("\r\n");
    expect(await sendRaw(run.server.port, chunked(['{"note":', '"x"}']))).toContain('{"body":{"note":"x"}}');
    expect(await sendRaw(run.server.port, chunked([]))).toContain("HTTP/1.1 200");
    const big = Array.from({ length: 40 }, () => " ".repeat(50_000));
    expect(await sendRaw(run.server.port, chunked(big))).toContain("HTTP/1.1 413");
  });
});

test("every answer has the security headers", async () => {
  for (const [path, status] of [
    ["/api/v1/rules", 200],
    ["/api/v1/nothing", 404],
    ["/api/v1/crash", 500],
  ] as const) {
    const { headers, status: actual } = await run.call("GET", path);
    expect(actual).toBe(status);
    expect(headers.get("content-security-policy")).toContain("default-src 'self'");
    expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(headers.get("content-security-policy")).not.toContain("unsafe");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-request-id")).toMatch(/^[0-9a-f]{8}-[0-9a-z]+$/);
    expect(headers.get("server")).toBeNull();
  }
});
