// In: groups of batches. Out: their outcomes, after one commit for the whole group. Runs in the
// writer thread, with the only read-write connection to the database.
import { Database, type SQLQueryBindings, type Statement as Prepared } from "bun:sqlite";
import type { SqlValue } from "./engine";
import { expectMissed, failureOf, hitsWholeGroup } from "./failures";
import {
  FIRST_BATCH,
  NO_EXPECT,
  unpackBytes,
  type AnswerMessage,
  type Failure,
  type GroupMessage,
} from "./protocol";

/** A backup tool or a shell may hold the lock: whoever opens the file waits for it this long. */
const OPEN_TIMEOUT_MS = 30_000;
/** A group is given back after this long: the engine knows how long each batch has waited. */
const BUSY_TIMEOUT_MS = 500;
/** 16 MiB of log between checkpoints: their syncs are shared by thousands of commits. */
const CHECKPOINT_PAGES = 4_000;
/** Room for the pages that a busy hour touches; the default of 2 MiB reads them anew from the log. */
const CACHE_KIB = 16 * 1024;
const WAL_LIMIT_BYTES = 64 * 1024 * 1024;

/** Durable commits: the log is synced before `COMMIT` returns. The file must exist. */
export const openWriteConnection = (path: string, checkpointPages = CHECKPOINT_PAGES): Database => {
  const database = new Database(path, { readwrite: true, create: false });
  for (const setting of [
    `busy_timeout=${OPEN_TIMEOUT_MS}`,
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    `cache_size=-${CACHE_KIB}`,
    `wal_autocheckpoint=${checkpointPages}`,
    `journal_size_limit=${WAL_LIMIT_BYTES}`,
    `busy_timeout=${BUSY_TIMEOUT_MS}`,
  ])
    database.run(`PRAGMA ${setting}`);
  return database;
};

interface Known {
  prepared: Prepared;
  givesRows: boolean;
  isReturning: boolean;
}

/** Where a batch of a group begins, and how many statements it has. */
interface Span {
  at: number;
  statements: number;
}

export interface GroupResult {
  answer: AnswerMessage;
  /** Set when the whole group failed. */
  error?: unknown;
}

export class Writer {
  readonly #database: Database;
  readonly #texts: string[];
  readonly #known: (Known | undefined)[] = [];
  readonly #begin: Prepared;
  readonly #commit: Prepared;
  readonly #rollback: Prepared;
  readonly #mark: Prepared;
  readonly #keep: Prepared;
  readonly #undo: Prepared;
  readonly #lastRowid: Prepared;
  /** As `openWriteConnection` set it. */
  #isSyncing = true;
  #hasUnsynced = false;

  /** `texts` outlives the connection: statement IDs stay valid when it is opened again. */
  constructor(database: Database, texts: string[]) {
    this.#database = database;
    this.#texts = texts;
    this.#begin = database.prepare("BEGIN IMMEDIATE");
    this.#commit = database.prepare("COMMIT");
    this.#rollback = database.prepare("ROLLBACK");
    this.#mark = database.prepare("SAVEPOINT batch");
    this.#keep = database.prepare("RELEASE batch");
    this.#undo = database.prepare("ROLLBACK TO batch");
    this.#lastRowid = database.prepare("SELECT last_insert_rowid()");
  }

  /** Never throws: an error becomes the outcome of the batches that it hit. */
  run(group: GroupMessage): GroupResult {
    const spans = this.#read(group);
    const isSynced = group[1] === 1;
    this.#syncCommits(isSynced);
    // A commit that changes nothing syncs nothing: only `sync` knows that all before it is safe.
    if (!isSynced) this.#hasUnsynced = true;
    return this.#commitUnmarked(group, spans) ?? this.#commitSpans(group, spans);
  }

  /** Commits that a loss of power could still take. */
  get hasUnsynced(): boolean {
    return this.#hasUnsynced;
  }

  /** Makes them safe: syncing a commit syncs all before it. Throws when the disk refuses. */
  sync(): void {
    this.#syncCommits(true);
    this.probe();
    this.#hasUnsynced = false;
  }

  #syncCommits(isSynced: boolean): void {
    if (isSynced === this.#isSyncing) return;
    this.#database.run(`PRAGMA synchronous=${isSynced ? "FULL" : "NORMAL"}`);
    this.#isSyncing = isSynced;
  }

  /** What `run` would answer if nothing can be written. */
  static refuse(group: GroupMessage, texts: string[], error: unknown): AnswerMessage {
    for (let at = FIRST_BATCH, left = group[0] as number; left > 0; left--) {
      let statements = group[at] as number;
      for (at += 1; statements > 0; statements--) {
        const text = group[at + 1];
        if (typeof text === "string") texts[group[at] as number] = text;
        at += 4 + (group[at + 3] as number);
      }
    }
    return allFailed(group[0] as number, { ...failureOf(error), kind: "unavailable" });
  }

  /** Throws unless a change reaches the disk. SQLite does not write a row that stays as it was. */
  probe(): void {
    this.#database.run(
      "INSERT INTO settings (key, value) VALUES ('probe', '1') " +
        "ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1",
    );
  }

  /** Moves the log into the database file; what cannot be moved now stays safe in the log. */
  checkpoint(): void {
    try {
      this.#database.run("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch {
      // The next start reads the log.
    }
  }

  /** Safe on a connection that has failed. */
  close(): void {
    try {
      // A statement that is left open would keep the file open behind `close`.
      for (const known of this.#known) known?.prepared.finalize();
      for (const own of [this.#begin, this.#commit, this.#rollback, this.#mark]) own.finalize();
      for (const own of [this.#keep, this.#undo, this.#lastRowid]) own.finalize();
      this.#database.close();
    } catch {
      // A connection with an error may refuse; the file is as it was.
    }
  }

  /** Also puts values that are bytes in their places. */
  #read(group: GroupMessage): Span[] {
    const spans: Span[] = [];
    const nextBytes = unpackBytes(group);
    let at = FIRST_BATCH;
    for (let left = group[0] as number; left > 0; left--) {
      const statements = group[at] as number;
      spans.push({ at: at + 1, statements });
      at += 1;
      for (let index = 0; index < statements; index++) {
        const text = group[at + 1];
        if (typeof text === "string") this.#define(group[at] as number, text);
        const end = at + 4 + (group[at + 3] as number);
        for (at += 4; at < end; at++) if (group[at] === true) group[at] = nextBytes();
      }
    }
    return spans;
  }

  #define(id: number, text: string): void {
    if (this.#texts[id] === text) return;
    this.#texts[id] = text;
    this.#known[id]?.prepared.finalize();
    this.#known[id] = undefined;
  }

  /**
   * The usual case, in which nothing fails. Null when a batch did: then nothing is written. Marks
   * would cost more than the work itself, since SQLite copies every page that a marked batch touches
   * into a temporary file.
   */
  #commitUnmarked(group: GroupMessage, spans: readonly Span[]): GroupResult | null {
    const answer: AnswerMessage = [1];
    try {
      this.#begin.run();
      for (const span of spans) {
        answer.push(1);
        if (this.#runStatements(group, span, answer) === undefined) continue;
        this.#abandon();
        return null;
      }
      this.#commit.run();
      return { answer };
    } catch (error) {
      this.#abandon();
      return hitsWholeGroup(error) ? { answer: allFailed(spans.length, failureOf(error)), error } : null;
    }
  }

  #commitSpans(group: GroupMessage, spans: readonly Span[]): GroupResult {
    const answer: AnswerMessage = [1];
    try {
      this.#begin.run();
      let hasSucceeded = false;
      for (const span of spans) hasSucceeded = this.#runBatch(group, span, answer) || hasSucceeded;
      this.#commit.run();
      answer[0] = hasSucceeded ? 1 : 0;
      return { answer };
    } catch (error) {
      this.#abandon();
      // A reference checked at the commit: find the batch that breaks it by committing one by one.
      if (!hitsWholeGroup(error) && spans.length > 1) return this.#commitOneByOne(group, spans);
      return { answer: allFailed(spans.length, failureOf(error)), error };
    }
  }

  #commitOneByOne(group: GroupMessage, spans: readonly Span[]): GroupResult {
    const answer: AnswerMessage = [0];
    let failed: unknown;
    for (const span of spans) {
      const result = failed === undefined ? this.#commitSpans(group, [span]) : undefined;
      if (result?.error !== undefined && hitsWholeGroup(result.error)) failed = result.error;
      if (result === undefined) pushFailure(answer, failureOf(failed));
      else {
        if (result.answer[0] === 1) answer[0] = 1;
        for (let index = 1; index < result.answer.length; index++) answer.push(result.answer[index] ?? null);
      }
    }
    return failed === undefined ? { answer } : { answer, error: failed };
  }

  /** Appends the outcome. Throws only what concerns the whole group. */
  #runBatch(group: GroupMessage, span: Span, answer: AnswerMessage): boolean {
    const start = answer.length;
    // One statement undoes itself when it fails; only a missed `expect` needs a way back.
    const isMarked = span.statements > 1 || group[span.at + 2] !== NO_EXPECT;
    let failure: Failure | undefined;
    try {
      if (isMarked) this.#mark.run();
      answer.push(1);
      failure = this.#runStatements(group, span, answer);
    } catch (error) {
      if (hitsWholeGroup(error) || !this.#database.inTransaction) throw error;
      failure = failureOf(error);
    }
    if (failure !== undefined) {
      answer.length = start;
      pushFailure(answer, failure);
      if (isMarked) this.#undo.run();
    }
    if (isMarked) this.#keep.run();
    return failure === undefined;
  }

  /** Appends the results up to the first missed `expect`, which it gives back. */
  #runStatements(group: GroupMessage, { at, statements }: Span, answer: AnswerMessage): Failure | undefined {
    for (let left = statements, cursor = at; left > 0; left--) {
      const end = cursor + 4 + (group[cursor + 3] as number);
      const changes = this.#runStatement(
        group[cursor] as number,
        group.slice(cursor + 4, end) as SqlValue[],
        answer,
      );
      const expected = group[cursor + 2] as number;
      if (expected !== NO_EXPECT && expected !== changes) return expectMissed(expected, changes);
      cursor = end;
    }
    return undefined;
  }

  #runStatement(id: number, params: SqlValue[], answer: AnswerMessage): number {
    const { prepared, givesRows, isReturning } = (this.#known[id] ??= this.#prepare(id));
    const bindings = params as SQLQueryBindings[];
    if (givesRows) {
      const rows = prepared.values(...bindings) as SqlValue[][];
      const changes = isReturning ? rows.length : 0;
      const rowid = changes > 0 ? this.#lastRowid.values()[0]?.[0] : 0;
      answer.push(changes, Number(rowid), rows.length === 0 ? 0 : rows);
      return changes;
    }
    const { changes, lastInsertRowid } = prepared.run(...bindings);
    answer.push(changes, Number(lastInsertRowid), 0);
    return changes;
  }

  #prepare(id: number): Known {
    const text = this.#texts[id] ?? "";
    const prepared = this.#database.prepare(text);
    const givesRows = prepared.columnNames.length > 0;
    return { prepared, givesRows, isReturning: givesRows && /\breturning\b/i.test(text) };
  }

  #abandon(): void {
    try {
      // SQLite has rolled back by itself after some errors.
      if (this.#database.inTransaction) this.#rollback.run();
    } catch {
      // The error that led here is the one that counts.
    }
  }
}

const pushFailure = (answer: AnswerMessage, { kind, code, message }: Failure): void =>
  void answer.push(0, kind, code, message);

const allFailed = (batches: number, failure: Failure): AnswerMessage => {
  const answer: AnswerMessage = [0];
  for (let index = 0; index < batches; index++) pushFailure(answer, failure);
  return answer;
};
