// In: a stored status page. Out: its logo, and the buttons that change it; saved at once.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { logoPath, removeLogo, setLogo, type StatusPage } from "../api/status-pages";
import { notify, notifyFailure } from "../app/notices";
import { base, controls } from "../styles/shared";
import { text } from "../text/en";

const words = text.statusPages.form;

const dataAddressOf = (file: File): Promise<string> =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(String(reader.result)));
    reader.addEventListener("error", () => reject(reader.error ?? new Error(words.logoFailed)));
    reader.readAsDataURL(file);
  });

/** Fires `saved` with the page. */
@customElement("status-page-logo")
export class StatusPageLogo extends LitElement {
  /** Null: not stored yet. */
  @property({ attribute: false }) page: StatusPage | null = null;
  @state() private isBusy = false;
  @query("input") private readonly field!: HTMLInputElement;

  static override styles = [
    base,
    controls,
    css`
      :host {
        display: block;
      }
      .row {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-3);
        align-items: center;
      }
      img {
        max-width: 10rem;
        max-height: 3rem;
        object-fit: contain;
        padding: 0.35rem;
        background: #fff;
        border: 1px solid var(--line);
        border-radius: var(--radius-s);
      }
      .hint {
        display: block;
        margin-top: 0.3rem;
      }
    `,
  ];

  private async run(said: string, work: () => Promise<StatusPage>): Promise<void> {
    this.isBusy = true;
    try {
      const page = await work();
      notify(said, { tone: "good" });
      this.dispatchEvent(new CustomEvent<StatusPage>("saved", { detail: page }));
    } catch (error) {
      notifyFailure(words.logoFailed, error);
    }
    this.isBusy = false;
  }

  private choose(page: StatusPage): void {
    const file = this.field.files?.[0];
    this.field.value = "";
    if (file !== undefined)
      void this.run(words.logoSaved, async () => setLogo(page.id, await dataAddressOf(file)));
  }

  override render(): TemplateResult {
    const { page } = this;
    return html`<fieldset>
      <legend>${words.logo}</legend>
      ${
        page === null
          ? html`<span class="sub">${words.logoLater}</span>`
          : html`<div class="row">
                ${page.has_logo ? html`<img src=${logoPath(page)} alt=${words.logoAlt} />` : null}
                <input
                  type="file"
                  class="unseen"
                  tabindex="-1"
                  aria-label=${words.logo}
                  accept="image/png,image/jpeg,image/webp"
                  @change=${() => this.choose(page)}
                />
                <button type="button" ?disabled=${this.isBusy} @click=${() => this.field.click()}>
                  ${page.has_logo ? words.logoChange : words.logoSet}
                </button>
                ${
                  page.has_logo
                    ? html`<button
                        type="button"
                        class="quiet"
                        ?disabled=${this.isBusy}
                        @click=${() => void this.run(words.logoRemoved, () => removeLogo(page.id))}
                      >
                        ${words.logoRemove}
                      </button>`
                    : null
                }
              </div>
              <span class="sub hint">${words.logoHint}</span>`
      }
    </fieldset>`;
  }
}
