// In: nothing; runs in a network and a mount namespace of its own, with a resolv.conf and a hosts file of
// its own. Out: as JSON, what became of a message to each kind of name while the DNS server did this and that.
import { openDnsServer } from "../harness/dns";
import { startApp } from "../harness/app";
import { eventually } from "../harness/eventually";
import { removeDirectory, temporaryDirectory } from "../harness/store";

export interface NamesSeen {
  /** From what was sent to what came of its first attempts. */
  outcomes: Record<string, string[]>;
  /** Deliveries by status when all was over. */
  statuses: Record<string, string>;
}

const ADDRESS = "10.77.0.1";

const run = (...words: string[]): void => {
  if (Bun.spawnSync(words).exitCode !== 0) throw new Error(`${words.join(" ")} failed`);
};

run("ip", "link", "set", "lo", "up");
run("ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1");
run("ip", "addr", "add", `${ADDRESS}/24`, "dev", "v0");
run("ip", "link", "set", "v0", "up");
run("ip", "link", "set", "v1", "up");
const directory = temporaryDirectory("andon-dns-");
await Bun.write(`${directory}/resolv.conf`, "nameserver 127.0.0.1\n");
await Bun.write(`${directory}/hosts`, `127.0.0.1 localhost\n${ADDRESS} plc.lan\n`);
run("mount", "--bind", `${directory}/resolv.conf`, "/etc/resolv.conf");
run("mount", "--bind", `${directory}/hosts`, "/etc/hosts");

const dns = await openDnsServer({ host: "127.0.0.1", port: 53 });
const endpoint = Bun.serve({ hostname: ADDRESS, port: 0, fetch: () => new Response("ok") });
const app = await startApp();
await app.api("POST", "/alert-rules", {
  name: "hot",
  severity: "warning",
  is_active: true,
  selector: {},
  condition: { type: "threshold", metric: "t", operator: ">", threshold: 1 },
});

dns.answer = () => ADDRESS;
const HOSTS = { known: "known.test", gone: "gone.test", listed: "plc.lan", literal: ADDRESS } as const;
const ids: Record<string, string> = {};
for (const [what, host] of Object.entries(HOSTS)) {
  const { status, body } = await app.api("POST", "/notification-channels", {
    name: what,
    type: "webhook",
    config: { url: `http://${host}:${endpoint.port}/`, retry: [1, 1, 1, 1, 1, 1], jitter: false },
    is_active: true,
    events: ["alert.triggered"],
  });
  if (status !== 201) throw new Error(JSON.stringify(body));
  ids[what] = String(body.id);
}
// Names of https hosts need not be known yet.
for (const what of ["late", "broken"]) {
  const { body } = await app.api("POST", "/notification-channels", {
    name: what,
    type: "webhook",
    config: {
      url: `https://${what}.test:${endpoint.port}/`,
      retry: [1, 1],
      jitter: false,
      timeout_seconds: 5,
    },
    is_active: true,
    events: ["alert.triggered"],
  });
  ids[what] = String(body.id);
}

const rows = (sql: string) => app.store.engine.query({ sql });
const outcomes: NamesSeen["outcomes"] = {};
let machines = 0;
const tellAll = async (when: string, wanted: (attempts: Map<string, string[]>) => boolean): Promise<void> => {
  const [last] = await rows("SELECT MAX(seq) FROM outbox");
  await app.api("POST", "/readings", { machine: `m${machines++}`, metric: "t", value: 2 });
  const read = async (): Promise<Map<string, string[]>> => {
    const found = new Map<string, string[]>();
    for (const [channelId, outcome] of await rows(
      "SELECT outbox.channel_id, attempts.outcome FROM outbox JOIN attempts ON delivery_seq = outbox.seq " +
        `WHERE outbox.seq > ${Number(last?.[0] ?? 0)} ORDER BY attempts.seq`,
    )) {
      const what = Object.keys(ids).find((name) => ids[name] === channelId) ?? "";
      found.set(what, [...(found.get(what) ?? []), String(outcome)]);
    }
    return found;
  };
  for (const [what, list] of await eventually(read, wanted)) outcomes[`${when} ${what}`] = list;
};
const isDelivered = (found: Map<string, string[]>, ...names: string[]): boolean =>
  names.every((name) => found.get(name)?.includes("delivered") === true);

// Everything is as it should be, but for two names that nobody has heard of yet.
dns.answer = (name) => (name === "late.test" || name === "broken.test" ? null : ADDRESS);
await tellAll("honest", (found) => isDelivered(found, "known", "gone", "listed", "literal"));
// Mute: what is known goes on by its last address, what is listed or literal needs none.
dns.answer = () => undefined;
await tellAll("mute", (found) => isDelivered(found, "known", "listed", "literal"));
// One is gone, one is broken, one comes late.
let isLate = true;
dns.answer = (name) => {
  if (name === "gone.test") return null;
  if (name === "broken.test") return { servfail: true };
  if (name === "late.test" && isLate) return { addresses: [ADDRESS], afterMs: 3_000 };
  return ADDRESS;
};
await tellAll(
  "mixed",
  (found) =>
    isDelivered(found, "known", "listed", "literal") &&
    ["gone", "broken", "late"].every((name) => (found.get(name)?.length ?? 0) >= 2),
);
// All names are there again: what waited is sent.
isLate = false;
dns.answer = () => ADDRESS;
await eventually(
  () => rows(`SELECT 1 FROM outbox WHERE status <> 'delivered' AND channel_id = '${ids["gone"]}'`),
  (waiting) => waiting.length === 0,
);
await eventually(
  () => rows("SELECT 1 FROM outbox WHERE status = 'pending'"),
  (waiting) => waiting.length === 0,
);
const statuses: NamesSeen["statuses"] = {};
for (const [what, id] of Object.entries(ids))
  statuses[what] = (await rows(`SELECT DISTINCT status FROM outbox WHERE channel_id = '${id}'`)).join();
process.stdout.write(JSON.stringify({ outcomes, statuses } satisfies NamesSeen));
await app.stop();
removeDirectory(directory);
process.exit(0);
