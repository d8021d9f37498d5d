// In: a channel type and settings that need not be saved. Out: what would be sent of an event that happened
// or of a sample, a moment after the last change; what keeps it from being sent, with its line.
import { LitElement, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { ApiError } from "../api/client";
import { listPreviewEvents, previewChannel, type Preview } from "../api/channels";
import { Load } from "../controllers/load";
import "../elements/copy";
import "../elements/mark";
import { base, controls, folds, rawText, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { formatNumber, formatTime } from "../text/format";
import { channelPreviewStyles } from "./channel-preview-styles";

const words = text.channelForm.preview;
const templates = text.channelForm.templates;
const QUIET_MS = 350;
const PAST = 50;
const SEQ = "seq:";
const FIRST_SAMPLE = "alert.triggered";

type Outcome = { preview: Preview } | { problem: ApiError };

const indented = (body: string): string => JSON.stringify(JSON.parse(body), null, 2);

const lineOf = (message: string): number | null => {
  const found = /\bLine (\d+)\b/.exec(message);
  return found === null ? null : Number(found[1]);
};

/** Fires `line` with `{ field, line }` of a fault that the reader wants to go to. */
@customElement("channel-preview")
export class ChannelPreview extends LitElement {
  @property() kind = "";
  @property({ attribute: false }) config: Record<string, unknown> = {};
  @property() channelId = "";
  /** Somebody writes a template: what it may use is said as well. */
  @property({ type: Boolean }) hasTemplate = false;
  /** Something that has to be there is missing: the server is not asked. */
  @property({ type: Boolean }) incomplete = false;
  @state() private chosen = FIRST_SAMPLE;
  @state() private outcome: Outcome | null = null;
  @state() private isUpdating = false;
  @state() private isIndented = true;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running: AbortController | undefined;
  private asked = "";

  private readonly events = new Load(this, () => listPreviewEvents(PAST));

  static override styles = [base, controls, surfaces, folds, rawText, channelPreviewStyles];

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.timer);
    this.running?.abort();
  }

  override updated(changed: PropertyValues): void {
    if (!["kind", "config", "channelId", "chosen", "incomplete"].some((name) => changed.has(name))) return;
    if (this.incomplete) return this.forget();
    const question = JSON.stringify([this.kind, this.config, this.channelId, this.chosen]);
    if (question === this.asked) return;
    const isFirst = this.asked === "";
    this.asked = question;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.ask(), isFirst ? 0 : QUIET_MS);
  }

  private forget(): void {
    clearTimeout(this.timer);
    this.running?.abort();
    this.asked = "";
    this.outcome = null;
    this.isUpdating = false;
  }

  private async ask(): Promise<void> {
    this.running?.abort();
    const running = new AbortController();
    this.running = running;
    this.isUpdating = true;
    const isPast = this.chosen.startsWith(SEQ);
    try {
      const preview = await previewChannel(
        {
          type: this.kind,
          config: this.config,
          channelId: this.channelId === "" ? null : this.channelId,
          eventSeq: isPast ? Number(this.chosen.slice(SEQ.length)) : null,
          event: isPast || this.chosen === "" ? null : this.chosen,
        },
        running.signal,
      );
      this.outcome = { preview };
    } catch (error) {
      // A newer question is on its way.
      if (running.signal.aborted) return;
      this.outcome = { problem: error instanceof ApiError ? error : new ApiError(0, text.common.unexpected) };
    }
    this.isUpdating = false;
  }

  private option(value: string, label: string): TemplateResult {
    return html`<option value=${value} ?selected=${value === this.chosen}>${label}</option>`;
  }

  private choice(): TemplateResult {
    const { data } = this.events;
    const samples = data?.samples ?? [{ event: FIRST_SAMPLE, text: "" }];
    const past = data?.data ?? [];
    const nameOf = (event: string): string => text.channels.eventNames[event] ?? event;
    return html`<div class="field">
      <label for="event">${words.event}</label>
      <select
        id="event"
        @change=${(event: Event) => (this.chosen = (event.target as HTMLSelectElement).value)}
      >
        ${this.option("", words.test)}
        <optgroup label=${words.samples}>
          ${samples.filter(({ event }) => event !== "channel.test").map(({ event }) => this.option(event, nameOf(event)))}
        </optgroup>
        ${
          past.length === 0
            ? null
            : html`<optgroup label=${words.past}>
                ${past.map((each) => this.option(`${SEQ}${each.seq}`, `${formatTime(each.at)} · ${each.text}`))}
              </optgroup>`
        }
      </select>
    </div>`;
  }

  private fault(message: string, field: string | null): TemplateResult {
    const line = lineOf(message);
    const name = field?.replace(/^config\./, "") ?? "template";
    return html`<div class="note-box critical" role="alert">
      <andon-mark kind="critical"></andon-mark>
      <div class="words">
        <p class="strong">${words.refused}</p>
        <p>${message}</p>
        ${
          line === null
            ? null
            : html`<p>
                <button
                  type="button"
                  @click=${() => this.dispatchEvent(new CustomEvent("line", { detail: { field: name, line } }))}
                >
                  ${words.goTo(line)}
                </button>
              </p>`
        }
      </div>
    </div>`;
  }

  /** A template that can't be read is the reader's fault; a form that is not complete yet is nobody's. */
  private problem(error: ApiError): TemplateResult {
    const isTemplate = error.field === "config.template" || error.field === "config.url_query";
    if (isTemplate && lineOf(error.message) !== null) return this.fault(error.message, error.field);
    return html`<p class="sub" role="status">
      ${error.status === 422 ? html`${words.wait}<br />${error.message}` : `${words.failed} ${error.message}`}
    </p>`;
  }

  private size({ bytes, content_type: contentType, is_valid_json: isJson }: Preview): TemplateResult {
    const isMeantAsJson = contentType.includes("json");
    if (contentType === "") return html`<p class="size">${words.empty}</p>`;
    return html`<p class="size">
      ${isMeantAsJson ? html`<andon-mark kind=${isJson ? "good" : "critical"}></andon-mark>` : null}
      <span>${words.bytes(formatNumber(bytes))}</span>
      ${isMeantAsJson ? html`<span>${isJson ? words.validJson : words.notJson}</span>` : html`<span>${contentType}</span>`}
    </p>`;
  }

  private message(preview: Preview): TemplateResult {
    const { method, url, headers, body, error, is_valid_json: isJson } = preview;
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    return html`${error === undefined ? null : this.fault(error, preview.error_field ?? null)}
    ${
      method === null || url === null
        ? null
        : html`<p class="line">${method} ${url}</p>
            ${this.size(preview)}
            <p class="label">${words.headers}</p>
            <pre tabindex="0" role="region" aria-label=${words.headers}>${lines.join("\n")}</pre>`
    }
    ${
      body === ""
        ? null
        : html`<div class="body-head">
              <p class="label">${words.body}</p>
              ${
                isJson
                  ? html`<label class="check">
                      <input
                        type="checkbox"
                        .checked=${this.isIndented}
                        @change=${(event: Event) => (this.isIndented = (event.target as HTMLInputElement).checked)}
                      />
                      <span>${words.indent}</span>
                    </label>`
                  : null
              }
            </div>
            <pre class="body" tabindex="0" role="region" aria-label=${words.body}>
${isJson && this.isIndented ? indented(body) : body}</pre>`
    }`;
  }

  private names(): TemplateResult {
    return html`<details>
      <summary>${templates.names}</summary>
      <p class="sub">${templates.namesHint}</p>
      <dl class="facts">
        ${Object.entries(templates.list).map(
          ([name, meaning]) =>
            html`<dt><code>${name}</code></dt>
              <dd>${meaning}</dd>`,
        )}
      </dl>
    </details>`;
  }

  override render(): TemplateResult {
    const { outcome } = this;
    return html`<p class="sub">${words.detail}</p>
      ${this.choice()}
      <div class="result ${this.isUpdating ? "updating" : ""}" aria-busy=${this.isUpdating}>
        ${outcome === null ? html`<p class="sub">${this.incomplete ? words.wait : words.updating}</p>` : "preview" in outcome ? this.message(outcome.preview) : this.problem(outcome.problem)}
      </div>
      ${this.hasTemplate ? this.names() : null}`;
  }
}
