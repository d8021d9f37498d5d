// Idempotency-Key: a write is carried out once however often it is sent, and nothing that is kept for
// that can be read by anybody but its caller.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { Elysia, t } from "elysia";
import { AppError } from "../../src/core/errors";
import type { AccessPlugin } from "../../src/http/access";
import { startTestServer, type Answer, type TestServer } from "../harness/server";
import { createOtherTenant } from "../harness/tenant-isolation";

let run: TestServer;
let executions: unknown[];
let hold: Promise<void> | undefined;

const routes = (plugin: AccessPlugin) => [
  new Elysia({ prefix: "/api/v1" })
    .use(plugin)
    .post(
      "/things",
      async ({ body, set }) => {
        executions.push(body);
        if (hold !== undefined) await hold;
        if (body.fails === "refusal") throw new AppError("conflict", "Not now.");
        if (body.fails === "crash") throw new Error("crashed");
        set.status = 201;
        return { number: executions.length };
      },
      {
        access: "editor",
        body: t.Object({ name: t.String(), fails: t.Optional(t.String()) }, { additionalProperties: false }),
      },
    )
    .delete(
      "/things/:id",
      ({ set }) => {
        executions.push("delete");
        set.status = 204;
        return null;
      },
      { access: "editor" },
    )
    .post("/measured", () => executions.push("measured"), { access: "ingest" })
    .post("/open", () => executions.push("open"), { access: "public" }),
];

beforeEach(async () => {
  executions = [];
  hold = undefined;
  run = await startTestServer({ routes });
});
afterEach(() => run.close());

const post = (key: string, body: unknown = { name: "a" }, more: object = {}): Promise<Answer> =>
  run.call("POST", "/api/v1/things", { body, headers: { "idempotency-key": key }, ...more });

describe("the same key", () => {
  test("with the same request gets the first answer and carries nothing out", async () => {
    const first = await post("k1");
    const second = await post("k1");
    expect([first.status, first.text]).toEqual([201, '{"number":1}']);
    expect([second.status, second.text]).toEqual([201, '{"number":1}']);
    expect(second.headers.get("content-type")).toBe(first.headers.get("content-type"));
    expect(first.headers.get("idempotency-replayed")).toBeNull();
    expect(second.headers.get("idempotency-replayed")).toBe("true");
    expect(second.headers.get("x-content-type-options")).toBe("nosniff");
    expect(executions).toHaveLength(1);
  });

  test("with another body, path or method is refused", async () => {
    await post("k1");
    for (const other of [
      await post("k1", { name: "b" }),
      await run.call("DELETE", "/api/v1/things/1", { headers: { "idempotency-key": "k1" } }),
    ])
      expect([other.status, other.json["code"], other.json["field"]]).toEqual([
        422,
        "idempotency_key_reused",
        "Idempotency-Key",
      ]);
    expect(executions).toHaveLength(1);
  });

  test("at the same moment is carried out once, and all get the answer", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    hold = promise;
    const pending = Array.from({ length: 20 }, () => post("k1"));
    const different = post("k1", { name: "other" });
    while (executions.length === 0) await new Promise((done) => setImmediate(done));
    resolve();
    const answers = await Promise.all(pending);
    expect(answers.map(({ text }) => text)).toEqual(Array.from({ length: 20 }, () => '{"number":1}'));
    expect((await different).status).toBe(422);
    expect(executions).toHaveLength(1);
  });

  test("means nothing to another tenant", async () => {
    const other = await createOtherTenant(run);
    await post("k1");
    const theirs = await post("k1", { name: "a" }, { token: other.token });
    expect(theirs.text).toBe('{"number":2}');
  });

  test("is free again after 24 hours", async () => {
    await post("k1");
    await run.clock.advance(24 * 3_600_000 - 1000);
    expect((await post("k1")).text).toBe('{"number":1}');
    await run.clock.advance(1000);
    expect((await post("k1")).text).toBe('{"number":2}');
    const [row] = await run.opened.store.engine.query({ sql: "SELECT COUNT(*) FROM idempotency_keys" });
    expect(row).toEqual([1]);
  });

  test("may be used for the corrected request after a refusal, since nothing had happened", async () => {
    expect((await post("k1", { name: 5 })).status).toBe(422);
    expect((await post("k1", { name: "a", fails: "refusal" })).status).toBe(409);
    expect((await post("k1", { name: "a", fails: "crash" })).status).toBe(500);
    expect((await post("k1")).status).toBe(201);
  });

  test("of a call that a crash cut off is a conflict, not a second try", async () => {
    await post("k1");
    await run.opened.store.engine.batch([{ sql: "UPDATE idempotency_keys SET status = 0" }]);
    const again = await post("k1");
    expect([again.status, again.json["code"]]).toEqual([409, "idempotency_interrupted"]);
    expect(executions).toHaveLength(1);
  });

  test("repeats an answer without a body", async () => {
    for (let round = 0; round < 2; round++) {
      const answer = await run.call("DELETE", "/api/v1/things/1", { headers: { "idempotency-key": "k2" } });
      expect([answer.status, answer.text]).toEqual([204, ""]);
    }
    expect(executions).toEqual(["delete"]);
  });
});

describe("what is kept", () => {
  test("shows neither the key nor a token that the answer held, and gives it back to its caller", async () => {
    const create = (): Promise<Answer> =>
      run.call("POST", "/api/v1/api-tokens", {
        body: { name: "x" },
        headers: { "idempotency-key": "order-4711" },
      });
    const first = await create();
    const second = await create();
    const secret = String(first.json["token"]);
    expect(second.json["token"]).toBe(secret);
    const rows = JSON.stringify(
      await run.opened.store.engine.query({ sql: "SELECT * FROM idempotency_keys" }),
    );
    expect(rows).not.toContain("4711");
    expect(rows).not.toContain(secret);
    expect(rows).not.toContain(Buffer.from(secret).toString("base64").slice(4, 40));
    expect(run.access.tokens.of(run.tenantId)).toHaveLength(2);
  });

  test("is not given to another credential of the same tenant", async () => {
    const made = await run.call("POST", "/api/v1/api-tokens", { body: { name: "second" } });
    await post("k1");
    const other = await post("k1", { name: "a" }, { token: String(made.json["token"]) });
    expect(other.status).toBe(422);
    expect(other.text).not.toContain("number");
  });
});

describe("the key is ignored", () => {
  test("by reads, ingest and public calls", async () => {
    const headers = { "idempotency-key": "k1" };
    for (const path of ["/api/v1/measured", "/api/v1/open"])
      for (let round = 0; round < 2; round++) await run.call("POST", path, { headers });
    expect(executions).toEqual(["measured", "measured", "open", "open"]);
    expect((await run.call("GET", "/api/v1/projects", { headers })).status).toBe(200);
    expect(await run.opened.store.engine.query({ sql: "SELECT COUNT(*) FROM idempotency_keys" })).toEqual([
      [0],
    ]);
  });

  test("and never lets anybody in", async () => {
    expect((await post("k1", { name: "a" }, { token: null })).status).toBe(401);
    expect((await post("k1", { name: "a" }, { token: "andon_wrong" })).status).toBe(401);
    expect(executions).toEqual([]);
  });

  test("unless it has no sound form", async () => {
    for (const key of ["a b", "x".repeat(256)]) {
      const refused = await post(key);
      expect([refused.status, refused.json["field"]]).toEqual([422, "Idempotency-Key"]);
    }
  });
});
