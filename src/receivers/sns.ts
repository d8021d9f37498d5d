// In: an envelope of Amazon SNS. Out: whether SNS signed it, with the certificate that it names, and its
// subscription confirmed. Only addresses of SNS itself are ever fetched, whatever the envelope says
// (docs.aws.amazon.com/sns, Verifying the signatures of Amazon SNS messages).
import { createVerify, X509Certificate } from "node:crypto";
import { textAt } from "./presets/walk";
import type { Verdict } from "./verify";

/** Never rejects; `error` where no answer of 200 came. */
export type FetchText = (url: string) => Promise<{ body: string } | { error: string }>;

export interface Sns {
  /** `now` is server time in ms. Never rejects. */
  verify(envelope: unknown, now: number): Promise<Verdict>;
  /** Null when it is confirmed, else why not. Call it for what was verified. */
  confirm(url: string): Promise<string | null>;
}

const HOST = /^sns\.[a-z0-9-]{3,40}\.amazonaws\.com(?:\.cn)?$/;

/** An https address of SNS without anything unusual in it. */
const isOfSns = (text: string): boolean => {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return false;
  }
  const { protocol, hostname, port, username, password } = url;
  return protocol === "https:" && HOST.test(hostname) && port === "" && username === "" && password === "";
};

/** Signed in this order, each with its name on a line before it. */
const SIGNED: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    Notification: ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"],
    SubscriptionConfirmation: [
      "Message",
      "MessageId",
      "SubscribeURL",
      "Timestamp",
      "Token",
      "TopicArn",
      "Type",
    ],
    UnsubscribeConfirmation: [
      "Message",
      "MessageId",
      "SubscribeURL",
      "Timestamp",
      "Token",
      "TopicArn",
      "Type",
    ],
  }),
);

const ALGORITHMS: ReadonlyMap<string, string> = new Map([
  ["1", "RSA-SHA1"],
  ["2", "RSA-SHA256"],
]);

/** SNS tries again for hours; older envelopes are repetitions that nobody would recognize any more. */
const OLDEST_MS = 24 * 3_600_000;
const AHEAD_MS = 300_000;
/** Each region has one for years. */
const MOST_CERTIFICATES = 20;

const refuse = (reason: string): Verdict => ({ isVerified: false, reason });

const signedText = (envelope: unknown, type: string): string | null => {
  const names = SIGNED.get(type);
  if (names === undefined) return null;
  return names
    .map((name) => [name, textAt(envelope, name)] as const)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}\n${value}\n`)
    .join("");
};

const isTrue = (
  certificate: X509Certificate,
  { algorithm, text, signature }: { algorithm: string; text: string; signature: string },
): boolean => {
  try {
    return createVerify(algorithm).update(text, "utf8").verify(certificate.publicKey, signature, "base64");
  } catch {
    return false;
  }
};

export const createSns = ({ fetchText }: { fetchText: FetchText }): Sns => {
  /** Those that are being fetched as well: many messages of a region come at once. */
  const certificates = new Map<string, Promise<X509Certificate | string>>();

  /** A text is the reason why there is none. */
  const fetchCertificate = async (url: string): Promise<X509Certificate | string> => {
    const answer = await fetchText(url);
    if ("error" in answer) return `Its certificate could not be fetched: ${answer.error}`;
    try {
      return new X509Certificate(answer.body);
    } catch {
      return "What is at SigningCertURL is no certificate.";
    }
  };

  const certificateAt = async (url: string): Promise<X509Certificate | string> => {
    const known = certificates.get(url);
    if (known !== undefined) return known;
    if (certificates.size >= MOST_CERTIFICATES) certificates.clear();
    const pending = fetchCertificate(url);
    certificates.set(url, pending);
    const certificate = await pending;
    if (typeof certificate === "string") certificates.delete(url);
    return certificate;
  };

  const isInForce = ({ validFrom, validTo }: X509Certificate, now: number): boolean =>
    Date.parse(validFrom) <= now && now <= Date.parse(validTo);

  return {
    verify: async (envelope, now) => {
      const type = textAt(envelope, "Type") ?? "";
      const text = signedText(envelope, type);
      if (text === null) return refuse("This is no envelope of Amazon SNS.");
      const signature = textAt(envelope, "Signature") ?? "";
      const algorithm = ALGORITHMS.get(textAt(envelope, "SignatureVersion") ?? "");
      if (signature === "" || algorithm === undefined)
        return refuse("The envelope has no signature of version 1 or 2.");
      const at = Date.parse(textAt(envelope, "Timestamp") ?? "");
      if (!(now - at <= OLDEST_MS && at - now <= AHEAD_MS))
        return refuse("The envelope's time is missing, or more than a day old.");
      const url = textAt(envelope, "SigningCertURL") ?? "";
      if (!isOfSns(url) || !url.endsWith(".pem"))
        return refuse("SigningCertURL is not an address of Amazon SNS.");
      const certificate = await certificateAt(url);
      if (typeof certificate === "string") return refuse(certificate);
      if (!isInForce(certificate, now)) return refuse("The certificate is not in force.");
      return isTrue(certificate, { algorithm, text, signature })
        ? { isVerified: true, id: textAt(envelope, "MessageId") }
        : refuse("The signature of Amazon SNS does not match.");
    },
    confirm: async (url) => {
      if (!isOfSns(url)) return "SubscribeURL is not an address of Amazon SNS: nothing was fetched.";
      const answer = await fetchText(url);
      return "error" in answer ? `The subscription could not be confirmed: ${answer.error}` : null;
    },
  };
};
