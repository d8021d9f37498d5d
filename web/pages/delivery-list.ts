// In: filters. Out: the deliveries that fit, the newest first and kept fresh, older ones on demand, each
// with its evidence behind one click.
import { LitElement, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { Page } from "../api/client";
import { listDeliveries, type Delivery, type DeliveryFilter } from "../api/deliveries";
import { catalog } from "../app/catalog";
import { notifyFailure } from "../app/notices";
import { ListKeys } from "../controllers/list-keys";
import { Load } from "../controllers/load";
import { Watch } from "../controllers/store";
import "../elements/empty";
import "../elements/icon";
import "../elements/mark";
import "../elements/since";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { formatFullTime, formatTime } from "../text/format";
import "./delivery-details";
import { deliveryListStyles } from "./delivery-list-styles";
import { deliveryEvent, deliveryMark } from "./delivery-words";

const words = text.deliveries;
const PAGE = 50;
const EVERY_MS = 5_000;

/** Newest first. Where the two do not meet, more has come than a page holds: begin anew. */
const joined = (fresh: readonly Delivery[], known: readonly Delivery[]): Delivery[] => {
  const ids = new Set(fresh.map(({ id }) => id));
  const doMeet = known.some(({ id }) => ids.has(id));
  return doMeet ? [...fresh, ...known.filter(({ id }) => !ids.has(id))] : [...fresh];
};

/** Fires `loaded` once the first page is there, or can't be read. */
@customElement("delivery-list")
export class DeliveryList extends LitElement {
  @property({ attribute: false }) query: DeliveryFilter = {};
  /** Lists of several channels name the channel and the machine in each row. */
  @property({ type: Boolean }) full = false;
  /** Offers the choice of a status by itself. */
  @property({ type: Boolean }) statuses = false;
  @state() private status = "";
  @state() private open: ReadonlySet<string> = new Set();
  @state() private isBusy = false;
  /** What is shown: the newest page joined with all that was loaded further back. */
  private rows: Delivery[] = [];
  private isExtended = false;
  private isTold = false;
  private olderCursor: string | null = null;
  private readonly newest = new Load<Page<Delivery>>(
    this,
    async () => {
      const page = await listDeliveries(this.filter, { limit: PAGE });
      const isJoined = this.isExtended && this.rows.length > 0;
      const rows = isJoined ? joined(page.data, this.rows) : page.data;
      if (rows.length === page.data.length) {
        this.isExtended = false;
        this.olderCursor = page.next_cursor;
      }
      this.rows = rows;
      return page;
    },
    { everyMs: EVERY_MS },
  );

  static override styles = [base, controls, surfaces, deliveryListStyles];

  constructor() {
    super();
    new Watch(this, catalog);
    new ListKeys(this);
  }

  override willUpdate(changed: PropertyValues): void {
    const before = changed.get("query") as DeliveryFilter | undefined;
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(this.query)) this.restart();
  }

  override updated(): void {
    if (this.isTold || (this.newest.data === undefined && this.newest.error === undefined)) return;
    this.isTold = true;
    this.dispatchEvent(new CustomEvent("loaded"));
  }

  /** For whoever has changed something: reads the newest again. */
  async refresh(): Promise<void> {
    await this.newest.run();
  }

  private get filter(): DeliveryFilter {
    return this.status === "" ? this.query : { ...this.query, status: this.status };
  }

  private restart(): void {
    this.rows = [];
    this.isExtended = false;
    this.olderCursor = null;
    this.open = new Set();
    void this.newest.restart();
  }

  private async loadOlder(): Promise<void> {
    this.isBusy = true;
    try {
      const page = await listDeliveries(this.filter, { limit: PAGE * 2, cursor: this.olderCursor });
      const ids = new Set(this.rows.map(({ id }) => id));
      this.rows = [...this.rows, ...page.data.filter(({ id }) => !ids.has(id))];
      this.olderCursor = page.next_cursor;
      this.isExtended = true;
    } catch (error) {
      notifyFailure(words.moreFailed, error);
    }
    this.isBusy = false;
  }

  private toggle({ id }: Delivery): void {
    const open = new Set(this.open);
    if (!open.delete(id)) open.add(id);
    this.open = open;
  }

  private machineOf({ machine_id: id }: Delivery): string {
    const machine = id === null ? undefined : catalog.value.machines.get(id);
    return machine === undefined ? "" : (machine.display_name ?? machine.name);
  }

  private row(delivery: Delivery): TemplateResult {
    const { kind, word } = deliveryMark(delivery);
    const event = deliveryEvent(delivery);
    const isOpen = this.open.has(delivery.id);
    const machine = this.full ? this.machineOf(delivery) : "";
    return html`<li>
      <button
        class="line ${this.full ? "full" : ""}"
        aria-expanded=${isOpen}
        data-row
        @click=${() => this.toggle(delivery)}
      >
        <andon-mark kind=${kind}></andon-mark>
        <span>${event}</span>
        ${
          this.full
            ? html`<span class="channel sub"
                  >${delivery.channel_name || words.deletedChannel}${
                    machine === "" ? null : html`<span class="narrow">, ${machine}</span>`
                  }</span
                >
                <span class="machine sub">${machine}</span>`
            : null
        }
        <span class="sub outcome">
          ${word}${delivery.attempt_count > 1 ? `, ${text.alert.attempts(delivery.attempt_count)}` : ""}${
            delivery.next_attempt_at === null || delivery.status !== "pending"
              ? null
              : html`, ${text.channels.nextTry}<andon-since
                    mode="until"
                    .at=${delivery.next_attempt_at}
                  ></andon-since>`
          }
        </span>
        <time datetime=${delivery.created_at} title=${formatFullTime(delivery.created_at)}
          >${formatTime(delivery.created_at)}</time
        >
        <andon-icon name="right"></andon-icon>
      </button>
      ${
        isOpen
          ? html`<div class="details">
              <delivery-details
                .delivery=${delivery}
                @changed=${() => void this.refresh()}
              ></delivery-details>
            </div>`
          : null
      }
    </li>`;
  }

  private older(): TemplateResult | null {
    if (this.olderCursor === null) return null;
    return html`<div class="more">
      <button ?disabled=${this.isBusy} @click=${() => void this.loadOlder()}>
        ${this.rows.length === 0 ? words.lookFurther : words.more}
      </button>
    </div>`;
  }

  private get isFiltered(): boolean {
    const { channel_id: _, ...rest } = this.filter;
    return Object.values(this.full ? this.filter : rest).some(Boolean);
  }

  private body(): TemplateResult {
    const { data, error } = this.newest;
    if (data === undefined)
      return error === undefined
        ? html`<div class="card-body sub" aria-busy="true">${text.common.loading}</div>`
        : html`<andon-empty tone="critical" heading=${words.failed} detail=${error.message}>
            <button @click=${() => void this.newest.run()}>${text.common.retry}</button>
          </andon-empty>`;
    if (this.rows.length === 0 && this.olderCursor === null)
      return html`<andon-empty
        heading=${this.isFiltered ? words.noneFits : words.none}
        detail=${this.isFiltered ? words.noneFitsDetail : words.noneDetail}
      ></andon-empty>`;
    return html`<ul>
        ${repeat(
          this.rows,
          (delivery) => delivery.id,
          (delivery) => this.row(delivery),
        )}
      </ul>
      ${this.older()}`;
  }

  override render(): TemplateResult {
    return html`<section class="card" aria-labelledby="deliveries">
      <div class="card-head">
        <h2 id="deliveries" class="grow">${this.full ? words.heading : words.title}</h2>
        ${
          this.statuses
            ? html`<label class="unseen" for="status">${words.status}</label>
                <select
                  id="status"
                  class="filter"
                  @change=${(event: Event) => {
                    this.status = (event.target as HTMLSelectElement).value;
                    this.restart();
                  }}
                >
                  ${Object.entries(words.states).map(
                    ([value, label]) => html`<option value=${value}>${label}</option>`,
                  )}
                </select>`
            : null
        }
        <slot></slot>
      </div>
      ${this.body()}
    </section>`;
  }
}
