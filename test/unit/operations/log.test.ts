// In: whatever may be logged. Out: one JSON object per line, without control characters, secrets,
// causes, or the paths and queries of URLs.
import { describe, expect, test } from "bun:test";
import { Plainly } from "../../../src/core/log";
import { createLog, type LogLevel } from "../../../src/operations/log";
import { FakeClock } from "../../harness/clock";

const collect = (level: LogLevel = "debug") => {
  const lines: string[] = [];
  const log = createLog({ level, clock: new FakeClock(), write: (line) => lines.push(line) });
  const last = (): Record<string, unknown> => JSON.parse(lines.at(-1) ?? "{}") as Record<string, unknown>;
  return { log, lines, last };
};

describe("lines", () => {
  test("hold time, level, message and the fields", () => {
    const { log, lines, last } = collect();
    log.info("it happened", { machine: "press 4", count: 3 });
    expect(last()).toEqual({
      time: "2026-01-01T00:00:00.000Z",
      level: "info",
      message: "it happened",
      machine: "press 4",
      count: 3,
    });
    expect(lines).toHaveLength(1);
  });

  test("below the level are not written", () => {
    const { log, lines } = collect("warn");
    log.debug("a");
    log.info("b");
    log.warn("c");
    log.error("d");
    expect(lines).toHaveLength(2);
  });

  test("of a child carry its fields, and nobody else's do", () => {
    const { log, last } = collect();
    log.child({ part: "delivery" }).child({ channel: "c1" }).info("x", { n: 1 });
    expect(last()).toMatchObject({ part: "delivery", channel: "c1", n: 1 });
    log.info("y");
    expect(last()).not.toHaveProperty("part");
  });

  test("keep their own keys", () => {
    const { log, last } = collect();
    log.info("real", { level: "fake", time: "fake", message: "fake" });
    expect(last()).toMatchObject({ level: "info", message: "real", _level: "fake", _message: "fake" });
  });
});

describe("hostile text", () => {
  const nasty = "a\r\nb\u001b[31mred\u0000\u0085\u2028\u2029\u202eback\u007f\ufeff";

  test("stays on one line, with every control character escaped", () => {
    const { log, lines, last } = collect();
    log.warn(nasty, { field: nasty, [nasty]: 1 });
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\ufeff]/u);
    expect(last()["field"]).toBe(nasty);
  });

  test("a field has at most 8 KiB", () => {
    const { log, last } = collect();
    log.info("x", {
      text: "ä".repeat(20_000),
      object: { list: Array.from({ length: 90 }, () => "y".repeat(500)) },
    });
    for (const field of ["text", "object"])
      expect(Buffer.byteLength(String(last()[field]))).toBeLessThanOrEqual(8 * 1024);
    expect(String(last()["text"])).toEndWith("… (cut)");
    expect(String(last()["text"])).not.toContain("\ufffd");
  });

  test("no value makes it throw", () => {
    const { log, lines } = collect();
    const circle: Record<string, unknown> = {};
    circle["self"] = circle;
    const trap = {
      get boom(): string {
        throw new Error("no");
      },
    };
    log.info("x", {
      circle,
      trap,
      big: 10n,
      fn: () => 1,
      nan: Number.NaN,
      bytes: new Uint8Array(5),
      symbol: Symbol("s"),
    });
    expect(lines).toHaveLength(1);
  });
});

describe("secrets", () => {
  test("under a telling name are masked, at any depth", () => {
    const { log, lines } = collect();
    log.info("x", {
      password: "canary-1",
      headers: { Authorization: "canary-2", "X-Api-Key": "canary-3", cookie: "canary-4" },
      list: [{ client_secret: "canary-5", token: { inner: "canary-6" } }],
      map: new Map([["webhook-signature", "canary-7"]]),
      token_id: "shown-1",
      tokenCount: 2,
    });
    expect(lines[0]).not.toContain("canary");
    expect(lines[0]).toContain("shown-1");
    expect(lines[0]).toContain("••••");
  });

  test("in the path, query or user part of a URL are cut", () => {
    const { log, lines } = collect();
    const url = "https://user:canary@hooks.example.com:8443/services/canary/x?key=canary#canary";
    log.error(`cannot reach ${url}.`, {
      url: new URL(url),
      text: `see ${url}`,
      broker: "mqtt://u:canary@10.0.0.1/canary",
    });
    expect(lines[0]).not.toContain("canary");
    expect(lines[0]).toContain("https://hooks.example.com:8443/…");
    expect(lines[0]).toContain("mqtt://10.0.0.1/…");
  });

  test("in the cause of an error do not appear", () => {
    const { log, lines, last } = collect();
    const cause = Object.assign(new Error("canary"), { path: "https://x.example/canary" });
    log.error("failed", { error: new TypeError("fetch https://x.example/canary failed", { cause }) });
    expect(lines[0]).not.toContain("canary");
    expect(last()["error"]).toMatchObject({ name: "TypeError", message: "fetch https://x.example/… failed" });
  });

  test("a link that is meant to be read is written as it stands", () => {
    const { log, last } = collect();
    log.info("open this", { setup_token_link: new Plainly("http://10.0.0.1:8080/setup?token=abc") });
    expect(last()["setup_token_link"]).toBe("http://10.0.0.1:8080/setup?token=abc");
  });
});
