// In: deliveries of one event to one channel. Out: how they stand in one word and one sentence. A channel
// with several recipients has one delivery each; one that was sent again as a new one counts with it.
import type { DeliveryView } from "../delivery/history";

/** The worst of several recipients. */
export type ToldVerdict = "delivered" | "pending" | "failed" | "cancelled" | "held";

const VERDICTS: Record<DeliveryView["status"], ToldVerdict> = {
  pending: "pending",
  sending: "pending",
  delivered: "delivered",
  failed: "failed",
  cancelled: "cancelled",
  held: "held",
};
/** The first that applies. */
const WORST: readonly ToldVerdict[] = ["failed", "held", "pending", "cancelled", "delivered"];

/** A delivery and those made from it, in the order of decisions. */
type Chain = readonly DeliveryView[];

/** Reached once is reached; else what the newest says. */
const lastOf = (chain: Chain): DeliveryView | undefined =>
  chain.find(({ status }) => status === "delivered") ?? chain.at(-1);

const chainsOf = (deliveries: readonly DeliveryView[]): Chain[] => {
  const chains = new Map<string, DeliveryView[]>();
  const rootOf = new Map<string, string>();
  for (const delivery of deliveries) {
    const root = rootOf.get(delivery.replayOf ?? "") ?? delivery.id;
    rootOf.set(delivery.id, root);
    const chain = chains.get(root);
    if (chain === undefined) chains.set(root, [delivery]);
    else chain.push(delivery);
  }
  return [...chains.values()];
};

const after = (attempts: number): string => (attempts > 1 ? ` after ${attempts} attempts` : "");

const explainOne = ({ status, attempts, reason }: DeliveryView): string => {
  const why = reason === null || reason === "" ? "" : ` ${reason}`;
  switch (status) {
    case "delivered":
      return `Delivered${after(attempts)}.`;
    case "failed":
      return `Not delivered${after(attempts)}.${why}`;
    case "cancelled":
      return `Cancelled.${why}`;
    case "held":
      return `Held back.${why}`;
    default:
      return attempts === 0
        ? "Is on its way."
        : `Not delivered yet${after(attempts)}; it is tried again.${why}`;
  }
};

const worstOf = (deliveries: readonly DeliveryView[]): DeliveryView | undefined => {
  for (const word of WORST) {
    const found = deliveries.find(({ status }) => VERDICTS[status] === word);
    if (found !== undefined) return found;
  }
  return undefined;
};

/** At least one delivery. */
export const explainTold = (
  deliveries: readonly DeliveryView[],
): { verdict: ToldVerdict; explanation: string } => {
  const present = chainsOf(deliveries).flatMap((chain) => lastOf(chain) ?? []);
  const worst = worstOf(present);
  const verdict = worst === undefined ? "pending" : VERDICTS[worst.status];
  const explanation = worst === undefined ? "" : explainOne(worst);
  // One recipient may take several calls: an alarm that repeats is ended by one of its own.
  const recipients = [...Map.groupBy(present, ({ contentType }) => contentType).values()];
  if (recipients.length < 2) return { verdict, explanation };
  const reached = recipients.filter((calls) => worstOf(calls)?.status === "delivered").length;
  const count = `Reached ${reached} of ${recipients.length} recipients.`;
  return { verdict, explanation: verdict === "delivered" ? count : `${count} ${explanation}` };
};
