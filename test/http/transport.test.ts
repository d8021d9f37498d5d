// TLS, the cookie that belongs to it, and whom a proxy may speak for.
import { afterEach, describe, expect, test } from "bun:test";
import { X509Certificate } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Elysia } from "elysia";
import { StartupError } from "../../src/core/errors";
import type { AccessPlugin } from "../../src/http/access";
import { factsOf } from "../../src/http/request-facts";
import { loadTls } from "../../src/http/tls";
import { FakeClock } from "../harness/clock";
import {
  cookieOf,
  startTestServer,
  type Answer,
  type TestServer,
  type TestServerOptions,
} from "../harness/server";
import { removeDirectory, temporaryDirectory } from "../harness/store";

const PERSON = { email: "ann@plant.example", password: "correct horse battery" };
const firstStart = { adminEmail: PERSON.email, adminPassword: PERSON.password };

const routes = (plugin: AccessPlugin) => [
  new Elysia().use(plugin).get(
    "/facts",
    ({ request }) => {
      const { address, isSecure } = factsOf(request);
      return { address, isSecure };
    },
    { access: "public" },
  ),
];

const opened: { close(): Promise<void> | void }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

const start = async (options: TestServerOptions = {}): Promise<TestServer> => {
  const run = await startTestServer({ routes, firstStart, ...options });
  opened.push(run);
  return run;
};

const directory = (): string => {
  const path = temporaryDirectory();
  opened.push({ close: () => removeDirectory(path) });
  return path;
};

const signIn = (run: TestServer, headers: Record<string, string> = {}): Promise<Answer> =>
  run.call("POST", "/api/v1/session", { token: null, body: PERSON, headers });

const me = async (run: TestServer, cookie: string, headers: Record<string, string> = {}): Promise<number> =>
  (await run.call("GET", "/api/v1/session", { cookie, headers })).status;

describe("the session cookie", () => {
  test("over plain http works under a LAN name and has no Secure mark", async () => {
    const run = await start();
    const answer = await signIn(run, { host: "andon.local:8080" });
    const header = answer.headers.get("set-cookie") ?? "";
    expect(header).toStartWith("andon_session=");
    expect(header).not.toContain("Secure");
    expect(await me(run, cookieOf(answer) ?? "")).toBe(200);
    const changed = await run.call("POST", "/api/v1/projects", {
      cookie: cookieOf(answer) ?? "",
      body: { name: "x" },
      headers: { host: "andon.local:8080", origin: "http://andon.local:8080" },
    });
    expect(changed.status).toBe(201);
  });

  test("over TLS has the __Host- prefix and Secure; one with the plain name is ignored", async () => {
    const run = await start({ config: { tlsSelfSigned: true } });
    expect(run.url).toStartWith("https://");
    const answer = await signIn(run);
    expect(answer.headers.get("set-cookie")).toMatch(
      /^__Host-andon_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+; Secure$/,
    );
    const cookie = cookieOf(answer) ?? "";
    expect(await me(run, cookie)).toBe(200);
    expect(await me(run, cookie.replace("__Host-", ""))).toBe(401);
  });

  test("behind a trusted TLS proxy is the secure one; an untrusted client cannot claim that", async () => {
    const tls = { "x-forwarded-proto": "https" };
    const trusting = await start({ config: { trustedProxies: ["127.0.0.1"] } });
    const secure = await signIn(trusting, tls);
    expect(secure.headers.get("set-cookie")).toStartWith("__Host-andon_session=");
    expect(await me(trusting, cookieOf(secure) ?? "", tls)).toBe(200);
    expect(await me(trusting, cookieOf(secure) ?? "")).toBe(401);
    const plain = await start();
    expect((await signIn(plain, tls)).headers.get("set-cookie")).toStartWith("andon_session=");
  });
});

describe("forwarded headers", () => {
  /** trusted, X-Forwarded-For, expected address (the socket is 127.0.0.1) */
  const CASES: [trusted: string[], forwarded: string | null, address: string][] = [
    [[], "1.2.3.4", "127.0.0.1"],
    [["10.0.0.0/8"], "1.2.3.4", "127.0.0.1"],
    [["127.0.0.1"], null, "127.0.0.1"],
    [["127.0.0.1"], "1.2.3.4", "1.2.3.4"],
    [["127.0.0.0/8"], "1.2.3.4:5678", "1.2.3.4"],
    [["127.0.0.0/8"], "9.9.9.9, 1.2.3.4", "1.2.3.4"],
    [["127.0.0.0/8", "10.0.0.0/8"], "9.9.9.9, 1.2.3.4, 10.0.0.1", "1.2.3.4"],
    [["127.0.0.0/8", "10.0.0.0/8"], "10.0.0.2, 10.0.0.1", "10.0.0.2"],
    [["127.0.0.0/8"], "[2001:db8::7]:443", "2001:db8:0:0:0:0:0:7"],
    [["127.0.0.0/8"], "::ffff:1.2.3.4", "1.2.3.4"],
    [["127.0.0.0/8"], "unknown", "127.0.0.1"],
    [["127.0.0.0/8"], "", "127.0.0.1"],
    [["127.0.0.0/8"], "1.2.3.4, <script>", "127.0.0.1"],
    [["127.0.0.0/8", "10.0.0.0/8"], "127.0.0.1, garbage, 10.0.0.1", "10.0.0.1"],
  ];
  test.each(CASES)("trusting %j, %j is %s", async (trustedProxies, forwarded, address) => {
    const run = await start({ config: { trustedProxies } });
    const headers: Record<string, string> = forwarded === null ? {} : { "x-forwarded-for": forwarded };
    const { json } = await run.call("GET", "/facts", { token: null, headers });
    expect(json["address"]).toBe(address);
  });

  test("other headers of the kind mean nothing", async () => {
    const run = await start({ config: { trustedProxies: ["127.0.0.1"] } });
    const { json } = await run.call("GET", "/facts", {
      headers: { forwarded: "for=1.2.3.4", "x-real-ip": "1.2.3.4", "x-forwarded-host": "evil.example" },
    });
    expect(json).toEqual({ address: "127.0.0.1", isSecure: false });
  });

  test("an entry that is no range is refused at the start", async () => {
    await expect(start({ config: { trustedProxies: ["proxy.example"] } })).rejects.toThrow(/proxy\.example/);
  });
});

describe("the certificate", () => {
  const options = (dataDir: string, more: object = {}) => ({
    tlsCert: null,
    tlsKey: null,
    tlsSelfSigned: true,
    dataDir,
    publicUrl: null,
    ...more,
  });

  test("is made once, kept privately, and names what people type", async () => {
    const dataDir = directory();
    const clock = new FakeClock(Date.now());
    const first = await loadTls(options(dataDir), clock);
    expect(first?.isSelfSigned).toBe(true);
    const certificate = new X509Certificate(first?.cert ?? "");
    expect(certificate.checkHost("localhost")).toBeDefined();
    expect(certificate.checkIP("127.0.0.1")).toBeDefined();
    expect(certificate.ca).toBe(false);
    expect(statSync(join(dataDir, "tls", "self-signed.key")).mode & 0o777).toBe(0o600);
    expect(await loadTls(options(dataDir), clock)).toEqual(first);
  });

  test("is renewed when it runs out, when the public name changes, and when a file is broken", async () => {
    const dataDir = directory();
    const clock = new FakeClock(Date.now());
    const first = await loadTls(options(dataDir), clock);
    const named = await loadTls(options(dataDir, { publicUrl: "https://andon.plant.example" }), clock);
    expect(named?.fingerprint).not.toBe(first?.fingerprint);
    expect(new X509Certificate(named?.cert ?? "").checkHost("andon.plant.example")).toBeDefined();
    writeFileSync(join(dataDir, "tls", "self-signed.key"), "half");
    const repaired = await loadTls(options(dataDir), clock);
    expect(repaired?.fingerprint).not.toBe(named?.fingerprint);
    const later = await loadTls(options(dataDir), new FakeClock(Date.now() + 800 * 86_400_000));
    expect(later?.fingerprint).not.toBe(repaired?.fingerprint);
  });

  test("from files is used as it is; unreadable or mismatched ones are named", async () => {
    const dataDir = directory();
    const clock = new FakeClock(Date.now());
    await loadTls(options(join(dataDir, "a")), clock);
    await loadTls(options(join(dataDir, "b")), clock);
    const file = (which: string, name: string): string => join(dataDir, which, "tls", name);
    const own = {
      tlsCert: file("a", "self-signed.crt"),
      tlsKey: file("a", "self-signed.key"),
      tlsSelfSigned: false,
    };
    const loaded = await loadTls(options(dataDir, own), clock);
    expect(loaded?.cert).toBe(readFileSync(own.tlsCert, "utf8"));
    expect(loaded?.isSelfSigned).toBe(false);
    const mismatched = loadTls(options(dataDir, { ...own, tlsKey: file("b", "self-signed.key") }), clock);
    await expect(mismatched).rejects.toThrow(/ANDON_TLS_KEY/);
    const missing = loadTls(options(dataDir, { ...own, tlsCert: join(dataDir, "none.pem") }), clock);
    await expect(missing).rejects.toThrow(/ANDON_TLS_CERT.*none\.pem.*ENOENT/);
    await expect(missing).rejects.toBeInstanceOf(StartupError);
  });

  test("cannot be made in a directory that is a file: a refusal, not plain http", async () => {
    const dataDir = directory();
    mkdirSync(dataDir, { recursive: true });
    rmSync(join(dataDir, "tls"), { recursive: true, force: true });
    writeFileSync(join(dataDir, "tls"), "");
    await expect(loadTls(options(dataDir), new FakeClock(Date.now()))).rejects.toMatchObject({ exitCode: 6 });
  });

  test("none is asked for: plain http", async () => {
    expect(await loadTls(options("/nowhere", { tlsSelfSigned: false }), new FakeClock())).toBeNull();
  });
});
