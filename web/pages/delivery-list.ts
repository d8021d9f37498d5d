// In: a channel's ID. Out: its deliveries, the newest first, each with its attempts behind one click, and
// the button that sends it again.
import { LitElement, css, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { ApiError } from "../api/client";
import {
  listDeliveries,
  readAttempts,
  replayDelivery,
  type Attempt,
  type Delivery,
  type DeliveryStatus,
} from "../api/deliveries";
import { notify, notifyFailure } from "../app/notices";
import { can } from "../app/session";
import { Load } from "../controllers/load";
import "../elements/empty";
import "../elements/exchange";
import "../elements/icon";
import "../elements/mark";
import "../elements/since";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { formatFullTime, formatTime } from "../text/format";
import { deliveryMark } from "./delivery-words";

const words = text.channels;
const PAGE = 50;
const EVERY_MS = 5_000;
const FILTERS: readonly (DeliveryStatus | "")[] = ["", "delivered", "pending", "failed", "held", "cancelled"];

@customElement("delivery-list")
export class DeliveryList extends LitElement {
  @property() channelId = "";
  @state() private filter: DeliveryStatus | "" = "";
  @state() private limit = PAGE;
  @state() private open = new Map<string, Attempt[] | ApiError | null>();
  private readonly deliveries = new Load(
    this,
    () =>
      listDeliveries({
        channel_id: this.channelId,
        limit: Math.min(this.limit, 500),
        ...(this.filter === "" ? {} : { status: this.filter }),
      }),
    { everyMs: EVERY_MS },
  );

  static override styles = [
    base,
    controls,
    surfaces,
    css`
      li {
        border-top: 1px solid var(--line);
      }
      .line {
        display: grid;
        grid-template-columns: 1.25rem minmax(0, 1.1fr) minmax(0, 1.4fr) auto auto;
        gap: var(--space-2) var(--space-3);
        align-items: center;
        width: 100%;
        min-height: 2.75rem;
        padding: 0.3rem var(--space-5);
        border: 0;
        border-radius: 0;
        background: none;
        text-align: left;
        font-size: var(--text-m);
        font-weight: 450;
        white-space: normal;
      }
      .line:focus-visible {
        outline-offset: -2px;
      }
      .line andon-mark {
        --mark: 1.125rem;
      }
      .line time {
        color: var(--ink-2);
        font-size: var(--text-s);
        font-variant-numeric: tabular-nums;
      }
      .line andon-icon {
        color: var(--ink-2);
        transition: rotate var(--fast) var(--ease);
      }
      [aria-expanded="true"] andon-icon {
        rotate: 90deg;
      }
      .attempts {
        padding: var(--space-2) var(--space-5) var(--space-5);
        display: grid;
        gap: var(--space-5);
        background: color-mix(in srgb, var(--surface-2) 40%, transparent);
        border-top: 1px solid var(--line);
      }
      .filter {
        width: auto;
      }
      li:first-child {
        border-top: 0;
      }
      .foot {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-3);
        align-items: center;
      }
      .more {
        padding: var(--space-3) var(--space-5);
        border-top: 1px solid var(--line);
      }
      @media (max-width: 719px) {
        .line {
          grid-template-columns: 1.25rem minmax(0, 1fr) auto;
          padding: 0.55rem var(--space-4);
          gap: 0 var(--space-3);
        }
        .line .outcome {
          grid-column: 2;
          grid-row: 2;
        }
        .line time {
          grid-column: 3;
          grid-row: 2;
        }
        .line andon-icon {
          grid-row: 1;
          grid-column: 3;
          justify-self: end;
        }
        .attempts {
          padding-inline: var(--space-4);
        }
      }
    `,
  ];

  override willUpdate(changed: PropertyValues): void {
    if (changed.has("channelId") && (changed.get("channelId") ?? "") !== "") void this.deliveries.restart();
  }

  private async toggle(delivery: Delivery): Promise<void> {
    const open = new Map(this.open);
    if (open.delete(delivery.id)) {
      this.open = open;
      return;
    }
    this.open = open.set(delivery.id, null);
    await this.readAttempts(delivery.id);
  }

  private async readAttempts(id: string): Promise<void> {
    let result: Attempt[] | ApiError;
    try {
      result = (await readAttempts(id)).data;
    } catch (error) {
      result = error instanceof ApiError ? error : new ApiError(0, text.common.unexpected);
    }
    if (this.open.has(id)) this.open = new Map(this.open).set(id, result);
  }

  private async replay(delivery: Delivery): Promise<void> {
    try {
      await replayDelivery(delivery.id);
      notify(words.replayed, { tone: "good" });
    } catch (error) {
      notifyFailure(words.replayFailed, error);
    }
    await this.deliveries.run();
    await this.readAttempts(delivery.id);
  }

  private details(delivery: Delivery): TemplateResult {
    const attempts = this.open.get(delivery.id) ?? null;
    return html`<div class="attempts">
      ${
        attempts === null
          ? html`<p class="sub" aria-busy="true">${text.common.loading}</p>`
          : attempts instanceof ApiError
            ? html`<p class="sub" role="alert">${words.attemptsFailed} ${attempts.message}</p>`
            : attempts.length === 0
              ? html`<p class="sub">${words.noAttempts}</p>`
              : attempts.map((attempt) => html`<andon-exchange .attempt=${attempt}></andon-exchange>`)
      }
      <div class="foot">
        ${
          can("editor") && ["delivered", "failed", "cancelled"].includes(delivery.status)
            ? html`<button @click=${() => void this.replay(delivery)}>
                <andon-icon name="refresh"></andon-icon>${words.replay}
              </button>`
            : null
        }
        ${delivery.event.startsWith("alert.") ? html`<a href="/alerts/${delivery.subject_id}">${words.subject}</a>` : null}
        <span class="sub mono">${delivery.id}</span>
      </div>
    </div>`;
  }

  private row(delivery: Delivery): TemplateResult {
    const { kind, word } = deliveryMark(delivery);
    const event = words.eventNames[delivery.event] ?? delivery.event;
    const isOpen = this.open.has(delivery.id);
    return html`<li>
      <button class="line" aria-expanded=${isOpen} data-row @click=${() => void this.toggle(delivery)}>
        <andon-mark kind=${kind}></andon-mark>
        <span>${event}</span>
        <span class="sub outcome">
          ${word}${delivery.attempt_count > 1 ? `, ${text.alert.attempts(delivery.attempt_count)}` : ""}${
            delivery.next_attempt_at === null || delivery.status !== "pending"
              ? null
              : html`, ${words.nextTry}<andon-since
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
      ${isOpen ? this.details(delivery) : null}
    </li>`;
  }

  private body(): TemplateResult {
    const { data, error } = this.deliveries;
    if (data === undefined)
      return error === undefined
        ? html`<div class="card-body sub" aria-busy="true">${text.common.loading}</div>`
        : html`<andon-empty
            tone="critical"
            heading=${words.deliveriesFailed}
            detail=${error.message}
          ></andon-empty>`;
    if (data.data.length === 0)
      return html`<andon-empty
        heading=${words.noDeliveries}
        detail=${this.filter === "" ? words.noDeliveriesDetail : ""}
      ></andon-empty>`;
    return html`<ul>
        ${repeat(
          data.data,
          (delivery) => delivery.id,
          (delivery) => this.row(delivery),
        )}
      </ul>
      ${
        data.next_cursor === null || this.limit >= 500
          ? null
          : html`<div class="more">
              <button
                @click=${() => {
                  this.limit += PAGE * 3;
                  void this.deliveries.run();
                }}
              >
                ${text.common.more}
              </button>
            </div>`
      }`;
  }

  override render(): TemplateResult {
    return html`<section class="card" aria-labelledby="deliveries">
      <div class="card-head">
        <h2 id="deliveries" class="grow">${words.deliveries}</h2>
        <label class="unseen" for="status">${words.statusLabel}</label>
        <select
          id="status"
          class="filter"
          @change=${(event: Event) => {
            this.filter = (event.target as HTMLSelectElement).value as DeliveryStatus | "";
            void this.deliveries.restart();
          }}
        >
          ${FILTERS.map((each) => html`<option value=${each}>${each === "" ? words.all : words.statuses[each]}</option>`)}
        </select>
      </div>
      ${this.body()}
    </section>`;
  }
}
