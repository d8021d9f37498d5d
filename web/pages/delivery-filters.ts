// In: the address, the channels and the machines. Out: the filters of the deliveries page; what is chosen
// goes into the address, so that a list can be sent to somebody else.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Channel } from "../api/channels";
import { catalog } from "../app/catalog";
import { navigate, place, withParams } from "../app/router";
import { Watch } from "../controllers/store";
import { base, controls } from "../styles/shared";
import { text } from "../text/en";
import { FILTER_PARAMS } from "./delivery-query";

const words = text.deliveries;

interface Choice {
  value: string;
  label: string;
}

const choicesOf = (labels: Readonly<Record<string, string>>): Choice[] =>
  Object.entries(labels).map(([value, label]) => ({ value, label }));

const byLabel = (left: Choice, right: Choice): number =>
  left.label.localeCompare(right.label, "en", { numeric: true });

const firstCapital = (label: string): string => label.charAt(0).toUpperCase() + label.slice(1);

@customElement("delivery-filters")
export class DeliveryFilters extends LitElement {
  @property({ attribute: false }) channels: readonly Channel[] = [];

  static override styles = [
    base,
    controls,
    css`
      :host {
        display: grid;
        gap: var(--space-3);
      }
      .selects {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr));
        gap: var(--space-3);
        align-items: end;
      }
      .field {
        gap: 0.2rem;
        grid-template-columns: minmax(0, 1fr);
      }
      .field label {
        font-size: var(--text-xs);
        color: var(--ink-2);
      }
      @media (max-width: 719px) {
        .selects {
          grid-template-columns: repeat(2, minmax(0, 1fr));
        }
        .moment {
          grid-column: 1 / -1;
        }
      }
    `,
  ];

  constructor() {
    super();
    new Watch(this, place, catalog);
  }

  private value(name: string): string {
    return place.value.query.get(name) ?? "";
  }

  private choose(changes: Record<string, string | null>): void {
    navigate(withParams(changes), { replace: true });
  }

  private select(name: string, label: string, choices: readonly Choice[]): TemplateResult {
    const chosen = this.value(name);
    const isKnown = choices.some(({ value }) => value === chosen);
    return html`<div class="field">
      <label for=${name}>${label}</label>
      <select
        id=${name}
        @change=${(event: Event) => this.choose({ [name]: (event.target as HTMLSelectElement).value })}
      >
        ${choices.map(
          (choice) =>
            html`<option value=${choice.value} ?selected=${choice.value === chosen}>${choice.label}</option>`,
        )}
        ${isKnown ? null : html`<option value=${chosen} selected>${chosen}</option>`}
      </select>
    </div>`;
  }

  private moment(name: "from" | "to", label: string): TemplateResult {
    return html`<div class="field moment">
      <label for=${name}>${label}</label>
      <input
        id=${name}
        type="datetime-local"
        .value=${this.value(name)}
        @change=${(event: Event) => this.choose({ [name]: (event.target as HTMLInputElement).value })}
      />
    </div>`;
  }

  override render(): TemplateResult {
    const { eventNames, outcomes } = text.channels;
    const status = this.value("status");
    const machines = [...catalog.value.machines.values()].map((machine) => ({
      value: machine.id,
      label: machine.display_name ?? machine.name,
    }));
    const channels = this.channels.map(({ id, name }) => ({ value: id, label: name }));
    const isFiltered = FILTER_PARAMS.some((name) => this.value(name) !== "");
    return html`<div class="chips" role="group" aria-label=${words.status}>
        ${choicesOf(words.states).map(
          ({ value, label }) =>
            html`<button
              class="chip"
              aria-pressed=${value === status}
              @click=${() => this.choose({ status: value })}
            >
              ${label}
            </button>`,
        )}
      </div>
      <div class="selects" role="group" aria-label=${words.filters}>
        ${this.select("channel", words.channel, [{ value: "", label: words.any.channel }, ...channels.toSorted(byLabel)])}
        ${this.select("event", words.event, [{ value: "", label: words.any.event }, ...choicesOf(eventNames)])}
        ${this.select("outcome", words.outcome, [
          { value: "", label: words.any.outcome },
          ...choicesOf(outcomes).map(({ value, label }) => ({ value, label: firstCapital(label) })),
        ])}
        ${this.select("machine", words.machine, [{ value: "", label: words.any.machine }, ...machines.toSorted(byLabel)])}
        ${this.select("period", words.time, choicesOf(words.periods))}
        ${this.value("period") === "between" ? html`${this.moment("from", words.from)} ${this.moment("to", words.to)}` : null}
      </div>
      ${
        isFiltered
          ? html`<div class="chips">
              ${
                this.value("subject") === ""
                  ? null
                  : html`<button
                      class="chip"
                      aria-pressed="true"
                      @click=${() => this.choose({ subject: null })}
                    >
                      ${words.subject}<andon-icon name="close"></andon-icon>
                    </button>`
              }
              <button
                class="link"
                @click=${() => this.choose(Object.fromEntries(FILTER_PARAMS.map((name) => [name, null])))}
              >
                ${words.clear}
              </button>
            </div>`
          : null
      }`;
  }
}
