// In: requests that stand in the log. Out: the same decided again with the present settings, oldest first, each as
// a new row that names the first one. For a mapping that was mended afterwards.
import type { Clock } from "../core/clock";
import { AppError, notFound } from "../core/errors";
import { newId } from "../core/ids";
import type { Engine } from "../store/engine";
import type { Receiver } from "./book";
import { interpret } from "./interpret";
import { isCut, logStatements, type Delivery, type DeliveryFilter, type DeliveryLog } from "./log";
import { readPayload } from "./payload";
import type { Processor } from "./process";
import { withoutEffect } from "./summarize";

export interface Reprocess {
  /** Throws `not_found`, and `conflict` for what cannot be read again. Durable when it resolves. */
  one(receiver: Receiver, deliveryId: string): Promise<Delivery>;
  /** Those with these IDs, or those of the filter that no later attempt has mended; at most `MOST_AT_ONCE`. */
  several(
    receiver: Receiver,
    which: { ids: readonly string[] } | { filter: DeliveryFilter },
  ): Promise<Delivery[]>;
}

export interface ReprocessParts {
  log: DeliveryLog;
  processor: Pick<Processor, "process">;
  engine: Pick<Engine, "batch">;
  clock: Clock;
}

export const MOST_AT_ONCE = 500;

const encoder = new TextEncoder();

const refusalOf = (delivery: Delivery): string | null => {
  if (!delivery.isVerified) return "It was not genuine, or never read whole: it cannot be processed.";
  if (delivery.payload === null) return "Its payload is no longer kept.";
  return isCut(delivery) ? "Only a part of its payload was kept." : null;
};

export const createReprocess = ({ log, processor, engine, clock }: ReprocessParts): Reprocess => {
  const again = async ({ record, settings }: Receiver, original: Delivery): Promise<Delivery> => {
    const { payload: text, headers } = original;
    const now = clock.now();
    const facts = {
      id: newId(),
      receiverId: record.id,
      receivedAt: now,
      sourceIp: original.sourceIp,
      headers,
      payload: text,
      payloadBytes: original.payloadBytes,
      dedupKey: null,
      reprocessOf: original.reprocessOf ?? original.id,
    };
    const read = await readPayload(encoder.encode(text ?? ""), headers["content-type"] ?? null);
    if (!read.isReadable) {
      const failed = withoutEffect(facts, { result: "failed", error: read.reason });
      await engine.batch(logStatements([failed]));
      return failed;
    }
    const interpretation = interpret(read.value, {
      compiled: settings,
      settings: record.settings,
      serviceId: record.serviceId,
      headers,
      now,
    });
    return processor.process({ receiver: record, facts, interpretation });
  };

  const find = async (receiver: Receiver, id: string): Promise<Delivery> => {
    const delivery = await log.find(receiver.record.id, id);
    if (delivery === null) throw notFound("delivery");
    const refusal = refusalOf(delivery);
    if (refusal !== null) throw new AppError("conflict", refusal, { code: "not_reprocessable" });
    return delivery;
  };

  return {
    one: async (receiver, deliveryId) => again(receiver, await find(receiver, deliveryId)),
    several: async (receiver, which) => {
      const originals =
        "ids" in which
          ? await Promise.all(which.ids.map((id) => find(receiver, id)))
          : (await log.unmended(receiver.record.id, which.filter, MOST_AT_ONCE)).filter(
              (delivery) => refusalOf(delivery) === null,
            );
      // In the order in which they came; the processor keeps it.
      const ordered = originals.toSorted((a, b) => (a.id < b.id ? -1 : 1));
      return Promise.all(ordered.map((original) => again(receiver, original)));
    },
  };
};
