// In: nothing. Out: loopback endpoints that fail in one way each, and repeat what they were sent in
// their answers: a product that keeps evidence must not keep its own secrets.
import { generate } from "selfsigned";

export interface MisbehavingEndpoints {
  /** `host:port` by manner. */
  listeners: Record<Manner, string>;
  close(): Promise<void>;
}

export const MANNERS = [
  "well",
  "client_error",
  "auth_error",
  "rate_limited",
  "server_error",
  "redirect",
  "hang",
  "reset",
  "junk",
  "tls",
  "refused",
] as const;
export type Manner = (typeof MANNERS)[number];

const STATUSES: Partial<Record<Manner, number>> = {
  well: 200,
  client_error: 404,
  auth_error: 401,
  rate_limited: 429,
  server_error: 500,
  redirect: 302,
};

/** Repeats path, headers and body in the answer's headers and body. */
const echo = async (request: Request, status: number): Promise<Response> => {
  const { pathname, search } = new URL(request.url);
  const headers = Object.fromEntries(request.headers);
  return new Response(
    JSON.stringify({ you_asked_for: pathname + search, you_sent: headers, body: await request.text() }),
    {
      status,
      headers: {
        "content-type": "application/json",
        location: `https://elsewhere.invalid${pathname}${search}`,
        "x-echo": Object.values(headers)
          .join(" ")
          .replaceAll(/[\r\n]/g, " ")
          .slice(0, 2_000),
        // Without its scheme.
        "x-token": headers["authorization"]?.split(" ")[1] ?? "",
        ...(status === 429 ? { "retry-after": "3600" } : {}),
      },
    },
  );
};

export const openMisbehavingEndpoints = async (): Promise<MisbehavingEndpoints> => {
  const stops: (() => void | Promise<void>)[] = [];
  const listeners = {} as Record<Manner, string>;
  const add = (manner: Manner, port: number | undefined): void => {
    listeners[manner] = `127.0.0.1:${port}`;
  };
  for (const [manner, status] of Object.entries(STATUSES) as [Manner, number][]) {
    const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: (request) => echo(request, status) });
    stops.push(() => server.stop(true));
    add(manner, server.port);
  }
  const certificate = await generate([{ name: "commonName", value: "localhost" }]);
  const tls = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    tls: { cert: certificate.cert, key: certificate.private },
    fetch: (request) => echo(request, 200),
  });
  stops.push(() => tls.stop(true));
  add("tls", tls.port);

  const raw = (manner: Manner, onData: (socket: Bun.Socket) => void): void => {
    const server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: onData } });
    stops.push(() => server.stop(true));
    add(manner, server.port);
  };
  raw("hang", () => undefined);
  raw("reset", (socket) => socket.terminate());
  raw("junk", (socket) => void socket.end("what is this?\r\n\r\n"));

  const closed = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => undefined } });
  add("refused", closed.port);
  closed.stop(true);
  return {
    listeners,
    close: async () => {
      for (const stop of stops) await stop();
    },
  };
};
