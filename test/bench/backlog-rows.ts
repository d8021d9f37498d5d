// In: the database file of a product that was killed, with one delivered message per channel. Out: the
// same file with many due deliveries that copy them, some of them claimed by the killed process.
import { Database } from "bun:sqlite";
import { join } from "node:path";

/** As many as a killed process may have had in flight. */
const CLAIMED_PER_CHANNEL = 4;
const OVERDUE_MS = 60_000;

/** Values of the columns that differ from the copied row; the rest is copied as it is. */
const NEW_VALUES = {
  id: "$id",
  subject_id: "$subject",
  status: "$status",
  tries: "0",
  attempts: "0",
  next_attempt_at: "$due",
  outcome: "NULL",
  reason: "NULL",
  created_at: "$due",
  delivered_at: "NULL",
  finished_at: "NULL",
} as const;

/** Returns how many rows were written: `count`, evenly over the channels. */
export const writeBacklog = (dataDirectory: string, count: number): number => {
  const database = new Database(join(dataDirectory, "andon.db"), { readwrite: true });
  try {
    const models = database
      .query<{ seq: number }, []>(
        "SELECT MAX(seq) AS seq FROM outbox GROUP BY channel_id ORDER BY channel_id",
      )
      .all();
    if (models.length === 0) throw new Error("there is no delivery to copy");
    const columns = database
      .query<{ name: string }, []>("SELECT name FROM pragma_table_info('outbox') WHERE name <> 'seq'")
      .all()
      .map(({ name }) => name);
    const values = columns.map((name) => (NEW_VALUES as Record<string, string>)[name] ?? name);
    const insert = database.prepare(
      `INSERT INTO outbox (${columns.join(", ")}) SELECT ${values.join(", ")} FROM outbox WHERE seq = $model`,
    );
    const firstDue = Date.now() - OVERDUE_MS;
    database.transaction(() => {
      for (let index = 0; index < count; index++) {
        const isClaimed = index < models.length * CLAIMED_PER_CHANNEL;
        insert.run({
          $id: Bun.randomUUIDv7(),
          $subject: Bun.randomUUIDv7(),
          $status: isClaimed ? "sending" : "pending",
          $due: firstDue + Math.floor((index / count) * OVERDUE_MS),
          $model: models[index % models.length]?.seq ?? 0,
        });
      }
    })();
    return count;
  } finally {
    database.close();
  }
};
