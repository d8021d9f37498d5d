// In: on or off. Out: a switch; it does not move by itself, the page sets it when the change is true.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { base } from "../styles/shared";

/** Fires `toggle`. */
@customElement("andon-switch")
export class AndonSwitch extends LitElement {
  @property() label = "";
  @property({ type: Boolean }) checked = false;
  @property({ type: Boolean }) disabled = false;

  static override styles = [
    base,
    css`
      :host {
        display: inline-block;
      }
      button {
        appearance: none;
        display: inline-grid;
        place-content: center;
        border: 0;
        background: none;
        padding: 0;
        min-width: 2.75rem;
        min-height: 1.75rem;
        cursor: pointer;
      }
      button:disabled {
        cursor: default;
        opacity: 0.6;
      }
      .track {
        display: block;
        width: 2.25rem;
        height: 1.25rem;
        border-radius: 999px;
        border: 1.5px solid var(--line-2);
        background: var(--surface);
        position: relative;
        transition: background var(--fast) var(--ease);
      }
      .track::after {
        content: "";
        position: absolute;
        top: 0.1875rem;
        left: 0.1875rem;
        width: 0.6875rem;
        height: 0.6875rem;
        border-radius: 50%;
        background: var(--line-2);
        transition: translate var(--fast) var(--ease);
      }
      [aria-checked="true"] .track {
        background: var(--ink);
        border-color: var(--ink);
      }
      [aria-checked="true"] .track::after {
        background: var(--on-ink);
        translate: 1rem 0;
      }
      @media (pointer: coarse) {
        button {
          min-height: var(--target);
        }
      }
    `,
  ];

  override render(): TemplateResult {
    return html`<button
      type="button"
      role="switch"
      aria-checked=${this.checked}
      aria-label=${this.label}
      ?disabled=${this.disabled}
      @click=${() => this.dispatchEvent(new CustomEvent("toggle"))}
    >
      <span class="track"></span>
    </button>`;
  }
}
