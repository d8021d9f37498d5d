// F4, F5, by the whole program as a process. In: a disk that is full, then has room again; syncs that
// fail; a disk that can no longer be written. Out: refusals with a time to wait, reading and sending that
// go on, recovery by itself, an exit code that says why, and nothing lost that was acknowledged.
// ANDON_FAULTS=long: the minute without a writer as well.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
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
const hasStrace = Bun.which("strace") !== null;
const canMount = process.getuid?.() === 0 && Bun.spawnSync(["unshare", "--mount", "true"]).exitCode === 0;
if (!hasStrace) process.stdout.write("skipped: failing syncs and writes, because strace is missing\n");
if (!canMount)
  process.stdout.write("skipped: a full disk under the whole program, because mounting one needs root\n");

const MIB = 1024 * 1024;
const RECOVERY_MS = 5_000;
const LIMIT_MS = 90_000;

let root: string;
let data: string;
let port: number;
let product: Product;
let sink: RecordingSink;

beforeEach(() => {
  root = temporaryDirectory("andon-storage-");
  data = join(root, "data");
  mkdirSync(data);
  port = freePort();
  sink = openRecordingSink();
});

afterEach(async () => {
  await product.kill();
  await sink.stop();
  removeProductFiles(data);
  removeDirectory(root);
});

const start = async (before: readonly string[] = []): Promise<void> => {
  const command = productCommand("source");
  product = startProduct({
    dataDirectory: data,
    port,
    command: { ...command, argv: [...before, ...command.argv] },
  });
  await product.ready();
};

interface Told {
  status: number;
  retryAfter: string | null;
  // oxlint-disable-next-line typescript/no-explicit-any
  body: any;
}

const call = async (method: string, path: string, body?: unknown): Promise<Told> => {
  const response = await fetch(`${product.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${BOOTSTRAP_TOKEN}`,
      ...(typeof body === "string"
        ? { "content-type": "text/plain" }
        : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    retryAfter: response.headers.get("retry-after"),
    body: text.startsWith("{") ? (JSON.parse(text) as unknown) : text,
  };
};

const setUp = async (): Promise<void> => {
  await call("POST", "/api/v1/notification-channels", {
    name: "Maintenance",
    type: "webhook",
    config: { url: sink.url, retry: Array.from({ length: 30 }, () => 1), jitter: false },
    is_active: true,
    events: ["alert.triggered"],
  });
  const rule = await call("POST", "/api/v1/alert-rules", {
    name: "Hot",
    severity: "critical",
    is_active: true,
    selector: {},
    condition: { type: "threshold", metric: "temperature", operator: ">", threshold: 80 },
  });
  expect(rule.status).toBe(201);
};

/** A breach on a machine of its own: an alert, and an outbox row. */
const breach = (machine: string): Promise<Told> =>
  call("POST", "/api/v1/readings", { machine, metric: "temperature", value: 95 });

const alertsOf = async (): Promise<string[]> =>
  ((await call("GET", "/api/v1/alerts?limit=500")).body.data as { machine_name: string }[]).map(
    ({ machine_name }) => machine_name,
  );

const until = async (isDone: () => Promise<boolean>, what: string, limitMs = 20_000): Promise<number> => {
  const from = performance.now();
  while (!(await isDone())) {
    if (performance.now() - from > limitMs) throw new Error(`${what} did not come about in ${limitMs} ms`);
    await Bun.sleep(20);
  }
  return performance.now() - from;
};

/** Writes until the last block is taken. */
const fillUp = (path: string): void => {
  const handle = openSync(path, "w");
  try {
    for (let size = MIB; size >= 512;) {
      try {
        writeSync(handle, new Uint8Array(size));
      } catch {
        size /= 2;
      }
    }
  } finally {
    closeSync(handle);
  }
};

describe.skipIf(!canMount)("a full disk", () => {
  beforeEach(() => {
    const mounted = Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", data]);
    if (mounted.exitCode !== 0) throw new Error(mounted.stderr.toString());
  });
  afterEach(async () => {
    await product.kill();
    Bun.spawnSync(["umount", "--lazy", data]);
  });

  test(
    "refuses with a time to wait; reading and sending go on; writing comes back by itself",
    async () => {
      await start();
      await setUp();
      // Stored before, and not delivered yet.
      sink.answerWith(503);
      expect((await breach("before")).status).toBe(202);
      await sink.waitFor(1);
      fillUp(join(data, "filler"));

      // Pages that are there already still take some.
      const taken: string[] = ["before"];
      let refusal: Told | undefined;
      for (let index = 0; refusal === undefined && index < 3_000; index++) {
        const answer = await breach(`m${index}`);
        if (answer.status === 202) taken.push(`m${index}`);
        else refusal = answer;
      }
      expect([refusal?.status, refusal?.body.code, Number(refusal?.retryAfter) > 0]).toEqual([
        507,
        "storage_full",
        true,
      ]);
      const lines = await call("POST", "/api/v2/write", "temperature,machine=lines value=96");
      expect([lines.status, Number(lines.retryAfter) > 0]).toEqual([503, true]);

      // People see what is there and why nothing is taken.
      expect((await call("GET", "/")).status).toBe(200);
      expect((await call("GET", "/healthz")).status).toBe(200);
      const ready = await call("GET", "/readyz");
      expect([ready.status, JSON.stringify(ready.body)]).toEqual([503, expect.stringContaining("full")]);
      expect(new Set(await alertsOf())).toEqual(new Set(taken));

      // What was stored is sent, though its result cannot be written yet.
      const before = sink.received.length;
      sink.answerWith(200);
      await until(async () => sink.received.length > before, "the delivery on a full disk");

      rmSync(join(data, "filler"));
      const freedAt = performance.now();
      await until(async () => (await breach("after")).status === 202, "writing again");
      await until(async () => (await call("GET", "/readyz")).status === 200, "readiness");
      expect(performance.now() - freedAt).toBeLessThan(RECOVERY_MS);

      const rows = async (): Promise<{ id: string; status: string }[]> =>
        (await call("GET", "/api/v1/deliveries?limit=500")).body.data;
      await until(
        async () => (await rows()).every(({ status }) => status === "delivered"),
        "all delivered",
        60_000,
      );
      // Each message was taken once by the endpoint: nothing was sent again because its result had to wait.
      const accepted = sink.received.slice(before).map(({ headers }) => headers["webhook-id"]);
      expect(new Set(accepted).size).toBe(accepted.length);

      await product.kill();
      await start();
      expect(new Set(await alertsOf())).toEqual(new Set([...taken, "after"]));
    },
    LIMIT_MS,
  );
});

/** `strace` that lets calls on the database's log fail, counted per thread. */
const failing = (call_: string, error: string, when: string): string[] => [
  ..."strace -D -f -qq -o /dev/null -P".split(" "),
  join(data, "andon.db-wal"),
  "-e",
  `trace=${call_}`,
  "-e",
  `inject=${call_}:error=${error}:when=${when}`,
];

/** Breaches until the process ends; the machines whose readings were acknowledged. */
const breachUntilEnd = async (limitMs: number): Promise<{ taken: string[]; code: number | null }> => {
  const taken: string[] = [];
  const until_ = performance.now() + limitMs;
  for (let index = 0; product.exitCode === null && performance.now() < until_; index++) {
    try {
      const { status } = await breach(`m${index}`);
      if (status === 202) taken.push(`m${index}`);
    } catch {
      await Bun.sleep(10);
    }
  }
  return { taken, code: product.exitCode };
};

describe.skipIf(!hasStrace)("a disk with errors", () => {
  test(
    "after a failed sync the process ends with 9, and the next one has all that was acknowledged",
    async () => {
      await start();
      await setUp();
      await product.stop();
      await start(failing("fsync,fdatasync", "EIO", "25+"));
      const { taken, code } = await breachUntilEnd(30_000);
      expect(code).toBe(9);
      expect(taken.length).toBeGreaterThan(5);
      await start();
      const alerts = new Set(await alertsOf());
      expect(taken.filter((machine) => !alerts.has(machine))).toEqual([]);
    },
    LIMIT_MS,
  );

  test.skipIf(!IS_LONG)(
    "without a writer for a minute: not ready, reading goes on, then it ends with 9",
    async () => {
      await start();
      await setUp();
      await product.stop();
      await start(failing("pwrite64", "EROFS", "60+"));
      const taken: string[] = [];
      let first = 0;
      for (let index = 0; first === 0; index++) {
        const { status } = await breach(`m${index}`);
        if (status === 202) taken.push(`m${index}`);
        else first = status;
      }
      const lostAt = performance.now();
      expect([503, 507]).toContain(first);
      await until(async () => (await call("GET", "/readyz")).status === 503, "no readiness");
      expect((await call("GET", "/api/v1/alerts")).status).toBe(200);
      const busy = product.processorSeconds();
      await Bun.sleep(20_000);
      // Waiting is waiting, not trying again as fast as it can.
      expect(product.processorSeconds() - busy).toBeLessThan(10);
      await until(async () => product.exitCode !== null, "the end", 60_000);
      expect(product.exitCode).toBe(9);
      expect(performance.now() - lostAt).toBeGreaterThan(40_000);
      await start();
      const alerts = new Set(await alertsOf());
      expect(taken.filter((machine) => !alerts.has(machine))).toEqual([]);
    },
    180_000,
  );
});
