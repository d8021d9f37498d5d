// In: nothing. Out: an endpoint for each way in which a server can misbehave below HTTP; every one is
// a port of its own on loopback. Raw sockets: no library keeps it from doing wrong.
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";

type Behaviour = (socket: Socket) => void;

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/** Calls `act` once the request's headers are in. */
const afterRequest =
  (act: (socket: Socket) => void): Behaviour =>
  (socket) => {
    let text = "";
    let hasActed = false;
    socket.on("data", (data) => {
      text += data.toString("latin1");
      if (hasActed || !text.includes("\r\n\r\n")) return;
      hasActed = true;
      act(socket);
    });
  };

/** Writes `chunk` again and again, as fast as the reader takes it, until the socket is gone. */
const endlessly = (socket: Socket, chunk: string | Uint8Array): void => {
  const write = (): void => {
    for (let burst = 0; burst < 16 && socket.writable; burst++)
      if (!socket.write(chunk)) {
        socket.once("drain", write);
        return;
      }
    if (socket.writable) setImmediate(write);
  };
  write();
};

const every = (socket: Socket, ms: number, text: string): void => {
  const timer = setInterval(() => socket.write(text), ms);
  socket.on("close", () => clearInterval(timer));
};

/** 64 MiB of zeros in 64 KiB. */
const BOMB = Bun.gzipSync(new Uint8Array(64 * 1024 * 1024));

const reset = (socket: Socket): void => {
  socket.resetAndDestroy();
};

export const BEHAVIOURS = {
  hang_before_answer: () => undefined,
  hang_after_status_line: afterRequest((socket) => void socket.write("HTTP/1.1 200 OK\r\n")),
  hang_after_headers: afterRequest(
    (socket) => void socket.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"),
  ),
  drip_headers: afterRequest((socket) => {
    socket.write("HTTP/1.1 200 OK\r\n");
    every(socket, 20, "X-Drip: 1\r\n");
  }),
  drip_body: afterRequest((socket) => {
    socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    every(socket, 20, "x");
  }),
  endless_headers: afterRequest((socket) => {
    socket.write("HTTP/1.1 200 OK\r\n");
    endlessly(socket, `X-More: ${"y".repeat(4_000)}\r\n`);
  }),
  endless_body: afterRequest((socket) => {
    socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    endlessly(socket, `10000\r\n${"z".repeat(65_536)}\r\n`);
  }),
  ten_gigabytes: afterRequest((socket) => {
    socket.write("HTTP/1.1 500 Oops\r\nContent-Length: 10737418240\r\n\r\n");
    endlessly(socket, new Uint8Array(65_536));
  }),
  gzip_bomb: afterRequest((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${BOMB.length}\r\n\r\n`);
    socket.write(BOMB);
  }),
  redirect_loop: afterRequest(
    (socket) => void socket.write("HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n"),
  ),
  reset_on_connect: reset,
  reset_after_request: afterRequest(reset),
  reset_in_headers: afterRequest((socket) =>
    socket.write("HTTP/1.1 200 OK\r\nConte", () => setTimeout(reset, 10, socket)),
  ),
  reset_in_body: afterRequest((socket) =>
    socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart", () => setTimeout(reset, 10, socket)),
  ),
  close_after_request: afterRequest((socket) => void socket.end()),
  close_in_body: afterRequest(
    (socket) => void socket.end("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart"),
  ),
  close_in_chunk: afterRequest(
    (socket) => void socket.end("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\npart"),
  ),
  junk: afterRequest((socket) => void socket.end("\u0000\u0001 this is no protocol\r\n\r\n")),
  other_protocol: afterRequest((socket) => void socket.end("220 mail.test ESMTP\r\n\r\n")),
  http_0_9: afterRequest((socket) => void socket.end("<html>hello</html>")),
  bad_chunk: afterRequest(
    (socket) => void socket.end("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nx\r\n"),
  ),
  negative_length: afterRequest(
    (socket) => void socket.end("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nx"),
  ),
  continue_then_ok: afterRequest((socket) => void socket.write(`HTTP/1.1 100 Continue\r\n\r\n${OK}`)),
  flood_of_1xx: afterRequest((socket) => endlessly(socket, "HTTP/1.1 102 Processing\r\n\r\n".repeat(64))),
  switching_protocols: afterRequest(
    (socket) => void socket.write("HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
  ),
  two_answers: afterRequest((socket) => void socket.write(OK + OK.replace("200 OK", "500 No"))),
  unknown_status: afterRequest(
    (socket) => void socket.write("HTTP/1.1 799 What\r\nContent-Length: 0\r\n\r\n"),
  ),
  status_zero: afterRequest((socket) => void socket.write("HTTP/1.1 000 What\r\nContent-Length: 0\r\n\r\n")),
  huge_header: afterRequest(
    (socket) =>
      void socket.write(`HTTP/1.1 200 OK\r\nX-Big: ${"b".repeat(12_000)}\r\nContent-Length: 2\r\n\r\nok`),
  ),
  binary_body: afterRequest((socket) => {
    socket.write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n");
    socket.write(new Uint8Array([0, 255, 254, 0, 195, 40]));
  }),
} as const satisfies Record<string, Behaviour>;

export type Misbehaviour = keyof typeof BEHAVIOURS;

export interface MisbehavingServer {
  port(kind: Misbehaviour): number;
  connections(kind: Misbehaviour): number;
  /** Connections that are open now. */
  open(kind: Misbehaviour): number;
  stop(): void;
}

const listen = (server: Server): Promise<number> =>
  new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
  });

export const openMisbehavingServer = async (): Promise<MisbehavingServer> => {
  const ports = new Map<string, number>();
  const counts = new Map<string, number>();
  const servers: Server[] = [];
  const sockets = new Map<Socket, string>();
  for (const [kind, behave] of Object.entries(BEHAVIOURS)) {
    const server = createServer((socket) => {
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      sockets.set(socket, kind);
      socket.on("close", () => sockets.delete(socket));
      socket.on("error", () => undefined);
      behave(socket);
    });
    servers.push(server);
    ports.set(kind, await listen(server));
  }
  return {
    port: (kind) => ports.get(kind) ?? 0,
    connections: (kind) => counts.get(kind) ?? 0,
    open: (kind) => [...sockets.values()].filter((one) => one === kind).length,
    stop: () => {
      for (const socket of sockets.keys()) socket.destroy();
      for (const server of servers) server.close();
    },
  };
};

export interface TlsEndpoint {
  port: number;
  /** Per request: the connection it came on, the name asked for in TLS, and the Host header. */
  requests: { connection: number; name: string; host: string; hasClientCertificate: boolean }[];
  stop(): void;
}

/** An HTTPS endpoint that keeps connections alive and tells which request came on which. */
export const openTlsEndpoint = async (options: {
  key: string;
  cert: string;
  /** Asks for a client certificate of this CA, without insisting. */
  clientCa?: string;
  maxVersion?: "TLSv1.1" | "TLSv1.2" | "TLSv1.3";
}): Promise<TlsEndpoint> => {
  const requests: TlsEndpoint["requests"] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createTlsServer(
    {
      key: options.key,
      cert: options.cert,
      ...(options.clientCa === undefined
        ? {}
        : { ca: options.clientCa, requestCert: true, rejectUnauthorized: false }),
      ...(options.maxVersion === undefined
        ? {}
        : { maxVersion: options.maxVersion, minVersion: "TLSv1" as const }),
    },
    (socket) => {
      const connection = ++connections;
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => sockets.delete(socket));
      socket.on("data", (data) => {
        const host = /^host: (.*)\r$/im.exec(data.toString("latin1"))?.[1];
        if (host === undefined) return;
        const { servername } = socket as unknown as { servername?: string | false };
        requests.push({
          connection,
          name: servername === undefined || servername === false ? "" : servername,
          host,
          hasClientCertificate: Object.keys(socket.getPeerCertificate() ?? {}).length > 0,
        });
        socket.write(OK);
      });
    },
  );
  server.on("tlsClientError", () => undefined);
  const port = await listen(server);
  return {
    port,
    requests,
    stop: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
};
