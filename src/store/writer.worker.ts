// In: groups of batches from the serving thread. Out: their answers, and what happens to the disk.
// Entry point of the writer thread; src/workers.ts lists it so that the executable holds it.
import { dirname } from "node:path";
import { freeBytes, releaseBallast } from "./ballast";
import { errorCode, isBusy, isConnectionLost, isCorrupt, isFull, isSyncFailure } from "./failures";
import {
  BUSY,
  type FromWorker,
  type GroupMessage,
  type OpenMessage,
  type ToWorker,
  type WorkerEvent,
} from "./protocol";
import { openWriteConnection, Writer, type GroupResult } from "./writer";

declare const self: Worker;

/** Pauses between attempts to open the file again; the last one repeats. */
const REOPEN_PAUSES_MS = [250, 500, 1_000, 2_000, 5_000];
/** With less than this free, an input or output error is taken for a full disk. */
const NEARLY_FULL_BYTES = 1024 * 1024;

const SYNC_AFTER_MS = 500;

const texts: string[] = [];
let options: OpenMessage | undefined;
let writer: Writer | undefined;
let lostWith: unknown;
let isSyncPlanned = false;

const tell = (message: FromWorker): void => self.postMessage(message);

const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const open = ({ path, checkpointPages }: OpenMessage): Writer =>
  new Writer(openWriteConnection(path, checkpointPages), texts);

const reopen = (opened: OpenMessage, attempt: number): void => {
  const pause = REOPEN_PAUSES_MS[Math.min(attempt, REOPEN_PAUSES_MS.length - 1)];
  setTimeout(() => {
    let candidate: Writer | undefined;
    try {
      candidate = open(opened);
      candidate.probe();
      writer = candidate;
      tell({ event: "restored" });
    } catch {
      candidate?.close();
      reopen(opened, attempt + 1);
    }
  }, pause);
};

const giveUpConnection = (opened: OpenMessage, error: unknown): void => {
  const isFinal = isSyncFailure(error) || isCorrupt(error);
  lostWith = error;
  writer?.close();
  writer = undefined;
  tell({ event: "lost", code: errorCode(error), message: describe(error), isFinal });
  if (!isFinal) reopen(opened, 0);
};

/** True if giving up the ballast makes a second try worth it. */
const hasMadeRoom = (error: unknown, { ballastPath, path }: OpenMessage): boolean => {
  const isOutOfRoom =
    isFull(error) || (isConnectionLost(error) && freeBytes(dirname(path)) < NEARLY_FULL_BYTES);
  if (!isOutOfRoom || ballastPath === null || !releaseBallast(ballastPath)) return false;
  tell({ event: "ballast_released" });
  return isFull(error);
};

/** At the latest then, a loss of power takes nothing any more of what was committed without a sync. */
const planSync = (opened: OpenMessage): void => {
  if (isSyncPlanned) return;
  isSyncPlanned = true;
  setTimeout(() => {
    isSyncPlanned = false;
    if (writer?.hasUnsynced !== true) return;
    try {
      writer.sync();
    } catch (error) {
      if (isConnectionLost(error)) giveUpConnection(opened, error);
      else planSync(opened);
    }
  }, SYNC_AFTER_MS);
};

const commit = (group: GroupMessage, opened: OpenMessage): void => {
  if (writer === undefined) return tell(Writer.refuse(group, texts, lostWith));
  let result: GroupResult = writer.run(group);
  if (result.error !== undefined && hasMadeRoom(result.error, opened)) result = writer.run(group);
  // The loss is told first: whoever hears of the refusal then sees it in the health, too.
  if (result.error !== undefined && isConnectionLost(result.error)) giveUpConnection(opened, result.error);
  tell(result.error !== undefined && isBusy(result.error) ? [BUSY] : result.answer);
  if (writer?.hasUnsynced === true) planSync(opened);
};

const handle = (message: ToWorker): void => {
  if (Array.isArray(message)) {
    if (options !== undefined) commit(message, options);
  } else if (message.role === "open") {
    options = message;
    writer = open(message);
    tell({ event: "opened" } satisfies WorkerEvent);
  } else {
    writer?.checkpoint();
    writer?.close();
    writer = undefined;
    tell({ event: "closed" } satisfies WorkerEvent);
  }
};

self.onmessage = (event: MessageEvent<ToWorker>) => handle(event.data);
