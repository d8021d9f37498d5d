// In: receivers, and the last request that came to each. Out: the API model of lists and single receivers. Times
// ISO 8601 UTC in ms.
import { t, type Static } from "elysia";
import { isoMillis } from "../core/time";
import type { LatestDelivery } from "./log";
import { ResultModel } from "./log-wire";
import { ReceiverWire } from "./wire";

const NullableString = t.Union([t.String(), t.Null()]);

export const ListedReceiverWire = t.Composite([
  ReceiverWire,
  t.Object({
    last_delivery: t.Union(
      [
        t.Object({ id: t.String(), received_at: t.String(), result: ResultModel, error: NullableString }),
        t.Null(),
      ],
      { description: "What came last, genuine or not; null until something has come." },
    ),
  }),
]);
export type ListedReceiverWire = Static<typeof ListedReceiverWire>;

export const withLastDelivery = (
  receiver: ReceiverWire,
  latest: LatestDelivery | undefined,
): ListedReceiverWire => ({
  ...receiver,
  last_delivery:
    latest === undefined
      ? null
      : {
          id: latest.id,
          received_at: isoMillis(latest.receivedAt),
          result: latest.result,
          error: latest.error,
        },
});
