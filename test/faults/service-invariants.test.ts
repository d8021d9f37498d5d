// In: the database of services, incidents and alerts that a receiver has moved, right at first and then with one
// thing wrong. Out: the invariants name each wrong thing, and nothing in the right database.
import { Database } from "bun:sqlite";
import { afterAll, beforeAll, expect, test } from "bun:test";
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { startApp } from "../harness/app";
import { FakeClock } from "../harness/clock";
import { createReceiver } from "../harness/receivers";
import { findContradictions } from "../harness/service-invariants";
import { removeDirectory, temporaryDirectory } from "../harness/store";

let directory: string;

beforeAll(async () => {
  const clock = new FakeClock();
  directory = temporaryDirectory();
  const app = await startApp({ clock, directory });
  await app.api("POST", "/notification-channels", {
    name: "Hook",
    type: "webhook",
    config: { url: "http://10.255.255.1/hook" },
    is_active: true,
  });
  const automatic = { auto_create_incidents: true, auto_resolve_incidents: true };
  const service = (await app.api("POST", "/services", { name: "Shop" })).body.id as string;
  const one = await createReceiver(app, { service_id: service, ...automatic });
  for (const status of ["degraded", "down", "up", "maintenance", "down"]) {
    await one.post({ status });
    // Slowly: it does not flap.
    await clock.advance(300_000);
  }
  const alerts = await createReceiver(app, { preset: "alertmanager", service_id: service, alerts: {} });
  const alert = (fingerprint: string, status: string) => ({
    alerts: [{ status, fingerprint, labels: { alertname: fingerprint } }],
  });
  await alerts.post(alert("disk", "firing"));
  await alerts.post(alert("queue", "firing"));
  await alerts.post(alert("disk", "resolved"));
  await app.stop();
});
afterAll(() => removeDirectory(directory));

/** Undone afterwards. */
const whileWrong = (sql: string): string[] => {
  const path = join(directory, "andon.db");
  const copy = join(directory, "copy");
  mkdirSync(copy, { recursive: true });
  copyFileSync(path, join(copy, "andon.db"));
  const database = new Database(join(copy, "andon.db"));
  try {
    database.run("PRAGMA foreign_keys = OFF");
    expect([sql, database.run(sql).changes]).not.toEqual([sql, 0]);
  } finally {
    database.close();
  }
  return findContradictions(copy);
};

test("nothing is found in what is right", () => {
  expect(findContradictions(directory)).toEqual([]);
});

const LAST_CHANGE = "(SELECT MAX(id) FROM service_history)";
const WRONG: [name: string, sql: string, finding: RegExp][] = [
  ["another status than the history's", "UPDATE services SET status = 'operational'", /its history ends/],
  ["a word that is gone", "DELETE FROM service_words", /its words say operational/],
  [
    "a change that is gone",
    `DELETE FROM service_history WHERE id = ${LAST_CHANGE}`,
    /its history ends|the journal tells/,
  ],
  [
    "a gap in the history",
    `UPDATE service_history SET previous_status = 'maintenance' WHERE id = ${LAST_CHANGE} - 2`,
    /its history goes from/,
  ],
  [
    "no span that is open",
    "UPDATE service_spans SET ended_at = started_at WHERE ended_at IS NULL",
    /a span is open/,
  ],
  [
    "a span that another change began",
    "UPDATE service_spans SET history_id = 1 WHERE history_id = 2",
    /change 2: no span begins with it/,
  ],
  [
    "a span that says something else",
    "UPDATE service_spans SET state = 'operational' WHERE ended_at IS NULL",
    /a span says operational/,
  ],
  [
    "a span that begins late",
    "UPDATE service_spans SET started_at = started_at + 1 WHERE ended_at IS NULL",
    /there is a gap between two spans/,
  ],
  [
    "a change that the journal does not know",
    "DELETE FROM journal WHERE seq = (SELECT MAX(seq) FROM journal WHERE kind = 'service.status_changed')",
    /the journal tells of/,
  ],
  [
    "an incident that is still open",
    "DELETE FROM service_words WHERE source_kind = 'receiver'",
    /1 incidents are open/,
  ],
  ["an incident that is over too early", "UPDATE incidents SET status = 'resolved'", /0 incidents are open/],
  [
    "an incident that the journal has otherwise",
    "UPDATE incidents SET severity = 'minor' WHERE status = 'resolved'",
    /is resolved \(minor\), the journal says/,
  ],
  [
    "an update that nobody can read",
    "DELETE FROM incident_updates WHERE id = (SELECT MAX(id) FROM incident_updates)",
    /updates, .* rows in the journal/,
  ],
  [
    "an alert that is still open",
    "UPDATE alerts SET status = 'triggered' WHERE status = 'resolved'",
    /the journal says resolved/,
  ],
  ["an alert that nobody reports", "DELETE FROM webhook_receiver_reported", /nobody reports it any more/],
  [
    "an alert that is reported and gone",
    "DELETE FROM alerts WHERE status = 'triggered'",
    /it is reported, and is not there/,
  ],
  [
    "a request that is not in the log",
    "DELETE FROM webhook_receiver_log WHERE previous_status <> new_status",
    /0 changes in its log/,
  ],
  [
    "a size of the log that is not counted",
    "UPDATE webhook_receiver_log_size SET bytes = bytes - 1",
    /the log's size/,
  ],
  [
    "a message too few",
    "DELETE FROM outbox WHERE seq = (SELECT MAX(seq) FROM outbox WHERE event = 'incident.resolved')",
    /incident.resolved of .* happened 1 times, 0 messages/,
  ],
  [
    "a message about nothing",
    "UPDATE outbox SET subject_id = 'nothing' WHERE event = 'alert.triggered'",
    /alert.triggered of nothing: happened 0 times/,
  ],
];

test.each(WRONG)("%s is found", (_name, sql, finding) => {
  expect(whileWrong(sql).join("\n")).toMatch(finding);
});
