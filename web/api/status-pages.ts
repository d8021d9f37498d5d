// In: a status page's settings. Out: status pages, their logos, how they would look, and who is subscribed.
import type { SubscriberWire } from "../../src/status-pages/subscribers/wire";
import type { PageWire, PreviewWire } from "../../src/status-pages/wire";
import { all, call, get, patch, post, remove, type Page } from "./client";

export type StatusPage = PageWire;
export type Subscriber = SubscriberWire;

export type StatusPageBody = Omit<
  StatusPage,
  "id" | "path" | "has_password" | "has_logo" | "created_at" | "updated_at" | "slug"
> & { slug?: string; password?: string };

const PATH = "/status-pages";
const pathOf = (id: string): string => `${PATH}/${encodeURIComponent(id)}`;

export const listStatusPages = (): Promise<StatusPage[]> => all<StatusPage>(PATH);
export const readStatusPage = (id: string): Promise<StatusPage> => get(pathOf(id));
export const createStatusPage = (body: StatusPageBody): Promise<StatusPage> => post(PATH, body);
export const changeStatusPage = (id: string, changes: Partial<StatusPageBody>): Promise<StatusPage> =>
  patch(pathOf(id), changes);
export const deleteStatusPage = (id: string): Promise<void> => remove(pathOf(id));
/** `data`: a data: address. */
export const setLogo = (id: string, data: string): Promise<StatusPage> =>
  call("PUT", `${pathOf(id)}/logo`, { body: { data } });
export const removeLogo = (id: string): Promise<StatusPage> => call("DELETE", `${pathOf(id)}/logo`);
export const logoPath = ({ id, updated_at: at }: StatusPage): string =>
  `/api/v1${pathOf(id)}/logo?at=${encodeURIComponent(at)}`;

/** Nothing is saved. */
export const previewStatusPage = (
  pageId: string | null,
  body: Partial<StatusPageBody>,
  signal: AbortSignal,
): Promise<PreviewWire> =>
  call("POST", `${PATH}/preview`, {
    body: { ...(pageId === null ? {} : { page_id: pageId }), ...body },
    signal,
  });

/** Newest first. `email`: a whole address. */
export const listSubscribers = (
  id: string,
  page: { limit: number; cursor: string | null; email: string },
): Promise<Page<Subscriber>> => get(`${pathOf(id)}/subscribers`, { ...page });
export const deleteSubscriber = (id: string, subscriberId: string): Promise<void> =>
  remove(`${pathOf(id)}/subscribers/${encodeURIComponent(subscriberId)}`);
export const subscribersCsvPath = (id: string): string => `/api/v1${pathOf(id)}/subscribers/export`;
