// In: what the server shows a single time: a receiver's new address, a new secret. Out: the same for the page of
// that receiver, until it is left.
import { place } from "../app/router";
import { Store } from "../controllers/store";

export interface ShownOnce {
  receiverId: string;
  /** With the token; null where only the secret is new. */
  url: string | null;
  secret: string | null;
}

export const shownOnce = new Store<ShownOnce | null>(null);

/** Of this receiver; what is kept of another one is nobody's business here. */
export const shownOnceOf = (receiverId: string): ShownOnce | null =>
  shownOnce.value?.receiverId === receiverId ? shownOnce.value : null;

/** Beside what is shown already. */
export const showOnce = (receiverId: string, shown: Partial<Pick<ShownOnce, "url" | "secret">>): void => {
  const before = shownOnceOf(receiverId);
  shownOnce.set({
    receiverId,
    url: shown.url ?? before?.url ?? null,
    secret: shown.secret ?? before?.secret ?? null,
  });
};

/** For pages that are left: only those of the same receiver may go on showing it. */
export const forgetShown = (receiverId: string): void => {
  if (!place.value.path.startsWith(`/receivers/${receiverId}`)) shownOnce.set(null);
};
