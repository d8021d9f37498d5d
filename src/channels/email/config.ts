// In: `config` of an e-mail channel as the client gave it. Out: the relay, how to speak with it, and who
// writes to whom, checked, or an `invalid` error that names the field.
import { invalid } from "../../core/errors";
import { hostOf, hostUrl, portOf } from "../host";
import type { NativeConfig } from "../native";
import { SMTP_SECURITIES, type MailAddress, type SmtpSecurity } from "../requests";
import { parseTls, type ClientTls } from "../tls";
import { booleanOf, choiceOf, numberOf, textOf } from "../values";
import { mailboxesOf, mailboxOf } from "./mailbox";

export interface EmailConfig extends NativeConfig {
  /** `smtp://host:port`. */
  url: string;
  security: SmtpSecurity;
  isVerified: boolean;
  tls: ClientTls | null;
  heloName: string | null;
  login: { user: string; password: string } | null;
  from: MailAddress;
  to: readonly MailAddress[];
  cc: readonly MailAddress[];
  timeoutMs: number;
}

export const MOST_RECIPIENTS = 50;
/** Tarpits and greylists take their time; RFC 5321 would allow minutes. */
export const DEFAULT_TIMEOUT_SECONDS = 30;

/** RFC 8314: 465 begins with TLS, 587 with STARTTLS; 25 is where old relays listen. */
const PORTS: Record<SmtpSecurity, number> = {
  tls: 465,
  starttls: 587,
  starttls_if_offered: 25,
  none: 25,
};
const securityOfPort = (port: number | undefined): SmtpSecurity =>
  port === 465 ? "tls" : port === 25 ? "starttls_if_offered" : "starttls";

/** A host name or an address literal, as EHLO takes it (RFC 5321, 4.1.1.1). */
const HELO = /^(?:[A-Za-z0-9_]([A-Za-z0-9_.-]{0,252})|\[[0-9A-Fa-f:.IPv]{3,60}\])$/;

const loginOf = (given: Readonly<Record<string, unknown>>): EmailConfig["login"] => {
  const user = textOf(given["user"], "config.user", { longest: 256 });
  const password = textOf(given["password"], "config.password", { longest: 1_000 });
  if (user === undefined && password === undefined) return null;
  if (user === undefined) throw invalid("config.user", "A password needs a user.");
  if (password === undefined) throw invalid("config.password", "A user needs a password.");
  // NUL separates the two on the wire (RFC 4616).
  if (user.includes("\0")) throw invalid("config.user", "user can't hold a NUL.");
  if (password.includes("\0")) throw invalid("config.password", "password can't hold a NUL.");
  return { user, password };
};

const heloOf = (value: unknown): string | null => {
  const name = textOf(value, "config.helo_name", { longest: 253 });
  if (name !== undefined && !HELO.test(name))
    throw invalid("config.helo_name", "helo_name must be a host name or an address in brackets.");
  return name ?? null;
};

/** Throws AppError `invalid`; the message never holds a secret. */
export const parseEmailConfig = (given: Record<string, unknown>): EmailConfig => {
  const host = hostOf(given["host"], "config.host");
  const port = portOf(given["port"], "config.port");
  const security = choiceOf(given["security"], "config.security", SMTP_SECURITIES) ?? securityOfPort(port);
  const tls = parseTls(given["tls"]);
  if (tls !== null && security === "none")
    throw invalid("config.tls", "tls has no meaning with security none.");
  const to = mailboxesOf(given["to"], "config.to", { least: 1, most: MOST_RECIPIENTS });
  const cc = mailboxesOf(given["cc"], "config.cc", { least: 0, most: MOST_RECIPIENTS });
  const timeoutSeconds = numberOf(given["timeout_seconds"], "config.timeout_seconds", { least: 5, most: 60 });
  return {
    given,
    url: hostUrl("smtp", host, port ?? PORTS[security]),
    security,
    isVerified: booleanOf(given["allow_self_signed"], "config.allow_self_signed") !== true,
    tls,
    heloName: heloOf(given["helo_name"]),
    login: loginOf(given),
    from: mailboxOf(given["from"], "config.from"),
    to,
    cc: cc.filter(({ address }) => !to.some((other) => other.address === address)),
    timeoutMs: (timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS) * 1_000,
  };
};
