// In: a receiver and its sender. Out: the address, in full the one time that it is known, a command that posts a
// sample to it, where it goes at the sender, and the dialog that replaces its token.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { ApiError } from "../api/client";
import { rotateToken, type Preset, type Receiver } from "../api/receivers";
import { notify } from "../app/notices";
import { can } from "../app/session";
import { Watch } from "../controllers/store";
import "../elements/copy";
import "../elements/dialog";
import "../elements/icon";
import "../elements/mark";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { formatTime } from "../text/format";
import { showOnce, shownOnce, shownOnceOf } from "./receiver-once";
import { curlOf, samplePayload } from "./receiver-sample";
import { reachableUrl } from "./receiver-words";

const words = text.receivers.address;

/** Fires `changed`. */
@customElement("receiver-address")
export class ReceiverAddress extends LitElement {
  @property({ attribute: false }) receiver!: Receiver;
  @property({ attribute: false }) preset: Preset | undefined;
  /** For the sample, where the payload names the service. */
  @property() serviceName = "";
  @state() private isShown = false;
  @state() private isOpen = false;
  @state() private revokes = false;
  @state() private isBusy = false;
  @state() private fault = "";

  static override styles = [
    base,
    controls,
    surfaces,
    css`
      :host {
        display: block;
      }
      .card-body,
      .how {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--space-3);
      }
      .how {
        gap: var(--space-4);
      }
      h3 {
        margin-bottom: var(--space-2);
      }
      ol {
        display: grid;
        gap: 0.3rem;
        padding-left: 1.25rem;
        list-style: decimal;
      }
      ol li {
        overflow-wrap: anywhere;
      }
      code {
        overflow-wrap: anywhere;
      }
      .hint {
        margin-top: 0.35rem;
      }
      .check .sub {
        display: block;
      }
    `,
  ];

  constructor() {
    super();
    new Watch(this, shownOnce);
  }

  /** With the token where it is known just now. */
  private get address(): string {
    const { url, token } = this.receiver;
    const full = shownOnceOf(this.receiver.id)?.url ?? null;
    if (full !== null) return reachableUrl(full);
    const masked = reachableUrl(url);
    const end = decodeURI(token);
    return masked.endsWith(end) ? `${masked.slice(0, -end.length)}${words.tokenMissing}` : masked;
  }

  private command(): string {
    const { receiver, preset } = this;
    const secret = shownOnceOf(receiver.id)?.secret ?? receiver.hmac_secret;
    return curlOf({
      url: this.address,
      payload: samplePayload(receiver, preset, this.serviceName === "" ? null : this.serviceName),
      signature:
        secret === null
          ? null
          : {
              header: receiver.signature_header,
              scheme: receiver.signature_scheme,
              timestampHeader: receiver.timestamp_header,
              secret,
            },
    });
  }

  /** Amazon signs with a certificate of its own. */
  private get signsItself(): boolean {
    return this.receiver.signature_scheme === "sns";
  }

  private how(): TemplateResult {
    const { preset, receiver } = this;
    return html`<div class="how">
      ${
        preset === undefined
          ? null
          : html`<div>
              <h3>${words.setup(preset.reads_by_paths ? words.theSender : preset.label)}</h3>
              <ol>
                ${preset.setup.map((step) => html`<li>${step}</li>`)}
              </ol>
            </div>`
      }
      ${
        this.signsItself
          ? html`<p class="sub">${words.unsignable}</p>`
          : html`<div>
              <h3>${words.curl}</h3>
              <andon-copy block .value=${this.command()} label=${words.command}></andon-copy>
              ${
                receiver.hmac_secret === null
                  ? null
                  : html`<p class="sub hint">
                      ${shownOnceOf(receiver.id)?.secret == null ? words.signedMasked : words.signedHint}
                    </p>`
              }
            </div>`
      }
    </div>`;
  }

  private async rotate(event: Event): Promise<void> {
    event.preventDefault();
    this.isBusy = true;
    this.fault = "";
    try {
      const { id, url } = await rotateToken(this.receiver.id, this.revokes);
      showOnce(id, { url });
      this.isOpen = false;
      notify(words.rotated, { tone: "good" });
      this.dispatchEvent(new CustomEvent("changed"));
    } catch (error) {
      this.fault = error instanceof ApiError ? error.message : text.common.unexpected;
    }
    this.isBusy = false;
  }

  private dialog(): TemplateResult {
    return html`<andon-dialog
      heading=${words.rotateTitle(this.receiver.name)}
      .open=${this.isOpen}
      @dialog-close=${() => (this.isOpen = false)}
    >
      ${
        this.isOpen
          ? html`<form class="form" @submit=${this.rotate}>
              <p>${words.rotateHow}</p>
              <label class="check">
                <input
                  type="checkbox"
                  .checked=${this.revokes}
                  @change=${() => (this.revokes = !this.revokes)}
                />
                <span>${words.revoke}<span class="sub">${words.revokeHint}</span></span>
              </label>
              ${this.fault === "" ? null : html`<p class="note-box critical" role="alert">${words.failed} ${this.fault}</p>`}
              <div class="actions">
                <button type="submit" class="primary" ?disabled=${this.isBusy}>
                  ${this.isBusy ? words.busy : words.confirm}
                </button>
                <button type="button" @click=${() => (this.isOpen = false)}>${text.common.cancel}</button>
              </div>
            </form>`
          : null
      }
    </andon-dialog>`;
  }

  override render(): TemplateResult {
    const { receiver } = this;
    const isFull = shownOnceOf(receiver.id)?.url != null;
    const isFresh = isFull || receiver.last_delivery === null;
    return html`<section class="card" aria-labelledby="address">
        <div class="card-head">
          <h2 id="address" class="grow">${isFresh ? words.freshTitle : words.title}</h2>
          ${
            isFresh
              ? null
              : html`<button
                  class="quiet"
                  aria-expanded=${this.isShown}
                  @click=${() => (this.isShown = !this.isShown)}
                >
                  ${this.isShown ? words.hide : words.how}
                </button>`
          }
          ${
            can("editor")
              ? html`<button
                  @click=${() => {
                    this.revokes = false;
                    this.fault = "";
                    this.isOpen = true;
                  }}
                >
                  ${words.rotate}
                </button>`
              : null
          }
        </div>
        <div class="card-body">
          ${
            isFull
              ? html`<p class="note-box warning" role="status">
                    <andon-mark kind="warning"></andon-mark><span>${words.once}</span>
                  </p>
                  <andon-copy wrap .value=${this.address} label=${words.url}></andon-copy>`
              : html`<p><code>${decodeURI(reachableUrl(receiver.url))}</code></p>
                  <p class="sub">${words.masked}</p>`
          }
          ${
            receiver.previous_token_valid_until === null
              ? null
              : html`<p class="sub">
                  ${words.previousUntil(formatTime(receiver.previous_token_valid_until))}
                </p>`
          }
          ${isFresh || this.isShown ? this.how() : null}
        </div>
      </section>
      ${this.dialog()}`;
  }
}
