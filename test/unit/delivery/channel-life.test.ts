// The life of a channel as the documents of Haltless, StatusPulse and Roboticks have it, on the real
// worker and a moved clock: which attempt leaves when, what the end of a schedule does, who is told of it,
// and what a resume sends.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Channel } from "../../../src/channels/directory";
import type { OutboxRow } from "../../../src/delivery/outbox";
import { openDeliveryBench, principal, type DeliveryBench } from "../../harness/delivery";
import { registerType } from "../../harness/people-type";
import { openRecordingSink, type RecordingSink } from "../../harness/recording-sink";

let bench: DeliveryBench;
let sink: RecordingSink;
let notices: RecordingSink;
let random = 0;

beforeEach(async () => {
  random = 0;
  sink = openRecordingSink();
  notices = openRecordingSink();
  bench = await openDeliveryBench({ seams: { random: () => random } });
});

afterEach(async () => {
  await bench.close();
  await sink.stop();
  await notices.stop();
});

const MINUTE = 60;
/** Seconds before each retry, as the three documents print them. */
const TABLES = {
  haltless: [30, 2 * MINUTE, 10 * MINUTE],
  statuspulse: [1 * MINUTE, 5 * MINUTE, 15 * MINUTE, 60 * MINUTE],
  roboticks: [1 * MINUTE, 5 * MINUTE, 30 * MINUTE, 120 * MINUTE],
} as const;
type Dialect = keyof typeof TABLES;

/** A channel of the dialect, with notices going to another one. */
const open = async (dialect: Dialect, config: Record<string, unknown> = {}): Promise<Channel> => {
  const told = await bench.channel({ url: notices.url }, { name: "notices", events: [] });
  const channel = await bench.channel(
    { url: sink.url, dialect, secret: "a-shared-secret", ...config },
    { failureChannelId: told.id },
  );
  expect(channel.health).toBe("active");
  return channel;
};

/** What came after the handshake. */
let skipped = 0;
const attempts = (): number => sink.received.length - skipped;

const begin = async (channel: Channel, status = 500): Promise<OutboxRow> => {
  skipped = sink.received.length;
  sink.answerWith(status);
  const row = await bench.tell(channel);
  await bench.worker.idle();
  expect(attempts()).toBe(1);
  return row;
};

/** Nothing until a second before, the attempt by the time itself. */
const expectRetryAfter = async (seconds: number): Promise<void> => {
  const before = attempts();
  await bench.clock.advance((seconds - 1) * 1_000);
  await bench.worker.idle();
  expect(attempts()).toBe(before);
  await bench.clock.advance(1_000);
  await bench.worker.idle();
  expect(attempts()).toBe(before + 1);
};

const exhaust = async (dialect: Dialect): Promise<void> => {
  for (const delay of TABLES[dialect]) await expectRetryAfter(delay);
};

const noticesSent = (): unknown[] => notices.received.map(({ json }) => json["event"]);

/** Days go by, and nothing is sent. */
const expectSilence = async (): Promise<void> => {
  const before = attempts();
  await bench.clock.advance(7 * 24 * 3_600_000);
  await bench.worker.idle();
  expect(attempts()).toBe(before);
};

describe("retry tables", () => {
  for (const dialect of Object.keys(TABLES) as Dialect[]) {
    test(`${dialect}: to the second`, async () => {
      const row = await begin(await open(dialect, { jitter: false }));
      await exhaust(dialect);
      expect(new Set(sink.received.slice(skipped).map(({ headers }) => headers["webhook-id"]))).toEqual(
        new Set([row.id]),
      );
      await expectSilence();
    });

    test(`${dialect}: jitter is only added, 10 % and 30 s at most`, async () => {
      random = 0.999_999;
      const channel = await open(dialect, { jitter: true });
      await begin(channel);
      for (const delay of TABLES[dialect]) {
        const longest = Math.min(delay * 0.1, 30);
        const before = attempts();
        await bench.clock.advance(delay * 1_000);
        await bench.worker.idle();
        expect(attempts()).toBe(before);
        await bench.clock.advance(longest * 1_000);
        await bench.worker.idle();
        expect(attempts()).toBe(before + 1);
      }
    });
  }
});

describe("when the schedule is used up", () => {
  test("haltless: the delivery has failed; the channel shows it and goes on", async () => {
    const channel = await open("haltless", { jitter: false });
    const row = await begin(channel);
    await exhaust("haltless");
    expect(await bench.statusOf(row)).toBe("failed");
    expect(channel.health).toBe("failing");
    expect(channel.consecutiveFailures).toBe(4);
    expect(noticesSent()).toEqual([]);
    sink.answerWith(200);
    const next = await bench.tell(channel);
    await bench.worker.idle();
    expect(await bench.statusOf(next)).toBe("delivered");
    expect(channel.health).toBe("active");
  });

  test("statuspulse: paused when the fourth retry has failed, not earlier, and told once", async () => {
    const channel = await open("statuspulse", { jitter: false });
    const row = await begin(channel);
    for (const delay of TABLES.statuspulse.slice(0, -1)) {
      await expectRetryAfter(delay);
      expect([channel.health, await bench.statusOf(row)]).toEqual(["failing", "pending"]);
    }
    await expectRetryAfter(TABLES.statuspulse[3]);
    expect([channel.health, await bench.statusOf(row)]).toEqual(["paused", "held"]);
    expect(channel.healthReason).toContain("failed after 5 attempts");
    expect(await bench.journal()).toContain("channel.paused");
    expect(noticesSent()).toEqual(["channel.paused"]);
    expect(notices.received[0]!.json["channel"]).toMatchObject({ id: channel.id, name: "hook" });
    expect(notices.received[0]!.body).not.toContain("a-shared-secret");
    await expectSilence();
  });

  test("statuspulse: resume sends everything that waited without the clock moving, on fresh schedules", async () => {
    const channel = await open("statuspulse", { jitter: false });
    const first = await begin(channel);
    await exhaust("statuspulse");
    const waiting = [first];
    for (let index = 0; index < 40; index++) waiting.push(await bench.tell(channel));
    await expectSilence();
    for (const row of waiting) expect(await bench.statusOf(row)).toBe("held");

    // Still down: every one of them has its first attempt at once, and its whole schedule before it again.
    const before = attempts();
    await bench.service.resume(principal, channel.id);
    await sink.waitFor(skipped + before + waiting.length);
    await bench.worker.idle();
    expect(channel.health).toBe("failing");
    expect(await bench.rows("SELECT DISTINCT tries, status FROM outbox WHERE status <> 'delivered'")).toEqual(
      [[1, "pending"]],
    );
    const due = await bench.rows("SELECT DISTINCT next_attempt_at FROM outbox WHERE status = 'pending'");
    expect(due).toEqual([[bench.clock.now() + TABLES.statuspulse[0] * 1_000]]);

    sink.answerWith(200);
    await bench.clock.advance(TABLES.statuspulse[0] * 1_000);
    await sink.waitFor(skipped + before + 2 * waiting.length);
    await bench.worker.idle();
    for (const row of waiting) expect(await bench.statusOf(row)).toBe("delivered");
    expect(channel.health).toBe("active");
    expect(noticesSent()).toEqual(["channel.paused", "channel.resumed"]);
  });

  test("several that fail at once pause it once, and none of them is lost", async () => {
    const channel = await open("statuspulse", { jitter: false });
    skipped = sink.received.length;
    sink.answerWith(500);
    const rows: OutboxRow[] = [];
    for (let index = 0; index < 10; index++) rows.push(await bench.tell(channel));
    await bench.worker.idle();
    for (const delay of TABLES.statuspulse) {
      await bench.clock.advance(delay * 1_000);
      await bench.worker.idle();
    }
    expect(channel.health).toBe("paused");
    for (const row of rows) expect(await bench.statusOf(row)).toBe("held");
    expect(noticesSent()).toEqual(["channel.paused"]);
    sink.answerWith(200);
    await bench.service.resume(principal, channel.id);
    await bench.worker.idle();
    for (const row of rows) expect(await bench.statusOf(row)).toBe("delivered");
  });

  test("roboticks: after five failed attempts the channel is failed, journalled and told; resume clears it", async () => {
    const channel = await open("roboticks", { jitter: false });
    const row = await begin(channel);
    for (const delay of TABLES.roboticks.slice(0, -1)) {
      await expectRetryAfter(delay);
      expect(channel.health).toBe("failing");
    }
    await expectRetryAfter(TABLES.roboticks[3]);
    expect([channel.health, await bench.statusOf(row)]).toEqual(["failed", "failed"]);
    expect(attempts()).toBe(5);
    expect(await bench.journal()).toContain("channel.failed");
    expect(noticesSent()).toEqual(["channel.failed"]);
    const waiting = await bench.tell(channel);
    await expectSilence();
    expect(await bench.statusOf(waiting)).toBe("held");
    sink.answerWith(200);
    await bench.service.resume(principal, channel.id);
    await bench.worker.idle();
    expect(channel.health).toBe("active");
    expect(await bench.statusOf(waiting)).toBe("delivered");
    // What had failed stays failed: it is sent again by a replay.
    expect(await bench.statusOf(row)).toBe("failed");
    expect(noticesSent()).toEqual(["channel.failed", "channel.resumed"]);
  });

  for (const dialect of Object.keys(TABLES) as Dialect[])
    test(`${dialect}: 410 disables the channel, and only at the end of the schedule`, async () => {
      const channel = await open(dialect, { jitter: false });
      const row = await begin(channel, 410);
      for (const delay of TABLES[dialect].slice(0, -1)) {
        await expectRetryAfter(delay);
        expect(channel.health).toBe("failing");
      }
      await expectRetryAfter(TABLES[dialect].at(-1) ?? 0);
      expect([channel.health, await bench.statusOf(row)]).toEqual(["disabled", "failed"]);
      expect(noticesSent()).toEqual(["channel.disabled"]);
      await expectSilence();
    });

  test("pause_after_failures pauses earlier, whatever the dialect", async () => {
    for (const dialect of Object.keys(TABLES) as Dialect[]) {
      const channel = await open(dialect, { jitter: false, pause_after_failures: 2 });
      const row = await begin(channel);
      expect(channel.health).toBe("failing");
      await expectRetryAfter(TABLES[dialect][0]);
      expect([dialect, channel.health, await bench.statusOf(row)]).toEqual([dialect, "paused", "held"]);
      sink.answerWith(200);
    }
  });

  test("two in a row means of one delivery: two deliveries that fail once each pause nothing", async () => {
    const channel = await open("haltless", { jitter: false, pause_after_failures: 2 });
    await begin(channel);
    await bench.tell(channel);
    await bench.worker.idle();
    expect(channel.consecutiveFailures).toBe(2);
    expect(channel.health).toBe("failing");
  });
});

describe("notices", () => {
  test("one that fails pauses its own channel and notifies nobody further, in a ring either", async () => {
    const second = await bench.channel({ url: sink.url, pause_after_failures: 1 }, { name: "second" });
    const first = await bench.channel(
      { url: sink.url, pause_after_failures: 1 },
      { name: "first", failureChannelId: second.id },
    );
    await bench.service.update(principal, second.id, { failureChannelId: first.id });
    sink.answerWith(500);
    await bench.tell(first);
    await sink.waitFor(2);
    await bench.worker.idle();
    expect([first.health, second.health]).toEqual(["paused", "paused"]);
    expect(sink.received.map(({ json }) => json["event"])).toEqual(["alert.triggered", "channel.paused"]);
    await bench.clock.advance(24 * 3_600_000);
    await bench.worker.idle();
    expect(sink.received).toHaveLength(2);
  });

  test("ignore what their channel subscribes to and filters, and come in its own shape", async () => {
    const told = await bench.channel(
      { url: notices.url, dialect: "haltless" },
      { events: ["incident.opened"], filters: { severities: ["minor"] } },
    );
    const channel = await bench.channel(
      { url: sink.url, pause_after_failures: 1 },
      { failureChannelId: told.id },
    );
    sink.answerWith(500);
    await bench.tell(channel);
    await notices.waitFor(1);
    expect(notices.received[0]!.json).toMatchObject({
      event: "channel.paused",
      channel: { id: channel.id, name: "hook", reason: expect.stringContaining("failed after 1 attempt") },
    });
    await bench.worker.idle();
  });

  test("reach whoever has subscribed to them as well, once, and nobody whose filters channels can't pass", async () => {
    const events = ["channel.paused"];
    const subscribed = await bench.channel({ url: notices.url }, { name: "subscribed", events });
    await bench.channel(
      { url: notices.url },
      { name: "by machine", events, filters: { machine_ids: ["m"] } },
    );
    await bench.channel({ url: notices.url }, { name: "off", events, isActive: false });
    await bench.channel({ url: notices.url }, { name: "others", events: ["channel.resumed"] });
    const channel = await bench.channel(
      { url: sink.url, pause_after_failures: 1 },
      { failureChannelId: subscribed.id, events: ["alert.triggered", "channel.paused"] },
    );
    sink.answerWith(500);
    await bench.tell(channel);
    await notices.waitFor(1);
    await bench.worker.idle();
    expect(noticesSent()).toEqual(["channel.paused"]);
    // Nor is the channel told of itself.
    expect(sink.received).toHaveLength(1);
    sink.answerWith(200);
    await bench.service.resume(principal, channel.id);
    await notices.waitFor(3);
    await bench.worker.idle();
    expect(noticesSent().toSorted()).toEqual(["channel.paused", "channel.resumed", "channel.resumed"]);
  });

  test("of a channel for people a message that fails for good is told, once until it is reached again", async () => {
    registerType("test_pager", { behaviour: { whenExhausted: "tell_failure", retryDelaysSeconds: [] } });
    const other = await bench.channel({ url: notices.url });
    const pager = await bench.channel(
      { url: sink.url },
      { type: "test_pager", name: "pager", failureChannelId: other.id },
    );
    const tell = async (status: number): Promise<void> => {
      sink.answerWith(status);
      await bench.tell(pager);
      await bench.worker.idle();
    };
    await tell(500);
    await tell(500);
    await tell(403);
    expect(noticesSent()).toEqual(["channel.delivery_failed"]);
    expect(notices.received[0]!.json["channel"]).toEqual({
      id: pager.id,
      name: "pager",
      reason: "A message (alert.triggered) failed after 1 attempt. The endpoint answered 500.",
    });
    // Nothing is held: the next message is tried as ever.
    expect(pager.health).toBe("failing");
    await tell(200);
    // The same again, right after it: one of several recipients may fail each time.
    await tell(500);
    expect(noticesSent()).toHaveLength(1);
    await tell(200);
    await tell(403);
    expect(noticesSent()).toHaveLength(2);
    await tell(200);
    await bench.clock.advance(3_600_000);
    await tell(403);
    expect(noticesSent()).toHaveLength(3);
    expect((await bench.journal()).filter((kind) => kind === "channel.delivery_failed")).toHaveLength(3);
  });

  test("a digest that fails for good is no notice: what became of its channel is told", async () => {
    const other = await bench.channel({ url: notices.url });
    registerType("test_gone", {
      judge: () => ({ outcome: "client_error", retry: false, reason: "It is gone." }),
    });
    const people = await bench.channel({ url: sink.url }, { type: "test_gone", failureChannelId: other.id });
    sink.answerWith(410);
    const summary = { from: 0, until: 1, count: 1, lines: [] };
    await bench.tell(people, { ...bench.message("channel.summary"), summary }, { subjectId: people.id });
    await notices.waitFor(1);
    await bench.worker.idle();
    expect([people.health, noticesSent()]).toEqual(["disabled", ["channel.disabled"]]);
    expect(people.healthReason).toBe("A message (channel.summary) failed after 1 attempt. It is gone.");
  });

  test("wait while their channel is paused, and are not made for one that is switched off", async () => {
    const told = await bench.channel({ url: notices.url }, { isActive: false });
    const channel = await bench.channel(
      { url: sink.url, pause_after_failures: 1 },
      { failureChannelId: told.id },
    );
    sink.answerWith(500);
    await bench.tell(channel);
    await bench.worker.idle();
    expect(channel.health).toBe("paused");
    expect(await bench.rows("SELECT COUNT(*) FROM outbox WHERE channel_id = ?", [told.id])).toEqual([[0]]);
  });
});

describe("switched off and deleted", () => {
  test("paused, then switched off, then on again: still paused, and everything still waits", async () => {
    const channel = await bench.channel({ url: sink.url, pause_after_failures: 1 });
    sink.answerWith(500);
    const row = await bench.tell(channel);
    await bench.worker.idle();
    await bench.service.update(principal, channel.id, { isActive: false });
    await bench.service.update(principal, channel.id, { isActive: true });
    sink.answerWith(200);
    await bench.clock.advance(3_600_000);
    await bench.worker.idle();
    expect([channel.health, await bench.statusOf(row)]).toEqual(["paused", "held"]);
    await bench.service.resume(principal, channel.id);
    await bench.worker.idle();
    expect(await bench.statusOf(row)).toBe("delivered");
  });

  test("deleting a paused channel cancels what waited, with the reason", async () => {
    const channel = await bench.channel({ url: sink.url, pause_after_failures: 1 });
    sink.answerWith(500);
    const row = await bench.tell(channel);
    await bench.worker.idle();
    await bench.service.remove(principal, channel.id);
    expect(await bench.rows("SELECT status, reason FROM outbox WHERE seq = ?", [row.seq])).toEqual([
      ["cancelled", "The channel was deleted."],
    ]);
    await bench.clock.advance(24 * 3_600_000);
    await bench.worker.idle();
    expect(sink.received).toHaveLength(1);
  });
});
