// In: pieces of work that may fail. Out: all of them done, so many side by side, and what they failed with.

/** Never rejects; gives the errors of those that did, in the order of the work. */
export const runSideBySide = async (
  work: readonly (() => Promise<unknown>)[],
  atOnce: number,
): Promise<unknown[]> => {
  const failures: unknown[] = [];
  for (let from = 0; from < work.length; from += atOnce) {
    const results = await Promise.allSettled(work.slice(from, from + atOnce).map(async (run) => run()));
    for (const result of results) if (result.status === "rejected") failures.push(result.reason);
  }
  return failures;
};
