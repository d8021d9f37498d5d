// In: a receiver, and settings that need not be saved. Out: a box for a payload, and what it would lead to.
import { LitElement, css, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { ApiError } from "../api/client";
import { tryPayload, type Preset, type Receiver, type ReceiverBody, type Rehearsal } from "../api/receivers";
import "../elements/mark";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import "./receiver-outcome";
import { samplePayload } from "./receiver-sample";

const words = text.receivers.trial;
const QUIET_MS = 400;

const parsed = (typed: string): unknown => {
  try {
    return JSON.parse(typed) as unknown;
  } catch {
    return undefined;
  }
};

const indented = (payload: unknown): string => JSON.stringify(payload, null, 2);

@customElement("receiver-trial")
export class ReceiverTrial extends LitElement {
  @property({ attribute: false }) receiver!: Receiver;
  @property({ attribute: false }) preset: Preset | undefined;
  @property() serviceName = "";
  @property({ attribute: false }) channelNames: ReadonlyMap<string, string> = new Map();
  /** Of a form; null: as saved. */
  @property({ attribute: false }) settings: ReceiverBody | null = null;
  @state() private typed = "";
  @state() private headers: Record<string, string> = {};
  @state() private rehearsal: Rehearsal | null = null;
  @state() private problem = "";
  @state() private isBusy = false;
  private turn = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  static override styles = [
    base,
    controls,
    surfaces,
    css`
      :host {
        display: block;
      }
      .card-body {
        display: grid;
        gap: var(--space-3);
      }
      textarea {
        min-height: 9rem;
        max-height: 26rem;
        field-sizing: content;
        font: var(--text-s) / 1.5 var(--font-mono);
        overflow-wrap: anywhere;
      }
      select {
        width: auto;
        max-width: 100%;
      }
      .outcome {
        border-top: 1px solid var(--line);
        padding-top: var(--space-3);
        display: grid;
        gap: var(--space-2);
      }
    `,
  ];

  override updated(changed: PropertyValues): void {
    // The result follows the form, once somebody has asked.
    if (!changed.has("settings") || changed.get("settings") === undefined || this.rehearsal === null) return;
    if (JSON.stringify(changed.get("settings")) === JSON.stringify(this.settings)) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.run(), QUIET_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  /** From the log: the payload as it came, and the headers that were kept of it. */
  async take(payload: string, headers: Record<string, string>): Promise<void> {
    const value = parsed(payload);
    this.typed = value === undefined ? payload : indented(value);
    this.headers = headers;
    this.scrollIntoView({ block: "start" });
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>("textarea")?.focus({ preventScroll: true });
    await this.run();
  }

  private async run(): Promise<void> {
    if (this.typed.trim() === "") {
      this.problem = words.empty;
      return;
    }
    this.turn += 1;
    const { turn } = this;
    this.isBusy = true;
    try {
      const rehearsal = await tryPayload(this.receiver.id, {
        payload: parsed(this.typed) ?? this.typed,
        headers: this.headers,
        ...(this.settings === null ? {} : { settings: this.settings }),
      });
      if (turn !== this.turn) return;
      this.rehearsal = rehearsal;
      this.problem = "";
    } catch (error) {
      if (turn !== this.turn) return;
      this.problem = error instanceof ApiError ? error.message : text.common.unexpected;
    }
    this.isBusy = false;
  }

  private takeSample(event: Event): void {
    const select = event.target as HTMLSelectElement;
    const index = Number(select.value);
    const { receiver, preset } = this;
    const example = preset?.examples[index]?.payload as unknown;
    const isByPaths = preset?.reads_by_paths !== false;
    const name = this.serviceName === "" ? null : this.serviceName;
    const settings = { ...receiver, ...this.settings } as Receiver;
    this.typed = indented(isByPaths ? samplePayload(settings, preset, name) : example);
    this.headers = {};
    select.value = "";
    void this.run();
  }

  private samples(): TemplateResult {
    const { preset } = this;
    const titles =
      preset?.reads_by_paths === false ? preset.examples.map(({ title }) => title) : [words.byPaths];
    return html`<select aria-label=${words.sample} @change=${this.takeSample}>
      <option value="">${words.sample}</option>
      ${titles.map((title, index) => html`<option value=${index}>${title}</option>`)}
    </select>`;
  }

  override render(): TemplateResult {
    const isText = this.typed.trim() !== "" && parsed(this.typed) === undefined;
    return html`<section class="card" aria-labelledby="trial">
      <div class="card-head">
        <h2 id="trial" class="grow">${words.title}</h2>
        ${this.samples()}
      </div>
      <div class="card-body">
        <p class="sub">${this.settings === null ? words.intro : words.introDraft}</p>
        <div class="field">
          <label for="payload">${words.payload}</label>
          <textarea
            id="payload"
            spellcheck="false"
            autocomplete="off"
            aria-invalid=${this.problem === "" ? "false" : "true"}
            aria-describedby="payload-hint"
            .value=${this.typed}
            @input=${(event: Event) => (this.typed = (event.target as HTMLTextAreaElement).value)}
            @keydown=${(event: KeyboardEvent) => {
              if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void this.run();
            }}
          ></textarea>
          <span id="payload-hint" class=${this.problem === "" ? "hint" : "error"} role="status"
            >${this.problem || (isText ? words.notJson : "")}</span
          >
        </div>
        <div class="actions">
          <button type="button" ?disabled=${this.isBusy} @click=${() => void this.run()}>
            ${this.isBusy ? words.running : words.run}
          </button>
        </div>
        ${
          this.rehearsal === null
            ? null
            : html`<div class="outcome" aria-live="polite">
                <h3>${text.receivers.outcome.heading}</h3>
                <receiver-outcome
                  .rehearsal=${this.rehearsal}
                  .channelNames=${this.channelNames}
                ></receiver-outcome>
              </div>`
        }
      </div>
    </section>`;
  }
}
