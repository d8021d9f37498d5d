// In: a key, what it costs and the time. Out: admitted, or how long to wait. Domain-free.
// A bucket starts full; keys that are full again are forgotten, so memory follows the traffic.

export interface BucketRate {
  /** Units that flow back per second. */
  perSecond: number;
  /** Units that may be taken at once. */
  burst: number;
}

export interface TokenBuckets {
  /** 0 when admitted; else whole seconds (at least 1) until it would be. Nothing is taken then. */
  take(key: string, nowMs: number, cost?: number): number;
  /** Buckets in memory. */
  readonly size: number;
}

interface Bucket {
  level: number;
  at: number;
}

/** `maxKeys` bounds the memory: beyond it full buckets are dropped, then the oldest ones. */
export const createTokenBuckets = (rate: BucketRate, maxKeys = 10_000): TokenBuckets => {
  const buckets = new Map<string, Bucket>();
  const perMs = rate.perSecond / 1000;
  const levelAt = (bucket: Bucket, nowMs: number): number =>
    Math.min(rate.burst, bucket.level + Math.max(nowMs - bucket.at, 0) * perMs);

  const makeRoom = (nowMs: number): void => {
    for (const [key, bucket] of buckets) if (levelAt(bucket, nowMs) >= rate.burst) buckets.delete(key);
    for (const key of buckets.keys()) {
      if (buckets.size < maxKeys) break;
      buckets.delete(key);
    }
  };

  return {
    take: (key, nowMs, cost = 1) => {
      let bucket = buckets.get(key);
      if (bucket === undefined) {
        if (buckets.size >= maxKeys) makeRoom(nowMs);
        bucket = { level: rate.burst, at: nowMs };
        buckets.set(key, bucket);
      }
      const level = levelAt(bucket, nowMs);
      bucket.at = nowMs;
      if (level >= cost) {
        bucket.level = level - cost;
        return 0;
      }
      bucket.level = level;
      return Math.max(1, Math.ceil((cost - level) / rate.perSecond));
    },
    get size() {
      return buckets.size;
    },
  };
};
