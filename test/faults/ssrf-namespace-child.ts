// In: nothing; runs in a network of its own where every address is this machine. Out: as JSON, for
// each mode, scheme and spelling: what the API answered, and at which addresses the canary was reached.
import { createServer } from "node:net";
import { createDnsNameServer, type NameServer } from "../../src/delivery/name-server";
import { OUTBOUND_MODES, type OutboundMode } from "../../src/lib/net-policy";
import { startApp, type TestApp } from "../harness/app";
import { fakeNames, openDnsServer } from "../harness/dns";
import { NAMES, SPELLINGS, type Standing } from "./ssrf-spellings";

export interface NamespaceCase {
  mode: OutboundMode;
  url: string;
  standing: Standing | "own" | "rebinding";
  /** Of the creating call: 201 or 422. */
  status: number;
  /** Of the test that followed a 201. */
  outcome: string | null;
  /** Addresses at which the canary was reached. */
  seen: string[];
}

/** An address of this machine's own, on a private network. */
const OWN_ADDRESS = "192.168.77.1";

const seen: string[] = [];
const { promise: listening, resolve: listens } = Promise.withResolvers<number>();
const canary = createServer((socket) => {
  seen.push((socket.localAddress ?? "").replace(/^::ffff:/, ""));
  socket.on("error", () => undefined);
  // Whoever follows it is caught at a forbidden address.
  socket.end(`HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254:${port}/\r\nContent-Length: 0\r\n\r\n`);
});
canary.listen(0, "::", () => listens((canary.address() as { port: number }).port));
const port = await listening;

const dns = await openDnsServer();
const realNames = createDnsNameServer({ servers: [dns.address] });
const tableNames = fakeNames((name) => NAMES[name]?.addresses ?? { failure: "unknown" });
/** The table has answers that no real server gives; rebinding goes through real packets. */
const names: NameServer = {
  lookup: (name) => (name.startsWith("rebind") ? realNames.lookup(name) : tableNames.lookup(name)),
};

const cases: NamespaceCase[] = [];

const tryUrl = async (
  run: TestApp,
  mode: OutboundMode,
  standing: NamespaceCase["standing"],
  url: string,
  meanwhile: () => void = () => undefined,
): Promise<void> => {
  seen.length = 0;
  const config = { url, timeout_seconds: 2, retry: [] };
  const created = await run.api("POST", "/notification-channels", {
    name: "c",
    type: "webhook",
    config,
    is_active: true,
  });
  meanwhile();
  const tested =
    created.status === 201 ? await run.api("POST", `/notification-channels/${created.body.id}/test`) : null;
  cases.push({
    mode,
    url,
    standing,
    status: created.status,
    outcome: tested === null ? null : String(tested.body.attempt.outcome),
    seen: [...seen],
  });
};

for (const mode of OUTBOUND_MODES) {
  const run = await startApp({
    config: { outboundMode: mode, host: "0.0.0.0" },
    seams: { delivery: { nameServer: names, hostsPath: null } },
  });
  const ownPort = new URL(run.url).port;
  for (const protocol of ["http", "https"] as const)
    for (const [host, standing] of SPELLINGS)
      await tryUrl(run, mode, standing, `${protocol}://${host}:${port}/hook`);
  for (const host of ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", OWN_ADDRESS, "loopback.test"])
    await tryUrl(run, mode, "own", `http://${host}:${ownPort}/api/v1/alerts`);
  for (const [from, to] of [
    ["10.1.2.3", "127.0.0.1"],
    ["10.1.2.3", "169.254.169.254"],
    ["10.1.2.3", "8.8.8.8"],
  ] as const) {
    dns.answer = () => from;
    await tryUrl(run, mode, "rebinding", `http://rebind-${to}.test:${port}/`, () => {
      dns.answer = () => to;
    });
  }
  await run.stop();
}

process.stdout.write(JSON.stringify(cases));
process.exit(0);
