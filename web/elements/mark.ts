// In: a severity or state, and whether somebody has taken it on. Out: its shape. Octagon critical,
// triangle warning, square information, circle for the rest; filled = nobody has acknowledged.
import { LitElement, css, html, svg, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";

export type MarkKind = "critical" | "warning" | "info" | "good" | "stale" | "plain";

const exclamation = (colour: string, top: number): TemplateResult =>
  svg`<path d="M11 ${top}v${5.2}" stroke=${colour} stroke-width="2.3" stroke-linecap="round"/><circle cx="11" cy=${top + 9.2} r="1.4" fill=${colour}/>`;
const tick = svg`<path d="M6.9 11.300l2.900 2.900 5.300-5.900" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/>`;

const OCTAGON = "M7.100 1.500h7.800l5.600 5.600v7.800l-5.600 5.600H7.100L1.500 14.900V7.100z";
const TRIANGLE = "M11 2.200L20.600 19.300H1.400z";
const SQUARE =
  "M3.500 2h15A1.500 1.500 0 0 1 20 3.500v15a1.500 1.500 0 0 1-1.500 1.500h-15A1.500 1.500 0 0 1 2 18.500v-15A1.500 1.500 0 0 1 3.500 2z";

const outline = (path: string): TemplateResult =>
  svg`<path d=${path} fill="none" stroke="currentColor" stroke-width="1.900" stroke-linejoin="round"/>`;

const CIRCLE = "M11 2.2a8.8 8.8 0 1 0 0 17.6a8.8 8.8 0 1 0 0-17.6z";
const SHAPES: Record<MarkKind, string> = {
  critical: OCTAGON,
  warning: TRIANGLE,
  info: SQUARE,
  good: CIRCLE,
  stale: CIRCLE,
  plain: CIRCLE,
};

const drawings: Record<MarkKind, (isOutlined: boolean) => TemplateResult> = {
  critical: (isOutlined) =>
    isOutlined
      ? svg`${outline(OCTAGON)}${tick}`
      : svg`<path d=${OCTAGON} fill="var(--critical-fill)"/>${exclamation("#fff", 5.7)}`,
  warning: (isOutlined) =>
    isOutlined
      ? svg`${outline(TRIANGLE)}<path d="M8.200 13.800l2.100 2.100 3.700-4.300" fill="none" stroke="currentColor" stroke-width="1.800" stroke-linecap="round" stroke-linejoin="round"/>`
      : svg`<path d=${TRIANGLE} fill="var(--warning-fill)" stroke="var(--warning-fill)" stroke-width="1.600" stroke-linejoin="round"/>${exclamation("#241a00", 7.6)}`,
  info: (isOutlined) =>
    isOutlined
      ? svg`${outline(SQUARE)}${tick}`
      : svg`<path d=${SQUARE} fill="var(--info-fill)"/><circle cx="11" cy="6.400" r="1.400" fill="#fff"/><path d="M11 10.200v5.800" stroke="#fff" stroke-width="2.300" stroke-linecap="round"/>`,
  good: () =>
    svg`<circle cx="11" cy="11" r="8.800" fill="none" stroke="currentColor" stroke-width="1.800"/>${tick}`,
  stale: () =>
    svg`<circle cx="11" cy="11" r="8.800" fill="none" stroke="currentColor" stroke-width="1.800" stroke-dasharray="3 2.500"/><path d="M7.500 11h7" stroke="currentColor" stroke-width="2" stroke-linecap="round"/>`,
  plain: () =>
    svg`<circle cx="11" cy="11" r="8.800" fill="none" stroke="currentColor" stroke-width="1.800"/>`,
};

@customElement("andon-mark")
export class AndonMark extends LitElement {
  @property() kind: MarkKind = "plain";
  @property({ type: Boolean }) outlined = false;
  /** The shape alone in the colour of the text: a configured severity, nothing that is happening. */
  @property({ type: Boolean }) quiet = false;
  /** Spoken instead of the shape; without it the shape is decoration beside a word. */
  @property() label = "";

  static override styles = css`
    :host {
      display: inline-block;
      width: var(--mark, 1.375rem);
      height: var(--mark, 1.375rem);
      flex: none;
      vertical-align: -0.3em;
    }
    svg {
      display: block;
      width: 100%;
      height: 100%;
    }
    .critical {
      color: var(--critical);
    }
    .warning {
      color: var(--warning);
    }
    .info {
      color: var(--info);
    }
    .good {
      color: var(--good);
    }
    .quiet {
      color: var(--ink-2);
    }
    .stale,
    .plain {
      color: var(--stale);
    }
  `;

  override render(): TemplateResult {
    const drawing = this.quiet ? outline(SHAPES[this.kind]) : drawings[this.kind](this.outlined);
    const look = this.quiet ? "quiet" : this.kind;
    return this.label === ""
      ? html`<svg class=${look} viewBox="0 0 22 22" aria-hidden="true">${drawing}</svg>`
      : html`<svg class=${look} viewBox="0 0 22 22" role="img" aria-label=${this.label}>${drawing}</svg>`;
  }
}
