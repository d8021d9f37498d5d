// In: filters of deliveries. Out: all that fit as CSV, newest first, read and sent page by page: a large
// export holds no more than a page in memory, and goes only as fast as it is taken.
import { csvLine } from "../lib/csv";
import { isoMillis, isoMillisOrNull } from "../core/time";
import type { Engine } from "../store/engine";
import type { DeliveryFilter } from "./filter";
import { isTest, readDeliveries, type DeliveryView } from "./history";
import { findPlaces, type Place, type SearchScope } from "./search";

const PAGE = 500;

const COLUMNS: readonly [
  name: string,
  read: (row: DeliveryView, channel: string) => string | number | null,
][] = [
  ["id", (row) => row.id],
  ["created_at", (row) => isoMillis(row.createdAt)],
  ["channel_id", (row) => row.channelId],
  ["channel_name", (_row, channel) => channel],
  ["event", (row) => row.event],
  ["subject_id", (row) => row.subjectId],
  ["machine_id", (row) => row.machineId],
  ["status", (row) => row.status],
  ["outcome", (row) => row.outcome],
  ["reason", (row) => row.reason],
  ["attempt_count", (row) => row.attempts],
  ["delivered_at", (row) => isoMillisOrNull(row.deliveredAt)],
  ["finished_at", (row) => isoMillisOrNull(row.finishedAt)],
  ["replay_of", (row) => row.replayOf],
  ["is_test", (row) => String(isTest(row))],
];

/** A read that fails ends the stream with an error: the client sees that it has not got all. */
export const exportDeliveries = (
  engine: Engine,
  scope: SearchScope,
  filter: DeliveryFilter,
  nameOf: (channelId: string) => string,
): ReadableStream<Uint8Array> => {
  const encoder = new TextEncoder();
  let after: Place | null = null;
  let isBegun = false;
  return new ReadableStream({
    pull: async (controller) => {
      let text = isBegun ? "" : csvLine(COLUMNS.map(([name]) => name));
      isBegun = true;
      // A pull that brings nothing would be the last one.
      do {
        const walk = { direction: "newest", after, limit: PAGE } as const;
        const found = await findPlaces(engine, scope, filter, walk);
        for (const row of await readDeliveries(engine, found.places))
          text += csvLine(COLUMNS.map(([, read]) => read(row, nameOf(row.channelId))));
        after = found.next;
      } while (text === "" && after !== null);
      if (text !== "") controller.enqueue(encoder.encode(text));
      if (after === null) controller.close();
    },
  });
};
