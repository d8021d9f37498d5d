// In: nothing. Out: what one long tier of `bun run faults` is.

export interface TierOptions {
  /** Given on the command line; null: the tier's own default. */
  rounds: number | null;
  seed: number;
  say: (text: string) => void;
}

export interface TierResult {
  /** One line of figures. */
  summary: string;
  /** Empty when it passed. */
  faults: string[];
}

export interface Tier {
  readonly name: string;
  readonly title: string;
  /** Why it cannot run on this machine; null when it can. */
  readonly obstacle: () => string | null;
  readonly run: (options: TierOptions) => Promise<TierResult>;
}
