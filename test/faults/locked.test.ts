// F11, by the whole program as a process: a backup tool or a shell holds the database's lock. Out: readings
// wait and are acknowledged once it lets go, or are refused after half a minute; reading, pages and health
// go on; the health says what it is; nothing that was acknowledged is lost. ANDON_FAULTS=long: a minute of it.
import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../harness/eventually";
import {
  BOOTSTRAP_TOKEN,
  freePort,
  productCommand,
  removeProductFiles,
  startProduct,
  type Product,
} from "../harness/process";
import { openRecordingSink, type RecordingSink } from "../harness/recording-sink";
import { removeDirectory, temporaryDirectory } from "../harness/store";

const IS_LONG = Bun.env["ANDON_FAULTS"] === "long";
/** Longer than a server waits for a silent client, and than a browser does with patience. */
const SHORT_LOCK_MS = 14_000;
const LONG_LOCK_MS = 60_000;
const GIVEN_UP_MS = 30_000;
const LIMIT_MS = 150_000;
/** A loop that stood still as long as the lock was held would be far above it. */
const STALL_SECONDS = 5;

let root: string;
let data: string;
let product: Product;
let sink: RecordingSink;
let foreign: Database | null;

beforeEach(async () => {
  root = temporaryDirectory("andon-locked-");
  data = join(root, "data");
  mkdirSync(data);
  sink = openRecordingSink();
  foreign = null;
  product = startProduct({
    dataDirectory: data,
    port: freePort(),
    command: productCommand("source"),
    env: { ANDON_OUTBOUND_ALLOW: `127.0.0.1:${sink.port}` },
  });
  await product.ready();
});
afterEach(async () => {
  foreign?.close();
  await product.kill();
  await sink.stop();
  removeProductFiles(data);
  removeDirectory(root);
});

const call = async (method: string, path: string, body?: unknown) => {
  const response = await fetch(`${product.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${BOOTSTRAP_TOKEN}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, retryAfter: response.headers.get("retry-after"), text };
};

const setUp = async (): Promise<void> => {
  await call("POST", "/api/v1/notification-channels", {
    name: "hook",
    type: "webhook",
    config: { url: sink.url, retry: [1, 1, 1, 1, 1], jitter: false },
    is_active: true,
  });
  await call("POST", "/api/v1/alert-rules", {
    name: "Hot",
    severity: "critical",
    is_active: true,
    selector: {},
    condition: { type: "threshold", metric: "temperature", operator: ">", threshold: 80 },
  });
};

const breach = (machine: string) =>
  call("POST", "/api/v1/readings", { machine, metric: "temperature", value: 95 });

const lagSeconds = async (): Promise<number> =>
  Number(/^andon_event_loop_lag_seconds (\S+)$/m.exec((await call("GET", "/metrics")).text)?.[1]);

const take = (): void => {
  foreign = new Database(join(data, "andon.db"));
  foreign.run("BEGIN IMMEDIATE");
};
const letGo = (): void => {
  foreign?.run("ROLLBACK");
};

const machinesTold = (): string[] =>
  sink.received.map(({ json }) => String((json["alert"] as Record<string, unknown>)["machine_name"]));

test(
  "for fourteen seconds: readings wait and are acknowledged, everything else goes on, nothing is cut",
  async () => {
    await setUp();
    expect((await breach("before")).status).toBe(202);
    await sink.waitFor(1);
    await lagSeconds();
    take();
    const from = performance.now();
    const waiting = ["a", "b", "c"].map(breach);
    await eventually(
      () => call("GET", "/readyz"),
      ({ status, text }) => status === 503 && text.includes("locked by another program"),
    );
    // What comes while it is known waits as well; reading needs no lock.
    waiting.push(breach("d"));
    let reads = 0;
    while (performance.now() - from < SHORT_LOCK_MS) {
      expect((await call("GET", "/healthz")).status).toBe(200);
      expect((await call("GET", "/api/v1/alerts")).status).toBe(200);
      reads++;
      await Bun.sleep(200);
    }
    expect(reads).toBeGreaterThan(10);
    expect(sink.received).toHaveLength(1);
    letGo();
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([202, 202, 202, 202]);
    expect(await lagSeconds()).toBeLessThan(STALL_SECONDS);
    await sink.waitFor(5);
    expect(machinesTold().sort()).toEqual(["a", "b", "before", "c", "d"]);
    expect((await call("GET", "/readyz")).status).toBe(200);
  },
  LIMIT_MS,
);

test(
  "at a stop: the program ends in time, with what it had acknowledged on disk",
  async () => {
    await setUp();
    expect((await breach("kept")).status).toBe(202);
    await sink.waitFor(1);
    take();
    const refused = breach("refused").catch(() => null);
    await eventually(
      () => call("GET", "/readyz"),
      ({ status }) => status === 503,
    );
    const { code, ms } = await product.stop();
    expect(code).toBe(0);
    expect(ms).toBeLessThan(10_000);
    expect((await refused)?.status ?? 503).toBe(503);
    letGo();
    const rows = foreign?.query("SELECT machine_name FROM alerts").values();
    expect(rows).toEqual([["kept"]]);
  },
  LIMIT_MS,
);

test.skipIf(!IS_LONG)(
  "for a minute: whoever has waited half of it is refused with a time to wait, the others are acknowledged",
  async () => {
    await setUp();
    take();
    const from = performance.now();
    const early = Promise.all(
      ["a", "b"].map(async (machine) => ({ ...(await breach(machine)), at: performance.now() })),
    );
    await Bun.sleep(GIVEN_UP_MS + 5_000);
    const late = breach("late");
    for (const { status, retryAfter, at } of await early) {
      expect([status, retryAfter]).toEqual([503, "5"]);
      expect(at - from).toBeGreaterThan(GIVEN_UP_MS - 1_000);
    }
    await Bun.sleep(Math.max(LONG_LOCK_MS - (performance.now() - from), 0));
    letGo();
    expect((await late).status).toBe(202);
    expect((await breach("a")).status).toBe(202);
    await sink.waitFor(2);
    expect(machinesTold().sort()).toEqual(["a", "late"]);
  },
  LIMIT_MS,
);
