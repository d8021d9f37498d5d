// In: nothing. Out: an endpoint on loopback that keeps the bytes of each request as they came, parsed
// strictly by Content-Length, and answers 200.
import { createServer, type Socket } from "node:net";

export interface RawRequest {
  /** Request line and headers, as Latin-1, without the empty line. */
  head: string;
  body: Uint8Array;
}

export interface RawEndpoint {
  port: number;
  /** The newest request; fails when there is none. */
  takeLast(): RawRequest;
  stop(): void;
}

export const openRawEndpoint = async (): Promise<RawEndpoint> => {
  let last: RawRequest | undefined;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    let waiting = Buffer.alloc(0);
    socket.on("data", (data) => {
      waiting = Buffer.concat([waiting, typeof data === "string" ? Buffer.from(data) : data]);
      const end = waiting.indexOf("\r\n\r\n");
      if (end === -1) return;
      const head = waiting.subarray(0, end).toString("latin1");
      const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
      if (waiting.length < end + 4 + length) return;
      last = { head, body: new Uint8Array(waiting.subarray(end + 4)) };
      waiting = Buffer.alloc(0);
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  return {
    port: (server.address() as { port: number }).port,
    takeLast: () => {
      if (last === undefined) throw new Error("no request came");
      const request = last;
      last = undefined;
      return request;
    },
    stop: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
};
