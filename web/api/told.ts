// In: an alert's, incident's or service's ID. Out: who was told of what happened to it, and why others were not.
import type { NotificationsWire } from "../../src/notify/wire";
import { get } from "./client";

/** One thing that happened, and each channel's part in it. */
export type Told = NotificationsWire["data"][number];
export type ToldChannel = Told["channels"][number];

/** Oldest first. `id` may also be a running number or a code. */
export const readTold = async (subjects: "alerts" | "incidents" | "services", id: string): Promise<Told[]> =>
  (await get<NotificationsWire>(`/${subjects}/${encodeURIComponent(id)}/notifications`)).data;
