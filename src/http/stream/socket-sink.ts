// In: an upgraded connection. Out: a sink of the stream on it. What the client sends is ignored.
import type { ServerWebSocket } from "bun";
import type { Follower, StreamEnd, StreamSink } from "./hub";

/** Above this the client has to catch up before it gets more. One page of rows may come on top. */
const ROOM_BYTES = 256 * 1024;

/** RFC 6455 and, from 4000 on, our own: 4401 asks for a new login. */
const CLOSE_CODES: Readonly<Record<StreamEnd, number>> = {
  stopping: 1001,
  failed: 1011,
  too_slow: 1013,
  signed_out: 4401,
};

const PING = JSON.stringify({ kind: "ping" });

/** In the shape that the server's WebSocket handlers call: they pass everything on to `data`. */
export interface SocketData {
  open(socket: ServerWebSocket<SocketData>): void;
  drain(): void;
  close(): void;
}

/** `follow` is called once the connection is open. */
export const createSocketData = (follow: (sink: StreamSink) => Promise<Follower>): SocketData => {
  let follower: Follower | null = null;
  let isClosed = false;
  return {
    open: (socket) => {
      const sink: StreamSink = {
        send: (message) => void socket.sendText(message),
        ping: () => void socket.sendText(PING),
        hasRoom: () => socket.getBufferedAmount() < ROOM_BYTES,
        end: (reason) => socket.close(CLOSE_CODES[reason], reason),
      };
      follow(sink).then(
        (made) => {
          follower = made;
          if (isClosed) made.leave();
        },
        () => sink.end("failed"),
      );
    },
    drain: () => follower?.wake(),
    close: () => {
      isClosed = true;
      follower?.leave();
    },
  };
};
