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

/** Of the same time the later one counts. */
const sortBatch = ({ times, values, count }: SeriesReadings): { times: number[]; values: number[] } => {
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
  return sorted;
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

  /** `time` in ms; one far in the future is a wrong clock and becomes the receive time. */
  take(series: SeriesRecord, time: number, value: number): void {
    let at = time;
    if (time > this.#latest) {
      series.clockSkewMs = time - this.receivedAt;
      at = this.receivedAt;
    }
    const { open } = series;
    if (open === null) {
      const batch: OpenBatch = { series, times: [at], values: [value], count: 1, isRising: true };
      series.open = batch;
      this.#open.push(batch);
      return;
    }
    const { count } = open;
    if (open.isRising && at <= (open.times[count - 1] as number)) open.isRising = false;
    open.times[count] = at;
    open.values[count] = value;
    open.count = count + 1;
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
      const { series, isRising } = batch;
      series.open = null;
      if (!isRising) {
        const { times, values } = sortBatch(batch);
        batch.times = times;
        batch.values = values;
        batch.count = times.length;
      }
      const ofMachine = machines.get(series.machine);
      if (ofMachine === undefined) machines.set(series.machine, [batch]);
      else ofMachine.push(batch);
    }
    return Array.from(machines, ([machine, batches]) => ({ machine, batches }));
  }
}
