// In: checks of the parts that must work. Out: whether the instance can do its job now, and if not,
// why, in words that are safe to show to anybody.

/** Null when all is well, else a short reason without names, paths or secrets. */
export type HealthCheck = () => Promise<string | null> | string | null;

export interface Readiness {
  ready: boolean;
  reasons: string[];
}

export interface Health {
  readiness(): Promise<Readiness>;
}

export interface HealthOptions {
  checks: Readonly<Record<string, HealthCheck>>;
  /** A check that takes longer has failed; ends after `ms`. */
  deadline: (ms: number) => Promise<void>;
}

/** Well under the time that probes allow. */
const CHECK_DEADLINE_MS = 2_000;

export const createHealth = ({ checks, deadline }: HealthOptions): Health => {
  const runCheck = async (name: string, check: HealthCheck): Promise<string | null> => {
    const overdue = deadline(CHECK_DEADLINE_MS).then(() => "does not answer");
    try {
      const reason = await Promise.race([check(), overdue]);
      return reason === null ? null : `${name}: ${reason}`;
    } catch {
      return `${name}: failed`;
    }
  };
  return {
    readiness: async () => {
      const found = await Promise.all(Object.entries(checks).map(([name, check]) => runCheck(name, check)));
      const reasons = found.filter((reason) => reason !== null);
      return { ready: reasons.length === 0, reasons };
    },
  };
};
