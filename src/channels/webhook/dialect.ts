// In: nothing. Out: what a dialect of the webhook channel fixes: the shape of the payload, and the
// defaults that a channel may override. One file per dialect, one line each in `dialects/index.ts`.
import type { TellableEvent } from "../../core/events";
import type { SignatureFormat } from "../../lib/hmac";
import type { RetryScheduleName } from "../../lib/retry-schedule";
import type { ChannelBehaviour, Message } from "../channel";

export const WEBHOOK_METHODS = ["POST", "PUT", "PATCH", "GET"] as const;
export type WebhookMethod = (typeof WEBHOOK_METHODS)[number];

export interface SignatureHeader {
  header: string;
  format: SignatureFormat;
  /** Of `ts:body`: a header of one's own for the timestamp, beside `webhook-timestamp`. */
  timestampHeader?: string;
}

export interface Dialect {
  readonly name: string;
  readonly label: string;
  /** One sentence for the form and the documents. */
  readonly description: string;
  readonly timeoutSeconds: number;
  readonly retry: RetryScheduleName;
  readonly whenExhausted: ChannelBehaviour["whenExhausted"];
  readonly handshake: boolean;
  /** GET sends no body: only what is made for it allows it. */
  readonly methods: readonly WebhookMethod[];
  /** Sent beside `webhook-signature` when the channel has a secret. */
  readonly signatures: readonly SignatureHeader[];
  readonly defaultEvents: readonly TellableEvent[];
  /** The dialect's own names of events that `events` may hold. */
  readonly eventAliases: Readonly<Record<string, readonly TellableEvent[]>>;
  /** What the test button sends: complete in the dialect's shape, with `test: true`. */
  readonly testEvent: TellableEvent;
  /** `application/json` when absent. */
  readonly contentType?: string;
  /** The body is made by the channel's own template, which is given what `compose` gives. */
  readonly hasTemplate?: boolean;
  /** The payload as a JSON value. Pure: golden files hold what it gives. */
  readonly compose: (message: Message) => Record<string, unknown>;
}
