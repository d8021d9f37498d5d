// In: what a field of a form holds, and what is wrong with it. Out: its label, control, hint and fault. Templates,
// not elements: label and control have to be in one root, where a form finds the first fault.
import { html, nothing, type TemplateResult } from "lit";

interface FieldParts {
  /** In the API; the control's ID. */
  name: string;
  label: string;
  hint?: string | undefined;
  fault?: string | undefined;
}

export interface TextFieldParts extends FieldParts {
  value: string;
  placeholder?: string;
  isMono?: boolean;
  isSecret?: boolean;
  isNumber?: boolean;
  maxLength?: number;
  /** Offered while it is typed. */
  list?: readonly string[];
  set: (value: string) => void;
}

/** The names of the API may hold dots. */
export const fieldId = (name: string): string => name.replaceAll(/[^a-z0-9_]/gi, "-");

const typedIn = (event: Event): string =>
  (event.target as HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement).value;

const noteOf = ({ name, hint, fault }: FieldParts): TemplateResult | null => {
  const words = fault ?? hint ?? "";
  if (words === "") return null;
  return html`<span id="${fieldId(name)}-hint" class=${fault === undefined ? "hint" : "error"}
    >${words}</span
  >`;
};

const describedBy = ({ name, hint, fault }: FieldParts): string | typeof nothing =>
  (fault ?? hint ?? "") === "" ? nothing : `${fieldId(name)}-hint`;

export const textField = (parts: TextFieldParts): TemplateResult =>
  html`<div class="field">
    <label for=${fieldId(parts.name)}>${parts.label}</label>
    <input
      id=${fieldId(parts.name)}
      class=${parts.isMono === true ? "mono" : ""}
      type=${parts.isSecret === true ? "password" : "text"}
      inputmode=${parts.isNumber === true ? "decimal" : nothing}
      placeholder=${parts.placeholder ?? nothing}
      maxlength=${parts.maxLength ?? nothing}
      list=${parts.list === undefined ? nothing : `${fieldId(parts.name)}-list`}
      autocomplete=${parts.isSecret === true ? "new-password" : "off"}
      spellcheck="false"
      .value=${parts.value}
      aria-invalid=${parts.fault === undefined ? "false" : "true"}
      aria-describedby=${describedBy(parts)}
      @input=${(event: Event) => parts.set(typedIn(event))}
    />
    ${
      parts.list === undefined
        ? null
        : html`<datalist id="${fieldId(parts.name)}-list">
            ${parts.list.map((value) => html`<option value=${value}></option>`)}
          </datalist>`
    }
    ${noteOf(parts)}
  </div>`;

/** Several lines; grows with what it holds. */
export const linesField = (parts: TextFieldParts): TemplateResult =>
  html`<div class="field">
    <label for=${fieldId(parts.name)}>${parts.label}</label>
    <textarea
      id=${fieldId(parts.name)}
      class="lines ${parts.isMono === true ? "mono" : ""}"
      rows="1"
      placeholder=${parts.placeholder ?? nothing}
      maxlength=${parts.maxLength ?? nothing}
      autocomplete="off"
      spellcheck="false"
      .value=${parts.value}
      aria-invalid=${parts.fault === undefined ? "false" : "true"}
      aria-describedby=${describedBy(parts)}
      @input=${(event: Event) => parts.set(typedIn(event))}
    ></textarea>
    ${noteOf(parts)}
  </div>`;

export interface Choice {
  value: string;
  label: string;
  hint?: string;
}

export interface ChoiceFieldParts extends FieldParts {
  value: string;
  choices: readonly Choice[];
  set: (value: string) => void;
}

export const selectField = (parts: ChoiceFieldParts): TemplateResult =>
  html`<div class="field">
    <label for=${fieldId(parts.name)}>${parts.label}</label>
    <select
      id=${fieldId(parts.name)}
      aria-invalid=${parts.fault === undefined ? "false" : "true"}
      aria-describedby=${describedBy(parts)}
      @change=${(event: Event) => parts.set(typedIn(event))}
    >
      ${parts.choices.map(
        ({ value, label }) =>
          html`<option value=${value} ?selected=${value === parts.value}>${label}</option>`,
      )}
    </select>
    ${noteOf(parts)}
  </div>`;

export const radioField = (parts: ChoiceFieldParts): TemplateResult =>
  html`<fieldset aria-describedby=${describedBy(parts)}>
    <legend>${parts.label}</legend>
    <div class="choices">
      ${parts.choices.map(
        ({ value, label, hint }) =>
          html`<label class="check">
            <input
              type="radio"
              name=${fieldId(parts.name)}
              .checked=${value === parts.value}
              aria-invalid=${parts.fault === undefined ? "false" : "true"}
              @change=${() => parts.set(value)}
            />
            <span>${label}${hint === undefined ? null : html`<span class="sub line">${hint}</span>`}</span>
          </label>`,
      )}
    </div>
    ${noteOf(parts)}
  </fieldset>`;

export const checkField = (parts: {
  label: string;
  hint?: string;
  isChecked: boolean;
  set: (isChecked: boolean) => void;
}): TemplateResult =>
  html`<label class="check">
    <input
      type="checkbox"
      .checked=${parts.isChecked}
      @change=${(event: Event) => parts.set((event.target as HTMLInputElement).checked)}
    />
    <span
      >${parts.label}${parts.hint === undefined ? null : html`<span class="sub line">${parts.hint}</span>`}</span
    >
  </label>`;
