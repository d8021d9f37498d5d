// In: a channel's settings. Out: notification channels, their types, test and resume.
import type { PreviewEventsWire, PreviewWire } from "../../src/channels/preview-wire";
import type { RotatedWire, SavedChannelWire } from "../../src/channels/saved-wire";
import type { TestWire } from "../../src/channels/test-wire";
import type { ChannelTypeWire, ChannelWire } from "../../src/channels/wire";
import { all, call, get, post, remove } from "./client";

export type Channel = ChannelWire;
export type ChannelType = ChannelTypeWire;
export type ChannelField = ChannelType["fields"][number];
export type ChannelFilters = NonNullable<Channel["filters"]>;
/** With the handshake, where switching it on took one. */
export type SavedChannel = SavedChannelWire;
export type RotatedChannel = RotatedWire;

export interface ChannelBody {
  name: string;
  type: string;
  config: Record<string, unknown>;
  is_active: boolean;
  events?: string[] | null;
  filters?: ChannelFilters | null;
  failure_channel_id?: string | null;
  rate_limit_per_minute?: number | null;
  stale_after_seconds?: number | null;
  weekly_test?: boolean;
}

/** Every message of the test, up to the first that failed. */
export type ChannelTest = TestWire;

/** A test waits for the endpoint: three messages, each up to its own limit of 60 s, and the time around them. */
const TEST_DEADLINE_MS = 200_000;

export const listChannelTypes = (): Promise<{ data: ChannelType[] }> => get("/channel-types");
export const listChannels = (): Promise<Channel[]> => all<Channel>("/notification-channels");
export const readChannel = (id: string): Promise<Channel> =>
  get(`/notification-channels/${encodeURIComponent(id)}`);
/** A handshake is part of the answer: the endpoint may take its time. */
const save = (method: "POST" | "PATCH", path: string, body: unknown): Promise<SavedChannel> =>
  call(method, path, { body, deadlineMs: TEST_DEADLINE_MS });
export const createChannel = (body: ChannelBody): Promise<SavedChannel> =>
  save("POST", "/notification-channels", body);
export const changeChannel = (id: string, changes: Partial<ChannelBody>): Promise<SavedChannel> =>
  save("PATCH", `/notification-channels/${id}`, changes);
export const deleteChannel = (id: string): Promise<void> => remove(`/notification-channels/${id}`);
/** `onlyNewSecret`: during a rotation, signed by the new secret alone. */
export const testChannel = (id: string, onlyNewSecret = false): Promise<ChannelTest> =>
  call("POST", `/notification-channels/${id}/test`, {
    body: onlyNewSecret ? { only_new_secret: true } : {},
    deadlineMs: TEST_DEADLINE_MS,
  });
export const resumeChannel = (id: string): Promise<Channel> => post(`/notification-channels/${id}/resume`);
/** Without `secret` one is made. The answer shows it this once. */
export const rotateSecret = (id: string, secret?: string): Promise<RotatedChannel> =>
  post(`/notification-channels/${id}/rotate-secret`, secret === undefined ? {} : { secret });

export type Preview = PreviewWire;
export type PreviewEvents = PreviewEventsWire;

export interface PreviewQuestion {
  type: string;
  config: Record<string, unknown>;
  /** Of a stored channel: what is masked or left out is taken from it. */
  channelId: string | null;
  /** Of an event that happened. */
  eventSeq: number | null;
  /** A sample of this kind. Neither: the type's own test message. */
  event: string | null;
}

/** Nothing is sent and nothing saved. */
export const previewChannel = (question: PreviewQuestion, signal: AbortSignal): Promise<Preview> =>
  call("POST", "/notification-channels/preview", {
    body: {
      type: question.type,
      config: question.config,
      channel_id: question.channelId,
      event_seq: question.eventSeq,
      event: question.event,
    },
    signal,
  });
export const listPreviewEvents = (limit: number): Promise<PreviewEvents> =>
  get("/notification-channels/preview-events", { limit });
