// In: a channel type's fields, what is stored and what is typed. Out: the fields of the form, each with the
// control of its type; what is rarely needed stands under "More settings".
import { LitElement, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { ChannelField } from "../api/channels";
import "../elements/pairs";
import type { Pair } from "../elements/pairs";
import "../elements/signatures";
import { base, controls, folds, surfaces } from "../styles/shared";
import { text } from "../text/en";
import {
  areaControl,
  lineControl,
  namedJsonControl,
  secretControl,
  selectControl,
  ternaryControl,
  tlsControl,
  type ControlParts,
} from "./config-controls";
import { configFieldStyles } from "./config-styles";
import { asText, isMasked, isRecord, isShown, Unread, type ConfigValues } from "./config-values";

const words = text.channelForm;
const SECRET_BYTES = 32;

/** As the server makes them: `whsec_` and the base64 of 32 random bytes. Needs no secure context. */
const makeSecret = (): string =>
  `whsec_${btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(SECRET_BYTES))))}`;

/** A control that is wrong, or an element with such controls. */
export const WRONG = '[aria-invalid="true"], [data-wrong]';

const isLocked = (field: ChannelField): boolean =>
  field.secret && (field.type === "secret" || field.type === "url" || field.type === "text");

/** Fires `values` with all values of the config. */
@customElement("config-fields")
export class ConfigFields extends LitElement {
  @property({ attribute: false }) fields: readonly ChannelField[] = [];
  @property({ attribute: false }) values: ConfigValues = {};
  /** As the server shows it; empty for a channel that is to be made. */
  @property({ attribute: false }) stored: ConfigValues = {};
  /** Field name (without `config.`) to what is wrong with it. */
  @property({ attribute: false }) faults: Record<string, string> = {};
  /** The field whose secret Andon can make. */
  @property() signingField = "";
  @state() private revealed: ReadonlySet<string> = new Set();
  @state() private ownValues: ReadonlySet<string> = new Set();
  /** Names of the folded parts that are open. */
  @state() private opened: ReadonlySet<string> = new Set();

  static override styles = [base, controls, surfaces, folds, configFieldStyles];

  override willUpdate(changed: PropertyValues): void {
    if (changed.has("stored") && this.stored["tls"] !== undefined) this.setOpen("tls", true);
    if (!changed.has("faults")) return;
    // What is wrong is not left folded away.
    for (const field of this.fields) {
      if (this.faults[field.name] === undefined) continue;
      if (field.advanced) this.setOpen("more", true);
      if (field.type === "tls") this.setOpen("tls", true);
    }
  }

  private setOpen(part: string, isOpen: boolean): void {
    if (this.opened.has(part) === isOpen) return;
    const others = [...this.opened].filter((each) => each !== part);
    this.opened = new Set(isOpen ? [...others, part] : others);
  }

  /** The part stays as its reader left it, whatever is typed in it. */
  private onToggle(part: string, event: Event): void {
    this.setOpen(part, (event.target as HTMLDetailsElement).open);
  }

  /** Moves to the first field that is wrong. */
  focusFault(): void {
    const wrong = this.renderRoot.querySelector<HTMLElement & { focusFault?: () => void }>(WRONG);
    if (wrong?.focusFault === undefined) wrong?.focus();
    else wrong.focusFault();
  }

  /** Puts the cursor at a line of a template. */
  focusLine(name: string, line: number): void {
    const area = this.renderRoot.querySelector<HTMLTextAreaElement>(`textarea#${name}`);
    if (area === null) return;
    const lines = area.value.split("\n");
    const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    area.focus();
    area.setSelectionRange(start, start + (lines[line - 1] ?? "").length);
  }

  private set(name: string, value: unknown): void {
    this.dispatchEvent(new CustomEvent("values", { detail: { ...this.values, [name]: value } }));
  }

  private headers(field: ChannelField): TemplateResult {
    const value = this.values[field.name];
    const pairs = Object.entries(isRecord(value) ? value : {}).map(([name, content]): Pair => [
      name,
      asText(content),
    ]);
    return html`<andon-pairs
      ?data-wrong=${this.faults[field.name] !== undefined}
      legend=${field.label}
      hint=${field.hint}
      fault=${this.faults[field.name] ?? ""}
      nameLabel=${words.headerName}
      valueLabel=${words.headerValue}
      namePlaceholder="X-Webhook-Secret"
      addLabel=${words.addHeader}
      .removeLabel=${words.removeHeader}
      .pairs=${pairs}
      @pairs=${(event: CustomEvent<readonly Pair[]>) => this.set(field.name, Object.fromEntries(event.detail.map(([name, content]) => [name.trim(), content])))}
    ></andon-pairs>`;
  }

  private signatures(field: ChannelField): TemplateResult {
    return html`<andon-signatures
      ?data-wrong=${this.faults[field.name] !== undefined}
      legend=${field.label}
      hint=${field.hint}
      fault=${this.faults[field.name] ?? ""}
      .formats=${field.options}
      .value=${this.values[field.name]}
      @signatures=${(event: CustomEvent<unknown>) => this.set(field.name, event.detail)}
    ></andon-signatures>`;
  }

  private check(field: ChannelField): TemplateResult {
    return html`<label class="check">
      <input
        id=${field.name}
        type="checkbox"
        aria-invalid=${this.faults[field.name] === undefined ? "false" : "true"}
        .checked=${(this.values[field.name] ?? field.default) === true}
        @change=${(event: Event) => this.set(field.name, (event.target as HTMLInputElement).checked)}
      />
      <span
        >${field.label}<br /><span class=${this.faults[field.name] === undefined ? "sub" : "error"}
          >${this.faults[field.name] ?? field.hint}</span
        ></span
      >
    </label>`;
  }

  private secret(parts: ControlParts): TemplateResult {
    const { name } = parts.field;
    const reveal = (isRevealed: boolean): void => {
      const others = [...this.revealed].filter((each) => each !== name);
      this.revealed = new Set(isRevealed ? [...others, name] : others);
    };
    return secretControl({
      ...parts,
      stored: this.stored[name],
      isRevealed: this.revealed.has(name),
      setRevealed: reveal,
      make:
        name === this.signingField
          ? () => {
              reveal(true);
              parts.set(makeSecret());
            }
          : null,
    });
  }

  private namedJson(parts: ControlParts): TemplateResult {
    const { field, value } = parts;
    const isNamed = field.options.some((option) => option.value === value);
    const isOwn = (value !== undefined && value !== null && !isNamed) || this.ownValues.has(field.name);
    return namedJsonControl({
      ...parts,
      isOwn,
      setOwn: (wanted) => {
        const others = [...this.ownValues].filter((each) => each !== field.name);
        this.ownValues = new Set(wanted ? [...others, field.name] : others);
      },
    });
  }

  private control(parts: ControlParts): TemplateResult {
    const { field } = parts;
    if (isLocked(field)) return this.secret(parts);
    switch (field.type) {
      case "select":
        return selectControl(parts);
      case "boolean":
        return ternaryControl(parts);
      case "json":
        return field.options.length > 0 ? this.namedJson(parts) : areaControl(parts);
      case "list":
      case "template":
        return areaControl(parts);
      default:
        return lineControl(parts);
    }
  }

  /** What is said below a field: of a choice its own hint, of a secret that it stays. */
  private hintOf(field: ChannelField): string {
    const value = this.values[field.name];
    const stored = this.stored[field.name];
    if (field.secret && value !== undefined && isMasked(value) && value === stored) return words.secretKept;
    if (field.type === "list" && isMasked(value)) return `${field.hint} ${words.maskedLines}`;
    if (field.name === this.signingField && value !== undefined && value !== null && value !== stored)
      return stored === undefined ? words.copySecret : words.secretAtOnce;
    const option = field.options.find((each) => each.value === asText(value ?? field.default));
    return option === undefined || option.hint === "" ? field.hint : option.hint;
  }

  /** For an empty template: something to change instead of a blank sheet. */
  private example(field: ChannelField): TemplateResult | null {
    const example = words.templates.examples[field.name];
    if (field.type !== "template" || example === undefined || asText(this.values[field.name]) !== "")
      return null;
    return html`<div class="actions">
      <button type="button" @click=${() => this.set(field.name, example)}>${words.templates.example}</button>
    </div>`;
  }

  private field(field: ChannelField): TemplateResult {
    if (field.type === "headers") return this.headers(field);
    if (field.type === "signatures") return this.signatures(field);
    if (field.type === "boolean" && field.default !== null) return this.check(field);
    const value = this.values[field.name];
    const unread = value instanceof Unread && field.type !== "number" ? value.fault : undefined;
    const fault = this.faults[field.name] ?? unread;
    const parts: ControlParts = {
      field,
      value,
      isWrong: fault !== undefined,
      describedBy: `${field.name}-hint`,
      set: (next) => this.set(field.name, next),
    };
    const hint = html`<span id="${field.name}-hint" class=${fault === undefined ? "hint" : "error"}
      >${fault ?? this.hintOf(field)}</span
    >`;
    if (field.type === "tls")
      return html`<details
        ?open=${this.opened.has("tls")}
        @toggle=${(event: Event) => this.onToggle("tls", event)}
      >
        <summary>${words.tls.title}</summary>
        <div class="form">${tlsControl(parts)} ${fault === undefined ? null : hint}</div>
      </details>`;
    // What has a default or is a choice can't be left empty anyway.
    const isOptional =
      !field.required && field.default === null && field.type !== "select" && field.type !== "template";
    return html`<div class="field">
      <label for=${field.name}>
        ${field.label}${isOptional ? html` <span class="hint">(${text.common.optional})</span>` : null}
      </label>
      ${this.control(parts)} ${hint} ${this.example(field)}
    </div>`;
  }

  override render(): TemplateResult {
    // What is wrong is always shown.
    const shown = this.fields.filter(
      (field) => this.faults[field.name] !== undefined || isShown(field, this.values, this.fields),
    );
    const plain = shown.filter((field) => !field.advanced);
    const advanced = shown.filter((field) => field.advanced);
    const own = advanced.filter(({ name }) => this.values[name] !== undefined && this.values[name] !== null);
    return html`<div class="form">
      ${plain.map((field) => this.field(field))}
      ${
        advanced.length === 0
          ? null
          : html`<details
              ?open=${this.opened.has("more")}
              @toggle=${(event: Event) => this.onToggle("more", event)}
            >
              <summary>${own.length === 0 ? words.more : words.moreSet(own.length)}</summary>
              <div class="form">${advanced.map((field) => this.field(field))}</div>
            </details>`
      }
    </div>`;
  }
}
