// In: how to follow. Out: a body of server-sent events. The number of each event is its `id`, so that
// a browser comes back with it by itself.
import type { Follower, StreamSink } from "./hub";

const ROOM_BYTES = 256 * 1024;
/** After a break the browser waits so long. */
const RETRY_MS = 2_000;

export const createEventBody = (
  follow: (sink: StreamSink) => Promise<Follower>,
): ReadableStream<Uint8Array> => {
  const encoder = new TextEncoder();
  let follower: Follower | null = null;
  let isClosed = false;
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        const write = (text: string): void => {
          if (!isClosed) controller.enqueue(encoder.encode(text));
        };
        const sink: StreamSink = {
          // JSON has no line ends of its own, so one `data` line holds a whole message.
          send: (message, seq) => write(`${seq === null ? "" : `id: ${seq}\n`}data: ${message}\n\n`),
          ping: () => write(": ping\n\n"),
          hasRoom: () => (controller.desiredSize ?? 0) > 0,
          end: () => {
            if (isClosed) return;
            isClosed = true;
            controller.close();
          },
        };
        write(`retry: ${RETRY_MS}\n\n`);
        follow(sink).then(
          (made) => {
            follower = made;
            if (isClosed) made.leave();
          },
          () => sink.end("failed"),
        );
      },
      pull: () => follower?.wake(),
      cancel: () => {
        isClosed = true;
        follower?.leave();
      },
    },
    { highWaterMark: ROOM_BYTES, size: (chunk) => chunk?.byteLength ?? 0 },
  );
};
