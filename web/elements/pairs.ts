// In: names with values, as of headers or labels. Out: a row of two fields for each, one more on demand.
import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { base, controls } from "../styles/shared";
import "./icon";

export type Pair = readonly [name: string, value: string];

const asRecord = (pairs: readonly Pair[]): string =>
  JSON.stringify(Object.fromEntries(pairs.filter(([name]) => name.trim() !== "")));

/** Fires `pairs` with all rows, empty ones included. */
@customElement("andon-pairs")
export class AndonPairs extends LitElement {
  @property() legend = "";
  @property() hint = "";
  @property() fault = "";
  @property() nameLabel = "";
  @property() valueLabel = "";
  @property() namePlaceholder = "";
  @property() addLabel = "";
  @property({ attribute: false }) removeLabel: (name: string) => string = (name) => name;
  @property({ attribute: false }) pairs: readonly Pair[] = [];
  /** Offered while a name is typed. */
  @property({ attribute: false }) names: readonly string[] = [];
  /** The rows as they are typed: two of the same name, or none yet, would get lost in a record. */
  @state() private rows: readonly Pair[] = [];

  static override styles = [
    base,
    controls,
    css`
      :host {
        display: block;
      }
      .rows {
        display: grid;
        gap: var(--space-2);
      }
      .row {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(0, 1.2fr) auto;
        gap: var(--space-2);
      }
      .error {
        color: var(--critical);
        font-size: var(--text-s);
      }
    `,
  ];

  override willUpdate(changed: PropertyValues): void {
    // What comes from outside counts, unless it is the echo of what was typed here.
    if (changed.has("pairs") && asRecord(this.pairs) !== asRecord(this.rows)) this.rows = this.pairs;
  }

  /** Moves to the first row: all of them are marked, for the fault names no other place. */
  focusFault(): void {
    this.renderRoot.querySelector<HTMLElement>(".row input, button")?.focus();
  }

  private async write(rows: readonly Pair[], focusLast = false): Promise<void> {
    this.rows = rows;
    this.dispatchEvent(new CustomEvent("pairs", { detail: rows }));
    if (!focusLast) return;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(".row:last-of-type input")?.focus();
  }

  private change(at: number, pair: Pair): void {
    void this.write(this.rows.map((row, index) => (index === at ? pair : row)));
  }

  private row([name, value]: Pair, at: number): TemplateResult {
    const isWrong = this.fault === "" ? "false" : "true";
    return html`<div class="row">
      <input
        aria-label=${this.nameLabel}
        aria-invalid=${isWrong}
        placeholder=${this.namePlaceholder}
        list=${this.names.length === 0 ? nothing : "names"}
        .value=${name}
        autocomplete="off"
        spellcheck="false"
        @input=${(event: Event) => this.change(at, [(event.target as HTMLInputElement).value, value])}
      />
      <input
        aria-label="${this.valueLabel} ${name}"
        aria-invalid=${isWrong}
        .value=${value}
        autocomplete="off"
        spellcheck="false"
        @input=${(event: Event) => this.change(at, [name, (event.target as HTMLInputElement).value])}
      />
      <button
        type="button"
        class="square"
        aria-label=${this.removeLabel(name)}
        @click=${() => void this.write(this.rows.filter((_, index) => index !== at))}
      >
        <andon-icon name="close"></andon-icon>
      </button>
    </div>`;
  }

  override render(): TemplateResult {
    return html`<fieldset>
      <legend>${this.legend}</legend>
      <div class="rows">
        ${this.rows.map((pair, at) => this.row(pair, at))}
        <datalist id="names">${this.names.map((name) => html`<option value=${name}></option>`)}</datalist>
        <div class="actions">
          <button
            type="button"
            ?disabled=${this.rows.some(([name]) => name.trim() === "")}
            @click=${() => void this.write([...this.rows, ["", ""]], true)}
          >
            <andon-icon name="plus"></andon-icon>${this.addLabel}
          </button>
        </div>
        <span class=${this.fault === "" ? "sub" : "error"}>${this.fault || this.hint}</span>
      </div>
    </fieldset>`;
  }
}
