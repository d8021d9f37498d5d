// In: things to choose from, and those chosen, in order. Out: the chosen ones with buttons that move and remove
// them, and a field that adds one. No dragging: it works with keys and fingers alike.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { base, controls } from "../styles/shared";
import { text } from "../text/en";
import "./icon";

const words = text.statusPages.order;

export interface OrderChoice {
  value: string;
  label: string;
  detail?: string;
}

/** Fires `chosen` with all values in their order. */
@customElement("andon-order-list")
export class AndonOrderList extends LitElement {
  @property() legend = "";
  @property() hint = "";
  @property() addLabel = "";
  @property() none = "";
  @property({ attribute: false }) choices: readonly OrderChoice[] = [];
  @property({ attribute: false }) chosen: readonly string[] = [];
  @state() private said = "";

  static override styles = [
    base,
    controls,
    css`
      :host {
        display: block;
      }
      .all {
        display: grid;
        gap: var(--space-2);
      }
      ol {
        display: grid;
        border: 1px solid var(--line);
        border-radius: var(--radius-s);
      }
      li {
        display: flex;
        align-items: center;
        gap: 0.15rem;
        padding: 0.15rem 0.15rem 0.15rem 0.75rem;
      }
      li + li {
        border-top: 1px solid var(--line);
      }
      .name {
        flex: 1;
        min-width: 0;
        overflow-wrap: anywhere;
      }
      .up andon-icon {
        rotate: 180deg;
      }
    `,
  ];

  private tell(chosen: readonly string[]): void {
    this.dispatchEvent(new CustomEvent("chosen", { detail: chosen }));
  }

  private labelOf(value: string): string {
    return this.choices.find((choice) => choice.value === value)?.label ?? value;
  }

  private async move(index: number, by: 1 | -1): Promise<void> {
    const value = this.chosen[index];
    const other = this.chosen[index + by];
    if (value === undefined || other === undefined) return;
    const moved = [...this.chosen];
    moved[index] = other;
    moved[index + by] = value;
    this.tell(moved);
    this.said = words.moved(this.labelOf(value), index + by + 1, moved.length);
    // The focus goes along with what is moved.
    await this.updateComplete;
    const item = this.renderRoot.querySelectorAll("li")[index + by];
    const wanted = item?.querySelector<HTMLButtonElement>(by === 1 ? ".down" : ".up");
    (wanted?.disabled === true ? item?.querySelector<HTMLButtonElement>("button:enabled") : wanted)?.focus();
  }

  private item(value: string, index: number): TemplateResult {
    const label = this.labelOf(value);
    const detail = this.choices.find((choice) => choice.value === value)?.detail;
    return html`<li>
      <span class="name"
        >${label}${detail === undefined ? null : html` <span class="sub">${detail}</span>`}</span
      >
      <button
        type="button"
        class="quiet square up"
        aria-label=${words.up(label)}
        ?disabled=${index === 0}
        @click=${() => void this.move(index, -1)}
      >
        <andon-icon name="down"></andon-icon>
      </button>
      <button
        type="button"
        class="quiet square down"
        aria-label=${words.down(label)}
        ?disabled=${index === this.chosen.length - 1}
        @click=${() => void this.move(index, 1)}
      >
        <andon-icon name="down"></andon-icon>
      </button>
      <button
        type="button"
        class="quiet square"
        aria-label=${words.remove(label)}
        @click=${() => this.tell(this.chosen.filter((each) => each !== value))}
      >
        <andon-icon name="close"></andon-icon>
      </button>
    </li>`;
  }

  private onAdd(event: Event): void {
    const field = event.target as HTMLSelectElement;
    if (field.value !== "") this.tell([...this.chosen, field.value]);
    field.value = "";
  }

  override render(): TemplateResult {
    const rest = this.choices.filter(({ value }) => !this.chosen.includes(value));
    return html`<fieldset>
      <legend>${this.legend}</legend>
      <div class="all">
        ${
          this.chosen.length === 0
            ? html`<span class="sub">${this.none}</span>`
            : html`<ol>
                ${repeat(
                  this.chosen,
                  (value) => value,
                  (value, index) => this.item(value, index),
                )}
              </ol>`
        }
        ${
          rest.length === 0
            ? null
            : html`<select aria-label=${this.addLabel} @change=${this.onAdd}>
                <option value="">${this.addLabel}</option>
                ${rest.map(
                  ({ value, label, detail }) =>
                    html`<option value=${value}>
                      ${detail === undefined ? label : `${label} (${detail})`}
                    </option>`,
                )}
              </select>`
        }
        <span class="sub">${this.hint}</span>
        <span class="unseen" role="status">${this.said}</span>
      </div>
    </fieldset>`;
  }
}
