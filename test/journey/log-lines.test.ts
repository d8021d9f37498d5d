// T24. In: real requests whose user agent, names and addresses hold line ends, terminal codes and
// other controls. Out: one JSON line per event on the process's own output, and none that a client wrote.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { connect } from "node:net";
import { startProcess, type TestProcess } from "../harness/app-process";

const FORGED = '{"level":"error","message":"forged","time":"2026-01-01T00:00:00.000Z"}';

/** What ends a line, moves a cursor, colours a terminal or turns text around. */
const NASTY = [
  `\r\n${FORGED}\r\n`,
  `\n${FORGED}\n`,
  `\r${FORGED}`,
  `\u001b[2J\u001b[31m${FORGED}\u001b[0m`,
  `\u001b]0;title\u0007`,
  `\u2028${FORGED}\u2029`,
  `\u0085${FORGED}`,
  `\u0000${FORGED}`,
  `\u202e${FORGED}\u2066`,
  `\ufeff${FORGED}`,
  `","level":"error","message":"forged`,
  "x".repeat(20_000),
];

let server: TestProcess;
beforeAll(async () => {
  server = await startProcess({
    env: { ANDON_LOG_LEVEL: "debug", ANDON_TRUSTED_PROXIES: "127.0.0.1" },
  });
});
afterAll(() => server.remove());

const send = async (path: string, body: unknown, headers: Record<string, string> = {}): Promise<number> => {
  const response = await fetch(`${server.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  await response.arrayBuffer();
  return response.status;
};

/** Bytes as they are: fetch would refuse to send them. Gives the status; 0 when there was no answer. */
const sendRaw = (head: string, body = ""): Promise<number> =>
  new Promise((resolve) => {
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    let received = "";
    const done = (): void => resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(received)?.[1] ?? 0));
    socket.on("close", done);
    socket.on("error", done);
    socket.on("data", (data) => (received += data.toString("latin1")));
    // Not ended: the server closes it behind its answer.
    socket.write(Buffer.from(`${head}\r\nConnection: close\r\n\r\n${body}`, "latin1"));
  });

const lines = (): string[] => server.output().split("\n").slice(0, -1);
const linesWith = (message: string): string[] =>
  lines().filter((line) => (JSON.parse(line) as { message: string }).message === message);

test("each failed sign-in is one line, whatever the address, the password and the browser are called", async () => {
  let sent = 0;
  for (const [index, nasty] of NASTY.entries()) {
    const headers = { "x-forwarded-for": `203.0.113.${index}` };
    const email = `${nasty.slice(0, 100)}@plant.example`;
    const status = await send("/api/v1/session", { email, password: `${nasty.slice(0, 200)}` }, headers);
    if (status === 401) sent++;
    await send("/api/v1/session", { email, password: 5, [nasty.slice(0, 100)]: nasty }, headers);
  }
  expect(sent).toBe(NASTY.length);
  const body = '{"email":"ann@plant.example","password":"wrong password"}';
  for (const [index, agent] of ["\u001b[31mred", "a\tb", "\u0085next", "\u00ff\u00fe", '","x":"'].entries()) {
    const status = await sendRaw(
      `POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nUser-Agent: ${agent}\r\n` +
        `X-Forwarded-For: 198.51.100.${index}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`,
      body,
    );
    if (status === 401) sent++;
  }
  expect(sent).toBeGreaterThan(NASTY.length + 2);
  expect(linesWith("sign-in failed")).toHaveLength(sent);
});

test("paths, hosts and methods, forwarded addresses and keys write nothing of their own", async () => {
  for (const nasty of [`%0d%0a${FORGED}`, `\u001b[31m`, `%E2%80%A8${FORGED}`, `?x=%0a${FORGED}`]) {
    await sendRaw(`GET /${nasty} HTTP/1.1\r\nHost: localhost`);
    await sendRaw(`GET / HTTP/1.1\r\nHost: ${nasty}`);
    await sendRaw(
      `GET /api/v1/alerts HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: ${nasty}\r\nIdempotency-Key: ${nasty}`,
    );
    await sendRaw(`${nasty} / HTTP/1.1\r\nHost: localhost`);
  }
  for (const line of lines()) expect(() => JSON.parse(line) as unknown).not.toThrow();
});

test("names of machines, metrics, rules, channels and people are data in the log as well", async () => {
  const authorization = { authorization: `Bearer ${server.token}` };
  await send(
    "/api/v1/users",
    { email: "u@plant.example", name: NASTY[0], password: "correct horse battery" },
    authorization,
  );
  for (const nasty of NASTY.slice(0, -1)) {
    const name = `a${nasty}b`;
    await send("/api/v1/readings", { machine: name, metric: name, value: 1 }, authorization);
    await send("/api/v1/machines", { name, labels: { [name]: name } }, authorization);
    await send("/api/v1/projects", { name }, authorization);
    await send("/api/v1/api-tokens", { name }, authorization);
    await send(
      "/api/v1/notification-channels",
      { name, type: "webhook", config: { url: `http://127.0.0.1:1/${nasty}` }, is_active: true },
      authorization,
    );
    const lineProtocol = await fetch(`${server.url}/api/v2/write`, {
      method: "POST",
      headers: authorization,
      body: `m,machine=${nasty.replaceAll(/[ ,=\n]/g, "\\$&")} value=1\nnonsense ${nasty}`,
    });
    await lineProtocol.arrayBuffer();
  }
});

test("every line is one JSON object without a control character, and none is forged", async () => {
  expect(await server.terminate()).toBe(0);
  expect(lines().length).toBeGreaterThan(NASTY.length);
  for (const line of lines()) {
    const entry = JSON.parse(line) as Record<string, unknown>;
    expect(Object.keys(entry).slice(0, 3)).toEqual(["time", "level", "message"]);
    expect(entry["message"]).not.toBe("forged");
    expect(line).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/u);
    for (const value of Object.values(entry))
      expect(
        Buffer.byteLength(typeof value === "string" ? value : JSON.stringify(value)),
      ).toBeLessThanOrEqual(8 * 1024);
  }
});
