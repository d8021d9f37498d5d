// In: a data directory, and whether the poison still works. Out: the whole program on it. Whoever begins
// to send the message about the machine `poison` dies of it at once; else, as JSON, what became of all.
import { startApp } from "../harness/app";
import { eventually } from "../harness/eventually";

export interface Life {
  /** Machine, status, outcome, reason of each delivery. */
  deliveries: [machine: string, status: string, outcome: string, reason: string | null][];
  /** Machines whose message was sent in this life. */
  sent: string[];
}

const [directory = "", mode = "deadly"] = process.argv.slice(2);
const MACHINES = ["first", "poison", "second", "third"];
const decoder = new TextDecoder();

const sent: string[] = [];
const dial = async (_url: string, init: BunFetchRequestInit): Promise<Response> => {
  const body = decoder.decode(init.body as Uint8Array);
  const machine = MACHINES.find((name) => body.includes(`"machine_name":"${name}"`)) ?? "";
  if (machine === "poison" && mode === "deadly") process.kill(process.pid, "SIGKILL");
  sent.push(machine);
  return new Response("ok");
};

const run = await startApp({
  directory,
  config: { outboundMode: "open" },
  seams: { delivery: { dial } },
});
const rows = () =>
  run.store.engine.query({
    sql:
      "SELECT alerts.machine_name, outbox.status, outbox.outcome, outbox.reason, outbox.id FROM outbox " +
      "JOIN alerts ON alerts.id = outbox.subject_id ORDER BY seq",
  });
if ((await run.api("GET", "/notification-channels")).body.data.length === 0) {
  await run.api("POST", "/notification-channels", {
    name: "hook",
    type: "webhook",
    config: { url: "http://10.0.0.1/hook" },
    is_active: true,
  });
  await run.api("POST", "/alert-rules", {
    name: "hot",
    severity: "warning",
    is_active: true,
    selector: {},
    condition: { type: "threshold", metric: "t", operator: ">", threshold: 1 },
  });
  // One request: all of it is on disk before the first message goes out.
  await run.api(
    "POST",
    "/readings",
    MACHINES.map((machine) => ({ machine, metric: "t", value: 2 })),
  );
}
if (mode === "tame") {
  const [, , , , id] = (await rows()).find(([machine]) => machine === "poison") ?? [];
  await run.api("POST", `/deliveries/${String(id)}/replay`);
}
await eventually(rows, (all) => all.length === 4 && all.every(([, status]) => status !== "pending"));
const life: Life = {
  deliveries: (await rows()).map(([machine, status, outcome, reason]) => [
    String(machine),
    String(status),
    String(outcome),
    reason === null ? null : String(reason),
  ]),
  sent,
};
process.stdout.write(JSON.stringify(life));
await run.stop();
process.exit(0);
