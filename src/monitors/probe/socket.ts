// In: a host and a port. Out: a plain connection to the first of its allowed addresses that takes one, or what
// was seen instead. Shared by all probes that speak no HTTP.
import type { Socket } from "node:net";
import { connectInTurn, type DialSocket } from "../../delivery/connect";
import type { Targets } from "../../delivery/targets";
import type { Trial } from "../../delivery/trial";
import { unanswered, type Sight } from "../sight";
import { reach, targetOfHost } from "./reach";

export interface SocketProbeParts {
  targets: Pick<Targets, "vet">;
  dialSocket?: DialSocket | undefined;
}

/** Nothing came back; where the time was up or the program was stopped, the trial knows better. */
export const noneSeen = (trial: Trial, ...failed: Parameters<Trial["failed"]>): Sight => {
  const { failure, error, totalMs: latencyMs, address } = trial.failed(...failed);
  return unanswered(failure ?? failed[0], error ?? failed[1], { latencyMs, address });
};

export type Connection = { socket: Socket; address: string } | { socket: null; sight: Sight };

/** Never rejects. Whoever takes the socket destroys it. */
export const connectTo = async (
  { targets, dialSocket }: SocketProbeParts,
  { host, port }: { host: string; port: number },
  trial: Trial,
): Promise<Connection> => {
  const reached = await reach(targets, targetOfHost(host, port), trial.signal);
  if (reached.addresses === null)
    return { socket: null, sight: noneSeen(trial, reached.failure, reached.reason) };
  const connected = await connectInTurn(reached.target, reached.addresses, {
    signal: trial.signal,
    dial: dialSocket,
  });
  if (connected.socket === null) {
    const { failed, address } = connected;
    return { socket: null, sight: noneSeen(trial, failed.failure, failed.error, address) };
  }
  return connected;
};
