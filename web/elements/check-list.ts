// In: things to choose from, many or few, and which are chosen. Out: boxes to tick; with many a field
// that narrows them down. The chosen ones stand first and never hide.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { base, controls } from "../styles/shared";
import { text } from "../text/en";
import "./icon";

export interface CheckChoice {
  value: string;
  label: string;
  detail?: string;
}

/** More of them are only shown once they are looked for. */
const SHOWN = 40;
/** With more than so many there is a field to look for one. */
const FEW = 7;

/** Fires `chosen` with all values. */
@customElement("andon-check-list")
export class AndonCheckList extends LitElement {
  @property() legend = "";
  @property() hint = "";
  @property() fault = "";
  @property({ attribute: false }) choices: readonly CheckChoice[] = [];
  @property({ attribute: false }) chosen: readonly string[] = [];
  /** What is typed may be added where no choice is called so. */
  @property({ type: Boolean }) open = false;
  @state() private query = "";

  static override styles = [
    base,
    controls,
    css`
      :host {
        display: block;
      }
      .list {
        display: grid;
        gap: var(--space-2);
      }
      .boxes {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 13rem), 1fr));
        gap: 0.15rem var(--space-4);
        max-height: 13rem;
        overflow: auto;
        padding: 2px;
      }
      .check {
        padding-block: 0.1rem;
      }
      .check span {
        overflow-wrap: anywhere;
        min-width: 0;
      }
      .search {
        display: flex;
        gap: var(--space-2);
        max-width: 26rem;
      }
      .error {
        color: var(--critical);
        font-size: var(--text-s);
      }
      @media (pointer: coarse) {
        .check {
          min-height: var(--target);
          align-items: center;
        }
        .check input {
          margin-top: 0;
        }
      }
    `,
  ];

  private tell(chosen: readonly string[]): void {
    this.dispatchEvent(new CustomEvent("chosen", { detail: chosen }));
  }

  private add(): void {
    const value = this.query.trim();
    if (value === "" || this.chosen.includes(value)) return;
    this.query = "";
    this.tell([...this.chosen, value]);
  }

  private box(choice: CheckChoice): TemplateResult {
    const isChosen = this.chosen.includes(choice.value);
    return html`<label class="check">
      <input
        type="checkbox"
        .checked=${isChosen}
        @change=${() => this.tell(isChosen ? this.chosen.filter((value) => value !== choice.value) : [...this.chosen, choice.value])}
      />
      <span
        >${choice.label}${choice.detail === undefined ? null : html` <span class="sub">${choice.detail}</span>`}</span
      >
    </label>`;
  }

  private search(isKnown: boolean): TemplateResult {
    return html`<div class="search">
      <input
        type="search"
        aria-label="${text.common.search}: ${this.legend}"
        placeholder=${this.open ? text.common.searchOrAdd : text.common.search}
        .value=${this.query}
        autocomplete="off"
        @input=${(event: Event) => (this.query = (event.target as HTMLInputElement).value)}
        @keydown=${(event: KeyboardEvent) => {
          if (event.key !== "Enter") return;
          // Not the form's.
          event.preventDefault();
          if (this.open) this.add();
        }}
      />
      ${
        this.open
          ? html`<button type="button" ?disabled=${this.query.trim() === "" || isKnown} @click=${this.add}>
              <andon-icon name="plus"></andon-icon>${text.common.add}
            </button>`
          : null
      }
    </div>`;
  }

  override render(): TemplateResult {
    const wanted = this.query.trim().toLowerCase();
    // Chosen long ago and gone since: still there to be taken off.
    const gone = this.chosen.filter((value) => !this.choices.some((choice) => choice.value === value));
    const all: CheckChoice[] = [...gone.map((value) => ({ value, label: value })), ...this.choices];
    const first = all.filter(({ value }) => this.chosen.includes(value));
    const rest = all.filter(
      ({ value, label, detail = "" }) =>
        !this.chosen.includes(value) && `${label} ${detail}`.toLowerCase().includes(wanted),
    );
    const isKnown = all.some(({ label }) => label.toLowerCase() === wanted);
    const hidden = rest.length - SHOWN;
    return html`<fieldset>
      <legend>${this.legend}</legend>
      <div class="list">
        ${this.open || all.length > FEW ? this.search(isKnown) : null}
        ${
          first.length + rest.length === 0
            ? null
            : html`<div class="boxes">
                ${
                  // Each box moves with its choice: a ticked one never comes to stand for another.
                  repeat(
                    [...first, ...rest.slice(0, SHOWN)],
                    ({ value }) => value,
                    (choice) => this.box(choice),
                  )
                }
              </div>`
        }
        ${hidden > 0 ? html`<span class="sub">${text.common.moreToFind(hidden)}</span>` : null}
        <span class=${this.fault === "" ? "sub" : "error"}>${this.fault || this.hint}</span>
      </div>
    </fieldset>`;
  }
}
