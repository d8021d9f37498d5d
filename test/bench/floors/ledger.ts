// In: alerts to record, deliveries to claim and settle. Out: the same in SQLite, durable, many of them
// per commit. The unavoidable storage of an alert: three rows, a claim, a result with its attempt.
import { Database } from "bun:sqlite";
import { join } from "node:path";

export interface Decided {
  id: string;
  machine: string;
  value: number;
  at: number;
  channel: number;
  body: Uint8Array;
}

export interface Due {
  seq: number;
  id: string;
  channel: number;
  body: Uint8Array;
}

interface Entry {
  work: () => void;
  done: () => void;
}

export interface Ledger {
  /** Resolves when the alert, its journal entry and its outbox row are on the disk. */
  record(decided: Decided): Promise<Due>;
  claim(seq: number): Promise<void>;
  /** Delivered, with the evidence of the attempt. */
  settle(seq: number, channel: number, startedAt: number, totalMs: number): Promise<void>;
  due(): Due[];
}

const SCHEMA = [
  "CREATE TABLE IF NOT EXISTS alerts (id TEXT PRIMARY KEY, machine TEXT, value REAL, status TEXT, at INTEGER) WITHOUT ROWID",
  "CREATE TABLE IF NOT EXISTS journal (seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT, subject TEXT, at INTEGER, data TEXT)",
  "CREATE TABLE IF NOT EXISTS outbox (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, channel INTEGER, body BLOB, status TEXT, due_at INTEGER)",
  "CREATE INDEX IF NOT EXISTS outbox_due ON outbox (channel, due_at, seq) WHERE status IN ('pending', 'sending')",
  "CREATE TABLE IF NOT EXISTS attempts (seq INTEGER PRIMARY KEY AUTOINCREMENT, delivery INTEGER, channel INTEGER, started_at INTEGER, total_ms REAL, status_code INTEGER)",
];

/** Nothing waits longer than one commit for its own. */
export const openLedger = (directory: string): Ledger => {
  const database = new Database(join(directory, "floor.db"), { create: true });
  for (const setting of ["journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=4000"])
    database.run(`PRAGMA ${setting}`);
  for (const table of SCHEMA) database.run(table);
  const begin = database.prepare("BEGIN IMMEDIATE");
  const commit = database.prepare("COMMIT");
  const insertAlert = database.prepare("INSERT INTO alerts VALUES (?, ?, ?, 'triggered', ?)");
  const insertJournal = database.prepare(
    "INSERT INTO journal (kind, subject, at, data) VALUES ('alert.triggered', ?, ?, ?)",
  );
  const insertOutbox = database.prepare(
    "INSERT INTO outbox (seq, id, channel, body, status, due_at) VALUES (?, ?, ?, ?, 'pending', ?)",
  );
  const claim = database.prepare("UPDATE outbox SET status = 'sending' WHERE seq = ? AND status = 'pending'");
  const settle = database.prepare("UPDATE outbox SET status = 'delivered' WHERE seq = ?");
  const insertAttempt = database.prepare(
    "INSERT INTO attempts (delivery, channel, started_at, total_ms, status_code) VALUES (?, ?, ?, ?, 200)",
  );
  let seq = (database.prepare("SELECT COALESCE(MAX(seq), 0) FROM outbox").values()[0]?.[0] as number) ?? 0;
  let entries: Entry[] = [];
  let isPlanned = false;

  const flush = (): void => {
    isPlanned = false;
    const group = entries;
    entries = [];
    begin.run();
    for (const { work } of group) work();
    commit.run();
    for (const { done } of group) done();
  };

  const enter = <T>(work: () => void, result: T): Promise<T> =>
    new Promise((resolve) => {
      entries.push({ work, done: () => resolve(result) });
      if (isPlanned) return;
      isPlanned = true;
      setImmediate(flush);
    });

  return {
    record: ({ id, machine, value, at, channel, body }) => {
      const due = { seq: ++seq, id, channel, body };
      const data = JSON.stringify({ id, machine, value, at });
      return enter(() => {
        insertAlert.run(id, machine, value, at);
        insertJournal.run(id, at, data);
        insertOutbox.run(due.seq, id, channel, body, at);
      }, due);
    },
    claim: (due) => enter(() => void claim.run(due), undefined),
    settle: (due, channel, startedAt, totalMs) =>
      enter(() => {
        settle.run(due);
        insertAttempt.run(due, channel, startedAt, totalMs);
      }, undefined),
    due: () =>
      database
        .prepare("SELECT seq, id, channel, body FROM outbox WHERE status = 'pending' ORDER BY seq")
        .values()
        .map((row) => ({
          seq: row[0] as number,
          id: row[1] as string,
          channel: row[2] as number,
          body: row[3] as Uint8Array,
        })),
  };
};
