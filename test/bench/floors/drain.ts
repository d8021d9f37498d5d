// In: a directory with due deliveries. Out: all of them claimed, signed, posted and settled. The floor
// of B6. With `fill` it writes that many deliveries first and ends.
import { announce, jobInput } from "../../harness/job";
import { openLanes } from "./lanes";
import { openLedger } from "./ledger";

interface Input {
  directory: string;
  sinkPorts: number[];
  secret: string;
  /** Size of each body in bytes, and how many; 0 sends what is there. */
  fill: number;
  bodyBytes: number;
}

const { directory, sinkPorts, secret, fill, bodyBytes } = jobInput<Input>();
const ledger = openLedger(directory);
if (fill > 0) {
  const body = Buffer.alloc(bodyBytes, "x");
  await Promise.all(
    Array.from({ length: fill }, (_, index) =>
      ledger.record({
        id: Bun.randomUUIDv7(),
        machine: `m${index}`,
        value: 1,
        at: Date.now(),
        channel: index % sinkPorts.length,
        body,
      }),
    ),
  );
  announce(0);
} else {
  const lanes = await openLanes(sinkPorts, secret, ledger);
  for (const due of ledger.due()) lanes.add(due);
  announce(0);
}
