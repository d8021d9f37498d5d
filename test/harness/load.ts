// In: a local port and ready-made request bytes. Out: their answers, over raw keep-alive sockets, so
// that the client takes as little of two cores as possible.
import { WireReader } from "./wire";

export interface Answer {
  status: number;
  body: string;
}

/** Rejects what waits on a connection that was cut. */
export class ConnectionLost extends Error {
  constructor() {
    super("the connection was lost");
    this.name = "ConnectionLost";
  }
}

export interface Exchange {
  /** Written now, after what was written before. Rejects with ConnectionLost; never retried here. */
  send(request: Uint8Array): Promise<Answer>;
  close(): void;
}

interface Waiting {
  resolve: (answer: Answer) => void;
  reject: (error: Error) => void;
}

/** One connection; answers come in the order of requests. Rejects when nobody listens. */
export const openExchange = async (port: number): Promise<Exchange> => {
  const waiting: Waiting[] = [];
  let unsent: Uint8Array[] = [];
  let isOpen = true;

  const reader = new WireReader(({ head, body }) =>
    waiting.shift()?.resolve({ status: Number(head.slice(9, 12)), body: body.toString("utf8") }),
  );

  const lose = (): void => {
    isOpen = false;
    for (const { reject } of waiting.splice(0)) reject(new ConnectionLost());
  };

  const write = (request: Uint8Array): void => {
    if (unsent.length > 0) return void unsent.push(request);
    const written = socket.write(request);
    if (written < request.length) unsent.push(request.subarray(Math.max(written, 0)));
  };

  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port,
    socket: {
      data: (_socket, chunk) => reader.push(chunk),
      drain: () => {
        const rest = unsent;
        unsent = [];
        for (const bytes of rest) write(bytes);
      },
      close: lose,
      error: lose,
    },
  });
  socket.setNoDelay(true);

  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        if (!isOpen) return reject(new ConnectionLost());
        waiting.push({ resolve, reject });
        write(request);
      }),
    close: () => {
      isOpen = false;
      socket.end();
    },
  };
};

export interface RequestOptions {
  method: string;
  path: string;
  token?: string;
  body?: string | Uint8Array;
  contentType?: string;
  headers?: Readonly<Record<string, string>>;
}

/** Host is `127.0.0.1`, without a port: nothing in the bytes depends on where they are sent. */
export const requestBytes = ({
  method,
  path,
  token,
  body,
  contentType,
  headers = {},
}: RequestOptions): Buffer => {
  const payload = body === undefined ? Buffer.alloc(0) : Buffer.from(body);
  const head =
    `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n` +
    (token === undefined ? "" : `Authorization: Bearer ${token}\r\n`) +
    (body === undefined ? "" : `Content-Type: ${contentType ?? "application/json"}\r\n`) +
    Object.entries(headers)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join("") +
    `Content-Length: ${payload.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head, "latin1"), payload]);
};

export interface LoadOptions {
  port: number;
  connections: number;
  /** The next request of a connection, or null when it is done. Called after the answer before. */
  next: (connection: number) => Uint8Array | null;
  /** Statuses that count as accepted. */
  isAccepted?: (status: number) => boolean;
}

export interface LoadResult {
  accepted: number;
  refused: number;
  /** The first refusal, for the report. */
  firstRefusal: Answer | null;
  elapsedMs: number;
}

/** Closed loop: each connection has one request open at a time. */
export const runLoad = async (options: LoadOptions): Promise<LoadResult> => {
  const { port, connections, next } = options;
  const isAccepted = options.isAccepted ?? ((status: number) => status >= 200 && status < 300);
  const opened = await Promise.all(Array.from({ length: connections }, () => openExchange(port)));
  const result: LoadResult = { accepted: 0, refused: 0, firstRefusal: null, elapsedMs: 0 };
  const from = performance.now();
  await Promise.all(
    opened.map(async (exchange, connection) => {
      for (let request = next(connection); request !== null; request = next(connection)) {
        const answer = await exchange.send(request);
        if (isAccepted(answer.status)) result.accepted++;
        else {
          result.refused++;
          result.firstRefusal ??= answer;
        }
      }
    }),
  );
  result.elapsedMs = performance.now() - from;
  for (const exchange of opened) exchange.close();
  return result;
};
