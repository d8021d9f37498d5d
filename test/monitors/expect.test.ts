// What is expected of an answer: status, text, JSON, pattern, latency; and that no pattern takes long.
import { describe, expect, test } from "bun:test";
import { isAppError } from "../../src/core/errors";
import { checkExpectations, checkHttp, needsBody } from "../../src/monitors/expect";
import type { Expectations } from "../../src/monitors/schema";

const BODY = '{"status": "ok", "queue": {"depth": 3, "items": [{"id": "a"}]}, "ready": true, "none": null}';

/** The names of the checks that failed. */
const failing = async (expectations: Expectations, status = 200, body = BODY): Promise<string[]> => {
  await checkExpectations("http", expectations);
  const seen = { status, latencyMs: 40, body: needsBody(expectations) ? body : null };
  return (await checkHttp(expectations, seen)).filter(({ ok }) => !ok).map(({ name }) => name);
};

describe("a status", () => {
  test.each([
    [{}, 204, true],
    [{}, 301, false],
    [{}, 404, false],
    [{ status: "2xx" }, 299, true],
    [{ status: "200-299,401" }, 401, true],
    [{ status: [200, "3xx"] }, 304, true],
    [{ status: [200, "3xx"] }, 201, false],
    [{ status: "503" }, 503, true],
  ] satisfies [Expectations, number, boolean][])("%j meets %d: %p", async (expectations, status, ok) => {
    expect(await failing(expectations, status)).toEqual(ok ? [] : ["status"]);
  });
});

describe("content", () => {
  test.each([
    [{ body_contains: '"ok"' }, []],
    [{ body_contains: "absent" }, ["body_contains"]],
    [{ body_not_contains: "error" }, []],
    [{ body_not_contains: "queue" }, ["body_not_contains"]],
    [{ json_path: "status", equals: "ok" }, []],
    [{ json_path: "queue.depth", equals: 3 }, []],
    [{ json_path: "queue.depth", equals: "3" }, []],
    [{ json_path: "queue.items[0].id", equals: "a" }, []],
    [{ json_path: "ready", equals: true }, []],
    [{ json_path: "ready", equals: false }, ["json_path"]],
    [{ json_path: "none", equals: null }, []],
    [{ json_path: "none" }, ["json_path"]],
    [{ json_path: "queue", equals: "[object Object]" }, ["json_path"]],
    [{ json_path: "queue.constructor_" }, ["json_path"]],
    [{ json_path: "queue.depth" }, []],
    [{ regex: '"depth":\\s*\\d+' }, []],
    [{ regex: "^ok$" }, ["regex"]],
    [{ max_latency_ms: 40 }, []],
    [{ max_latency_ms: 39 }, ["max_latency_ms"]],
  ] satisfies [Expectations, string[]][])("%j", async (expectations, failed) => {
    expect(await failing(expectations)).toEqual(failed);
  });

  test("that is no JSON fails, and nothing of it is quoted", async () => {
    const checks = await checkHttp({ json_path: "a" }, { status: 200, latencyMs: 1, body: "secret page" });
    expect(checks.map(({ detail }) => detail).join()).not.toContain("secret");
    expect(checks.at(-1)).toMatchObject({ name: "json_path", ok: false });
  });

  test("cannot be reached through what an object inherits", async () => {
    for (const path of ["__proto__", "constructor.name", "a.prototype"])
      await checkExpectations("http", { json_path: path }).then(
        () => expect.unreachable(path),
        (error: unknown) => expect(isAppError(error, "invalid")).toBe(true),
      );
  });
});

describe("a pattern", () => {
  test("that would take a backtracking engine years is answered", async () => {
    const text = `${"a".repeat(65_000)}b`;
    expect(await failing({ regex: "(a+)+$" }, 200, text)).toEqual(["regex"]);
    expect(await failing({ regex: "(a|aa)+b" }, 200, text)).toEqual([]);
  });

  test("that is too large, or no pattern of a linear engine, is refused", async () => {
    for (const regex of [
      "(a)\\1",
      "(?=a)",
      "(?<!a)b",
      "(a",
      "[a-z]{1,900}[0-9]{1,900}",
      "((a{1,100}){1,100}){1,100}",
    ])
      await checkExpectations("http", { regex }).then(
        () => expect.unreachable(regex),
        (error: unknown) => expect(isAppError(error, "invalid") && error.context.field).toBe("expect.regex"),
      );
  });
});
