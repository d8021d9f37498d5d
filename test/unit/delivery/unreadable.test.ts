// An outbox that can't be read for a while: it is asked again a second later, not in a tight loop, and
// nothing is lost by it.
import { expect, test } from "bun:test";
import { AppError } from "../../../src/core/errors";
import { openDeliveryBench } from "../../harness/delivery";
import { openRecordingSink } from "../../harness/recording-sink";

test("is read again a second later, and then everything is sent", async () => {
  const sink = openRecordingSink();
  const bench = await openDeliveryBench();
  try {
    const channel = await bench.channel({ url: sink.url });
    const { engine } = bench.testStore.store;
    const row = bench.plan(channel, bench.message());
    await engine.batch([bench.delivery.outbox.insertStatement(row)]);
    const query = engine.query.bind(engine);
    let refused = 0;
    engine.query = async () => {
      refused++;
      // Without this way out a tight loop would never come back to the test.
      if (refused > 100) return query({ sql: "SELECT 1 WHERE 0" });
      throw new AppError("unavailable", "The disk does not answer.");
    };
    bench.worker.wake(channel.id);
    await bench.clock.settle();
    expect(refused).toBe(1);
    await bench.clock.advance(1_100);
    expect(refused).toBe(2);
    engine.query = query;
    await bench.clock.advance(1_100);
    await sink.waitFor(1);
    await bench.worker.idle();
    expect(await bench.statusOf(row)).toBe("delivered");
  } finally {
    await bench.close();
    await sink.stop();
  }
});
