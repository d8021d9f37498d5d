// In: a value that came as JSON. Out: it as people read it, indented, where each text, number and truth value is a
// button; what was chosen is marked with what for.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { base, controls } from "../styles/shared";
import { text } from "../text/en";

const words = text.receiverForm.teach;

/** As the server prints paths: names with dots, positions in brackets, other names in quotes. */
const pathTo = (parent: string, segment: string | number): string => {
  if (typeof segment === "number") return `${parent}[${segment}]`;
  if (/^[^.[\]"'\s]+$/.test(segment)) return parent === "" ? segment : `${parent}.${segment}`;
  return segment.includes('"') ? `${parent}['${segment}']` : `${parent}["${segment}"]`;
};

/** Of a list, the first say what the others are like. */
const MOST_OF_A_LIST = 5;
const DEEPEST = 8;
const MOST_LEAVES = 500;
const LONGEST_SHOWN = 300;

/** Fires `pick` with the path. */
@customElement("payload-tree")
export class PayloadTree extends LitElement {
  @property({ attribute: false }) payload: unknown = null;
  /** What a path was chosen for, in words; null: for nothing. */
  @property({ attribute: false }) roleOf: (path: string) => string | null = () => null;
  private leaves = 0;

  static override styles = [
    base,
    controls,
    css`
      :host {
        display: block;
        font: var(--text-s) / 1.6 var(--font-mono);
        overflow-wrap: anywhere;
      }
      .inner {
        padding-left: 1.1rem;
        border-left: 1px solid var(--line);
      }
      .key {
        color: var(--ink-2);
      }
      button {
        display: inline;
        min-height: 1.5rem;
        padding: 0 0.25rem;
        margin: 1px 0;
        border: 1px solid transparent;
        border-radius: 3px;
        background: none;
        font: inherit;
        text-align: left;
        white-space: normal;
        overflow-wrap: anywhere;
      }
      button:hover {
        background: var(--surface-2);
        border-color: var(--line-2);
      }
      .chosen {
        border-color: var(--ink);
        box-shadow: inset 0 0 0 1px var(--ink);
        font-weight: 600;
      }
      .tag {
        font: 600 var(--text-xs) / 1.4 var(--font);
        margin-left: 0.35rem;
        padding: 0 0.35rem;
        border-radius: var(--radius-s);
        background: var(--ink);
        color: var(--on-ink);
      }
      .rest {
        color: var(--ink-2);
        font-family: var(--font);
      }
      @media (pointer: coarse) {
        button {
          min-height: 2rem;
        }
      }
    `,
  ];

  private leaf(value: string | number | boolean, path: string): TemplateResult {
    const shown = JSON.stringify(
      typeof value === "string" && value.length > LONGEST_SHOWN ? `${value.slice(0, LONGEST_SHOWN)}…` : value,
    );
    this.leaves += 1;
    if (path === "" || this.leaves > MOST_LEAVES || value === "") return html`<span>${shown}</span>`;
    const role = this.roleOf(path);
    return html`<button
        class=${role === null ? "" : "chosen"}
        aria-pressed=${role !== null}
        aria-label="${words.pick(path)}: ${String(value).slice(0, LONGEST_SHOWN)}${role === null ? "" : `, ${role}`}"
        @click=${() => this.dispatchEvent(new CustomEvent<string>("pick", { detail: path }))}
      >
        ${shown}</button
      >${role === null ? null : html`<span class="tag" aria-hidden="true">${role}</span>`}`;
  }

  private entries(value: object): { label: string | null; inner: unknown; segment: string | number }[] {
    if (Array.isArray(value))
      return value
        .slice(0, MOST_OF_A_LIST)
        .map((inner: unknown, index) => ({ label: null, inner, segment: index }));
    return Object.entries(value).map(([name, inner]: [string, unknown]) => ({
      label: name,
      inner,
      segment: name,
    }));
  }

  private node(value: unknown, path: string, depth: number): TemplateResult {
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
      return this.leaf(value, path);
    if (typeof value !== "object" || value === null) return html`<span class="key">null</span>`;
    const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
    const entries = this.entries(value);
    if (entries.length === 0) return html`<span>${open}${close}</span>`;
    if (depth >= DEEPEST) return html`<span>${open}${words.deeper}${close}</span>`;
    const rest = Array.isArray(value) ? value.length - entries.length : 0;
    return html`<span>${open}</span>
      <div class="inner">
        ${entries.map(
          ({ label, inner, segment }) =>
            html`<div>
              ${label === null ? null : html`<span class="key">${label}:</span> `}${this.node(
                inner,
                pathTo(path, segment),
                depth + 1,
              )}
            </div>`,
        )}
        ${rest > 0 ? html`<div class="rest">${words.moreEntries(rest)}</div>` : null}
      </div>
      <span>${close}</span>`;
  }

  override render(): TemplateResult {
    this.leaves = 0;
    return this.node(this.payload, "", 0);
  }
}
