// In: a receiver. Out: how its senders prove that they are genuine, its secret's end, and the dialog that sets a
// secret and shows it this once.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { ApiError } from "../api/client";
import { changeReceiver, rotateReceiverSecret, type Receiver } from "../api/receivers";
import { notify, notifyFailure } from "../app/notices";
import { can } from "../app/session";
import { Watch } from "../controllers/store";
import "../elements/confirm";
import type { AndonConfirm } from "../elements/confirm";
import "../elements/copy";
import "../elements/dialog";
import "../elements/mark";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { formatTime } from "../text/format";
import { showOnce, shownOnce, shownOnceOf } from "./receiver-once";

const words = text.receivers.signature;

/** Fires `changed`. */
@customElement("receiver-signature")
export class ReceiverSignature extends LitElement {
  @property({ attribute: false }) receiver!: Receiver;
  @query("andon-confirm") private readonly confirm!: AndonConfirm;
  @state() private isOpen = false;
  @state() private isOwn = false;
  @state() private typed = "";
  @state() private revokes = false;
  @state() private fault = "";
  @state() private isBusy = false;

  static override styles = [
    base,
    controls,
    surfaces,
    css`
      :host {
        display: block;
      }
      section {
        display: grid;
        gap: var(--space-3);
      }
      button.link.danger {
        color: var(--critical);
      }
    `,
  ];

  constructor() {
    super();
    new Watch(this, shownOnce);
  }

  private open(): void {
    this.isOwn = false;
    this.typed = "";
    this.revokes = false;
    this.fault = "";
    this.isOpen = true;
  }

  private async set(event: Event): Promise<void> {
    event.preventDefault();
    this.fault = "";
    this.isBusy = true;
    try {
      const { id, secret } = await rotateReceiverSecret(this.receiver.id, {
        revokesPrevious: this.revokes,
        ...(this.isOwn ? { secret: this.typed } : {}),
      });
      showOnce(id, { secret });
      this.isOpen = false;
      this.typed = "";
      this.dispatchEvent(new CustomEvent("changed"));
    } catch (error) {
      this.fault = error instanceof ApiError ? error.message : text.common.unexpected;
    }
    this.isBusy = false;
    if (this.fault === "" || !this.isOwn) return;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLInputElement>("#own")?.focus();
  }

  private async removeSecret(): Promise<void> {
    const question = {
      heading: words.removeTitle,
      detail: words.removeDetail,
      confirm: words.removeConfirm,
    };
    if (!(await this.confirm.ask(question))) return;
    try {
      await changeReceiver(this.receiver.id, { hmac_secret: null });
      notify(words.removed);
      this.dispatchEvent(new CustomEvent("changed"));
    } catch (error) {
      notifyFailure(words.removeFailed, error);
    }
  }

  private ownField(): TemplateResult {
    return html`<div class="field">
      <label for="own">${words.ownLabel}</label>
      <input
        id="own"
        autocomplete="off"
        spellcheck="false"
        .value=${this.typed}
        aria-invalid=${this.fault === "" ? "false" : "true"}
        aria-describedby="own-hint"
        @input=${(event: InputEvent) => (this.typed = (event.target as HTMLInputElement).value)}
      />
      <span id="own-hint" class=${this.fault === "" ? "hint" : "error"}>${this.fault || words.ownHint}</span>
    </div>`;
  }

  private question(): TemplateResult {
    const isFirst = this.receiver.hmac_secret === null;
    return html`<form class="form" novalidate @submit=${this.set}>
      <p>${isFirst ? words.howFirst : words.how}</p>
      <fieldset class="form" aria-label=${words.source}>
        <label class="check">
          <input type="radio" name="source" .checked=${!this.isOwn} @change=${() => (this.isOwn = false)} />
          <span>${words.make}</span>
        </label>
        <label class="check">
          <input type="radio" name="source" .checked=${this.isOwn} @change=${() => (this.isOwn = true)} />
          <span>${words.own}</span>
        </label>
        ${this.isOwn ? this.ownField() : null}
      </fieldset>
      ${
        isFirst
          ? null
          : html`<label class="check">
              <input
                type="checkbox"
                .checked=${this.revokes}
                @change=${() => (this.revokes = !this.revokes)}
              />
              <span>${words.revoke}</span>
            </label>`
      }
      ${this.fault === "" || this.isOwn ? null : html`<p class="note-box critical" role="alert">${words.failed} ${this.fault}</p>`}
      <div class="actions">
        <button type="submit" class="primary" ?disabled=${this.isBusy}>
          ${this.isBusy ? words.busy : words.confirm}
        </button>
        <button type="button" @click=${() => (this.isOpen = false)}>${text.common.cancel}</button>
      </div>
    </form>`;
  }

  private stored(secret: string): TemplateResult {
    const { receiver } = this;
    const shown = shownOnceOf(receiver.id)?.secret ?? null;
    return html`${
        shown === null
          ? html`<p><code>${secret}</code></p>`
          : html`<p class="note-box warning" role="status">
                <andon-mark kind="warning"></andon-mark><span>${words.once}</span>
              </p>
              <andon-copy wrap .value=${shown} label=${words.name}></andon-copy>`
      }
      <p class="sub">${words.stored(receiver.signature_header)}</p>
      ${
        receiver.previous_secret_valid_until === null
          ? null
          : html`<p class="sub">${words.previousUntil(formatTime(receiver.previous_secret_valid_until))}</p>`
      }`;
  }

  override render(): TemplateResult {
    const { hmac_secret: secret, signature_scheme: scheme } = this.receiver;
    const isSns = scheme === "sns";
    return html`<section class="card pad" aria-labelledby="signature">
        <h2 id="signature">${words.title}</h2>
        ${secret === null ? html`<p class="sub">${isSns ? words.sns : words.none}</p>` : this.stored(secret)}
        ${
          can("editor") && !isSns
            ? html`<div class="actions">
                <button @click=${this.open}>${secret === null ? words.add : words.rotate}</button>
                ${
                  secret === null
                    ? null
                    : html`<button class="link danger" @click=${() => void this.removeSecret()}>
                        ${words.remove}
                      </button>`
                }
              </div>`
            : null
        }
      </section>
      <andon-dialog
        heading=${words.dialogTitle(this.receiver.name)}
        .open=${this.isOpen}
        @dialog-close=${() => (this.isOpen = false)}
      >
        ${this.isOpen ? this.question() : null}
      </andon-dialog>
      <andon-confirm></andon-confirm>`;
  }
}
