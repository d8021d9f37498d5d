// In: addresses that were judged. Out: a plain connection to the first of them that takes one. What is
// dialled is the literal: no name is looked up here, and no proxy is asked.
import { connect, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions } from "node:tls";
import type { OutboundRequest } from "../channels/channel";
import { classifyFailure, type Failure } from "./failure";
import { MOST_CANDIDATES, withPort, type Target } from "./targets";

/** How an address is dialled; a test records it. */
export type DialSocket = (address: string, port: number) => Socket;

export type Connected =
  | { socket: Socket; address: string }
  | { socket: null; failed: Failure; address: string | null };

const dialLiteral: DialSocket = (host, port) => connect({ host, port });

/** TLS 1.2 at least, for the name that was entered, whatever address was dialled. */
export const tlsOptionsOf = (
  { hostname, isLiteral }: Target,
  { ca, cert, key, serverName }: NonNullable<OutboundRequest["tls"]> = {},
): ConnectionOptions => ({
  minVersion: "TLSv1.2",
  rejectUnauthorized: true,
  ...(serverName !== undefined ? { servername: serverName } : isLiteral ? {} : { servername: hostname }),
  ...(ca === undefined ? {} : { ca }),
  ...(cert === undefined ? {} : { cert }),
  ...(key === undefined ? {} : { key }),
});

/** Destroys the socket when the signal comes first. Rejects with the socket's error. */
const opened = (socket: Socket, event: "connect" | "secureConnect", signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const giveUp = (): void => void socket.destroy(Object.assign(new Error("aborted"), { code: "ABORTED" }));
    if (signal.aborted) giveUp();
    signal.addEventListener("abort", giveUp, { once: true });
    socket.once(event, () => {
      signal.removeEventListener("abort", giveUp);
      resolve();
    });
    socket.once("error", reject);
    socket.once("close", () => reject(Object.assign(new Error("closed"), { code: "ECONNRESET" })));
  });

const ignore = (): void => undefined;

/** Never rejects. Whoever takes the socket listens for its errors and destroys it. */
export const connectInTurn = async (
  target: Target,
  addresses: readonly string[],
  { signal, dial = dialLiteral }: { signal: AbortSignal; dial?: DialSocket | undefined },
): Promise<Connected> => {
  let failed: Failure = { failure: "internal", error: "There was no address to dial." };
  let address: string | null = null;
  for (const literal of addresses.slice(0, MOST_CANDIDATES)) {
    address = withPort(literal, target.port);
    target.lastAddress = address;
    try {
      const socket = dial(literal, target.port);
      await opened(socket, "connect", signal);
      // An error between here and the new owner's own listener must not end the process.
      socket.on("error", ignore);
      return { socket, address };
    } catch (error) {
      failed = classifyFailure(error);
      if (signal.aborted || (failed.failure !== "refused" && failed.failure !== "unreachable")) break;
    }
  }
  return { socket: null, failed, address };
};

/** Never rejects. The plain socket is the result's to destroy from here on. */
export const secureSocket = async (
  plain: Socket,
  target: Target,
  { tls, signal }: { tls: OutboundRequest["tls"]; signal: AbortSignal },
): Promise<{ socket: Socket } | { socket: null; failed: Failure }> => {
  try {
    const socket = connectTls({ ...tlsOptionsOf(target, tls), socket: plain, host: target.hostname });
    await opened(socket, "secureConnect", signal);
    socket.on("error", ignore);
    return { socket };
  } catch (error) {
    plain.destroy();
    return { socket: null, failed: classifyFailure(error) };
  }
};
