// In: receivers and what came to them. Out: the shape and word of each state, what a receiver is about, and
// its address as senders reach it.
import type {
  DeliveryResult,
  Meaning,
  Preset,
  Receiver,
  ReceiverOutcome,
  SavedReceiver,
} from "../api/receivers";
import type { MarkKind } from "../elements/mark";
import { text } from "../text/en";

const words = text.receivers;

export interface ReceiverState {
  kind: MarkKind;
  word: string;
  group: "trouble" | "working" | "silent" | "off";
}

export const receiverState = ({ is_active, last_delivery }: Receiver): ReceiverState => {
  const { stateWords } = words;
  if (!is_active) return { kind: "plain", word: stateWords.off, group: "off" };
  const result = last_delivery?.result;
  if (result === undefined) return { kind: "stale", word: stateWords.silent, group: "silent" };
  if (result === "failed" || result === "auth_failed")
    return { kind: "warning", word: stateWords[result], group: "trouble" };
  return { kind: "good", word: stateWords.working, group: "working" };
};

export const resultMark = (result: DeliveryResult): MarkKind => {
  if (result === "processed") return "good";
  return result === "ignored" ? "plain" : "warning";
};

/** Null: there is no word for it. */
export const meaningMark = (meaning: string | null): MarkKind => {
  if (meaning === "down") return "critical";
  if (meaning === "degraded") return "warning";
  if (meaning === "maintenance") return "info";
  return meaning === "operational" ? "good" : "plain";
};

/** Why it could not be used. What is known instead of an unknown word would only be in the way. */
export const shortReason = ({
  raw_status: raw,
  error,
}: Pick<ReceiverOutcome, "raw_status" | "error">): string | null =>
  raw !== null && error?.startsWith(`"${raw}" is not mapped`) === true ? words.outcome.unread(raw) : error;

export const meaningWord = (meaning: string): string => words.meanings[meaning] ?? meaning;

export const MEANINGS: readonly Meaning[] = ["operational", "degraded", "down", "maintenance", "ignore"];

export const pathsOf = (paths: string | readonly string[] | null): readonly string[] =>
  paths === null ? [] : typeof paths === "string" ? [paths] : paths;

/** What it sets the status of, in a few words. */
export const receiverTarget = (
  receiver: Pick<Receiver, "service_id" | "service_name_field" | "alerts">,
  services: ReadonlyMap<string, string>,
): string => {
  if (receiver.service_id !== null) return services.get(receiver.service_id) ?? words.deletedService;
  return receiver.alerts?.sets_status === false ? words.alertsOnly : words.byPayload;
};

export const presetLabel = (name: string, presets: readonly Preset[]): string =>
  presets.find((preset) => preset.name === name)?.label ?? name;

/** No sender elsewhere reaches these: they are what the server listens on where nobody told it its name. */
const OWN_HOSTS = /^(?:localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1?\])$/;

/** By the name under which this page was opened, where the server knows no better one. */
export const reachableUrl = (url: string): string => {
  const { hostname, pathname } = new URL(url);
  return OWN_HOSTS.test(hostname) ? location.origin + decodeURIComponent(pathname) : decodeURI(url);
};

const LONGEST_WORD_LIST = 6;

/** A few of a list, for a line of facts. */
export const someOf = (list: readonly string[]): string =>
  list.length <= LONGEST_WORD_LIST ? list.join(", ") : `${list.slice(0, LONGEST_WORD_LIST).join(", ")} …`;

/** Words and meanings in the order in which they were written, whichever way round. */
export const mappingRows = (mapping: SavedReceiver["status_mapping"]): [word: string, meaning: string][] =>
  Object.entries(mapping ?? {}).flatMap(([key, value]): [string, string][] =>
    typeof value === "string" ? [[key, value]] : value.map((word) => [word, key]),
  );
