// In: where a page is read, and a subscriber's token. Out: the links of their messages.
import type { SubscriberLinks } from "./mail";

/** Paths below the page that the public uses. */
export const PATHS = {
  subscribe: "subscribe",
  confirm: "confirm",
  manage: "subscription",
  unsubscribe: "unsubscribe",
} as const;

/** The form's other path: where the sheets of a page lead. */
export const SUBSCRIBE_FILE = "subscribe.html";

/** `pageUrl` is absolute and ends with a slash. */
export const linksOf = (pageUrl: string, token: string): SubscriberLinks => {
  const linkOf = (path: string): string => `${pageUrl}${path}?token=${encodeURIComponent(token)}`;
  return {
    page: pageUrl,
    confirm: linkOf(PATHS.confirm),
    manage: linkOf(PATHS.manage),
    unsubscribe: linkOf(PATHS.unsubscribe),
  };
};
