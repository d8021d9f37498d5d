// In: a host that a monitor looks at. Out: its addresses that the outbound policy allows. Monitors follow the
// address rules, not the rule about plain http: they look, and send nobody's messages.
import type { SendFailure } from "../../channels/channel";
import { withPort, type Target, type Targets } from "../../delivery/targets";
import { parseIp } from "../../lib/ip-address";

/** Anything but `http:`: the policy judges the address only. */
const PROTOCOL = "monitor:";

export type Reached =
  | { addresses: readonly string[]; target: Target }
  | { addresses: null; failure: SendFailure; reason: string };

/** `hostname` as the URL standard has it, without brackets. */
export const targetOfHost = (hostname: string, port: number, path = ""): Target => ({
  protocol: PROTOCOL,
  hostname,
  port,
  isLiteral: parseIp(hostname) !== null,
  host: withPort(hostname, port),
  path,
  lastAddress: null,
});

/** Resolved once: what is judged is what may be dialled. Never rejects. */
export const reach = async (
  targets: Pick<Targets, "vet">,
  target: Target,
  signal: AbortSignal,
): Promise<Reached> => {
  const judgedAs: Target = { ...target, protocol: PROTOCOL };
  const vetted = await targets.vet(judgedAs, signal);
  if (vetted === null)
    return {
      addresses: null,
      failure: "timeout",
      reason: "The time was up before the name was resolved.",
    };
  if (vetted.reason !== null) return { addresses: null, failure: vetted.failure, reason: vetted.reason };
  return { addresses: vetted.addresses, target: judgedAs };
};
