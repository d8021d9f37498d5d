// In: a filter of deliveries. Out: a dialog that counts what would be sent again before anything is, and
// starts it.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { ApiError } from "../api/client";
import { countReplay, startReplay, type DeliveryFilter } from "../api/deliveries";
import { notify, notifyFailure } from "../app/notices";
import "../elements/dialog";
import "../elements/icon";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";

const words = text.deliveries.replay;
const OVER: readonly string[] = ["delivered", "failed", "cancelled"];

type Count = { count: number; skipped: number } | ApiError | null;

/** Fires `started`. */
@customElement("replay-dialog")
export class ReplayDialog extends LitElement {
  @property({ attribute: false }) filter: DeliveryFilter = {};
  /** The filter in words. */
  @property() description = "";
  @state() private isOpen = false;
  @state() private count: Count = null;
  @state() private isAsNew = false;
  @state() private isBusy = false;

  static override styles = [
    base,
    controls,
    surfaces,
    css`
      .figure {
        font-size: var(--text-l);
        font-weight: 600;
      }
    `,
  ];

  /** A status that is not over fits nothing that can be sent again. */
  private get isPossible(): boolean {
    const { status } = this.filter;
    return status === undefined || status.split(",").every((word) => OVER.includes(word));
  }

  private async open(): Promise<void> {
    this.count = null;
    this.isAsNew = false;
    this.isOpen = true;
    if (!this.isPossible) return;
    try {
      this.count = await countReplay(this.filter);
    } catch (error) {
      this.count = error instanceof ApiError ? error : new ApiError(0, text.common.unexpected);
    }
  }

  private async start(): Promise<void> {
    this.isBusy = true;
    try {
      await startReplay(this.filter, this.isAsNew);
      this.isOpen = false;
      notify(words.started, { tone: "good" });
      this.dispatchEvent(new CustomEvent("started"));
    } catch (error) {
      notifyFailure(words.failed, error);
    }
    this.isBusy = false;
  }

  private counted(): TemplateResult {
    const { count } = this;
    if (!this.isPossible) return html`<p>${words.onlyOver}</p>`;
    if (count === null) return html`<p class="sub" aria-busy="true">${words.counting}</p>`;
    if (count instanceof ApiError) return html`<p role="alert">${words.countFailed} ${count.message}</p>`;
    return html`<div role="status">
        <p class="figure">${words.count(count.count)}</p>
        ${count.skipped === 0 ? null : html`<p class="sub">${words.skipped(count.skipped)}</p>`}
      </div>
      ${
        count.count === 0
          ? null
          : html`<p class="sub">${words.how}</p>
              <label class="check">
                <input
                  type="checkbox"
                  .checked=${this.isAsNew}
                  @change=${(event: Event) => (this.isAsNew = (event.target as HTMLInputElement).checked)}
                />
                <span>${words.asNew}<br /><span class="sub">${words.asNewHint}</span></span>
              </label>`
      }`;
  }

  override render(): TemplateResult {
    const { count } = this;
    const isEverything = Object.values(this.filter).every((value) => !value);
    const number = count === null || count instanceof ApiError ? 0 : count.count;
    return html`<button @click=${() => void this.open()}>
        <andon-icon name="refresh"></andon-icon>${words.open}
      </button>
      <andon-dialog
        heading=${words.heading}
        .open=${this.isOpen}
        @dialog-close=${() => (this.isOpen = false)}
      >
        <div class="form">
          <p class=${isEverything ? "strong" : "sub"}>${isEverything ? words.all : this.description}</p>
          ${this.counted()}
          <div class="actions">
            ${
              number === 0
                ? null
                : html`<button class="primary" ?disabled=${this.isBusy} @click=${() => void this.start()}>
                    ${words.confirm(number)}
                  </button>`
            }
            <button autofocus @click=${() => (this.isOpen = false)}>${text.common.cancel}</button>
          </div>
        </div>
      </andon-dialog>`;
  }
}
