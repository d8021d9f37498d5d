// In: a delivery that is over. Out: the same one waiting again under its own `webhook-id`, or a new
// one with the same body for handlers that drop IDs they know.
import type { ChannelDirectory } from "../channels/directory";
import { isSending } from "./is-sending";
import type { Actor } from "../core/actor";
import type { Clock } from "../core/clock";
import { AppError, notFound } from "../core/errors";
import { newId } from "../core/ids";
import { journalStatement } from "../journal/append";
import type { Engine, Statement } from "../store/engine";
import { findDelivery, sourceOf, type DeliveryView } from "./history";
import type { Outbox, OutboxRow } from "./outbox";
import { releaseOneStatement } from "./waiting-rows";
import type { DeliveryWorker } from "./worker";

// Only what is over can be sent again: the condition makes two replays at once one.
// Whoever wants it again wants it itself, however old it is, and not in a summary.
const REOPEN =
  "UPDATE outbox SET status = ?, urgency = 2, tries = 0, next_attempt_at = ?, outcome = NULL, reason = NULL, " +
  "waits_since = NULL, delivered_at = NULL, finished_at = NULL WHERE seq = ? AND status IN ('delivered', 'failed', 'cancelled')";

/** Replays and backlog come after everything fresh. */
export const REPLAY_URGENCY = 2;

export interface ReplayParts {
  store: { engine: Engine };
  clock: Clock;
  directory: Pick<ChannelDirectory, "find">;
  outbox: Outbox;
  worker: Pick<DeliveryWorker, "committed" | "wake">;
}

/** Durable when it resolves; gives the delivery that will be sent. */
export const replayDelivery = async (
  { store, clock, directory, outbox, worker }: ReplayParts,
  request: { tenantId: string; deliveryId: string; hasNewId: boolean; actor: Actor },
): Promise<DeliveryView> => {
  const { engine } = store;
  const delivery = await findDelivery(engine, request.tenantId, request.deliveryId);
  if (delivery === undefined) throw notFound("delivery");
  const channel = directory.find(request.tenantId, delivery.channelId);
  if (channel === undefined)
    throw new AppError("conflict", "The channel of this delivery was deleted.", { code: "channel_deleted" });
  const isOver = delivery.finishedAt !== null;
  if (!isOver && !request.hasNewId)
    throw new AppError("conflict", "This delivery is still under way.", { code: "delivery_under_way" });

  const now = clock.now();
  const status = isSending(channel) ? "pending" : "held";
  const nextAttemptAt = status === "pending" ? now : null;
  const note = (newDeliveryId: string | null): Statement =>
    journalStatement({
      tenantId: request.tenantId,
      kind: "delivery.replayed",
      subjectId: delivery.subjectId,
      actor: request.actor,
      at: now,
      data: { deliveryId: delivery.id, channelId: channel.id, newDeliveryId },
    });
  if (!request.hasNewId) {
    await engine.batch([
      { sql: REOPEN, params: [status, nextAttemptAt, delivery.seq], expect: 1 },
      note(null),
    ]);
    // The channel may have been switched on or resumed meanwhile, and its held rows released before this one.
    if (status === "held" && isSending(channel))
      await engine.batch([releaseOneStatement(delivery.seq, clock.now())]);
    worker.wake(channel.id);
    return (await findDelivery(engine, request.tenantId, delivery.id)) ?? delivery;
  }

  const source = await sourceOf(engine, delivery.seq);
  if (source === undefined) throw notFound("delivery");
  const row: OutboxRow = {
    seq: outbox.takeSeq(),
    id: newId(),
    tenantId: delivery.tenantId,
    channelId: delivery.channelId,
    event: delivery.event,
    subjectId: delivery.subjectId,
    machineId: delivery.machineId,
    urgency: REPLAY_URGENCY,
    body: source.body,
    contentType: source.contentType,
    status,
    tries: 0,
    attempts: 0,
    nextAttemptAt,
    outcome: null,
    reason: null,
    replayOf: delivery.id,
    createdAt: now,
  };
  await engine.batch([outbox.insertStatement(row), note(row.id)]);
  worker.committed([row]);
  const { body: _body, tries: _tries, urgency: _urgency, ...view } = row;
  return { ...view, deliveredAt: null, finishedAt: null };
};
