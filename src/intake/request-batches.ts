// In: the readings of one request, one by one. Out: batches per series, sorted by device time, each
// time once, those of one machine side by side. Only one request at a time is between its first
// reading and `seal`: both happen without a pause.
import type { SeriesReadings } from "../core/machine";
import type { MachineRecord, OpenBatch, SeriesRecord } from "./records";
import { AHEAD_LIMIT_MS } from "./samples/summary";

export interface MachineReadings {
  machine: MachineRecord;
  batches: SeriesReadings[];
}

/** In place. Of the same time the later one counts. */
const sortBatch = (batch: SeriesReadings): void => {
  const { times, values, count } = batch;
  const order = Array.from({ length: count }, (_, index) => index).sort(
    (a, b) => (times[a] as number) - (times[b] as number) || a - b,
  );
  const sorted = { times: [] as number[], values: [] as number[] };
  for (const index of order) {
    const time = times[index] as number;
    if (sorted.times.at(-1) === time) sorted.values[sorted.values.length - 1] = values[index] as number;
    else {
      sorted.times.push(time);
      sorted.values.push(values[index] as number);
    }
  }
  batch.times = sorted.times;
  batch.values = sorted.values;
  batch.count = sorted.times.length;
};

/**
 * Times that no clock of ours can believe: the newest of them becomes the time of arrival, those before
 * it a millisecond each. So they keep their order, and none takes another's place.
 */
const clampAhead = ({ times, count }: SeriesReadings, receivedAt: number): void => {
  for (let index = count - 1; index >= 0; index--) {
    if ((times[index] as number) <= receivedAt + AHEAD_LIMIT_MS) return;
    times[index] = receivedAt - (count - 1 - index);
  }
};

export class RequestBatches {
  /** Server time in ms. */
  readonly receivedAt: number;
  readonly #latest: number;
  readonly #open: OpenBatch[] = [];
  readonly #contacts = new Set<MachineRecord>();
  readonly #bad = new Set<SeriesRecord>();

  constructor(receivedAt: number) {
    this.receivedAt = receivedAt;
    this.#latest = receivedAt + AHEAD_LIMIT_MS;
  }

  /** `time` in ms; one far in the future comes from a wrong clock and is moved to the time of arrival. */
  take(series: SeriesRecord, time: number, value: number): void {
    let { open } = series;
    if (open === null) {
      open = { series, times: [time], values: [value], count: 1, isRising: true, isAhead: false };
      series.open = open;
      this.#open.push(open);
    } else {
      const { count } = open;
      if (open.isRising && time <= (open.times[count - 1] as number)) open.isRising = false;
      open.times[count] = time;
      open.values[count] = value;
      open.count = count + 1;
    }
    if (time > this.#latest) open.isAhead = true;
  }

  /** Something came that is not a number. */
  takeBad(series: SeriesRecord): void {
    this.#bad.add(series);
    this.#contacts.add(series.machine);
  }

  /** A sign of life without a reading. */
  takeContact(machine: MachineRecord): void {
    this.#contacts.add(machine);
  }

  get bad(): ReadonlySet<SeriesRecord> {
    return this.#bad;
  }

  /** Ends the taking. Must be called, also when the readings are thrown away. */
  seal(): MachineReadings[] {
    const machines = new Map<MachineRecord, SeriesReadings[]>();
    for (const machine of this.#contacts) machines.set(machine, []);
    for (const batch of this.#open) {
      const { series } = batch;
      series.open = null;
      if (!batch.isRising) sortBatch(batch);
      if (batch.isAhead) {
        series.clockSkewMs = (batch.times[batch.count - 1] as number) - this.receivedAt;
        clampAhead(batch, this.receivedAt);
        // They may now stand before one that was only a little ahead.
        sortBatch(batch);
      }
      const ofMachine = machines.get(series.machine);
      if (ofMachine === undefined) machines.set(series.machine, [batch]);
      else ofMachine.push(batch);
    }
    return Array.from(machines, ([machine, batches]) => ({ machine, batches }));
  }
}
