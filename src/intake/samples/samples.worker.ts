// In: packets and orders from the serving thread. Out: their answers. Entry point of the samples
// thread; listed in src/workers.ts so that the executable holds it. Long work is done in slices
// between the packets, which are committed as they come.
import { systemClock } from "../../core/clock";
import { failureOf, isConnectionLost } from "../../store/failures";
import { isDamage, openSamplesDatabase, setAside } from "./database";
import type { FromSamplesWorker, LogEntry, ToSamplesWorker, WorkerFailure } from "./protocol";
import { SamplesWriter } from "./writer";

declare const self: Worker;

/** Sorting begins by itself at this many samples: 4 MB of packets here and on the serving thread. */
const DRAIN_AT_SAMPLES = 250_000;

interface Job {
  request: number | null;
  /** One slice; true when nothing is left. */
  slice: (writer: SamplesWriter) => boolean;
  result?: (writer: SamplesWriter) => number[];
}

let path = "";
let writer: SamplesWriter | null = null;
let jobs: Job[] = [];
let isPlanned = false;
let isDraining = false;
/** A full disk stops the sorting that begins by itself until it is ordered again. */
let isDrainHeld = false;

const tell = (message: FromSamplesWorker): void => self.postMessage(message);
const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What is only in memory goes into the new file. */
const beginAnew = (reason: string): SamplesWriter => {
  const kept: readonly LogEntry[] = writer?.undrained ?? [];
  try {
    writer?.close();
  } catch {
    // A damaged file may refuse even this; it is renamed in any case.
  }
  writer = null;
  const movedTo = setAside(path, systemClock.now());
  const fresh = new SamplesWriter(openSamplesDatabase(path));
  for (const entry of kept) fresh.append(entry);
  writer = fresh;
  isDraining = false;
  tell({ kind: "set_aside", movedTo, reason });
  return fresh;
};

const openWriter = (): SamplesWriter => {
  if (writer !== null) return writer;
  try {
    writer = new SamplesWriter(openSamplesDatabase(path));
    return writer;
  } catch (error) {
    if (!isDamage(error)) throw error;
    return beginAnew(textOf(error));
  }
};

/** Runs `work`, once more on a new file when this one is damaged. Null when it worked. */
const attempt = (work: (writer: SamplesWriter) => void): WorkerFailure | null => {
  try {
    try {
      work(openWriter());
    } catch (error) {
      if (!isDamage(error)) throw error;
      work(beginAnew(textOf(error)));
    }
    return null;
  } catch (error) {
    if (isConnectionLost(error)) {
      writer?.close();
      writer = null;
    }
    return failureOf(error);
  }
};

const plan = (): void => {
  if (isPlanned || jobs.length === 0) return;
  isPlanned = true;
  setImmediate(() => {
    isPlanned = false;
    runSlice();
    plan();
  });
};

const runSlice = (): void => {
  const [job] = jobs;
  if (job === undefined) return;
  let isDone = false;
  let seriesIds: number[] = [];
  const failure = attempt((open) => {
    isDone = job.slice(open);
    if (isDone) seriesIds = job.result?.(open) ?? [];
  });
  if (!isDone && failure === null) {
    // The others get their turn.
    jobs = [...jobs.slice(1), job];
    return;
  }
  jobs = jobs.slice(1);
  if (failure !== null) tell({ kind: "trouble", failure });
  if (job.request !== null) tell({ kind: "done", request: job.request, seriesIds, failure });
  else {
    isDraining = false;
    isDrainHeld = failure !== null;
  }
};

/** Everything that is in the log now; what comes meanwhile waits for the next sorting. */
const drainJob = (request: number | null, result?: Job["result"]): Job => {
  let until: number | null = null;
  let reported = 0;
  return {
    request,
    slice: (open) => {
      until ??= open.lastId;
      const upTo = open.drainSlice();
      if (upTo > reported) tell({ kind: "drained", upTo });
      reported = upTo;
      return upTo >= until;
    },
    ...(result === undefined ? {} : { result }),
  };
};

const drainIfLarge = (): void => {
  if (isDraining || isDrainHeld || (writer?.backlog ?? 0) < DRAIN_AT_SAMPLES) return;
  isDraining = true;
  jobs.push(drainJob(null));
};

/** The file could not be opened at the start and now can: numbering has to go on behind what is in it. */
const OUT_OF_STEP: WorkerFailure = {
  kind: "unavailable",
  code: "OUT_OF_STEP",
  message: "the file holds more than was known",
};

const tellOpened = (): void => {
  const opened = { lastId: 0, lastSeries: 0, isSorted: true };
  const failure = attempt((open) => {
    opened.lastSeries = open.lastSeries();
    opened.lastId = open.lastId;
    opened.isSorted = open.backlog === 0;
  });
  if (failure !== null) tell({ kind: "trouble", failure });
  tell({ kind: "opened", ...opened });
};

const receive = (message: ToSamplesWorker): void => {
  switch (message.kind) {
    case "open":
      ({ path } = message);
      tellOpened();
      break;
    case "append": {
      const { id } = message.entry;
      let isKnown = false;
      const failure = attempt((open) => {
        isKnown = id <= open.lastId;
        if (!isKnown) open.append(message.entry);
      });
      // First, so that whoever sends it again finds the numbers in step.
      if (isKnown) tellOpened();
      tell({ kind: "appended", id, failure: isKnown ? OUT_OF_STEP : failure });
      drainIfLarge();
      break;
    }
    case "drain":
      isDrainHeld = false;
      jobs.push(drainJob(message.request));
      break;
    case "retain":
      jobs.push({ request: message.request, slice: (open) => open.retainSlice(message.cutoffs) });
      break;
    case "remove": {
      const left = [...message.seriesIds];
      jobs.push({
        request: message.request,
        slice: (open) => {
          const series = left[0];
          if (series === undefined) return true;
          if (open.removeSlice(series)) left.shift();
          return left.length === 0;
        },
      });
      break;
    }
    case "list_series":
      jobs.push(drainJob(message.request, (open) => open.seriesIds()));
      break;
    case "set_aside": {
      const failure = attempt(() => void beginAnew(message.reason));
      if (failure !== null) tell({ kind: "trouble", failure });
      break;
    }
    case "close":
      attempt((open) => open.close());
      writer = null;
      tell({ kind: "closed" });
      return;
  }
  plan();
};

self.onmessage = (event: MessageEvent<ToSamplesWorker>): void => receive(event.data);
