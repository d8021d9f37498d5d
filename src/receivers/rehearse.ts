// In: a payload that somebody tries. Out: what it would lead to now, decided as if it had come, and then dropped:
// nothing is written, and nobody is told.
import type { Clock } from "../core/clock";
import { emptyPlan } from "../notify/plan";
import type { ServiceBook } from "../services/book";
import { compileSettings } from "./compile";
import type { Engine } from "../store/engine";
import type { Outcome } from "./decide";
import { interpret } from "./interpret";
import { findLatest } from "./order";
import { readPayload } from "./payload";
import type { Processor } from "./process";
import type { ReceiverRecord } from "./repository";
import type { Report } from "./report";
import { summarize } from "./summarize";

export interface Rehearsal {
  result: Outcome["result"];
  error: string | null;
  items: readonly RehearsedItem[];
  /** Which channels would be told of which event. */
  told: readonly { channelId: string; event: string }[];
  /** As senders wrote them. */
  unknownWords: readonly string[];
}

export interface RehearsedItem extends Outcome {
  report: Report;
  /** The service does not exist yet. */
  createsService: boolean;
}

export interface Trial {
  /** A text is read as a body, anything else is the payload itself. */
  payload: unknown;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
}

export interface RehearseParts {
  processor: Pick<Processor, "preview">;
  engine: Pick<Engine, "query">;
  services: Pick<ServiceBook, "get">;
  clock: Clock;
}

const encoder = new TextEncoder();

const NOTHING: Pick<Rehearsal, "items" | "told" | "unknownWords"> = { items: [], told: [], unknownWords: [] };

export const createRehearse =
  ({ processor, engine, services, clock }: RehearseParts) =>
  /** With the receiver's settings as `record` has them, which need not be saved. */
  async (record: ReceiverRecord, { payload, headers }: Trial): Promise<Rehearsal> => {
    let value = payload;
    if (typeof payload === "string") {
      const read = await readPayload(encoder.encode(payload), headers["content-type"] ?? null);
      if (!read.isReadable) return { ...NOTHING, result: "failed", error: read.reason };
      ({ value } = read);
    }
    const now = clock.now();
    const compiled = compileSettings(record);
    const { settings, serviceId } = record;
    const interpretation = interpret(value, { compiled, settings, serviceId, headers, now });
    if (interpretation.kind === "confirmation")
      return { ...NOTHING, result: "processed", error: "The subscription would be confirmed." };
    if (interpretation.kind !== "reports")
      return {
        ...NOTHING,
        result: interpretation.kind === "nothing" ? "ignored" : "failed",
        error: interpretation.reason,
      };
    const { reports } = interpretation;
    const plan = emptyPlan();
    const latest = await findLatest(engine, record, { reports, now });
    try {
      const outcomes = processor.preview(record, reports, { now, plan, latest, holdsTurn: () => true });
      const { result, error } = summarize(outcomes);
      return {
        result,
        error,
        items: outcomes.flatMap((outcome, index) => {
          const report = reports[index];
          const { serviceId: id } = outcome;
          const createsService = id !== null && services.get(id) === undefined;
          return report === undefined ? [] : [{ ...outcome, report, createsService }];
        }),
        told: plan.deliveries.map(({ channelId, event }) => ({ channelId, event })),
        unknownWords: reports.filter(({ isUnknown }) => isUnknown).map(({ raw }) => raw ?? ""),
      };
    } finally {
      for (const step of plan.afterRefusal.toReversed()) step();
    }
  };

export type Rehearse = ReturnType<typeof createRehearse>;
