// In: a URL as argument, proxy variables in the environment. Out: status and body of one message that
// the real sender sent there.
import { systemClock } from "../../src/core/clock";
import { createResolver } from "../../src/delivery/resolver";
import { createSender } from "../../src/delivery/sender";
import { createNetPolicy } from "../../src/lib/net-policy";

const sender = createSender({
  clock: systemClock,
  policy: createNetPolicy({ mode: "open", allow: [] }),
  resolver: createResolver({ clock: systemClock, hostsPath: null }),
});
const exchange = await sender.send(
  { method: "POST", url: process.argv[2] ?? "", headers: {}, body: new Uint8Array() },
  { timeoutMs: 5_000 },
);
process.stdout.write(`${exchange.statusCode} ${exchange.responseBody}\n`);
