// In: a request on its way. Out: what the server knows of it beyond its text: who sent it, over what,
// and under which number. Kept beside the request, because Elysia hands the same object on.
import type { Server } from "bun";

export interface RequestFacts {
  /** In answers (`request_id`) and in the log. */
  readonly requestId: string;
  /** The client's address: of the socket, or what a trusted proxy says. */
  readonly address: string;
  /** True over TLS, at Andon itself or at a trusted proxy. */
  readonly isSecure: boolean;
  /** It came by a status page's own domain, whose root is the page: the client sees no `/status/{slug}`. */
  readonly isOwnDomain: boolean;
  /** For time-outs; null outside a running server. */
  readonly server: Server<unknown> | null;
  /** The request as it came from the socket; a copy may carry it further. */
  readonly original: Request;
}

const facts = new WeakMap<Request, RequestFacts>();

export const rememberFacts = (request: Request, known: RequestFacts): void => void facts.set(request, known);

/** Always answers: a request that never saw the server (in a test) comes from nowhere, in the clear. */
export const factsOf = (request: Request): RequestFacts =>
  facts.get(request) ?? {
    requestId: "-",
    address: "0.0.0.0",
    isSecure: request.url.startsWith("https:"),
    isOwnDomain: false,
    server: null,
    original: request,
  };

/**
 * For handlers that take longer than the idle time-out of 10 s: nothing of this request is cut off
 * before `seconds` have passed; 0 means never.
 */
export const extendTimeout = (request: Request, seconds: number): void => {
  const { server, original } = factsOf(request);
  server?.timeout(original, seconds);
};
