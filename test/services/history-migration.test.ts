// In: a database of before the history was read along the spans, with changes of several services, some in the same
// millisecond. Out: after the migration each span names the change that began it, and the first one none.
import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { migrate } from "../../src/store/migrate";
import { MIGRATIONS } from "../../src/store/migrations";
import { seededRandom, wholeBetween } from "../harness/random";

const NAME = "0018_history_along_spans";
const SERVICES = 5;
const CHANGES = 400;

/** A row of which only these columns matter. */
const add = (database: Database, table: string, row: Readonly<Record<string, string>>): void => {
  const columns = database.query(`PRAGMA table_info(${table})`).all() as {
    name: string;
    type: string;
    notnull: number;
  }[];
  const filled = columns
    .filter(({ name, notnull }) => notnull === 1 || name in row)
    .map(({ name, type }) => [name, row[name] ?? (type === "TEXT" ? "" : 0)] as const);
  const names = filled.map(([name]) => name).join(", ");
  const marks = filled.map(() => "?").join(", ");
  database
    .query(`INSERT INTO ${table} (${names}) VALUES (${marks})`)
    .run(...filled.map(([, value]) => value));
};

test("spans of before are paired with their changes", () => {
  const database = new Database(":memory:");
  const before = MIGRATIONS.filter(({ name }) => name < NAME);
  const options = { database, now: () => 0, backUp: () => undefined };
  migrate({ ...options, migrations: before });
  add(database, "organizations", { id: "t" });
  add(database, "projects", { id: "p", tenant_id: "t" });
  for (let service = 0; service < SERVICES; service++)
    add(database, "services", { id: `s${service}`, tenant_id: "t", project_id: "p", name_key: `${service}` });
  const addSpan = database.query(
    "INSERT INTO service_spans (service_id, state, started_at) VALUES (?, ?, ?)",
  );
  const addChange = database.query(
    `INSERT INTO service_history (tenant_id, service_id, status, previous_status, message, source_kind, source_id,
      source_name, at) VALUES ('t', ?, ?, '', ?, 'person', 'p', 'P', ?)`,
  );
  const close = database.query(
    "UPDATE service_spans SET ended_at = ? WHERE service_id = ? AND ended_at IS NULL",
  );
  const random = seededRandom(18);
  let at = 1_000;
  for (let service = 0; service < SERVICES; service++) addSpan.run(`s${service}`, "operational", at);
  for (let change = 0; change < CHANGES; change++) {
    const service = `s${wholeBetween(random, 0, SERVICES - 1)}`;
    at += wholeBetween(random, 0, 2);
    addChange.run(service, `state ${change}`, `${change}`, at);
    close.run(at, service);
    addSpan.run(service, `state ${change}`, at);
  }

  migrate({ ...options, migrations: MIGRATIONS });
  const paired = database
    .query(
      `SELECT COUNT(*) FROM service_spans s JOIN service_history h ON h.id = s.history_id
       WHERE h.service_id = s.service_id AND h.at = s.started_at AND h.status = s.state`,
    )
    .values();
  expect(paired).toEqual([[CHANGES]]);
  const unpaired = database.query("SELECT state FROM service_spans WHERE history_id IS NULL").values();
  expect(unpaired).toEqual(Array.from({ length: SERVICES }, () => ["operational"]));
  const plan = database
    .query(
      `EXPLAIN QUERY PLAN SELECT h.* FROM service_spans s JOIN service_history h ON h.id = s.history_id
       WHERE s.service_id = ? AND s.history_id < ? AND s.started_at <= ? ORDER BY s.started_at DESC, s.id DESC`,
    )
    .all("s1", 9, 9) as { detail: string }[];
  expect(plan.map(({ detail }) => detail).join("\n")).not.toMatch(/SCAN|TEMP B-TREE/);
});
