// Starting and stopping: a taken port is named, requests in flight are finished, sockets are told.
import { afterEach, describe, expect, test } from "bun:test";
import { Elysia } from "elysia";
import type { AccessPlugin } from "../../src/http/access";
import { extendTimeout } from "../../src/http/request-facts";
import { startTestServer, type TestServer, type TestServerOptions } from "../harness/server";

let release: (() => void)[] = [];
const routes = (plugin: AccessPlugin) => [
  new Elysia({ prefix: "/api/v1" })
    .use(plugin)
    .get(
      "/slow",
      ({ request }) => {
        extendTimeout(request, 60);
        return new Promise<string>((resolve) => release.push(() => resolve("done")));
      },
      { access: "viewer" },
    )
    .ws("/live", {
      access: "viewer",
      open: (socket) => void socket.send(`hello ${socket.data.principal.role}`),
    }),
];

const opened: TestServer[] = [];
afterEach(async () => {
  for (const done of release.splice(0)) done();
  for (const run of opened.splice(0)) await run.close();
});
const start = async (options: TestServerOptions = {}): Promise<TestServer> => {
  release = [];
  const run = await startTestServer({ routes, ...options });
  opened.push(run);
  return run;
};

const heldRequests = async (run: TestServer, count: number): Promise<void> => {
  while (release.length < count || run.server.inFlight < count)
    await new Promise((done) => setImmediate(done));
};

const openSocket = (
  run: TestServer,
  token: string,
): Promise<{ first: string; closed: Promise<CloseEvent> }> =>
  new Promise((resolve, reject) => {
    // Bun's own second argument; the DOM's type knows only protocols.
    const options = { headers: { authorization: `Bearer ${token}` } } as unknown as string[];
    const socket = new WebSocket(`${run.url.replace("http", "ws")}/api/v1/live`, options);
    const closed = new Promise<CloseEvent>((done) => socket.addEventListener("close", done));
    socket.addEventListener("message", (event) => resolve({ first: String(event.data), closed }));
    socket.addEventListener("error", () => reject(new Error("refused")));
  });

describe("stopping", () => {
  test("finishes what is in flight, takes nothing new, and is done", async () => {
    const run = await start();
    const slow = run.call("GET", "/api/v1/slow");
    await heldRequests(run, 1);
    const stopped = run.server.stop();
    await expect(run.call("GET", "/api/v1/projects")).rejects.toThrow();
    release.splice(0).forEach((done) => done());
    const answer = await slow;
    expect([answer.status, answer.text]).toEqual([200, "done"]);
    await stopped;
    expect(run.server.inFlight).toBe(0);
  });

  test("cuts off what does not end in time", async () => {
    const run = await start();
    const slow = run.call("GET", "/api/v1/slow").then(
      () => "answered",
      () => "cut off",
    );
    await heldRequests(run, 1);
    const stopped = run.server.stop();
    await run.clock.advance(7_900);
    expect(await Promise.race([stopped.then(() => "stopped"), Bun.sleep(20).then(() => "waiting")])).toBe(
      "waiting",
    );
    await run.clock.advance(200);
    await stopped;
    expect(await slow).toBe("cut off");
  });

  test("closes WebSockets with 1001 and tells holders of streams, once", async () => {
    let told = 0;
    const run = await start({ onDraining: () => void told++ });
    const socket = await openSocket(run, run.token);
    expect(socket.first).toBe("hello admin");
    await Promise.all([run.server.stop(), run.server.stop()]);
    expect((await socket.closed).code).toBe(1001);
    expect(told).toBe(1);
    await run.server.stop();
  });
});

describe("starting", () => {
  test("on a taken port names the option", async () => {
    const run = await start();
    const second = startTestServer({ config: { port: run.server.port } });
    await expect(second).rejects.toMatchObject({ name: "StartupError", exitCode: 7 });
    await expect(second).rejects.toThrow(/ANDON_PORT/);
  });

  test("a WebSocket without a credential is refused", async () => {
    const run = await start();
    await expect(openSocket(run, "andon_wrong")).rejects.toThrow();
  });
});
