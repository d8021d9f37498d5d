// T6, over the whole application. In: headers that a person asks to be sent along, created and changed
// over HTTP. Out: refused by name, or bytes on the wire with one frame, one body and our own headers.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { startApp, type TestApp } from "../harness/app";
import { seededRandom, wholeBetween } from "../harness/random";
import { openRawEndpoint } from "../harness/raw-endpoint";

let run: TestApp;
let endpoint: Awaited<ReturnType<typeof openRawEndpoint>>;
beforeAll(async () => {
  endpoint = await openRawEndpoint();
  run = await startApp({ config: { outboundMode: "open" } });
});
afterAll(async () => {
  await run.stop();
  endpoint.stop();
});

const create = (headers: Record<string, unknown>) =>
  run.api("POST", "/notification-channels", {
    name: "hook",
    type: "webhook",
    config: { url: `http://127.0.0.1:${endpoint.port}/hook`, secret: "the secret of the hook", headers },
    is_active: true,
  });

/** Framing, routing and identity belong to the sender. */
const OWN_NAMES =
  "Host host HOST Content-Length content-length Transfer-Encoding Connection Cookie webhook-id " +
  "Webhook-Timestamp WEBHOOK-SIGNATURE webhook-anything Upgrade TE Trailer Expect X-Forwarded-For " +
  "X-Real-IP Forwarded Proxy-Authorization Accept-Encoding (x) [x] {x} Ä X:Y";

const REFUSED_NAMES = OWN_NAMES.split(" ").concat([
  "",
  " ",
  "X Y",
  "X\r\nHost",
  "X\nY",
  "X\0",
  "X-A ",
  " X-A",
  "X\tA",
  "x".repeat(129),
]);

const REFUSED_VALUES = [
  "a\r\nHost: evil",
  "a\nb",
  "a\rb",
  "a\0b",
  "a\u007fb",
  "€",
  "a\u2028b",
  1,

  ["a"],
  { a: 1 },
];

describe("refused, when created and when changed", () => {
  test("names that frame, route or identify the request, and what is no name", async () => {
    const { body: channel } = await create({});
    for (const name of REFUSED_NAMES) {
      const created = await create({ [name]: "1" });
      const changed = await run.api("PATCH", `/notification-channels/${channel.id}`, {
        config: { headers: { [name]: "1" } },
      });
      for (const { status, body } of [created, changed])
        expect([name, status, String(body.field).startsWith("config.headers")]).toEqual([name, 422, true]);
    }
  });

  test("values that end a line or that no header can carry; the answer does not repeat them", async () => {
    for (const value of REFUSED_VALUES) {
      const { status, body } = await create({ "X-A": value });
      expect([value, status, body.field]).toEqual([value, 422, "config.headers.X-A"]);
      expect(JSON.stringify(body)).not.toContain("evil");
    }
  });

  test("the same name twice in other letters, also when one is there already", async () => {
    expect((await create({ "X-A": "1", "x-a": "2" })).status).toBe(422);
    const { body: channel } = await create({ "X-A": "1" });
    const again = await run.api("PATCH", `/notification-channels/${channel.id}`, {
      config: { headers: { "x-a": "2" } },
    });
    expect(again.status).toBe(422);
  });

  test("more than 20, or more than 4 KiB", async () => {
    const many = (count: number): Record<string, string> =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`X-${index}`, "1"]));
    expect((await create(many(20))).status).toBe(201);
    expect((await create(many(21))).status).toBe(422);
    expect((await create({ "X-A": "a".repeat(4_096) })).status).toBe(422);
  });
});

/** Pieces of names and values that could break a frame, and harmless ones. */
const PIECES = [
  "a",
  "Z",
  "-",
  "_",
  "X-",
  "1",
  ";",
  ",",
  '"',
  " ",
  "\t",
  ":",
  "é",
  "\r",
  "\n",
  "%0d%0a",
  "Host",
  "webhook-id",
  "~",
  "|",
];

test("200 random headers: what is taken leaves as one request with our own headers once", async () => {
  const random = seededRandom(11);
  const text = (): string =>
    Array.from(
      { length: wholeBetween(random, 1, 5) },
      () => PIECES[wholeBetween(random, 0, PIECES.length - 1)],
    ).join("");
  let taken = 0;
  for (let round = 0; round < 200; round++) {
    const [name, value] = [text(), text()];
    const { status, body: channel } = await create({ [name]: value });
    if (status !== 201) continue;
    taken++;
    const tested = await run.api("POST", `/notification-channels/${channel.id}/test`);
    expect([name, value, tested.body.success]).toEqual([name, value, true]);
    const { head, body } = endpoint.takeLast();
    const [first, ...rest] = head.split("\r\n");
    expect(first).toBe("POST /hook HTTP/1.1");
    const names = rest.map((line) => line.slice(0, line.indexOf(":")).toLowerCase());
    for (const own of ["host", "content-length", "webhook-id", "webhook-timestamp", "webhook-signature"])
      expect([own, names.filter((one) => one === own).length]).toEqual([own, 1]);
    expect(names).not.toContain("transfer-encoding");
    expect(names.filter((one) => one === name.toLowerCase())).toHaveLength(1);
    expect(head).not.toMatch(/[^\r]\n|\r[^\n]/);
    expect(body.length).toBe(Number(/\r\ncontent-length: *(\d+)/i.exec(`\r\n${rest.join("\r\n")}`)?.[1]));
  }
  expect(taken).toBeGreaterThan(10);
});
