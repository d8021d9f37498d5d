// In: moments, and the language and time zone of a page. Out: how they are written, as text and as <time>,
// which the page's script writes again in the reader's own zone.
import { html, type Html } from "../html";
import type { Words } from "../text";

export interface When {
  /** `12 Sep 2026`. */
  day(ms: number): string;
  /** `12 Sep 2026, 14:32 CEST`, for machines too. */
  moment(ms: number): Html;
  /** From one moment to another, the day only once where it is the same. */
  span(from: number, to: number): Html;
}

/** Making a format costs a hundred times what using it does. */
export const createWhen = (words: Words, timeZone: string): When => {
  const day = new Intl.DateTimeFormat(words.locale, {
    timeZone,
    year: "numeric",
    month: "short",
    day: "numeric",
  });
  const moment = new Intl.DateTimeFormat(words.locale, {
    timeZone,
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
  });
  const iso = (ms: number): string => new Date(ms).toISOString();
  return {
    day: (ms) => day.format(ms),
    moment: (ms) => html`<time datetime="${iso(ms)}" data-local>${moment.format(ms)}</time>`,
    span: (from, to) =>
      html`<time datetime="${iso(from)}" data-until="${iso(to)}" data-local
        >${moment.formatRange(from, to)}</time
      >`,
  };
};
