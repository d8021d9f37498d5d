// In: more than a thousand deliveries that are over. Out: proof that a replay sends again what it names
// and nothing else, each once, under its own ID, across crashes, behind everything fresh.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Channel } from "../../../src/channels/directory";
import type { DeliveryFilter } from "../../../src/delivery/filter";
import { findReplay, type Replay } from "../../../src/delivery/replays";
import { openDeliveryBench, organization, principal, type DeliveryBench } from "../../harness/delivery";
import { eventually } from "../../harness/eventually";
import { FIRST_AT, makeOutbox, type MadeOutbox } from "../../harness/outbox-rows";
import { openRecordingSink, type RecordingSink } from "../../harness/recording-sink";

const COUNT = 1_400;
const LIMIT_MS = 60_000;
const { tenantId, actor } = principal;

let bench: DeliveryBench;
let sink: RecordingSink;
let channels: Channel[];
let made: MadeOutbox;
let alreadySent: number;

beforeEach(async () => {
  sink = openRecordingSink();
  bench = await openDeliveryBench();
  await bench.clock.advance(FIRST_AT + 400 * 86_400_000 - bench.clock.now());
  channels = [];
  for (const name of ["a", "b", "c"])
    channels.push(await bench.channel({ url: `${sink.url}${name}` }, { name }));
  made = await makeOutbox(bench.testStore.store.engine, {
    count: COUNT,
    tenantId: organization.id,
    channels: channels.map(({ id }) => id),
    bodyBytes: 50,
  });
  // The worker numbers on from what the file holds, and sends what waits in it.
  await bench.restart();
  await bench.worker.idle();
  const rows = await bench.rows("SELECT status, outcome FROM outbox ORDER BY seq");
  made.rows = made.rows.map((row, index) => ({
    ...row,
    status: String(rows[index]?.[0]),
    outcome: rows[index]?.[1] as string | null,
  }));
  alreadySent = sink.received.length;
});
afterEach(async () => {
  await bench.delivery.replays.stop();
  await bench.close();
  await sink.stop();
});

const request = (filter: DeliveryFilter, hasNewId = false): Promise<Replay> =>
  bench.delivery.replays.request({ tenantId, actor, filter, hasNewId, written: {} });

const read = async ({ id }: Replay): Promise<Replay> => {
  const replay = await findReplay(bench.testStore.store.engine, tenantId, id);
  if (replay === undefined) throw new Error("the replay is gone");
  return replay;
};

/** Until it is over; the clock moves from step to step. */
const finish = async (replay: Replay): Promise<Replay> => {
  await eventually(
    async () => {
      await bench.clock.advance(100);
      return read(replay);
    },
    ({ status }) => status !== "running",
  );
  await bench.worker.idle();
  return read(replay);
};

/** Until its first step. */
const begin = (replay: Replay): Promise<Replay> =>
  eventually(
    () => read(replay),
    ({ done }) => done > 0,
  );

const idsOf = (fits: (row: MadeOutbox["rows"][number]) => boolean): string[] =>
  made.rows.filter(fits).map(({ id }) => id);

/** What the sink got since the beginning of the test. */
const sentIds = (): string[] =>
  sink.received.slice(alreadySent).map(({ headers }) => headers["webhook-id"] ?? "");

describe("a replay", () => {
  test(
    "sends everything that is over once more, under its own ID, in several steps",
    async () => {
      await bench.delivery.replays.start();
      const wanted = idsOf(() => true);
      expect(await bench.delivery.replays.count(tenantId, {})).toEqual({ count: wanted.length, skipped: 0 });
      const replay = await request({});
      expect(replay).toMatchObject({ status: "running", total: wanted.length, done: 0 });
      expect(await finish(replay)).toMatchObject({ status: "done", done: wanted.length, skipped: 0 });
      expect(sentIds().toSorted()).toEqual(wanted.toSorted());
      expect(await bench.rows("SELECT COUNT(*) FROM outbox WHERE status <> 'delivered'")).toEqual([[0]]);
      expect((await bench.journal()).filter((kind) => String(kind).startsWith("deliveries."))).toEqual([
        "deliveries.replayed",
        "deliveries.replay_ended",
      ]);
    },
    LIMIT_MS,
  );

  test(
    "sends only what its filter names, and counts that first",
    async () => {
      await bench.delivery.replays.start();
      const filter = { channelIds: [channels[1]!.id], statuses: ["failed"], outcomes: ["timeout"] } as const;
      const wanted = idsOf(
        (row) => row.channelId === channels[1]!.id && row.status === "failed" && row.outcome === "timeout",
      );
      expect(wanted.length).toBeGreaterThan(50);
      expect(await bench.delivery.replays.count(tenantId, filter)).toEqual({
        count: wanted.length,
        skipped: 0,
      });
      await finish(await request(filter));
      expect(sentIds().toSorted()).toEqual(wanted.toSorted());
    },
    LIMIT_MS,
  );

  test(
    "goes on after a crash where it was: none twice, none left out",
    async () => {
      // Nothing is sent meanwhile, so that what was opened again can be counted.
      for (const { id } of channels) await bench.service.update(principal, id, { isActive: false });
      const replay = await request({});
      await bench.delivery.replays.start();
      await begin(replay);
      const before = await read(replay);
      expect(before.status).toBe("running");
      expect(before.done).toBeLessThan(before.total);
      await bench.restart({ isGraceful: false });
      expect((await read(replay)).done).toBe(before.done);
      await bench.delivery.replays.start();
      const wanted = idsOf(() => true);
      expect(await finish(replay)).toMatchObject({ status: "done", done: wanted.length });
      for (const { id } of channels) await bench.service.update(principal, id, { isActive: true });
      await bench.worker.idle();
      expect(sentIds().toSorted()).toEqual(wanted.toSorted());
    },
    LIMIT_MS,
  );

  test(
    "with new IDs makes new deliveries that name the old ones, which stay as they were",
    async () => {
      await bench.delivery.replays.start();
      const wanted = idsOf((row) => row.status === "failed");
      const before = await bench.rows(
        "SELECT id, status, attempts FROM outbox WHERE status = 'failed' ORDER BY seq",
      );
      const ended = await finish(await request({ statuses: ["failed"] }, true));
      expect(ended.done).toBe(wanted.length);
      const copies = await bench.rows(
        "SELECT replay_of, status, length(body) FROM outbox WHERE replay_of IS NOT NULL",
      );
      expect(copies.map(([id]) => String(id)).toSorted()).toEqual(wanted.toSorted());
      expect(new Set(copies.map(([, status, bytes]) => `${String(status)} ${String(bytes)}`))).toEqual(
        new Set(["delivered 50"]),
      );
      expect(
        await bench.rows("SELECT id, status, attempts FROM outbox WHERE status = 'failed' ORDER BY seq"),
      ).toEqual(before);
      expect(sentIds().some((id) => wanted.includes(id))).toBe(false);
    },
    LIMIT_MS,
  );

  test(
    "leaves out what was decided after it was asked for, and what is not over",
    async () => {
      await bench.service.update(principal, channels[2]!.id, { isActive: false });
      const waiting = bench.plan(channels[2]!, bench.message());
      await bench.commit([waiting]);
      const replay = await request({});
      const later = await bench.tell(channels[0]!);
      await bench.worker.idle();
      await bench.delivery.replays.start();
      expect((await finish(replay)).done).toBe(COUNT);
      await bench.service.update(principal, channels[2]!.id, { isActive: true });
      await bench.worker.idle();
      expect(sentIds().toSorted()).toEqual([...idsOf(() => true), waiting.id, later.id].toSorted());
    },
    LIMIT_MS,
  );

  test(
    "leaves out deliveries of deleted channels and says how many",
    async () => {
      await bench.service.remove(principal, channels[2]!.id);
      await bench.delivery.replays.start();
      const there = idsOf((row) => row.channelId !== channels[2]!.id).length;
      const gone = made.rows.filter((row) => row.channelId === channels[2]!.id).length;
      expect(await bench.delivery.replays.count(tenantId, {})).toEqual({ count: there, skipped: gone });
      const ended = await finish(await request({}));
      expect(ended).toMatchObject({ status: "done", done: there, skipped: gone });
      expect(sink.received.slice(alreadySent).filter(({ path }) => path === "/hookc")).toEqual([]);
    },
    LIMIT_MS,
  );

  test(
    "of a channel that sends nothing waits with it",
    async () => {
      await bench.service.update(principal, channels[0]!.id, { isActive: false });
      await bench.delivery.replays.start();
      const wanted = idsOf((row) => row.channelId === channels[0]!.id);
      await finish(await request({ channelIds: [channels[0]!.id] }));
      expect(sink.received.slice(alreadySent)).toEqual([]);
      await bench.service.update(principal, channels[0]!.id, { isActive: true });
      await bench.worker.idle();
      expect(sentIds().toSorted()).toEqual(wanted.toSorted());
    },
    LIMIT_MS,
  );

  test(
    "stops when it is cancelled; what it has opened is sent, the rest is not; twice is a conflict",
    async () => {
      const replay = await request({});
      await bench.delivery.replays.start();
      await begin(replay);
      const cancelled = await bench.delivery.replays.cancel(tenantId, replay.id, actor);
      expect(cancelled.status).toBe("cancelled");
      await bench.clock.advance(1_000);
      await bench.worker.idle();
      const { done, total } = await read(replay);
      expect(done).toBeLessThan(total);
      expect(sentIds().length).toBe(done);
      await expect(bench.delivery.replays.cancel(tenantId, replay.id, actor)).rejects.toMatchObject({
        kind: "conflict",
      });
      await expect(bench.delivery.replays.cancel("another", replay.id, actor)).rejects.toMatchObject({
        kind: "not_found",
      });
    },
    LIMIT_MS,
  );

  test(
    "comes after everything fresh",
    async () => {
      const channel = channels[0]!;
      await bench.service.update(principal, channel.id, { isActive: false });
      await bench.delivery.replays.start();
      await finish(await request({ channelIds: [channel.id] }));
      const fresh = await bench.tell(channel);
      await bench.service.update(principal, channel.id, { isActive: true });
      await bench.worker.idle();
      const order = sentIds();
      // Four are in flight at the same time.
      expect(order.indexOf(fresh.id)).toBeLessThan(30);
      expect(order.length).toBeGreaterThan(300);
    },
    LIMIT_MS,
  );
});
