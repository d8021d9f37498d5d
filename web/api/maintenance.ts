// In: when and on what people work. Out: maintenance windows, when they are, and the calendar of all of them.
import type {
  CalendarWire,
  OccurrenceWire,
  TimesWire,
  WindowWire,
} from "../../src/services/maintenance/wire";
import { all, call, get, patch, post, remove } from "./client";

export type MaintenanceWindow = WindowWire;
export type Occurrence = OccurrenceWire;
export type CalendarEntry = CalendarWire;
export type PlannedTime = TimesWire["data"][number];

export interface WindowTiming {
  starts_at: string | null;
  ends_at: string | null;
  /** Five fields; null for a window that comes once. */
  cron: string | null;
  duration_seconds: number | null;
  time_zone: string;
}

export interface WindowBody extends WindowTiming {
  name: string;
  description: string;
  service_ids: string[];
  machine_ids: string[];
  monitor_ids: string[];
  groups: string[];
  project_ids: string[];
}

const PATH = "/maintenance-windows";
const pathOf = (id: string): string => `${PATH}/${encodeURIComponent(id)}`;

export const listWindows = (): Promise<MaintenanceWindow[]> => all<MaintenanceWindow>(PATH);
export const readWindow = (id: string): Promise<MaintenanceWindow> => get(pathOf(id));
export const createWindow = (body: WindowBody): Promise<MaintenanceWindow> => post(PATH, body);
export const changeWindow = (id: string, changes: Partial<WindowBody>): Promise<MaintenanceWindow> =>
  patch(pathOf(id), changes);
/** Now. A recurring one comes again. */
export const endWindow = (id: string): Promise<MaintenanceWindow> => post(`${pathOf(id)}/end`);
export const deleteWindow = (id: string): Promise<void> => remove(pathOf(id));
/** Latest first. */
export const readOccurrences = async (id: string): Promise<Occurrence[]> =>
  (await get<{ data: Occurrence[] }>(`${pathOf(id)}/occurrences`)).data;
/** From 30 days ago to 92 days ahead, earliest first. */
export const readCalendar = async (): Promise<CalendarEntry[]> =>
  (await get<{ data: CalendarEntry[] }>(`${PATH}/calendar`)).data;
/** The next five. Nothing is saved; rejects as creating would. */
export const previewWindow = async (timing: WindowTiming, signal: AbortSignal): Promise<PlannedTime[]> =>
  (await call<TimesWire>("POST", `${PATH}/preview`, { body: timing, signal })).data;
