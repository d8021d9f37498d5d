// In: nothing. Out: what deliveries may be looked for by, the same for lists, exports and replays.
import type { DeliveryStatus, Outcome } from "./schema";

/** Joined by AND; the words of one list by OR. What is absent is not looked at. */
export interface DeliveryFilter {
  channelIds?: readonly string[] | undefined;
  events?: readonly string[] | undefined;
  statuses?: readonly DeliveryStatus[] | undefined;
  outcomes?: readonly Outcome[] | undefined;
  subjectId?: string | undefined;
  machineId?: string | undefined;
  /** Of `created_at`, in ms; the end is not part of it. */
  from?: number | undefined;
  to?: number | undefined;
  /** Rows that were decided later are not part of it. */
  upToSeq?: number | undefined;
}

/** What is over, and can therefore be sent again. */
export const FINISHED = ["delivered", "failed", "cancelled"] as const satisfies readonly DeliveryStatus[];

/** True when it names every delivery there is. */
export const isEmptyFilter = (filter: DeliveryFilter): boolean =>
  Object.values(filter).every((value) => value === undefined);
