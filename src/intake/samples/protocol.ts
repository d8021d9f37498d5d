// In and out: the messages between the serving thread and the samples thread.
import type { FailureKind } from "../../store/protocol";

/**
 * Samples of one commit, as `(series, count, …times, …values)*`, in the order of arrival. Plain
 * numbers in one array cost a memory copy to send and to store.
 */
export type Packet = Float64Array<ArrayBuffer>;

export interface LogEntry {
  /** Rising; given by the serving thread. */
  id: number;
  /** Server time of the newest sample in it. */
  receivedAt: number;
  packet: Packet;
}

/** Samples received before these server times (ms) have outlived their tier. */
export interface Cutoffs {
  raw: number;
  minutes: number;
  hours: number;
}

export type ToSamplesWorker =
  | { kind: "open"; path: string }
  | { kind: "append"; entry: LogEntry }
  /** Sort what was appended into its place. Answered with `drained`, then `done`. */
  | { kind: "drain"; request: number }
  | { kind: "retain"; request: number; cutoffs: Cutoffs }
  | { kind: "remove"; request: number; seriesIds: number[] }
  | { kind: "list_series"; request: number }
  /** A reader met damage: put the file aside and begin a new one. */
  | { kind: "set_aside"; reason: string }
  | { kind: "close" };

export interface WorkerFailure {
  kind: FailureKind;
  code: string;
  message: string;
}

export type FromSamplesWorker =
  /** `lastId`: highest in the log. `lastSeries`: highest that has samples. `isSorted`: the log is empty. */
  | { kind: "opened"; lastId: number; lastSeries: number; isSorted: boolean }
  | { kind: "appended"; id: number; failure: WorkerFailure | null }
  /** Everything up to this id is in its place. */
  | { kind: "drained"; upTo: number }
  | { kind: "done"; request: number; seriesIds: number[]; failure: WorkerFailure | null }
  /** The file was damaged: it was renamed and a new one made. */
  | { kind: "set_aside"; movedTo: string; reason: string }
  | { kind: "trouble"; failure: WorkerFailure }
  | { kind: "closed" };

/** Calls `visit` with each batch; the arrays share the packet's memory. */
export const eachBatch = (
  packet: Float64Array,
  visit: (series: number, times: Float64Array, values: Float64Array) => void,
): void => {
  for (let at = 0; at < packet.length;) {
    const count = packet[at + 1] as number;
    const times = at + 2;
    const values = times + count;
    visit(packet[at] as number, packet.subarray(times, values), packet.subarray(values, values + count));
    at = values + count;
  }
};
