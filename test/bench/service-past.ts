// In: the database file of a product whose services are new. Out: the same services, 120 days old, each with
// outages and maintenance of its own, as if they had been watched all the time. The product reads it at its next
// start.
import { Database } from "bun:sqlite";
import { join } from "node:path";

const DAY_MS = 86_400_000;
const AGE_DAYS = 120;
const MINUTE_MS = 60_000;
/** Something happened on every fifth day of a service, another day for each. */
const TROUBLE_EVERY = 5;
const TROUBLES = ["down", "degraded", "maintenance"] as const;

interface Span {
  state: string;
  startedAt: number;
  endedAt: number | null;
}

const spansOf = (index: number, now: number): Span[] => {
  const from = now - AGE_DAYS * DAY_MS;
  const spans: Span[] = [];
  let at = from;
  for (let day = index % TROUBLE_EVERY; day < AGE_DAYS - 1; day += TROUBLE_EVERY) {
    const begins = from + day * DAY_MS + 3 * 3_600_000;
    const ends = begins + (5 + ((index * 7 + day) % 50)) * MINUTE_MS;
    spans.push(
      { state: "operational", startedAt: at, endedAt: begins },
      { state: TROUBLES[(index + day) % TROUBLES.length] ?? "down", startedAt: begins, endedAt: ends },
    );
    at = ends;
  }
  return [...spans, { state: "operational", startedAt: at, endedAt: null }];
};

/** While the product runs or not: nothing is written by it meanwhile. Returns the number of spans. */
export const giveServicesAPast = (directory: string, now: number): number => {
  const database = new Database(join(directory, "andon.db"), { readwrite: true });
  try {
    database.run("PRAGMA busy_timeout = 5000");
    const ids = database.query<{ id: string }, []>("SELECT id FROM services ORDER BY id").all();
    const insert = database.query(
      "INSERT INTO service_spans (service_id, state, started_at, ended_at) VALUES (?, ?, ?, ?)",
    );
    let written = 0;
    database.transaction(() => {
      database.run("DELETE FROM service_spans");
      database.query("UPDATE services SET created_at = ?").run(now - AGE_DAYS * DAY_MS);
      for (const [index, { id }] of ids.entries())
        for (const { state, startedAt, endedAt } of spansOf(index, now)) {
          insert.run(id, state, startedAt, endedAt);
          written++;
        }
    })();
    return written;
  } finally {
    database.close();
  }
};
