// In: points and a limit. Out: a small line without axes; the limit is dashed, a gap at the end is dotted.
import { LitElement, css, html, svg, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

export interface SparkPoint {
  /** Milliseconds since 1970. */
  time: number;
  value: number;
}

const WIDTH = 160;
const HEIGHT = 32;
const MARGIN = 3;

@customElement("andon-sparkline")
export class AndonSparkline extends LitElement {
  @property({ attribute: false }) points: readonly SparkPoint[] = [];
  @property({ type: Number }) limit: number | null = null;
  @property() tone: "critical" | "warning" | "info" | "plain" = "plain";
  @property({ type: Number }) from = 0;
  @property({ type: Number }) to = 0;
  /** Where the alert began, in ms; null for none. */
  @property({ type: Number }) mark: number | null = null;

  static override styles = css`
    :host {
      display: block;
      height: 2rem;
      min-width: 0;
    }
    svg {
      display: block;
      width: 100%;
      height: 100%;
      overflow: visible;
    }
    .line {
      fill: none;
      stroke: var(--ink-2);
      stroke-width: 1.5;
      stroke-linejoin: round;
      stroke-linecap: round;
    }
    .gap {
      stroke: var(--stale);
      stroke-width: 1.5;
      stroke-dasharray: 1.5 4;
      stroke-linecap: round;
    }
    .limit {
      stroke-width: 1;
      stroke-dasharray: 3 3;
    }
    .critical {
      stroke: var(--critical);
    }
    .warning {
      stroke: var(--warning);
    }
    .info {
      stroke: var(--info);
    }
    .plain {
      stroke: var(--line-2);
    }
    path,
    line {
      vector-effect: non-scaling-stroke;
    }
    .mark {
      stroke: var(--line-2);
      stroke-width: 1;
    }
  `;

  override render(): TemplateResult {
    const { points } = this;
    if (points.length < 2) return html``;
    const from = this.from || (points[0]?.time ?? 0);
    const to = this.to || (points.at(-1)?.time ?? 1);
    let low = Infinity;
    let high = -Infinity;
    for (const { value } of points) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    if (this.limit !== null) {
      low = Math.min(low, this.limit);
      high = Math.max(high, this.limit);
    }
    if (high === low) {
      high += 1;
      low -= 1;
    }
    const x = (time: number): number => ((time - from) / Math.max(1, to - from)) * WIDTH;
    const y = (value: number): number =>
      HEIGHT - MARGIN - ((value - low) / (high - low)) * (HEIGHT - 2 * MARGIN);
    const path = points
      .map(
        ({ time, value }, index) => `${index === 0 ? "M" : "L"}${x(time).toFixed(1)} ${y(value).toFixed(1)}`,
      )
      .join("");
    const last = points.at(-1);
    const hasGap = last !== undefined && x(last.time) < WIDTH * 0.94;
    return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">
      ${
        this.mark !== null && x(this.mark) > 0 && x(this.mark) < WIDTH
          ? svg`<line class="mark" x1=${x(this.mark)} x2=${x(this.mark)} y1="0" y2=${HEIGHT} />`
          : null
      }
      ${
        this.limit === null
          ? null
          : svg`<line class="limit ${this.tone}" x1="0" x2=${WIDTH} y1=${y(this.limit)} y2=${y(this.limit)} />`
      }
      <path class="line" d=${path} />
      ${
        hasGap
          ? svg`<line class="gap" x1=${x(last.time) + 3} x2=${WIDTH} y1=${y(last.value)} y2=${y(last.value)} />`
          : null
      }
    </svg>`;
  }
}
