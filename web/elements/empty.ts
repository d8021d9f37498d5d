// In: what is missing or went wrong. Out: one calm panel that says so and what to do next.
import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { base, controls } from "../styles/shared";
import "./mark";

/** The default slot holds the next steps. */
@customElement("andon-empty")
export class AndonEmpty extends LitElement {
  @property() heading = "";
  @property() detail = "";
  /** Where it is the whole page. */
  @property({ type: Boolean }) first = false;
  @property() tone: "plain" | "good" | "critical" | "warning" = "plain";

  static override styles = [
    base,
    controls,
    css`
      :host {
        display: block;
      }
      .panel {
        display: grid;
        justify-items: center;
        gap: var(--space-2);
        padding: var(--space-8) var(--space-5);
        text-align: center;
      }
      .panel p {
        color: var(--ink-2);
        max-width: 34rem;
        text-wrap: balance;
      }
      ::slotted(*) {
        margin-top: var(--space-3);
        max-width: 100%;
      }
      andon-mark {
        --mark: 1.75rem;
      }
    `,
  ];

  override render(): TemplateResult {
    return html`<div class="panel" role=${this.tone === "critical" ? "alert" : nothing}>
      ${this.tone === "plain" ? null : html`<andon-mark kind=${this.tone}></andon-mark>`}
      ${this.first ? html`<h1>${this.heading}</h1>` : html`<h2>${this.heading}</h2>`}
      ${this.detail === "" ? null : html`<p>${this.detail}</p>`}
      <slot></slot>
    </div>`;
  }
}
