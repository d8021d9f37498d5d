// In: a text that belongs to an incident, such as the post-mortem. Out: the card that shows it and lets it be written.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { notify, notifyFailure } from "../app/notices";
import { can } from "../app/session";
import "../elements/icon";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";

const words = text.incidents.page;

@customElement("incident-text")
export class IncidentText extends LitElement {
  @property() heading = "";
  @property() hint = "";
  @property() empty = "";
  @property() value = "";
  @property({ type: Number }) most = 20_000;
  /** Rejects when it could not be saved. */
  @property({ attribute: false }) save: (value: string) => Promise<unknown> = async () => undefined;
  @state() private isWriting = false;
  @state() private isBusy = false;
  @query("textarea") private readonly field!: HTMLTextAreaElement | null;

  static override styles = [
    base,
    controls,
    surfaces,
    css`
      :host {
        display: block;
      }
      .said {
        white-space: pre-line;
        overflow-wrap: anywhere;
      }
      textarea {
        min-height: 9rem;
        field-sizing: content;
        max-height: 32rem;
      }
    `,
  ];

  private async write(): Promise<void> {
    this.isWriting = true;
    await this.updateComplete;
    this.field?.focus();
  }

  private async submit(event: Event): Promise<void> {
    event.preventDefault();
    this.isBusy = true;
    try {
      await this.save(this.field?.value.trim() ?? "");
      notify(words.textSaved(this.heading), { tone: "good" });
      this.isWriting = false;
    } catch (error) {
      notifyFailure(this.heading, error);
    }
    this.isBusy = false;
  }

  private body(): TemplateResult {
    if (this.isWriting)
      return html`<form class="form card-body" @submit=${this.submit}>
        <div class="field">
          <label class="unseen" for="text">${this.heading}</label>
          <textarea
            id="text"
            maxlength=${this.most}
            aria-describedby="text-hint"
            .value=${this.value}
          ></textarea>
          <span class="hint" id="text-hint">${this.hint}</span>
        </div>
        <div class="actions">
          <button type="submit" class="primary" ?disabled=${this.isBusy}>
            ${this.isBusy ? text.common.saving : words.saveText}
          </button>
          <button type="button" @click=${() => (this.isWriting = false)}>${text.common.cancel}</button>
        </div>
      </form>`;
    return this.value === ""
      ? html`<p class="card-body sub">${this.empty}</p>`
      : html`<p class="card-body said">${this.value}</p>`;
  }

  override render(): TemplateResult {
    return html`<section class="card" aria-label=${this.heading}>
      <div class="card-head">
        <h2 class="grow">${this.heading}</h2>
        ${
          can("responder") && !this.isWriting
            ? html`<button
                class="quiet"
                aria-label="${this.value === "" ? words.write : text.common.edit}: ${this.heading}"
                @click=${() => void this.write()}
              >
                ${this.value === "" ? words.write : text.common.edit}
              </button>`
            : null
        }
      </div>
      ${this.body()}
    </section>`;
  }
}
