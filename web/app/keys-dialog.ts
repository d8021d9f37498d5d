// In: nothing. Out: the list of keyboard shortcuts.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import "../elements/dialog";
import { base } from "../styles/shared";
import { text } from "../text/en";
import { navigationEntries } from "./navigation";

const { keys } = text.shell;

const LISTS: readonly [string[], string][] = [
  [["j"], keys.next],
  [["k"], keys.previous],
  [["Enter"], keys.open],
  [["a"], keys.acknowledge],
  [["r"], keys.resolve],
  [["x"], keys.select],
];
const ANYWHERE: readonly [string[], string][] = [
  [["/"], keys.search],
  [["?"], keys.help],
  [["Esc"], keys.escape],
];

@customElement("andon-keys-dialog")
export class AndonKeysDialog extends LitElement {
  @property({ type: Boolean }) open = false;

  static override styles = [
    base,
    css`
      .columns {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr));
        gap: var(--space-5) var(--space-8);
      }
      h3 {
        margin-bottom: var(--space-2);
        color: var(--ink-2);
        font-size: var(--text-s);
      }
      li {
        display: flex;
        justify-content: space-between;
        align-items: center;
        gap: var(--space-3);
        padding: 0.28rem 0;
      }
      kbd {
        font: 550 var(--text-xs) / 1 var(--font);
        display: inline-grid;
        place-content: center;
        min-width: 1.5rem;
        height: 1.5rem;
        padding: 0 0.35rem;
        border: 1px solid var(--line);
        border-bottom-width: 2px;
        border-radius: var(--radius-s);
        background: var(--surface-2);
      }
      .then {
        color: var(--ink-2);
        font-size: var(--text-xs);
        padding: 0 0.15rem;
      }
    `,
  ];

  private group(title: string, rows: readonly [string[], string][]): TemplateResult {
    return html`<section>
      <h3>${title}</h3>
      <ul>
        ${rows.map(
          ([pressed, what]) =>
            html`<li>
              <span>${what}</span>
              <span
                >${pressed.map(
                  (key, index) =>
                    html`${index === 0 ? null : html`<span class="then">${keys.then}</span>`}<kbd
                        >${key}</kbd
                      >`,
                )}</span
              >
            </li>`,
        )}
      </ul>
    </section>`;
  }

  override render(): TemplateResult {
    return html`<andon-dialog
      heading=${keys.title}
      wide
      .open=${this.open}
      @dialog-close=${() => this.dispatchEvent(new CustomEvent("dialog-close"))}
    >
      <div class="columns">
        ${this.group(keys.lists, LISTS)}
        <div>
          ${this.group(
            keys.go,
            navigationEntries().map((entry) => [["g", entry.key], entry.label]),
          )}
        </div>
        ${this.group(keys.anywhere, ANYWHERE)}
      </div>
    </andon-dialog>`;
  }
}
