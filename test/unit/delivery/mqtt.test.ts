// The MQTT transport by itself, against a real broker and ones that misbehave: one kept connection,
// acknowledgements, the last will, and what becomes of a broker that vanishes.
import { afterEach, describe, expect, test } from "bun:test";
import { createServer, type Socket } from "node:net";
import type { MqttRequest, MqttStatus } from "../../../src/channels/requests";
import { systemClock, type Clock } from "../../../src/core/clock";
import type { DialSocket } from "../../../src/delivery/connect";
import { createMqttTransport } from "../../../src/delivery/mqtt";
import { createResolver } from "../../../src/delivery/resolver";
import { createTargets } from "../../../src/delivery/targets";
import { createTrials } from "../../../src/delivery/trial";
import { createNetPolicy, type OutboundMode } from "../../../src/lib/net-policy";
import { FakeClock } from "../../harness/clock";
import { fakeNames } from "../../harness/dns";
import { certificateFor } from "../../harness/mail-relay";
import { openMqttBroker, type MqttBrokerOptions } from "../../harness/mqtt-broker";

const CHANNEL = "01960000-0000-7000-8000-0123456789ab";
const PASSWORD = "canary-broker-password";

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

const brokerWith = async (options: MqttBrokerOptions = {}) => {
  const broker = await openMqttBroker(options);
  cleanUps.push(broker.stop);
  return broker;
};

const transportWith = (
  parts: { clock?: Clock; mode?: OutboundMode; answers?: readonly string[]; dial?: DialSocket } = {},
) => {
  const clock = parts.clock ?? systemClock;
  const trials = createTrials(clock);
  const names = fakeNames(() => parts.answers ?? ["127.0.0.1"]);
  const targets = createTargets({
    policy: createNetPolicy({ mode: parts.mode ?? "open", allow: [] }),
    resolver: createResolver({ clock, nameServer: names, hostsPath: null }),
  });
  const reconnected: string[] = [];
  const mqtt = createMqttTransport({
    clock,
    targets,
    trials,
    dial: parts.dial,
    onReconnected: (id) => void reconnected.push(id),
  });
  cleanUps.push(mqtt.close);
  const send = (request: MqttRequest) => mqtt.send(request, { timeoutMs: 5_000, channelId: CHANNEL });
  return { mqtt, trials, names, send, reconnected };
};

const STATUS: MqttStatus = {
  topic: "andon/status",
  online: "online",
  offline: "offline",
  qos: 1,
  retain: true,
};

const requestTo = (
  port: number,
  session: Partial<MqttRequest["session"]> = {},
  messages: MqttRequest["messages"] = [{ topic: "andon/alerts", payload: '{"a":1}', qos: 1, retain: false }],
): MqttRequest => ({
  transport: "mqtt",
  url: `mqtt://broker.test:${port}`,
  session: {
    clientId: null,
    user: null,
    password: null,
    version: 4,
    keepAliveSeconds: 60,
    status: null,
    ...session,
  },
  messages,
});

/** Accepts connections, answers CONNECT with `answer`, and keeps what it is sent. */
const rawBroker = async (answer: (socket: Socket, count: number) => void) => {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    let count = 0;
    connections++;
    socket.on("data", () => answer(socket, count++));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const address = server.address();
  cleanUps.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    get connections() {
      return connections;
    },
  };
};

const CONNACK = Buffer.from([0x20, 2, 0, 0]);

describe("publishing", () => {
  test("every quality of service, retained or not, over one connection", async () => {
    const broker = await brokerWith();
    const { send } = transportWith();
    for (const qos of [0, 1, 2] as const)
      for (const retain of [false, true]) {
        const exchange = await send(
          requestTo(broker.port, {}, [{ topic: `a/${qos}/${retain}`, payload: "x", qos, retain }]),
        );
        expect(exchange).toMatchObject({ statusCode: 0, failure: null, error: null });
        expect(exchange.address).toBe(`127.0.0.1:${broker.port}`);
        const acknowledged = ["sent; QoS 0 has no acknowledgement", "PUBACK 0", "PUBCOMP 0"][qos];
        expect(exchange.responseBody).toBe(
          `PUBLISH a/${qos}/${retain} QoS ${qos}${retain ? " retained" : ""}: ${acknowledged}`,
        );
        await broker.waitFor(({ topic }) => topic === `a/${qos}/${retain}`);
      }
    expect(broker.clients).toEqual(["andon-080000123456789ab"]);
    expect([...broker.retained.keys()]).toEqual(["a/0/true", "a/1/true", "a/2/true"]);
  });

  test("side by side requests share the connection that the first one opens", async () => {
    const broker = await brokerWith();
    const { send } = transportWith();
    const exchanges = await Promise.all(Array.from({ length: 20 }, () => send(requestTo(broker.port))));
    expect(exchanges.every(({ statusCode }) => statusCode === 0)).toBe(true);
    expect(broker.taken.length).toBe(20);
    expect(broker.clients.length).toBe(1);
  });

  test("TLS: a known certificate is taken, an unknown one and one for another name are not", async () => {
    const certificate = await certificateFor("broker.test");
    const broker = await brokerWith({ certificate });
    const secure = (tls: MqttRequest["tls"]): MqttRequest => ({
      ...requestTo(broker.port),
      url: `mqtts://broker.test:${broker.port}`,
      ...(tls === undefined ? {} : { tls }),
    });
    expect((await transportWith().send(secure({ ca: certificate.cert }))).statusCode).toBe(0);
    expect((await transportWith().send(secure(undefined))).failure).toBe("tls");
    expect(
      await transportWith().send(secure({ ca: certificate.cert, serverName: "other.test" })),
    ).toMatchObject({ failure: "tls", error: "The certificate is for another host name." });
    expect(broker.clients.length).toBe(1);
  });
});

describe("signing in", () => {
  test("with user and password; a wrong one is the broker's answer, in no evidence is the password", async () => {
    const broker = await brokerWith({
      authenticate: (_client, user, password, done) =>
        user === "andon" && password?.toString() === PASSWORD
          ? done(null, true)
          : done(Object.assign(new Error("no"), { returnCode: 4 }), false),
    });
    const { send } = transportWith();
    const login = { user: "andon", password: PASSWORD };
    expect((await send(requestTo(broker.port, login))).statusCode).toBe(0);
    const wrong = await transportWith().send(requestTo(broker.port, { ...login, password: "wrong-canary" }));
    expect(wrong).toMatchObject({ statusCode: 134, failure: null, responseBody: "CONNACK 134" });
    expect(JSON.stringify(wrong)).not.toContain("wrong-canary");
  });
});

describe("one kept connection", () => {
  test("other settings, another connection; the old one says goodbye", async () => {
    const broker = await brokerWith();
    const { send } = transportWith();
    await send(requestTo(broker.port, { clientId: "one", status: STATUS }));
    await send(requestTo(broker.port, { clientId: "two" }));
    await broker.waitFor(({ topic, payload }) => topic === "andon/status" && payload === "offline");
    expect(broker.clients).toEqual(["one", "two"]);
    while (broker.connected > 1) await Bun.sleep(1);
  });

  test("the status: online before anything else, offline on goodbye and, by the broker, when we vanish", async () => {
    const broker = await brokerWith();
    const { mqtt, send, trials } = transportWith({
      dial: (host, port) => {
        const socket = connect(host, port);
        sockets.push(socket);
        return socket;
      },
    });
    const sockets: Socket[] = [];
    const { connect: dialNet } = await import("node:net");
    const connect = (host: string, port: number): Socket => dialNet({ host, port });
    await send(requestTo(broker.port, { status: STATUS }));
    expect(broker.taken.map(({ topic, payload }) => [topic, payload])).toEqual([
      ["andon/status", "online"],
      ["andon/alerts", '{"a":1}'],
    ]);
    sockets[0]?.destroy();
    const will = await broker.waitFor(({ payload }) => payload === "offline");
    expect(will).toMatchObject({ topic: "andon/status", qos: 1, retain: true });
    // Back a second later, and online again.
    await broker.waitForClients(2);
    while (broker.retained.get("andon/status") !== "online") await Bun.sleep(1);
    await mqtt.close();
    expect(broker.retained.get("andon/status")).toBe("offline");
    while (broker.connected > 0) await Bun.sleep(1);
    expect((await send(requestTo(broker.port))).failure).toBe("internal");
    trials.abandon();
  });

  test("a broker that vanishes: what is sent meanwhile fails, then it stands again by itself", async () => {
    const clock = new FakeClock();
    const broker = await brokerWith();
    const { send, reconnected } = transportWith({ clock });
    const request = requestTo(broker.port);
    expect((await send(request)).statusCode).toBe(0);
    await broker.vanish();
    await clock.settle();
    expect((await send(request)).failure).toBe("refused");
    await broker.comeBack();
    // Waits are doubled: 1 s after the loss, 2 s after the failed try.
    await clock.advance(10_000);
    await broker.waitForClients(2);
    while (reconnected.length === 0) await Bun.sleep(1);
    expect(reconnected).toEqual([CHANNEL]);
    expect((await send(request)).statusCode).toBe(0);
    expect(broker.clients.length).toBe(2);
  });

  test("a released channel is not connected again", async () => {
    const clock = new FakeClock();
    const broker = await brokerWith();
    const { mqtt, send } = transportWith({ clock });
    await send(requestTo(broker.port));
    mqtt.release(CHANNEL);
    while (broker.connected > 0) await Bun.sleep(1);
    await clock.advance(600_000);
    expect(broker.clients.length).toBe(1);
  });
});

describe("a broker that misbehaves", () => {
  test("accepts and says nothing: the deadline ends it", async () => {
    const clock = new FakeClock();
    const broker = await rawBroker(() => undefined);
    const sending = transportWith({ clock }).send(requestTo(broker.port));
    while (broker.connections === 0) await Bun.sleep(1);
    await clock.advance(4_999);
    await clock.advance(1);
    expect(await sending).toMatchObject({
      failure: "timeout",
      error: "There was no answer within 5 s.",
    });
  });

  test("never acknowledges: not delivered; the next try gets a new connection", async () => {
    for (const status of [null, STATUS]) {
      const clock = new FakeClock();
      let said = 0;
      const broker = await rawBroker((socket, count) => {
        said++;
        if (count === 0) socket.write(CONNACK);
      });
      const { send } = transportWith({ clock });
      const request = requestTo(broker.port, { status });
      for (const round of [1, 2]) {
        said = 0;
        const sending = send(request);
        while (said < 2) await Bun.sleep(1);
        await clock.advance(5_000);
        expect([round, (await sending).failure]).toEqual([round, "timeout"]);
        expect(broker.connections).toBeGreaterThanOrEqual(round);
      }
    }
  });

  test("closes, talks nonsense, or talks without end: each ends, and has its word", async () => {
    const closing = await rawBroker((socket) => socket.destroy());
    expect((await transportWith().send(requestTo(closing.port))).failure).toBe("reset");
    const nonsense = await rawBroker((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    expect((await transportWith().send(requestTo(nonsense.port))).failure).toBe("reset");
    let flooded = 0;
    const flooding = await rawBroker((socket, count) => {
      if (count > 0) return;
      socket.write(CONNACK);
      // A PUBLISH of 200 MiB, as far as it gets.
      socket.write(Buffer.from([0x30, 0x80, 0x80, 0x80, 0x64]));
      const pour = (): void => {
        if (socket.destroyed) return;
        flooded += 16_384;
        socket.write(Buffer.alloc(16_384), () => setImmediate(pour));
      };
      pour();
    });
    const exchange = await transportWith().send(requestTo(flooding.port));
    expect(exchange.failure).toBe("reset");
    // Some of it stays in the buffers of the system.
    expect(flooded).toBeLessThan(16 * 1_048_576);
  });

  test("a shutdown gives up what runs", async () => {
    const broker = await rawBroker((socket, count) => void (count === 0 && socket.write(CONNACK)));
    const { send, trials } = transportWith();
    const sending = send(requestTo(broker.port));
    while (broker.connections === 0) await Bun.sleep(1);
    trials.abandon();
    expect(await sending).toMatchObject({ failure: "internal", error: "Andon was stopped." });
  });
});

describe("where it dials", () => {
  test("only the address that was judged, with one resolution; refused ones are never dialled", async () => {
    const broker = await brokerWith();
    const { connect } = await import("node:net");
    const dialled: string[] = [];
    const dial: DialSocket = (host, port) => {
      dialled.push(host);
      return connect({ host: "127.0.0.1", port });
    };
    const allowed = transportWith({ dial, mode: "lan", answers: ["127.0.0.1", "10.1.2.3"] });
    expect(await allowed.send(requestTo(broker.port))).toMatchObject({
      statusCode: 0,
      address: `10.1.2.3:${broker.port}`,
    });
    expect([dialled, allowed.names.lookups]).toEqual([["10.1.2.3"], ["broker.test"]]);
    dialled.length = 0;
    for (const host of [
      "127.0.0.1",
      "[::1]",
      "0x7f.1",
      "017700000001",
      "169.254.169.254",
      "[::ffff:7f00:1]",
    ]) {
      const request = { ...requestTo(1883), url: `mqtt://${host}:1883` };
      const refused = await transportWith({ dial, mode: "lan" }).send(request);
      expect([host, refused.failure]).toEqual([host, "blocked"]);
    }
    expect(dialled).toEqual([]);
  });

  test("a name that moves to a forbidden address is not followed when the connection is made again", async () => {
    const clock = new FakeClock();
    const broker = await brokerWith();
    const { connect } = await import("node:net");
    const answers = ["10.1.2.3"];
    const dialled: string[] = [];
    const dial: DialSocket = (host, port) => {
      dialled.push(host);
      return connect({ host: "127.0.0.1", port });
    };
    const { send } = transportWith({ clock, dial, mode: "lan", answers });
    expect((await send(requestTo(broker.port))).statusCode).toBe(0);
    answers[0] = "127.0.0.1";
    await broker.vanish();
    await broker.comeBack();
    await clock.advance(120_000);
    expect((await send(requestTo(broker.port))).failure).toBe("blocked");
    expect(dialled).toEqual(["10.1.2.3"]);
    expect(broker.clients.length).toBe(1);
  });
});
