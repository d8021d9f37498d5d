// In: the parsed body of POST /api/v1/readings. Out: how many readings were accepted, and why the
// others were not. Checked by hand: a schema would refuse all for one, and costs more than the rest.
import type { Clock } from "../../core/clock";
import { AppError, invalid } from "../../core/errors";
import type { Accept } from "../accept";
import { judgeLabels, judgeMetricName } from "../names";
import { type Labels, labelsText, seriesKey } from "../records";
import type { Registry } from "../registry";
import { RequestBatches } from "../request-batches";
import { readTimestamp } from "./read-time";

export interface Rejection {
  /** From 0, in the request's array. */
  index: number;
  reason: string;
}

export interface JsonResult {
  accepted: number;
  rejected: Rejection[];
}

export interface JsonIntake {
  /** What is accepted is durable when the promise resolves. Throws `invalid` when it is no reading at all. */
  take(tenantId: string, body: unknown): Promise<JsonResult>;
}

export interface JsonIntakeParts {
  registry: Registry;
  accept: Accept;
  clock: Clock;
  onReceived: (accepted: number, rejected: number) => void;
}

/** Of one request: the answer names each rejected one, and everybody else waits for the whole request. */
export const MAX_READINGS = 100_000;

const FIELDS = new Set(["machine", "metric", "value", "timestamp", "tags"]);
const NO_LABELS: Labels = [];

/** A text is the reason for a refusal. */
const readTags = (tags: unknown): Labels | string => {
  if (tags === undefined || tags === null) return NO_LABELS;
  if (typeof tags !== "object" || Array.isArray(tags)) return "tags must be an object of texts";
  const labels: [string, string][] = [];
  for (const [key, value] of Object.entries(tags)) {
    if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean")
      return `the tag ${key.slice(0, 50)} must be a text`;
    labels.push([key, String(value)]);
  }
  return labels;
};

/** Null stands for "not a number". */
const readValue = (value: unknown): number | null => {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  return typeof value === "boolean" ? Number(value) : null;
};

export const createJsonIntake = ({ registry, accept, clock, onReceived }: JsonIntakeParts): JsonIntake => {
  /** Null when it was taken. */
  const takeOne = (tenantId: string, reading: unknown, batches: RequestBatches): string | null => {
    if (typeof reading !== "object" || reading === null || Array.isArray(reading))
      return "a reading must be an object";
    for (const field in reading) if (!FIELDS.has(field)) return `there is no field ${field.slice(0, 50)}`;
    const { machine: name, metric, value, timestamp, tags } = reading as Record<string, unknown>;
    if (typeof name !== "string") return "machine must be a name or an ID";
    if (typeof metric !== "string") return "metric must be a name";
    const labels = readTags(tags);
    if (typeof labels === "string") return labels;
    const time =
      timestamp === undefined || timestamp === null ? batches.receivedAt : readTimestamp(timestamp);
    if (time === null) return "timestamp must be a time such as 2026-04-04T10:30:05Z";
    const metricReason = judgeMetricName(metric);
    if (metricReason !== null) return metricReason;
    const number = readValue(value);
    if (number === null) {
      noteBad(tenantId, name, metric, labels, batches);
      return "value must be a number";
    }
    const known = registry.find(tenantId, name);
    // A machine is not registered for a reading that has no place with it.
    const labelsReason = known === undefined ? judgeLabels(labels) : null;
    if (labelsReason !== null) return labelsReason;
    const machine = known ?? registry.machineFor(tenantId, name, batches.receivedAt);
    if (typeof machine === "string") return machine;
    const series = registry.seriesFor(machine, metric, labels, batches.receivedAt);
    if (typeof series === "string") return series;
    batches.take(series, time, number);
    return null;
  };

  /** A sensor that is known and sends something else than numbers is broken. */
  const noteBad = (
    tenantId: string,
    name: string,
    metric: string,
    labels: Labels,
    batches: RequestBatches,
  ): void => {
    const series = registry.find(tenantId, name)?.seriesByKey.get(seriesKey(metric, labelsText(labels)));
    if (series !== undefined) batches.takeBad(series);
  };

  return {
    take: async (tenantId, body) => {
      if (body === undefined) throw new AppError("malformed", "The body is missing.");
      const readings: unknown[] = Array.isArray(body) ? body : [body];
      if (!Array.isArray(body) && (typeof body !== "object" || body === null))
        throw invalid("", "The body must be a reading or an array of readings.");
      if (readings.length > MAX_READINGS)
        throw new AppError(
          "too_large",
          `One request takes ${MAX_READINGS} readings at most. Send them in smaller parts.`,
        );
      const batches = new RequestBatches(clock.now());
      const rejected: Rejection[] = [];
      try {
        for (let index = 0; index < readings.length; index++) {
          const reason = takeOne(tenantId, readings[index], batches);
          if (reason !== null) rejected.push({ index, reason });
        }
      } catch (error) {
        batches.seal();
        throw error;
      }
      await accept(batches);
      const accepted = readings.length - rejected.length;
      onReceived(accepted, rejected.length);
      return { accepted, rejected };
    },
  };
};
