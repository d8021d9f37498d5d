// What waited too long for a channel: people get one summary of it, a lamp only the newest, a program
// every event. Nothing is lost on the way, wherever the process ends.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { AppError } from "../../../src/core/errors";
import { newId } from "../../../src/core/ids";
import type { Channel } from "../../../src/channels/directory";
import type { OutboxRow } from "../../../src/delivery/outbox";
import { replayDelivery } from "../../../src/delivery/replay";
import { openDeliveryBench, principal, type DeliveryBench } from "../../harness/delivery";
import { registerType } from "../../harness/people-type";
import { openRecordingSink, type RecordingSink } from "../../harness/recording-sink";

registerType("test_people");
registerType("test_ordered", { behaviour: { ordered: true } });
registerType("test_lamp", { audience: "state" });
registerType("test_program", { audience: "program" });

const HOUR_MS = 3_600_000;

let bench: DeliveryBench;
let sink: RecordingSink;

beforeEach(async () => {
  sink = openRecordingSink();
  bench = await openDeliveryBench();
});
afterEach(async () => {
  await bench.close();
  await sink.stop();
});

const open = (type = "test_people", more: Record<string, unknown> = {}): Promise<Channel> =>
  bench.channel({}, { type, config: { url: sink.url }, ...more });

const settled = async (): Promise<void> => {
  await bench.worker.idle();
  await bench.clock.settle();
  await bench.worker.idle();
};

const eventsSent = (): unknown[] => sink.received.map(({ json }) => json["event"]);
const bodyOf = (index: number): string => String(sink.received[index]?.json["body"]);

/** Waits while the channel is paused. */
const tellWhilePaused = async (channel: Channel, count: number, named = ""): Promise<OutboxRow[]> => {
  channel.health = "paused";
  const rows = Array.from({ length: count }, (_, index) =>
    bench.plan(channel, bench.message("alert.triggered", { id: newId(), name: `${named}Alert ${index}` })),
  );
  await bench.commit(rows);
  await settled();
  return rows;
};

const resume = async (channel: Channel): Promise<void> => {
  await bench.service.resume(principal, channel.id);
  await settled();
};

const rowsOf = (rows: readonly OutboxRow[]): Promise<unknown[][]> =>
  bench.rows(
    `SELECT status, reason FROM outbox WHERE seq IN (${rows.map(({ seq }) => seq).join(",")}) ORDER BY seq`,
  );

describe("a pager", () => {
  test("is told of every end however late: what began is part of the summary", async () => {
    const channel = await bench.channel(
      {},
      { type: "pagerduty", config: { routing_key: "routing-key-0001", server: sink.url } },
    );
    const begin = bench.message("alert.triggered");
    await bench.commit(bench.planAll(channel, begin));
    await settled();
    channel.health = "paused";
    const other = bench.message("alert.triggered", { id: newId() });
    for (const message of [
      { ...begin, event: "alert.acknowledged" as const },
      { ...begin, event: "alert.resolved" as const },
      other,
    ])
      await bench.commit(bench.planAll(channel, message));
    await bench.clock.advance(2 * HOUR_MS);
    await resume(channel);
    const sent = sink.received.map(({ json }) => [json["event_action"], json["dedup_key"]]);
    expect(sent.filter(([, key]) => key === begin.alert!.id)).toEqual([
      ["trigger", begin.alert!.id],
      ["acknowledge", begin.alert!.id],
      ["resolve", begin.alert!.id],
    ]);
    expect(sent.filter(([, key]) => key === other.alert!.id)).toEqual([]);
    expect(sent.length).toBe(4);
    expect(sink.received.some(({ body }) => body.includes("While offline: 1 message"))).toBe(true);
  });
});

describe("people", () => {
  test("after a pause: one summary of what is old, then the fresh as usual", async () => {
    const channel = await open();
    const old = await tellWhilePaused(channel, 3, "Old ");
    await bench.clock.advance(HOUR_MS);
    const fresh = await tellWhilePaused(channel, 2, "Fresh ");
    await resume(channel);
    expect(eventsSent()).toEqual(["channel.summary", "alert.triggered", "alert.triggered"]);
    expect(sink.received[0]?.json["headline"]).toBe("While offline: 3 messages");
    expect(bodyOf(0).split("\n")).toEqual(
      old.map((_row, index) => expect.stringContaining(`UTC Critical: Old Alert ${index} on CNC`)),
    );
    const summaryId = sink.received[0]?.headers["webhook-id"];
    for (const [status, reason] of await rowsOf(old)) {
      expect(status).toBe("cancelled");
      expect(reason).toContain(String(summaryId));
    }
    expect((await rowsOf(fresh)).map(([status]) => status)).toEqual(["delivered", "delivered"]);
    expect(await bench.rows("SELECT status, outcome FROM outbox WHERE event = 'channel.summary'")).toEqual([
      ["delivered", "delivered"],
    ]);
  });

  test("after our own outage: rows that wait in the file when the program starts", async () => {
    const channel = await open();
    const { engine } = bench.testStore.store;
    const rows = [1, 2].map(() => bench.plan(channel, bench.message()));
    await bench.worker.stop();
    await engine.batch(rows.map(bench.delivery.outbox.insertStatement));
    await bench.clock.advance(HOUR_MS);
    await bench.restart();
    await settled();
    expect(eventsSent()).toEqual(["channel.summary"]);
    expect((await rowsOf(rows)).map(([status]) => status)).toEqual(["cancelled", "cancelled"]);
  });

  test("nothing is old: nothing is summarised, not even a second before its time", async () => {
    const channel = await open();
    await tellWhilePaused(channel, 3);
    await bench.clock.advance(HOUR_MS - 1_000);
    await resume(channel);
    expect(eventsSent()).toEqual(["alert.triggered", "alert.triggered", "alert.triggered"]);
  });

  test("the age is the channel's own", async () => {
    const channel = await open("test_people", { staleAfterSeconds: 60 });
    await tellWhilePaused(channel, 2);
    await bench.clock.advance(60_000);
    await resume(channel);
    expect(eventsSent()).toEqual(["channel.summary"]);
  });

  test("fifty lines and the count of the rest", async () => {
    const channel = await open();
    await tellWhilePaused(channel, 120);
    await bench.clock.advance(HOUR_MS);
    await resume(channel);
    expect(eventsSent()).toEqual(["channel.summary"]);
    const lines = bodyOf(0).split("\n");
    expect(lines).toHaveLength(51);
    expect(lines[0]).toContain("Alert 0 ");
    expect(lines.at(-1)).toBe("and 70 more");
  });

  test("a critical message that is fresh does not overtake the summary", async () => {
    const channel = await open();
    await tellWhilePaused(channel, 2);
    await bench.clock.advance(HOUR_MS);
    channel.health = "paused";
    await bench.tell(channel, bench.message(), { urgency: 0 });
    await resume(channel);
    expect(eventsSent()).toEqual(["channel.summary", "alert.triggered"]);
  });

  test("a backlog under a limit: what became old while it waited comes as one", async () => {
    const channel = await open("test_people", { rateLimitPerMinute: 1, staleAfterSeconds: 120 });
    await bench.commit(Array.from({ length: 9 }, () => bench.plan(channel, bench.message())));
    await settled();
    for (let minute = 0; minute < 4; minute++) {
      await bench.clock.advance(60_000);
      await settled();
    }
    expect(eventsSent()).toEqual(["alert.triggered", "alert.triggered", "channel.summary"]);
    expect(sink.received[2]?.json["headline"]).toBe("While offline: 7 messages");
  });

  test("an ordered channel: a message that is being retried is part of it like the others", async () => {
    const channel = await open("test_ordered", { staleAfterSeconds: 60 });
    sink.answerWith(500);
    const message = bench.message();
    await bench.tell(channel, message);
    await bench.tell(channel, { ...message, event: "alert.resolved" });
    await settled();
    sink.answerWith(200);
    await bench.clock.advance(30_000);
    await settled();
    expect(eventsSent()).toEqual(["alert.triggered", "alert.triggered", "alert.resolved"]);
    sink.answerWith(500);
    const next = bench.message();
    const rows = [bench.plan(channel, next), bench.plan(channel, { ...next, event: "alert.resolved" })];
    await bench.commit(rows);
    await settled();
    await bench.clock.advance(30_000);
    await settled();
    sink.answerWith(200);
    await bench.clock.advance(120_000);
    await settled();
    expect(eventsSent().slice(5)).toEqual(["channel.summary"]);
    expect((await rowsOf(rows)).map(([status]) => status)).toEqual(["cancelled", "cancelled"]);
  });

  test("a summary that could not be told yet becomes part of the next one", async () => {
    const channel = await open();
    await tellWhilePaused(channel, 2, "First ");
    await bench.clock.advance(HOUR_MS);
    sink.answerWith(500);
    await resume(channel);
    await tellWhilePaused(channel, 1, "Second ");
    await bench.clock.advance(HOUR_MS);
    sink.answerWith(200);
    await resume(channel);
    expect(eventsSent()).toEqual(["channel.summary", "channel.summary"]);
    expect(sink.received[1]?.json["headline"]).toBe("While offline: 3 messages");
    expect(bodyOf(1).split("\n")).toEqual([
      expect.stringContaining("First Alert 0"),
      expect.stringContaining("First Alert 1"),
      expect.stringContaining("Second Alert 0"),
    ]);
    const summaries = await bench.rows(
      "SELECT status, reason FROM outbox WHERE event = 'channel.summary' ORDER BY seq",
    );
    expect(summaries).toEqual([
      ["cancelled", expect.stringContaining(String(sink.received[1]?.headers["webhook-id"]))],
      ["delivered", null],
    ]);
  });

  test("what somebody wants to have again is sent as it is, however old", async () => {
    const channel = await open();
    const [row] = await tellWhilePaused(channel, 1);
    await bench.clock.advance(HOUR_MS);
    await resume(channel);
    expect(eventsSent()).toEqual(["channel.summary"]);
    await replayDelivery(
      {
        store: bench.testStore.store,
        clock: bench.clock,
        directory: bench.directory,
        outbox: bench.delivery.outbox,
        worker: bench.worker,
      },
      { tenantId: channel.tenantId, deliveryId: row!.id, hasNewId: false, actor: principal.actor },
    );
    await settled();
    expect(eventsSent()).toEqual(["channel.summary", "alert.triggered"]);
    expect(sink.received[1]?.headers["webhook-id"]).toBe(row!.id);
  });

  test("a channel that is deleted or paused in the same moment: nothing is sent, nothing is lost", async () => {
    const channel = await open();
    const rows = await tellWhilePaused(channel, 2);
    await bench.clock.advance(HOUR_MS);
    const resumed = bench.service.resume(principal, channel.id);
    await resumed;
    await bench.service.update(principal, channel.id, { isActive: false });
    await settled();
    const statuses = (await bench.rows("SELECT event, status FROM outbox ORDER BY seq")) as string[][];
    // Either they wait themselves, or a summary of them does.
    const isWaiting = statuses.some(([, status]) => status === "held") || sink.received.length > 0;
    expect(isWaiting).toBe(true);
    await bench.service.update(principal, channel.id, { isActive: true });
    await settled();
    expect(eventsSent()).toEqual(["channel.summary"]);
    expect((await rowsOf(rows)).map(([status]) => status)).toEqual(["cancelled", "cancelled"]);
  });
});

describe("the process ends", () => {
  for (const when of ["before", "after"] as const)
    test(`right ${when} the commit: one summary in the end, and every message is in it`, async () => {
      const channel = await open();
      const rows = await tellWhilePaused(channel, 4);
      await bench.clock.advance(HOUR_MS);
      const { engine } = bench.testStore.store;
      const batch = engine.batch.bind(engine);
      engine.batch = async (statements, durability) => {
        if (!statements.some(({ sql }) => sql.startsWith("INSERT INTO outbox ")))
          return batch(statements, durability);
        if (when === "after") await batch(statements, durability);
        // From here on this process writes and sends nothing.
        engine.batch = () => new Promise(() => undefined);
        return new Promise(() => undefined);
      };
      await bench.service.resume(principal, channel.id);
      await bench.clock.settle();
      expect(sink.received).toHaveLength(0);
      const waiting = await bench.rows("SELECT event, status FROM outbox ORDER BY seq");
      expect(waiting).toEqual(
        when === "after"
          ? [...rows.map(() => ["alert.triggered", "cancelled"]), ["channel.summary", "pending"]]
          : rows.map(() => ["alert.triggered", "pending"]),
      );
      engine.batch = batch;
      await bench.restart({ isGraceful: false });
      await settled();
      expect(eventsSent()).toEqual(["channel.summary"]);
      expect(sink.received[0]?.json["headline"]).toBe("While offline: 4 messages");
    });

  test("storage refuses for a while: it is tried again a second later, and nothing goes out by itself", async () => {
    const channel = await open();
    await tellWhilePaused(channel, 2);
    await bench.clock.advance(HOUR_MS);
    const { engine } = bench.testStore.store;
    const batch = engine.batch.bind(engine);
    let refused = 0;
    engine.batch = (statements, durability) => {
      if (!statements.some(({ sql }) => sql.startsWith("INSERT INTO outbox ")))
        return batch(statements, durability);
      refused++;
      return Promise.reject(new AppError("storage_full", "full"));
    };
    await bench.service.resume(principal, channel.id);
    await settled();
    await bench.clock.advance(3_000);
    await settled();
    expect(sink.received).toHaveLength(0);
    expect(refused).toBeGreaterThan(1);
    expect(refused).toBeLessThan(6);
    engine.batch = batch;
    await bench.clock.advance(1_000);
    await settled();
    expect(eventsSent()).toEqual(["channel.summary"]);
  });
});

test("a lamp: what is old ends as superseded, the newest is sent", async () => {
  const channel = await open("test_lamp");
  const old = await tellWhilePaused(channel, 3);
  await bench.clock.advance(HOUR_MS);
  await resume(channel);
  expect(eventsSent()).toEqual(["alert.triggered"]);
  expect(sink.received[0]?.headers["webhook-id"]).toBe(old[2]!.id);
  expect(await rowsOf(old)).toEqual([
    ["cancelled", expect.stringContaining(old[2]!.id)],
    ["cancelled", expect.stringContaining(old[2]!.id)],
    ["delivered", null],
  ]);
});

test("a program gets every event, the oldest first, days later", async () => {
  for (const type of ["test_program", "webhook"]) {
    const channel = await open(type);
    const before = sink.received.length;
    const rows = await tellWhilePaused(channel, 12);
    await bench.clock.advance(72 * HOUR_MS);
    await resume(channel);
    expect(sink.received.slice(before).map(({ headers }) => headers["webhook-id"])).toEqual(
      rows.map(({ id }) => id),
    );
  }
});

test("a summary for several recipients counts messages, not calls", async () => {
  const encoder = new TextEncoder();
  registerType("test_several", {
    composeEach: (message) =>
      ["anna", "ben"].map((to) => ({
        body: encoder.encode(JSON.stringify({ event: message.event, to, count: message.summary?.count })),
        contentType: `application/json; to=${to}`,
      })),
  });
  const channel = await open("test_several");
  channel.health = "paused";
  await bench.commit(
    [1, 2, 3].flatMap(() => bench.planAll(channel, bench.message("alert.triggered", { id: newId() }))),
  );
  await bench.clock.advance(HOUR_MS);
  await resume(channel);
  expect(sink.received.map(({ json }) => [json["to"], json["count"]])).toEqual([
    ["anna", 3],
    ["ben", 3],
  ]);
});
