// In: how many looks went well and how many failed, period by period. Out: a bar for each: the more failed, the
// taller, so that it reads without colours; times without a look are low and grey, never green.
import { LitElement, css, html, svg, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { base } from "../styles/shared";
import { text } from "../text/en";
import { formatTime } from "../text/format";

const words = text.monitors.page;

export interface Period {
  at: number;
  up: number;
  down: number;
  unknown: number;
}

const BARS = 72;
const STEP = 4;
const WIDTH = 3;
const HEIGHT = 32;
/** Shares of the height. */
const LOW = 0.2;
const EVEN = 0.55;

/** As many bars as are drawn; those without a look have zeros. */
export const inBars = (periods: readonly Period[], from: number, to: number): Period[] => {
  const span = Math.max(1, to - from) / BARS;
  const bars = Array.from({ length: BARS }, (_, index) => ({
    at: from + index * span,
    up: 0,
    down: 0,
    unknown: 0,
  }));
  for (const { at, up, down, unknown } of periods) {
    const bar = bars[Math.min(BARS - 1, Math.max(0, Math.floor((at - from) / span)))];
    if (bar === undefined) continue;
    bar.up += up;
    bar.down += down;
    bar.unknown += unknown;
  }
  return bars;
};

@customElement("andon-availability")
export class AndonAvailability extends LitElement {
  @property({ attribute: false }) periods: readonly Period[] = [];
  @property({ type: Number }) from = 0;
  @property({ type: Number }) to = 0;

  static override styles = [
    base,
    css`
      :host {
        display: block;
        min-width: 0;
      }
      svg {
        display: block;
        width: 100%;
        height: 2rem;
      }
      .good {
        fill: var(--good-fill);
      }
      .bad {
        fill: var(--critical-fill);
      }
      .unknown {
        fill: var(--stale);
      }
      .none {
        fill: var(--surface-3);
      }
      p {
        margin-top: 0.25rem;
      }
    `,
  ];

  private bar(period: Period, index: number): TemplateResult {
    const { up, down, unknown } = period;
    const seen = up + down;
    const look = down > 0 ? "bad" : seen > 0 ? "good" : unknown > 0 ? "unknown" : "none";
    const share = down > 0 ? EVEN + (1 - EVEN) * (down / seen) : seen > 0 ? EVEN : LOW;
    const height = share * HEIGHT;
    const title = words.period({ time: formatTime(period.at), up, down, unknown });
    return svg`<rect class=${look} x=${index * STEP} y=${HEIGHT - height} width=${WIDTH} height=${height} rx="0.8">
      <title>${title}</title>
    </rect>`;
  }

  override render(): TemplateResult {
    const bars = inBars(this.periods, this.from, this.to);
    const seen = bars.filter(({ up, down, unknown }) => up + down + unknown > 0);
    const bad = seen.filter(({ down }) => down > 0);
    const summary = seen.length === 0 ? text.monitors.nothingSeen : words.periods(bad.length, seen.length);
    return html`<svg
        viewBox="0 0 ${BARS * STEP - 1} ${HEIGHT}"
        preserveAspectRatio="none"
        role="img"
        aria-label="${words.availability}: ${summary}"
      >
        ${bars.map((period, index) => this.bar(period, index))}
      </svg>
      <p class="sub" aria-hidden="true">${summary}</p>`;
  }
}
