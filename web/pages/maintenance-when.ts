// In: what was chosen about when maintenance comes. Out: the fields for it.
import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { base, controls, surfaces } from "../styles/shared";
import { pills } from "../styles/pills";
import { text } from "../text/en";
import { browserZone, KINDS, timeZones, UNITS, type TimingDraft, type Unit } from "./maintenance-draft";

const words = text.maintenance.form;
const { weekdays, nths } = text.maintenance;
/** Weeks begin on Monday where shifts do. */
const WEEK = [1, 2, 3, 4, 5, 6, 0] as const;
const MONTH_BYS = ["weekday", "day"] as const;

const valueOf = (event: Event): string => (event.target as HTMLInputElement | HTMLSelectElement).value;

/** Fires `timing` with what is chosen now. */
@customElement("maintenance-when")
export class MaintenanceWhen extends LitElement {
  @property({ attribute: false }) draft!: TimingDraft;

  static override styles = [
    base,
    controls,
    surfaces,
    pills,
    css`
      .days {
        display: flex;
        flex-wrap: wrap;
        gap: 0.4rem;
      }
      .lasts {
        display: grid;
        grid-template-columns: minmax(4rem, 1fr) minmax(6rem, 1.4fr);
        gap: var(--space-2);
      }
      summary {
        cursor: pointer;
        font-size: var(--text-s);
        font-weight: 550;
        min-height: 1.75rem;
        align-content: center;
      }
      details .pair {
        margin-top: var(--space-2);
      }
      @media (pointer: coarse) {
        summary {
          min-height: var(--target);
        }
      }
    `,
  ];

  private change(changes: Partial<TimingDraft>): void {
    this.dispatchEvent(new CustomEvent<TimingDraft>("timing", { detail: { ...this.draft, ...changes } }));
  }

  private moment(
    name: "begins" | "ends" | "from" | "to",
    label: string,
    isRequired: boolean,
  ): TemplateResult {
    return html`<div class="field">
      <label for=${name}>${label}</label>
      <input
        id=${name}
        type="datetime-local"
        ?required=${isRequired}
        .value=${this.draft[name]}
        aria-describedby="${name}-hint"
        @input=${(event: Event) => this.change({ [name]: valueOf(event) })}
      />
      <span class="hint" id="${name}-hint">${words.yourTime(browserZone())}</span>
    </div>`;
  }

  private select(options: {
    id: string;
    label: string;
    value: string;
    choices: readonly (readonly [string, string])[];
    onChoose: (value: string) => void;
    hint?: string;
  }): TemplateResult {
    const { id, label, value, choices, onChoose, hint } = options;
    return html`<div class="field">
      <label for=${id}>${label}</label>
      <select
        id=${id}
        aria-describedby=${hint === undefined ? nothing : `${id}-hint`}
        @change=${(event: Event) => onChoose(valueOf(event))}
      >
        ${choices.map(([key, said]) => html`<option value=${key} ?selected=${key === value}>${said}</option>`)}
      </select>
      ${hint === undefined ? null : html`<span class="hint" id="${id}-hint">${hint}</span>`}
    </div>`;
  }

  private weekly(): TemplateResult {
    const { weekdays: chosen } = this.draft;
    return html`<fieldset>
      <legend>${words.days}</legend>
      <div class="days">
        ${WEEK.map((day) => {
          const isChosen = chosen.includes(day);
          return html`<button
            type="button"
            class="chip"
            aria-pressed=${isChosen}
            @click=${() => this.change({ weekdays: isChosen ? chosen.filter((each) => each !== day) : [...chosen, day] })}
          >
            ${weekdays[day]}
          </button>`;
        })}
      </div>
    </fieldset>`;
  }

  private monthly(): TemplateResult {
    const { draft } = this;
    return html`<div class="pair">
      ${this.select({
        id: "month-by",
        label: words.monthBy,
        value: draft.monthBy,
        choices: MONTH_BYS.map((by) => [by, words.monthBys[by]] as const),
        onChoose: (value) => this.change({ monthBy: value === "day" ? "day" : "weekday" }),
      })}
      ${
        draft.monthBy === "day"
          ? html`<div class="field">
              <label for="month-day">${words.monthDay}</label>
              <input
                id="month-day"
                type="number"
                min="1"
                max="31"
                required
                .value=${String(draft.monthDay)}
                aria-describedby="month-day-hint"
                @input=${(event: Event) => this.change({ monthDay: Number(valueOf(event)) })}
              />
              <span class="hint" id="month-day-hint">${words.monthDayHint}</span>
            </div>`
          : html`${this.select({
              id: "nth",
              label: words.nth,
              value: draft.nth,
              choices: Object.entries(nths),
              onChoose: (nth) => this.change({ nth }),
            })}
            ${this.select({
              id: "nth-weekday",
              label: words.weekday,
              value: String(draft.nthWeekday),
              choices: WEEK.map((day) => [String(day), weekdays[day] ?? ""] as const),
              onChoose: (day) => this.change({ nthWeekday: Number(day) }),
            })}`
      }
    </div>`;
  }

  private pattern(): TemplateResult {
    return html`<div class="field">
      <label for="cron">${words.cron}</label>
      <input
        id="cron"
        class="mono"
        required
        maxlength="200"
        autocomplete="off"
        spellcheck="false"
        .value=${this.draft.pattern}
        aria-describedby="cron-hint"
        @input=${(event: Event) => this.change({ pattern: valueOf(event) })}
      />
      <span class="hint" id="cron-hint">${words.cronHint}</span>
    </div>`;
  }

  private recurring(): TemplateResult {
    const { draft } = this;
    return html`${draft.kind === "weekly" ? this.weekly() : draft.kind === "monthly" ? this.monthly() : null}
      <div class="pair">
        ${
          draft.kind === "pattern"
            ? this.pattern()
            : html`<div class="field">
                <label for="time">${words.at}</label>
                <input
                  id="time"
                  type="time"
                  required
                  .value=${draft.time}
                  @input=${(event: Event) => this.change({ time: valueOf(event) })}
                />
              </div>`
        }
        <div class="field">
          <label for="duration">${words.lasts}</label>
          <div class="lasts">
            <input
              id="duration"
              type="number"
              min="0"
              step="any"
              required
              .value=${String(draft.duration)}
              @input=${(event: Event) => this.change({ duration: Number(valueOf(event)) })}
            />
            <select
              aria-label=${words.unit}
              @change=${(event: Event) => this.change({ unit: valueOf(event) as Unit })}
            >
              ${Object.keys(UNITS).map(
                (unit) =>
                  html`<option value=${unit} ?selected=${unit === draft.unit}>
                    ${words.units[unit as Unit]}
                  </option>`,
              )}
            </select>
          </div>
        </div>
        ${this.select({
          id: "zone",
          label: words.zone,
          value: draft.timeZone,
          choices: timeZones(draft.timeZone).map((zone) => [zone, zone] as const),
          onChoose: (timeZone) => this.change({ timeZone }),
          hint: words.zoneHint,
        })}
      </div>
      <details ?open=${draft.from !== "" || draft.to !== ""}>
        <summary>${words.bounds} <span class="sub">${text.common.optional}</span></summary>
        <div class="pair">
          ${this.moment("from", words.from, false)} ${this.moment("to", words.to, false)}
        </div>
      </details>`;
  }

  override render(): TemplateResult {
    const { draft } = this;
    return html`<div class="form">
      <fieldset>
        <legend>${words.kind}</legend>
        <div class="pills">
          ${KINDS.map(
            (kind) =>
              html`<label>
                <input
                  type="radio"
                  name="kind"
                  value=${kind}
                  .checked=${kind === draft.kind}
                  @change=${() => this.change({ kind })}
                />${words.kinds[kind]}
              </label>`,
          )}
        </div>
      </fieldset>
      ${
        draft.kind === "once"
          ? html`<div class="pair">
              ${this.moment("begins", words.begins, true)} ${this.moment("ends", words.ends, true)}
            </div>`
          : this.recurring()
      }
    </div>`;
  }
}
