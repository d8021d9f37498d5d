// T11, T12. In: signatures that are cut, empty, doubled or spelt otherwise, and bodies that a careless
// receiver would write anew before checking. Out: over HTTP, the decision that openssl comes to.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { startReceiver, type AlertWebhook, type Receiver } from "../../src/demo/receiver";

const NOW = Date.UTC(2026, 0, 1);
const KEY = Buffer.alloc(32, 7);
const SHARED = "shared-secret-of-the-test";
const TIMESTAMP = String(NOW / 1_000);

const told: AlertWebhook[] = [];
let receiver: Receiver;
beforeAll(() => {
  receiver = startReceiver({
    mailboxes: [{ path: "/in", sharedSecret: SHARED, signingSecret: `whsec_${KEY.toString("base64")}` }],
    now: () => NOW,
    onMessage: (_path, webhook) => told.push(webhook),
    onRefused: () => undefined,
  });
});
afterAll(() => receiver.stop());

const hasOpenssl = Bun.which("openssl") !== null;
if (!hasOpenssl) process.stdout.write("skipped: decisions compared with openssl, which is missing\n");

/** By another program than the one that checks. */
const opensslSignature = (id: string, body: Uint8Array): string => {
  const { stdout } = Bun.spawnSync(
    ["openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt", `hexkey:${KEY.toString("hex")}`, "-binary"],
    { stdin: Buffer.concat([Buffer.from(`${id}.${TIMESTAMP}.`), body]) },
  );
  return `v1,${stdout.toString("base64")}`;
};

let count = 0;

/** Header lines as they are, so that one may come twice or hold any byte. */
const send = (body: Uint8Array, signatures: (id: string) => string[], contentType = "application/json") =>
  new Promise<number>((resolve) => {
    const id = `msg_${++count}`;
    const head = [
      "POST /in HTTP/1.1",
      "Host: localhost",
      "Connection: close",
      `Content-Type: ${contentType}`,
      `Content-Length: ${body.byteLength}`,
      `X-Webhook-Secret: ${SHARED}`,
      `webhook-id: ${id}`,
      `webhook-timestamp: ${TIMESTAMP}`,
      ...signatures(id).map((signature) => `webhook-signature: ${signature}`),
      "",
      "",
    ].join("\r\n");
    const socket = connect(Number(new URL(receiver.url).port), "127.0.0.1");
    let answer = "";
    socket.on("data", (data) => (answer += data.toString("latin1")));
    socket.on("close", () => resolve(Number(answer.slice(9, 12))));
    socket.write(Buffer.concat([Buffer.from(head, "utf8"), body]));
  });

const text = (json: string): Uint8Array => new TextEncoder().encode(json);
const BODY = text('{"event":"alert.triggered","alert":{}}');

describe.skipIf(!hasOpenssl)("a signature", () => {
  const right = (id: string): string => opensslSignature(id, BODY);
  const digest = (id: string): Buffer => Buffer.from(right(id).slice(3), "base64");

  const REFUSED: [name: string, signatures: (id: string) => string[]][] = [
    ["none", () => []],
    ["an empty one", () => [""]],
    ["a version alone", () => ["v1,"]],
    ["a version without a comma", () => ["v1"]],
    ["another scheme's prefix alone", () => ["sha256="]],
    ["no version", (id) => [right(id).slice(3)]],
    ["another version", (id) => [right(id).replace("v1,", "v2,")]],
    ["one byte short", (id) => [`v1,${digest(id).subarray(0, 31).toString("base64")}`]],
    ["one byte long", (id) => [`v1,${Buffer.concat([digest(id), Buffer.alloc(1)]).toString("base64")}`]],
    ["the first byte", (id) => [`v1,${digest(id).subarray(0, 1).toString("base64")}`]],
    ["hexadecimal", (id) => [`v1,${digest(id).toString("hex")}`]],
    ["base64url", (id) => [`v1,${digest(id).toString("base64url")}x`]],
    ["without its padding", (id) => [right(id).replace(/=+$/, "")]],
    ["with letters behind it", (id) => [`${right(id)}AAAA`]],
    ["with what is no base64 behind it", (id) => [`${right(id)}!!!`]],
    ["with what is no base64 inside", (id) => [`${right(id).slice(0, 20)}*${right(id).slice(20)}`]],
    ["wide letters", (id) => [right(id).replace("v1,", "ｖ１，")]],
    ["two headers, the right one first", (id) => [right(id), "v1,AAAA"]],
    ["two headers, both right", (id) => [right(id), right(id)]],
    ["two headers, the right one last", (id) => ["v1,AAAA", right(id)]],
    ["the right one as the ninth", (id) => [`${"v1,AAAA ".repeat(8)}${right(id)}`]],
    ["of another ID", () => [right("msg_0")]],
  ];

  test.each(REFUSED)("%s is refused", async (_name, signatures) => {
    const before = told.length;
    expect(await send(BODY, signatures)).toBe(401);
    expect(told).toHaveLength(before);
  });

  test.each([
    ["alone", (id: string) => [right(id)]],
    ["the last of eight", (id: string) => [`${"v1,AAAA ".repeat(7)}${right(id)}`]],
    ["beside other versions", (id: string) => [`v1a,xyz ${right(id)} v2,abc`]],
  ] as const)("the right one %s is taken", async (_name, signatures) => {
    const before = told.length;
    expect(await send(BODY, signatures)).toBe(200);
    expect(told).toHaveLength(before + 1);
  });
});

describe.skipIf(!hasOpenssl)("the body", () => {
  /** Each says the same or nothing to a parser, and is other bytes. */
  const CORPUS: [name: string, body: Uint8Array][] = [
    ["odd white space", text(' {\t"event" :\r\n"alert.triggered" , "alert":{ } }\n\n')],
    ["keys twice", text('{"event":"a","event":"alert.triggered","alert":{}}')],
    ["escapes that need not be", text('{"event":"\\u0061lert.triggered","alert":{"name":"\\/\\u00e9"}}')],
    [
      "numbers written otherwise",
      text('{"event":"e","alert":{"metric_value":1.50e1,"threshold_value":-0.0}}'),
    ],
    ["other scripts", text('{"event": "e","alert":{"machine_name":"Öfen 日本 🔥"}}')],
    ["line separators", text('{"event": "e","alert":{"message":"a\u2028b\u2029c"}}')],
  ];

  /** The decision about the signature comes first; what is no JSON is refused after it. */
  const UNREADABLE: [name: string, body: Uint8Array][] = [
    ["a byte order mark", Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), BODY])],
    ["UTF-16", Buffer.from('{"event":"e"}', "utf16le")],
    ["bytes that are no UTF-8", Buffer.from([0x7b, 0xff, 0xfe, 0x7d])],
    ["half of it", BODY.slice(0, 20)],
    ["nothing", new Uint8Array()],
    ["NUL", Buffer.from([0])],
  ];

  const TYPES = [
    "application/json",
    "application/json; charset=utf-16",
    "text/plain; charset=iso-8859-1",
    "x",
  ];

  test.each(CORPUS)("%s: its own bytes decide, whatever the content type says", async (_name, body) => {
    for (const type of TYPES) expect(await send(body, (id) => [opensslSignature(id, body)], type)).toBe(200);
    const rewritten = text(JSON.stringify(JSON.parse(Buffer.from(body).toString("utf8"))));
    expect(await send(body, (id) => [opensslSignature(id, rewritten)])).toBe(401);
    const flipped = Uint8Array.from(body);
    flipped[flipped.length >> 1] = (flipped[flipped.length >> 1] ?? 0) ^ 1;
    expect(await send(flipped, (id) => [opensslSignature(id, body)])).toBe(401);
  });

  test.each(UNREADABLE)(
    "%s: signed it is refused for what it is, unsigned for its signature",
    async (_name, body) => {
      const before = told.length;
      expect(await send(body, (id) => [opensslSignature(id, body)])).toBe(400);
      expect(await send(body, (id) => [opensslSignature(id, BODY)])).toBe(401);
      expect(told).toHaveLength(before);
    },
  );
});
