// In: how a broker behaves. Out: a real MQTT broker on loopback that keeps what is published, retained
// messages and last wills included; it can vanish and come back on its port.
import { Aedes, type AedesOptions, type Client } from "aedes";
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { Certificate } from "./mail-relay";

export interface TakenMessage {
  topic: string;
  payload: string;
  qos: number;
  retain: boolean;
  /** Null: said by the broker itself, as a last will is. */
  clientId: string | null;
}

export interface MqttBroker {
  readonly port: number;
  taken: TakenMessage[];
  /** What is retained now, by topic. */
  readonly retained: ReadonlyMap<string, string>;
  /** Client IDs in the order of their coming. */
  clients: string[];
  /** Clients that are there now. */
  readonly connected: number;
  /** Resolves when a message fulfils the condition; those of the past count. */
  waitFor(condition: (message: TakenMessage) => boolean): Promise<TakenMessage>;
  /** Resolves when `count` clients have come in all. */
  waitForClients(count: number): Promise<void>;
  /** Cuts every connection and stops listening; what was retained is forgotten. */
  vanish(): Promise<void>;
  /** Listens on the same port again. */
  comeBack(): Promise<void>;
  stop(): Promise<void>;
}

export interface MqttBrokerOptions {
  certificate?: Certificate;
  authenticate?: AedesOptions["authenticate"];
  authorizePublish?: AedesOptions["authorizePublish"];
}

export const openMqttBroker = async (options: MqttBrokerOptions = {}): Promise<MqttBroker> => {
  const taken: TakenMessage[] = [];
  const retained = new Map<string, string>();
  const clients: string[] = [];
  let waiters: { condition: () => boolean; resolve: () => void }[] = [];
  let port = 0;
  let aedes: Aedes;
  let server: Server;
  const sockets = new Set<Socket>();

  const tell = (): void => {
    waiters = waiters.filter(({ condition, resolve }) => {
      if (!condition()) return true;
      resolve();
      return false;
    });
  };

  const waitUntil = async (condition: () => boolean): Promise<void> => {
    if (!condition()) await new Promise<void>((resolve) => waiters.push({ condition, resolve }));
  };

  const listen = async (): Promise<void> => {
    aedes = await Aedes.createBroker({
      ...(options.authenticate === undefined ? {} : { authenticate: options.authenticate }),
      ...(options.authorizePublish === undefined ? {} : { authorizePublish: options.authorizePublish }),
    });
    aedes.on("publish", ({ topic, payload, qos, retain }, client) => {
      if (topic.startsWith("$SYS/")) return;
      const text = payload.toString();
      if (retain) retained.set(topic, text);
      taken.push({ topic, payload: text, qos, retain, clientId: client?.id ?? null });
      tell();
    });
    aedes.on("client", (client: Client) => {
      clients.push(client.id);
      tell();
    });
    const accept = (socket: Socket): void => {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => sockets.delete(socket));
      aedes.handle(socket);
    };
    const { certificate } = options;
    server = certificate === undefined ? createServer(accept) : createTlsServer(certificate, accept);
    server.on("error", () => undefined);
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", () => resolve()));
    const address = server.address();
    port = typeof address === "object" && address !== null ? address.port : 0;
  };

  const vanish = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => aedes.close(() => resolve()));
    await closed;
    retained.clear();
  };

  await listen();
  return {
    get port() {
      return port;
    },
    taken,
    retained,
    clients,
    get connected() {
      return aedes.connectedClients;
    },
    waitFor: async (condition) => {
      await waitUntil(() => taken.some(condition));
      return taken.find(condition) as TakenMessage;
    },
    waitForClients: (count) => waitUntil(() => clients.length >= count),
    vanish,
    comeBack: listen,
    stop: vanish,
  };
};
