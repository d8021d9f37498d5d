// In: nothing. Out: what a sink process is told, what it answers, and the lines of its log: shared by
// the program (sink-process.ts) and its handle (sink-handle.ts).

export interface SinkOptions {
  /** How many ports it listens on; each is a host of its own to the product. */
  listeners: number;
  /** `hang` accepts and never answers. Default: `ok`. */
  manner?: "ok" | "hang";
  /** Wait before each answer. */
  delayMs?: number;
  /** One line per request, synced to the disk before the answer. */
  logPath?: string;
  /** Checks `webhook-signature` of each n-th request; 0 or absent: never. */
  verifyEvery?: number;
  /** The first one; later ones are `numberedSecret`. */
  secret?: string;
  /** Share of requests that get a 503, decided by `seed`. */
  failShare?: number;
  seed?: number;
}

/** Times are wall time in ms with a fraction. */
export interface SinkCounts {
  requests: number;
  /** Different webhook-ids. */
  distinct: number;
  /** Signatures that were checked and right. */
  verified: number;
  badSignatures: number;
  firstAt: number | null;
  lastAt: number | null;
}

export interface SinkLogLine {
  at: number;
  listener: number;
  id: string;
  event: string;
  alertId: string;
  /** SHA-256 of the body. */
  digest: string;
  /** What it was answered with. */
  status: number;
  /** Every entry of the signature is by one of the secrets. */
  isSigned: boolean;
  /** Numbers of the secrets that signed it, in the order of the entries; -1 for none of them. */
  signedBy: number[];
}

/** The secrets that a channel of the loops is given one after the other, 0 being the first. */
export const numberedSecret = (secret: string, number: number): string =>
  number === 0 ? secret : `${secret}, number ${number}`;

export type ToSink = { ask: "counts" } | { ask: "forget" } | { ask: "manner"; delayMs: number };
export type FromSink =
  | { tell: "ports"; ports: number[] }
  | { tell: "counts"; counts: SinkCounts }
  | { tell: "done" };
