// In: the sealed readings of one request. Out: everything that follows from them, durable: machines
// and series that came for the first time, transitions, samples. The sender is answered after that.
import { AppError, isAppError } from "../core/errors";
import type { Evaluator, SeriesReadings } from "../core/machine";
import type { Presence } from "./presence";
import type { Registry } from "./registry";
import type { RequestBatches } from "./request-batches";
import type { Samples } from "./samples/samples";
import type { Saver } from "./saver";

export interface AcceptParts {
  registry: Registry;
  samples: Pick<Samples, "append">;
  evaluator: Evaluator;
  presence: Presence;
  saver: Saver;
}

/**
 * Rejects with AppError `storage_full` or `unavailable`: then the sender keeps its readings and sends
 * them again, which changes nothing about those that got through.
 */
export type Accept = (request: RequestBatches) => Promise<void>;

const noteLast = ({ series, times, values, count }: SeriesReadings, receivedAt: number): void => {
  const time = times[count - 1] as number;
  series.lastReceivedAt = Math.max(series.lastReceivedAt ?? 0, receivedAt);
  if (series.lastTime !== null && time < series.lastTime) return;
  series.lastTime = time;
  series.lastValue = values[count - 1] as number;
};

/** A sender takes a conflict for its own fault, and its readings for worthless: it must send them again. */
const asUnavailable = (error: unknown): unknown =>
  isAppError(error, "conflict")
    ? new AppError("unavailable", "What these readings are about is being changed. Send them again.", {
        retryAfterSeconds: 1,
        cause: error,
      })
    : error;

/** See `Accept`. */
export const createAccept = ({ registry, samples, evaluator, presence, saver }: AcceptParts): Accept => {
  const accept: Accept = async (request) => {
    const { receivedAt, bad } = request;
    const readings = request.seal();
    // Nothing may refer to a machine or series that could still turn out not to exist.
    if (registry.hasUnsaved()) await registry.save();

    const work: Promise<unknown>[] = [];
    const stored: SeriesReadings[] = [];
    const judged: SeriesReadings[] = [];
    for (const { machine, batches } of readings) {
      if (machine.isRemoved) continue;
      const cameOnline = presence.heard(machine, receivedAt);
      if (cameOnline !== null) work.push(cameOnline);
      // Text, or what is no number: no reading, but no silence either.
      if (batches.length === 0 && machine.approval === "approved")
        work.push(evaluator.heard(machine, receivedAt));
      for (const batch of batches) {
        stored.push(batch);
        if (machine.approval === "approved") judged.push(batch);
      }
    }
    // Rules first: they compare with the values before these.
    if (judged.length > 0) work.push(evaluator.evaluate(judged, receivedAt));
    if (stored.length > 0) work.push(samples.append(stored, receivedAt));
    for (const batch of stored) {
      noteLast(batch, receivedAt);
      const series = registry.series(batch.series.id);
      if (series !== undefined) series.quality = "good";
    }
    for (const series of bad) series.quality = "bad";
    await Promise.all(work);

    for (const batch of stored) {
      const series = registry.series(batch.series.id);
      if (series !== undefined) saver.markSeries(series);
    }
    for (const series of bad) saver.markSeries(series);
  };

  return async (request) => {
    try {
      await accept(request);
    } catch (error) {
      throw asUnavailable(error);
    }
  };
};
