// T11, T12, T13. In: signatures that are cut, empty, doubled or spelt otherwise, bodies that a careless receiver
// would write anew before checking, and requests that were recorded. Out: over raw sockets and the whole
// program, the decision that openssl comes to, and one effect.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { connect } from "node:net";
import { startApp, type TestApp } from "../harness/app";
import { FakeClock } from "../harness/clock";
import { createReceiver, type TestReceiver } from "../harness/receivers";
import { removeDirectory, temporaryDirectory } from "../harness/store";

type Json = Record<string, unknown>;

const KEY = Buffer.alloc(32, 7);
const SECRET = `whsec_${KEY.toString("base64")}`;

const hasOpenssl = Bun.which("openssl") !== null;
if (!hasOpenssl) process.stdout.write("skipped: decisions compared with openssl, which is missing\n");

let clock: FakeClock;
let app: TestApp;
let directory: string;
let service: string;

const start = async (): Promise<void> => {
  app = await startApp({
    clock,
    directory,
    // Many refusals follow each other here.
    seams: {
      limits: { refused: { perSecond: 10_000, burst: 10_000 } },
      receiverLimits: { unverified: { perSecond: 10_000, burst: 10_000 } },
    },
  });
};

beforeAll(async () => {
  clock = new FakeClock();
  directory = temporaryDirectory();
  await start();
  service = (await app.api("POST", "/services", { name: "Shop" })).body.id;
});
afterAll(async () => {
  await app.stop();
  removeDirectory(directory);
});

const receiver = (settings: Json = {}): Promise<TestReceiver> =>
  createReceiver(app, { service_id: service, hmac_secret: SECRET, ...settings });

/** By another program than the one that checks; the key as hex. */
const openssl = (key: Buffer, input: Uint8Array): Buffer =>
  Bun.spawnSync(
    ["openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt", `hexkey:${key.toString("hex")}`, "-binary"],
    { stdin: Buffer.from(input) },
  ).stdout;

const path = (one: TestReceiver): string => new URL(String(one.made["url"])).pathname;

/** Header lines as they are, so that one may come twice or hold any byte. */
const send = (
  one: TestReceiver,
  body: Uint8Array,
  lines: readonly string[],
): Promise<{ status: number; result: unknown }> =>
  new Promise((resolve) => {
    const head = [
      `POST ${path(one)} HTTP/1.1`,
      "Host: localhost",
      "Connection: close",
      `Content-Length: ${body.byteLength}`,
      ...lines,
      "",
      "",
    ].join("\r\n");
    const socket = connect(Number(new URL(app.url).port), "127.0.0.1");
    let answer = "";
    socket.on("data", (data) => (answer += data.toString("utf8")));
    socket.on("close", () => {
      const json = answer.slice(answer.indexOf("\r\n\r\n") + 4);
      const body = json.startsWith("{") ? (JSON.parse(json) as Json) : {};
      resolve({ status: Number(answer.slice(9, 12)), result: body["result"] });
    });
    socket.write(Buffer.concat([Buffer.from(head, "utf8"), body]));
  });

const text = (json: string): Uint8Array => new TextEncoder().encode(json);
const BODY = text('{"status":"down"}');

let messages = 0;
const nextId = (): string => `msg_${++messages}`;
const seconds = (): string => String(Math.floor(clock.now() / 1_000));

const standardLines = (body: Uint8Array, id = nextId(), timestamp = seconds()): string[] => {
  const digest = createHmac("sha256", KEY).update(`${id}.${timestamp}.`).update(body).digest("base64");
  return [`webhook-id: ${id}`, `webhook-timestamp: ${timestamp}`, `webhook-signature: v1,${digest}`];
};

const statusOf = async (): Promise<string> => (await app.api("GET", `/services/${service}`)).body.status;

describe.skipIf(!hasOpenssl)("a digest in a header of its own", () => {
  const HEADER = "x-webhook-signature";
  let digest: Buffer;
  beforeAll(() => {
    // Such a header is made with the whole secret, whatever it begins with.
    digest = openssl(Buffer.from(SECRET), BODY);
  });
  const hex = (): string => digest.toString("hex");

  const REFUSED: [name: string, values: () => string[]][] = [
    ["none", () => []],
    ["an empty one", () => [""]],
    ["a prefix alone", () => ["sha256="]],
    ["another algorithm's prefix", () => [`sha1=${hex()}`]],
    ["the prefix twice", () => [`sha256=sha256=${hex()}`]],
    ["one byte short", () => [hex().slice(2)]],
    ["half a byte short", () => [hex().slice(1)]],
    ["one byte long", () => [`${hex()}00`]],
    ["the first byte", () => [hex().slice(0, 2)]],
    ["no hexadecimal", () => [hex().replace(/.$/, "g")]],
    ["of zeros", () => ["0".repeat(64)]],
    ["wide letters", () => [hex().replace(/./, "ａ")]],
    ["base64 of one byte less", () => [digest.subarray(0, 31).toString("base64")]],
    ["base64 of one byte more", () => [Buffer.concat([digest, Buffer.alloc(1)]).toString("base64")]],
    ["base64 without its padding", () => [digest.toString("base64").replace(/=+$/, "")]],
    ["base64url", () => [`${digest.toString("base64url").replace(/.$/, "-")}=`]],
    ["base64 of the hexadecimal", () => [Buffer.from(hex()).toString("base64")]],
    ["two headers, the right one first", () => [hex(), "0".repeat(64)]],
    ["two headers, the right one last", () => ["0".repeat(64), hex()]],
    ["two headers, both right", () => [hex(), hex()]],
    ["a list", () => [`${hex()},${hex()}`]],
    ["the secret itself", () => [SECRET]],
    ["of another secret", () => [openssl(Buffer.from("another secret"), BODY).toString("hex")]],
    ["of the decoded secret", () => [openssl(KEY, BODY).toString("hex")]],
  ];

  test.each(REFUSED)("%s is refused", async (_name, values) => {
    const one = await receiver();
    const answer = await send(
      one,
      BODY,
      values().map((value) => `${HEADER}: ${value}`),
    );
    expect(answer).toEqual({ status: 401, result: "auth_failed" });
    expect(await statusOf()).toBe("operational");
    expect(await one.deliveries("?result=auth_failed")).toHaveLength(1);
  });

  test("the right one is taken as hex of either case, with its prefix, and as base64", async () => {
    const one = await receiver();
    for (const value of [hex(), hex().toUpperCase(), `sha256=${hex()}`, digest.toString("base64")])
      expect([value, (await send(one, BODY, [`${HEADER}: ${value}`])).status]).toEqual([value, 200]);
    await one.postSigned({ status: "up" }, SECRET);
  });
});

describe.skipIf(!hasOpenssl)("Standard Webhooks", () => {
  const signed = (id: string, body: Uint8Array = BODY): string =>
    `v1,${openssl(KEY, Buffer.concat([Buffer.from(`${id}.${seconds()}.`), body])).toString("base64")}`;
  const raw = (id: string): Buffer => Buffer.from(signed(id).slice(3), "base64");

  const REFUSED: [name: string, signatures: (id: string) => string[]][] = [
    ["an empty one", () => [""]],
    ["a version alone", () => ["v1,"]],
    ["a version without a comma", () => ["v1"]],
    ["no version", (id) => [signed(id).slice(3)]],
    ["another version", (id) => [signed(id).replace("v1,", "v2,")]],
    ["one byte short", (id) => [`v1,${raw(id).subarray(0, 31).toString("base64")}`]],
    ["one byte long", (id) => [`v1,${Buffer.concat([raw(id), Buffer.alloc(1)]).toString("base64")}`]],
    ["hexadecimal", (id) => [`v1,${raw(id).toString("hex")}`]],
    ["without its padding", (id) => [signed(id).replace(/=+$/, "")]],
    ["with letters behind it", (id) => [`${signed(id)}AAAA`]],
    ["with what is no base64 inside", (id) => [`${signed(id).slice(0, 20)}*${signed(id).slice(20)}`]],
    ["wide letters", (id) => [signed(id).replace("v1,", "ｖ１，")]],
    ["two headers, the right one first", (id) => [signed(id), "v1,AAAA"]],
    ["two headers, both right", (id) => [signed(id), signed(id)]],
    ["two headers, the right one last", (id) => ["v1,AAAA", signed(id)]],
    ["the right one as the ninth", (id) => [`${"v1,AAAA ".repeat(8)}${signed(id)}`]],
    ["of another ID", () => [signed("msg_0")]],
    ["of another body", (id) => [signed(id, text('{"status":"up"}'))]],
  ];

  test.each(REFUSED)("%s is refused", async (_name, signatures) => {
    const one = await receiver();
    const id = nextId();
    const lines = [`webhook-id: ${id}`, `webhook-timestamp: ${seconds()}`];
    const answer = await send(one, BODY, [
      ...lines,
      ...signatures(id).map((value) => `webhook-signature: ${value}`),
    ]);
    expect(answer).toEqual({ status: 401, result: "auth_failed" });
    expect(await statusOf()).toBe("operational");
  });

  test.each([
    ["alone", (id: string) => signed(id)],
    ["the last of eight", (id: string) => `${"v1,AAAA ".repeat(7)}${signed(id)}`],
    ["beside other versions", (id: string) => `v1a,xyz ${signed(id)} v2,abc`],
  ] as const)("the right one %s is taken", async (_name, value) => {
    const one = await receiver();
    const id = nextId();
    const lines = [`webhook-id: ${id}`, `webhook-timestamp: ${seconds()}`, `webhook-signature: ${value(id)}`];
    expect((await send(one, BODY, lines)).status).toBe(200);
    await send(one, text('{"status":"up"}'), standardLines(text('{"status":"up"}')));
  });

  test("a doubled ID or time is refused", async () => {
    const one = await receiver();
    const [id = "", time = "", signature = ""] = standardLines(BODY);
    expect((await send(one, BODY, [id, id, time, signature])).status).toBe(401);
    expect((await send(one, BODY, [id, time, time, signature])).status).toBe(401);
    expect((await send(one, BODY, [id, signature])).status).toBe(401);
    expect((await send(one, BODY, [time, signature])).status).toBe(401);
  });
});

describe.skipIf(!hasOpenssl)("the body", () => {
  /** Each says the same or nothing to a parser, and is other bytes. */
  const CORPUS: [name: string, body: Uint8Array][] = [
    ["odd white space", text(' {\t"status" :\r\n"up" , "message":"" }\n\n')],
    ["keys twice", text('{"status":"down","status":"up"}')],
    ["escapes that need not be", text('{"status":"\\u0075p","message":"\\/\\u00e9"}')],
    ["numbers written otherwise", text('{"status":"up","value":1.50e1,"zero":-0.0}')],
    ["other scripts", text('{"status": "up","message":"Öfen 日本 🔥"}')],
    ["line separators", text('{"status": "up","message":"a\u2028b\u2029c"}')],
    ["a byte order mark", Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), text('{"status":"up"}')])],
    [
      "bytes that are no UTF-8",
      Buffer.concat([text('{"status":"up","x":"'), Buffer.from([0xff, 0xfe]), text('"}')]),
    ],
  ];
  /** Signed all right, and then no JSON. */
  const UNREADABLE: [name: string, body: Uint8Array][] = [
    ["UTF-16", Buffer.from('{"status":"up"}', "utf16le")],
    ["half of it", text('{"status":"u')],
    ["nothing", new Uint8Array()],
    ["NUL", Buffer.from([0])],
  ];
  const TYPES = [
    "application/json",
    "application/json; charset=utf-16",
    "text/plain; charset=iso-8859-1",
    "x",
  ];

  const decide = async (
    one: TestReceiver,
    body: Uint8Array,
    signedBody: Uint8Array,
    type: string,
  ): Promise<number> => {
    const signature = openssl(Buffer.from(SECRET), signedBody).toString("hex");
    return (await send(one, body, [`x-webhook-signature: ${signature}`, `content-type: ${type}`])).status;
  };

  test.each(CORPUS)("%s: its own bytes decide, whatever the content type says", async (_name, body) => {
    const one = await receiver();
    for (const type of TYPES) expect([type, await decide(one, body, body, type)]).toEqual([type, 200]);
    const rewritten = text(JSON.stringify(JSON.parse(new TextDecoder().decode(body))));
    expect(await decide(one, body, rewritten, "application/json")).toBe(401);
    const flipped = Uint8Array.from(body);
    flipped[flipped.length >> 1] = (flipped[flipped.length >> 1] ?? 0) ^ 1;
    expect(await decide(one, flipped, body, "application/json")).toBe(401);
  });

  test.each(UNREADABLE)("%s: the signature is judged first", async (_name, body) => {
    const one = await receiver();
    expect(await decide(one, body, body, "application/json")).toBe(400);
    expect(await decide(one, body, BODY, "application/json")).toBe(401);
  });
});

describe("a recorded request", () => {
  let one: TestReceiver;
  beforeEach(async () => {
    one = await receiver();
  });
  const effects = async (): Promise<number> => (await one.deliveries("?result=processed")).length;

  test("sent again after 1 s, 299 s, 301 s, a restart, and from 50 sockets has one effect", async () => {
    const lines = standardLines(BODY);
    const again = async () => send(one, BODY, lines);
    const storm = await Promise.all(Array.from({ length: 50 }, again));
    expect(storm.filter(({ result }) => result === "processed")).toHaveLength(1);
    expect(storm.filter(({ status, result }) => status === 200 && result === "ignored")).toHaveLength(49);
    await clock.advance(1_000);
    expect(await again()).toEqual({ status: 200, result: "ignored" });
    await app.stop();
    await start();
    expect(await again()).toEqual({ status: 200, result: "ignored" });
    await clock.advance(298_000);
    expect(await again()).toEqual({ status: 200, result: "ignored" });
    await clock.advance(2_000);
    expect(await again()).toEqual({ status: 401, result: "auth_failed" });
    const listed = await app.api("GET", `/webhook-receivers/${one.id}/deliveries?result=processed`);
    expect(listed.body.data).toHaveLength(1);
    await send(one, text('{"status":"up"}'), standardLines(text('{"status":"up"}')));
  });

  test("gets no other ID by a header that is not signed", async () => {
    const lines = standardLines(BODY);
    expect((await send(one, BODY, lines)).result).toBe("processed");
    expect((await send(one, BODY, [...lines, "x-delivery-id: another"])).result).toBe("ignored");
    expect(
      (
        await send(one, BODY, [
          ...lines.filter((line) => !line.startsWith("webhook-id")),
          "webhook-id: another",
        ])
      ).status,
    ).toBe(401);
    await send(one, text('{"status":"up"}'), standardLines(text('{"status":"up"}')));
    expect(await effects()).toBe(2);
  });

  test("of tomorrow is refused like one of yesterday", async () => {
    const ahead = String(Math.floor(clock.now() / 1_000) + 301);
    expect((await send(one, BODY, standardLines(BODY, nextId(), ahead))).status).toBe(401);
    const nearly = String(Math.floor(clock.now() / 1_000) + 299);
    const up = text('{"status":"up"}');
    expect((await send(one, up, standardLines(up, nextId(), nearly))).status).toBe(200);
  });
});

describe("schemes of senders", () => {
  const hmac = (secret: string, ...parts: string[]): string => {
    const hasher = createHmac("sha256", secret);
    for (const part of parts) hasher.update(part);
    return hasher.digest("hex");
  };
  const BODY_TEXT = '{"status":"up"}';
  const from = (settings: Json): Promise<TestReceiver> =>
    receiver({ hmac_secret: "a secret of the sender", ...settings });
  const secret = "a secret of the sender";

  test("GitHub's header is the preset's", async () => {
    const one = await from({ preset: "github_actions" });
    expect(one.made["signature_header"]).toBe("X-Hub-Signature-256");
    const ping = '{"zen":"Keep it simple."}';
    const right = await one.post(ping, {
      "x-hub-signature-256": `sha256=${hmac(secret, ping)}`,
      "x-github-event": "ping",
    });
    expect([right.status, right.body.result]).toEqual([200, "ignored"]);
    expect(
      (await one.post(ping, { "x-hub-signature-256": `sha256=${hmac("other secret", ping)}` })).status,
    ).toBe(401);
    expect((await one.post(ping, { "x-hub-signature": hmac(secret, ping) })).status).toBe(401);
  });

  test("GitLab's token itself, or Standard Webhooks; a digest is no token", async () => {
    const one = await from({ preset: "gitlab", hmac_secret: SECRET });
    const push = '{"object_kind":"push"}';
    expect((await one.post(push, { "x-gitlab-token": SECRET })).status).toBe(200);
    expect((await one.post(push, { "x-gitlab-token": `${SECRET}x` })).status).toBe(401);
    expect((await one.post(push, { "x-gitlab-token": hmac(SECRET, push) })).status).toBe(401);
    expect((await send(one, text(push), standardLines(text(push)))).status).toBe(200);
    const plain = await from({});
    expect((await plain.post(BODY_TEXT, { "x-webhook-signature": secret })).status).toBe(401);
  });

  test("PagerDuty's list of v1= and hex", async () => {
    const one = await from({ preset: "pagerduty" });
    const ping = '{"event":{"event_type":"pagey.ping"}}';
    const right = `v1=${hmac(secret, ping)}`;
    for (const value of [right, `v1=${"0".repeat(64)},${right}`])
      expect((await one.post(ping, { "x-pagerduty-signature": value })).status).toBe(200);
    for (const value of [
      hmac(secret, ping),
      "v1=",
      `v1=${"0".repeat(64)}`,
      `${"v1=00,".repeat(8)}${right}`,
      "",
    ])
      expect([value, (await one.post(ping, { "x-pagerduty-signature": value })).status]).toEqual([
        value,
        401,
      ]);
  });

  test("Grafana's time and body, within five minutes", async () => {
    const one = await from({ preset: "grafana", timestamp_header: "X-Grafana-Time" });
    const body = '{"alerts":[]}';
    const at = (offset: number): string => String(Math.floor(clock.now() / 1_000) + offset);
    const post = async (time: string, signedTime = time): Promise<number> =>
      (
        await one.post(body, {
          "x-grafana-time": time,
          "x-grafana-alerting-signature": hmac(secret, `${signedTime}:`, body),
        })
      ).status;
    expect(await post(at(0))).toBe(200);
    expect(await post(at(-299))).toBe(200);
    expect(await post(at(-301))).toBe(401);
    expect(await post(at(301))).toBe(401);
    expect(await post(at(1), at(0))).toBe(401);
    const without = await one.post(body, { "x-grafana-alerting-signature": hmac(secret, body) });
    expect(without.status).toBe(401);
    const simple = await from({ preset: "grafana" });
    expect((await simple.post(body, { "x-grafana-alerting-signature": hmac(secret, body) })).status).toBe(
      200,
    );
  });

  test("only Standard Webhooks where that is asked for", async () => {
    const one = await from({ signature_scheme: "standard", hmac_secret: SECRET });
    expect((await one.postSigned({ status: "up" }, SECRET)).status).toBe(401);
    expect((await send(one, text(BODY_TEXT), standardLines(text(BODY_TEXT)))).status).toBe(200);
  });
});
