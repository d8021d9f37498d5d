// In: Elysia's WebSocket handlers. Out: the same handlers for Bun, and a way to say goodbye to every
// open socket, without which a server never stops.
import type { ServerWebSocket, WebSocketHandler } from "bun";
import { websocket } from "elysia/ws";

/** RFC 6455: the endpoint is going away. Clients come back by themselves. */
const GOING_AWAY = 1001;

export interface LiveSockets {
  readonly handler: WebSocketHandler<unknown>;
  readonly size: number;
  closeAll(reason: string): void;
}

export const createLiveSockets = (): LiveSockets => {
  const open = new Set<ServerWebSocket<unknown>>();
  const inner = websocket as unknown as Required<WebSocketHandler<unknown>>;
  return {
    handler: {
      ...inner,
      open: (socket) => {
        open.add(socket);
        return inner.open(socket);
      },
      close: (socket, code, reason) => {
        open.delete(socket);
        return inner.close(socket, code, reason);
      },
    },
    get size() {
      return open.size;
    },
    closeAll: (reason) => {
      for (const socket of open) socket.close(GOING_AWAY, reason);
    },
  };
};
