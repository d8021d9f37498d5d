// In: one request that came to a receiver. Out: what was read from it and what came of it, its payload, and the
// buttons that process it again or take it along to be tried.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import {
  readReceiverDelivery,
  reprocessDelivery,
  type ReceiverDelivery,
  type ReceiverOutcome as Outcome,
} from "../api/receivers";
import { notify, notifyFailure } from "../app/notices";
import { can } from "../app/session";
import "../elements/copy";
import "../elements/icon";
import "../elements/mark";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { formatFullTime } from "../text/format";
import { meaningMark, meaningWord } from "./receiver-words";

const words = text.receivers.log;

/** Given with `try`. */
export interface TakenPayload {
  payload: string;
  headers: Record<string, string>;
}

/** Fires `changed`, and `try` with a `TakenPayload`. */
@customElement("receiver-delivery")
export class ReceiverDeliveryDetails extends LitElement {
  @property() receiverId = "";
  @property({ attribute: false }) delivery!: ReceiverDelivery;
  /** Its place in the list, from 1. */
  @property({ type: Number }) entry = 1;
  @state() private isBusy = false;

  static override styles = [
    base,
    controls,
    surfaces,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--space-4);
      }
      .items {
        display: grid;
        gap: var(--space-2);
      }
      .item {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: 0.1rem var(--space-2);
        overflow-wrap: anywhere;
      }
      .item p {
        grid-column: 2;
      }
      andon-mark {
        --mark: 1.125rem;
      }
      dd andon-mark {
        margin-right: 0.3rem;
      }
      h3 {
        margin: 0 0 var(--space-1);
        font-size: var(--text-s);
        font-weight: 600;
        color: var(--ink-2);
      }
      dd {
        white-space: pre-line;
      }
      andon-copy {
        --copy-height: 24rem;
      }
    `,
  ];

  /** The text as it came: the list shows it parsed. */
  private async payloadText(): Promise<string> {
    const { payload_text } = await readReceiverDelivery(this.receiverId, this.delivery.id);
    return payload_text ?? "";
  }

  private async again(): Promise<void> {
    this.isBusy = true;
    try {
      const { result } = await reprocessDelivery(this.receiverId, this.delivery.id);
      const word = text.receivers.results[result] ?? result;
      notify(words.reprocessed(word), { tone: result === "failed" ? "warning" : "good" });
      this.dispatchEvent(new CustomEvent("changed"));
    } catch (error) {
      notifyFailure(words.reprocessFailed, error);
    }
    this.isBusy = false;
  }

  private async take(): Promise<void> {
    try {
      const detail: TakenPayload = { payload: await this.payloadText(), headers: this.delivery.headers };
      this.dispatchEvent(new CustomEvent("try", { detail }));
    } catch (error) {
      notifyFailure(words.failed, error);
    }
  }

  private status(value: string | null): TemplateResult | null {
    return value === null
      ? null
      : html`<andon-mark kind=${meaningMark(value)}></andon-mark>${meaningWord(value)}`;
  }

  private change({ previous_status: before, new_status: after }: Outcome): TemplateResult | null {
    if (after === null) return null;
    if (before === null || before === after) return this.status(after);
    return html`${meaningWord(before)} → ${this.status(after)}`;
  }

  private links(outcome: Outcome): [string, TemplateResult | null][] {
    const { incident_id: incident, alert_id: alert, maintenance_window_id: window } = outcome;
    return [
      [words.incident, incident === null ? null : html`<a href="/incidents/${incident}">${words.show}</a>`],
      [words.alert, alert === null ? null : html`<a href="/alerts/${alert}">${words.show}</a>`],
      [words.window, window === null ? null : html`<a href="/maintenance/${window}">${words.show}</a>`],
    ];
  }

  private facts(): TemplateResult {
    const { delivery } = this;
    const isOne = delivery.items === null;
    const { service_id: serviceId, service_name: serviceName, message } = delivery;
    const service = serviceName ?? serviceId;
    const rows: [string, unknown][] = [
      [words.error, delivery.error],
      ...(isOne
        ? ([
            [words.raw, delivery.raw_status === null ? null : html`<code>${delivery.raw_status}</code>`],
            [words.mapped, this.status(delivery.mapped_status)],
            [
              words.service,
              service === null || serviceId === null
                ? service
                : html`<a href="/services/${serviceId}">${service}</a>`,
            ],
            [words.status, this.change(delivery)],
            [words.message, message === "" ? null : message],
            ...this.links(delivery),
          ] satisfies [string, unknown][])
        : []),
      [words.received, formatFullTime(delivery.received_at)],
      [words.source, html`<code>${delivery.source_ip}</code>`],
      [
        words.size,
        `${words.bytes(delivery.payload_bytes)}${delivery.is_payload_cut ? `, ${words.cut}` : ""}`,
      ],
    ];
    return html`<dl class="facts">
      ${rows.map(([name, value]) =>
        value === null
          ? null
          : html`<dt>${name}</dt>
              <dd>${value}</dd>`,
      )}
    </dl>`;
  }

  private item(outcome: Outcome): TemplateResult {
    const { result, mapped_status: mapped, raw_status: raw, service_name: name, error } = outcome;
    const links = this.links(outcome).filter(([, link]) => link !== null);
    return html`<li class="item">
      <andon-mark kind=${result === "failed" ? "warning" : meaningMark(mapped)}></andon-mark>
      <div>
        <span class="strong">${name ?? text.receivers.outcome.noService}</span> ${this.change(outcome)}
        ${raw === null ? null : html`<code class="sub">${raw}</code>`}
        ${links.map(([label, link]) => html`<span class="sub">${label}: ${link}</span> `)}
      </div>
      ${error === null ? null : html`<p class="sub">${error}</p>`}
    </li>`;
  }

  private items(): TemplateResult | null {
    const { items } = this.delivery;
    if (items === null) return null;
    return html`<div>
      <h3>${words.about}</h3>
      <ul class="items">
        ${items.map((item) => this.item(item))}
      </ul>
    </div>`;
  }

  private payload(): TemplateResult {
    const { payload } = this.delivery as { payload: unknown };
    if (payload === null)
      return html`<p class="sub">${can("editor") ? words.noPayload : words.payloadHidden}</p>`;
    const shown = typeof payload === "string" ? payload : JSON.stringify(payload, null, 2);
    return html`<div>
      <h3>${words.payload}</h3>
      <andon-copy block .value=${shown} label=${words.inEntry(words.payload, this.entry)}></andon-copy>
    </div>`;
  }

  private headers(): TemplateResult | null {
    const lines = Object.entries(this.delivery.headers).map(([name, value]) => `${name}: ${value}`);
    if (lines.length === 0) return null;
    return html`<div>
      <h3>${words.headers}</h3>
      <andon-copy
        block
        .value=${lines.join("\n")}
        label=${words.inEntry(words.headers, this.entry)}
      ></andon-copy>
    </div>`;
  }

  private actions(): TemplateResult | null {
    const {
      result,
      payload,
      is_payload_cut: isCut,
    } = this.delivery as ReceiverDelivery & {
      payload: unknown;
    };
    if (!can("editor") || payload === null || isCut) return null;
    return html`<div class="actions">
      ${
        result === "auth_failed"
          ? null
          : html`<button ?disabled=${this.isBusy} @click=${() => void this.again()}>
              <andon-icon name="refresh"></andon-icon>${this.isBusy ? words.reprocessing : words.reprocess}
            </button>`
      }
      <button class="quiet" @click=${() => void this.take()}>${words.tryIt}</button>
    </div>`;
  }

  override render(): TemplateResult {
    const { duplicate_of: duplicate, reprocess_of: original } = this.delivery;
    return html`${duplicate === null ? null : html`<p class="sub">${words.duplicate}</p>`}
    ${original === null ? null : html`<p class="sub">${words.original}</p>`} ${this.facts()} ${this.items()}
    ${this.payload()} ${this.headers()} ${this.actions()}`;
  }
}
