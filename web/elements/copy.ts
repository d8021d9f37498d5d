// In: a text to take along. Out: the text and a button that copies it, also where the clipboard API
// is missing (plain http under a LAN name).
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { text } from "../text/en";
import { base, controls } from "../styles/shared";
import "./icon";

/** True when the text is in the clipboard now; else what `shown` holds is selected, to be copied by hand. */
export const copyText = async (value: string, shown: HTMLElement): Promise<boolean> => {
  try {
    if (isSecureContext && navigator.clipboard !== undefined) {
      await navigator.clipboard.writeText(value);
      return true;
    }
  } catch {
    // Refused: the old way may still work.
  }
  const selection = getSelection();
  if (selection === null) return false;
  const area = document.createElement("textarea");
  area.value = value;
  area.setAttribute("readonly", "");
  area.style.position = "fixed";
  area.style.opacity = "0";
  shown.parentElement?.append(area);
  area.select();
  const isCopied = document.execCommand("copy");
  area.remove();
  if (!isCopied) selection.selectAllChildren(shown);
  return isCopied;
};

@customElement("andon-copy")
export class AndonCopy extends LitElement {
  @property() value = "";
  /** What is copied, for the button's label. */
  @property() label = "";
  @property({ type: Boolean }) block = false;
  /** All of it in sight, in several lines where it is long. */
  @property({ type: Boolean }) wrap = false;
  @state() private result: "" | "copied" | "select" = "";
  @query("pre") private readonly shown!: HTMLElement;

  static override styles = [
    base,
    controls,
    css`
      :host {
        display: block;
        min-width: 0;
      }
      .frame {
        position: relative;
        display: flex;
        align-items: stretch;
        gap: var(--space-2);
        text-align: left;
      }
      pre {
        flex: 1;
        min-width: 0;
        margin: 0;
        padding: 0.5rem 0.75rem;
        background: var(--surface-2);
        border: 1px solid var(--line);
        border-radius: var(--radius-s);
        overflow: auto;
        max-height: var(--copy-height, none);
        white-space: pre;
        line-height: 1.5;
        font-size: var(--text-s);
      }
      :host([block]) .frame {
        display: block;
      }
      :host([block]) button {
        position: absolute;
        top: 0.375rem;
        right: 0.375rem;
      }
      :host([block]) pre {
        padding: 0.75rem 3.25rem 0.75rem 0.9rem;
      }
      :host([wrap]) pre {
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      :host([wrap]) .frame {
        align-items: flex-start;
      }
      p {
        font-size: var(--text-s);
        color: var(--ink-2);
        margin-top: 0.25rem;
      }
    `,
  ];

  private async copy(): Promise<void> {
    this.result = (await copyText(this.value, this.shown)) ? "copied" : "select";
    setTimeout(() => (this.result = ""), 4000);
  }

  override render(): TemplateResult {
    const label = this.label === "" ? text.common.copy : text.common.copyWhat(this.label);
    return html`<div class="frame">
        <pre tabindex="0" role="region" aria-label=${this.label || text.common.text}>${this.value}</pre>
        <button
          type="button"
          class=${this.block ? "square" : ""}
          aria-label=${this.result === "copied" ? text.common.copied : label}
          @click=${this.copy}
        >
          <andon-icon name=${this.result === "copied" ? "check" : "copy"}></andon-icon
          >${this.block ? null : this.result === "copied" ? text.common.copied : text.common.copy}
        </button>
      </div>
      <p role="status" class=${this.result === "select" ? "" : "unseen"}>
        ${this.result === "copied" ? text.common.copied : this.result === "select" ? text.common.copyByHand : ""}
      </p>`;
  }
}
