// In: the store. Out: the counts that operators watch, read from what is committed. Each query counts
// over an index, so that a scrape costs little however long the history is.
import type { Engine } from "../store/engine";

/** The conditions are those of the partial indexes, word for word. */
const WAITING = "SELECT COUNT(*) FROM outbox WHERE status IN ('pending', 'sending')";
const SENDING = "SELECT COUNT(*) FROM outbox WHERE status = 'sending'";
const HELD = "SELECT COUNT(*) FROM outbox WHERE status = 'held'";
const OPEN_ALERTS =
  "SELECT status, severity, COUNT(*) FROM alerts WHERE status <> 'resolved' GROUP BY status, severity";
const RULES = "SELECT is_active, COUNT(*) FROM rules GROUP BY is_active";
const CHANNELS = "SELECT health, COUNT(*) FROM channels GROUP BY health";
const JOURNAL = "SELECT seq FROM journal ORDER BY seq DESC LIMIT 1";

export interface OperationsRepository {
  outbox(): Promise<{ pending: number; sending: number; held: number }>;
  openAlerts(): Promise<{ status: string; severity: string; count: number }[]>;
  rules(): Promise<{ isActive: boolean; count: number }[]>;
  channels(): Promise<{ health: string; count: number }[]>;
  /** The newest number; 0 while the journal is empty. */
  journalSeq(): Promise<number>;
}

export const createOperationsRepository = (engine: Engine): OperationsRepository => {
  const single = async (sql: string): Promise<number> => Number((await engine.query({ sql }))[0]?.[0] ?? 0);
  return {
    outbox: async () => {
      const [waiting, sending, held] = await Promise.all([single(WAITING), single(SENDING), single(HELD)]);
      return { pending: Math.max(waiting - sending, 0), sending, held };
    },
    openAlerts: async () =>
      (await engine.query({ sql: OPEN_ALERTS })).map(([status, severity, count]) => ({
        status: String(status),
        severity: String(severity),
        count: Number(count),
      })),
    rules: async () =>
      (await engine.query({ sql: RULES })).map(([isActive, count]) => ({
        isActive: isActive === 1,
        count: Number(count),
      })),
    channels: async () =>
      (await engine.query({ sql: CHANNELS })).map(([health, count]) => ({
        health: String(health),
        count: Number(count),
      })),
    journalSeq: () => single(JOURNAL),
  };
};
