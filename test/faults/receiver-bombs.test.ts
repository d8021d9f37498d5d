// T14 on receivers. In: bodies that cost far more than they weigh, sent by somebody who has the token and the secret,
// to receivers of every kind. Out: refusals or small answers, bounded memory and log, and an honest client beside
// them that loses nothing.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { startProcess, type TestProcess } from "../harness/app-process";
import { shareOf, startCanary, type CanaryClient } from "../harness/canary-client";
import { mebibytes, memoryOf } from "../harness/process";
import { hmacHex } from "../harness/receivers";

type Json = Record<string, unknown>;
type Body = string | Uint8Array<ArrayBuffer>;

const MIB = 1024 * 1024;
const SECRET = "the secret of the sender";
const CANARY_EVERY_MS = 5;
const IS_LONG = Bun.env["ANDON_FAULTS"] === "long";
const LONG_MS = 20_000;
const LONGEST_WAIT_MS = 100;

const KINDS = ["generic", "common", "alertmanager", "grafana", "statuspage", "andon", "github_actions"];

let server: TestProcess;
let canary: CanaryClient;
/** By preset: the path of a receiver that would make any service. */
let paths: Record<string, string>;

const api = async (method: string, path: string, body?: unknown): Promise<Json> => {
  const response = await fetch(`${server.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${server.token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (await response.json()) as Json;
};

const post = async (
  preset: string,
  body: Body,
  headers: Record<string, string> = {},
): Promise<{ status: number; bytes: number }> => {
  const response = await fetch(`${server.url}${paths[preset]}`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-webhook-signature": hmacHex(SECRET, body), ...headers },
    body,
  });
  return { status: response.status, bytes: (await response.arrayBuffer()).byteLength };
};

const startCanaryAnew = (): CanaryClient =>
  startCanary({ url: server.url, token: server.token, everyMs: CANARY_EVERY_MS });

beforeAll(async () => {
  server = await startProcess();
  const made = await Promise.all(
    KINDS.map(async (preset) => {
      const { url } = await api("POST", "/webhook-receivers", {
        name: preset,
        preset,
        ...(preset === "generic" || preset === "common" ? { service_name_field: "name" } : {}),
        create_missing_services: true,
        hmac_secret: SECRET,
        signature_header: "X-Webhook-Signature",
        signature_scheme: "auto",
      });
      return [preset, new URL(String(url)).pathname] as const;
    }),
  );
  paths = Object.fromEntries(made);
  // What the first requests load, and what honest ones of the same size take, is not the bombs' doing.
  const message = "x".repeat(1_000_000);
  for (let round = 0; round < 100; round++)
    await post("common", JSON.stringify({ name: "Shop", status: round % 2 === 0 ? "down" : "up" }));
  for (let round = 0; round < 20; round++)
    await post("common", JSON.stringify({ name: "Shop", status: "up", message }));
  canary = startCanaryAnew();
}, 60_000);
afterAll(() => server.remove());

const keysOf = (count: number): string =>
  Array.from({ length: count }, (_, index) => `"${index}":0`).join(",");
const list = (count: number, item: string): string => `[${new Array(count).fill(item).join(",")}]`;
const spaces = gzipSync(Buffer.alloc(128 * MIB, 32));
const FORM = { "content-type": "application/x-www-form-urlencoded" };
const BOUNDARY = { "content-type": "multipart/form-data; boundary=b" };
const part = '--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n';

type Bomb = [name: string, preset: string, body: Body, headers: Record<string, string>, status: number];

const ofEachKind = (name: string, body: Body, status: number): Bomb[] =>
  KINDS.map((preset) => [`${name} to ${preset}`, preset, body, {}, status]);

const manyObjects = list(340_000, "{}");

const BOMBS: Bomb[] = [
  ["130 KB that become 128 MiB", "generic", spaces, { "content-encoding": "gzip" }, 415],
  ["gzip without its name", "generic", spaces, {}, 400],
  ["a million keys", "generic", `{${keysOf(1_000_000)}}`, {}, 413],
  ...ofEachKind("200,000 levels", "[".repeat(200_000) + "]".repeat(200_000), 400),
  ...ofEachKind("60,000 levels of objects", '{"a":'.repeat(60_000) + "1" + "}".repeat(60_000), 400),
  ...ofEachKind("more keys than one object has", `{${keysOf(60_000)}}`, 400),
  ...ofEachKind("340,000 things", manyObjects, 400),
  ["340,000 alerts", "alertmanager", `{"alerts":${manyObjects}}`, {}, 400],
  ["340,000 alerts", "grafana", `{"alerts":${manyObjects}}`, {}, 400],
  ["340,000 alerts", "andon", `{"alerts":${manyObjects}}`, {}, 400],
  [
    "340,000 components",
    "statuspage",
    `{"incident":{"status":"investigating","impact":"major","incident_updates":[{"affected_components":${manyObjects}}]}}`,
    {},
    400,
  ],
  [
    "340,000 updates",
    "statuspage",
    `{"incident":{"status":"resolved","impact":"major","incident_updates":${manyObjects}}}`,
    {},
    400,
  ],
  [
    "340,000 services of an incident",
    "andon",
    `{"event":"incident.opened","incident":{"services":${manyObjects}}}`,
    {},
    400,
  ],
  ["a form of 300,000 fields", "generic", "a=1&".repeat(260_000), FORM, 400],
  ["levels inside a form", "generic", `payload=${"[".repeat(500_000)}`, FORM, 400],
  ["a form of 16,000 parts", "generic", part.repeat(16_000) + "--b--\r\n", BOUNDARY, 400],
  ["a word of a megabyte", "common", `{"name":"Shop","status":"${"x".repeat(1_000_000)}"}`, {}, 400],
  ["a name of a megabyte", "common", `{"name":"${"x".repeat(1_000_000)}","status":"down"}`, {}, 200],
  ["bytes that are no text", "generic", new Uint8Array(1_000_000).fill(0xff), {}, 400],
];

/** Of a refusal. */
const MOST_ANSWERED_BYTES = 64 * 1024;

const drop = async ([name, preset, body, headers, status]: Bomb): Promise<void> => {
  const answer = await post(preset, body, headers);
  expect([name, answer.status, answer.bytes <= MOST_ANSWERED_BYTES]).toEqual([name, status, true]);
};

const peakMib = (): number => mebibytes(memoryOf(server.pid).peakBytes);

describe("bombs", () => {
  test("one after the other and four at once: refused within 64 MiB of what honest ones take", async () => {
    expect(spaces.byteLength).toBeLessThan(200_000);
    const before = peakMib();
    for (const bomb of BOMBS) await drop(bomb);
    for (let from = 0; from < BOMBS.length; from += 4)
      await Promise.all(BOMBS.slice(from, from + 4).map(drop));
    expect(peakMib() - before).toBeLessThan(64);
  }, 60_000);

  test("a small request with a long word for each of 500 things is kept and answered small", async () => {
    const message = "é".repeat(4_000);
    const things = Array.from({ length: 500 }, (_, index) => ({
      name: `Thing ${index}`,
      status: "nonsense",
    }));
    const { id } = await api("POST", "/webhook-receivers", {
      name: "Long",
      service_name_field: "name",
      message_field: "$.message",
      items_field: "things",
    }).then(async (made) => {
      paths["long"] = new URL(String(made["url"])).pathname;
      return made;
    });
    const answer = await post("long", JSON.stringify({ message, things }));
    expect(answer.status).toBe(400);
    expect(answer.bytes).toBeLessThan(512 * 1024);
    const logged = await api("GET", `/webhook-receivers/${String(id)}/deliveries`);
    expect(JSON.stringify(logged).length).toBeLessThan(512 * 1024);
    const { data } = logged as { data: { items: Json[] }[] };
    expect(data[0]?.items).toHaveLength(500);
  }, 60_000);

  test("nothing of them has changed a service", async () => {
    const { data } = (await api("GET", "/services?limit=500")) as { data: Json[] };
    expect(data.map(({ name }) => String(name).slice(0, 5)).toSorted()).toEqual(["Shop", "xxxxx"]);
  });

  test("the honest client was served all the time, and what it sent is there", async () => {
    const before = await canary.finish();
    canary = startCanaryAnew();
    const until = performance.now() + (IS_LONG ? LONG_MS : 200);
    while (performance.now() < until) for (const bomb of BOMBS) await drop(bomb);
    const { refusals, acknowledged, lost, listsMs, readingsMs } = await canary.finish();
    expect([...before.refusals, ...refusals]).toEqual([]);
    expect([before.lost, lost]).toEqual([0, 0]);
    expect(before.acknowledged + acknowledged).toBeGreaterThan(50);
    if (!IS_LONG) return;
    const [lists, readings] = [shareOf(listsMs, 0.99), shareOf(readingsMs, 0.99)];
    process.stdout.write(
      `beside bombs to receivers: p99 of lists ${lists.toFixed(0)} ms, of readings ${readings.toFixed(0)} ms\n`,
    );
    expect(Math.max(lists, readings)).toBeLessThan(LONGEST_WAIT_MS);
  }, 60_000);
});
