// In: checks of the parts that must work. Out: whether the instance can do its job now, and if not,
// why, in words that are safe to show to anybody.

/** Null when all is well, else a short reason without names, paths or secrets. */
export type HealthCheck = () => Promise<string | null> | string | null;

export interface Readiness {
  ready: boolean;
  reasons: string[];
  /** What somebody should know of, and what does not keep it from its job. */
  warnings: string[];
}

export interface Health {
  readiness(): Promise<Readiness>;
}

export interface HealthOptions {
  checks: Readonly<Record<string, HealthCheck>>;
  /** What they find is told beside, and changes nothing of the readiness. */
  warnings?: Readonly<Record<string, HealthCheck>>;
  /** A check that takes longer has failed; ends after `ms`. */
  deadline: (ms: number) => Promise<void>;
}

/** Well under the time that probes allow. */
const CHECK_DEADLINE_MS = 2_000;

export const createHealth = ({ checks, warnings = {}, deadline }: HealthOptions): Health => {
  const runCheck = async (name: string, check: HealthCheck): Promise<string | null> => {
    const overdue = deadline(CHECK_DEADLINE_MS).then(() => "does not answer");
    try {
      const reason = await Promise.race([check(), overdue]);
      return reason === null ? null : `${name}: ${reason}`;
    } catch {
      return `${name}: failed`;
    }
  };
  const runAll = async (all: Readonly<Record<string, HealthCheck>>): Promise<string[]> => {
    const found = await Promise.all(Object.entries(all).map(([name, check]) => runCheck(name, check)));
    return found.filter((reason) => reason !== null);
  };
  return {
    readiness: async () => {
      const [reasons, told] = await Promise.all([runAll(checks), runAll(warnings)]);
      return { ready: reasons.length === 0, reasons, warnings: told };
    },
  };
};
