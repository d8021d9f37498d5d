// In: a channel's settings. Out: notification channels, their types, test and resume.
import type { TestWire } from "../../src/channels/test-wire";
import type { ChannelTypeWire, ChannelWire } from "../../src/channels/wire";
import { all, call, get, patch, post, remove } from "./client";

export type Channel = ChannelWire;
export type ChannelType = ChannelTypeWire;
export type ChannelField = ChannelType["fields"][number];
export type ChannelFilters = NonNullable<Channel["filters"]>;

export interface ChannelBody {
  name: string;
  type: string;
  config: Record<string, unknown>;
  is_active: boolean;
  events?: string[] | null;
  filters?: ChannelFilters | null;
  failure_channel_id?: string | null;
}

/** Every message of the test, up to the first that failed. */
export type ChannelTest = TestWire;

/** A test waits for the endpoint: three messages, each up to its own limit of 60 s, and the time around them. */
const TEST_DEADLINE_MS = 200_000;

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
