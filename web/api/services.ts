// In: a service's settings, a range of time. Out: services, how they stood, their uptime and the SLA report.
import type {
  DaysWire,
  OverviewWire,
  ReportRowWire,
  ReportWire,
  SettingsWire,
  UptimeWire,
} from "../../src/services/uptime/wire";
import type { HistoryWire, ServiceWire, StatusAnswer } from "../../src/services/wire";
import { all, get, patch, post, remove, type Page } from "./client";

export type Service = ServiceWire;
export type ServiceStatus = Service["status"];
export type StatusSource = Service["sources"][number];
export type StatusChange = HistoryWire;
export type Uptime = UptimeWire;
export type Overview = OverviewWire;
/** A day of an overview; a full one has more. */
export type ServiceDay = OverviewWire["data"][number]["days"][number];
export type ServiceDays = (typeof DaysWire)["static"];
export type SlaReport = ReportWire;
export type SlaRow = ReportRowWire;
export type SlaSettings = (typeof SettingsWire)["static"];

export interface ServiceBody {
  name: string;
  group: string | null;
  description: string;
  order: number;
  owner: string | null;
  depends_on: string[];
  status_from: Service["status_from"];
  sla_target: number | null;
  degraded_weight: number | null;
}

const pathOf = (id: string): string => `/services/${encodeURIComponent(id)}`;

export const listServices = (): Promise<Service[]> => all<Service>("/services");
export const readService = (id: string): Promise<Service> => get(pathOf(id));
export const createService = (body: ServiceBody): Promise<Service> => post("/services", body);
export const changeService = (id: string, changes: Partial<ServiceBody>): Promise<Service> =>
  patch(pathOf(id), changes);
export const deleteService = (id: string): Promise<void> => remove(pathOf(id));
/** `result` is `ignored` where it stood so already, or something stronger holds another. */
export const setServiceStatus = (
  id: string,
  body: { status: ServiceStatus; message: string },
): Promise<StatusAnswer> => post(`${pathOf(id)}/status`, body);
/** Newest first. */
export const readHistory = (
  id: string,
  page: { limit: number; cursor: string | null },
): Promise<Page<StatusChange>> => get(`${pathOf(id)}/history`, { ...page });
/** `window`: 24h, 7d, 30d or 90d; or a month, as 2026-03. */
export const readUptime = (id: string, range: { window?: string; month?: string }): Promise<Uptime> =>
  get(`${pathOf(id)}/uptime`, range);
export const readDays = (id: string): Promise<ServiceDays> => get(`${pathOf(id)}/days`);
export const readOverview = (): Promise<Overview> => get("/reports/days");

export const readReport = (month: string): Promise<SlaReport> => get("/reports/sla", { month });
export const reportCsvPath = (month: string): string =>
  `/api/v1/reports/sla/export?month=${encodeURIComponent(month)}`;
export const readSlaSettings = (): Promise<SlaSettings> => get("/sla-settings");
export const changeSlaSettings = (changes: Partial<SlaSettings>): Promise<SlaSettings> =>
  patch("/sla-settings", changes);
