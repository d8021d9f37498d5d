// The pure parts of the server: buckets, host grammar, address groups, the JSON pre-scan, route table.
import { describe, expect, test } from "bun:test";
import { Elysia } from "elysia";
import { AppError } from "../../src/core/errors";
import { createAccessPlugin, NOBODY } from "../../src/http/access";
import { judgePath, pathOf } from "../../src/http/address-guard";
import { checkJsonShape, parseJson } from "../../src/http/json-guard";
import { createRouteTable } from "../../src/http/route-table";
import { addressGroup, normalizeAddress, parseAddressList } from "../../src/lib/address-list";
import { parseHost } from "../../src/lib/host-header";
import { createTokenBuckets } from "../../src/lib/token-bucket";

describe("token buckets", () => {
  test("start full, refuse without taking, and fill again", () => {
    const buckets = createTokenBuckets({ perSecond: 2, burst: 3 });
    expect([1, 2, 3, 4].map(() => buckets.take("a", 0))).toEqual([0, 0, 0, 1]);
    expect(buckets.take("b", 0)).toBe(0);
    expect(buckets.take("a", 499)).toBe(1);
    expect(buckets.take("a", 500)).toBe(0);
    expect(buckets.take("a", 10_000, 3)).toBe(0);
    expect(buckets.take("a", 10_000, 3)).toBe(2);
  });

  test("time that goes back neither fills nor empties", () => {
    const buckets = createTokenBuckets({ perSecond: 1, burst: 2 });
    expect(buckets.take("a", 1000)).toBe(0);
    expect(buckets.take("a", 0)).toBe(0);
    expect(buckets.take("a", 0)).toBe(1);
  });

  test("keep a bounded number of keys, full ones going first", () => {
    const buckets = createTokenBuckets({ perSecond: 1, burst: 2 }, 100);
    buckets.take("busy", 0, 2);
    for (let key = 0; key < 1000; key++) buckets.take(`k${key}`, 10);
    expect(buckets.size).toBeLessThanOrEqual(100);
    const fresh = createTokenBuckets({ perSecond: 0.001, burst: 2 }, 3);
    fresh.take("a", 0);
    fresh.take("b", 0);
    fresh.take("c", 0);
    fresh.take("d", 0);
    expect(fresh.size).toBe(3);
  });
});

describe("hosts", () => {
  test.each([
    ["Andon.Local:8080", { host: "andon.local", port: 8080, isLiteral: false }],
    ["10.0.0.1", { host: "10.0.0.1", port: null, isLiteral: true }],
    ["[FD00::1]:443", { host: "fd00::1", port: 443, isLiteral: true }],
    ["xn--bcher-kva.example", { host: "xn--bcher-kva.example", port: null, isLiteral: false }],
  ])("%s", (text, expected) => {
    expect(parseHost(text)).toEqual(expected);
  });
  test.each([
    "",
    ":80",
    "a b",
    "a,b",
    "a/b",
    "[::1",
    "::1",
    "1.2.3",
    "0x7f.1",
    "a:0",
    "a:65536",
    "a:",
    "a:b",
    "-a",
  ])("not %j", (text) => {
    expect(parseHost(text)).toBeNull();
  });
});

describe("paths", () => {
  test("end at the query; the scheme's slashes are not theirs", () => {
    expect(pathOf("http://a.example/x/y?z=/w")).toBe("/x/y");
    expect(pathOf("https://a.example/")).toBe("/");
    expect(pathOf("/x")).toBe("");
  });
  test.each([
    "http://h.example/a//b",
    "http://h.example/%2F",
    "http://h.example/%5C",
    "http://h.example/a%00",
  ])("%s is refused", (url) => {
    expect(judgePath(url)?.status).toBe(400);
  });
  test.each(["http://h.example/a?b=//", "https://h.example/", "http://h.example/caf%C3%A9/50%25"])(
    "%s is fine",
    (url) => {
      expect(judgePath(url)).toBeNull();
    },
  );
});

describe("addresses", () => {
  test("lists hold ranges and single addresses of both kinds", () => {
    const list = parseAddressList(["10.0.0.0/8", "192.168.1.7", "fd00::/8"]);
    expect(["10.255.0.1", "192.168.1.7", "fd12::1", "::ffff:10.1.1.1"].map(list.has)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(["11.0.0.1", "192.168.1.8", "fe80::1", "localhost", ""].map(list.has)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
    expect(parseAddressList([]).isEmpty).toBe(true);
    expect(() => parseAddressList(["10.0.0.0/33"])).toThrow("10.0.0.0/33");
  });

  test("one client is one IPv4 address or one /64", () => {
    expect(addressGroup("10.0.0.1")).toBe("10.0.0.1");
    expect(addressGroup("::ffff:10.0.0.1")).toBe("10.0.0.1");
    expect(addressGroup("2001:db8::1")).toBe(addressGroup("2001:db8::ffff:1"));
    expect(addressGroup("2001:db8::1")).not.toBe(addressGroup("2001:db8:0:1::1"));
    expect(normalizeAddress("::ffff:1.2.3.4")).toBe("1.2.3.4");
    expect(normalizeAddress("host")).toBeNull();
  });
});

describe("the shape of JSON", () => {
  const codeOf = (text: string): unknown => {
    try {
      checkJsonShape(text);
      return null;
    } catch (error) {
      return error instanceof AppError ? error.context.code : error;
    }
  };
  const keys = (count: number): string =>
    `{${Array.from({ length: count }, (_, index) => `"k${index}": ":{}[]\\"${index}"`).join(", ")}}`;

  test("64 levels and 10,000 keys are the limit, not one more", () => {
    expect(codeOf("[".repeat(64) + "]".repeat(64))).toBeNull();
    expect(codeOf("[".repeat(65) + "]".repeat(65))).toBe("json_too_deep");
    expect(codeOf(keys(10_000))).toBeNull();
    expect(codeOf(keys(10_001))).toBe("json_too_many_keys");
    expect(codeOf(`[${Array.from({ length: 30_000 }, () => '{"a":1,"b":2}').join(",")}]`)).toBeNull();
  });

  test("a million values are the limit, however they are nested", () => {
    const list = (count: number, item: string): string =>
      `[${Array.from({ length: count }, () => item).join(",")}]`;
    expect(codeOf(list(1_000_000, "1"))).toBeNull();
    expect(codeOf(list(1_000_001, "1"))).toBe("json_too_many_values");
    expect(codeOf(list(2_000, list(600, "{}")))).toBe("json_too_many_values");
    expect(codeOf(`["${",".repeat(2_000_000)}"]`)).toBeNull();
  });

  test("brackets, colons and quotes inside strings count for nothing", () => {
    expect(
      codeOf(JSON.stringify({ text: "[{".repeat(5000) + '"\\'.repeat(500) + ":".repeat(20_000) })),
    ).toBeNull();
  });

  test("is scanned in linear time, also in hostile strings", () => {
    // Quadratic work on these would run into the time-out of the test.
    checkJsonShape(`"${"\\".repeat(2_000_000)}`);
    checkJsonShape(`["${'\\"'.repeat(1_000_000)}"]`);
  });

  test("the parser's refusal quotes nothing", () => {
    expect(() => parseJson('{"password": hunter2}')).toThrow("The body is not valid JSON.");
    expect(parseJson('{"__proto__": 1}')).toEqual(JSON.parse('{"__proto__": 1}'));
  });
});

test("the route table finds literal paths before parameters and tells methods", () => {
  const plugin = createAccessPlugin(() => NOBODY);
  const app = new Elysia()
    .use(plugin)
    .get("/a/:id", () => "", { access: "viewer" })
    .patch("/a/:id", () => "", { access: "editor" })
    .get("/a/all", () => "", { access: "admin" })
    .get("/*", () => "", { access: "public" });
  const table = createRouteTable(app);
  expect(table.find("GET", "/a/all")).toEqual({ method: "GET", path: "/a/all", access: "admin" });
  expect(table.find("GET", "/a/7/")).toEqual({ method: "GET", path: "/a/:id", access: "viewer" });
  expect(table.find("GET", "/a/7/b")).toBeUndefined();
  expect(table.methodsOf("/a/7")).toEqual(["GET", "PATCH"]);
  expect(table.methodsOf("/b")).toEqual([]);
});
