// In: the state of a page's load. Out: the same panels for loading, failing and stale data everywhere.
import { html, type TemplateResult } from "lit";
import type { Load } from "../controllers/load";
import "../elements/empty";
import "../elements/icon";
import { text } from "../text/en";
import { formatTime } from "../text/format";

interface StateWords {
  failed: string;
  notFound?: string;
  /** The page has no heading of its own then. */
  isWholePage?: boolean;
}

/** What to show instead of data, or null when there are some. */
export const stateOf = <T>(load: Load<T>, words: StateWords): TemplateResult | null => {
  if (load.data !== undefined) return null;
  const { error } = load;
  if (error === undefined)
    return html`<div class="card loading" aria-busy="true">
      <span class="unseen">${text.common.loading}</span>
    </div>`;
  if (error.status === 404 && words.notFound !== undefined)
    return html`<div class="card">
      <andon-empty
        ?first=${words.isWholePage}
        heading=${words.notFound}
        detail=${text.shell.notFoundDetail}
      ></andon-empty>
    </div>`;
  return html`<div class="card">
    <andon-empty ?first=${words.isWholePage} tone="critical" heading=${words.failed} detail=${error.message}>
      <button @click=${() => void load.run()}>${text.common.retry}</button>
    </andon-empty>
  </div>`;
};

/** Says that what is shown could not be refreshed. */
export const staleNote = <T>(load: Load<T>): TemplateResult | null =>
  load.data === undefined || load.error === undefined
    ? null
    : html`<p class="note-box warning" role="status">
        ${text.common.stale(formatTime(load.loadedAt))} ${load.error.message}
      </p>`;

export const backLink = (href: string, label: string): TemplateResult =>
  html`<a class="back" href=${href}><andon-icon name="left"></andon-icon>${label}</a>`;
