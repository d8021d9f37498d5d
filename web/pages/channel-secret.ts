// In: a channel that signs its messages. Out: its secret's end, the dialog that replaces it and shows the
// new one this once, and during the 24 hours of both: whether the endpoint has switched.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { ApiError } from "../api/client";
import { rotateSecret, type Channel } from "../api/channels";
import { can } from "../app/session";
import "../elements/copy";
import "../elements/dialog";
import "../elements/icon";
import "../elements/mark";
import type { MarkKind } from "../elements/mark";
import "../elements/since";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { formatTime } from "../text/format";
import "./channel-test";

const words = text.channelPage.secret;
type Rotation = NonNullable<Channel["rotation"]>;

const progressOf = (rotation: Rotation): { kind: MarkKind; tag: string; detail: string } => {
  if (rotation.endpoint_switched_at !== null)
    return { kind: "good", tag: words.switchedTag, detail: words.switchedDetail };
  if (rotation.last_accepted_key === "previous")
    return { kind: "warning", tag: words.previousTag, detail: words.previousDetail };
  return {
    kind: "plain",
    tag: words.untoldTag,
    detail: rotation.proved_by === "delivery" ? words.untoldDelivery : words.untoldTest,
  };
};

/** Fires `changed`. */
@customElement("channel-secret")
export class ChannelSecret extends LitElement {
  @property({ attribute: false }) channel!: Channel;
  /** The setting that holds it. */
  @property() field = "";
  @state() private isOpen = false;
  @state() private isOwn = false;
  @state() private typed = "";
  @state() private fault = "";
  @state() private isBusy = false;
  @state() private shown = "";

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
      .progress {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: 0.15rem var(--space-2);
        padding: var(--space-3);
        border-radius: var(--radius-s);
        background: var(--surface-2);
      }
      .progress andon-mark {
        --mark: 1.25rem;
        grid-row: 1 / 3;
      }
      dl {
        font-size: var(--text-s);
      }
    `,
  ];

  private get stored(): string {
    const value = this.channel.config[this.field];
    return typeof value === "string" ? value : "";
  }

  private open(): void {
    this.isOwn = false;
    this.typed = "";
    this.fault = "";
    this.shown = "";
    this.isOpen = true;
  }

  private close(): void {
    this.isOpen = false;
    // Nothing keeps it once the dialog is closed.
    this.shown = "";
    this.typed = "";
  }

  private async rotate(event: Event): Promise<void> {
    event.preventDefault();
    this.fault = "";
    this.isBusy = true;
    try {
      const rotated = await rotateSecret(this.channel.id, this.isOwn ? this.typed : undefined);
      this.shown = rotated.secret;
      this.dispatchEvent(new CustomEvent("changed"));
    } catch (error) {
      this.fault = error instanceof ApiError ? error.message : text.common.unexpected;
    }
    this.isBusy = false;
    if (this.fault !== "" && this.isOwn) {
      await this.updateComplete;
      this.renderRoot.querySelector<HTMLInputElement>("#own")?.focus();
    }
  }

  private question(): TemplateResult {
    const isFirst = this.stored === "";
    return html`<form class="form" novalidate @submit=${this.rotate}>
      <p>${isFirst ? words.howFirst : words.how}</p>
      ${this.channel.rotation === null ? null : html`<p class="note-box warning">${words.again}</p>`}
      <fieldset class="form" aria-label=${words.source}>
        <label class="check">
          <input type="radio" name="source" .checked=${!this.isOwn} @change=${() => (this.isOwn = false)} />
          <span>${words.make}</span>
        </label>
        <label class="check">
          <input type="radio" name="source" .checked=${this.isOwn} @change=${() => (this.isOwn = true)} />
          <span>${words.own}</span>
        </label>
        ${
          this.isOwn
            ? html`<div class="field">
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
                <span id="own-hint" class=${this.fault === "" ? "hint" : "error"}
                  >${this.fault === "" ? words.ownHint : this.fault}</span
                >
              </div>`
            : null
        }
      </fieldset>
      ${this.fault === "" || this.isOwn ? null : html`<p class="note-box critical" role="alert">${words.failed} ${this.fault}</p>`}
      <div class="actions">
        <button type="submit" class="primary" ?disabled=${this.isBusy}>
          ${this.isBusy ? words.busy : isFirst ? words.confirmFirst : words.confirm}
        </button>
        <button type="button" @click=${this.close}>${text.common.cancel}</button>
      </div>
    </form>`;
  }

  private dialog(): TemplateResult {
    const heading =
      this.shown !== ""
        ? words.doneTitle
        : this.stored === ""
          ? words.dialogAdd(this.channel.name)
          : words.dialogRotate(this.channel.name);
    return html`<andon-dialog heading=${heading} .open=${this.isOpen} @dialog-close=${this.close}>
      ${
        !this.isOpen
          ? null
          : this.shown === ""
            ? this.question()
            : html`<div class="form">
                <p>${words.done}</p>
                <andon-copy wrap .value=${this.shown} label=${words.name}></andon-copy>
                <div class="actions">
                  <button class="primary" @click=${this.close}>${words.close}</button>
                </div>
              </div>`
      }
    </andon-dialog>`;
  }

  private progress(rotation: Rotation): TemplateResult {
    const { kind, tag, detail } = progressOf(rotation);
    return html`<div class="progress" role="status">
        <andon-mark kind=${kind}></andon-mark>
        <p class="strong">${tag}</p>
        <p class="sub">${detail}</p>
      </div>
      <dl class="facts">
        <dt>${words.since}</dt>
        <dd><andon-since mode="ago" .at=${rotation.rotated_at}></andon-since></dd>
        <dt>${words.oldUntil}</dt>
        <dd>
          ${formatTime(rotation.old_key_valid_until)}
          <span class="sub"
            ><andon-since mode="until" .at=${rotation.old_key_valid_until}></andon-since
          ></span>
        </dd>
      </dl>
      ${
        can("responder")
          ? html`<channel-test
              onlyNewSecret
              ?over=${rotation.endpoint_switched_at !== null}
              label=${words.prove}
              .channelId=${this.channel.id}
              .name=${this.channel.name}
              @tested=${() => this.dispatchEvent(new CustomEvent("changed"))}
            ></channel-test>`
          : null
      }`;
  }

  override render(): TemplateResult {
    const { rotation } = this.channel;
    return html`<section class="card pad" aria-labelledby="secret">
        <h2 id="secret">${rotation === null ? words.title : words.underWay}</h2>
        ${
          this.stored === ""
            ? html`<p class="sub">${words.none}</p>`
            : html`<p><code>${this.stored}</code><br /><span class="sub">${words.stored}</span></p>`
        }
        ${rotation === null ? null : this.progress(rotation)}
        ${
          can("editor")
            ? html`<div class="actions">
                <button @click=${this.open}>${this.stored === "" ? words.add : words.rotate}</button>
              </div>`
            : null
        }
      </section>
      ${this.dialog()}`;
  }
}
