// Retry tables on the moved clock: which attempt leaves when, and what happens at the end of a schedule.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
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

/** Moves to just before the retry and over it, and waits for its result. */
const passDelay = async (seconds: number): Promise<void> => {
  const before = sink.received.length;
  await bench.clock.advance(seconds * 1_000 - 1);
  await bench.worker.idle();
  expect(sink.received.length).toBe(before);
  await bench.clock.advance(1);
  await sink.waitFor(before + 1);
  await bench.worker.idle();
};

describe("schedules", () => {
  for (const [name, delays] of [
    ["haltless", [30, 120, 600]],
    ["statuspulse", [60, 300, 900, 3_600]],
    ["roboticks", [60, 300, 1_800, 7_200]],
  ] as const)
    test(`${name}: one attempt and ${delays.length} retries, then failed`, async () => {
      sink.answerWith(500);
      const channel = await bench.channel({ url: sink.url, retry: name });
      const row = await bench.tell(channel);
      await sink.waitFor(1);
      await bench.worker.idle();
      for (const delay of delays) {
        expect(await bench.statusOf(row)).toBe("pending");
        await passDelay(delay);
      }
      expect(await bench.statusOf(row)).toBe("failed");
      expect(await bench.outcomes(row)).toEqual(new Array(delays.length + 1).fill("server_error"));
      await bench.clock.advance(24 * 3_600_000);
      await bench.worker.idle();
      expect(sink.received.length).toBe(delays.length + 1);
    });

  test("each attempt repeats webhook-id and body, with a fresh timestamp and signature", async () => {
    sink.answerWith(503);
    const channel = await bench.channel({ url: sink.url, secret: "a-shared-secret", retry: [10] });
    const row = await bench.tell(channel);
    await sink.waitFor(1);
    await bench.worker.idle();
    await passDelay(10);
    const [first, second] = sink.received;
    expect(first?.headers["webhook-id"]).toBe(row.id);
    expect(second?.headers["webhook-id"]).toBe(row.id);
    expect(second?.bytes).toEqual(first?.bytes as Uint8Array);
    expect(Number(second?.headers["webhook-timestamp"])).toBe(
      Number(first?.headers["webhook-timestamp"]) + 10,
    );
    expect(second?.headers["webhook-signature"]).not.toBe(first?.headers["webhook-signature"] ?? "");
  });

  test("Retry-After lengthens a delay on 429 and 503, never shortens it, and not on other answers", async () => {
    const channel = await bench.channel({ url: sink.url, retry: [10, 10, 10, 10] });
    sink.answerWith(() => new Response(null, { status: 429, headers: { "retry-after": "60" } }));
    const row = await bench.tell(channel);
    await sink.waitFor(1);
    await bench.worker.idle();
    await passDelay(60);
    sink.answerWith(() => new Response(null, { status: 503, headers: { "retry-after": "2" } }));
    await passDelay(60);
    await passDelay(10);
    sink.answerWith(() => new Response(null, { status: 500, headers: { "retry-after": "600" } }));
    await passDelay(10);
    expect(await bench.outcomes(row)).toEqual([
      "rate_limited",
      "rate_limited",
      "server_error",
      "server_error",
      "server_error",
    ]);
  });

  test("every non-2xx is retried, a later 2xx ends it", async () => {
    const channel = await bench.channel({ url: sink.url, retry: [1, 1, 1, 1] });
    const statuses = [400, 401, 302, 404, 204];
    sink.answerWith((_request, count) => new Response(null, { status: statuses[count - 1] ?? 200 }));
    const row = await bench.tell(channel);
    await sink.waitFor(1);
    await bench.worker.idle();
    for (let retry = 0; retry < 4; retry++) await passDelay(1);
    expect(await bench.outcomes(row)).toEqual([
      "client_error",
      "auth_error",
      "redirect",
      "client_error",
      "delivered",
    ]);
    expect(await bench.statusOf(row)).toBe("delivered");
  });
});

describe("channel health", () => {
  test("failing after a failed attempt, active again after a delivered one, both journalled once", async () => {
    sink.answerWith(500);
    const channel = await bench.channel({ url: sink.url, retry: [5] });
    await bench.tell(channel);
    await sink.waitFor(1);
    await bench.worker.idle();
    expect([channel.health, channel.healthReason]).toEqual(["failing", "The endpoint answered 500."]);
    expect(channel.consecutiveFailures).toBe(1);
    sink.answerWith(200);
    await passDelay(5);
    await bench.clock.advance(1_000);
    expect([channel.health, channel.healthReason]).toEqual(["active", null]);
    expect(await bench.journal()).toEqual(["config.created", "channel.failing", "channel.recovered"]);
    expect(bench.delivery.health.successRate(channel.id)).toBe(0.5);
  });

  test("410 disables the channel only when the schedule is used up; a notice goes to the failure channel", async () => {
    const notices = openRecordingSink();
    const other = await bench.channel({ url: notices.url, dialect: "haltless" }, { name: "notices" });
    const channel = await bench.channel(
      { url: sink.url, retry: [5], secret: "never-in-a-notice" },
      { failureChannelId: other.id },
    );
    sink.answerWith(410);
    const row = await bench.tell(channel);
    await sink.waitFor(1);
    await bench.worker.idle();
    expect(channel.health).toBe("failing");
    await passDelay(5);
    expect(channel.health).toBe("disabled");
    expect(await bench.statusOf(row)).toBe("failed");
    const [notice] = await notices.waitFor(1);
    expect(notice?.json).toMatchObject({
      event: "channel.disabled",
      channel: { id: channel.id, name: "hook" },
    });
    expect(notice?.body).not.toContain("never-in-a-notice");
    await bench.worker.idle();
    await notices.stop();
  });

  test("pause_after_failures holds everything; resume sends it at once on a fresh schedule", async () => {
    const channel = await bench.channel({ url: sink.url, retry: [5, 5, 5, 5], pause_after_failures: 2 });
    sink.answerWith(500);
    const first = await bench.tell(channel);
    await sink.waitFor(1);
    await bench.worker.idle();
    await passDelay(5);
    expect(channel.health).toBe("paused");
    expect(await bench.statusOf(first)).toBe("held");
    const second = await bench.tell(channel);
    expect(await bench.statusOf(second)).toBe("held");
    await bench.clock.advance(3_600_000);
    await bench.worker.idle();
    expect(sink.received.length).toBe(2);

    sink.answerWith(200);
    await bench.service.resume(principal, channel.id);
    await sink.waitFor(4);
    await bench.worker.idle();
    expect(await bench.statusOf(first)).toBe("delivered");
    expect(await bench.statusOf(second)).toBe("delivered");
    expect(channel.health).toBe("active");
    expect(await bench.journal()).toContain("channel.paused");
    expect(await bench.journal()).toContain("channel.resumed");
    expect(sink.received.length).toBe(4);
  });

  test("a paused channel stays paused over a restart and loses nothing", async () => {
    const channel = await bench.channel({ url: sink.url, retry: [5, 5], pause_after_failures: 1 });
    sink.answerWith(500);
    const row = await bench.tell(channel);
    await sink.waitFor(1);
    await bench.worker.idle();
    await bench.restart();
    await bench.clock.advance(3_600_000);
    await bench.worker.idle();
    expect(sink.received.length).toBe(1);
    expect(await bench.statusOf(row)).toBe("held");
    sink.answerWith(200);
    await bench.service.resume(principal, channel.id);
    await sink.waitFor(2);
    await bench.worker.idle();
    expect(await bench.statusOf(row)).toBe("delivered");
  });

  test("switched off: waiting rows are held, switched on they go; deleted: they are cancelled", async () => {
    const channel = await bench.channel({ url: sink.url, retry: [60] });
    sink.answerWith(500);
    const row = await bench.tell(channel);
    await sink.waitFor(1);
    await bench.worker.idle();
    await bench.service.update(principal, channel.id, { isActive: false });
    expect(await bench.statusOf(row)).toBe("held");
    await bench.clock.advance(3_600_000);
    await bench.worker.idle();
    expect(sink.received.length).toBe(1);
    await bench.service.update(principal, channel.id, { isActive: true });
    await sink.waitFor(2);
    await bench.worker.idle();
    await bench.service.remove(principal, channel.id);
    expect(await bench.rows("SELECT status, reason FROM outbox WHERE seq = ?", [row.seq])).toEqual([
      ["cancelled", "The channel was deleted."],
    ]);
    await bench.clock.advance(3_600_000);
    await bench.worker.idle();
    expect(sink.received.length).toBe(2);
  });
});
