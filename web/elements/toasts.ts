// In: notices. Out: toasts at the edge of the screen. They are read aloud by the shell's live
// regions, so that one sentence is not heard twice.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { text } from "../text/en";
import { base, controls } from "../styles/shared";
import "./icon";
import "./mark";

export interface Toast {
  id: number;
  tone: "plain" | "good" | "critical" | "warning";
  message: string;
  detail: string;
  href: string | null;
}

/** Fires `dismiss` with the ID. */
@customElement("andon-toasts")
export class AndonToasts extends LitElement {
  @property({ attribute: false }) toasts: readonly Toast[] = [];

  static override styles = [
    base,
    controls,
    css`
      :host {
        position: fixed;
        z-index: 30;
        right: max(1rem, env(safe-area-inset-right));
        bottom: calc(1rem + var(--bottom-bar, 0px));
        width: min(24rem, calc(100vw - 2rem));
        pointer-events: none;
      }
      section {
        display: grid;
        gap: var(--space-2);
      }
      .toast {
        pointer-events: auto;
        display: grid;
        grid-template-columns: auto 1fr auto;
        gap: var(--space-3);
        align-items: start;
        padding: var(--space-3) var(--space-2) var(--space-3) var(--space-4);
        background: var(--surface);
        border: 1px solid var(--line);
        border-radius: var(--radius-m);
        box-shadow: var(--shadow-2);
        animation: come var(--slow) var(--ease);
      }
      .toast.plain {
        grid-template-columns: 1fr auto;
      }
      .toast p {
        overflow-wrap: anywhere;
      }
      .message {
        font-weight: 550;
        padding-top: 0.05rem;
      }
      button {
        margin-top: -0.4rem;
      }
      @keyframes come {
        from {
          opacity: 0;
          transform: translateY(8px);
        }
      }
      @media print {
        :host {
          display: none;
        }
      }
    `,
  ];

  override render(): TemplateResult {
    if (this.toasts.length === 0) return html``;
    return html`<section aria-label=${text.common.messages}>
      ${repeat(
        this.toasts,
        (toast) => toast.id,
        (toast) =>
          html`<div class="toast ${toast.tone}">
            ${toast.tone === "plain" ? null : html`<andon-mark kind=${toast.tone}></andon-mark>`}
            <div>
              <p class="message">
                ${toast.href === null ? toast.message : html`<a class="plain" href=${toast.href}>${toast.message}</a>`}
              </p>
              ${toast.detail === "" ? null : html`<p class="sub">${toast.detail}</p>`}
            </div>
            <button
              class="quiet square"
              aria-label=${text.common.dismiss}
              @click=${() => this.dispatchEvent(new CustomEvent("dismiss", { detail: toast.id }))}
            >
              <andon-icon name="close"></andon-icon>
            </button>
          </div>`,
      )}
    </section>`;
  }
}
