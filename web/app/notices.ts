// In: things to tell the person at the screen. Out: toasts, and sentences for screen readers.
import { ApiError } from "../api/client";
import { Store } from "../controllers/store";
import { text } from "../text/en";

export interface Notice {
  id: number;
  tone: "plain" | "good" | "critical" | "warning";
  message: string;
  detail: string;
  /** A link to the thing that the notice is about. */
  href: string | null;
}

const SHOWN_MS = 6_000;
/** Bad news stays longer: it has to be read. */
const SHOWN_BAD_MS = 12_000;
const MOST = 4;

export const notices = new Store<readonly Notice[]>([]);
export const announcement = new Store<{ polite: string; assertive: string }>({ polite: "", assertive: "" });

let lastId = 0;

export const dismiss = (id: number): void =>
  notices.update((list) => list.filter((notice) => notice.id !== id));

export const notify = (
  message: string,
  options: { tone?: Notice["tone"]; detail?: string; href?: string } = {},
): void => {
  lastId += 1;
  const id = lastId;
  const notice: Notice = {
    id,
    message,
    tone: options.tone ?? "plain",
    detail: options.detail ?? "",
    href: options.href ?? null,
  };
  notices.update((list) => [...list, notice].slice(-MOST));
  setTimeout(() => dismiss(id), notice.tone === "critical" ? SHOWN_BAD_MS : SHOWN_MS);
};

/** Says what could not be done and why, in the server's own words. */
export const notifyFailure = (what: string, error: unknown): void => {
  const detail = error instanceof ApiError ? error.message : text.common.unexpected;
  notify(what, { tone: "critical", detail });
  announce(`${what} ${detail}`);
};

/** Read aloud; assertive interrupts and is for critical alerts only. */
export const announce = (sentence: string, isAssertive = false): void => {
  announcement.update((value) =>
    isAssertive ? { ...value, assertive: sentence } : { ...value, polite: sentence },
  );
};
