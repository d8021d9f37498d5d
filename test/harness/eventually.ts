// In: a question to the product. Out: its answer once it holds: sockets and disks keep their own time,
// whatever a fake clock says.

const LIMIT_MS = 30_000;
/** Short against a round trip, long enough not to use up the product's budget for requests. */
const PAUSE_MS = 3;

/** Asks again until it holds; after 30 s rejects with the last answer. */
export const eventually = async <T>(read: () => Promise<T>, holds: (value: T) => boolean): Promise<T> => {
  const limit = performance.now() + LIMIT_MS;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (performance.now() > limit) throw new Error(`still ${JSON.stringify(value)}`);
    await Bun.sleep(PAUSE_MS);
  }
};
