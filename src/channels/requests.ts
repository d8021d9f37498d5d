// In: nothing. Out: what a channel type may ask delivery to send that is not HTTP: one shape per
// transport. A request holds all that is needed; nothing of it is stored.
import type { OutboundRequest } from "./channel";

/** How the way to a mail relay is protected. */
export const SMTP_SECURITIES = ["tls", "starttls", "starttls_if_offered", "none"] as const;
export type SmtpSecurity = (typeof SMTP_SECURITIES)[number];

export interface MailAddress {
  /** Empty where there is none. */
  name: string;
  address: string;
}

/** One message, complete but for its encoding. No header in it may hold a line break. */
export interface Mail {
  from: MailAddress;
  to: readonly MailAddress[];
  cc: readonly MailAddress[];
  subject: string;
  text: string;
  html: string;
  /** With angle brackets; the same on every retry. */
  messageId: string;
  /** The first message of the thread; null: this is it, or there is none. */
  inReplyTo: string | null;
  /** In ms. */
  date: number;
  isUrgent: boolean;
  /** Beside those that follow from the rest. */
  headers: Readonly<Record<string, string>>;
}

/** One SMTP transaction to all recipients. */
export interface SmtpRequest {
  transport: "smtp";
  /** `smtp://host:port`. */
  url: string;
  security: SmtpSecurity;
  /** False: whatever certificate the relay shows is taken. */
  isVerified: boolean;
  tls?: OutboundRequest["tls"];
  /** What EHLO says; null: the name of this machine. */
  heloName: string | null;
  login: { user: string; password: string } | null;
  mail: Mail;
  /** Of this mail alone, beside those of the settings: cut out of all that is kept as evidence. */
  secrets?: readonly string[];
}

/** MQTT's qualities of service: at most once, at least once, exactly once. */
export type MqttQos = 0 | 1 | 2;

export interface MqttMessage {
  topic: string;
  payload: string;
  qos: MqttQos;
  retain: boolean;
}

/** Told by us when we come and go, and by the broker, as our last will, when we vanish. */
export interface MqttStatus {
  topic: string;
  online: string;
  offline: string;
  qos: MqttQos;
  retain: boolean;
}

/** Messages for a broker, over the one connection that is kept for the channel. */
export interface MqttRequest {
  transport: "mqtt";
  /** `mqtt://host:port` or `mqtts://host:port`. */
  url: string;
  tls?: OutboundRequest["tls"];
  /** Another of these, another connection. */
  session: {
    /** Null: made of the channel's ID. */
    clientId: string | null;
    user: string | null;
    password: string | null;
    /** 4 is MQTT 3.1.1. */
    version: 4 | 5;
    keepAliveSeconds: number;
    status: MqttStatus | null;
  };
  /** Published one after the other; none: the connection is made sure of. */
  messages: readonly MqttMessage[];
}
