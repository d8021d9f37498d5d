// In: where a page is, over how many connections, how long. Out: how many answers of the expected size came.
// One request open per connection; answers are counted by their length and not read, so that the client
// takes as little of two cores as possible.
import { answerJob } from "../../harness/job";
import { requestBytes } from "../../harness/load";

export interface PagesInput {
  port: number;
  path: string;
  acceptsGzip: boolean;
  connections: number;
  durationMs: number;
}

export interface PagesOutput {
  answers: number;
  elapsedMs: number;
  /** Of one body, as it came over the wire. */
  bodyBytes: number;
  /** The first answer that was not 200, or not of that size. */
  oddity: string | null;
}

const HEAD_END = "\r\n\r\n";

await answerJob<PagesInput, PagesOutput>(async ({ port, path, acceptsGzip, connections, durationMs }) => {
  const request = requestBytes({
    method: "GET",
    path,
    headers: acceptsGzip ? { "Accept-Encoding": "gzip" } : {},
  });
  let answers = 0;
  let bodyBytes = -1;
  let oddity: string | null = null;
  const from = performance.now();
  const until = from + durationMs;

  /** The whole size of an answer whose head is complete, or null while it is not. */
  const sizeOf = (head: string): number | null => {
    const end = head.indexOf(HEAD_END);
    if (end < 0) return null;
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head.slice(0, end + 2))?.[1]);
    if (!head.startsWith("HTTP/1.1 200") || Number.isNaN(length)) oddity ??= head.slice(0, end);
    if (bodyBytes === -1) bodyBytes = length;
    if (length !== bodyBytes) oddity ??= `${length} bytes instead of ${bodyBytes}`;
    return end + HEAD_END.length + length;
  };

  const drive = async (): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let head = "";
    /** Bytes of this answer that are still to come; null while its head is. */
    let missing: number | null = null;
    const socket = await Bun.connect({
      hostname: "127.0.0.1",
      port,
      socket: {
        data: (one, chunk) => {
          if (missing === null) {
            const before = head.length;
            head += chunk.toString("latin1");
            const size = sizeOf(head);
            if (size === null) return;
            missing = size - before;
            head = "";
          }
          missing -= chunk.length;
          if (missing > 0) return;
          if (missing < 0) oddity ??= "more bytes than announced";
          missing = null;
          answers++;
          if (oddity !== null || performance.now() >= until) return resolve();
          one.write(request);
        },
        close: () => {
          if (performance.now() < until) oddity ??= "the connection was closed";
          resolve();
        },
        error: () => resolve(),
      },
    });
    socket.write(request);
    await promise;
    socket.end();
  };

  await Promise.all(Array.from({ length: connections }, drive));
  return { answers, elapsedMs: performance.now() - from, bodyBytes, oddity };
});
