// In: nothing; runs in a network of its own, with a cable to another one. Out: as JSON, what the whole
// program did while the cable was out, at either end, and afterwards.
import { join } from "node:path";
import { startApp } from "../harness/app";
import { eventually } from "../harness/eventually";

export interface Outage {
  /** Which end was down. */
  end: "ours" | "theirs";
  warnings: string[];
  isReady: boolean;
  metric: string;
  /** Status, tries in all, of each row of the outage; while it lasted. */
  during: [status: string, attempts: number][];
  healths: string[];
  after: [status: string, attempts: number][];
  warningsAfter: string[];
}

export interface NetworkLoss {
  outages: Outage[];
  journal: string[];
  /** Requests per delivery that came in all. */
  copies: number[];
  deliveries: number;
  /** Of an endpoint on a port where nothing listens, while the network was there. */
  refused: [outcome: string, attempts: number];
}

const ADDRESS = "10.77.0.2";
const PORTS = [8001, 8002, 8003];
const ALERTS = 5;
/** Long enough for several tries of each channel. */
const OUTAGE_MS = 6_000;

const ip = (...words: string[]): void => {
  if (Bun.spawnSync(["ip", ...words]).exitCode !== 0) throw new Error(`ip ${words.join(" ")} failed`);
};

ip("link", "set", "lo", "up");
ip("link", "add", "v0", "type", "veth", "peer", "name", "v1");
const other = Bun.spawn(
  ["unshare", "--net", process.execPath, join(import.meta.dir, "network-loss-receiver.ts")],
  { stdin: "pipe", stdout: "pipe", stderr: "inherit" },
);
const lines: string[] = [];
void (async () => {
  let text = "";
  for await (const chunk of other.stdout) {
    text += new TextDecoder().decode(chunk);
    const parts = text.split("\n");
    text = parts.pop() ?? "";
    lines.push(...parts);
  }
})();
const nextLine = async (): Promise<unknown> => {
  await eventually(async () => lines.length > 0, Boolean);
  return JSON.parse(lines.shift() ?? "null") as unknown;
};
const ask = async (word: string): Promise<unknown> => {
  await other.stdin.write(`${word}\n`);
  await other.stdin.flush();
  return nextLine();
};
await nextLine();
ip("link", "set", "v1", "netns", String(other.pid));
ip("addr", "add", "10.77.0.1/24", "dev", "v0");
ip("link", "set", "v0", "up");
await ask("go");

const run = await startApp();
const rows = (sql: string) => run.store.engine.query({ sql });
const channels = await Promise.all(
  PORTS.map(async (port) => {
    const { status, body } = await run.api("POST", "/notification-channels", {
      name: `hook ${port}`,
      type: "webhook",
      // One failure that counts would pause the channel and hold its messages.
      config: {
        url: `http://${ADDRESS}:${port}/`,
        retry: [60],
        pause_after_failures: 1,
        timeout_seconds: 10,
      },
      is_active: true,
      events: ["alert.triggered"],
    });
    if (status !== 201) throw new Error(JSON.stringify(body));
    return String(body.id);
  }),
);
await run.api("POST", "/alert-rules", {
  name: "hot",
  severity: "warning",
  is_active: true,
  selector: {},
  condition: { type: "threshold", metric: "t", operator: ">", threshold: 1 },
});
let machines = 0;
const raiseAlerts = async (count: number): Promise<void> => {
  for (let index = 0; index < count; index++)
    await run.api("POST", "/readings", { machine: `m${machines++}`, metric: "t", value: 2 });
};
const isAllDelivered = async (): Promise<boolean> =>
  (await rows("SELECT 1 FROM outbox WHERE status <> 'delivered' LIMIT 1")).length === 0;
const readiness = async (): Promise<{ ready: boolean; warnings: string[] }> =>
  (await (await fetch(`${run.url}/readyz`)).json()) as { ready: boolean; warnings: string[] };
const networkMetric = async (): Promise<string> => {
  const answer = await fetch(`${run.url}/metrics`, { headers: { authorization: `Bearer ${run.token}` } });
  return /^andon_network_up (.*)$/m.exec(await answer.text())?.[1] ?? "";
};

await raiseAlerts(1);
await eventually(isAllDelivered, Boolean);
const outages: Outage[] = [];
for (const end of ["ours", "theirs"] as const) {
  const [last] = await rows("SELECT MAX(seq) FROM outbox");
  const ofOutage = `SELECT status, attempts FROM outbox WHERE seq > ${Number(last?.[0])} ORDER BY seq`;
  if (end === "ours") ip("link", "set", "v0", "down");
  else await ask("down");
  await raiseAlerts(ALERTS);
  await eventually(async () => (await readiness()).warnings.length > 0, Boolean);
  await Bun.sleep(OUTAGE_MS);
  const { ready, warnings } = await readiness();
  const outage: Outage = {
    end,
    warnings,
    isReady: ready,
    metric: await networkMetric(),
    during: (await rows(ofOutage)) as [string, number][],
    healths: await Promise.all(
      channels.map(async (id) => String((await run.api("GET", `/notification-channels/${id}`)).body.health)),
    ),
    after: [],
    warningsAfter: [],
  };
  if (end === "ours") ip("link", "set", "v0", "up");
  else await ask("up");
  await eventually(isAllDelivered, Boolean);
  outage.after = (await rows(ofOutage)) as [string, number][];
  outage.warningsAfter = (await readiness()).warnings;
  outages.push(outage);
}

const seen = (await ask("report")) as { id: string }[];
const copies = new Map<string, number>();
for (const { id } of seen) copies.set(id, (copies.get(id) ?? 0) + 1);
const deliveries = (await rows("SELECT id FROM outbox")).length;
const journal = (await rows("SELECT kind FROM journal WHERE kind LIKE 'network.%' ORDER BY seq")).map(
  ([kind]) => String(kind),
);

const dead = await run.api("POST", "/notification-channels", {
  name: "nobody",
  type: "webhook",
  config: { url: `http://${ADDRESS}:9999/`, retry: [60] },
  is_active: true,
  events: ["alert.triggered"],
});
await raiseAlerts(1);
const ofDead = `SELECT outcome, attempts FROM outbox WHERE channel_id = '${String(dead.body.id)}'`;
await eventually(async () => (await rows(ofDead))[0]?.[1] === 1, Boolean);
const result: NetworkLoss = {
  outages,
  journal,
  copies: [...copies.values()],
  deliveries,
  refused: (await rows(ofDead))[0] as [string, number],
};
process.stdout.write(JSON.stringify(result));
await run.stop();
other.kill();
process.exit(0);
