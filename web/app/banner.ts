// In: the stream's state. Out: a banner across the page while it is not live, with the age of what is
// shown. A loss of a moment is not worth one.
import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { Watch } from "../controllers/store";
import "../elements/mark";
import { base, controls } from "../styles/shared";
import { text } from "../text/en";
import { formatTime } from "../text/format";
import { board } from "./board";
import { live } from "./live";
import { announce } from "./notices";

const words = text.shell.banner;

@customElement("andon-banner")
export class AndonBanner extends LitElement {
  @state() private isShown = false;

  static override styles = [
    base,
    controls,
    css`
      .banner {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2) var(--space-3);
        align-items: center;
        padding: var(--space-2) clamp(0.75rem, 2.4vw, 2.25rem);
        background: var(--warning-bg);
        border-bottom: 1px solid var(--warning-line);
      }
      p {
        flex: 1 1 16rem;
      }
    `,
  ];

  constructor() {
    super();
    new Watch(this, live.state, board);
    live.state.subscribe(() => {
      const isLost = live.state.value.phase === "offline" || live.state.value.phase === "late";
      if (isLost === this.isShown) return;
      this.isShown = isLost;
      announce(isLost ? `${words.offline} ${words.offlineDetail}` : words.back);
    });
  }

  override render(): TemplateResult | typeof nothing {
    const { phase } = live.state.value;
    if (!this.isShown || (phase !== "offline" && phase !== "late")) return nothing;
    const { loadedAt } = board.value;
    return html`<section class="banner" aria-label=${words.label}>
      <andon-mark kind="stale"></andon-mark>
      <p>
        <strong class="strong">${phase === "late" ? words.late : words.offline}</strong>
        ${phase === "late" ? null : words.offlineDetail}
        ${loadedAt === null ? null : words.asOf(formatTime(loadedAt))}
      </p>
      <button @click=${() => live.reconnectNow()}>${text.shell.live.retryNow}</button>
    </section>`;
  }
}
