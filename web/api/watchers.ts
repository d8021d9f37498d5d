// In: nothing, or a service's ID. Out: what monitors are called and grouped by; the monitors and receivers that
// report a service.
import type { MonitorWire } from "../../src/monitors/wire";
import type { ReceiverWire } from "../../src/receivers/wire";
import { all } from "./client";

export interface Watcher {
  kind: "monitor" | "receiver";
  id: string;
  name: string;
}

export const readWatchers = async (serviceId: string): Promise<Watcher[]> => {
  const [monitors, receivers] = await Promise.all([
    all<MonitorWire>("/monitors"),
    all<ReceiverWire>("/webhook-receivers"),
  ]);
  return [
    ...monitors.map((monitor) => ({ kind: "monitor" as const, ...monitor })),
    ...receivers.map((receiver) => ({ kind: "receiver" as const, ...receiver })),
  ]
    .filter((watcher) => watcher.service_id === serviceId)
    .map(({ kind, id, name }) => ({ kind, id, name }));
};

export const listMonitorNames = (): Promise<Pick<MonitorWire, "id" | "name" | "group">[]> =>
  all<MonitorWire>("/monitors");
