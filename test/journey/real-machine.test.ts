// A machine's recorded temperature comes in as line protocol with its own times, in whatever way it
// is cut up and however often we are killed on the way: two alerts, each told once per event.
import { afterEach, describe, expect, test } from "bun:test";
import { startApp, type TestApp } from "../harness/app";
import { startProcess, type TestProcess } from "../harness/app-process";
import { openSignedSink, type SignedSink } from "../harness/signed-sink";
import {
  EPISODES,
  generateTrace,
  hasRecording,
  readRecording,
  toLineProtocol,
} from "../harness/temperature-trace";

const SECRET = "a-shared-secret-of-the-journey";
const MACHINE = "press-7";
const LINES_PER_REQUEST = 500;

interface Target {
  url: string;
  token: string;
}

const call = async (target: Target, path: string, body: unknown): Promise<Record<string, unknown>> => {
  const response = await fetch(`${target.url}/api/v1${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${target.token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(201);
  return (await response.json()) as Record<string, unknown>;
};

const configure = async (target: Target, sink: SignedSink): Promise<void> => {
  await call(target, "/notification-channels", {
    name: "Receiver",
    type: "webhook",
    config: { url: sink.url, secret: SECRET },
    events: ["alert.triggered", "alert.resolved"],
    is_active: true,
  });
  await call(target, "/alert-rules", {
    name: "Machine is cold",
    severity: "critical",
    is_active: true,
    selector: {},
    condition: {
      type: "threshold",
      metric: "temperature",
      operator: "<",
      threshold: 40,
      clear_threshold: 50,
    },
  });
};

const write = (target: Target, lines: readonly string[]): Promise<Response> =>
  fetch(`${target.url}/api/v2/write?org=default&bucket=default`, {
    method: "POST",
    headers: { authorization: `Token ${target.token}`, "content-type": "text/plain; charset=utf-8" },
    body: lines.join("\n"),
  });

const mustWrite = async (target: Target, lines: readonly string[]): Promise<void> => {
  const response = await write(target, lines);
  expect(response.status).toBe(204);
};

const inRequests = (lines: readonly string[], size: number): string[][] => {
  const requests: string[][] = [];
  for (let start = 0; start < lines.length; start += size) requests.push(lines.slice(start, start + size));
  return requests;
};

/** The last ten lines in another order, the same one at every run. */
const shuffleTail = (lines: string[], seed: number): string[] => {
  const tail = lines.slice(-10);
  let state = seed + 1;
  for (let index = tail.length - 1; index > 0; index--) {
    state = (state * 48_271) % 2_147_483_647;
    const other = state % (index + 1);
    [tail[index], tail[other]] = [tail[other] as string, tail[index] as string];
  }
  return [...lines.slice(0, -10), ...tail];
};

const expectTwoAlerts = async (target: Target, sink: SignedSink): Promise<void> => {
  await sink.arrived(4);
  const response = await fetch(`${target.url}/api/v1/alerts?limit=100`, {
    headers: { authorization: `Bearer ${target.token}` },
  });
  const { data } = (await response.json()) as { data: Record<string, unknown>[] };
  expect(
    data.map((alert) => ({ triggered: alert["triggered_at"], resolved: alert["resolved_at"] })).toReversed(),
  ).toEqual([...EPISODES]);
  expect(data.every((alert) => alert["status"] === "resolved")).toBe(true);
  // The same webhook-id twice would be a repeat after a kill, never a second message.
  const once = new Map(sink.messages.map((message) => [message.id, message]));
  const told = [...once.values()].map(
    (message) => `${message.event} ${(message.payload["alert"] as { id: string }).id}`,
  );
  expect(told.toSorted()).toEqual(
    data.flatMap((alert) => [`alert.resolved ${alert["id"]}`, `alert.triggered ${alert["id"]}`]).toSorted(),
  );
  expect(sink.refused).toBe(0);
};

const traces = [
  { name: "generated trace", lines: () => toLineProtocol(generateTrace(), MACHINE), skip: hasRecording },
  { name: "recorded trace", lines: () => toLineProtocol(readRecording(), MACHINE), skip: !hasRecording },
];

if (!hasRecording)
  process.stdout.write(
    "The recorded trace is not here; the generated one of the same shape covers the journey.\n",
  );

let app: TestApp | undefined;
let server: TestProcess | undefined;
let sink: SignedSink | undefined;

afterEach(async () => {
  await app?.stop();
  await server?.remove();
  await sink?.close();
  app = server = sink = undefined;
});

for (const trace of traces.filter(({ skip }) => !skip))
  describe(`the failing machine, ${trace.name}`, () => {
    const begin = async (): Promise<{ target: Target; sink: SignedSink; lines: string[] }> => {
      sink = openSignedSink(SECRET);
      app = await startApp({ config: { outboundAllow: [sink.listener] } });
      await configure(app, sink);
      return { target: app, sink, lines: trace.lines() };
    };

    test("in one batch", async () => {
      const { target, sink, lines } = await begin();
      await mustWrite(target, lines);
      await expectTwoAlerts(target, sink);
    }, 30_000);

    test("in single requests", async () => {
      const { target, sink, lines } = await begin();
      for (const line of lines) {
        const response = await write(target, [line]);
        if (response.status !== 204) expect(response.status).toBe(204);
      }
      await expectTwoAlerts(target, sink);
    }, 90_000);

    test("shuffled within the last ten lines of each request", async () => {
      const { target, sink, lines } = await begin();
      for (const [index, request] of inRequests(lines, LINES_PER_REQUEST).entries())
        await mustWrite(target, shuffleTail(request, index));
      await expectTwoAlerts(target, sink);
    }, 30_000);

    test("with kill -9 and a restart in the middle, what was not acknowledged sent again", async () => {
      sink = openSignedSink(SECRET);
      server = await startProcess({ env: { ANDON_OUTBOUND_ALLOW: sink.listener } });
      await configure(server, sink);
      const requests = inRequests(trace.lines(), LINES_PER_REQUEST);
      // Between the first alert's trigger and its end, and once more while the second one is open.
      const killAt = new Set([8, 39]);
      for (const [index, request] of requests.entries()) {
        if (killAt.has(index)) {
          const unanswered = write(server, request).catch(() => undefined);
          await server.kill();
          await unanswered;
          await server.restart();
        }
        await mustWrite(server, request);
      }
      await expectTwoAlerts(server, sink);
    }, 60_000);
  });
