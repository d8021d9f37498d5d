// The worker's promises: order per subject, fairness, overtaking, rescue after a crash, a stop that
// loses and repeats nothing, bounded memory, and endpoints that don't delay each other.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { AppError } from "../../../src/core/errors";
import { newId } from "../../../src/core/ids";
import { systemClock } from "../../../src/core/clock";
import { openDeliveryBench, principal, type DeliveryBench } from "../../harness/delivery";
import { openRecordingSink, type ReceivedRequest, type RecordingSink } from "../../harness/recording-sink";

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

/** A gate that answers wait for. */
const gate = () => {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
};

const eventsOf = (requests: readonly ReceivedRequest[]): unknown[] =>
  requests.map(({ json }) => json["event"]);

describe("order", () => {
  test("a resolved message waits for the first attempt of its triggered message, not for its delivery", async () => {
    const { open, opened } = gate();
    const channel = await bench.channel({ url: sink.url, retry: [60] });
    sink.answerWith(async (_request, count) => {
      if (count === 1) await opened;
      return new Response(null, { status: count === 1 ? 500 : 200 });
    });
    const triggered = bench.message("alert.triggered");
    const resolved = { ...triggered, event: "alert.resolved" as const };
    const rows = [bench.plan(channel, triggered), bench.plan(channel, resolved)];
    await bench.commit(rows);
    await sink.waitFor(1);
    await bench.clock.settle();
    expect(eventsOf(sink.received)).toEqual(["alert.triggered"]);
    open();
    await sink.waitFor(2);
    await bench.worker.idle();
    expect(eventsOf(sink.received)).toEqual(["alert.triggered", "alert.resolved"]);
    expect(await bench.statusOf(rows[0]!)).toBe("pending");
  });

  test("ordered: later messages of the subject wait until the first is delivered, others do not", async () => {
    const channel = await bench.channel({ url: sink.url, retry: [60], ordered: true });
    sink.answerWith(500);
    const triggered = bench.message("alert.triggered");
    await bench.tell(channel, triggered);
    await sink.waitFor(1);
    await bench.worker.idle();
    const resolved = await bench.tell(channel, { ...triggered, event: "alert.resolved" });
    sink.answerWith((request) =>
      request.json["event"] === "alert.triggered" && sink.received.length < 4
        ? new Response(null, { status: 500 })
        : new Response("ok"),
    );
    await bench.tell(channel, bench.message("alert.acknowledged"));
    await sink.waitFor(2);
    await bench.worker.idle();
    expect(eventsOf(sink.received)).toEqual(["alert.triggered", "alert.acknowledged"]);
    expect(await bench.statusOf(resolved)).toBe("pending");
    await bench.clock.advance(60_000);
    await sink.waitFor(4);
    await bench.worker.idle();
    expect(eventsOf(sink.received).slice(2)).toEqual(["alert.triggered", "alert.resolved"]);
  });

  test("ordered over a restart: the order is in the file", async () => {
    const channel = await bench.channel({ url: sink.url, retry: [60, 60], ordered: true });
    sink.answerWith(500);
    const triggered = bench.message("alert.triggered");
    await bench.tell(channel, triggered);
    await sink.waitFor(1);
    await bench.worker.idle();
    await bench.tell(channel, { ...triggered, event: "alert.resolved" });
    await bench.worker.idle();
    await bench.restart();
    sink.answerWith(200);
    await bench.worker.idle();
    expect(sink.received.length).toBe(1);
    await bench.clock.advance(60_000);
    await sink.waitFor(3);
    await bench.worker.idle();
    expect(eventsOf(sink.received)).toEqual(["alert.triggered", "alert.triggered", "alert.resolved"]);
  });

  test("a critical message overtakes the backlog of its channel, but never its own triggered message", async () => {
    const { open, opened } = gate();
    const channel = await bench.channel({ url: sink.url });
    sink.answerWith(async () => {
      await opened;
      return new Response("ok");
    });
    const backlog = Array.from({ length: 600 }, () =>
      bench.plan(channel, bench.message("alert.acknowledged")),
    );
    const late = bench.message("alert.triggered");
    await bench.commit([...backlog, bench.plan(channel, late, { urgency: 1 })]);
    await sink.waitFor(4);
    const urgent = bench.message("alert.escalated");
    await bench.tell(channel, urgent, { urgency: 0 });
    await bench.tell(channel, { ...late, event: "alert.resolved" }, { urgency: 0 });
    open();
    await sink.waitFor(603);
    await bench.worker.idle();
    const events = eventsOf(sink.received);
    expect(events.indexOf("alert.escalated")).toBeLessThan(20);
    expect(events.indexOf("alert.triggered")).toBeLessThan(events.indexOf("alert.resolved"));
    expect(sink.received.length).toBe(603);
  });
});

describe("after a crash", () => {
  test("claimed rows of an earlier run are due at once, with the same webhook-id; delivered ones are not", async () => {
    const channel = await bench.channel({ url: sink.url });
    const done = await bench.tell(channel);
    await sink.waitFor(1);
    await bench.worker.idle();
    const { open, opened } = gate();
    sink.answerWith(async () => {
      await opened;
      return new Response("late");
    });
    const claimed = await bench.tell(channel);
    await sink.waitFor(2);
    // Older than 250 ms: now the file says that it is being sent.
    await bench.clock.advance(300);
    expect(await bench.statusOf(claimed)).toBe("sending");

    const restarted = bench.restart({ isGraceful: false });
    sink.answerWith(200);
    await restarted;
    await sink.waitFor(3);
    open();
    await bench.worker.idle();
    expect(sink.received.map(({ headers }) => headers["webhook-id"])).toEqual([
      done.id,
      claimed.id,
      claimed.id,
    ]);
    expect(await bench.statusOf(claimed)).toBe("delivered");
  });

  test("a message committed but never handed over is sent after the restart", async () => {
    const channel = await bench.channel({ url: sink.url });
    const row = bench.plan(channel, bench.message());
    await bench.testStore.store.engine.batch([bench.delivery.outbox.insertStatement(row)]);
    await bench.restart();
    await sink.waitFor(1);
    await bench.worker.idle();
    expect(await bench.statusOf(row)).toBe("delivered");
  });

  test("numbers go on after a restart", async () => {
    const channel = await bench.channel({ url: sink.url });
    const before = await bench.tell(channel);
    await bench.worker.idle();
    await bench.restart();
    const after = await bench.tell(bench.directory.get(channel.id)!);
    expect(after.seq).toBeGreaterThan(before.seq);
  });

  test("a graceful stop finishes what runs and repeats nothing", async () => {
    const { open, opened } = gate();
    const channel = await bench.channel({ url: sink.url });
    sink.answerWith(async () => {
      await opened;
      return new Response("ok");
    });
    const rows = Array.from({ length: 10 }, () => bench.plan(channel, bench.message()));
    await bench.commit(rows);
    await sink.waitFor(4);
    const stopped = bench.worker.stop();
    open();
    await stopped;
    await bench.worker.stop();
    expect(sink.received.length).toBe(4);
    await bench.restart();
    await sink.waitFor(10);
    await bench.worker.idle();
    expect(new Set(sink.received.map(({ headers }) => headers["webhook-id"])).size).toBe(10);
    expect(sink.received.length).toBe(10);
  });

  test("a stop gives hanging attempts up after its grace and leaves them due", async () => {
    const channel = await bench.channel({ url: sink.url, timeout_seconds: 60 });
    sink.answerWith(() => new Promise(() => undefined));
    const row = await bench.tell(channel);
    await sink.waitFor(1);
    const stopped = bench.worker.stop();
    await bench.clock.advance(8_000);
    await stopped;
    expect(String(await bench.statusOf(row))).toMatch(/^(pending|sending)$/);
    expect(await bench.outcomes(row)).toEqual([]);
  });
});

describe("backlog", () => {
  test("rows beyond memory are read in order, each sent once; every channel gets its turn", async () => {
    const busy = await bench.channel({ url: sink.url });
    const small = await bench.channel({ url: sink.url.replace("hook", "small") });
    const rows = Array.from({ length: 2_000 }, () => bench.plan(busy, bench.message()));
    const few = Array.from({ length: 10 }, () => bench.plan(small, bench.message()));
    await bench.testStore.store.engine.batch([...rows, ...few].map(bench.delivery.outbox.insertStatement));
    await bench.restart();
    await sink.waitFor(2_010);
    await bench.worker.idle();
    const ids = sink.received.map(({ headers }) => headers["webhook-id"] ?? "");
    expect(new Set(ids).size).toBe(2_010);
    expect(ids.length).toBe(2_010);
    const lastSmall = sink.received.findLastIndex(({ path }) => path === "/small");
    expect(lastSmall).toBeLessThan(200);
    // Four at a time: an ID is never more than a few places from where it was decided.
    const order = sink.received
      .filter(({ path }) => path === "/hook")
      .map(({ headers }) => rows.findIndex(({ id }) => id === headers["webhook-id"]));
    expect(order.every((place, index) => Math.abs(place - index) < 16)).toBe(true);
  });

  test("rows that come while the file is read are sent once as well", async () => {
    const channel = await bench.channel({ url: sink.url });
    const old = Array.from({ length: 700 }, () => bench.plan(channel, bench.message()));
    await bench.testStore.store.engine.batch(old.map(bench.delivery.outbox.insertStatement));
    await bench.restart();
    const live = bench.directory.get(channel.id)!;
    for (let index = 0; index < 300; index++) await bench.tell(live);
    await sink.waitFor(1_000);
    await bench.worker.idle();
    expect(new Set(sink.received.map(({ headers }) => headers["webhook-id"])).size).toBe(1_000);
    expect(sink.received.length).toBe(1_000);
    expect(await bench.rows("SELECT COUNT(*) FROM outbox WHERE status <> 'delivered'")).toEqual([[0]]);
  });
});

describe("storage", () => {
  test("results that can't be written are kept and written later; nothing is sent twice", async () => {
    const channel = await bench.channel({ url: sink.url });
    const { engine } = bench.testStore.store;
    const batch = engine.batch.bind(engine);
    const rows = Array.from({ length: 20 }, () => bench.plan(channel, bench.message()));
    await bench.testStore.store.engine.batch(rows.map(bench.delivery.outbox.insertStatement));
    engine.batch = () => Promise.reject(new AppError("storage_full", "The disk is full."));
    bench.worker.committed(rows);
    await sink.waitFor(20);
    await bench.worker.idle();
    expect(await bench.rows("SELECT COUNT(*) FROM outbox WHERE status = 'pending'")).toEqual([[20]]);
    engine.batch = batch;
    await bench.clock.advance(1_000);
    await bench.worker.idle();
    expect(await bench.rows("SELECT COUNT(*) FROM outbox WHERE status = 'delivered'")).toEqual([[20]]);
    expect(sink.received.length).toBe(20);
  });
});

describe("isolation", () => {
  test("50 endpoints that hang do not delay a healthy one", async () => {
    const fast = await openDeliveryBench({ clock: systemClock });
    const hanging = openRecordingSink();
    hanging.answerWith(() => new Promise(() => undefined));
    const hung = [];
    for (let index = 0; index < 50; index++)
      hung.push(await fast.channel({ url: `${hanging.url}${index}`, timeout_seconds: 60 }));
    const healthy = await fast.channel({ url: sink.url });
    const waits: number[] = [];
    const sentAt = new Map<string, number>();
    sink.answerWith(({ headers }) => {
      waits.push(performance.now() - (sentAt.get(headers["webhook-id"] ?? "") ?? 0));
      return new Response("ok");
    });
    await fast.commit(
      hung.flatMap((channel) => Array.from({ length: 8 }, () => fast.plan(channel, fast.message()))),
    );
    for (let index = 0; index < 60; index++) {
      const row = fast.plan(healthy, fast.message());
      sentAt.set(row.id, performance.now());
      await fast.commit([row]);
      await Bun.sleep(10);
    }
    await sink.waitFor(60);
    expect(waits.length).toBe(60);
    // Hanging attempts last a minute; the bar of 250 ms is the benchmark's to show.
    expect(Math.max(...waits)).toBeLessThan(3_000);
    // Four per channel and no more, whatever is waiting.
    expect(hanging.received.length).toBeLessThanOrEqual(200);
    fast.delivery.sender.abandon();
    const stopped = fast.close();
    fast.delivery.sender.abandon();
    await stopped;
    await hanging.stop();
  });
});

describe("replay", () => {
  test("the same webhook-id and body again; with new_id a new delivery; not while under way", async () => {
    const { replayDelivery } = await import("../../../src/delivery/replay");
    const channel = await bench.channel({ url: sink.url, retry: [60] });
    const row = await bench.tell(channel);
    await sink.waitFor(1);
    await bench.worker.idle();
    const parts = {
      store: bench.testStore.store,
      clock: bench.clock,
      directory: bench.directory,
      outbox: bench.delivery.outbox,
      worker: bench.worker,
    };
    const { tenantId } = principal;
    await replayDelivery(parts, { tenantId, deliveryId: row.id, hasNewId: false, actor: principal.actor });
    await sink.waitFor(2);
    await bench.worker.idle();
    expect(sink.received[1]?.headers["webhook-id"]).toBe(row.id);
    expect(sink.received[1]?.body).toBe(sink.received[0]?.body ?? "");
    const copy = await replayDelivery(parts, {
      tenantId,
      deliveryId: row.id,
      hasNewId: true,
      actor: principal.actor,
    });
    await sink.waitFor(3);
    await bench.worker.idle();
    expect(copy).toMatchObject({ replayOf: row.id, status: "pending" });
    expect(sink.received[2]?.headers["webhook-id"]).toBe(copy.id);
    expect(copy.id).not.toBe(row.id);

    sink.answerWith(500);
    const failing = await bench.tell(channel);
    await sink.waitFor(4);
    await bench.worker.idle();
    await expect(
      replayDelivery(parts, { tenantId, deliveryId: failing.id, hasNewId: false, actor: principal.actor }),
    ).rejects.toMatchObject({
      kind: "conflict",
    });
    await expect(
      replayDelivery(parts, {
        tenantId: newId(),
        deliveryId: row.id,
        hasNewId: false,
        actor: principal.actor,
      }),
    ).rejects.toMatchObject({ kind: "not_found" });
  });
});

describe("retention", () => {
  test("old attempts go, the last 50 of each channel stay, deliveries stay", async () => {
    const { pruneAttempts } = await import("../../../src/delivery/retention");
    const channel = await bench.channel({ url: sink.url });
    await bench.commit(Array.from({ length: 80 }, () => bench.plan(channel, bench.message())));
    await sink.waitFor(80);
    await bench.worker.idle();
    await bench.clock.advance(31 * 86_400_000);
    const parts = { store: bench.testStore.store, clock: bench.clock };
    expect(await pruneAttempts(parts, { days: 30 })).toBe(30);
    expect(await pruneAttempts(parts, { days: 30 })).toBe(0);
    expect(await bench.rows("SELECT COUNT(*) FROM attempts")).toEqual([[50]]);
    expect(await bench.rows("SELECT COUNT(*) FROM outbox")).toEqual([[80]]);
    await bench.commit(Array.from({ length: 10 }, () => bench.plan(channel, bench.message())));
    await bench.worker.idle();
    expect(await pruneAttempts(parts, { days: 30, maxRows: 20, keptPerChannel: 5 })).toBe(50);
    expect(await pruneAttempts(parts, { days: 1_000, maxRows: 4, keptPerChannel: 5 })).toBe(5);
  });
});
