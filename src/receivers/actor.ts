// In: a receiver. Out: who it is in the journal and in the words about a service.
import type { Actor } from "../core/actor";
import type { ReceiverRecord } from "./repository";

export const actorOf = ({ id, name }: Pick<ReceiverRecord, "id" | "name">): Actor => ({
  kind: "system",
  id,
  name,
});
