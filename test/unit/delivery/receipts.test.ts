// Results that the database does not have yet: kept in a file, found again after a crash, and never
// held against a delivery that was opened again.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { newId } from "../../../src/core/ids";
import { openReceipts, readReceipts, type Receipt, type Receipts } from "../../../src/delivery/receipts";
import { openDeliveryBench, type DeliveryBench } from "../../harness/delivery";
import { openRecordingSink, type RecordingSink } from "../../harness/recording-sink";
import { removeDirectory, temporaryDirectory } from "../../harness/store";

const receipt = (id = newId(), number = 1): Receipt => ({
  id,
  number,
  statusCode: 200,
  startedAt: 1_767_225_600_000,
  totalMs: 12,
});

const keep = (receipts: Receipts, one = receipt()): Promise<boolean> =>
  new Promise((resolve) => receipts.keep(one, resolve));

describe("the file", () => {
  let directory: string;
  let path: string;
  beforeEach(() => {
    directory = temporaryDirectory();
    path = join(directory, "receipts");
  });
  afterEach(() => removeDirectory(directory));

  test("what was kept is read; a line that was cut and a line that is none are not", async () => {
    const receipts = openReceipts(path);
    const kept = [receipt(), receipt(), receipt()];
    // Two in the same turn.
    expect(await Promise.all(kept.slice(0, 2).map((one) => keep(receipts, one)))).toEqual([true, true]);
    expect(await keep(receipts, kept[2])).toBe(true);
    appendFileSync(path, `not a receipt\n${newId()} 1 20`);
    expect(readReceipts(path)).toEqual(kept);
  });

  test("no file, no path and an unusable path keep nothing and fail nothing", async () => {
    expect(readReceipts(path)).toEqual([]);
    expect(readReceipts(null)).toEqual([]);
    expect(await keep(openReceipts(null))).toBe(false);
    expect(await keep(openReceipts(join(directory, "missing", "receipts")))).toBe(false);
  });

  test("opening it empties it", async () => {
    await keep(openReceipts(path));
    openReceipts(path);
    expect(readReceipts(path)).toEqual([]);
  });

  test("it stays small: full, it keeps nothing until the database has all of it", async () => {
    const receipts = openReceipts(path);
    let kept = 0;
    while (await keep(receipts)) kept++;
    expect(readFileSync(path).length).toBeLessThan(70 * 1024);
    for (let released = 1; released < kept; released++) receipts.release();
    expect(await keep(receipts)).toBe(false);
    receipts.release();
    expect(await keep(receipts)).toBe(true);
    expect(readReceipts(path)).toHaveLength(1);
  });

  test("after an orderly stop nothing is left; what the database lacks is", async () => {
    const receipts = openReceipts(path);
    await keep(receipts);
    receipts.release();
    receipts.close();
    expect(readReceipts(path)).toEqual([]);
    const others = openReceipts(path);
    await keep(others);
    const last = keep(others);
    others.close();
    others.close();
    expect(await last).toBe(true);
    expect(readReceipts(path)).toHaveLength(2);
  });
});

describe("after a crash", () => {
  let bench: DeliveryBench;
  let sink: RecordingSink;
  let path: string;
  beforeEach(async () => {
    sink = openRecordingSink();
    bench = await openDeliveryBench({ hasReceipts: true });
    path = join(bench.testStore.directory, "receipts");
  });
  afterEach(async () => {
    await bench.close();
    await sink.stop();
  });

  const leave = (...receipts: Receipt[]): void =>
    writeFileSync(
      path,
      receipts
        .map(({ id, number, statusCode, startedAt, totalMs }) =>
          [id, number, statusCode, startedAt, totalMs].join(" "),
        )
        .join("\n") + "\n",
    );

  /** Committed, and the process ended before it was handed over. */
  const planned = async (count: number) => {
    const channel = await bench.channel({ url: sink.url });
    const rows = Array.from({ length: count }, () => bench.plan(channel, bench.message()));
    await bench.testStore.store.engine.batch(rows.map(bench.delivery.outbox.insertStatement));
    return rows;
  };

  test("a message that was taken is delivered and not sent again; the others are sent", async () => {
    const [taken, open] = await planned(2);
    leave(receipt(taken!.id), receipt());
    await bench.restart({ isGraceful: false });
    await bench.worker.idle();
    expect(sink.received.map(({ headers }) => headers["webhook-id"])).toEqual([open!.id]);
    expect(await bench.statusOf(taken!)).toBe("delivered");
    const columns = "number, outcome, status_code, total_ms";
    expect(await bench.rows(`SELECT ${columns} FROM attempts WHERE delivery_seq = ?`, [taken!.seq])).toEqual([
      [1, "delivered", 200, 12],
    ]);
    expect(
      await bench.rows("SELECT attempts, outcome, next_attempt_at FROM outbox WHERE seq = ?", [taken!.seq]),
    ).toEqual([[1, "delivered", null]]);
  });

  test("twice the same file changes nothing more", async () => {
    const [taken] = await planned(1);
    leave(receipt(taken!.id));
    await bench.restart({ isGraceful: false });
    leave(receipt(taken!.id));
    await bench.restart({ isGraceful: false });
    await bench.worker.idle();
    expect(await bench.outcomes(taken!)).toEqual(["delivered"]);
    expect(sink.received).toHaveLength(0);
  });

  test("an old receipt says nothing about a delivery that was opened again", async () => {
    const [row] = await planned(1);
    await bench.testStore.store.engine.batch([
      { sql: "UPDATE outbox SET attempts = 1 WHERE seq = ?", params: [row!.seq] },
    ]);
    leave(receipt(row!.id, 1));
    await bench.restart({ isGraceful: false });
    await bench.worker.idle();
    expect(sink.received).toHaveLength(1);
    expect(await bench.statusOf(row!)).toBe("delivered");
  });

  test("a delivery leaves nothing behind once the database has it", async () => {
    const channel = await bench.channel({ url: sink.url });
    await bench.tell(channel);
    await sink.waitFor(1);
    await bench.worker.idle();
    await bench.worker.stop();
    expect(readReceipts(path)).toEqual([]);
  });
});
