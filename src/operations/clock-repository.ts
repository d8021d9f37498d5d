// In: what this machine's clocks say. Out: how they stood to each other when that was last written down,
// and when anything last happened, so that a start can tell whether the wall clock was set meanwhile.
import type { Engine, Statement } from "../store/engine";

/** How the wall clock stood to the time since the machine was started. */
export interface ClockAnchor {
  /** Which start of the machine; null: not known. */
  bootId: string | null;
  /** Wall time minus time since that start, in ms. */
  offsetMs: number;
}

const KEY = "clock";
const READ = "SELECT value FROM settings WHERE key = ?";
const WRITE =
  "INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
const LAST_EVENT = "SELECT at FROM journal ORDER BY seq DESC LIMIT 1";
const LAST_ATTEMPT = "SELECT started_at FROM attempts ORDER BY seq DESC LIMIT 1";

export const readAnchor = async (engine: Engine): Promise<ClockAnchor | null> => {
  const [row] = await engine.query({ sql: READ, params: [KEY] });
  try {
    return row === undefined ? null : (JSON.parse(String(row[0])) as ClockAnchor);
  } catch {
    return null;
  }
};

export const saveAnchorStatement = (anchor: ClockAnchor): Statement => ({
  sql: WRITE,
  params: [KEY, JSON.stringify(anchor)],
});

/** Wall time in ms; null: nothing has ever happened. */
export const lastActivity = async (engine: Engine): Promise<number | null> => {
  const times = await Promise.all(
    [LAST_EVENT, LAST_ATTEMPT].map(
      async (sql) => (await engine.query({ sql }))[0]?.[0] as number | undefined,
    ),
  );
  const known = times.filter((at) => at !== undefined);
  return known.length === 0 ? null : Math.max(...known);
};
