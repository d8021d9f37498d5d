// In: nothing. Out: how many, how often and how long: the limits that keep subscribing from being a way to
// flood mailboxes and endpoints, or this program.

/** Of one page. */
export const MOST_SUBSCRIBERS = { email: 5_000, webhook: 100 } as const;

/** Unconfirmed ones of one page; one more takes the place of the oldest. */
export const MOST_UNCONFIRMED = { email: 500, webhook: 20 } as const;

/** Without a confirmation an address is deleted then. */
export const CONFIRM_WITHIN_MS = 48 * 3_600_000;
export const CONFIRM_WITHIN_HOURS = CONFIRM_WITHIN_MS / 3_600_000;

/** One address is not written to more often because somebody enters it. */
export const ASK_AGAIN_AFTER_MS = 3_600_000;

/** Services that somebody may name; who wants more takes all. */
export const MOST_SERVICES = 500;
