// In: IDs and filters. Out: deliveries, their attempts, and replay.
import { get, post, type Page } from "./client";

export type DeliveryStatus = "pending" | "sending" | "delivered" | "failed" | "cancelled" | "held";

export interface Delivery {
  id: string;
  channel_id: string;
  event: string;
  subject_id: string;
  machine_id: string | null;
  status: DeliveryStatus;
  attempt_count: number;
  next_attempt_at: string | null;
  created_at: string;
  delivered_at: string | null;
  outcome: string | null;
  reason: string | null;
}

export interface Attempt {
  number: number;
  outcome: string;
  status_code: number | null;
  error: string | null;
  address: string | null;
  queued_at: string;
  started_at: string;
  first_byte_ms: number | null;
  total_ms: number;
  request_headers: Record<string, string>;
  response_headers: Record<string, string> | null;
  response_body: string | null;
}

export interface DeliveryQuery {
  channel_id?: string;
  event?: string;
  status?: DeliveryStatus;
  outcome?: string;
  subject_id?: string;
  limit?: number;
  cursor?: string | null;
}

export const listDeliveries = (query: DeliveryQuery): Promise<Page<Delivery>> =>
  get("/deliveries", { ...query });
export const readAttempts = (id: string): Promise<{ data: Attempt[] }> => get(`/deliveries/${id}/attempts`);
/** The same row again with the same `webhook-id`; with `newId` a new one, for handlers that drop known IDs. */
export const replayDelivery = (id: string, newId = false): Promise<Delivery> =>
  post(`/deliveries/${id}/replay`, newId ? { new_id: true } : {});
