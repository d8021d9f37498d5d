// In: the compiled executable as a user without rights. Out: the whole program works from it: every
// embedded part, over http and https, on a read-only disk, and it stops in order.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Executable, isRoot, placeExecutable, type Running } from "./executable";

const TOKEN = "bootstrap-token-of-the-tests-0123456789abcdef";
const BOOTSTRAP = { ANDON_BOOTSTRAP_TOKEN: TOKEN };

let andon: Executable;
beforeEach(() => (andon = placeExecutable()));
afterEach(() => andon.remove());

const get = (running: Running, path: string, init: RequestInit = {}) =>
  fetch(running.url + path, {
    ...init,
    headers: { authorization: `Bearer ${TOKEN}`, ...(init.headers as Record<string, string> | undefined) },
    tls: { rejectUnauthorized: false },
  });

const post = (running: Running, path: string, body: unknown) =>
  get(running, path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

/** One call for each part that the bundler could have left out. */
const proveWhole = async (running: Running): Promise<void> => {
  const sent = await post(running, "/api/v1/readings", {
    machine: "press 4",
    metric: "temperature",
    value: 21.5,
  });
  expect(await sent.json()).toMatchObject({ accepted: 1, rejected: [] });
  const machines = (await (await get(running, "/api/v1/machines")).json()) as { data: { id: string }[] };
  expect(machines.data).toHaveLength(1);
  const query = `/api/v1/machines/${machines.data[0]?.id}/readings?metric=temperature&resolution=raw`;
  const readings = (await (await get(running, query)).json()) as {
    series: { points: { value: number }[] }[];
  };
  expect(readings.series[0]?.points[0]?.value).toBe(21.5);
  const line = await get(running, "/api/v2/write?precision=s", {
    method: "POST",
    headers: { "content-type": "text/plain" },
    body: "temperature,machine=oven value=180",
  });
  expect(line.status).toBe(204);
  const preview = await post(running, "/api/v1/notification-channels/preview", {
    type: "webhook",
    config: { url: "https://hooks.test/", dialect: "custom", template: '{"text": "{{ event | upcase }}"}' },
  });
  expect(await preview.json()).toMatchObject({ body: '{"text": "CHANNEL.TEST"}', is_valid_json: true });
  expect(await (await get(running, "/metrics")).text()).toContain("andon_journal_seq");
  expect((await get(running, "/docs/json")).status).toBe(200);
  for (const file of ["swagger-ui-bundle.js", "swagger-ui.css", "docs-page.js"])
    expect((await get(running, `/docs/assets/${file}`)).status).toBe(200);
};

const provePages = async (running: Running): Promise<void> => {
  const html = await (await get(running, "/alerts/1")).text();
  expect(html).toContain("<script");
  const files = [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map((match) => match[1] ?? "");
  expect(files.length).toBeGreaterThan(1);
  for (const file of files) expect(`${file} ${(await get(running, file)).status}`).toBe(`${file} 200`);
  expect(html).not.toMatch(/https?:\/\//);
};

describe("from an empty directory", () => {
  test("everything that is embedded works", async () => {
    const running = await andon.serve({ env: BOOTSTRAP });
    expect((await fetch(`${running.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${running.url}/readyz`)).status).toBe(200);
    await proveWhole(running);
    await provePages(running);
    const socket = new WebSocket(`${running.url.replace("http", "ws")}/api/v1/stream`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    } as unknown as string[]);
    const hello = await new Promise<string>((resolve, reject) => {
      socket.addEventListener("message", ({ data }) => resolve(String(data)));
      socket.addEventListener("close", () => reject(new Error("closed")));
    });
    expect(JSON.parse(hello)).toMatchObject({ kind: "hello" });
    socket.close();
    for (const logged of running.lines()) expect(JSON.parse(logged)).toHaveProperty("message");
  });

  test("the first start prints a link that works once", async () => {
    const running = await andon.serve();
    expect((await fetch(`${running.url}/readyz`)).status).toBe(503);
    const link = running
      .lines()
      .map((line) => /"(http:[^"]*\/setup\?token=[^"]+)"/.exec(line)?.[1])
      .find((found) => found !== undefined);
    expect(link).toStartWith(`${running.url}/setup?token=`);
    const token = new URL(link ?? "").searchParams.get("token");
    const body = { token, email: "boss@plant.example", password: "a long enough password" };
    expect((await post(running, "/api/v1/setup", { ...body, token: "guessed" })).status).toBe(403);
    expect((await post(running, "/api/v1/setup", body)).status).toBe(201);
    expect((await post(running, "/api/v1/setup", body)).status).toBe(409);
    expect((await fetch(`${running.url}/readyz`)).status).toBe(200);
  });

  test("https with a certificate of its own, which stays the same", async () => {
    const env = { ...BOOTSTRAP, ANDON_TLS_SELF_SIGNED: "true" };
    const first = await andon.serve({ env });
    await proveWhole(first);
    first.signal("SIGTERM");
    expect(await first.exited).toBe(0);
    const made = await Bun.file(join(andon.dataDir, "tls/self-signed.crt")).text();
    const second = await andon.serve({ env });
    expect((await get(second, "/readyz")).status).toBe(200);
    expect(await Bun.file(join(andon.dataDir, "tls/self-signed.crt")).text()).toBe(made);
  });
});

describe("a stop", () => {
  test("by SIGTERM is orderly: exit code 0, nothing left behind, the data still there", async () => {
    const first = await andon.serve({ env: BOOTSTRAP });
    await post(first, "/api/v1/machines", { name: "oven" });
    const startedAt = performance.now();
    first.signal("SIGTERM");
    expect(await first.exited).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    expect(existsSync(join(andon.dataDir, "running.json"))).toBe(false);
    const second = await andon.serve({ env: BOOTSTRAP });
    const machines = (await (await get(second, "/api/v1/machines")).json()) as { data: { name: string }[] };
    expect(machines.data.map(({ name }) => name)).toEqual(["oven"]);
    second.signal("SIGINT");
    expect(await second.exited).toBe(0);
  });

  test("ends open streams instead of waiting for them", async () => {
    const running = await andon.serve({ env: BOOTSTRAP });
    const events = await get(running, "/api/v1/stream", { headers: { accept: "text/event-stream" } });
    const body = events.text();
    running.signal("SIGTERM");
    expect(await running.exited).toBe(0);
    expect(await body).toContain("hello");
  });

  test("by a second signal is immediate", async () => {
    const running = await andon.serve({ env: BOOTSTRAP });
    // A request whose body never comes keeps the orderly stop waiting.
    const { port } = new URL(running.url);
    const socket = await Bun.connect({
      hostname: "127.0.0.1",
      port: Number(port),
      socket: {
        data: () => undefined,
        open: (opened) =>
          void opened.write(
            `POST /api/v1/readings HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${TOKEN}\r\n` +
              "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
          ),
      },
    });
    // Its answer comes after the server has taken the half request up.
    await (await get(running, "/readyz")).text();
    running.signal("SIGTERM");
    await running.untilLine('"stopping"');
    running.signal("SIGTERM");
    expect(await running.exited).toBe(1);
    await running.untilLine("stopped at once by a second signal");
    socket.end();
  });
});

describe("a disk that is read-only but for the data directory", () => {
  const prefix = (dataDir: string): string[] => [
    "unshare",
    "--mount",
    "--propagation=private",
    "sh",
    "-c",
    `mount --bind '${dataDir}' '${dataDir}' && mount -o remount,bind,ro / && mount -o remount,bind,rw '${dataDir}' && exec "$@"`,
    "sh",
  ];
  const canRemount =
    isRoot &&
    Bun.spawnSync(["unshare", "--mount", "--propagation=private", "sh", "-c", "mount -o remount,bind,ro /"], {
      stdio: ["ignore", "ignore", "ignore"],
    }).exitCode === 0;

  test.if(canRemount)("is enough", async () => {
    const running = await andon.serve({ env: BOOTSTRAP, prefix: prefix(andon.dataDir) });
    await proveWhole(running);
    await provePages(running);
    expect((await andon.run(["token", "create"])).exitCode).toBe(0);
  });
});
