// In: a test that plays the endpoint. Out: a loopback receiver that records every request and answers
// as the test says, or not at all.

export interface ReceivedRequest {
  path: string;
  method: string;
  headers: Record<string, string>;
  /** The bytes as text. */
  text: string;
}

/** The status to answer with, a whole answer, or null: keeps the request open until `close`. */
export type Script = (
  request: ReceivedRequest,
  index: number,
) => number | Response | null | Promise<number | Response | null>;

export interface ScriptedReceiver {
  url: string;
  /** `host:port`, for the allow list. */
  listener: string;
  readonly requests: readonly ReceivedRequest[];
  /** The payloads, parsed. */
  payloads(): Record<string, unknown>[];
  /** Used from the next request on. */
  answerWith(script: Script): void;
  /** Resolves when `count` requests have come in all; rejects after 15 s. */
  arrived(count: number): Promise<void>;
  close(): Promise<void>;
}

const LIMIT_MS = 15_000;

export const openScriptedReceiver = (script: Script = () => 200): ScriptedReceiver => {
  const requests: ReceivedRequest[] = [];
  const waiting = new Set<() => void>();
  const held = new Set<(response: Response) => void>();
  let current = script;

  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    // A held request outlives Bun's usual limit.
    idleTimeout: 0,
    fetch: async (request) => {
      const received: ReceivedRequest = {
        path: new URL(request.url).pathname,
        method: request.method,
        headers: Object.fromEntries(request.headers),
        text: await request.text(),
      };
      requests.push(received);
      const answer = await current(received, requests.length - 1);
      for (const check of waiting) check();
      if (answer instanceof Response) return answer;
      if (answer !== null) return new Response(null, { status: answer });
      return new Promise<Response>((resolve) => held.add(resolve));
    },
  });

  return {
    url: `http://127.0.0.1:${server.port}`,
    listener: `127.0.0.1:${server.port}`,
    requests,
    payloads: () => requests.map(({ text }) => JSON.parse(text) as Record<string, unknown>),
    answerWith: (next) => {
      current = next;
    },
    arrived: (count) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (requests.length < count) return;
          clearTimeout(limit);
          waiting.delete(check);
          resolve();
        };
        const limit = setTimeout(() => {
          waiting.delete(check);
          reject(new Error(`${requests.length} of ${count} requests came`));
        }, LIMIT_MS);
        waiting.add(check);
        check();
      }),
    close: async () => {
      for (const resolve of held) resolve(new Response(null, { status: 503 }));
      await server.stop(true);
    },
  };
};
