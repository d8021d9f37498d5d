// In: pieces of work that come one by one. Out: those of one key done in rounds, one round at a time: what
// comes while a round runs is done together in the next one. Domain-free.

/** Does the pieces in their order; gives a result for each. */
export type PerformRound<Piece, Result> = (pieces: readonly Piece[]) => Promise<readonly Result[]>;

export interface Gatherer<Piece, Result> {
  /** Rejects as the round that the piece was in. */
  add(key: string, piece: Piece): Promise<Result>;
  /** Resolves when no piece is left. */
  idle(): Promise<void>;
}

interface Waiting<Piece, Result> {
  piece: Piece;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

/** `most`: pieces of one round. A piece that comes to a free key begins at once. */
export const createGatherer = <Piece, Result>(
  perform: PerformRound<Piece, Result>,
  most: number,
): Gatherer<Piece, Result> => {
  const lines = new Map<string, Waiting<Piece, Result>[]>();
  const running = new Set<Promise<void>>();

  const runRound = async (round: readonly Waiting<Piece, Result>[]): Promise<void> => {
    try {
      const results = await perform(round.map(({ piece }) => piece));
      for (const [index, { resolve, reject }] of round.entries()) {
        const result = results[index];
        if (result === undefined) reject(new Error("a round gave fewer results than it had pieces"));
        else resolve(result);
      }
    } catch (error) {
      for (const { reject } of round) reject(error);
    }
  };

  const runLine = async (key: string, line: Waiting<Piece, Result>[]): Promise<void> => {
    while (line.length > 0) await runRound(line.splice(0, most));
    lines.delete(key);
  };

  return {
    add: (key, piece) =>
      new Promise((resolve, reject) => {
        const waiting = { piece, resolve, reject };
        const line = lines.get(key);
        if (line !== undefined) {
          line.push(waiting);
          return;
        }
        const fresh = [waiting];
        lines.set(key, fresh);
        const run = runLine(key, fresh).finally(() => running.delete(run));
        running.add(run);
      }),
    idle: async () => {
      while (running.size > 0) await Promise.all(running);
    },
  };
};
