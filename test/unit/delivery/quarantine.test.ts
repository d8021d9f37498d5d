// F10: a row that Andon itself fails over is set aside with the reason, the others go on, and sending it
// again opens it again. Nothing else is ever set aside, and no copy is sent for want of a place to store it.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../../../src/core/errors";
import { judgeStatus } from "../../../src/channels/judge-status";
import { channelTypes } from "../../../src/channels/registry";
import { openAttemptMarker, readMark } from "../../../src/delivery/attempt-marker";
import { countDeath } from "../../../src/delivery/quarantine";
import { replayDelivery } from "../../../src/delivery/replay";
import type { OutboxRow } from "../../../src/delivery/outbox";
import { openDeliveryBench, principal, type DeliveryBench } from "../../harness/delivery";
import { registerType } from "../../harness/people-type";
import { openRecordingSink, type RecordingSink } from "../../harness/recording-sink";
import { removeDirectory, temporaryDirectory } from "../../harness/store";

let isPoisonous = true;
registerType("test_poison", {
  audience: "program",
  judge: (result) => {
    if (isPoisonous && result.responseBody === "poison") throw new TypeError("canary-secret of the settings");
    const { outcome, reason } = judgeStatus(result);
    return { outcome, reason, retry: outcome !== "delivered" };
  },
});

let bench: DeliveryBench;
let sink: RecordingSink;

beforeEach(async () => {
  isPoisonous = true;
  sink = openRecordingSink();
  bench = await openDeliveryBench();
});
afterEach(async () => {
  await bench.close();
  await sink.stop();
});

const settled = async (): Promise<void> => {
  await bench.worker.idle();
  await bench.clock.settle();
  await bench.worker.idle();
};

const stateOf = async (row: OutboxRow): Promise<unknown[] | undefined> =>
  (await bench.rows("SELECT status, outcome, attempts, reason FROM outbox WHERE seq = ?", [row.seq]))[0];

const again = (row: OutboxRow) =>
  replayDelivery(
    {
      store: bench.testStore.store,
      clock: bench.clock,
      directory: bench.directory,
      outbox: bench.delivery.outbox,
      worker: bench.worker,
    },
    { tenantId: row.tenantId, deliveryId: row.id, hasNewId: false, actor: principal.actor },
  );

describe("an attempt that fails inside Andon", () => {
  test("three times: failed as internal, with the reason and the evidence; the others went on", async () => {
    const channel = await bench.channel({}, { type: "test_poison", config: { url: sink.url } });
    sink.answerWith((request) => new Response(request.headers["webhook-id"] === bad.id ? "poison" : "ok"));
    const bad = bench.plan(channel, bench.message());
    const rows = [bad, ...Array.from({ length: 5 }, () => bench.plan(channel, bench.message()))];
    await bench.commit(rows);
    await settled();
    expect(await stateOf(bad)).toEqual(["pending", "internal", 1, expect.any(String)]);
    for (const row of rows.slice(1)) expect(await bench.statusOf(row)).toBe("delivered");
    await bench.clock.advance(30_000);
    await settled();
    await bench.clock.advance(120_000);
    await settled();
    expect(await stateOf(bad)).toEqual(["failed", "internal", 3, expect.stringContaining("Quarantined")]);
    expect(await bench.outcomes(bad)).toEqual(["internal", "internal", "internal"]);
    expect(bench.directory.get(channel.id)?.health).not.toBe("paused");
    await bench.clock.advance(3_600_000);
    await settled();
    expect(sink.received).toHaveLength(3 + 5);
    expect(JSON.stringify(await bench.rows("SELECT * FROM attempts"))).not.toContain("canary");
    expect(bench.log.lines.join()).not.toContain("canary");

    isPoisonous = false;
    await again(bad);
    await settled();
    expect(await stateOf(bad)).toEqual(["delivered", "delivered", 4, null]);
  });

  test("twice, and then not any more: it is delivered, and the count begins anew", async () => {
    const channel = await bench.channel({}, { type: "test_poison", config: { url: sink.url } });
    sink.answerWith(() => new Response("poison"));
    const row = await bench.tell(channel);
    await settled();
    await bench.clock.advance(30_000);
    await settled();
    isPoisonous = false;
    await bench.clock.advance(120_000);
    await settled();
    expect(await bench.statusOf(row)).toBe("delivered");
  });

  test("a type that fails over its own settings stops nobody", async () => {
    registerType("test_no_targets", {
      targets: () => {
        throw new RangeError("no targets");
      },
    });
    const broken = await bench.channel({ url: sink.url });
    const other = await bench.channel({ url: sink.url });
    Object.assign(broken, { type: channelTypes.get("test_no_targets") });
    await bench.commit([bench.plan(broken, bench.message()), bench.plan(other, bench.message())]);
    await settled();
    expect(sink.received.length).toBe(2);
  });
});

describe("a result that can't be stored", () => {
  /** Refuses batches with what the test names, for a reason of their own. */
  const refuse = (isRefused: (sql: string) => boolean): void => {
    const { engine } = bench.testStore.store;
    const batch = engine.batch.bind(engine);
    engine.batch = (statements, durability) =>
      statements.some(({ sql }) => isRefused(sql))
        ? Promise.reject(new AppError("internal", "not this"))
        : batch(statements, durability);
  };

  test("for its evidence: the row is settled without it, and no copy is sent", async () => {
    const channel = await bench.channel({ url: sink.url });
    refuse((sql) => sql.startsWith("INSERT INTO attempts"));
    const row = await bench.tell(channel);
    await settled();
    expect(await stateOf(row)).toEqual(["delivered", "delivered", 1, null]);
    expect(await bench.outcomes(row)).toEqual([]);
    await bench.restart();
    await settled();
    expect(sink.received).toHaveLength(1);
  });

  test("at all: the row is set aside, and the next ones go on", async () => {
    const channel = await bench.channel({ url: sink.url });
    refuse((sql) => sql.startsWith("UPDATE outbox SET status = ?, tries"));
    const row = await bench.tell(channel);
    await settled();
    expect(await stateOf(row)).toEqual(["failed", "internal", 1, expect.stringContaining("Quarantined")]);
    expect(await bench.journal()).toContain("delivery.quarantined");
    await bench.tell(channel);
    await settled();
    expect(sink.received).toHaveLength(2);
  });
});

describe("the mark of what is being begun", () => {
  let directory: string;
  let path: string;
  beforeEach(() => {
    directory = temporaryDirectory();
    path = join(directory, "attempting");
  });
  afterEach(() => removeDirectory(directory));

  test("is there during the work, and gone after it, also when the work throws", () => {
    const marker = openAttemptMarker(path, 7);
    expect(readMark(path)).toBeNull();
    expect(marker.during(41, 2, () => readMark(path))).toEqual({ epoch: 7, deliverySeq: 41, number: 2 });
    expect(readMark(path)).toBeNull();
    expect(() =>
      marker.during(42, 1, () => {
        throw new Error("work");
      }),
    ).toThrow("work");
    expect(readMark(path)).toBeNull();
    marker.close();
    expect(readFileSync(path).length).toBe(24);
  });

  test("is nothing where there is no file, or one that is cut or foreign", async () => {
    expect(readMark(null)).toBeNull();
    expect(readMark(path)).toBeNull();
    await Bun.write(path, "short");
    expect(readMark(path)).toBeNull();
    await Bun.write(path, "x".repeat(24));
    expect(readMark(path)).toBeNull();
    const nowhere = openAttemptMarker(join(directory, "missing", "attempting"), 1);
    expect(nowhere.during(1, 1, () => "done")).toBe("done");
    nowhere.close();
    expect(existsSync(join(directory, "missing"))).toBe(false);
  });

  test("two deaths in the same attempt: set aside; one death, another attempt or a death counted twice: not", async () => {
    const channel = await bench.channel({ url: sink.url });
    const { engine } = bench.testStore.store;
    const rows = [1, 2, 3, 4].map(() => bench.plan(channel, bench.message()));
    await bench.worker.stop();
    await engine.batch(rows.map(bench.delivery.outbox.insertStatement));
    const die = async (row: OutboxRow, epoch: number, number = 1): Promise<void> => {
      const statements = await countDeath(engine, { epoch, deliverySeq: row.seq, number }, 1_000);
      if (statements.length > 0) await engine.batch(statements);
    };
    const [poison, counted, moved, innocent] = rows as [OutboxRow, OutboxRow, OutboxRow, OutboxRow];
    await die(poison, 1);
    await die(innocent, 2);
    await die(poison, 3);
    expect(await stateOf(poison)).toEqual(["failed", "internal", 1, expect.stringContaining("2 times")]);
    expect(await bench.outcomes(poison)).toEqual(["internal"]);

    await die(counted, 4);
    await die(counted, 4);
    await die(moved, 5);
    await engine.batch([{ sql: "UPDATE outbox SET attempts = 1 WHERE seq = ?", params: [moved.seq] }]);
    await die(moved, 6, 1);
    await die(moved, 7, 2);
    for (const row of [counted, moved, innocent]) expect(await bench.statusOf(row)).toBe("pending");
    await die(counted, 8);
    expect(await bench.statusOf(counted)).toBe("failed");
    // Over is over: nothing of it is counted any more.
    await die(counted, 9);
    await die(poison, 10);
    expect((await stateOf(poison))?.[2]).toBe(1);
    expect(await countDeath(engine, null, 0)).toEqual([]);
  });
});
