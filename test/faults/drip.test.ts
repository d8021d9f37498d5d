// T30. In: sockets that drip their headers or bodies, never read or never speak, by the hundred. Out: an
// honest client beside them waits for nothing and loses nothing. ANDON_FAULTS=long: 5,000 sockets for a
// minute, the honest client's waits count, and whoever drips a body or is mute has to be cut in time.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { connect } from "node:net";
import { join } from "node:path";
import { startProcess, type TestProcess } from "../harness/app-process";
import { shareOf, startCanary } from "../harness/canary-client";
import { runJob } from "../harness/job";
import { mebibytes, memoryOf } from "../harness/process";
import type { DripInput, DripOutput } from "./drip-client";

const IS_LONG = Bun.env["ANDON_FAULTS"] === "long";
const LONGEST_WAIT_MS = 250;
/** The idle time-out of 10 s, with the coarse clock that keeps it. */
const BODY_CUT_MS = 16_000;

const SOCKETS = IS_LONG
  ? { headers: 4_000, bodies: 400, deaf: 100, mute: 500, everyMs: 2_000, forMs: 60_000 }
  : { headers: 120, bodies: 40, deaf: 10, mute: 30, everyMs: 200, forMs: 3_000 };

let server: TestProcess;
beforeAll(async () => {
  server = await startProcess();
});
afterAll(() => server.remove());

/** Like a cellular modem: slower than the idle time-out allows, faster than anybody who drips. */
const uploadSlowly = (bytes: number, seconds: number): Promise<string> =>
  new Promise((resolve) => {
    const head = '[{"machine":"far away","metric":"level","value":1}';
    const body = `${head}${" ".repeat(bytes - head.length - 1)}]`;
    const socket = connect({
      port: Number(new URL(server.url).port),
      host: "127.0.0.1",
      localAddress: "127.0.2.1",
    });
    let received = "";
    socket.on("data", (data) => {
      received += data.toString("latin1");
      socket.destroy();
    });
    socket.on("error", () => undefined);
    socket.write(
      `POST /api/v1/readings HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${server.token}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    let sent = 0;
    const timer = setInterval(() => {
      if (socket.writable) socket.write(body.slice(sent, sent + Math.ceil(bytes / seconds / 4)));
      sent += Math.ceil(bytes / seconds / 4);
      if (sent >= bytes) clearInterval(timer);
    }, 250);
    socket.on("close", () => {
      clearInterval(timer);
      resolve(received.split("\r\n")[0] ?? "");
    });
  });

test(
  "an honest client is served as if they were not there",
  async () => {
    const canary = startCanary({ url: server.url, token: server.token, everyMs: 10 });
    const slowly = uploadSlowly(70_000, IS_LONG ? 14 : 2);
    const drips = await runJob<DripOutput>(join(import.meta.dir, "drip-client.ts"), {
      port: Number(new URL(server.url).port),
      token: server.token,
      ...SOCKETS,
    } satisfies DripInput);
    const peakMib = mebibytes(memoryOf(server.pid).peakBytes);
    const { refusals, acknowledged, lost, listsMs, readingsMs } = await canary.finish();

    const count = SOCKETS.headers + SOCKETS.bodies + SOCKETS.deaf + SOCKETS.mute;
    expect([drips.opened, drips.failed]).toEqual([count, 0]);
    if (IS_LONG) {
      // A body that drips is not waited for: neither with a token nor without.
      expect(drips.bodiesCut).toBe(SOCKETS.bodies);
      expect(drips.longestBodyMs).toBeLessThan(BODY_CUT_MS);
      expect(drips.mutesCut).toBe(SOCKETS.mute);
    }

    expect(await slowly).toBe("HTTP/1.1 202 Accepted");
    expect(refusals).toEqual([]);
    expect(lost).toBe(0);
    expect(acknowledged).toBeGreaterThan(50);
    const [lists, readings] = [shareOf(listsMs, 0.99), shareOf(readingsMs, 0.99)];
    process.stdout.write(
      `beside ${count} sockets: p99 of lists ${lists.toFixed(1)} ms, of ${acknowledged} readings ` +
        `${readings.toFixed(1)} ms; peak ${peakMib.toFixed(0)} MiB\n`,
    );
    expect(peakMib).toBeLessThan(350);
    if (IS_LONG) expect(Math.max(lists, readings)).toBeLessThan(LONGEST_WAIT_MS);
  },
  IS_LONG ? 300_000 : 60_000,
);

test("it stops in order while they hang on", async () => {
  const drips = runJob<DripOutput>(join(import.meta.dir, "drip-client.ts"), {
    port: Number(new URL(server.url).port),
    token: server.token,
    headers: 40,
    bodies: 20,
    deaf: 5,
    mute: 20,
    everyMs: 100,
    forMs: 1_500,
  } satisfies DripInput);
  await Bun.sleep(700);
  expect(await server.terminate()).toBe(0);
  expect((await drips).opened).toBe(85);
});
