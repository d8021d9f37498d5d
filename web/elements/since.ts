// In: a time. Out: a running text: how long it is since then, or how long until then.
// Each element changes its own text once a second; nothing around it renders again.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { now, onTick } from "../controllers/clock";
import { formatCountdown, formatFullTime, formatSpan } from "../text/format";
import { text } from "../text/en";

@customElement("andon-since")
export class AndonSince extends LitElement {
  /** ISO time, or null for "never". */
  @property() at: string | null = null;
  /** `span`: 2 min 10 s · `ago`: 2 min 10 s ago · `until`: 11:40. */
  @property() mode: "span" | "ago" | "until" = "span";
  /** Ends the span at this time instead of running on. */
  @property() to: string | null = null;
  private shown = "";
  private stop: (() => void) | undefined;

  static override styles = css`
    :host {
      font-variant-numeric: tabular-nums;
      white-space: nowrap;
    }
    time {
      font: inherit;
    }
  `;

  override connectedCallback(): void {
    super.connectedCallback();
    this.stop = onTick(() => {
      if (this.words() !== this.shown) this.requestUpdate();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stop?.();
  }

  private words(): string {
    if (this.at === null) return text.common.never;
    const at = Date.parse(this.at);
    if (this.mode === "until") {
      const left = at - now();
      return left <= 0 ? text.common.dueNow : formatCountdown(left);
    }
    const span = (this.to === null ? now() : Date.parse(this.to)) - at;
    if (this.mode === "span") return formatSpan(span);
    return span < 1500 ? text.common.justNow : text.common.ago(formatSpan(span));
  }

  override render(): TemplateResult {
    this.shown = this.words();
    return this.at === null
      ? html`${this.shown}`
      : html`<time datetime=${this.at} title=${formatFullTime(this.at)}>${this.shown}</time>`;
  }
}
