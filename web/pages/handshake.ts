// In: what the endpoint answered when a channel was saved. Out: the same on the channel's page, which is
// opened next; nothing is kept beyond that.
import type { Attempt } from "../api/deliveries";
import { Store } from "../controllers/store";

export interface SavedHandshake {
  channelId: string;
  attempt: Attempt;
}

export const savedHandshake = new Store<SavedHandshake | null>(null);
