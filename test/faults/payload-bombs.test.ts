// T14. In: bodies that cost far more than they weigh, sent to the whole program as a process, with a
// good token. Out: refusals, bounded memory, and an honest client beside them that loses nothing.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { startProcess, type TestProcess } from "../harness/app-process";
import { shareOf, startCanary, type CanaryClient } from "../harness/canary-client";
import { mebibytes, memoryOf } from "../harness/process";

const MIB = 1024 * 1024;
const JSON_TYPE = { "content-type": "application/json" };
const TEXT = { "content-type": "text/plain" };
const GZIP = { "content-encoding": "gzip" };
const CANARY_EVERY_MS = 5;
const IS_LONG = Bun.env["ANDON_FAULTS"] === "long";
const LONG_MS = 20_000;
const LONGEST_WAIT_MS = 100;

let server: TestProcess;
let canary: CanaryClient;

const peakMib = (): number => mebibytes(memoryOf(server.pid).peakBytes);

const post = async (
  path: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string>,
): Promise<{ status: number; bytes: number }> => {
  const response = await fetch(server.url + path, {
    method: "POST",
    headers: { authorization: `Bearer ${server.token}`, ...headers },
    body,
  });
  return { status: response.status, bytes: (await response.arrayBuffer()).byteLength };
};

const keysOf = (count: number): string =>
  Array.from({ length: count }, (_, index) => `"${index}":0`).join(",");
const list = (count: number, item: string): string => `[${new Array(count).fill(item).join(",")}]`;

beforeAll(async () => {
  server = await startProcess();
  canary = startCanary({ url: server.url, token: server.token, everyMs: CANARY_EVERY_MS });
  // What the first requests of each kind load is not the bombs' doing.
  for (let round = 0; round < 100; round++) {
    await post("/api/v1/readings", '{"machine":"m","metric":"m","value":1}', JSON_TYPE);
    await post("/api/v2/write", gzipSync("m,machine=m value=1"), { ...TEXT, ...GZIP });
  }
});
afterAll(() => server.remove());

type Bomb = [
  name: string,
  path: string,
  body: () => string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string>,
  status: number,
];

const spaces = gzipSync(Buffer.alloc(128 * MIB, 32));
const zeros = gzipSync(Buffer.alloc(128 * MIB));

/** 130 KB that become 128 MiB, 200,000 levels, a million keys. */
const CLASSICS: Bomb[] = [
  ["gzip to readings", "/api/v1/readings", () => spaces, { ...JSON_TYPE, ...GZIP }, 413],
  ["gzip to InfluxDB 2", "/api/v2/write", () => zeros, { ...TEXT, ...GZIP }, 413],
  ["gzip to InfluxDB 1", "/write", () => zeros, { ...TEXT, ...GZIP }, 413],
  ["gzip to InfluxDB 3", "/api/v3/write_lp", () => zeros, { ...TEXT, ...GZIP }, 413],
  ["gzip where none is taken", "/api/v1/machines", () => spaces, { ...JSON_TYPE, ...GZIP }, 415],
  [
    "nesting to readings",
    "/api/v1/readings",
    () => "[".repeat(200_000) + "]".repeat(200_000),
    JSON_TYPE,
    400,
  ],
  [
    "nesting to machines",
    "/api/v1/machines",
    () => '{"labels":'.repeat(80_000) + "1" + "}".repeat(80_000),
    JSON_TYPE,
    400,
  ],
  ["keys to readings", "/api/v1/readings", () => `{${keysOf(1_000_000)}}`, JSON_TYPE, 400],
  ["keys to machines", "/api/v1/machines", () => `{"name":"x","labels":{${keysOf(60_000)}}}`, JSON_TYPE, 400],
];

const OTHERS: Bomb[] = [
  ["gzip inside gzip", "/api/v2/write", () => gzipSync(zeros), { ...TEXT, ...GZIP }, 400],
  [
    "gzip named twice",
    "/api/v2/write",
    () => gzipSync(zeros),
    { ...TEXT, "content-encoding": "gzip, gzip" },
    415,
  ],
  ["deflate", "/api/v1/readings", () => spaces, { ...JSON_TYPE, "content-encoding": "deflate" }, 415],
  ["brotli", "/api/v1/readings", () => spaces, { ...JSON_TYPE, "content-encoding": "br" }, 415],
  ["twenty MiB of values", "/api/v1/readings", () => list(10_400_000, "1"), JSON_TYPE, 400],
  ["twenty MiB of empty objects", "/api/v1/readings", () => list(6_900_000, "{}"), JSON_TYPE, 400],
  ["lists of lists", "/api/v1/readings", () => list(2_000, list(1_000, "[]")), JSON_TYPE, 400],
  ["objects of many keys", "/api/v1/readings", () => list(1_500, `{${keysOf(1_000)}}`), JSON_TYPE, 400],
  ["more readings than one request takes", "/api/v1/readings", () => list(100_001, "{}"), JSON_TYPE, 413],
  [
    "a name of 19 MB",
    "/api/v1/readings",
    () => `{"machine":"${"x".repeat(19_000_000)}","metric":"m","value":1}`,
    JSON_TYPE,
    202,
  ],
  ["two million bad lines", "/api/v2/write", () => "x\n".repeat(2_000_000), TEXT, 400],
  ["two million bad lines, each named", "/api/v3/write_lp", () => "x\n".repeat(2_000_000), TEXT, 400],
];

/** No answer is larger than what it answers. */
const MOST_ANSWERED_BYTES = 64 * 1024;

const drop = async ([name, path, body, headers, status]: Bomb): Promise<void> => {
  const answer = await post(path, body(), headers);
  expect([name, answer.status, answer.bytes <= MOST_ANSWERED_BYTES]).toEqual([name, status, true]);
};

describe("bombs", () => {
  test("the classics, one after the other and four at once: refused within 64 MiB", async () => {
    expect(spaces.byteLength).toBeLessThan(200_000);
    const before = peakMib();
    for (const bomb of CLASSICS) await drop(bomb);
    await Promise.all(CLASSICS.slice(0, 4).map(drop));
    expect(peakMib() - before).toBeLessThan(64);
  });

  test("others: refused within what the largest body and its text take", async () => {
    const before = peakMib();
    for (const bomb of OTHERS) await drop(bomb);
    expect(peakMib() - before).toBeLessThan(160);
  });

  test("the honest client was served all the time, and what it sent is there", async () => {
    // Made once: the time that making one takes would count as the honest client's wait.
    const made = CLASSICS.map(([name, path, body, headers, status]): Bomb => {
      const whole = body();
      return [name, path, () => whole, headers, status];
    });
    const before = await canary.finish();
    canary = startCanary({ url: server.url, token: server.token, everyMs: CANARY_EVERY_MS });
    const until = performance.now() + (IS_LONG ? LONG_MS : 200);
    while (performance.now() < until) for (const bomb of made) await drop(bomb);
    const { refusals, acknowledged, lost, listsMs, readingsMs } = await canary.finish();
    expect([...before.refusals, ...refusals]).toEqual([]);
    expect([before.lost, lost]).toEqual([0, 0]);
    expect(before.acknowledged + acknowledged).toBeGreaterThan(50);
    expect(before.listsMs.length + listsMs.length).toBeGreaterThan(50);
    if (!IS_LONG) return;
    const [lists, readings] = [shareOf(listsMs, 0.99), shareOf(readingsMs, 0.99)];
    process.stdout.write(
      `beside bombs: p99 of lists ${lists.toFixed(0)} ms, of readings ${readings.toFixed(0)} ms\n`,
    );
    expect(Math.max(lists, readings)).toBeLessThan(LONGEST_WAIT_MS);
  });
});
