// In: webhooks of Andon, over HTTP. Out: those that prove where they come from, once each. This is
// what a receiver of one's own has to do: check the shared secret, the signature and the age, answer
// quickly, and drop a webhook-id that was seen before.
import { createHmac, timingSafeEqual } from "node:crypto";

/** The payload of the dialect `haltless`, as far as the demo reads it. */
export interface AlertWebhook {
  event: string;
  timestamp: string;
  alert: {
    id: string;
    machine_name: string;
    severity: string;
    message: string;
    metric_name: string;
    metric_value: number;
    threshold_value: number;
  };
  escalation?: { policy_name: string; wait_minutes: number };
}

export interface Mailbox {
  /** Path of its URL, e.g. `/maintenance`. */
  path: string;
  /** Sent along in the header X-Webhook-Secret. */
  sharedSecret: string;
  /** Key of the signature: `whsec_` and base64. */
  signingSecret: string;
}

export interface ReceiverParts {
  mailboxes: readonly Mailbox[];
  /** Milliseconds since 1970, to judge a signature's age. */
  now: () => number;
  onMessage: (path: string, webhook: AlertWebhook) => void;
  onRefused: (path: string, reason: string) => void;
}

export interface Receiver {
  /** `http://127.0.0.1:<port>` */
  url: string;
  /** For ANDON_OUTBOUND_ALLOW: the one loopback address that Andon may dial. */
  allow: string;
  stop(): Promise<void>;
}

/** As the Standard Webhooks specification recommends. */
const TOLERANCE_SECONDS = 300;
const MAX_SIGNATURES = 8;
const REMEMBERED_IDS = 1_000;

const isEqual = (left: Buffer, right: Buffer): boolean =>
  left.byteLength === right.byteLength && timingSafeEqual(left, right);

/** Null when the request is genuine, else what is wrong with it. */
export const findForgery = (
  headers: Headers,
  body: Uint8Array,
  { sharedSecret, signingSecret }: Mailbox,
  nowMs: number,
): string | null => {
  if (!isEqual(Buffer.from(headers.get("x-webhook-secret") ?? ""), Buffer.from(sharedSecret)))
    return "the shared secret is wrong";
  const id = headers.get("webhook-id") ?? "";
  const timestamp = headers.get("webhook-timestamp") ?? "";
  if (id === "" || !/^\d{1,12}$/.test(timestamp)) return "webhook-id or webhook-timestamp is missing";
  if (Math.abs(nowMs / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) return "the signature is too old";
  const key = Buffer.from(signingSecret.replace(/^whsec_/, ""), "base64");
  const digest = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest("base64");
  // The texts are compared: decoders of base64 forgive what is no base64.
  const expected = Buffer.from(`v1,${digest}`);
  const header = headers.get("webhook-signature") ?? "";
  // Two headers of the name arrive as one: nobody honest sends them.
  if (header.includes(", ")) return "there are two signature headers";
  const given = header.split(" ").slice(0, MAX_SIGNATURES);
  const isSigned = given.some((entry) => isEqual(Buffer.from(entry), expected));
  return isSigned ? null : "the signature is wrong";
};

const readWebhook = (body: Uint8Array): AlertWebhook | null => {
  try {
    return JSON.parse(Buffer.from(body).toString("utf8")) as AlertWebhook;
  } catch {
    return null;
  }
};

/** Listens on a free port of 127.0.0.1. */
export const startReceiver = (parts: ReceiverParts): Receiver => {
  const seen = new Set<string>();
  const answer = (status: number, text: string): Response => Response.json({ status: text }, { status });

  const receive = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    const mailbox = parts.mailboxes.find(({ path }) => path === pathname);
    if (mailbox === undefined || request.method !== "POST") return answer(404, "unknown");
    const body = new Uint8Array(await request.arrayBuffer());
    const forgery = findForgery(request.headers, body, mailbox, parts.now());
    if (forgery !== null) {
      parts.onRefused(pathname, forgery);
      return answer(401, "refused");
    }
    const webhook = readWebhook(body);
    if (webhook === null) return answer(400, "not JSON");
    const id = request.headers.get("webhook-id") ?? "";
    if (seen.has(id)) return answer(200, "known");
    seen.add(id);
    for (const oldest of seen) {
      if (seen.size <= REMEMBERED_IDS) break;
      seen.delete(oldest);
    }
    parts.onMessage(pathname, webhook);
    return answer(200, "ok");
  };

  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: (request) => receive(request) });
  return {
    url: `http://127.0.0.1:${server.port}`,
    allow: `127.0.0.1:${server.port}`,
    stop: () => server.stop(true),
  };
};
