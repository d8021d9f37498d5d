// In: signed webhooks. Out: what arrived, each one checked with the Standard Webhooks library.
import { Webhook } from "standardwebhooks";

export interface SignedMessage {
  id: string;
  event: string;
  payload: Record<string, unknown>;
  body: string;
}

export interface SignedSink {
  url: string;
  /** `host:port`, for the allow list. */
  listener: string;
  /** Verified messages in the order of arrival, repeats included. */
  messages: SignedMessage[];
  /** Messages that failed the check. */
  refused: number;
  /** Resolves when `count` different webhook-ids have arrived; rejects after `withinMs`. */
  arrived(count: number, withinMs?: number): Promise<void>;
  close(): Promise<void>;
}

export const openSignedSink = (secret: string): SignedSink => {
  const webhook = new Webhook(Buffer.from(secret, "utf8").toString("base64"));
  const messages: SignedMessage[] = [];
  const waiting = new Set<() => void>();
  const sink: SignedSink = {
    url: "",
    listener: "",
    messages,
    refused: 0,
    arrived: (count, withinMs = 15_000) =>
      new Promise((resolve, reject) => {
        const distinct = (): number => new Set(messages.map(({ id }) => id)).size;
        const check = (): void => {
          if (distinct() < count) return;
          clearTimeout(limit);
          waiting.delete(check);
          resolve();
        };
        const limit = setTimeout(() => {
          waiting.delete(check);
          reject(new Error(`${distinct()} of ${count} messages arrived in ${withinMs} ms`));
        }, withinMs);
        waiting.add(check);
        check();
      }),
    close: () => server.stop(true),
  };
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request) => {
      const body = await request.text();
      try {
        webhook.verify(body, Object.fromEntries(request.headers));
      } catch {
        sink.refused++;
        return new Response("signature", { status: 401 });
      }
      const payload = JSON.parse(body) as Record<string, unknown>;
      messages.push({
        id: request.headers.get("webhook-id") ?? "",
        event: String(payload["event"]),
        payload,
        body,
      });
      for (const check of waiting) check();
      return new Response("ok");
    },
  });
  sink.url = `http://127.0.0.1:${server.port}/hook`;
  sink.listener = `127.0.0.1:${server.port}`;
  return sink;
};
