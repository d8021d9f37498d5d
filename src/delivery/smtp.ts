// In: one mail and the relay that shall take it. Out: one exchange: a vetted connection, TLS as the
// channel demands, one transaction to all recipients, and the dialogue as evidence.
import type SMTPConnection from "nodemailer/lib/smtp-connection";
import type { SMTPConnectionSendInfo } from "nodemailer/lib/smtp-connection";
import type { Socket } from "node:net";
import type { SmtpRequest } from "../channels/requests";
import { connectInTurn, tlsOptionsOf, type DialSocket } from "./connect";
import { classifyFailure } from "./failure";
import { encodeMail, type MailSource } from "./mail-source";
import { createTranscript } from "./smtp-transcript";
import type { Target, Targets } from "./targets";
import type { Exchange, Trial, Trials } from "./trial";

export interface SmtpTransport {
  /** Never rejects. */
  send(request: SmtpRequest, options: { timeoutMs: number }): Promise<Exchange>;
}

/** A relay's answer that grows beyond this ends the connection. */
const MOST_ANSWER_BYTES = 65_536;
/** The deadline of the attempt ends everything; the client's own limits only back it up. */
const BACKSTOP_MS = 120_000;
/** After the mail was taken: how long the relay may take to say goodbye. */
const CLOSE_MS = 2_000;

/** What the client throws, as far as it is looked at. */
interface SmtpError {
  code?: unknown;
  originalCode?: unknown;
  responseCode?: unknown;
  command?: unknown;
  rejectedErrors?: readonly SmtpError[];
}

const securityOf = ({ security, isVerified, tls }: SmtpRequest, target: Target) => ({
  host: target.hostname,
  secure: security === "tls",
  requireTLS: security === "starttls",
  ignoreTLS: security === "none",
  opportunisticTLS: security === "starttls_if_offered",
  tls: {
    ...tlsOptionsOf(target, tls),
    // Where encryption itself is optional, a check of the certificate protects from nobody (RFC 7435).
    rejectUnauthorized: isVerified && security !== "starttls_if_offered",
  },
  port: target.port,
});

type Dialogue = { info: SMTPConnectionSendInfo } | { error: SmtpError } | { refusal: string };

/** One transaction. Never rejects; the connection says goodbye by itself. */
const talk = (client: SMTPConnection, request: SmtpRequest, mail: MailSource): Promise<Dialogue> =>
  new Promise((resolve) => {
    const fail = (error: unknown): void => {
      resolve({ error: (error ?? {}) as SmtpError });
      client.close();
    };
    // Stays for good: what a relay does after the mail was taken concerns nobody.
    client.on("error", fail);
    client.on("end", () => resolve({ error: { code: "ECONNECTION" } }));
    const send = (): void =>
      client.send({ ...mail.envelope, size: mail.source.length }, mail.source, (error, info) => {
        if (error !== null) return fail(error);
        if (info !== undefined) resolve({ info });
        client.quit();
      });
    client.connect((error) => {
      if (error !== undefined && error !== null) return fail(error);
      const { login, security } = request;
      if (login === null) return send();
      if (security === "starttls_if_offered" && !client.secure) {
        resolve({ refusal: "The relay offers no encryption, so the password was not sent." });
        return client.quit();
      }
      client.login({ user: login.user, pass: login.password }, (failure) =>
        failure === null ? send() : fail(failure),
      );
    });
  });

/** Temporary refusals first: what may still be taken is worth another try (RFC 5321, 4.2.1). */
const answerCodeOf = ({ responseCode, rejectedErrors = [] }: SmtpError): number | null => {
  const codes = [responseCode, ...rejectedErrors.map((error) => error.responseCode)].filter(
    (code): code is number => typeof code === "number" && code >= 400 && code <= 599,
  );
  return codes.find((code) => code < 500) ?? codes[0] ?? null;
};

const recipientsNote = ({ accepted, rejected, rejectedErrors = [] }: SMTPConnectionSendInfo): string | null =>
  rejected.length === 0
    ? null
    : `Taken for ${accepted.length} of ${accepted.length + rejected.length} recipients; refused: ${rejected
        .map((address, index) => `${address} (${rejectedErrors[index]?.responseCode ?? "no code"})`)
        .join(", ")}.`;

const isTlsStep = ({ command }: SmtpError): boolean => command === "STARTTLS";

export const createSmtpTransport = ({
  targets,
  trials,
  dial,
}: {
  targets: Targets;
  trials: Trials;
  dial?: DialSocket | undefined;
}): SmtpTransport => {
  const exchangeOf = async (request: SmtpRequest, trial: Trial): Promise<Exchange> => {
    const target = targets.targetOf(request.url);
    if (target === null || target.protocol !== "smtp:")
      return trial.failed("invalid_config", "The relay's address can't be dialled.");
    const [{ default: SMTPConnection }, mail] = await Promise.all([
      import("nodemailer/lib/smtp-connection"),
      encodeMail(request.mail),
    ]);
    const vetted = await targets.vet(target, trial.signal);
    if (vetted === null) return trial.failed("timeout", "The time was up before the name was resolved.");
    if (vetted.reason !== null) return trial.failed(vetted.failure, vetted.reason);
    const connected = await connectInTurn(target, vetted.addresses, { signal: trial.signal, dial });
    const { socket, address } = connected;
    if (socket === null) return trial.failed(connected.failed.failure, connected.failed.error, address);

    let firstByteMs: number | null = null;
    const transcript = createTranscript(() => {
      firstByteMs = trial.elapsedMs();
    });
    const result = await converse(SMTPConnection, { request, target, mail, socket, trial, transcript });
    const said = { responseHeaders: {}, responseBody: transcript.text(), address, firstByteMs };
    if ("info" in result)
      return trial.ended({
        ...said,
        statusCode: Number(result.info.response?.slice(0, 3)),
        failure: null,
        error: recipientsNote(result.info),
      });
    const failed = failureOf(result, request, trial, address);
    return { ...failed, responseBody: said.responseBody, firstByteMs };
  };

  return {
    send: (request, { timeoutMs }) => trials.run(timeoutMs, (trial) => exchangeOf(request, trial)),
  };
};

const converse = async (
  Connection: typeof SMTPConnection,
  parts: {
    request: SmtpRequest;
    target: Target;
    mail: MailSource;
    socket: Socket;
    trial: Trial;
    transcript: ReturnType<typeof createTranscript>;
  },
): Promise<Dialogue> => {
  const { request, target, mail, socket, trial, transcript } = parts;
  const client = new Connection({
    ...securityOf(request, target),
    connection: socket,
    ...(request.heloName === null ? {} : { name: request.heloName }),
    connectionTimeout: BACKSTOP_MS,
    greetingTimeout: BACKSTOP_MS,
    socketTimeout: BACKSTOP_MS,
    socketCloseTimeout: CLOSE_MS,
    maxResponseSize: MOST_ANSWER_BYTES,
    logger: transcript.logger,
    transactionLog: true,
  });
  const cut = (): void => {
    client.close();
    socket.destroy();
  };
  trial.signal.addEventListener("abort", cut, { once: true });
  const dialogue = talk(client, request, mail);
  if (trial.signal.aborted) cut();
  const result = await dialogue;
  trial.signal.removeEventListener("abort", cut);
  return result;
};

const failureOf = (
  result: Exclude<Dialogue, { info: SMTPConnectionSendInfo }>,
  request: SmtpRequest,
  trial: Trial,
  address: string | null,
): Exchange => {
  if ("refusal" in result) return trial.failed("tls", result.refusal, address);
  const { error } = result;
  const statusCode = answerCodeOf(error);
  if (isTlsStep(error) || (request.security === "starttls" && error.command === "EHLO"))
    return trial.failed("tls", "The relay does not offer the encryption that the channel demands.", address);
  if (statusCode !== null && trial.overBy === null)
    return trial.ended({
      statusCode,
      failure: null,
      responseHeaders: {},
      responseBody: "",
      error: null,
      address,
      firstByteMs: null,
    });
  if (error.code === "EAUTH")
    return trial.failed("invalid_config", "The relay offers no way to sign in that can be used.", address);
  if (error.code === "EMESSAGE" && error.responseCode === undefined)
    return trial.failed("invalid_config", "The relay takes no messages of this size.", address);
  if (error.code === "EPROTOCOL" || error.code === "EENVELOPE" || error.code === "EMESSAGE")
    return trial.failed("protocol", "What the relay answered is not SMTP.", address);
  if (error.code === "ECONNECTION") return trial.failed("reset", "The relay closed the connection.", address);
  const { failure, error: text } = classifyFailure({ code: error.originalCode ?? error.code });
  return trial.failed(failure, text, address);
};
