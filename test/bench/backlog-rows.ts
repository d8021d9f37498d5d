// In: the database file of a product that does not run, with one delivered message per channel. Out: the
// same file with many deliveries that copy them: due, some of them claimed by a killed process; or over.
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

const columnsOf = (database: Database): string[] =>
  database
    .query<{ name: string }, []>("SELECT name FROM pragma_table_info('outbox') WHERE name <> 'seq'")
    .all()
    .map(({ name }) => name);

const newestPerChannel = (database: Database): { seq: number }[] => {
  const models = database
    .query<{ seq: number }, []>("SELECT MAX(seq) AS seq FROM outbox GROUP BY channel_id ORDER BY channel_id")
    .all();
  if (models.length === 0) throw new Error("there is no delivery to copy");
  return models;
};

/** Values of the columns of a delivery that is over, as its model is. */
const OTHER_VALUES: Readonly<Record<string, string>> = {
  id: "$id",
  subject_id: "$subject",
  created_at: "created_at + $step",
};

/** Delivered as their models were, evenly over the channels, a millisecond apart. */
export const writeHistory = (dataDirectory: string, count: number): void => {
  const database = new Database(join(dataDirectory, "andon.db"), { readwrite: true });
  try {
    const models = newestPerChannel(database);
    const columns = columnsOf(database);
    const values = columns.map((name) => OTHER_VALUES[name] ?? name);
    const insert = database.prepare(
      `INSERT INTO outbox (${columns.join(", ")}) SELECT ${values.join(", ")} FROM outbox WHERE seq = $model`,
    );
    database.transaction(() => {
      for (let index = 0; index < count; index++)
        insert.run({
          $id: Bun.randomUUIDv7(),
          $subject: Bun.randomUUIDv7(),
          $step: index + 1,
          $model: models[index % models.length]?.seq ?? 0,
        });
    })();
  } finally {
    database.close();
  }
};

/** Returns how many rows were written: `count`, evenly over the channels. */
export const writeBacklog = (dataDirectory: string, count: number): number => {
  const database = new Database(join(dataDirectory, "andon.db"), { readwrite: true });
  try {
    const models = newestPerChannel(database);
    const columns = columnsOf(database);
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
