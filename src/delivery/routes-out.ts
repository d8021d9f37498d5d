// In: an address. Out: whether this machine knows a way there at all, as its kernel says. Nothing is sent.
import { createSocket } from "node:dgram";
import { networkInterfaces } from "node:os";

export interface RoutesOut {
  /** A network interface other than loopback is up and has an address. */
  hasInterface(): boolean;
  /** The kernel has a route to this IP address. Never rejects. */
  hasRoute(address: string): Promise<boolean>;
}

/** Any port does: connecting a UDP socket asks for the route and sends nothing. */
const PORT = 9;

export const systemRoutes: RoutesOut = {
  hasInterface: () =>
    Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ internal }) => !internal)),

  hasRoute: (address) =>
    new Promise((resolve) => {
      try {
        const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
        const answer = (has: boolean): void => {
          resolve(has);
          try {
            socket.close();
          } catch {
            // It may have closed itself after the error.
          }
        };
        socket.on("error", () => answer(false));
        socket.connect(PORT, address, (error?: Error) => answer(!(error instanceof Error)));
      } catch {
        resolve(false);
      }
    }),
};
