// In: the words that are said about a service, and a receiver. Out: which of them are its own, and what it says as
// a whole: each thing that it knows of a service speaks for itself. Pure.
import type { ServiceStatus } from "../core/events";
import type { ServiceRecord } from "../services/book";
import type { StatusWord } from "../services/words";
import type { ReceiverRecord } from "./repository";

/** Between the receiver's ID and what of the service a word is about. */
export const SEPARATOR = "#";

export const isOwnWord = ({ source }: StatusWord, { id }: Pick<ReceiverRecord, "id">): boolean =>
  source.kind === "receiver" && (source.id === id || source.id.startsWith(id + SEPARATOR));

/** The worst of all that it has said and not taken back. */
export const ownStatus = (
  { words }: Pick<ServiceRecord, "words">,
  receiver: Pick<ReceiverRecord, "id">,
): ServiceStatus => {
  let worst: ServiceStatus = "operational";
  for (const word of words) {
    if (!isOwnWord(word, receiver)) continue;
    if (word.status === "down") return "down";
    if (word.status === "degraded" || worst === "operational") worst = word.status;
  }
  return worst;
};
