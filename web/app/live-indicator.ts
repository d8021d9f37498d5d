// In: the stream's state. Out: one small line that says whether what is on the screen is live, and
// how old the last event is. Shape and word change with the colour.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { now } from "../controllers/clock";
import { Watch } from "../controllers/store";
import "../elements/since";
import { base, controls } from "../styles/shared";
import { text } from "../text/en";
import { formatTime } from "../text/format";
import { live } from "./live";

const words = text.shell.live;
const iso = (at: number): string => new Date(at).toISOString();

@customElement("andon-live")
export class AndonLive extends LitElement {
  /** Word only, for narrow places. */
  @property({ type: Boolean }) short = false;

  static override styles = [
    base,
    controls,
    css`
      :host {
        display: block;
        min-width: 0;
      }
      .live {
        display: flex;
        align-items: baseline;
        gap: 0.5rem;
        font-size: var(--text-s);
        color: var(--ink-2);
        min-width: 0;
      }
      .dot {
        flex: none;
        width: 0.5625rem;
        height: 0.5625rem;
        border-radius: 50%;
        border: 2px solid var(--stale);
      }
      .dot.live-now {
        background: var(--good-fill);
        border-color: var(--good-fill);
      }
      .dot.late,
      .dot.offline {
        border-radius: 1px;
        border-color: var(--warning);
        background: transparent;
      }
      .word {
        font-weight: 600;
        color: var(--ink);
      }
      .text {
        min-width: 0;
      }
      .detail {
        display: block;
        font-size: var(--text-xs);
        color: var(--ink-2);
        white-space: nowrap;
      }
      @media (min-width: 720px) and (max-width: 1023px) {
        .detail {
          display: none;
        }
      }
    `,
  ];

  constructor() {
    super();
    new Watch(this, live.state);
  }

  private detail(): TemplateResult | string {
    const { phase, lastEventAt, lastHeardAt, connectedAt, retryAt } = live.state.value;
    if (phase === "live")
      return lastEventAt === null
        ? words.noEventSince(formatTime(connectedAt ?? now()).replace(/:\d\d$/, ""))
        : html`${words.lastEvent}<andon-since mode="ago" .at=${iso(lastEventAt)}></andon-since>`;
    if (phase === "late" && lastHeardAt !== null)
      return html`${words.lateFor}<andon-since mode="ago" .at=${iso(lastHeardAt)}></andon-since>`;
    if (phase === "offline" && retryAt !== null)
      return html`${words.retryIn}<andon-since mode="until" .at=${iso(retryAt)}></andon-since>`;
    return "";
  }

  override render(): TemplateResult {
    const { phase } = live.state.value;
    return html`<div class="live">
      <span class="dot ${phase === "live" ? "live-now" : phase}"></span>
      <span class="text">
        <span class="word">${words[phase]}</span>
        ${this.short ? null : html`<span class="detail">${this.detail()}</span>`}
      </span>
    </div>`;
  }
}
