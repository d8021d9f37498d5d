// In: deliveries that an endpoint has just taken. Out: that fact, safe from the end of this process
// before the database has it: after a crash only what was really on its way is sent again, and a
// channel need not wait for a commit between two messages. One short line each, those of one turn of
// the event loop in one write, without a sync.
import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";

export interface Receipt {
  /** `webhook-id`. */
  id: string;
  /** Of the attempt that was taken: an old line says nothing about a later replay. */
  number: number;
  statusCode: number | null;
  /** Wall time in ms. */
  startedAt: number;
  totalMs: number;
}

export interface Receipts {
  /**
   * At the end of this turn `then` is told whether it survives the end of this process (not a loss of
   * power) from now on; false: it was not written.
   */
  keep(receipt: Receipt, then: (isKept: boolean) => void): void;
  /** The database has one that was kept. */
  release(): void;
  /** Writes what waits and closes the file. What was not released stays in it for the next start. */
  close(): void;
}

/** About 900 lines: more than that is never read at a start. */
const FILE_LIMIT_BYTES = 64 * 1024;

const LINE = /^([0-9a-f-]{36}) (\d+) (\d+) (\d+) (\d+)$/;

const lineOf = ({ id, number, statusCode, startedAt, totalMs }: Receipt): string =>
  `${id} ${number} ${statusCode ?? 0} ${startedAt} ${Math.round(totalMs)}\n`;

/** What an earlier process kept; a line that was cut, or is none, is left out. */
export const readReceipts = (path: string | null): Receipt[] => {
  let text: string;
  try {
    text = path === null ? "" : readFileSync(path, "utf8");
  } catch {
    return [];
  }
  return text.split("\n").flatMap((line) => {
    const [, id, number, statusCode, startedAt, totalMs] = LINE.exec(line) ?? [];
    if (id === undefined) return [];
    return [
      {
        id,
        number: Number(number),
        statusCode: Number(statusCode),
        startedAt: Number(startedAt),
        totalMs: Number(totalMs),
      },
    ];
  });
};

/** Empties the file: what was in it must be in the database by now. Without a path nothing is kept. */
export const openReceipts = (path: string | null): Receipts => {
  let file: number | null = null;
  let bytes = 0;
  let kept = 0;
  let waiting: { receipt: Receipt; then: (isKept: boolean) => void }[] = [];
  try {
    if (path !== null) file = openSync(path, "w", 0o600);
  } catch {
    // Without the file a channel waits for its results, as it does when the disk is full.
  }

  const empty = (): void => {
    if (file === null) return;
    ftruncateSync(file, 0);
    bytes = 0;
  };

  const write = (lines: string): boolean => {
    if (file === null || bytes >= FILE_LIMIT_BYTES) return false;
    try {
      // At its place rather than at the end: a line that was cut is written over.
      if (writeSync(file, lines, bytes) !== lines.length) return false;
    } catch {
      return false;
    }
    bytes += lines.length;
    return true;
  };

  const flush = (): void => {
    const group = waiting;
    waiting = [];
    let lines = "";
    for (const { receipt } of group) lines += lineOf(receipt);
    const isKept = write(lines);
    if (isKept) kept += group.length;
    for (const { then } of group) then(isKept);
  };

  return {
    keep: (receipt, then) => {
      waiting.push({ receipt, then });
      if (waiting.length === 1) setImmediate(flush);
    },
    release: () => {
      kept--;
      // While it is full nothing is kept, so this comes soon.
      if (kept === 0 && bytes >= FILE_LIMIT_BYTES) empty();
    },
    close: () => {
      flush();
      if (file === null) return;
      if (kept === 0) empty();
      closeSync(file);
      file = null;
    },
  };
};
