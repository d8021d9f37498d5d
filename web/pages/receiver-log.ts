// In: a receiver. Out: what came to it, the newest first and kept fresh, older ones on demand, each with what was
// read from it behind one click.
import { LitElement, css, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { Page } from "../api/client";
import { listReceiverDeliveries, type ReceiverDelivery } from "../api/receivers";
import { notifyFailure } from "../app/notices";
import { ListKeys } from "../controllers/list-keys";
import { Load } from "../controllers/load";
import "../elements/empty";
import "../elements/icon";
import "../elements/mark";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { formatFullTime, formatTime } from "../text/format";
import { deliveryListStyles } from "./delivery-list-styles";
import "./receiver-delivery";
import { meaningWord, resultMark, shortReason } from "./receiver-words";

const words = text.receivers.log;
const PAGE = 50;
const EVERY_MS = 5_000;
const RESULTS = ["processed", "ignored", "failed", "auth_failed"] as const;

/** What became of it, in one line. */
const outcomeOf = (delivery: ReceiverDelivery): string => {
  const { items, service_name: name, previous_status: before, new_status: after, error } = delivery;
  if (items !== null) return words.several(items.length);
  if (delivery.duplicate_of !== null) return words.repeated;
  if (delivery.result === "failed" || delivery.result === "auth_failed") return shortReason(delivery) ?? "";
  const change =
    before === null || after === null
      ? (error ?? delivery.message ?? "")
      : before === after
        ? words.stays(meaningWord(after))
        : words.change(meaningWord(before), meaningWord(after));
  return name === null ? change : `${name}: ${change}`;
};

/** Fires `changed` when one was processed again, and `try` with one that is to be tried. */
@customElement("receiver-log")
export class ReceiverLog extends LitElement {
  @property() receiverId = "";
  @state() private result = "";
  @state() private open: ReadonlySet<string> = new Set();
  @state() private isBusy = false;
  private older: ReceiverDelivery[] = [];
  private olderCursor: string | null = null;
  private readonly newest = new Load<Page<ReceiverDelivery>>(
    this,
    async () => {
      const page = await listReceiverDeliveries(this.receiverId, this.query);
      const ids = new Set(page.data.map(({ id }) => id));
      const doMeet = this.older.some(({ id }) => ids.has(id));
      // Where the two do not meet, more has come than a page holds: begin anew.
      if (this.older.length > 0 && !doMeet) this.older = [];
      if (this.older.length === 0) this.olderCursor = page.next_cursor;
      return page;
    },
    { everyMs: EVERY_MS },
  );

  static override styles = [
    base,
    controls,
    surfaces,
    deliveryListStyles,
    css`
      .line {
        grid-template-columns: 1.25rem minmax(0, 9rem) minmax(0, 1fr) auto auto;
      }
      .outcome {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      @media (max-width: 719px) {
        .line {
          grid-template-columns: 1.25rem minmax(0, 1fr) auto;
        }
        .line .outcome {
          grid-column: 2 / -1;
          grid-row: 2;
          white-space: normal;
        }
        .line time {
          grid-column: 2;
          grid-row: 3;
        }
      }
    `,
  ];

  constructor() {
    super();
    new ListKeys(this);
  }

  override willUpdate(changed: PropertyValues): void {
    if (changed.has("receiverId") && (changed.get("receiverId") ?? "") !== "") this.restart();
  }

  /** For whoever has changed something: reads the newest again. */
  async refresh(): Promise<void> {
    await this.newest.run();
  }

  private get query(): { limit: number; result?: string } {
    return { limit: PAGE, ...(this.result === "" ? {} : { result: this.result }) };
  }

  private restart(): void {
    this.older = [];
    this.olderCursor = null;
    this.open = new Set();
    void this.newest.restart();
  }

  private get rows(): ReceiverDelivery[] {
    const fresh = this.newest.data?.data ?? [];
    const ids = new Set(fresh.map(({ id }) => id));
    return [...fresh, ...this.older.filter(({ id }) => !ids.has(id))];
  }

  private async loadOlder(): Promise<void> {
    this.isBusy = true;
    try {
      const known = this.rows;
      const page = await listReceiverDeliveries(this.receiverId, { ...this.query, cursor: this.olderCursor });
      this.older = [...known, ...page.data];
      this.olderCursor = page.next_cursor;
    } catch (error) {
      notifyFailure(words.olderFailed, error);
    }
    this.isBusy = false;
  }

  private toggle(id: string): void {
    const open = new Set(this.open);
    if (!open.delete(id)) open.add(id);
    this.open = open;
  }

  private row(delivery: ReceiverDelivery, index: number): TemplateResult {
    const isOpen = this.open.has(delivery.id);
    return html`<li>
      <button class="line" aria-expanded=${isOpen} data-row @click=${() => this.toggle(delivery.id)}>
        <andon-mark kind=${resultMark(delivery.result)}></andon-mark>
        <span>${text.receivers.results[delivery.result]}</span>
        <span class="sub outcome">${outcomeOf(delivery)}</span>
        <time datetime=${delivery.received_at} title=${formatFullTime(delivery.received_at)}
          >${formatTime(delivery.received_at)}</time
        >
        <andon-icon name="right"></andon-icon>
      </button>
      ${
        isOpen
          ? html`<div class="details">
              <receiver-delivery
                .receiverId=${this.receiverId}
                .delivery=${delivery}
                .entry=${index + 1}
                @changed=${() => this.dispatchEvent(new CustomEvent("changed"))}
                @try=${(event: CustomEvent) =>
                  this.dispatchEvent(new CustomEvent("try", { detail: event.detail as unknown }))}
              ></receiver-delivery>
            </div>`
          : null
      }
    </li>`;
  }

  private body(): TemplateResult {
    const { data, error } = this.newest;
    if (data === undefined)
      return error === undefined
        ? html`<div class="card-body sub" aria-busy="true">${text.common.loading}</div>`
        : html`<andon-empty tone="critical" heading=${words.failed} detail=${error.message}>
            <button @click=${() => void this.newest.run()}>${text.common.retry}</button>
          </andon-empty>`;
    const { rows } = this;
    if (rows.length === 0)
      return html`<andon-empty
        heading=${this.result === "" ? words.none : words.noneFits}
        detail=${this.result === "" ? words.noneDetail : ""}
      ></andon-empty>`;
    return html`<ul>
        ${repeat(
          rows,
          ({ id }) => id,
          (delivery, index) => this.row(delivery, index),
        )}
      </ul>
      ${
        this.olderCursor === null
          ? null
          : html`<div class="more">
              <button ?disabled=${this.isBusy} @click=${() => void this.loadOlder()}>${words.older}</button>
            </div>`
      }`;
  }

  override render(): TemplateResult {
    return html`<section class="card" aria-labelledby="log">
      <div class="card-head">
        <h2 id="log" class="grow">${words.title}</h2>
        <select
          class="filter"
          aria-label=${words.result}
          @change=${(event: Event) => {
            this.result = (event.target as HTMLSelectElement).value;
            this.restart();
          }}
        >
          <option value="">${words.all}</option>
          ${RESULTS.map((result) => html`<option value=${result}>${text.receivers.results[result]}</option>`)}
        </select>
      </div>
      ${this.body()}
    </section>`;
  }
}
