// In: where a broker is and how to sign in. Out: one connection to it, open or opening: messages are
// published over it and acknowledged; whatever breaks it ends it, and says why.
import type { MqttClient as Client, IClientOptions } from "mqtt";
import type { Socket } from "node:net";
import type { MqttMessage, MqttRequest } from "../channels/requests";

/** A reason code of MQTT 5 (2.4); those of a 3.1.1 broker's CONNACK are translated. 0 is success. */
export type ReasonCode = number;

export type Published =
  | { code: ReasonCode }
  /** The connection ended before the broker had acknowledged. */
  | { code: null };

export interface MqttConnection {
  readonly isOpen: boolean;
  /** Resolves when the broker has acknowledged as the QoS demands, or the connection is gone. */
  publish(message: MqttMessage): Promise<Published>;
  /** Resolves when the connection is gone, however it came to that. */
  readonly closed: Promise<void>;
  /** Says goodbye: the broker then keeps the last will to itself. Resolves when it is gone. */
  end(): Promise<void>;
  /** Without a word: the broker tells the last will. */
  destroy(): void;
}

export type Opened =
  | { connection: MqttConnection; code: 0 }
  /** Null: the broker closed the connection, or spoke something else. */
  | { connection: null; code: ReasonCode | null };

/** Return codes of a 3.1.1 CONNACK (3.2.2.3) as reason codes of MQTT 5. */
const RETURN_CODES: Readonly<Record<number, ReasonCode>> = { 1: 132, 2: 133, 3: 136, 4: 134, 5: 135 };

/**
 * We subscribe to nothing: a broker has a few bytes to say to each message. The rest is for the long
 * reasons of MQTT 5. What goes beyond is not listened to.
 */
const ALLOWANCE_BYTES = 65_536;
const ALLOWANCE_PER_MESSAGE_BYTES = 1_024;

/** The deadlines of attempts end everything; the client's own timer only backs them up. */
const BACKSTOP_MS = 120_000;

const optionsOf = (session: MqttRequest["session"], clientId: string): IClientOptions => {
  const { user, password, version, keepAliveSeconds, status } = session;
  return {
    protocolVersion: version,
    protocolId: "MQTT",
    clientId,
    clean: true,
    keepalive: keepAliveSeconds,
    // A name may stand for another address by then: whoever reconnects asks and judges anew.
    reconnectPeriod: 0,
    connectTimeout: BACKSTOP_MS,
    ...(user === null ? {} : { username: user }),
    ...(password === null ? {} : { password }),
    ...(status === null
      ? {}
      : {
          will: {
            topic: status.topic,
            payload: Buffer.from(status.offline),
            qos: status.qos,
            retain: status.retain,
          },
        }),
  };
};

const codeOf = (error: unknown): number | null => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "number" ? (RETURN_CODES[code] ?? code) : null;
};

/** Takes the socket over. Never rejects; resolves when the broker has answered or the socket is closed. */
export const openMqttConnection = async (
  socket: Socket,
  session: MqttRequest["session"],
  clientId: string,
): Promise<Opened> => {
  const { MqttClient } = await import("mqtt");
  let allowance = ALLOWANCE_BYTES;
  socket.on("data", (chunk: Buffer) => {
    allowance -= chunk.length;
    if (allowance < 0) socket.destroy();
  });
  const client: Client = new MqttClient(() => socket, optionsOf(session, clientId));
  let isOpen = false;
  let code: ReasonCode | null = null;

  const closed = new Promise<void>((resolve) => {
    const gone = (): void => {
      isOpen = false;
      resolve();
    };
    client.once("close", gone);
    socket.once("close", gone);
  });
  client.on("error", (error) => {
    code ??= codeOf(error);
    socket.destroy();
  });
  const isAccepted = await Promise.race([
    new Promise<true>((resolve) => client.once("connect", () => resolve(true))),
    closed.then(() => false as const),
  ]);
  if (!isAccepted) {
    client.end(true);
    return { connection: null, code };
  }
  isOpen = !socket.destroyed;

  const destroy = (): void => {
    isOpen = false;
    client.end(true);
    socket.destroy();
  };

  return {
    code: 0,
    connection: {
      get isOpen() {
        return isOpen;
      },
      closed,
      publish: ({ topic, payload, qos, retain }) => {
        if (!isOpen) return Promise.resolve({ code: null });
        allowance += ALLOWANCE_PER_MESSAGE_BYTES;
        return Promise.race([
          new Promise<Published>((resolve) => {
            client.publish(topic, payload, { qos, retain }, (error, packet) => {
              const reason = (packet as { reasonCode?: unknown } | undefined)?.reasonCode;
              if (error) resolve({ code: codeOf(error) });
              else resolve({ code: typeof reason === "number" ? reason : 0 });
            });
          }),
          closed.then((): Published => ({ code: null })),
        ]);
      },
      end: async () => {
        isOpen = false;
        client.end(false);
        await closed;
      },
      destroy,
    },
  };
};
