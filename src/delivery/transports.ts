// In: a request of any transport. Out: one exchange of it. Whatever is spoken, the same holds: resolved
// once, the address judged and that very address dialled, a deadline for the whole, no proxy variables.
import type { TransportRequest } from "../channels/channel";
import type { Sender } from "./sender";
import type { Targets } from "./targets";
import type { Exchange } from "./trial";

export interface SendOptions {
  /** For everything: the name, the connection, the answer. */
  timeoutMs: number;
  /** Whose connection is kept, where one is. */
  channelId: string;
}

export interface Transports {
  /** Never rejects. */
  send(request: TransportRequest, options: SendOptions): Promise<Exchange>;
  /** Gives up all that runs, as at a shutdown: those attempts fail as `internal`. */
  abandon(): void;
  /** Null when the URL may be dialled as far as can be known now, else the reason for people. */
  refusalOf(url: string): Promise<string | null>;
  /** Same key, same address and port, as far as is known: for counting what is in flight per host. */
  hostKey(url: string): string;
}

export const createTransports = ({ http, targets }: { http: Sender; targets: Targets }): Transports => ({
  send: (request, { timeoutMs }) => http.send(request, { timeoutMs }),
  abandon: () => http.abandon(),
  refusalOf: targets.refusalOf,
  hostKey: targets.hostKey,
});

/** What the evidence shows of a request, beside its body; secret values are masked by their names later. */
export const headersOfRequest = (request: TransportRequest): Record<string, string> => request.headers;
