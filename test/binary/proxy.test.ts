// T5, by the executable. In: every variable that names a proxy, all set to a canary. Out: webhooks over
// http and https arrive at their endpoints, and the canary never sees a connection.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { createServer, type Server } from "node:net";
import { generate } from "selfsigned";
import { openTlsEndpoint, type TlsEndpoint } from "../harness/misbehaving-server";
import { openRecordingSink, type RecordingSink } from "../harness/recording-sink";
import { placeExecutable, type Executable, type Running } from "./executable";

const TOKEN = "bootstrap-token-of-the-tests-0123456789abcdef";
const HEADERS = { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" };

let canary: Server;
let hits = 0;
let sink: RecordingSink;
let secure: TlsEndpoint;
let ca: string;
let executable: Executable;
let running: Running;

beforeAll(async () => {
  canary = createServer((socket) => {
    hits++;
    socket.end("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  });
  await new Promise<void>((resolve) => canary.listen(0, "127.0.0.1", resolve));
  const proxy = `http://127.0.0.1:${(canary.address() as { port: number }).port}`;
  sink = openRecordingSink();
  const made = await generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec",
    extensions: [
      { name: "basicConstraints", cA: true },
      { name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] },
    ],
  });
  ca = made.cert;
  secure = await openTlsEndpoint({ key: made.private, cert: made.cert });
  executable = placeExecutable();
  const names = [
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "ftp_proxy",
    "npm_config_proxy",
    "npm_config_https_proxy",
  ];
  running = await executable.serve({
    env: {
      ...Object.fromEntries(names.flatMap((name) => [name, name.toUpperCase()]).map((name) => [name, proxy])),
      NO_PROXY: "",
      no_proxy: "",
      ANDON_BOOTSTRAP_TOKEN: TOKEN,
      ANDON_OUTBOUND_ALLOW: `127.0.0.1:${sink.port},localhost:${secure.port},localhost:${sink.port}`,
    },
  });
});

afterAll(async () => {
  await executable?.remove();
  await sink?.stop();
  secure?.stop();
  canary?.close();
});

const call = async (path: string, body?: unknown): Promise<Record<string, unknown>> => {
  const response = await fetch(`${running.url}/api/v1${path}`, {
    method: "POST",
    headers: HEADERS,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (await response.json()) as Record<string, unknown>;
};

test.each([
  ["http to an address", () => ({ url: sink.url })],
  ["http to a name", () => ({ url: sink.url.replace("127.0.0.1", "localhost") })],
  ["https to a name", () => ({ url: `https://localhost:${secure.port}/hook`, tls: { ca } })],
] as const)("%s goes straight to its endpoint", async (name, config) => {
  const channel = await call("/notification-channels", {
    name,
    type: "webhook",
    config: config(),
    is_active: true,
  });
  const before = sink.received.length + secure.requests.length;
  const answer = await call(`/notification-channels/${String(channel["id"])}/test`);
  expect(answer).toMatchObject({ success: true, attempt: { outcome: "delivered" } });
  expect(sink.received.length + secure.requests.length).toBe(before + 1);
  expect(hits).toBe(0);
});

test("an endpoint that does not listen is refused, not asked of the proxy", async () => {
  await sink.stop();
  const channel = await call("/notification-channels", {
    name: "gone",
    type: "webhook",
    config: { url: sink.url },
    is_active: true,
  });
  const answer = await call(`/notification-channels/${String(channel["id"])}/test`);
  expect(answer).toMatchObject({ success: false, attempt: { outcome: "refused" } });
  expect(hits).toBe(0);
});

test("the canary would have seen it", async () => {
  const address = canary.address() as { port: number };
  await fetch(`http://127.0.0.1:${address.port}/`);
  expect(hits).toBe(1);
});
