// In: the worker. Out: metric sources about what it is doing at the moment.
import type { MetricSource } from "../operations/metrics";
import type { DeliveryWorker } from "./worker";

export const deliveryMetrics = (
  worker: Pick<DeliveryWorker, "inFlight" | "networkProblem">,
): MetricSource[] => [
  {
    name: "andon_network_up",
    help: "0 while nothing outside this machine can be reached: messages wait, and no attempt is counted.",
    labels: [],
    read: () => [{ labels: {}, value: worker.networkProblem === null ? 1 : 0 }],
  },
  {
    name: "andon_delivery_attempts_in_flight",
    help: "Tries to deliver a message that run at the moment.",
    labels: [],
    read: () => [{ labels: {}, value: worker.inFlight }],
  },
];
