// In: signature headers as a channel has them. Out: which are sent: the usual ones, none, or rows of one's
// own with name and format; a timestamp in a header of its own where the format signs one.
import { LitElement, css, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { base, controls } from "../styles/shared";
import { text } from "../text/en";
import "./icon";

const words = text.channelForm.signatures;

/** As the API has it; what is not set is not there. */
export interface SignatureRow {
  header: string;
  format: string;
  timestamp_header?: string;
}

type Mode = "usual" | "none" | "own";

/** The only format that signs a time which is not in `webhook-timestamp` alone. */
const WITH_TIME = "ts:body";

const isRow = (value: unknown): value is SignatureRow =>
  typeof value === "object" && value !== null && "header" in value && "format" in value;

const rowsOf = (value: unknown): SignatureRow[] => (Array.isArray(value) ? value : [value]).filter(isRow);

const modeOf = (value: unknown): Mode =>
  value === undefined || value === null ? "usual" : rowsOf(value).length === 0 ? "none" : "own";

/** Fires `signatures` with the list, or with undefined for the usual ones. */
@customElement("andon-signatures")
export class AndonSignatures extends LitElement {
  @property() legend = "";
  @property() hint = "";
  @property() fault = "";
  @property({ attribute: false }) formats: readonly { value: string; label: string }[] = [];
  /** A row, a list of them, or nothing. */
  @property({ attribute: false }) value: unknown;
  @state() private mode: Mode = "usual";
  @state() private rows: readonly SignatureRow[] = [];
  /** What was fired last: its echo is not taken for news. */
  private sent: unknown = Symbol("nothing");

  static override styles = [
    base,
    controls,
    css`
      :host {
        display: block;
      }
      fieldset,
      .rows {
        display: grid;
        gap: var(--space-2);
        grid-template-columns: minmax(0, 1fr);
      }
      .row {
        display: grid;
        grid-template-columns: minmax(0, 1.2fr) minmax(0, 1fr) auto;
        gap: var(--space-2);
        align-items: end;
      }
      .row .time {
        grid-column: 1 / -1;
      }
      .row + .row {
        border-top: 1px solid var(--line);
        padding-top: var(--space-2);
      }
      .error {
        color: var(--critical);
        font-size: var(--text-s);
      }
      @media (max-width: 479px) {
        .row {
          grid-template-columns: minmax(0, 1fr) auto;
        }
        .row .format {
          grid-column: 1 / -1;
          grid-row: 2;
        }
      }
    `,
  ];

  override willUpdate(changed: PropertyValues): void {
    if (!changed.has("value") || this.value === this.sent) return;
    this.mode = modeOf(this.value);
    this.rows = rowsOf(this.value);
  }

  /** Moves to the first thing that is wrong. */
  focusFault(): void {
    this.renderRoot.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }

  private send(): void {
    this.sent = this.mode === "usual" ? undefined : this.mode === "none" ? [] : [...this.rows];
    this.dispatchEvent(new CustomEvent("signatures", { detail: this.sent }));
  }

  private async write(rows: readonly SignatureRow[], focusLast = false): Promise<void> {
    this.rows = rows;
    this.send();
    if (!focusLast) return;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(".row:last-of-type input")?.focus();
  }

  private choose(mode: Mode): void {
    this.mode = mode;
    const [first] = this.formats;
    if (mode === "own" && this.rows.length === 0)
      return void this.write([{ header: "", format: first?.value ?? "" }], true);
    return this.send();
  }

  private drop(at: number): void {
    const left = this.rows.filter((_, index) => index !== at);
    // Who takes the last one away wants none of one's own, not none at all.
    if (left.length === 0) this.mode = "usual";
    void this.write(left);
  }

  private change(at: number, changes: Partial<SignatureRow>): void {
    void this.write(
      this.rows.map((row, index): SignatureRow => {
        if (index !== at) return row;
        const { timestamp_header: time, ...next } = { ...row, ...changes };
        return time === undefined || time === "" || next.format !== WITH_TIME
          ? next
          : { ...next, timestamp_header: time };
      }),
    );
  }

  private row({ header, format, timestamp_header: time = "" }: SignatureRow, at: number): TemplateResult {
    const isWrong = this.fault === "" ? "false" : "true";
    return html`<div class="row">
      <div class="field">
        <label for="header-${at}">${words.header}</label>
        <input
          id="header-${at}"
          placeholder="X-Signature"
          autocomplete="off"
          spellcheck="false"
          aria-invalid=${isWrong}
          aria-describedby="hint"
          .value=${header}
          @input=${(event: Event) => this.change(at, { header: (event.target as HTMLInputElement).value.trim() })}
        />
      </div>
      <div class="field format">
        <label for="format-${at}">${words.format}</label>
        <select
          id="format-${at}"
          @change=${(event: Event) => this.change(at, { format: (event.target as HTMLSelectElement).value })}
        >
          ${this.formats.map(
            ({ value, label }) =>
              html`<option value=${value} ?selected=${value === format}>${label}</option>`,
          )}
        </select>
      </div>
      <button type="button" class="square" aria-label=${words.remove(header)} @click=${() => this.drop(at)}>
        <andon-icon name="close"></andon-icon>
      </button>
      ${
        format === WITH_TIME
          ? html`<div class="field time">
              <label for="time-${at}"
                >${words.time} <span class="hint">(${text.common.optional})</span></label
              >
              <input
                id="time-${at}"
                placeholder="webhook-timestamp"
                autocomplete="off"
                spellcheck="false"
                .value=${time}
                @input=${(event: Event) => this.change(at, { timestamp_header: (event.target as HTMLInputElement).value.trim() })}
              />
            </div>`
          : null
      }
    </div>`;
  }

  override render(): TemplateResult {
    return html`<fieldset>
      <legend>${this.legend}</legend>
      <select
        aria-label=${this.legend}
        aria-describedby="hint"
        @change=${(event: Event) => this.choose((event.target as HTMLSelectElement).value as Mode)}
      >
        ${(["usual", "none", "own"] as const).map(
          (mode) => html`<option value=${mode} ?selected=${mode === this.mode}>${words.modes[mode]}</option>`,
        )}
      </select>
      ${
        this.mode === "own"
          ? html`<div class="rows">
              ${this.rows.map((row, at) => this.row(row, at))}
              <div class="actions">
                <button
                  type="button"
                  ?disabled=${this.rows.some(({ header }) => header === "")}
                  @click=${() => void this.write([...this.rows, { header: "", format: this.formats[0]?.value ?? "" }], true)}
                >
                  <andon-icon name="plus"></andon-icon>${words.add}
                </button>
              </div>
            </div>`
          : null
      }
      <span id="hint" class=${this.fault === "" ? "sub" : "error"}>${this.fault || this.hint}</span>
    </fieldset>`;
  }
}
