// In: IDs and filters. Out: deliveries, their attempts and bodies, and replays of one or of many.
import type { ReplayWire } from "../../src/delivery/replay-wire";
import type { AttemptWire, BodyWire, DeliveryWire } from "../../src/delivery/wire";
import { get, post, type Page } from "./client";

export type Delivery = DeliveryWire;
export type DeliveryStatus = Delivery["status"];
export type Attempt = AttemptWire;
export type DeliveryBody = BodyWire;
export type Replay = ReplayWire;

/** What deliveries are looked for by; several words of one kind with commas. */
export interface DeliveryFilter {
  channel_id?: string;
  event?: string;
  status?: string;
  outcome?: string;
  machine_id?: string;
  subject_id?: string;
  from?: string;
  to?: string;
}

const PATH = "/deliveries";
/** Pages that are followed where nothing rare was found yet. */
const MOST_EMPTY_PAGES = 40;

export const listDeliveries = async (
  filter: DeliveryFilter,
  page: { limit: number; cursor?: string | null },
): Promise<Page<Delivery>> => {
  let found = await get<Page<Delivery>>(PATH, { ...filter, ...page });
  for (let pages = 1; found.data.length === 0 && found.next_cursor !== null; pages++) {
    if (pages === MOST_EMPTY_PAGES) break;
    found = await get<Page<Delivery>>(PATH, { ...filter, ...page, cursor: found.next_cursor });
  }
  return found;
};

/** For a link: the browser's own request, with the session's cookie. */
export const exportAddress = (filter: DeliveryFilter): string => {
  const query = new URLSearchParams(
    Object.entries(filter).filter((entry): entry is [string, string] => Boolean(entry[1])),
  ).toString();
  return `/api/v1${PATH}/export${query === "" ? "" : `?${query}`}`;
};

export const readAttempts = (id: string): Promise<{ data: Attempt[] }> => get(`${PATH}/${id}/attempts`);
/** Of editors only. */
export const readBody = (id: string): Promise<DeliveryBody> => get(`${PATH}/${id}/body`);

/** The same row again with the same `webhook-id`; with `newId` a new one, for handlers that drop known IDs. */
export const replayDelivery = (id: string, newId = false): Promise<Delivery> =>
  post(`${PATH}/${id}/replay`, newId ? { new_id: true } : {});

/** As the body of a replay wants it: lists, and no status that is not over. */
const replayBody = (filter: DeliveryFilter): Record<string, unknown> => {
  const { channel_id, event, status, outcome, ...rest } = filter;
  const lists = Object.entries({ channel_id, event, status, outcome }).flatMap(([name, words]) =>
    words ? [[name, words.split(",")] as const] : [],
  );
  const plain = Object.entries(rest).filter(([, value]) => Boolean(value));
  const written = Object.fromEntries([...lists, ...plain]);
  return Object.keys(written).length === 0 ? { all: true } : { filter: written };
};

export const countReplay = (filter: DeliveryFilter): Promise<{ count: number; skipped: number }> =>
  post(`${PATH}/replay`, { ...replayBody(filter), dry_run: true });
export const startReplay = (filter: DeliveryFilter, newId: boolean): Promise<Replay> =>
  post(`${PATH}/replay`, { ...replayBody(filter), ...(newId ? { new_id: true } : {}) });
export const listReplays = (limit: number): Promise<Page<Replay>> => get(`${PATH}/replays`, { limit });
export const cancelReplay = (id: string): Promise<Replay> => post(`${PATH}/replays/${id}/cancel`);
