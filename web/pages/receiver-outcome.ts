// In: what a payload would lead to. Out: the same in words: each service before and after, incidents, alerts,
// and who would be told.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { RehearsedItem, Rehearsal } from "../api/receivers";
import "../elements/mark";
import { base, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { formatTime } from "../text/format";
import { meaningMark, meaningWord, shortReason } from "./receiver-words";

const words = text.receivers.outcome;

/** What happens to the service, where it is about one. */
const headlineOf = (item: RehearsedItem): string => {
  const { service_name: name, previous_status: before, new_status: after, mapped_status: mapped } = item;
  if (name === null) return item.title ?? (item.result === "failed" ? words.unusable : words.noService);
  if (item.creates_service) return words.creates(name, meaningWord(after ?? mapped ?? "operational"));
  if (before === null || after === null) return name;
  return before === after
    ? words.stays(name, meaningWord(after))
    : words.service(name, meaningWord(before), meaningWord(after));
};

@customElement("receiver-outcome")
export class ReceiverOutcome extends LitElement {
  @property({ attribute: false }) rehearsal!: Rehearsal;
  @property({ attribute: false }) channelNames: ReadonlyMap<string, string> = new Map();

  static override styles = [
    base,
    surfaces,
    css`
      :host {
        display: block;
      }
      .all {
        display: grid;
        gap: var(--space-3);
      }
      .item {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: 0 var(--space-3);
        padding-block: var(--space-2);
        border-top: 1px solid var(--line);
        overflow-wrap: anywhere;
      }
      .item:first-child {
        border-top: 0;
      }
      .item > div {
        display: grid;
        gap: 0.1rem;
      }
      .quote {
        color: var(--ink-2);
        white-space: pre-line;
      }
      .reason {
        color: var(--warning);
      }
      .tags {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem;
      }
    `,
  ];

  private item(item: RehearsedItem): TemplateResult {
    const { raw_status: raw, mapped_status: mapped, maintenance } = item;
    const hasFailed = item.result === "failed";
    return html`<li class="item">
      <andon-mark kind=${hasFailed ? "warning" : meaningMark(mapped)}></andon-mark>
      <div>
        <p class="strong">${headlineOf(item)}</p>
        ${
          raw === null || (hasFailed && mapped === null)
            ? null
            : html`<p class="sub">${words.read(raw, meaningWord(mapped ?? "ignore"))}</p>`
        }
        ${item.message === null || item.message === "" ? null : html`<p class="quote">${item.message}</p>`}
        ${item.incident === null ? null : html`<p>${words.incident[item.incident] ?? item.incident}</p>`}
        ${item.alert === null ? null : html`<p>${words.alert[item.alert] ?? item.alert}</p>`}
        ${
          maintenance === null
            ? null
            : html`<p>
                ${words.window(formatTime(maintenance.starts_at), maintenance.ends_at === null ? "" : formatTime(maintenance.ends_at))}
              </p>`
        }
        ${item.error === null ? null : html`<p class=${hasFailed ? "reason" : "sub"}>${shortReason(item)}</p>`}
      </div>
    </li>`;
  }

  private told(): TemplateResult {
    const { told, result } = this.rehearsal;
    if (result === "failed") return html``;
    if (told.length === 0) return html`<p class="sub">${words.nobody}</p>`;
    return html`<div class="tags">
      <span class="sub">${words.told}</span>
      ${told.map(
        ({ channel_id: id, event }) =>
          html`<span class="tag"
            >${this.channelNames.get(id) ?? words.deletedChannel}:
            ${text.channels.eventNames[event] ?? event}</span
          >`,
      )}
    </div>`;
  }

  override render(): TemplateResult {
    const { result, items, error } = this.rehearsal;
    const isSaid = items.some((item) => item.error !== null);
    return html`<div class="all">
      ${
        result === "failed"
          ? html`<p class="note-box warning">
              <andon-mark kind="warning"></andon-mark><span>${words.wouldFail} ${isSaid ? "" : error}</span>
            </p>`
          : items.length === 0
            ? html`<p>${error ?? words.nothing}</p>`
            : null
      }
      ${
        items.length === 0
          ? null
          : html`<ul>
              ${items.map((item) => this.item(item))}
            </ul>`
      }
      ${items.length === 0 ? null : this.told()}
    </div>`;
  }
}
