// In: a channel type's fields and what is typed. Out: the fields of the form, whatever their type; secrets
// show their mask and are sent only when they were changed.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { ChannelField } from "../api/channels";
import "../elements/icon";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";

const words = text.channels;

export type ConfigValues = Record<string, unknown>;

const asText = (value: unknown): string => {
  if (value === undefined || value === null) return "";
  return typeof value === "string"
    ? value
    : typeof value === "object"
      ? JSON.stringify(value, null, 2)
      : String(value);
};

/** Typed JSON that is none yet is kept as text under this wrapper, and refused on saving. */
export class UnreadJson {
  constructor(readonly typed: string) {}
}

/** Whether the form shows it: some settings belong to certain values of another one. */
export const isShown = (
  field: ChannelField,
  values: ConfigValues,
  fields: readonly ChannelField[],
): boolean => {
  const { shown_when: condition } = field;
  if (condition === null) return true;
  const other = fields.find(({ name }) => name === condition.field);
  return condition.values.includes(asText(values[condition.field] ?? other?.default));
};

const toValue = (field: ChannelField, typed: string): unknown => {
  if (typed.trim() === "") return undefined;
  if (field.type === "number") return Number(typed.replace(",", "."));
  if (field.type === "list")
    return typed
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "");
  if (field.type !== "json") return typed;
  // A schedule's name is as good as JSON.
  if (field.options.some((option) => option.value === typed.trim())) return typed.trim();
  try {
    return JSON.parse(typed) as unknown;
  } catch {
    return new UnreadJson(typed);
  }
};

/** Fires `values` with all values of the config. */
@customElement("config-fields")
export class ConfigFields extends LitElement {
  @property({ attribute: false }) fields: readonly ChannelField[] = [];
  @property({ attribute: false }) values: ConfigValues = {};
  /** Field name (without `config.`) to what is wrong with it. */
  @property({ attribute: false }) faults: Record<string, string> = {};

  static override styles = [
    base,
    controls,
    surfaces,
    css`
      .headers {
        display: grid;
        gap: var(--space-2);
      }
      .header {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(0, 1.2fr) auto;
        gap: var(--space-2);
      }
      details {
        border-top: 1px solid var(--line);
        padding-top: var(--space-3);
      }
      summary {
        cursor: pointer;
        font-size: var(--text-s);
        font-weight: 550;
        min-height: 1.75rem;
        align-content: center;
        width: fit-content;
      }
      details .form {
        margin-top: var(--space-3);
      }
    `,
  ];

  /** Moves to the first field that is wrong. */
  focusFault(): void {
    this.renderRoot.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }

  private set(name: string, value: unknown): void {
    this.dispatchEvent(new CustomEvent("values", { detail: { ...this.values, [name]: value } }));
  }

  private headers(field: ChannelField): TemplateResult {
    const value = this.values[field.name];
    const pairs = Object.entries(
      (typeof value === "object" && value !== null ? value : {}) as Record<string, string>,
    );
    const write = (next: [string, string][]): void => this.set(field.name, Object.fromEntries(next));
    return html`<fieldset>
      <legend>${field.label}</legend>
      <div class="headers">
        ${pairs.map(
          ([name, content], index) =>
            html`<div class="header">
              <input
                aria-label=${words.headerName}
                placeholder="X-Webhook-Secret"
                .value=${name}
                spellcheck="false"
                @change=${(event: Event) => write(pairs.map((pair, at) => (at === index ? [(event.target as HTMLInputElement).value.trim(), pair[1]] : pair)))}
              />
              <input
                aria-label="${words.headerValue} ${name}"
                .value=${content}
                spellcheck="false"
                autocomplete="off"
                @change=${(event: Event) => write(pairs.map((pair, at) => (at === index ? [pair[0], (event.target as HTMLInputElement).value] : pair)))}
              />
              <button
                type="button"
                class="square"
                aria-label=${words.removeHeader(name)}
                @click=${() => write(pairs.filter((_, at) => at !== index))}
              >
                <andon-icon name="close"></andon-icon>
              </button>
            </div>`,
        )}
        <div class="actions">
          <button
            type="button"
            ?disabled=${pairs.some(([name]) => name === "")}
            @click=${() => write([...pairs, ["", ""]])}
          >
            <andon-icon name="plus"></andon-icon>${words.addHeader}
          </button>
        </div>
        <span class=${this.faults[field.name] === undefined ? "sub" : "error"}
          >${this.faults[field.name] ?? field.hint}</span
        >
      </div>
    </fieldset>`;
  }

  private control(field: ChannelField, describedBy: string): TemplateResult {
    const value = this.values[field.name];
    const isWrong = this.faults[field.name] !== undefined ? "true" : "false";
    const change = (event: Event): void =>
      this.set(field.name, toValue(field, (event.target as HTMLInputElement).value));
    if (field.type === "select")
      return html`<select
        id=${field.name}
        aria-invalid=${isWrong}
        aria-describedby=${describedBy}
        @change=${change}
      >
        ${field.required || field.default !== null ? null : html`<option value="">${words.defaultOption}</option>`}
        ${field.options.map(
          (option) =>
            html`<option value=${option.value} ?selected=${option.value === asText(value ?? field.default)}>
              ${option.label}
            </option>`,
        )}
      </select>`;
    if (field.type === "json" || field.type === "list" || field.type === "template")
      return html`<textarea
        id=${field.name}
        class="mono"
        rows=${field.type === "template" ? "8" : "2"}
        spellcheck="false"
        aria-invalid=${isWrong}
        aria-describedby=${describedBy}
        .value=${value instanceof UnreadJson ? value.typed : Array.isArray(value) && field.type === "list" ? value.join("\n") : asText(value)}
        @change=${change}
      ></textarea>`;
    return html`<input
      id=${field.name}
      type=${field.type === "url" ? "url" : "text"}
      inputmode=${field.type === "number" ? "decimal" : field.type === "url" ? "url" : "text"}
      autocomplete="off"
      spellcheck="false"
      ?required=${field.required}
      placeholder=${field.type === "url" ? "https://" : asText(field.default)}
      aria-invalid=${isWrong}
      aria-describedby=${describedBy}
      .value=${asText(value)}
      @input=${change}
    />`;
  }

  private field(field: ChannelField): TemplateResult {
    if (field.type === "headers") return this.headers(field);
    const value = this.values[field.name];
    const hintId = `${field.name}-hint`;
    const fault = this.faults[field.name];
    if (field.type === "boolean")
      return html`<label class="check">
        <input
          type="checkbox"
          .checked=${(value ?? field.default) === true}
          @change=${(event: Event) => this.set(field.name, (event.target as HTMLInputElement).checked)}
        />
        <span>${field.label}<br /><span class="sub">${field.hint}</span></span>
      </label>`;
    const isKept = field.secret && typeof value === "string" && value.includes("••••");
    return html`<div class="field">
      <label for=${field.name}>
        ${field.label}${field.required ? null : html` <span class="hint">(${text.common.optional})</span>`}
      </label>
      ${this.control(field, hintId)}
      <span id=${hintId} class=${fault === undefined ? "hint" : "error"}
        >${fault ?? (isKept ? words.secretKept : field.hint)}</span
      >
    </div>`;
  }

  override render(): TemplateResult {
    // What is wrong is always shown.
    const shown = this.fields.filter(
      (field) => this.faults[field.name] !== undefined || isShown(field, this.values, this.fields),
    );
    const plain = shown.filter((field) => !field.advanced);
    const advanced = shown.filter((field) => field.advanced);
    const hasAdvancedFault = advanced.some((field) => this.faults[field.name] !== undefined);
    return html`<div class="form">
      ${plain.map((field) => this.field(field))}
      ${
        advanced.length === 0
          ? null
          : html`<details ?open=${hasAdvancedFault}>
              <summary>${words.more}</summary>
              <div class="form">${advanced.map((field) => this.field(field))}</div>
            </details>`
      }
    </div>`;
  }
}
