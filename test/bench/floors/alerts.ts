// In: readings as JSON arrays. Out: for each one above the limit an alert, its journal entry and its
// outbox row on the disk, the answer, and a signed POST. The floor of B3 and B4.
import { announce, jobInput } from "../../harness/job";
import { openLanes } from "./lanes";
import { openLedger } from "./ledger";

interface Input {
  directory: string;
  sinkPorts: number[];
  secret: string;
  limit: number;
}

interface Reading {
  machine: string;
  metric: string;
  value: number;
  timestamp: string;
}

const { directory, sinkPorts, secret, limit } = jobInput<Input>();
const ledger = openLedger(directory);
const lanes = await openLanes(sinkPorts, secret, ledger);
/** As large as a message of the product. */
const FILL = "x".repeat(900);

const record = async ({ machine, metric, value, timestamp }: Reading): Promise<void> => {
  const id = Bun.randomUUIDv7();
  const alert = { id, machine_name: machine, metric_name: metric, metric_value: value, message: FILL };
  const body = Buffer.from(JSON.stringify({ event: "alert.triggered", timestamp, alert }));
  const channel = Number(machine.slice(1)) % sinkPorts.length;
  lanes.add(await ledger.record({ id, machine, value, at: Date.now(), channel, body }));
};

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: async (request) => {
    const readings = (await request.json()) as Reading[];
    await Promise.all(readings.filter(({ value }) => value > limit).map(record));
    return Response.json({ accepted: readings.length, rejected: [] }, { status: 202 });
  },
});
announce(server.port ?? 0);
