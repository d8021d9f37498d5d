// In: IDs or codes, filters, what to say. Out: incidents, their updates, and what happened to them.
import type { JournalEntryWire } from "../../src/alerts/wire";
import type { IncidentDetailWire, IncidentWire, UpdateWire } from "../../src/incidents/wire";
import { all, get, patch, post, type Page } from "./client";

export type Incident = IncidentWire;
/** With its newest updates. */
export type IncidentDetail = (typeof IncidentDetailWire)["static"];
export type IncidentStatus = Incident["status"];
export type IncidentSeverity = Incident["severity"];
export type IncidentUpdate = UpdateWire;
export type SaidStatus = Incident["service_status"];
export type IncidentEvent = JournalEntryWire;

export interface IncidentQuery {
  /** Several are joined by commas. */
  status?: string;
  severity?: string;
  service_id?: string;
  /** The monitor, receiver or alert that opened it. */
  source_id?: string;
}

export interface IncidentBody {
  title: string;
  severity: IncidentSeverity;
  service_ids: string[];
  message: string;
  service_status: SaidStatus;
  public: boolean;
}

export interface UpdateBody {
  status: IncidentStatus;
  message: string;
  public: boolean;
  /** Left out: what it says of its services stays. */
  service_status?: SaidStatus;
}

export interface IncidentChanges {
  title?: string;
  severity?: IncidentSeverity;
  service_ids?: string[];
  engineer_notes?: string;
  post_mortem?: string | null;
}

const pathOf = (id: string): string => `/incidents/${encodeURIComponent(id)}`;

export const OPEN_STATUSES = "investigating,identified,monitoring";

/** Newest first; 500 at most. */
export const listIncidents = (query: IncidentQuery): Promise<Incident[]> =>
  all<Incident>("/incidents", { ...query }, 500);
export const pageIncidents = (
  query: IncidentQuery & { limit: number; cursor: string | null },
): Promise<Page<Incident>> => get("/incidents", { ...query });
export const readIncident = (id: string): Promise<IncidentDetail> => get(pathOf(id));
/** Oldest first. */
export const readIncidentEvents = async (id: string): Promise<IncidentEvent[]> =>
  (await get<{ data: IncidentEvent[] }>(`${pathOf(id)}/timeline`)).data;
export const openIncident = (body: IncidentBody): Promise<IncidentDetail> => post("/incidents", body);
export const updateIncident = (id: string, body: UpdateBody): Promise<IncidentDetail> =>
  post(`${pathOf(id)}/updates`, body);
export const changeIncident = (id: string, changes: IncidentChanges): Promise<IncidentDetail> =>
  patch(pathOf(id), changes);
/** It is resolved, and `into` goes on, which is the answer. */
export const mergeIncident = (id: string, into: string): Promise<IncidentDetail> =>
  post(`${pathOf(id)}/merge`, { into });
