// In: a message and the channel that shall have it. Out: an outbox row with the composed body for each
// recipient, and the statement that puts it into the commit of the decision. Nothing is sent from here.
import { NEVER_COMPOSED, type ComposedBody, type Message } from "../channels/channel";
import type { Channel } from "../channels/directory";
import { wordingOf } from "../channels/wording";
import type { Clock } from "../core/clock";
import { AppError } from "../core/errors";
import { newId } from "../core/ids";
import type { Engine, Statement } from "../store/engine";
import { insertDeliveryStatement, lastSeq } from "./repository";
import type { DeliveryStatus, Outcome } from "./schema";

/** A row as the worker holds it in memory. */
export interface OutboxRow {
  readonly seq: number;
  /** `webhook-id`. */
  readonly id: string;
  readonly tenantId: string;
  readonly channelId: string;
  readonly event: string;
  readonly subjectId: string;
  readonly machineId: string | null;
  /** 0 overtakes 1, 1 overtakes 2. */
  readonly urgency: number;
  readonly body: Uint8Array;
  readonly contentType: string;
  status: DeliveryStatus;
  /** Failed attempts of the present schedule. */
  tries: number;
  /** Attempts in all. */
  attempts: number;
  nextAttemptAt: number | null;
  outcome: Outcome | null;
  reason: string | null;
  readonly replayOf: string | null;
  readonly createdAt: number;
  /** Its line in a summary; of a summary its content. Null and absent: it goes into none. */
  readonly headline?: string | null;
  /** Since when it waits, as far as that matters to the channel. */
  readonly waitsSince?: number | null;
}

/** Order is kept per recipient: a number that can't be reached holds up nobody else. */
export const haveOneRecipient = (
  left: Pick<OutboxRow, "contentType">,
  right: Pick<OutboxRow, "contentType">,
): boolean => left.contentType === right.contentType;

export interface PlanOptions {
  /** The alert, incident or channel that the message is about: order is kept per subject. */
  subjectId: string;
  machineId: string | null;
  /** 0 critical, 1 everything else, 2 replays and backlog. */
  urgency: number;
  /** When it was decided, in ms. */
  at: number;
}

export interface Outbox {
  /** Reads where numbering goes on; once, before the first `plan`. */
  load(): Promise<void>;
  /**
   * Composes the bodies now: one row, or one per recipient where the type has several; never none.
   * Never throws: a message that can't be composed becomes a row that is `failed` from the start,
   * with the reason. Rows of a channel that sends nothing are `held`.
   */
  plan(channel: Channel, message: Message, options: PlanOptions): OutboxRow[];
  /** The next running number; for rows that are made without a message (replays). */
  takeSeq(): number;
  /** The last running number that was given. */
  lastSeq(): number;
  insertStatement(row: OutboxRow): Statement;
}

/** An AppError is written for people; any other may quote the settings, and only its name is kept. */
const explain = (error: unknown): string =>
  error instanceof AppError ? error.message : `${error instanceof Error ? error.name : "error"}.`;

/** What a summary may have to say of it later, when the message itself is gone. Never throws. */
const headlineOf = ({ type }: Channel, message: Message): string | null => {
  if (type.audience !== "people") return null;
  if (message.summary !== undefined) return JSON.stringify(message.summary);
  try {
    return wordingOf(message).headline;
  } catch {
    return null;
  }
};

const composeAll = ({ type, config }: Channel, message: Message): readonly ComposedBody[] => {
  if (type.composeEach === undefined) return [type.compose(message, config)];
  const bodies = type.composeEach(message, config);
  if (bodies.length === 0) throw new RangeError("a message without recipients");
  return bodies;
};

const isNeededLate = ({ type, config }: Channel, message: Message): boolean =>
  type.isNeededLate?.(message, config) === true;

export const createOutbox = ({ store, clock }: { store: { engine: Engine }; clock: Clock }): Outbox => {
  let seq = 0;
  let isLoaded = false;

  const takeSeq = (): number => {
    if (!isLoaded) throw new Error("outbox: load() comes before the first row");
    return ++seq;
  };

  return {
    load: async () => {
      seq = Math.max(seq, await lastSeq(store.engine));
      isLoaded = true;
    },
    takeSeq,
    lastSeq: () => seq,
    insertStatement: insertDeliveryStatement,
    plan: (channel, message, { subjectId, machineId, urgency, at }) => {
      let bodies: readonly ComposedBody[];
      let failure: string | null = null;
      try {
        bodies = composeAll(channel, message);
      } catch (error) {
        bodies = [NEVER_COMPOSED];
        failure = `The message could not be composed: ${explain(error)}`;
      }
      const isHeld =
        !channel.isActive ||
        channel.health === "paused" ||
        channel.health === "failed" ||
        channel.health === "disabled";
      const headline = headlineOf(channel, message);
      // A summary goes out however late: nothing else tells of what is in it.
      const isDated = channel.type.audience !== "program" && message.event !== "channel.summary";
      const waitsSince = isDated && failure === null && !isNeededLate(channel, message) ? at : null;
      return bodies.map(({ body, contentType }) => ({
        seq: takeSeq(),
        id: newId(),
        tenantId: channel.tenantId,
        channelId: channel.id,
        event: message.event,
        subjectId,
        machineId,
        urgency,
        body,
        contentType,
        status: failure !== null ? "failed" : isHeld ? "held" : "pending",
        tries: 0,
        attempts: 0,
        nextAttemptAt: failure !== null || isHeld ? null : clock.now(),
        outcome: failure === null ? null : "internal",
        reason: failure,
        replayOf: null,
        createdAt: at,
        headline,
        waitsSince,
      }));
    },
  };
};
