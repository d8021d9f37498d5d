// In: IDs and filters. Out: alerts, their timelines and the calls that change them.
import type { AlertWire, JournalEntryWire } from "../../src/alerts/wire";
import type { Delivery } from "./deliveries";
import { all, get, post } from "./client";

export type Alert = AlertWire;
export type Severity = Alert["severity"];
export type AlertStatus = Alert["status"];
export type NextEscalation = NonNullable<Alert["next_escalation"]>;

export type TimelineEntry = JournalEntryWire;

export interface AlertTimeline {
  data: TimelineEntry[];
  deliveries: (Delivery & { channel_name: string })[];
}

export interface AlertQuery {
  /** Several are joined by commas. */
  status?: string;
  severity?: string;
  machine_id?: string;
  rule_id?: string;
  from?: string;
  to?: string;
  limit?: number;
}

export const listAlerts = (query: AlertQuery, most?: number): Promise<Alert[]> =>
  all<Alert>("/alerts", { ...query }, most);

/** Everything that is not resolved. */
export const listOpenAlerts = (): Promise<Alert[]> => listAlerts({ status: "triggered,acknowledged" });

/** `id` may also be the running number. */
export const readAlert = (id: string): Promise<Alert> => get(`/alerts/${encodeURIComponent(id)}`);
export const readTimeline = (id: string): Promise<AlertTimeline> =>
  get(`/alerts/${encodeURIComponent(id)}/timeline`);
export const acknowledgeAlert = (id: string, note?: string): Promise<Alert> =>
  post(`/alerts/${id}/acknowledge`, note ? { note } : {});
export const resolveAlert = (id: string, note?: string): Promise<Alert> =>
  post(`/alerts/${id}/resolve`, note ? { note } : {});
export const noteAlert = (id: string, text: string): Promise<unknown> =>
  post(`/alerts/${id}/notes`, { text });
