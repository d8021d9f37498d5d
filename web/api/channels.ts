// In: a channel's settings. Out: notification channels, their types, test and resume.
import type { Attempt } from "./deliveries";
import { all, call, get, patch, post, remove } from "./client";

export interface ChannelField {
  name: string;
  label: string;
  type: "text" | "url" | "secret" | "number" | "boolean" | "select" | "headers" | "list" | "json";
  required: boolean;
  secret: boolean;
  hint: string;
  options?: { value: string; label: string }[];
  default?: string | number | boolean;
  advanced?: boolean;
}

export interface ChannelType {
  kind: string;
  label: string;
  description: string;
  fields: ChannelField[];
  default_events: string[];
}

export type ChannelHealth = "active" | "failing" | "paused" | "failed" | "disabled" | "unverified";

export interface ChannelFilters {
  severities?: string[];
  groups?: string[];
  project_ids?: string[];
  machine_ids?: string[];
  labels?: Record<string, string>;
}

export interface ChannelBody {
  name: string;
  type: string;
  config: Record<string, unknown>;
  is_active: boolean;
  events?: string[] | null;
  filters?: ChannelFilters | null;
  failure_channel_id?: string | null;
}

export interface Channel {
  id: string;
  name: string;
  type: string;
  config: Record<string, unknown>;
  is_active: boolean;
  events: string[] | null;
  filters: ChannelFilters | null;
  failure_channel_id: string | null;
  health: ChannelHealth;
  health_reason: string | null;
  consecutive_failures: number;
  last_success_at: string | null;
  last_failure_at: string | null;
  /** 0 to 1; null when nothing was sent. */
  success_rate_24h: number | null;
  waiting_count: number;
  created_at: string;
  updated_at: string;
}

export interface ChannelTest {
  success: boolean;
  error?: string;
  attempt: Attempt | null;
}

/** A test waits for the endpoint: up to its own limit of 60 s, and the time around it. */
const TEST_DEADLINE_MS = 75_000;

export const listChannelTypes = (): Promise<{ data: ChannelType[] }> => get("/channel-types");
export const listChannels = (): Promise<Channel[]> => all<Channel>("/notification-channels");
export const readChannel = (id: string): Promise<Channel> =>
  get(`/notification-channels/${encodeURIComponent(id)}`);
export const createChannel = (body: ChannelBody): Promise<Channel> => post("/notification-channels", body);
export const changeChannel = (id: string, changes: Partial<ChannelBody>): Promise<Channel> =>
  patch(`/notification-channels/${id}`, changes);
export const deleteChannel = (id: string): Promise<void> => remove(`/notification-channels/${id}`);
export const testChannel = (id: string): Promise<ChannelTest> =>
  call("POST", `/notification-channels/${id}/test`, { body: {}, deadlineMs: TEST_DEADLINE_MS });
export const resumeChannel = (id: string): Promise<unknown> => post(`/notification-channels/${id}/resume`);
