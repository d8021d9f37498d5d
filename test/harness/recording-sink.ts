// In: what an endpoint shall answer. Out: a recording HTTP endpoint on loopback; tests await what it
// receives instead of sleeping.

export interface ReceivedRequest {
  method: string;
  path: string;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: string;
  bytes: Uint8Array;
  json: Record<string, unknown>;
}

export type Answer = (request: ReceivedRequest, count: number) => Response | Promise<Response>;

export interface RecordingSink {
  url: string;
  port: number;
  received: ReceivedRequest[];
  /** What the next requests are answered; 200 without a body at first. */
  answerWith(answer: Answer | number): void;
  /** Resolves when `count` requests have come in all. */
  waitFor(count: number): Promise<ReceivedRequest[]>;
  stop(): Promise<void>;
}

export const openRecordingSink = (): RecordingSink => {
  const received: ReceivedRequest[] = [];
  let waiters: { count: number; resolve: () => void }[] = [];
  let answer: Answer = () => new Response("ok");

  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      const bytes = new Uint8Array(await request.arrayBuffer());
      const body = new TextDecoder().decode(bytes);
      const entry: ReceivedRequest = {
        method: request.method,
        path: new URL(request.url).pathname,
        headers: Object.fromEntries(request.headers),
        body,
        bytes,
        json: body.startsWith("{") ? (JSON.parse(body) as Record<string, unknown>) : {},
      };
      received.push(entry);
      waiters = waiters.filter(({ count, resolve }) => {
        if (received.length < count) return true;
        resolve();
        return false;
      });
      return answer(entry, received.length);
    },
  });

  return {
    url: `http://127.0.0.1:${server.port}/hook`,
    port: server.port ?? 0,
    received,
    answerWith: (next) => {
      answer = typeof next === "number" ? () => new Response(null, { status: next }) : next;
    },
    waitFor: async (count) => {
      if (received.length < count) await new Promise<void>((resolve) => waiters.push({ count, resolve }));
      return received;
    },
    stop: () => server.stop(true),
  };
};
