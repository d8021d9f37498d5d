// In: a request of any transport. Out: one exchange of it. Whatever is spoken, the same holds: resolved
// once, the address judged and that very address dialled, a deadline for the whole, no proxy variables.
import type { TransportRequest } from "../channels/channel";
import type { MailAddress, MqttRequest, SmtpRequest } from "../channels/requests";
import type { Clock } from "../core/clock";
import type { DialSocket } from "./connect";
import { createMqttTransport } from "./mqtt";
import type { Sender } from "./sender";
import { createSmtpTransport } from "./smtp";
import type { Targets } from "./targets";
import { createTrials, type Exchange } from "./trial";

export interface SendOptions {
  /** For everything: the name, the connection, the answer. */
  timeoutMs: number;
  /** Whose connection is kept, where one is. */
  channelId: string;
  /** Called around the first steps on the way out: it runs what it is given, at once. */
  begin?: <T>(dial: () => T) => T;
}

export interface Transports {
  /** Never rejects. */
  send(request: TransportRequest, options: SendOptions): Promise<Exchange>;
  /** Gives up all that runs, as at a shutdown: those attempts fail as `internal`. */
  abandon(): void;
  /** Null when the URL may be dialled as far as can be known now, else the reason for people. */
  refusalOf(url: string): Promise<string | null>;
  /** Same key, same address and port, as far as is known: for counting what is in flight per host. */
  hostKey(url: string): string;
  /** What is kept open for a channel is closed, politely: it has changed, stands still or is gone. */
  release(channelId: string): void;
  /** Takes two seconds at most. Nothing is connected any more afterwards. */
  close(): Promise<void>;
}

export interface TransportParts {
  clock: Clock;
  http: Sender;
  targets: Targets;
  /** Tests see what is dialled beside HTTP. */
  dialSocket?: DialSocket | undefined;
  /** A kept connection was lost and stands again. */
  onReconnected?: (channelId: string) => void;
}

export const createTransports = (parts: TransportParts): Transports => {
  const { clock, http, targets, dialSocket, onReconnected = () => undefined } = parts;
  const trials = createTrials(clock);
  const smtp = createSmtpTransport({ targets, trials, dial: dialSocket });
  const mqtt = createMqttTransport({ clock, targets, trials, dial: dialSocket, onReconnected });

  return {
    send: (request, options) => {
      const { begin = (dial) => dial() } = options;
      switch (request.transport) {
        case "smtp":
          return begin(() => smtp.send(request, options));
        case "mqtt":
          return begin(() => mqtt.send(request, options));
        default:
          return http.send(request, options);
      }
    },
    abandon: () => {
      http.abandon();
      trials.abandon();
    },
    refusalOf: targets.refusalOf,
    hostKey: targets.hostKey,
    release: mqtt.release,
    close: async () => {
      await mqtt.close();
      trials.close();
    },
  };
};

const listed = (addresses: readonly MailAddress[]): string =>
  addresses.map(({ name, address }) => (name === "" ? address : `${name} <${address}>`)).join(", ");

const headersOfMail = ({ mail, security }: SmtpRequest): Record<string, string> => ({
  From: listed([mail.from]),
  To: listed(mail.to),
  ...(mail.cc.length === 0 ? {} : { Cc: listed(mail.cc) }),
  Subject: mail.subject,
  "Message-ID": mail.messageId,
  ...(mail.inReplyTo === null ? {} : { "In-Reply-To": mail.inReplyTo }),
  Encryption: security,
});

const encoder = new TextEncoder();

/** What went out, in the words of HTTP. The URL holds secrets in clear. */
export const outlineOfRequest = (
  request: TransportRequest,
): { method: string; url: string; body: Uint8Array | null } => {
  switch (request.transport) {
    case "smtp":
      return { method: "SMTP", url: request.url, body: encoder.encode(request.mail.text) };
    case "mqtt":
      return {
        method: "PUBLISH",
        url: request.url,
        body: encoder.encode(request.messages.map(({ payload }) => payload).join("\n")),
      };
    default:
      return request;
  }
};

const headersOfMessages = ({ messages, session }: MqttRequest): Record<string, string> => ({
  ...(session.user === null ? {} : { User: session.user }),
  Topic: messages.map(({ topic }) => topic).join(", "),
  QoS: [...new Set(messages.map(({ qos }) => qos))].join(", "),
  Retain: [...new Set(messages.map(({ retain }) => retain))].join(", "),
});

/** What the evidence shows of a request, beside its body; secrets are cut out of it afterwards. */
export const headersOfRequest = (request: TransportRequest): Record<string, string> => {
  switch (request.transport) {
    case "smtp":
      return headersOfMail(request);
    case "mqtt":
      return headersOfMessages(request);
    default:
      return request.evidence === undefined ? request.headers : { ...request.headers, ...request.evidence };
  }
};
