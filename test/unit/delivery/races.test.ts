// What happens to messages under way when their channel changes at that very moment: each of them
// still ends, waits where it should wait, and stands in nobody's way.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { AppError } from "../../../src/core/errors";
import type { Statement } from "../../../src/store/engine";
import { openDeliveryBench, principal, type DeliveryBench } from "../../harness/delivery";
import { openRecordingSink, type RecordingSink } from "../../harness/recording-sink";

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

const gate = () => {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
};

/** Batches with a matching statement are committed, but their caller hears of it only after `until`. */
const delayAnswer = (matches: (statement: Statement) => boolean, until: () => Promise<void>): void => {
  const { engine } = bench.testStore.store;
  const batch = engine.batch.bind(engine);
  engine.batch = async (statements) => {
    const results = await batch(statements);
    if (statements.some(matches)) await until();
    return results;
  };
};

const statusAndReason = async (seq: number): Promise<unknown> =>
  (await bench.rows("SELECT status, reason, next_attempt_at FROM outbox WHERE seq = ?", [seq]))[0];

describe("a failure that comes in while the channel's change is being committed", () => {
  test("deleted: the message is cancelled, not left waiting", async () => {
    const { open, opened } = gate();
    const channel = await bench.channel({ url: sink.url, retry: [60] });
    sink.answerWith(async () => {
      await opened;
      return new Response(null, { status: 500 });
    });
    const row = await bench.tell(channel);
    await sink.waitFor(1);
    delayAnswer(
      ({ sql }) => sql.includes("deleted_at = ?"),
      async () => {
        open();
        await bench.worker.idle();
      },
    );
    await bench.service.remove(principal, channel.id);
    await bench.worker.idle();
    expect(await statusAndReason(row.seq)).toEqual(["cancelled", "The channel was deleted.", null]);
    await bench.clock.advance(3_600_000);
    await bench.worker.idle();
    expect(sink.received.length).toBe(1);
  });

  test("switched off: the message is held, and sent when it is switched on", async () => {
    const { open, opened } = gate();
    const channel = await bench.channel({ url: sink.url, retry: [60] });
    sink.answerWith(async (_request, count) => {
      if (count === 1) await opened;
      return new Response(null, { status: count === 1 ? 500 : 200 });
    });
    const row = await bench.tell(channel);
    await sink.waitFor(1);
    delayAnswer(
      ({ sql }) => sql.startsWith("UPDATE channels SET name"),
      async () => {
        open();
        await bench.worker.idle();
      },
    );
    await bench.service.update(principal, channel.id, { isActive: false });
    await bench.worker.idle();
    expect(await statusAndReason(row.seq)).toEqual(["held", "The channel is switched off.", null]);
    await bench.service.update(principal, channel.id, { isActive: true });
    await sink.waitFor(2);
    await bench.worker.idle();
    expect(await bench.statusOf(row)).toBe("delivered");
  });

  test("replayed while it is deleted: cancelled again", async () => {
    const { replayDelivery } = await import("../../../src/delivery/replay");
    const channel = await bench.channel({ url: sink.url });
    const row = await bench.tell(channel);
    await sink.waitFor(1);
    await bench.worker.idle();
    const removed = bench.service.remove(principal, channel.id);
    const replayed = replayDelivery(
      {
        store: bench.testStore.store,
        clock: bench.clock,
        directory: bench.directory,
        outbox: bench.delivery.outbox,
        worker: bench.worker,
      },
      { tenantId: principal.tenantId, deliveryId: row.id, hasNewId: false, actor: principal.actor },
    );
    await Promise.allSettled([removed, replayed]);
    await bench.worker.idle();
    expect(await bench.statusOf(row)).toMatch(/^(cancelled|delivered)$/);
  });
});

describe("a replay that is committed while its channel is switched on", () => {
  for (const hasNewId of [false, true])
    test(`is sent, ${hasNewId ? "under a new ID" : "under its own ID"}`, async () => {
      const { replayDelivery } = await import("../../../src/delivery/replay");
      const channel = await bench.channel({ url: sink.url });
      const row = await bench.tell(channel);
      await sink.waitFor(1);
      await bench.worker.idle();
      await bench.service.update(principal, channel.id, { isActive: false });
      // Before the answer to the replay's commit, the channel is on again and its held rows released.
      const { engine } = bench.testStore.store;
      const batch = engine.batch.bind(engine);
      engine.batch = async (statements) => {
        if (statements.some(({ sql }) => /outbox SET status = \?, urgency|INTO outbox/.test(sql))) {
          engine.batch = batch;
          await bench.service.update(principal, channel.id, { isActive: true });
        }
        return batch(statements);
      };
      const replayed = await replayDelivery(
        {
          store: bench.testStore.store,
          clock: bench.clock,
          directory: bench.directory,
          outbox: bench.delivery.outbox,
          worker: bench.worker,
        },
        { tenantId: principal.tenantId, deliveryId: row.id, hasNewId, actor: principal.actor },
      );
      expect(replayed.status).not.toBe("held");
      await sink.waitFor(2);
      await bench.worker.idle();
      expect(await bench.rows("SELECT status FROM outbox WHERE id = ?", [replayed.id])).toEqual([
        ["delivered"],
      ]);
    });
});

describe("a failure channel that is deleted while another channel is told to use it", () => {
  test("is never left behind as a name for nothing", async () => {
    const notices = await bench.channel({ url: sink.url });
    const known = await bench.channel({ url: sink.url });
    const results = await Promise.allSettled([
      bench.service.remove(principal, notices.id),
      bench.channel({ url: sink.url }, { failureChannelId: notices.id }),
      bench.service.update(principal, known.id, { failureChannelId: notices.id }),
    ]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
    expect(await bench.rows("SELECT COUNT(*) FROM channels WHERE failure_channel_id IS NOT NULL")).toEqual([
      [0],
    ]);
    // And whatever a row says: it does not keep a channel from being changed.
    known.failureChannelId = notices.id;
    await bench.service.update(principal, known.id, { isActive: false });
    expect(known.isActive).toBe(false);
  });
});

describe("messages that fail side by side", () => {
  test("the last failures of a channel that pauses are all held, and all sent on resume", async () => {
    const { open, opened } = gate();
    const channel = await bench.channel({ url: sink.url, retry: [], pause_after_failures: 1 });
    sink.answerWith(async (_request, count) => {
      await opened;
      return new Response(null, { status: count <= 4 ? 500 : 200 });
    });
    const rows = Array.from({ length: 4 }, () => bench.plan(channel, bench.message()));
    await bench.commit(rows);
    await sink.waitFor(4);
    open();
    await bench.worker.idle();
    expect(channel.health).toBe("paused");
    for (const row of rows) expect(await bench.statusOf(row)).toBe("held");
    await bench.service.resume(principal, channel.id);
    await sink.waitFor(8);
    await bench.worker.idle();
    for (const row of rows) expect(await bench.statusOf(row)).toBe("delivered");
  });
});

describe("a channel that pauses while storage refuses to write", () => {
  test("and is resumed as soon as there is room: nothing stays held behind its back", async () => {
    const channel = await bench.channel({ url: sink.url, retry: [5, 5], pause_after_failures: 1 });
    const { engine } = bench.testStore.store;
    const batch = engine.batch.bind(engine);
    const rows = Array.from({ length: 6 }, () => bench.plan(channel, bench.message()));
    await batch(rows.map(bench.delivery.outbox.insertStatement));
    engine.batch = () => Promise.reject(new AppError("storage_full", "The disk is full."));
    sink.answerWith(500);
    bench.worker.committed(rows);
    await sink.waitFor(4);
    await bench.worker.idle();
    expect(channel.health).toBe("paused");
    engine.batch = batch;
    sink.answerWith(200);
    await bench.service.resume(principal, channel.id);
    await bench.worker.idle();
    await bench.clock.advance(2_000);
    await bench.worker.idle();
    expect(await bench.rows("SELECT COUNT(*) FROM outbox WHERE status = 'delivered'")).toEqual([[6]]);
    expect(await bench.rows("SELECT health FROM channels")).toEqual([["active"]]);
  });

  test("results that wait for storage are written by a stop, if there is room by then", async () => {
    const channel = await bench.channel({ url: sink.url });
    const { engine } = bench.testStore.store;
    const batch = engine.batch.bind(engine);
    const row = bench.plan(channel, bench.message());
    await batch([bench.delivery.outbox.insertStatement(row)]);
    engine.batch = () => Promise.reject(new AppError("storage_full", "The disk is full."));
    bench.worker.committed([row]);
    await sink.waitFor(1);
    await bench.worker.idle();
    engine.batch = batch;
    await bench.restart();
    await bench.worker.idle();
    expect(await bench.statusOf(row)).toBe("delivered");
    expect(sink.received.length).toBe(1);
  });
});

describe("a host that is full", () => {
  test("a free place goes past channels that were switched off while they waited", async () => {
    const { open, opened } = gate();
    sink.answerWith(async () => {
      await opened;
      return new Response("ok");
    });
    const busy = await Promise.all(Array.from({ length: 4 }, () => bench.channel({ url: sink.url })));
    await bench.commit(
      busy.flatMap((channel) => Array.from({ length: 4 }, () => bench.plan(channel, bench.message()))),
    );
    await sink.waitFor(16);
    const waiting = await Promise.all(Array.from({ length: 16 }, () => bench.channel({ url: sink.url })));
    for (const channel of waiting) await bench.tell(channel);
    const row = await bench.tell(await bench.channel({ url: sink.url }));
    for (const { id } of waiting) await bench.service.update(principal, id, { isActive: false });
    open();
    await sink.waitFor(17);
    await bench.worker.idle();
    expect(await bench.statusOf(row)).toBe("delivered");
  });
});

describe("an error inside the worker", () => {
  test("costs the message a moment, not its delivery", async () => {
    const channel = await bench.channel({ url: sink.url, ordered: true });
    const { engine } = bench.testStore.store;
    const query = engine.query.bind(engine);
    engine.query = (statement) =>
      statement.sql.includes("subject_id = ? AND seq < ?")
        ? Promise.reject(new Error("the disk stumbled"))
        : query(statement);
    const row = await bench.tell(channel);
    await bench.worker.idle();
    expect(sink.received.length).toBe(0);
    expect(await bench.statusOf(row)).toBe("pending");
    engine.query = query;
    await bench.clock.advance(1_000);
    await sink.waitFor(1);
    await bench.worker.idle();
    expect(await bench.statusOf(row)).toBe("delivered");
    expect(sink.received.length).toBe(1);
  });
});

describe("while a resume is being committed", () => {
  test("what is new does not overtake what was held: resolved never comes before triggered", async () => {
    const channel = await bench.channel({ url: sink.url, pause_after_failures: 1 });
    sink.answerWith(500);
    await bench.tell(channel);
    await bench.worker.idle();
    const triggered = bench.message("alert.triggered");
    await bench.tell(channel, triggered);
    sink.answerWith(200);
    const before = sink.received.length;
    let isTold = false;
    delayAnswer(
      ({ sql }) => sql.includes("tries = 0"),
      async () => {
        if (isTold) return;
        isTold = true;
        await bench.tell(channel, { ...triggered, event: "alert.resolved" });
        await bench.clock.settle();
      },
    );
    await bench.service.resume(principal, channel.id);
    await sink.waitFor(before + 3);
    await bench.worker.idle();
    const told = sink.received
      .slice(before)
      .map(({ json }) => [(json["alert"] as { id: string }).id, json["event"]])
      .filter(([id]) => id === triggered.alert?.id)
      .map(([, event]) => event);
    expect(told).toEqual(["alert.triggered", "alert.resolved"]);
  });
});
