// In: packets, cut-offs, removals. Out: rows of samples.db. The only read-write connection; every
// method is one transaction, and those that may take long do a slice and say whether more is left.
import type { Database, Statement } from "bun:sqlite";
import { Statements } from "./database";
import { Drain } from "./drain";
import { Placer } from "./place";
import { type Cutoffs, eachBatch, type LogEntry, type Packet } from "./protocol";
import { hourOf } from "./summary";

/** Appending waits no longer than about this for a slice of other work. */
const SLICE_MS = 12;
/** Rows that one slice of retention or removal deletes. */
const SLICE_ROWS = 500;
/** Of a row of packets: keeps a commit, and the memory of a drain, small. */
const DRAIN_SAMPLES = 1_000_000;

export interface Progress {
  drained: number;
  draining: number;
  cursor: number;
}

export class SamplesWriter {
  readonly #database: Database;
  readonly #statements: Statements;
  readonly #placer: Placer;
  readonly #append: Statement;
  readonly #forget: Statement;
  readonly #saveProgress: Statement;
  readonly #retainSteps: readonly { statement: Statement; cutoff: (cutoffs: Cutoffs) => number }[];
  readonly #removeSteps: readonly Statement[];
  readonly #removed = new Set<number>();
  #undrained: LogEntry[] = [];
  #progress: Progress;
  #drain: Drain | null = null;
  #backlog = 0;

  /** Takes up what an earlier process left in the log. */
  constructor(database: Database) {
    this.#database = database;
    const statements = new Statements(database);
    this.#statements = statements;
    this.#placer = new Placer(statements);
    this.#append = statements.prepare("INSERT INTO arrivals VALUES (?, ?, ?)");
    this.#forget = statements.prepare("DELETE FROM arrivals WHERE id <= ?");
    this.#saveProgress = statements.prepare("UPDATE progress SET drained = ?, draining = ?, cursor = ?");
    this.#retainSteps = [
      {
        statement: statements.prepare(
          "DELETE FROM segments WHERE (series, bucket, id) IN " +
            `(SELECT series, bucket, id FROM segments INDEXED BY segments_by_age WHERE bucket < ? LIMIT ${SLICE_ROWS})`,
        ),
        cutoff: ({ raw }) => hourOf(raw),
      },
      {
        statement: statements.prepare(
          "UPDATE summaries SET minutes = NULL WHERE (series, hour) IN " +
            `(SELECT series, hour FROM summaries INDEXED BY minutes_by_age WHERE minutes IS NOT NULL AND touched < ? LIMIT ${SLICE_ROWS})`,
        ),
        cutoff: ({ minutes }) => hourOf(minutes),
      },
      {
        statement: statements.prepare(
          "DELETE FROM summaries WHERE (series, hour) IN " +
            `(SELECT series, hour FROM summaries INDEXED BY summaries_by_age WHERE touched < ? LIMIT ${SLICE_ROWS})`,
        ),
        cutoff: ({ hours }) => hourOf(hours),
      },
    ];
    this.#removeSteps = [
      statements.prepare(
        "DELETE FROM segments WHERE (series, bucket, id) IN " +
          `(SELECT series, bucket, id FROM segments WHERE series = ? LIMIT ${SLICE_ROWS})`,
      ),
      statements.prepare(
        "DELETE FROM summaries WHERE (series, hour) IN " +
          `(SELECT series, hour FROM summaries WHERE series = ? LIMIT ${SLICE_ROWS})`,
      ),
    ];
    this.#progress = statements.prepare("SELECT drained, draining, cursor FROM progress").get() as Progress;
    this.#load();
  }

  get lastId(): number {
    return this.#undrained.at(-1)?.id ?? Math.max(this.#progress.drained, this.#progress.draining);
  }

  /** About how many samples are appended and not yet in their places. */
  get backlog(): number {
    return this.#backlog;
  }

  /** Entries that are only in the log, for a file that takes the place of this one. */
  get undrained(): readonly LogEntry[] {
    return this.#undrained;
  }

  append(entry: LogEntry): void {
    this.#append.run(entry.id, entry.receivedAt, bytesOf(entry.packet));
    this.#keep(entry);
  }

  /** One slice of sorting. Returns the ID up to which everything is in its place. */
  drainSlice(): number {
    if (this.#drain === null) {
      const entries = this.#nextStretch();
      if (entries.length === 0) return this.lastId;
      this.#drain = new Drain(entries, this.#progress.cursor);
    }
    const drain = this.#drain;
    let { cursor } = this.#progress;
    let next: Progress = this.#progress;
    try {
      this.#database
        .transaction(() => {
          const until = performance.now() + SLICE_MS;
          const bucket = hourOf(drain.receivedAt);
          for (let taken = drain.take(); taken !== null; taken = drain.take()) {
            if (!this.#removed.has(taken.series)) this.#placer.place(taken.series, taken.run, bucket);
            cursor = taken.series;
            if (performance.now() > until) break;
          }
          next = drain.isDone
            ? { drained: drain.upTo, draining: 0, cursor: 0 }
            : { drained: this.#progress.drained, draining: drain.upTo, cursor };
          if (drain.isDone) this.#forget.run(drain.upTo);
          this.#saveProgress.run(next.drained, next.draining, next.cursor);
        })
        .immediate();
    } catch (error) {
      // Begun anew from the log, behind the series that are in place.
      this.#drain = null;
      throw error;
    }
    this.#progress = next;
    if (!drain.isDone) return next.drained;
    this.#drain = null;
    const left = this.#undrained.filter(({ id }) => id > drain.upTo);
    this.#undrained = [];
    this.#backlog = 0;
    for (const entry of left) this.#keep(entry);
    return next.drained;
  }

  /** One slice; false while more is left. */
  retainSlice(cutoffs: Cutoffs): boolean {
    let changes = 0;
    for (const { statement, cutoff } of this.#retainSteps) {
      changes = statement.run(cutoff(cutoffs)).changes;
      if (changes > 0) break;
    }
    return changes === 0;
  }

  /** One slice; false while more is left. What is still in the log of this series is dropped later. */
  removeSlice(series: number): boolean {
    this.#removed.add(series);
    for (const statement of this.#removeSteps) if (statement.run(series).changes > 0) return false;
    return true;
  }

  /** Every series that has rows: one look-up each. */
  seriesIds(): number[] {
    const ids = new Set<number>();
    for (const table of ["segments", "summaries"]) {
      const next = this.#statements.prepare(`SELECT min(series) FROM ${table} WHERE series > ?`);
      for (let id = 0; ;) {
        const [[found] = []] = next.values(id) as (number | null)[][];
        if (found === null || found === undefined) break;
        ids.add(found);
        id = found;
      }
    }
    return [...ids].sort((a, b) => a - b);
  }

  /** The highest that has samples, unsorted ones included; 0 when there are none. */
  lastSeries(): number {
    const { last } = this.#statements
      .prepare(
        "SELECT max(coalesce((SELECT max(series) FROM segments), 0), " +
          "coalesce((SELECT max(series) FROM summaries), 0)) AS last",
      )
      .get() as { last: number };
    let highest = last;
    for (const { packet } of this.#undrained)
      eachBatch(packet, (series) => {
        if (series > highest) highest = series;
      });
    return highest;
  }

  close(): void {
    this.#statements.close();
  }

  #load(): void {
    const rows = this.#statements
      .prepare("SELECT id, received_at, packet FROM arrivals WHERE id > ? ORDER BY id")
      .values(this.#progress.drained) as [number, number, Uint8Array][];
    for (const [id, receivedAt, bytes] of rows) this.#keep({ id, receivedAt, packet: packetOf(bytes) });
  }

  #keep(entry: LogEntry): void {
    this.#undrained.push(entry);
    this.#backlog += entry.packet.length / 2;
  }

  /** What was begun before is finished with the same entries. */
  #nextStretch(): LogEntry[] {
    const { draining } = this.#progress;
    if (draining > 0) return this.#undrained.filter(({ id }) => id <= draining);
    let samples = 0;
    let end = 0;
    for (const { packet } of this.#undrained) {
      samples += packet.length / 2;
      end++;
      if (samples >= DRAIN_SAMPLES) break;
    }
    return this.#undrained.slice(0, end);
  }
}

const bytesOf = (packet: Packet): Uint8Array =>
  new Uint8Array(packet.buffer, packet.byteOffset, packet.byteLength);

/** A blob's memory may begin anywhere: a copy is aligned. */
const packetOf = (bytes: Uint8Array): Packet => {
  if (bytes.byteLength % 8 !== 0) throw new RangeError("packet cut short");
  const packet = new Float64Array(bytes.byteLength / 8);
  new Uint8Array(packet.buffer).set(bytes);
  return packet;
};
