// In: a title, content and buttons in slots. Out: a modal dialog on the native element: focus stays
// inside and goes back afterwards, Escape and a click beside it close it.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { text } from "../text/en";
import { base, controls } from "../styles/shared";
import "./icon";

/** Fires `dialog-close` whenever it was closed, by whatever way. */
@customElement("andon-dialog")
export class AndonDialog extends LitElement {
  @property() heading = "";
  @property({ type: Boolean }) open = false;
  @property({ type: Boolean }) wide = false;
  /** At the lower edge on small screens, as menus are. */
  @property({ type: Boolean }) sheet = false;
  @query("dialog") private readonly dialog!: HTMLDialogElement;

  static override styles = [
    base,
    controls,
    css`
      :host {
        display: contents;
      }
      dialog {
        border: 1px solid var(--line);
        border-radius: var(--radius-m);
        background: var(--surface);
        color: var(--ink);
        padding: 0;
        text-align: start;
        white-space: normal;
        width: min(30rem, calc(100vw - 1.5rem));
        max-height: min(46rem, calc(100dvh - 2rem));
        box-shadow: var(--shadow-2);
        overflow: hidden;
      }
      :host([wide]) dialog {
        width: min(46rem, calc(100vw - 1.5rem));
      }
      dialog[open] {
        display: grid;
        grid-template-rows: auto minmax(0, 1fr);
        animation: appear var(--slow) var(--ease);
      }
      dialog::backdrop {
        background: rgb(10 13 16 / 45%);
      }
      @keyframes appear {
        from {
          opacity: 0;
          transform: translateY(6px);
        }
      }
      .head {
        display: flex;
        align-items: center;
        gap: var(--space-3);
        padding: var(--space-3) var(--space-3) var(--space-3) var(--space-5);
        border-bottom: 1px solid var(--line);
      }
      .head h2 {
        flex: 1;
        min-width: 0;
      }
      .body {
        padding: var(--space-4) var(--space-5) var(--space-5);
        overflow: auto;
        overscroll-behavior: contain;
      }
      @media (max-width: 719px) {
        :host([sheet]) dialog {
          width: 100vw;
          max-width: none;
          margin: auto 0 0;
          border-radius: 16px 16px 0 0;
          border-width: 1px 0 0;
          padding-bottom: env(safe-area-inset-bottom);
        }
      }
    `,
  ];

  override updated(changed: Map<string, unknown>): void {
    if (!changed.has("open")) return;
    if (this.open && !this.dialog.open) {
      this.dialog.showModal();
      const first = this.querySelector<HTMLElement>("[autofocus]");
      first?.focus();
    } else if (!this.open && this.dialog.open) this.dialog.close();
  }

  private onClose(): void {
    this.open = false;
    this.dispatchEvent(new CustomEvent("dialog-close", { bubbles: false }));
  }

  private onClick(event: MouseEvent): void {
    if (event.target !== this.dialog || event.composedPath()[0] !== this.dialog) return;
    const box = this.dialog.getBoundingClientRect();
    const isInside =
      event.clientX >= box.left &&
      event.clientX <= box.right &&
      event.clientY >= box.top &&
      event.clientY <= box.bottom;
    if (!isInside) this.dialog.close();
  }

  override render(): TemplateResult {
    return html`<dialog aria-labelledby="heading" @close=${this.onClose} @click=${this.onClick}>
      <div class="head">
        <h2 id="heading">${this.heading}</h2>
        <button class="quiet square" aria-label=${text.common.close} @click=${() => this.dialog.close()}>
          <andon-icon name="close"></andon-icon>
        </button>
      </div>
      <div class="body"><slot></slot></div>
    </dialog>`;
  }
}
