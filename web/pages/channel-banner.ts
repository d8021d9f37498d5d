// In: a channel. Out: what its state means, what to do next and the one button that does it; and what
// its endpoint answered to the handshake, if it was saved just now.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { changeChannel, resumeChannel, type Channel } from "../api/channels";
import { notify, notifyFailure } from "../app/notices";
import { can } from "../app/session";
import { now, onTick } from "../controllers/clock";
import { Watch } from "../controllers/store";
import "../elements/exchange";
import "../elements/icon";
import "../elements/mark";
import "../elements/since";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { adviceFor, type Advice } from "./channel-advice";
import { savedHandshake } from "./handshake";

const words = text.channelPage;

/** Fires `changed`. */
@customElement("channel-banner")
export class ChannelBanner extends LitElement {
  @property({ attribute: false }) channel!: Channel;
  @state() private isBusy = false;
  private stopTicking: (() => void) | undefined;

  static override styles = [
    base,
    controls,
    surfaces,
    css`
      :host {
        display: grid;
        gap: var(--space-3);
      }
      .note-box {
        flex-wrap: wrap;
        align-items: center;
      }
      .note-box > andon-mark {
        align-self: flex-start;
        --mark: 1.5rem;
      }
      .words {
        flex: 1 1 13rem;
        min-width: 0;
        display: grid;
        gap: 0.15rem;
        overflow-wrap: anywhere;
      }
      h2 {
        font-size: var(--text-m);
      }
      .handshake {
        padding: var(--space-4) var(--space-5);
        display: grid;
        gap: var(--space-3);
      }
      .row {
        display: flex;
        gap: var(--space-3);
        align-items: center;
        justify-content: space-between;
      }
    `,
  ];

  constructor() {
    super();
    new Watch(this, savedHandshake);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // A silence ends by itself.
    this.stopTicking = onTick(() => {
      const { quiet_until: until } = this.channel;
      if (until !== null && Math.abs(Date.parse(until) - now()) < 2_000) this.requestUpdate();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stopTicking?.();
    savedHandshake.set(null);
  }

  override updated(): void {
    // Without a word it takes no place either.
    this.hidden = this.renderRoot.querySelector("section") === null;
  }

  private async act(action: NonNullable<Advice["action"]>): Promise<void> {
    const { id, name } = this.channel;
    this.isBusy = true;
    try {
      if (action === "resume") {
        await resumeChannel(id);
        notify(text.channels.resumed, { tone: "good" });
      } else {
        const { attempt, health } = await changeChannel(id, { is_active: true });
        if (health === "unverified" && attempt !== undefined) savedHandshake.set({ channelId: id, attempt });
        else notify(words.switchedOn(name), { tone: "good" });
      }
    } catch (error) {
      notifyFailure(action === "resume" ? text.channels.resumeFailed : words.switchFailed, error);
    }
    this.isBusy = false;
    this.dispatchEvent(new CustomEvent("changed"));
  }

  private button(action: Advice["action"]): TemplateResult | null {
    if (action === null || !can(action === "resume" ? "responder" : "editor")) return null;
    return html`<button class="primary" ?disabled=${this.isBusy} @click=${() => void this.act(action)}>
      <andon-icon name="play"></andon-icon>${action === "resume" ? text.channels.resume : words.switchOn}
    </button>`;
  }

  private banner({ kind, heading, reason, next, action, until }: Advice): TemplateResult {
    return html`<section class="note-box ${kind}" aria-labelledby="state">
      <andon-mark kind=${kind}></andon-mark>
      <div class="words">
        <h2 id="state">${heading}</h2>
        ${reason === null ? null : html`<p>${reason}</p>`}
        ${until === null ? null : html`<p>${words.advice.quiet.until} <andon-since mode="until" .at=${until}></andon-since>.</p>`}
        <p class="sub">${next}</p>
      </div>
      ${this.button(action)}
    </section>`;
  }

  private handshake(): TemplateResult | null {
    const saved = savedHandshake.value;
    if (saved === null || saved.channelId !== this.channel.id || this.channel.health !== "unverified")
      return null;
    const { outcome, status_code: status } = saved.attempt;
    // Any other 2xx would do for a message, not for this.
    const advice =
      outcome === "delivered" && status !== null
        ? words.handshakeNot200(status)
        : words.outcomeAdvice[outcome];
    return html`<section class="card handshake" aria-labelledby="handshake">
      <div class="row">
        <h2 id="handshake">${words.handshake}</h2>
        <button class="quiet" @click=${() => savedHandshake.set(null)}>${words.handshakeHide}</button>
      </div>
      <p class="sub">${words.handshakeDetail}${advice === undefined ? "" : ` ${advice}`}</p>
      <andon-exchange .attempt=${saved.attempt}></andon-exchange>
    </section>`;
  }

  override render(): TemplateResult {
    const advice = adviceFor(this.channel, now());
    return html`${advice === null ? null : this.banner(advice)} ${this.handshake()}`;
  }
}
