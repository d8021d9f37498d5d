// In: a monitor's settings, a range of time. Out: monitors and heartbeats, what was seen of them, and looks.
import type { JournalEntryWire } from "../../src/alerts/wire";
import type { LatencyWire, ResultWire, TestWire } from "../../src/monitors/results-wire";
import type { MonitorWire } from "../../src/monitors/wire";
import { all, call, get, patch, post, remove, type Page } from "./client";

export type Monitor = MonitorWire;
export type MonitorType = Monitor["type"];
export type MonitorStatus = Monitor["status"];
export type MonitorOutcome = NonNullable<Monitor["last_result"]>["outcome"];
export type MonitorResult = ResultWire;
export type Latency = LatencyWire;
export type Sight = TestWire;
export type MonitorEvent = JournalEntryWire;
/** Of the API's fields, those that a form sets; what is left out stays as it is. */
export type MonitorBody = Record<string, unknown>;

const PATH = "/monitors";
const pathOf = (id: string): string => `${PATH}/${encodeURIComponent(id)}`;
/** A look takes its time-out at most, which is a minute, and the time around it. */
const LOOK_DEADLINE_MS = 90_000;

export const listMonitors = (): Promise<Monitor[]> => all<Monitor>(PATH);
export const hasMonitors = async (): Promise<boolean> =>
  (await get<Page<Monitor>>(PATH, { limit: 1 })).data.length > 0;
export const readMonitor = (id: string): Promise<Monitor> => get(pathOf(id));
export const createMonitor = (body: MonitorBody): Promise<Monitor> => post(PATH, body);
export const changeMonitor = (id: string, changes: MonitorBody): Promise<Monitor> =>
  patch(pathOf(id), changes);
export const deleteMonitor = (id: string): Promise<void> => remove(pathOf(id));

/** Looks once; nothing is recorded. */
export const testMonitor = (id: string): Promise<Sight> =>
  call("POST", `${pathOf(id)}/test`, { deadlineMs: LOOK_DEADLINE_MS });
/** The same with the body of a new monitor. */
export const testDraft = (body: MonitorBody): Promise<Sight> =>
  call("POST", `${PATH}/test`, { body, deadlineMs: LOOK_DEADLINE_MS });

/** The addresses before are unknown from then on. */
export const rotateAddress = (id: string): Promise<Monitor> => post(`${pathOf(id)}/rotate-address`);

/** Newest first. */
export const listResults = (
  id: string,
  page: { limit: number; cursor?: string | null },
): Promise<Page<MonitorResult>> => get(`${pathOf(id)}/results`, page);
/** What a job printed, with this report. */
export const readOutput = (id: string, result: number): Promise<{ output: string | null }> =>
  get(`${pathOf(id)}/output`, { result });
/** Oldest first. */
export const readMonitorEvents = async (id: string): Promise<MonitorEvent[]> =>
  (await get<{ data: MonitorEvent[] }>(`${pathOf(id)}/timeline`)).data;
/** `from` in ms; by the minute at most two days. */
export const readLatency = (
  id: string,
  { from, resolution }: { from: number; resolution: "minute" | "hour" },
): Promise<Latency> => get(`${pathOf(id)}/latency`, { from: new Date(from).toISOString(), resolution });
