// In: one field of a channel type, its value, and what to do with a new one. Out: the control that fits
// its type. Templates, not elements: label and control have to be in one root.
import { html, nothing, type TemplateResult } from "lit";
import type { ChannelField } from "../api/channels";
import "../elements/icon";
import { text } from "../text/en";
import { asText, isRecord, toValue } from "./config-values";

const words = text.channelForm;

export interface ControlParts {
  field: ChannelField;
  value: unknown;
  isWrong: boolean;
  /** ID of the hint. */
  describedBy: string;
  set: (value: unknown) => void;
}

/** The choice of a value that has no name. */
const OWN = "*";

const typedIn = (event: Event): string =>
  (event.target as HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement).value;

/** What stands in for the field's own default. */
const asUsual = (field: ChannelField): string =>
  field.default === null ? words.asUsual : words.asUsualIs(asText(field.default));

export const selectControl = ({ field, value, isWrong, describedBy, set }: ControlParts): TemplateResult =>
  html`<select
    id=${field.name}
    aria-invalid=${isWrong}
    aria-describedby=${describedBy}
    @change=${(event: Event) => set(typedIn(event) || undefined)}
  >
    ${field.required || field.default !== null ? null : html`<option value="">${words.asUsual}</option>`}
    ${field.options.map(
      (option) =>
        html`<option value=${option.value} ?selected=${option.value === asText(value ?? field.default)}>
          ${option.label}
        </option>`,
    )}
  </select>`;

/** For what is neither yes nor no until somebody says so: the dialect decides. */
export const ternaryControl = ({ field, value, isWrong, describedBy, set }: ControlParts): TemplateResult =>
  html`<select
    id=${field.name}
    aria-invalid=${isWrong}
    aria-describedby=${describedBy}
    @change=${(event: Event) => {
      const typed = typedIn(event);
      set(typed === "" ? undefined : typed === "yes");
    }}
  >
    <option value="" ?selected=${value === undefined}>${asUsual(field)}</option>
    <option value="yes" ?selected=${value === true}>${text.common.yes}</option>
    <option value="no" ?selected=${value === false}>${text.common.no}</option>
  </select>`;

/** A name out of a few, or a value of one's own. */
export const namedJsonControl = (
  parts: ControlParts & { isOwn: boolean; setOwn: (isOwn: boolean) => void },
): TemplateResult => {
  const { field, value, isWrong, describedBy, set, isOwn, setOwn } = parts;
  return html`<select
      id=${field.name}
      aria-invalid=${isWrong && !isOwn}
      aria-describedby=${describedBy}
      @change=${(event: Event) => {
        const typed = typedIn(event);
        setOwn(typed === OWN);
        set(typed === "" || typed === OWN ? undefined : typed);
      }}
    >
      <option value="" ?selected=${value === undefined && !isOwn}>${words.asUsual}</option>
      ${field.options.map(
        (option) =>
          html`<option value=${option.value} ?selected=${!isOwn && option.value === value}>
            ${option.label}
          </option>`,
      )}
      <option value=${OWN} ?selected=${isOwn}>${words.ownValue}</option>
    </select>
    ${
      isOwn
        ? html`<input
            class="mono"
            aria-label="${field.label}: ${words.ownValue}"
            aria-invalid=${isWrong}
            aria-describedby=${describedBy}
            placeholder="[30, 120, 600]"
            spellcheck="false"
            autocomplete="off"
            .value=${Array.isArray(value) ? JSON.stringify(value) : asText(value)}
            @change=${(event: Event) => set(toValue(field, typedIn(event)))}
          />`
        : null
    }`;
};

const rowsOf = (shown: string, least: number, most: number): number =>
  Math.min(most, Math.max(least, shown.split("\n").length + 1));

export const areaControl = ({ field, value, isWrong, describedBy, set }: ControlParts): TemplateResult => {
  const shown = Array.isArray(value) && field.type === "list" ? value.join("\n") : asText(value);
  const isTemplate = field.type === "template";
  const change = (event: Event): void => set(toValue(field, typedIn(event)));
  return html`<textarea
    id=${field.name}
    class=${field.type === "list" ? "" : "mono"}
    rows=${isTemplate ? rowsOf(shown, 9, 28) : rowsOf(shown, 2, 10)}
    spellcheck="false"
    autocomplete="off"
    aria-invalid=${isWrong}
    aria-describedby=${describedBy}
    .value=${shown}
    @input=${isTemplate ? change : nothing}
    @change=${change}
  ></textarea>`;
};

export const lineControl = ({ field, value, isWrong, describedBy, set }: ControlParts): TemplateResult =>
  html`<input
    id=${field.name}
    class=${field.type === "number" ? "short" : ""}
    type=${field.type === "url" ? "url" : "text"}
    inputmode=${field.type === "number" ? "decimal" : field.type === "url" ? "url" : "text"}
    autocomplete="off"
    spellcheck="false"
    ?required=${field.required}
    placeholder=${field.default === null ? (field.type === "url" ? words.urlPlaceholder : "") : asText(field.default)}
    aria-invalid=${isWrong}
    aria-describedby=${describedBy}
    .value=${asText(value)}
    @input=${(event: Event) => set(toValue(field, typedIn(event)))}
  />`;

/** Files of certificates are texts: they may be opened instead of pasted. */
const readFile = async (event: Event, set: (pem: string) => void): Promise<void> => {
  const input = event.target as HTMLInputElement;
  const [file] = input.files ?? [];
  if (file !== undefined) set(await file.text());
  input.value = "";
};

const PEM_PARTS = ["ca", "client_cert", "client_key"] as const;

export const tlsControl = ({ value, isWrong, describedBy, set }: ControlParts): TemplateResult => {
  const tls = isRecord(value) ? value : {};
  const write = (name: string, typed: string): void => {
    const { [name]: _before, ...others } = tls;
    const next = typed.trim() === "" ? others : { ...others, [name]: typed };
    set(Object.keys(next).length === 0 ? undefined : next);
  };
  return html`<fieldset class="form" aria-label=${words.tls.title} aria-describedby=${describedBy}>
    ${PEM_PARTS.map(
      (name) =>
        html`<div class="field">
          <label for="tls-${name}">${words.tls[name]}</label>
          <textarea
            id="tls-${name}"
            class="mono"
            rows="3"
            spellcheck="false"
            autocomplete="off"
            placeholder=${words.pemPlaceholder[name]}
            aria-invalid=${isWrong}
            .value=${asText(tls[name])}
            @change=${(event: Event) => write(name, typedIn(event))}
          ></textarea>
          <label class="button file"
            ><input
              class="unseen"
              type="file"
              accept=".pem,.crt,.cer,.key,text/plain"
              aria-label="${words.openFile}: ${words.tls[name]}"
              @change=${(event: Event) => void readFile(event, (pem) => write(name, pem))}
            />${words.openFile}</label
          >
        </div>`,
    )}
    <div class="field">
      <label for="tls-server_name">${words.tls.server_name}</label>
      <input
        id="tls-server_name"
        spellcheck="false"
        autocomplete="off"
        aria-invalid=${isWrong}
        .value=${asText(tls["server_name"])}
        @change=${(event: Event) => write("server_name", typedIn(event))}
      />
      <span class="hint">${words.tls.serverNameHint}</span>
    </div>
  </fieldset>`;
};

export interface SecretParts extends ControlParts {
  /** As the server shows it; undefined where nothing is stored. */
  stored: unknown;
  isRevealed: boolean;
  setRevealed: (isRevealed: boolean) => void;
  /** Null where Andon can't make one. */
  make: (() => void) | null;
}

/** A stored secret stays locked until somebody wants to replace it: nothing of it is typed over by chance. */
export const secretControl = (parts: SecretParts): TemplateResult => {
  const { field, value, stored, isWrong, describedBy, set, isRevealed, setRevealed, make } = parts;
  const { label, name } = field;
  if (typeof stored === "string" && stored !== "" && value === stored)
    return html`<div class="with-buttons">
      <input
        id=${name}
        class="mono"
        readonly
        .value=${stored}
        aria-invalid=${isWrong}
        aria-describedby=${describedBy}
      />
      <button type="button" aria-label="${words.replace}: ${label}" @click=${() => set(undefined)}>
        ${words.replace}
      </button>
      ${
        field.required
          ? null
          : html`<button
              type="button"
              class="quiet"
              aria-label="${words.remove}: ${label}"
              @click=${() => set(null)}
            >
              ${words.remove}
            </button>`
      }
    </div>`;
  // Whoever pastes an address wants to see it.
  const isPlain = field.type === "url" || isRevealed;
  return html`<div class="with-buttons">
    <input
      id=${name}
      class=${isPlain ? "" : "veiled"}
      type="text"
      inputmode=${field.type === "url" ? "url" : "text"}
      placeholder=${field.type === "url" ? words.urlPlaceholder : ""}
      autocomplete="off"
      autocapitalize="none"
      spellcheck="false"
      aria-invalid=${isWrong}
      aria-describedby=${describedBy}
      .value=${asText(value)}
      @input=${(event: Event) => set(toValue(field, typedIn(event)))}
    />
    ${
      field.type === "url"
        ? null
        : html`<button
            type="button"
            class="quiet"
            aria-pressed=${isRevealed}
            aria-label="${isRevealed ? words.hide : words.show}: ${label}"
            @click=${() => setRevealed(!isRevealed)}
          >
            ${isRevealed ? words.hide : words.show}
          </button>`
    }
    ${make === null ? null : html`<button type="button" @click=${make}>${words.make}</button>`}
    ${
      stored === undefined
        ? null
        : html`<button
            type="button"
            class="quiet"
            aria-label="${words.keep}: ${label}"
            @click=${() => set(stored)}
          >
            ${words.keep}
          </button>`
    }
  </div>`;
};
