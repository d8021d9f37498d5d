// Host and path as raw bytes: what is not exactly one sound host and one sound path never reaches a
// route. Differences between what the guard and the router read would be a way around both.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Elysia } from "elysia";
import type { AccessPlugin } from "../../src/http/access";
import { sendRaw, startTestServer, statusOf, type TestServer } from "../harness/server";

let open: TestServer;
let named: TestServer;
const reached: string[] = [];

const echo = (plugin: AccessPlugin) => [
  new Elysia()
    .use(plugin)
    .get("/pub/*", ({ params }) => ({ pub: params["*"] }), { access: "public" })
    .get(
      "/admin/secret",
      () => {
        reached.push("secret");
        return { secret: true };
      },
      { access: "admin" },
    ),
];

beforeAll(async () => {
  open = await startTestServer({ routes: echo });
  named = await startTestServer({
    routes: echo,
    config: { publicUrl: "https://andon.plant.example" },
    pageDomains: { hosts: () => new Set(["status.plant.example"]), pathOf: () => "/pub" },
  });
});
afterAll(async () => {
  await open.close();
  await named.close();
});

const get = (target: string, ...headers: string[]): string =>
  [`GET ${target} HTTP/1.1`, ...headers, "Connection: close", "", ""].join("\r\n");

const OK = "/pub/x";

/** request bytes → expected status */
const CASES: [name: string, request: string, status: number][] = [
  ["a name", get(OK, "Host: localhost"), 200],
  ["a name with port", get(OK, "Host: localhost:8080"), 200],
  ["a LAN name", get(OK, "Host: andon.local"), 200],
  ["an underscore as in plant names", get(OK, "Host: line_1.plant"), 200],
  ["upper case", get(OK, "Host: ANDON.Local"), 200],
  ["IPv4", get(OK, "Host: 192.168.1.7:8080"), 200],
  ["IPv6", get(OK, "Host: [fd00::1]:8080"), 200],
  ["four letters", get(OK, "Host: mesa"), 200],
  ["a short name with a port", get(OK, "Host: a:8080"), 200],
  ["a trailing dot", get(OK, "Host: andon.local."), 200],
  ["no Host", get(OK), 400],
  ["an empty Host", get(OK, "Host:"), 400],
  ["two Hosts", get(OK, "Host: localhost", "Host: evil.example"), 400],
  ["two equal Hosts", get(OK, "Host: localhost", "Host: localhost"), 400],
  ["Hosts in one line", get(OK, "Host: localhost, evil.example"), 400],
  ["the short host that shifts the router", get("/pub/admin/secret", "Host: a"), 400],
  ["three letters", get(OK, "Host: mes"), 400],
  ["a short name with the default port", get(OK, "Host: a:80"), 400],
  ["a space inside", get(OK, "Host: local host"), 400],
  ["a slash inside", get(OK, "Host: localhost/x"), 400],
  ["a backslash", get(OK, "Host: localhost\\x"), 400],
  ["user information", get(OK, "Host: user@localhost"), 400],
  ["a hash", get(OK, "Host: localhost#x"), 400],
  ["a question mark", get(OK, "Host: localhost?x"), 400],
  ["a percent sign", get(OK, "Host: local%68ost"), 400],
  ["a quote", get(OK, 'Host: local"host'), 400],
  ["port 0", get(OK, "Host: localhost:0"), 400],
  ["port 65536", get(OK, "Host: localhost:65536"), 400],
  ["an empty port", get(OK, "Host: localhost:"), 400],
  ["a port of letters", get(OK, "Host: localhost:http"), 400],
  ["two ports", get(OK, "Host: localhost:80:90"), 400],
  ["IPv6 without brackets", get(OK, "Host: fd00::1"), 400],
  ["an open bracket", get(OK, "Host: [fd00::1"), 400],
  ["a zone", get(OK, "Host: [fe80::1%eth0]"), 400],
  ["a name in brackets", get(OK, "Host: [localhost]"), 400],
  ["a decimal address", get(OK, "Host: 2130706433"), 400],
  ["a hexadecimal address", get(OK, "Host: 0x7f000001"), 400],
  ["a short IPv4", get(OK, "Host: 127.1"), 400],
  ["an IPv4 out of range", get(OK, "Host: 256.1.1.1"), 400],
  ["an empty label", get(OK, "Host: a..example"), 400],
  ["a label over 63", get(OK, `Host: ${"a".repeat(64)}.example`), 400],
  ["a name over 253", get(OK, `Host: ${"abcdefgh.".repeat(30)}example`), 400],
  ["a hyphen first", get(OK, "Host: -a.example"), 400],
  ["non-ASCII", get(OK, "Host: bücher.example"), 400],
  ["a space before the colon", get(OK, "Host : localhost"), 400],
  ["an encoded slash", get("/pub%2fadmin/secret", "Host: localhost"), 400],
  ["an encoded slash in capitals", get("/pub/%2Fadmin", "Host: localhost"), 400],
  ["an encoded backslash", get("/pub/%5cadmin", "Host: localhost"), 400],
  ["NUL", get("/pub/%00", "Host: localhost"), 400],
  ["a doubled slash", get("//admin/secret", "Host: localhost"), 400],
  ["a doubled slash inside", get("/pub//admin/secret", "Host: localhost"), 400],
  ["a fragment", get("/pub/x#y", "Host: localhost"), 400],
  ["no slash first", get("pub/x", "Host: localhost"), 400],
  ["an asterisk", "OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 400],
  ["CONNECT", "CONNECT a.example:80 HTTP/1.1\r\nHost: a.example:80\r\nConnection: close\r\n\r\n", 400],
  ["HTTP/1.0 without Host", "GET /pub/x HTTP/1.0\r\n\r\n", 400],
  [
    "a length and chunks",
    "POST /pub/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n",
    400,
  ],
  ["slashes in the query are nobody's business", get("/pub/x?next=//a/../%2f", "Host: localhost"), 200],
  // Dot segments are resolved by the parser: guard and router see the same path and ask for a login.
  ["a dot segment", get("/pub/../admin/secret", "Host: localhost"), 401],
  ["an encoded dot segment", get("/pub/%2e%2e/admin/secret", "Host: localhost"), 401],
  ["a target with another authority", get("http://evil.example/admin/secret", "Host: localhost"), 401],
];

describe("one sound host and path, or nothing", () => {
  test.each(CASES)("%s", async (_name, request, status) => {
    const raw = await sendRaw(open.server.port, request);
    expect(statusOf(raw)).toBe(status);
    expect(raw).not.toContain('secret":true');
  });

  test("there are at least forty cases, and none reached the guarded route", () => {
    expect(CASES.length).toBeGreaterThanOrEqual(40);
    expect(reached).toEqual([]);
  });

  test("the refusal is a problem document with all security headers", async () => {
    const raw = await sendRaw(open.server.port, get(OK, "Host: a b"));
    expect(raw).toMatch(/content-type: application\/problem\+json/i);
    expect(raw).toMatch(/x-content-type-options: nosniff/i);
    expect(raw).toContain('"code":"bad_host"');
    expect(raw).not.toContain("a b");
  });
});

describe("with a public URL only known hosts are answered", () => {
  const statusFor = async (host: string): Promise<number> =>
    statusOf(await sendRaw(named.server.port, get(OK, `Host: ${host}`)));

  test.each([
    ["andon.plant.example", 200],
    ["andon.plant.example:8443", 200],
    ["ANDON.plant.example", 200],
    ["status.plant.example", 200],
    ["localhost:8080", 200],
    ["10.1.2.3", 200],
    ["[::1]:8080", 200],
    ["evil.example", 421],
    ["andon.plant.example.evil.example", 421],
    ["xandon.plant.example", 421],
    ["plant.example", 421],
  ])("%s", async (host, status) => {
    expect(await statusFor(host)).toBe(status);
  });

  test("a host stays refused however often it asks", async () => {
    for (let round = 0; round < 3; round++) expect(await statusFor("rebind.example")).toBe(421);
  });
});
