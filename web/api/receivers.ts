// In: a receiver's settings, payloads, words. Out: webhook receivers, their presets and log, and what a payload
// would lead to.
import type { ListedReceiverWire } from "../../src/receivers/listed-wire";
import type { DeliveryWire, OutcomeWire, WholeDeliveryWire } from "../../src/receivers/log-wire";
import type { PresetWire } from "../../src/receivers/preset-wire";
import type { RehearsalWire, TeachingWire, UnknownWordWire } from "../../src/receivers/try-wire";
import type { ReceiverWire } from "../../src/receivers/wire";
import { all, get, patch, post, remove, type Page } from "./client";

export type Receiver = ListedReceiverWire;
/** As the answers to changes have it. */
export type SavedReceiver = ReceiverWire;
export type Preset = PresetWire;
export type ReceiverDelivery = DeliveryWire;
export type DeliveryResult = DeliveryWire["result"];
export type ReceiverOutcome = OutcomeWire;
export type WholeReceiverDelivery = WholeDeliveryWire;
export type Rehearsal = RehearsalWire;
export type RehearsedItem = Rehearsal["items"][number];
export type Teaching = TeachingWire;
export type Candidate = TeachingWire["candidates"][number];
export type UnknownWord = UnknownWordWire;
export type Meaning = NonNullable<Candidate["meaning"]>;

/** Of the API's fields, those that a form sets; what is left out stays as it is. */
export type ReceiverBody = { [Name in keyof ReceiverWire]?: ReceiverWire[Name] | null };

const PATH = "/webhook-receivers";
const pathOf = (id: string): string => `${PATH}/${encodeURIComponent(id)}`;

export const listPresets = (): Promise<{ data: Preset[] }> => get(`${PATH}/presets`);
export const listReceivers = (): Promise<Receiver[]> => all<Receiver>(PATH);
export const readReceiver = (id: string): Promise<Receiver> => get(pathOf(id));
/** For a receiver that is about something new. */
export const createNamedService = (name: string): Promise<{ id: string }> => post("/services", { name });
/** The answer shows the token and the address this once. */
export const createReceiver = (body: ReceiverBody): Promise<SavedReceiver> => post(PATH, body);
export const changeReceiver = (id: string, changes: ReceiverBody): Promise<SavedReceiver> =>
  patch(pathOf(id), changes);
export const deleteReceiver = (id: string): Promise<void> => remove(pathOf(id));

/** `revokesPrevious`: the one before is refused at once, else for another day. The answer shows the new one. */
export const rotateToken = (id: string, revokesPrevious: boolean): Promise<SavedReceiver> =>
  post(`${pathOf(id)}/rotate-token`, { revoke_previous: revokesPrevious });
/** Without `secret` one is made. The answer shows it this once. */
export const rotateReceiverSecret = (
  id: string,
  { secret, revokesPrevious }: { secret?: string; revokesPrevious: boolean },
): Promise<SavedReceiver & { secret: string }> =>
  post(`${pathOf(id)}/rotate-secret`, {
    revoke_previous: revokesPrevious,
    ...(secret === undefined ? {} : { secret }),
  });

export const listReceiverDeliveries = (
  id: string,
  query: { limit: number; cursor?: string | null; result?: string },
): Promise<Page<ReceiverDelivery>> => get(`${pathOf(id)}/deliveries`, query);
export const readReceiverDelivery = (id: string, deliveryId: string): Promise<WholeReceiverDelivery> =>
  get(`${pathOf(id)}/deliveries/${encodeURIComponent(deliveryId)}`);
/** By the present settings, as a new entry of the log. */
export const reprocessDelivery = (id: string, deliveryId: string): Promise<ReceiverDelivery> =>
  post(`${pathOf(id)}/deliveries/${encodeURIComponent(deliveryId)}/reprocess`);
/** All that failed and that nothing has mended since; at most 500 at once. */
export const reprocessFailed = (id: string): Promise<{ data: ReceiverDelivery[] }> =>
  post(`${pathOf(id)}/reprocess`);

export const listUnknownWords = (id: string): Promise<{ data: UnknownWord[] }> =>
  get(`${pathOf(id)}/unknown-words`);
export const mapWord = (id: string, word: string, meaning: Meaning): Promise<SavedReceiver> =>
  post(`${pathOf(id)}/mapping`, { word, status: meaning });

/** Nothing is written, and nobody is told. `payload`: JSON, or a body as text. */
export const tryPayload = (
  id: string,
  question: { payload: unknown; headers?: Record<string, string>; settings?: ReceiverBody },
): Promise<Rehearsal> => post(`${pathOf(id)}/dry-run`, question);

export const readTeaching = (id: string): Promise<Teaching> => get(`${pathOf(id)}/teach`);
/** The next genuine payload within a quarter of an hour is kept and changes nothing. */
export const startTeaching = (id: string): Promise<Teaching> => post(`${pathOf(id)}/teach`);
export const endTeaching = (id: string): Promise<void> => remove(`${pathOf(id)}/teach`);
/** What would come of the kept payload with these settings; with `isFinal` they are saved. */
export const applyTeaching = (
  id: string,
  settings: ReceiverBody,
  isFinal: boolean,
): Promise<{ rehearsal: Rehearsal; receiver: SavedReceiver | null }> =>
  post(`${pathOf(id)}/teach/apply`, { ...settings, save: isFinal });
