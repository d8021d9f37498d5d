// What each kind of probe makes of what it meets: answers, redirects, silence, broken and huge bodies,
// certificates, names, echoes.
import { afterEach, describe, expect, test } from "bun:test";
import { createServer, type Server } from "node:net";
import { gzipSync } from "node:zlib";
import { generate } from "selfsigned";
import { openDnsServer } from "../harness/dns";
import { fakeNames } from "../harness/dns";
import { freePort } from "../harness/process";
import { httpTarget, openProber } from "../harness/prober";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

const LOOPBACK = { mode: "open" } as const;

const openSite = (answer: (request: Request) => Response | Promise<Response>): string => {
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: answer });
  closers.push(() => void server.stop(true));
  return `http://127.0.0.1:${server.port}`;
};

/** Sends these bytes to whoever connects, once he has said something, and then leaves the socket as `end` says. */
const openRaw = async (bytes: string | Buffer, end: "close" | "keep" | "reset"): Promise<number> => {
  const server: Server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => {
      socket.write(bytes);
      if (end === "close") socket.end();
      if (end === "reset") socket.resetAndDestroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  closers.push(() => server.close());
  return (server.address() as { port: number }).port;
};

describe("http", () => {
  test("reads what is expected of the answer", async () => {
    const site = openSite(() => Response.json({ status: "ok" }));
    const { probe } = openProber(LOOPBACK);
    const sight = await probe(httpTarget(site), { json_path: "status", equals: "ok" });
    expect(sight).toMatchObject({ outcome: "up", code: 200, failure: null, reason: null });
    expect(sight.address).toBe(new URL(site).host);
    expect(await probe(httpTarget(site), { body_contains: "nothing" })).toMatchObject({
      outcome: "down",
      code: 200,
      reason: "The expected text is missing in the answer.",
    });
  });

  test("says what stood in the way where nothing came back", async () => {
    const { probe } = openProber(LOOPBACK);
    const closed = await probe(httpTarget(`http://127.0.0.1:${freePort()}/`));
    expect(closed).toMatchObject({ outcome: "down", failure: "refused", code: 0 });
    const mute = await openRaw("", "keep");
    const hanging = await probe(httpTarget(`http://127.0.0.1:${mute}/`), {}, 200);
    expect(hanging).toMatchObject({ outcome: "down", failure: "timeout", code: 0 });
    const rude = await openRaw("", "reset");
    expect(await probe(httpTarget(`http://127.0.0.1:${rude}/`))).toMatchObject({ failure: "reset", code: 0 });
    const odd = await openRaw("SSH-2.0-OpenSSH\r\n\r\n", "close");
    expect((await probe(httpTarget(`http://127.0.0.1:${odd}/`))).outcome).toBe("down");
    expect(await probe(httpTarget("http://nobody.test/"))).toMatchObject({ failure: "dns", outcome: "down" });
  });

  test("an answer that breaks off fails only what had to be read", async () => {
    const head = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this";
    const port = await openRaw(head, "close");
    const { probe } = openProber(LOOPBACK);
    const url = `http://127.0.0.1:${port}/`;
    expect(await probe(httpTarget(url))).toMatchObject({ outcome: "up", code: 200 });
    expect(await probe(httpTarget(url), { body_contains: "only" })).toMatchObject({
      outcome: "down",
      code: 200,
    });
    const slow = await openRaw(head, "keep");
    expect(await probe(httpTarget(`http://127.0.0.1:${slow}/`), { body_contains: "x" }, 200)).toMatchObject({
      outcome: "down",
      failure: "timeout",
    });
  });

  test("no more than a megabyte is read, whatever the length, and nothing is inflated beyond it", async () => {
    const part = new Uint8Array(65_536).fill(97);
    let sent = 0;
    const endless = openSite(
      () =>
        new Response(
          new ReadableStream({
            pull: (controller) => {
              sent += part.length;
              controller.enqueue(part);
            },
          }),
        ),
    );
    const { probe } = openProber(LOOPBACK);
    const sight = await probe(httpTarget(endless), { body_contains: "b" }, 5_000);
    expect(sight).toMatchObject({ outcome: "down", code: 200, failure: null });
    expect(sent).toBeLessThan(64 * 1_048_576);
    const bomb = gzipSync(Buffer.alloc(64 * 1_048_576));
    const packed = openSite(() => new Response(bomb, { headers: { "content-encoding": "gzip" } }));
    expect((await probe(httpTarget(packed), { body_contains: "b" })).outcome).toBe("down");
    const small = openSite(
      () => new Response(gzipSync("all is well"), { headers: { "content-encoding": "gzip" } }),
    );
    expect((await probe(httpTarget(small), { body_contains: "well" })).outcome).toBe("up");
  });

  test("sends method, body and headers, and reads other encodings", async () => {
    const seen: string[] = [];
    const site = openSite(async (request) => {
      seen.push(
        `${request.method} ${await request.text()} ${request.headers.get("x-key")} ${request.headers.get("user-agent")}`,
      );
      return new Response(Buffer.from([0x6f, 0x6b, 0xe4]), {
        headers: { "content-type": "text/plain; charset=iso-8859-1" },
      });
    });
    const { probe } = openProber(LOOPBACK);
    const target = httpTarget(site, { method: "POST", body: "hello", headers: { "X-Key": "k" } });
    expect((await probe(target, { body_contains: "okä" })).outcome).toBe("up");
    expect(seen).toEqual([expect.stringMatching(/^POST hello k Andon\//)]);
  });

  test("a certificate that nobody vouches for fails, unless that is said not to matter", async () => {
    const pems = await generate([{ name: "commonName", value: "127.0.0.1" }]);
    const server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      tls: { cert: pems.cert, key: pems.private },
      fetch: () => new Response("ok"),
    });
    closers.push(() => void server.stop(true));
    const url = `https://127.0.0.1:${server.port}/`;
    const { probe } = openProber(LOOPBACK);
    expect(await probe(httpTarget(url))).toMatchObject({ outcome: "down", failure: "tls", code: 0 });
    expect(await probe(httpTarget(url, { verifyTls: false }))).toMatchObject({ outcome: "up", code: 200 });
    const old = await probe(httpTarget(url, { verifyTls: false }), { tls_days_left: 3_650 });
    expect(old).toMatchObject({ outcome: "down", code: 200 });
    expect(old.reason).toContain("at least 3650 are expected");
  });
});

describe("redirects", () => {
  test("are followed ten times at most, and not at all where that is said", async () => {
    let hops = 0;
    const loop = openSite((request) => {
      hops++;
      return new Response(null, { status: 302, headers: { location: new URL(request.url).pathname } });
    });
    const { probe } = openProber(LOOPBACK);
    expect(await probe(httpTarget(loop))).toMatchObject({ outcome: "down", failure: "protocol" });
    expect(hops).toBe(11);
    expect(await probe(httpTarget(loop, { followRedirects: false }), { status: "302" })).toMatchObject({
      outcome: "up",
      code: 302,
    });
  });

  test("keep method and body where they must, and drop both where they must", async () => {
    const seen: string[] = [];
    const site = openSite(async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname !== "/end")
        return new Response(null, { status: Number(pathname.slice(1)), headers: { location: "/end" } });
      seen.push(`${request.method} ${await request.text()}`);
      return new Response("ok");
    });
    const { probe } = openProber(LOOPBACK);
    for (const status of [301, 302, 303, 307, 308])
      await probe(httpTarget(`${site}/${status}`, { method: "POST", body: "b" }));
    expect(seen).toEqual(["GET ", "GET ", "GET ", "POST b", "POST b"]);
  });

  test("no secret follows to another host", async () => {
    const seen: (string | null)[] = [];
    const other = openSite(async (request) => {
      seen.push(request.headers.get("authorization"), request.headers.get("x-own"), await request.text());
      return new Response("ok");
    });
    const site = openSite(() => new Response(null, { status: 307, headers: { location: `${other}/` } }));
    const { probe } = openProber(LOOPBACK);
    const headers = { Authorization: "Bearer canary", "X-Own": "canary" };
    const sight = await probe(httpTarget(site, { method: "POST", headers, body: "canary" }));
    expect(sight.outcome).toBe("up");
    expect(seen).toEqual([null, null, ""]);
  });
});

describe("tcp", () => {
  test("a taken connection is up, anything else is not", async () => {
    const port = await openRaw("", "keep");
    const { probe } = openProber(LOOPBACK);
    const host = "127.0.0.1";
    expect(await probe({ type: "tcp", host, port })).toMatchObject({ outcome: "up", code: null });
    const closed = await probe({ type: "tcp", host, port: freePort() });
    expect(closed).toMatchObject({ outcome: "down", failure: "refused", code: 0 });
  });
});

describe("tls", () => {
  const openTls = async (days: number): Promise<{ port: number; ca: string }> => {
    const notAfterDate = new Date(Date.now() + days * 86_400_000);
    const pems = await generate([{ name: "commonName", value: "shop.test" }], {
      notAfterDate,
      extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: "shop.test" }] }],
    });
    const server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      tls: { cert: pems.cert, key: pems.private },
      fetch: () => new Response("ok"),
    });
    closers.push(() => void server.stop(true));
    return { port: server.port ?? 0, ca: pems.cert };
  };
  const target = (port: number, more = {}) =>
    ({ type: "tls", host: "127.0.0.1", port, serverName: "shop.test", ca: null, ...more }) as const;

  test("an old certificate fails, a young one does not", async () => {
    const { probe } = openProber(LOOPBACK);
    const { port, ca } = await openTls(20);
    expect(await probe(target(port, { ca }))).toMatchObject({ outcome: "up", reason: null });
    const old = await probe(target(port, { ca }), { tls_days_left: 30 });
    expect(old).toMatchObject({ outcome: "down", failure: null });
    expect(old.reason).toMatch(/valid for (19|20) more days; at least 30/);
  });

  test("issuer and name count unless that is said", async () => {
    const { probe } = openProber(LOOPBACK);
    const { port, ca } = await openTls(60);
    expect((await probe(target(port))).checks.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual([
      "tls_issuer",
    ]);
    const other = await probe(target(port, { ca, serverName: "other.test" }));
    expect(other.checks.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual(["tls_name"]);
    expect((await probe(target(port, { serverName: "other.test" }), { tls_trusted: false })).outcome).toBe(
      "up",
    );
  });

  test("what speaks no TLS fails in its time", async () => {
    const { probe } = openProber(LOOPBACK);
    const port = await openRaw("hello\r\n", "keep");
    expect((await probe(target(port), {}, 500)).outcome).toBe("down");
    const mute = await openRaw("", "keep");
    expect(await probe(target(mute), {}, 200)).toMatchObject({ outcome: "down", failure: "timeout" });
  });
});

describe("dns", () => {
  const target = (resolver: string, host = "shop.test") =>
    ({ type: "dns", host, recordType: "A", resolver }) as const;

  test("asks the server that is named, and compares", async () => {
    const server = await openDnsServer();
    closers.push(server.stop);
    server.answer = (name) => (name === "shop.test" ? "10.0.0.7" : null);
    const { probe } = openProber(LOOPBACK);
    expect(await probe(target(server.address))).toMatchObject({
      outcome: "up",
      answer: { body: "10.0.0.7" },
      address: server.address,
    });
    expect((await probe(target(server.address), { values: ["10.0.0.7"] })).outcome).toBe("up");
    expect(await probe(target(server.address), { values: ["10.0.0.8"] })).toMatchObject({
      outcome: "down",
      reason: "An expected answer is missing.",
    });
    expect(await probe(target(server.address, "none.test"))).toMatchObject({
      outcome: "down",
      failure: null,
      reason: "There is no such name.",
    });
  });

  test("a mute server is no answer", async () => {
    const server = await openDnsServer();
    closers.push(server.stop);
    server.answer = () => undefined;
    const { probe } = openProber(LOOPBACK);
    const sight = await probe(target(server.address), {}, 600);
    expect(sight.outcome).toBe("down");
    expect(["timeout", "dns_mute"]).toContain(sight.failure ?? "");
  });

  test("a server that may not be dialled is not asked", async () => {
    const server = await openDnsServer();
    closers.push(server.stop);
    const { probe } = openProber();
    expect(await probe(target(server.address))).toMatchObject({ outcome: "down", failure: "blocked" });
    expect(server.questions).toBe(0);
  });
});

describe("ping", () => {
  const target = { type: "ping", host: "127.0.0.1", port: 443 } as const;

  test("the system's echo counts, with its own time", async () => {
    const asked: string[] = [];
    const { probe } = openProber({
      ...LOOPBACK,
      ping: (address) => {
        asked.push(address);
        return Promise.resolve({ result: "reply", latencyMs: 12.4 });
      },
    });
    expect(await probe(target)).toMatchObject({ outcome: "up", latencyMs: 12 });
    expect((await probe(target, { max_latency_ms: 10 })).outcome).toBe("down");
    expect(asked).toEqual(["127.0.0.1", "127.0.0.1"]);
  });

  test("silence is a failure; without the program, or its right, a connection is tried", async () => {
    const silent = openProber({
      ...LOOPBACK,
      ping: () => Promise.resolve({ result: "silence", latencyMs: null }),
    });
    expect(await silent.probe(target)).toMatchObject({ outcome: "down", failure: "timeout" });
    for (const ping of [() => null, () => Promise.resolve({ result: "unable", latencyMs: null } as const)]) {
      const { probe } = openProber({ ...LOOPBACK, ping });
      // A refusal shows that somebody is there.
      expect((await probe({ ...target, port: freePort() })).outcome).toBe("up");
    }
  });

  test("what may not be dialled is not echoed either", async () => {
    let asked = 0;
    const { probe } = openProber({
      names: fakeNames(() => ["169.254.169.254"]),
      ping: () => {
        asked++;
        return Promise.resolve({ result: "reply", latencyMs: 1 });
      },
    });
    for (const host of ["127.0.0.1", "metadata.test", "0.0.0.0", "224.0.0.1"])
      expect(await probe({ ...target, host })).toMatchObject({ outcome: "down", failure: "blocked" });
    expect(asked).toBe(0);
  });
});

test("a look that a stop cuts off says nothing about the endpoint", async () => {
  const port = await openRaw("", "keep");
  const { probe, abandon } = openProber(LOOPBACK);
  const seen = probe(httpTarget(`http://127.0.0.1:${port}/`));
  await Bun.sleep(0);
  abandon();
  expect((await seen).outcome).toBe("unknown");
});
