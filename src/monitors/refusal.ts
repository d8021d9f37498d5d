// In: the target of a new or changed monitor. Out: why it could never be looked at, as far as can be known now.
import type { Targets } from "../delivery/targets";
import { reach, targetOfHost } from "./probe/reach";
import type { Target } from "./schema";

const addressOf = (target: Target): { field: string; hostname: string; port: number } | null => {
  switch (target.type) {
    case "http": {
      const url = new URL(target.url);
      const port = url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
      return { field: "url", hostname: url.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, ""), port };
    }
    case "tcp":
    case "tls":
    case "ping":
      return { field: "host", hostname: target.host, port: target.port };
    default:
      return null;
  }
};

const NEVER = new AbortController().signal;

/** A name that is unknown now may be known later: only what the policy refuses is refused. */
export const createRefusal =
  (targets: Pick<Targets, "vet">) =>
  async (target: Target): Promise<{ field: string; reason: string } | null> => {
    const address = addressOf(target);
    if (address === null) return null;
    const reached = await reach(targets, targetOfHost(address.hostname, address.port), NEVER);
    return reached.addresses === null && reached.failure === "blocked"
      ? { field: address.field, reason: reached.reason }
      : null;
  };
