// In: a draft and its faults. Out: the fields that the form of a rule is made of; every change leaves as a new draft.
import { LitElement, html, nothing, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import { text } from "../text/en";
import { UNIT_SECONDS, type Faults, type RuleDraft } from "./rule-draft";
import { fitDraft } from "./rule-status";

const words = text.rules;

/** Each names the part of the draft that it shows, and says what is wrong with it. */
export abstract class RuleFields extends LitElement {
  @property({ attribute: false }) draft!: RuleDraft;
  @property({ attribute: false }) faults: Faults = {};
  @property({ type: Boolean }) readonly = false;

  protected set(changes: Partial<RuleDraft>): void {
    this.dispatchEvent(new CustomEvent("draft", { detail: fitDraft({ ...this.draft, ...changes }) }));
  }

  protected field(
    name: keyof RuleDraft,
    label: string,
    options: {
      hint?: string;
      list?: string;
      placeholder?: string;
      isNumber?: boolean;
      long?: boolean;
      optional?: boolean;
    } = {},
  ): TemplateResult {
    const fault = this.faults[name];
    const value = String(this.draft[name]);
    const change = (event: InputEvent): void =>
      this.set({ [name]: (event.target as HTMLInputElement).value });
    return html`<div class="field">
      <label for=${name}
        >${label}${options.optional === true ? html` <span class="hint">(${text.common.optional})</span>` : null}</label
      >
      ${
        options.long === true
          ? html`<textarea
              id=${name}
              rows="2"
              .value=${value}
              placeholder=${options.placeholder ?? ""}
              ?disabled=${this.readonly}
              aria-invalid=${fault === undefined ? "false" : "true"}
              aria-describedby="${name}-hint"
              @input=${change}
            ></textarea>`
          : html`<input
              id=${name}
              .value=${value}
              inputmode=${options.isNumber === true ? "decimal" : "text"}
              list=${options.list ?? nothing}
              placeholder=${options.placeholder ?? ""}
              autocomplete="off"
              ?disabled=${this.readonly}
              aria-invalid=${fault === undefined ? "false" : "true"}
              aria-describedby="${name}-hint"
              @input=${change}
            />`
      }
      <span id="${name}-hint" class=${fault === undefined ? "hint" : "error"}
        >${fault ?? options.hint ?? ""}</span
      >
    </div>`;
  }

  protected select(
    name: keyof RuleDraft,
    label: string,
    options: readonly (readonly [string, string])[],
    placeholder?: string,
  ): TemplateResult {
    const fault = this.faults[name];
    const value = String(this.draft[name]);
    return html`<div class="field">
      <label for=${name}>${label}</label>
      <select
        id=${name}
        ?disabled=${this.readonly}
        aria-invalid=${fault === undefined ? "false" : "true"}
        @change=${(event: Event) => this.set({ [name]: (event.target as HTMLSelectElement).value })}
      >
        ${placeholder === undefined ? null : html`<option value="" ?selected=${value === ""}>${placeholder}</option>`}
        ${options.map(([key, title]) => html`<option value=${key} ?selected=${key === value}>${title}</option>`)}
      </select>
      ${fault === undefined ? null : html`<span class="error">${fault}</span>`}
    </div>`;
  }

  protected choices<K extends string>(
    name: keyof RuleDraft,
    legend: string,
    options: readonly { value: K; label: string; hint?: string; more?: TemplateResult | undefined }[],
  ): TemplateResult {
    return html`<fieldset>
      <legend>${legend}</legend>
      <div class="choices">
        ${options.map(
          (each) =>
            html`<label class="choice">
                <input
                  type="radio"
                  name=${name}
                  value=${each.value}
                  ?disabled=${this.readonly}
                  .checked=${this.draft[name] === each.value}
                  @change=${() => this.set({ [name]: each.value })}
                />
                <span>${each.label}</span>
                ${each.hint === undefined ? null : html`<span class="sub">${each.hint}</span>`}
              </label>
              ${this.draft[name] === each.value && each.more !== undefined ? html`<div class="inset">${each.more}</div>` : null}`,
        )}
      </div>
    </fieldset>`;
  }

  protected span(
    amount: "after" | "delay",
    unit: "afterUnit" | "delayUnit",
    label: string,
    hint = "",
  ): TemplateResult {
    return html`<div class="span">
      ${this.field(amount, label, { isNumber: true, hint })}
      ${this.select(
        unit,
        text.common.unit,
        Object.keys(UNIT_SECONDS).map((key) => [key, words.units[key as keyof typeof words.units]] as const),
      )}
    </div>`;
  }
}
