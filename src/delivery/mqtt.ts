// In: messages for a broker. Out: one exchange per request, over the one connection that is kept for the
// channel: opened at its first use, opened again when it breaks, closed when the channel is done with it.
import type { MqttMessage, MqttRequest, MqttStatus } from "../channels/requests";
import type { Clock } from "../core/clock";
import { connectInTurn, secureSocket, type DialSocket } from "./connect";
import { openMqttConnection, type MqttConnection, type ReasonCode } from "./mqtt-connection";
import { unlessAborted, type Targets } from "./targets";
import type { Exchange, Trial, Trials } from "./trial";

export interface MqttTransport {
  /** Never rejects. */
  send(request: MqttRequest, options: { timeoutMs: number; channelId: string }): Promise<Exchange>;
  /** Says goodbye to the channel's broker. The next request connects anew. */
  release(channelId: string): void;
  /** Says goodbye to all of them, for two seconds at most; nothing is connected any more afterwards. */
  close(): Promise<void>;
}

export interface MqttParts {
  clock: Clock;
  targets: Targets;
  trials: Trials;
  dial?: DialSocket | undefined;
  /** A broken connection stands again: what is retained at the broker may be gone. */
  onReconnected: (channelId: string) => void;
}

/** Between two tries to connect again: doubled each time, up to a minute. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
/** A broker that does not close in time is left. */
const GOODBYE_MS = 2_000;
/** MQTT 3.1 allows no longer client ID. */
const LONGEST_CLIENT_ID = 23;

interface Link {
  readonly channelId: string;
  readonly request: MqttRequest;
  /** Settings of the connection: other ones need another connection. */
  readonly key: string;
  readonly timeoutMs: number;
  connection: MqttConnection | null;
  address: string | null;
  /** While it is being opened; its exchange when that fails. */
  opening: Promise<Exchange | null> | null;
  hasBeenOpen: boolean;
  failures: number;
  cancelRetry: () => void;
  isReleased: boolean;
}

const keyOf = ({ url, tls, session }: MqttRequest): string => JSON.stringify([url, tls ?? null, session]);

const clientIdOf = (request: MqttRequest, channelId: string): string =>
  request.session.clientId ??
  `andon-${channelId.replaceAll("-", "").slice(-(LONGEST_CLIENT_ID - "andon-".length))}`;

const describe = ({ topic, qos, retain }: MqttMessage, code: ReasonCode | null): string => {
  const what = `PUBLISH ${topic} QoS ${qos}${retain ? " retained" : ""}: `;
  if (code === null) return `${what}no acknowledgement`;
  return (
    what + (qos === 0 ? "sent; QoS 0 has no acknowledgement" : `${qos === 1 ? "PUBACK" : "PUBCOMP"} ${code}`)
  );
};

export const createMqttTransport = (parts: MqttParts): MqttTransport => {
  const { clock, targets, trials, dial, onReconnected } = parts;
  const links = new Map<string, Link>();
  const leaving = new Set<Promise<void>>();
  let isClosed = false;

  const connect = async (link: Link, trial: Trial): Promise<Exchange | null> => {
    const { url, tls, session } = link.request;
    const target = targets.targetOf(url);
    if (target === null || !target.protocol.startsWith("mqtt"))
      return trial.failed("invalid_config", "The broker's address can't be dialled.");
    const vetted = await targets.vet(target, trial.signal);
    if (vetted === null) return trial.failed("timeout", "The time was up before the name was resolved.");
    if (vetted.reason !== null) return trial.failed(vetted.failure, vetted.reason);
    const connected = await connectInTurn(target, vetted.addresses, { signal: trial.signal, dial });
    const { address } = connected;
    link.address = address;
    if (connected.socket === null)
      return trial.failed(connected.failed.failure, connected.failed.error, address);
    let { socket } = connected;
    if (target.protocol === "mqtts:") {
      const secured = await secureSocket(socket, target, { tls, signal: trial.signal });
      if (secured.socket === null) return trial.failed(secured.failed.failure, secured.failed.error, address);
      socket = secured.socket;
    }
    const cut = (): void => void socket.destroy();
    trial.signal.addEventListener("abort", cut, { once: true });
    if (trial.signal.aborted) cut();
    const opened = await openMqttConnection(socket, session, clientIdOf(link.request, link.channelId));
    trial.signal.removeEventListener("abort", cut);
    if (opened.connection === null) {
      if (opened.code === null || trial.overBy !== null)
        return trial.failed("reset", "The broker closed the connection before it had accepted it.", address);
      return trial.ended({
        statusCode: opened.code,
        failure: null,
        responseHeaders: {},
        responseBody: `CONNACK ${opened.code}`,
        error: null,
        address,
        firstByteMs: trial.elapsedMs(),
      });
    }
    const { connection } = opened;
    const isGreeted = await unlessAborted(greet(connection, session.status), trial.signal);
    if (isGreeted === null || link.isReleased) {
      connection.destroy();
      return trial.failed("reset", "The connection was given up.", address);
    }
    keep(link, connection);
    return null;
  };

  /** Before anything else is published, who is there stands at the broker. */
  const greet = async (connection: MqttConnection, status: MqttStatus | null): Promise<true> => {
    if (status !== null) await connection.publish({ ...status, payload: status.online });
    return true;
  };

  /** From now on it is the channel's, until it breaks. */
  const keep = (link: Link, connection: MqttConnection): void => {
    const openedAt = clock.monotonic();
    link.connection = connection;
    void connection.closed.then(() => {
      if (link.connection === connection) link.connection = null;
      // Two clients of one ID throw each other out: the more often, the slower they come back.
      if (clock.monotonic() - openedAt >= LONGEST_WAIT_MS) link.failures = 0;
      retryLater(link);
    });
    if (link.hasBeenOpen) onReconnected(link.channelId);
    link.hasBeenOpen = true;
  };

  const open = (link: Link): Promise<Exchange | null> => {
    link.cancelRetry();
    link.opening ??= trials
      .run<Exchange | null>(link.timeoutMs, (trial) => connect(link, trial))
      .then((failed) => {
        link.opening = null;
        if (failed !== null && link.hasBeenOpen) retryLater(link);
        return failed;
      });
    return link.opening;
  };

  /** Only what has stood once: a broker that never answered is asked again when there is a message. */
  const retryLater = (link: Link): void => {
    link.cancelRetry();
    if (link.isReleased || isClosed) return;
    const waitMs = Math.min(FIRST_WAIT_MS * 2 ** Math.min(link.failures++, 10), LONGEST_WAIT_MS);
    link.cancelRetry = clock.after(waitMs, () => void open(link));
  };

  const goodbye = async (link: Link): Promise<void> => {
    const { connection } = link;
    const { status } = link.request.session;
    if (connection === null) return;
    const leave = async (): Promise<void> => {
      // A goodbye silences the last will: what it would have told is told here.
      if (status !== null) await connection.publish({ ...status, payload: status.offline });
      await connection.end();
    };
    const leaves = leave();
    const cancel = clock.after(GOODBYE_MS, connection.destroy);
    await leaves;
    cancel();
  };

  const release = (channelId: string): void => {
    const link = links.get(channelId);
    if (link === undefined) return;
    links.delete(channelId);
    link.isReleased = true;
    link.cancelRetry();
    const left = goodbye(link).finally(() => leaving.delete(left));
    leaving.add(left);
  };

  const linkFor = (request: MqttRequest, channelId: string, timeoutMs: number): Link => {
    const key = keyOf(request);
    const known = links.get(channelId);
    if (known?.key === key) return known;
    release(channelId);
    const link: Link = {
      channelId,
      request,
      key,
      timeoutMs,
      connection: null,
      address: null,
      opening: null,
      hasBeenOpen: false,
      failures: 0,
      cancelRetry: () => undefined,
      isReleased: false,
    };
    links.set(channelId, link);
    return link;
  };

  const publishAll = async (link: Link, request: MqttRequest, trial: Trial): Promise<Exchange> => {
    const { connection, address } = link;
    if (connection === null) return trial.failed("reset", "The broker closed the connection.", address);
    const lines: string[] = [];
    let worst: ReasonCode = 0;
    let firstByteMs: number | null = null;
    for (const message of request.messages) {
      const published = await unlessAborted(connection.publish(message), trial.signal);
      if (published === null) {
        // A broker that does not acknowledge is as good as gone: the next try gets a new connection.
        connection.destroy();
        return trial.failed("timeout", "The broker did not acknowledge the message.", address);
      }
      lines.push(describe(message, published.code));
      if (published.code === null)
        return {
          ...trial.failed("reset", "The broker closed the connection before it had acknowledged.", address),
          responseBody: lines.join("\n"),
        };
      firstByteMs ??= trial.elapsedMs();
      if (published.code >= 128) worst = published.code;
    }
    return trial.ended({
      statusCode: worst,
      failure: null,
      responseHeaders: {},
      responseBody: lines.length === 0 ? "CONNACK 0" : lines.join("\n"),
      error: null,
      address,
      firstByteMs: firstByteMs ?? trial.elapsedMs(),
    });
  };

  const exchangeOf = async (request: MqttRequest, link: Link, trial: Trial): Promise<Exchange> => {
    if (link.connection?.isOpen !== true) {
      const failed = await unlessAborted(open(link), trial.signal);
      if (failed !== null) return failed;
    }
    return publishAll(link, request, trial);
  };

  return {
    send: (request, { timeoutMs, channelId }) =>
      trials.run(timeoutMs, (trial) =>
        isClosed
          ? Promise.resolve(trial.failed("internal", "Andon was stopped."))
          : exchangeOf(request, linkFor(request, channelId, timeoutMs), trial),
      ),
    release,
    close: async () => {
      isClosed = true;
      for (const channelId of links.keys()) release(channelId);
      await Promise.all(leaving);
    },
  };
};
