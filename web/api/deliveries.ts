// In: IDs and filters. Out: deliveries, their attempts, and replay.
import type { AttemptWire, DeliveryWire } from "../../src/delivery/wire";
import { get, post, type Page } from "./client";

export type Delivery = DeliveryWire;
export type DeliveryStatus = Delivery["status"];
export type Attempt = AttemptWire;

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
