// In: a person who waits for the next payload of a sender. Out: that payload, kept and not applied, until fields
// are chosen from it or the time is up. What is asked for on each request is in memory.
import type { Clock } from "../core/clock";
import type { Engine, Statement } from "../store/engine";

/** Times in server ms. */
export interface Teaching {
  startedAt: number;
  /** Nothing is caught any more from then on. */
  until: number;
  /** Null until a payload has come. */
  captured: Captured | null;
}

export interface Captured {
  at: number;
  deliveryId: string;
  headers: Readonly<Record<string, string>>;
  /** The whole body as text. */
  payload: string;
}

export interface Teachings {
  /** Once, at start. */
  load(): Promise<void>;
  /** Null when nobody teaches the receiver, or no payload came in time. */
  of(receiverId: string): Teaching | null;
  /** Begins anew. Durable when it resolves. */
  start(receiverId: string): Promise<Teaching>;
  end(receiverId: string): Promise<void>;
  /** Whether the next request is to be kept and not applied. */
  isWaiting(receiverId: string): boolean;
  /**
   * The request is the one that was waited for: to be committed with its row in the log. `undo`: that failed, and
   * the next one is waited for again.
   */
  capture(receiverId: string, captured: Captured): { statement: Statement; undo: () => void };
}

/** How long somebody waits for a sender, in ms. */
export const WAIT_MS = 15 * 60_000;
/** How long what was caught is kept, in ms. */
const KEPT_MS = 24 * 3_600_000;

const LOAD = `SELECT receiver_id, started_at, until, captured_at, delivery_id, headers, payload
  FROM webhook_receiver_teachings`;
const START = `INSERT INTO webhook_receiver_teachings (receiver_id, started_at, until) VALUES (?1, ?2, ?3)
  ON CONFLICT DO UPDATE SET started_at = ?2, until = ?3, captured_at = NULL, delivery_id = NULL, headers = NULL,
  payload = NULL`;
const CAPTURE = `UPDATE webhook_receiver_teachings SET captured_at = ?, delivery_id = ?, headers = ?, payload = ?
  WHERE receiver_id = ? AND captured_at IS NULL`;
const END = "DELETE FROM webhook_receiver_teachings WHERE receiver_id = ?";

/** Empty until `load`. */
export const createTeachings = ({
  engine,
  clock,
}: {
  engine: Pick<Engine, "query" | "batch">;
  clock: Clock;
}): Teachings => {
  const teachings = new Map<string, Teaching>();

  const isOver = ({ until, captured }: Teaching): boolean =>
    clock.now() >= (captured === null ? until : captured.at + KEPT_MS);

  const of = (receiverId: string): Teaching | null => {
    const teaching = teachings.get(receiverId);
    return teaching === undefined || isOver(teaching) ? null : teaching;
  };

  return {
    load: async () => {
      for (const row of await engine.query({ sql: LOAD })) {
        const [receiverId, startedAt, until, at, deliveryId, headers, payload] = row;
        const captured =
          at === null
            ? null
            : {
                at: Number(at),
                deliveryId: String(deliveryId),
                headers: JSON.parse(String(headers)) as Record<string, string>,
                payload: String(payload),
              };
        teachings.set(String(receiverId), { startedAt: Number(startedAt), until: Number(until), captured });
      }
    },
    of,
    start: async (receiverId) => {
      const startedAt = clock.now();
      const teaching: Teaching = { startedAt, until: startedAt + WAIT_MS, captured: null };
      await engine.batch([{ sql: START, params: [receiverId, startedAt, teaching.until] }]);
      teachings.set(receiverId, teaching);
      return teaching;
    },
    end: async (receiverId) => {
      await engine.batch([{ sql: END, params: [receiverId] }]);
      teachings.delete(receiverId);
    },
    isWaiting: (receiverId) => teachings.size > 0 && of(receiverId)?.captured === null,
    capture: (receiverId, captured) => {
      const teaching = teachings.get(receiverId);
      // At once: the request after it is applied again.
      if (teaching !== undefined) teachings.set(receiverId, { ...teaching, captured });
      const headers = JSON.stringify(captured.headers);
      return {
        statement: {
          sql: CAPTURE,
          params: [captured.at, captured.deliveryId, headers, captured.payload, receiverId],
        },
        undo: () => {
          if (teaching !== undefined) teachings.set(receiverId, teaching);
        },
      };
    },
  };
};
