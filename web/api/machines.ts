// In: IDs and changes. Out: machines with their metrics, and readings for charts.
import type { MachineWire } from "../../src/intake/machines/wire";
import { all, get, patch, post, remove } from "./client";

export type Machine = MachineWire;
export type MetricInfo = Machine["metrics"][number];

export interface ReadingPoint {
  time: string;
  value: number;
  min?: number;
  max?: number;
  count?: number;
}

export interface Readings {
  metric: string;
  unit: string | null;
  decimals: number | null;
  resolution: string;
  series: { labels: Record<string, string>; points: ReadingPoint[] }[];
}

export interface MachineChanges {
  display_name?: string | null;
  type?: string;
  labels?: Record<string, string>;
  offline_after_seconds?: number | null;
}

export interface MetricChanges {
  display_name?: string | null;
  unit?: string | null;
  decimals?: number | null;
  range?: [number, number] | null;
}

export const listMachines = (): Promise<Machine[]> => all<Machine>("/machines");
export const readMachine = (id: string): Promise<Machine> => get(`/machines/${encodeURIComponent(id)}`);
export const createMachine = (body: { name: string; type?: string }): Promise<Machine> =>
  post("/machines", body);
export const changeMachine = (id: string, changes: MachineChanges): Promise<Machine> =>
  patch(`/machines/${id}`, changes);
export const deleteMachine = (id: string): Promise<void> => remove(`/machines/${id}`);
export const approveMachine = (id: string): Promise<Machine> => post(`/machines/${id}/approve`);
export const changeMetric = (id: string, metric: string, changes: MetricChanges): Promise<unknown> =>
  patch(`/machines/${id}/metrics/${encodeURIComponent(metric)}`, changes);

export interface ReadingsQuery {
  metric: string;
  /** Milliseconds since 1970. */
  from: number;
  to: number;
  maxPoints: number;
}

export const readReadings = (id: string, query: ReadingsQuery): Promise<Readings> =>
  get(`/machines/${id}/readings`, {
    metric: query.metric,
    from: new Date(query.from).toISOString(),
    to: new Date(query.to).toISOString(),
    resolution: "auto",
    max_points: query.maxPoints,
  });
