// One message to several recipients: each is a delivery of its own. Who was reached is not told again, who
// can't be reached holds up nobody else, and order is kept for each.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Channel } from "../../../src/channels/directory";
import { replayDelivery } from "../../../src/delivery/replay";
import type { OutboxRow } from "../../../src/delivery/outbox";
import { openDeliveryBench, principal, type DeliveryBench } from "../../harness/delivery";
import { openRecordingSink, type RecordingSink } from "../../harness/recording-sink";

const KIM = "+491701234567";
const LEE = "+491707654321";
const BOB = "+491700000000";

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

/** A gateway in the plant that takes forms. */
const texts = (to: string[] = [KIM, LEE, BOB]): Promise<Channel> =>
  bench.channel({}, { type: "sms", config: { url: sink.url, to } });

const sent = (): { to: string | null; text: string }[] =>
  sink.received.map(({ body }) => {
    const form = new URLSearchParams(body);
    return { to: form.get("to"), text: form.get("text") ?? "" };
  });

const numbersSent = (): (string | null)[] => sent().map(({ to }) => to);

/** Answers `status` for one number and 200 for all others. */
const refuse = (number: string, status: number): void =>
  sink.answerWith(
    ({ body }) =>
      new Response(null, { status: new URLSearchParams(body).get("to") === number ? status : 200 }),
  );

const numberOf = (row: OutboxRow): string =>
  (JSON.parse(new TextDecoder().decode(row.body)) as { to: string }).to;

const statuses = async (rows: readonly OutboxRow[]): Promise<Record<string, unknown>> =>
  Object.fromEntries(
    await Promise.all(rows.map(async (row) => [numberOf(row), await bench.statusOf(row)] as const)),
  );

describe("a message to three numbers", () => {
  test("is three deliveries, each with its own ID, and each number is told once", async () => {
    const rows = bench.planAll(await texts(), bench.message());
    expect(rows.map(numberOf)).toEqual([KIM, LEE, BOB]);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(3);
    await bench.commit(rows);
    await bench.worker.idle();
    expect(numbersSent().sort()).toEqual([KIM, LEE, BOB].sort());
    expect(await statuses(rows)).toEqual({ [KIM]: "delivered", [LEE]: "delivered", [BOB]: "delivered" });
  });

  test("a retry reaches only who was not reached", async () => {
    refuse(LEE, 503);
    const rows = bench.planAll(await texts(), bench.message());
    await bench.commit(rows);
    await bench.worker.idle();
    expect(await statuses(rows)).toEqual({ [KIM]: "delivered", [LEE]: "pending", [BOB]: "delivered" });
    sink.answerWith(200);
    await bench.clock.advance(6_000);
    await bench.worker.idle();
    expect(numbersSent().slice(3)).toEqual([LEE]);
    expect(await statuses(rows)).toEqual({ [KIM]: "delivered", [LEE]: "delivered", [BOB]: "delivered" });
    await bench.clock.advance(86_400_000);
    expect(sink.received.length).toBe(4);
  });

  test("a refusal of one is final for that one only", async () => {
    refuse(BOB, 400);
    const rows = bench.planAll(await texts(), bench.message());
    await bench.commit(rows);
    await bench.worker.idle();
    await bench.clock.advance(86_400_000);
    expect(sink.received.length).toBe(3);
    expect(await statuses(rows)).toEqual({ [KIM]: "delivered", [LEE]: "delivered", [BOB]: "failed" });
  });

  test("one that hangs holds up neither the others nor their next messages", async () => {
    let release = (): void => undefined;
    const opened = new Promise<void>((resolve) => (release = resolve));
    sink.answerWith(async ({ body }) => {
      if (new URLSearchParams(body).get("to") === KIM) await opened;
      return new Response("ok");
    });
    const channel = await texts();
    const message = bench.message();
    await bench.commit(bench.planAll(channel, message));
    await bench.commit(bench.planAll(channel, { ...message, event: "alert.resolved" }));
    await sink.waitFor(5);
    expect(numbersSent().filter((number) => number === KIM).length).toBe(1);
    expect(numbersSent().filter((number) => number === LEE).length).toBe(2);
    release();
    await bench.worker.idle();
    expect(sink.received.length).toBe(6);
  });

  test("each number hears the beginning before the end, also across a restart", async () => {
    refuse(LEE, 503);
    const channel = await texts([KIM, LEE]);
    const message = bench.message("alert.triggered", { severity: "critical" });
    const begun = bench.planAll(channel, message, { urgency: 0 });
    const ended = bench.planAll(channel, { ...message, event: "alert.resolved" }, { urgency: 0 });
    await bench.commit([...begun, ...ended]);
    await bench.worker.idle();
    // Kim knows both; Lee's second message waits for the first.
    expect(sent().filter(({ to }) => to === KIM).length).toBe(2);
    expect(sent().filter(({ to }) => to === LEE).length).toBe(1);
    await bench.restart({ isGraceful: false });
    sink.answerWith(200);
    // Lee's second message may be put off behind the first once more.
    for (let round = 0; round < 5; round++) {
      await bench.clock.advance(15_000);
      await bench.worker.idle();
    }
    const heard = sent()
      .filter(({ to }) => to === LEE)
      .map(({ text }) => text.split(":")[0]);
    expect(heard.at(-2)).toBe("Critical");
    expect(heard.at(-1)).toBe("Resolved");
    expect(sent().filter(({ to }) => to === KIM).length).toBe(2);
    expect(await statuses(begun)).toEqual({ [KIM]: "delivered", [LEE]: "delivered" });
    expect(await statuses(ended)).toEqual({ [KIM]: "delivered", [LEE]: "delivered" });
  });

  test("is held, released and cancelled as a whole with its channel", async () => {
    const channel = await texts();
    await bench.service.update(principal, channel.id, { isActive: false });
    const rows = bench.planAll(channel, bench.message());
    await bench.commit(rows);
    await bench.worker.idle();
    expect(sink.received).toEqual([]);
    expect(await statuses(rows)).toEqual({ [KIM]: "held", [LEE]: "held", [BOB]: "held" });
    await bench.service.remove(principal, channel.id);
    expect(await statuses(rows)).toEqual({ [KIM]: "cancelled", [LEE]: "cancelled", [BOB]: "cancelled" });
  });
});

describe("around it", () => {
  test("a replay sends one of them again, to its number", async () => {
    const channel = await texts();
    const rows = bench.planAll(channel, bench.message());
    await bench.commit(rows);
    await bench.worker.idle();
    const { outbox, worker } = bench.delivery;
    for (const hasNewId of [false, true])
      await replayDelivery(
        { store: bench.testStore.store, clock: bench.clock, directory: bench.directory, outbox, worker },
        { tenantId: channel.tenantId, deliveryId: rows[1]!.id, hasNewId, actor: principal.actor },
      );
    await bench.worker.idle();
    expect(numbersSent().slice(3)).toEqual([LEE, LEE]);
  });

  test("a test tells every number, and says who was not reached", async () => {
    const channel = await texts();
    const good = await bench.service.test(principal, channel.id);
    expect([good.isSuccess, good.attempts.length]).toEqual([true, 9]);
    expect(
      sent()
        .slice(0, 3)
        .every(({ text }) => text.startsWith("Test: Critical")),
    ).toBe(true);
    refuse(LEE, 400);
    const bad = await bench.service.test(principal, channel.id);
    expect([bad.isSuccess, bad.attempts.length]).toEqual([false, 3]);
    expect(bad.attempts.map(({ outcome }) => outcome)).toEqual(["delivered", "client_error", "delivered"]);
    expect(bad.attempt.outcome).toBe("client_error");
  });

  test("a notice about another channel reaches every number", async () => {
    const notices = await texts();
    const hook = await bench.channel(
      { url: sink.url, pause_after_failures: 1 },
      { failureChannelId: notices.id },
    );
    sink.answerWith(({ body }) => new Response(null, { status: body.startsWith("{") ? 500 : 200 }));
    await bench.tell(hook);
    await bench.worker.idle();
    const told = sent().filter(({ text }) => text.startsWith("Channel hook was paused"));
    expect(told.map(({ to }) => to).sort()).toEqual([KIM, LEE, BOB].sort());
  });

  test("a message that can't be composed is one failed delivery, and sends nothing", async () => {
    const channel = await texts();
    const rows = bench.planAll(channel, { ...bench.message(), alert: null } as never);
    await bench.commit(rows);
    await bench.worker.idle();
    expect(rows.map(({ status, outcome }) => [status, outcome])).toEqual([["failed", "internal"]]);
    expect(sink.received).toEqual([]);
  });
});
