// In: a few choices, one of them chosen. Out: a row of segments that works as one radio group.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { base, controls } from "../styles/shared";

export interface Segment {
  value: string;
  label: string;
}

/** Fires `choose` with the value. */
@customElement("andon-segments")
export class AndonSegments extends LitElement {
  @property() label = "";
  @property() value = "";
  @property({ attribute: false }) segments: readonly Segment[] = [];

  static override styles = [
    base,
    controls,
    css`
      :host {
        display: inline-block;
      }
      div {
        display: inline-flex;
        border: 1px solid var(--line);
        border-radius: var(--radius-s);
        background: var(--surface-2);
        padding: 2px;
        gap: 2px;
      }
      button {
        border: 0;
        background: none;
        min-height: calc(var(--control) - 0.5rem);
        padding: 0 0.65rem;
        color: var(--ink-2);
        border-radius: 3px;
      }
      button[aria-checked="true"] {
        background: var(--surface);
        color: var(--ink);
        box-shadow: var(--shadow-1);
        font-weight: 620;
      }
    `,
  ];

  private choose(value: string): void {
    this.dispatchEvent(new CustomEvent<string>("choose", { detail: value }));
  }

  private onKey(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const index = this.segments.findIndex((each) => each.value === this.value);
    const next = (index + step + this.segments.length) % this.segments.length;
    const segment = this.segments[next];
    if (segment === undefined) return;
    this.choose(segment.value);
    this.renderRoot.querySelectorAll<HTMLElement>("button")[next]?.focus();
  }

  override render(): TemplateResult {
    return html`<div role="radiogroup" aria-label=${this.label} @keydown=${this.onKey}>
      ${this.segments.map(
        (each) =>
          html`<button
            type="button"
            role="radio"
            aria-checked=${each.value === this.value}
            tabindex=${each.value === this.value ? 0 : -1}
            @click=${() => this.choose(each.value)}
          >
            ${each.label}
          </button>`,
      )}
    </div>`;
  }
}
