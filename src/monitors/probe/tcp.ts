// In: a host and a port. Out: whether a connection is taken there, and how long that took.
import type { Trial } from "../../delivery/trial";
import { checkLatency } from "../expect";
import type { Expectations, TcpTarget } from "../schema";
import { judged, type Sight } from "../sight";
import { connectTo, type SocketProbeParts } from "./socket";

/** Never rejects. */
export const createTcpProbe =
  (parts: SocketProbeParts) =>
  async (target: Pick<TcpTarget, "host" | "port">, expect: Expectations, trial: Trial): Promise<Sight> => {
    const connection = await connectTo(parts, target, trial);
    if (connection.socket === null) return connection.sight;
    const latencyMs = Math.round(trial.elapsedMs());
    connection.socket.destroy();
    const slow = checkLatency(expect, latencyMs);
    const checks = [{ name: "connect", ok: true, detail: "It takes connections." }];
    return judged(slow === null ? checks : [...checks, slow], {
      code: null,
      address: connection.address,
      answer: null,
      latencyMs,
    });
  };
