// In: journal rows of two organizations, clients over both transports. Out: every row exactly once and
// in order to those it belongs to, from where they left off, until their session or the server ends.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { NOBODY } from "../../src/http/access";
import { streamRoutes } from "../../src/http/stream";
import { createStreamHub, type StreamEnd, type StreamHub, type StreamSink } from "../../src/http/stream/hub";
import { SYSTEM } from "../../src/core/actor";
import { silentLog } from "../../src/core/log";
import { presentJournalEvent } from "../../src/alerts/wire";
import { journalStatement } from "../../src/journal/append";
import { createJournalFeed, type JournalFeed } from "../../src/journal/feed";
import { cookieOf, startTestServer, type TestServer } from "../harness/server";

const MINUTE = 60_000;
const EMAIL = "boss@plant.example";
const PASSWORD = "correct horse battery";

let run: TestServer;
let hub: StreamHub;
let feed: JournalFeed;
const open: { close(): void }[] = [];

beforeEach(async () => {
  run = await startTestServer({
    firstStart: { adminEmail: EMAIL, adminPassword: PASSWORD },
    onDraining: () => void hub.stop(),
    routes: (plugin) => {
      // The server is made before the store is handed out: the hub comes when it is first asked for.
      const later: StreamHub = {
        name: "later",
        get size() {
          return hub.size;
        },
        start: async () => undefined,
        stop: async () => undefined,
        follow: (...words) => hub.follow(...words),
      };
      return [streamRoutes(plugin, { hub: later, publicUrl: null })];
    },
  });
  feed = createJournalFeed(run.opened.store);
  hub = createStreamHub({
    feed,
    clock: run.clock,
    log: silentLog,
    present: presentJournalEvent,
    stillHolds: run.access.stillHolds,
  });
  await hub.start();
});

afterEach(async () => {
  for (const one of open.splice(0)) one.close();
  await hub.stop();
  await run.close();
});

const note = (tenantId: string, text: string) =>
  journalStatement({
    tenantId,
    kind: "alert.noted",
    data: { alertId: "a1", text },
    subjectId: "a1",
    actor: SYSTEM,
    at: run.clock.now(),
  });

const write = (...texts: string[]) =>
  run.opened.store.engine.batch(texts.map((text) => note(run.tenantId, text)));

interface Heard {
  messages: Record<string, unknown>[];
  texts(): unknown[];
  until(count: number): Promise<void>;
  closed: Promise<{ code: number; reason: string }>;
}

const listen = (
  query = "",
  headers: Record<string, string> = { authorization: `Bearer ${run.token}` },
): Heard => {
  const socket = new WebSocket(`${run.url.replace("http", "ws")}/api/v1/stream${query}`, {
    headers,
  } as unknown as string[]);
  open.push(socket);
  const messages: Record<string, unknown>[] = [];
  let wake: () => void = () => undefined;
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.addEventListener("close", ({ code, reason }) => {
      resolve({ code, reason });
      wake();
    });
  });
  socket.addEventListener("message", ({ data }) => {
    messages.push(JSON.parse(String(data)) as Record<string, unknown>);
    wake();
  });
  return {
    messages,
    texts: () =>
      messages
        .filter(({ kind }) => kind === "alert.noted")
        .map(({ data }) => (data as { text: unknown }).text),
    until: async (count) => {
      while (messages.length < count && socket.readyState <= WebSocket.OPEN)
        await new Promise<void>((resolve) => (wake = resolve));
    },
    closed,
  };
};

const signIn = async (): Promise<string> =>
  cookieOf(
    await run.call("POST", "/api/v1/session", {
      body: { email: EMAIL, password: PASSWORD },
      token: null,
      headers: { origin: run.url },
    }),
  ) ?? "";

describe("a WebSocket", () => {
  test("is greeted with the newest number, then hears what comes, in the API's shape", async () => {
    await write("before");
    const latest = await feed.latest();
    const heard = listen();
    await heard.until(1);
    await write("one", "two");
    await heard.until(3);
    expect(heard.messages[0]).toEqual({ kind: "hello", seq: latest });
    expect(heard.texts()).toEqual(["one", "two"]);
    expect(heard.messages[1]).toEqual({
      seq: latest + 1,
      kind: "alert.noted",
      subject_id: "a1",
      at: new Date(run.clock.now()).toISOString(),
      actor: { kind: "system", id: null, name: "Andon" },
      data: { alert_id: "a1", text: "one" },
    });
  });

  test("goes on where it left off", async () => {
    await write("a", "b", "c");
    const latest = await feed.latest();
    const heard = listen(`?after=${latest - 2}`);
    await heard.until(3);
    await write("d");
    await heard.until(4);
    expect(heard.texts()).toEqual(["b", "c", "d"]);
  });

  test("gets hundreds of missed rows in order, and each once", async () => {
    const texts = Array.from({ length: 450 }, (_, index) => `row ${index}`);
    await write(...texts);
    const heard = listen("?after=0");
    while (heard.texts().length < 450) await heard.until(heard.messages.length + 1);
    expect(heard.texts()).toEqual(texts);
  });

  test("hears nothing of another organization", async () => {
    const heard = listen("?after=0");
    await heard.until(1);
    await run.opened.store.engine.batch([note("another", "secret"), note(run.tenantId, "mine")]);
    while (heard.texts().length === 0) await heard.until(heard.messages.length + 1);
    expect(heard.texts()).toEqual(["mine"]);
  });

  test("with a number from a replaced database begins at the newest", async () => {
    const heard = listen("?after=999999");
    await heard.until(1);
    await write("new");
    await heard.until(2);
    expect(heard.texts()).toEqual(["new"]);
  });

  test("is pinged every 15 s", async () => {
    const heard = listen();
    await heard.until(1);
    await run.clock.advance(15_000);
    await heard.until(2);
    expect(heard.messages[1]).toEqual({ kind: "ping" });
  });

  test("ends with 1001 when the server stops", async () => {
    const heard = listen();
    await heard.until(1);
    await hub.stop();
    expect(await heard.closed).toEqual({ code: 1001, reason: "stopping" });
    expect(hub.size).toBe(0);
  });

  test("without credentials, or from a foreign page, is refused", async () => {
    const cookie = await signIn();
    const refused = [
      listen("", {}),
      listen("", { authorization: "Bearer wrong" }),
      listen("", { cookie, origin: "https://evil.example" }),
      listen("", { cookie }),
    ];
    for (const heard of refused) {
      await heard.closed;
      expect(heard.messages).toEqual([]);
    }
    expect(hub.size).toBe(0);
  });

  test("with a session is open as long as the session, and no longer", async () => {
    const cookie = await signIn();
    const heard = listen("", { cookie, origin: run.url });
    await heard.until(1);
    await run.clock.advance(MINUTE);
    expect(hub.size).toBe(1);
    await run.call("DELETE", "/api/v1/session", { cookie });
    await run.clock.advance(15_000);
    expect(await heard.closed).toEqual({ code: 4401, reason: "signed_out" });
  });

  test("does not keep a session alive by itself", async () => {
    const cookie = await signIn();
    const heard = listen("", { cookie, origin: run.url });
    await heard.until(1);
    await run.clock.advance(12 * 60 * MINUTE + MINUTE);
    expect((await heard.closed).code).toBe(4401);
  });

  test("with a token that is deleted is closed", async () => {
    const doer = run.access.system(run.tenantId);
    const { token, secret } = await run.access.tokens.create(doer, { name: "board", role: "viewer" });
    const heard = listen("", { authorization: `Bearer ${secret}` });
    await heard.until(1);
    await run.access.tokens.remove(doer, token.id);
    await run.clock.advance(15_000);
    expect((await heard.closed).code).toBe(4401);
  });

  test("may talk: nobody listens", async () => {
    const socket = new WebSocket(`${run.url.replace("http", "ws")}/api/v1/stream`, {
      headers: { authorization: `Bearer ${run.token}` },
    } as unknown as string[]);
    open.push(socket);
    const first = Promise.withResolvers<void>();
    const second = Promise.withResolvers<string>();
    let count = 0;
    socket.addEventListener("message", ({ data }) =>
      count++ === 0 ? first.resolve() : second.resolve(String(data)),
    );
    await first.promise;
    socket.send("not json");
    socket.send(JSON.stringify({ kind: "alert.resolved" }));
    await write("after");
    expect(await second.promise).toContain("after");
  });
});

describe("server-sent events", () => {
  const follow = async (headers: Record<string, string> = {}, query = "") => {
    const abort = new AbortController();
    open.push({ close: () => abort.abort() });
    const response = await fetch(`${run.url}/api/v1/stream${query}`, {
      headers: { authorization: `Bearer ${run.token}`, accept: "text/event-stream", ...headers },
      signal: abort.signal,
    });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    const until = async (part: string): Promise<string> => {
      while (!text.includes(part)) {
        const read = await reader?.read();
        if (read === undefined || read.done) return text;
        text += read.value;
      }
      return text;
    };
    return { response, until, abort };
  };

  test("carry number and message, and go on after Last-Event-ID", async () => {
    await write("a", "b");
    const latest = await feed.latest();
    const { response, until } = await follow({ "last-event-id": String(latest - 1) });
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(response.headers.get("cache-control")).toBe("no-store");
    const text = await until('"b"');
    expect(text).toContain(`data: {"kind":"hello","seq":${latest}}\n\n`);
    expect(text).toContain(`id: ${latest}\ndata: {"seq":${latest},"kind":"alert.noted"`);
    expect(text).not.toContain('"a"}');
    await write("c");
    expect(await until('"c"')).toContain(`id: ${latest + 1}\n`);
  });

  test("have a comment every 15 s, and end when the server stops", async () => {
    const { until } = await follow();
    await until("hello");
    await run.clock.advance(15_000);
    await until(": ping\n\n");
    await hub.stop();
    await until("never");
    expect(hub.size).toBe(0);
  });

  test("are forgotten when the client goes", async () => {
    const { until, abort } = await follow();
    await until("hello");
    expect(hub.size).toBe(1);
    abort.abort();
    while (hub.size > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(hub.size).toBe(0);
  });

  test("need a login; anything else at this path is explained", async () => {
    const anonymous = await run.call("GET", "/api/v1/stream", {
      token: null,
      headers: { accept: "text/event-stream" },
    });
    expect(anonymous.status).toBe(401);
    const plain = await run.call("GET", "/api/v1/stream");
    expect(plain.status).toBe(400);
    expect(plain.json["detail"]).toContain("text/event-stream");
    const wrong = await run.call("GET", "/api/v1/stream?after=-1");
    expect(wrong.status).toBe(422);
  });
});

describe("a client that does not read", () => {
  const slowSink = () => {
    const sent: string[] = [];
    const ended: StreamEnd[] = [];
    const sink: StreamSink & { isFull: boolean } = {
      isFull: false,
      send: (message) => void sent.push(message),
      ping: () => void sent.push("ping"),
      hasRoom: () => !sink.isFull,
      end: (reason) => void ended.push(reason),
    };
    return { sink, sent, ended };
  };
  const principal = () => ({ ...NOBODY, tenantId: run.tenantId, actor: SYSTEM });

  test("gets nothing more, and all of it once it reads again", async () => {
    const { sink, sent, ended } = slowSink();
    const follower = await hub.follow(principal(), null, sink);
    sink.isFull = true;
    await write("kept back");
    await run.clock.advance(15_000);
    expect(sent.filter((message) => !message.includes("hello"))).toEqual([]);
    sink.isFull = false;
    follower.wake();
    await run.clock.settle();
    expect(sent.at(-1)).toContain("kept back");
    await run.clock.advance(MINUTE);
    expect(ended).toEqual([]);
    follower.leave();
  });

  test("is closed after 30 s", async () => {
    const { sink, ended } = slowSink();
    await hub.follow(principal(), null, sink);
    sink.isFull = true;
    await run.clock.advance(15_000);
    expect(ended).toEqual([]);
    await run.clock.advance(MINUTE);
    expect(ended).toEqual(["too_slow"]);
    expect(hub.size).toBe(0);
  });
});
