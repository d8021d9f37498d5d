// In: when maintenance is to come. Out: the same as a sentence, and the next five times, asked of the server
// while the form is filled in; or why it can't be.
import { LitElement, css, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { ApiError } from "../api/client";
import { previewWindow, type PlannedTime, type WindowTiming } from "../api/maintenance";
import { base, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { browserZone } from "./maintenance-draft";
import { clockTime, dayOf, sentenceOf, timeRange } from "./maintenance-words";

const words = text.maintenance.preview;
/** As long as somebody types. */
const QUIET_MS = 250;

/** Fires `refused` with the error, null when there is none. */
@customElement("maintenance-next")
export class MaintenanceNext extends LitElement {
  /** Null: something is missing. */
  @property({ attribute: false }) timing: WindowTiming | null = null;
  @state() private times: readonly PlannedTime[] = [];
  @state() private refusal = "";
  private shown = "";
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asking: AbortController | undefined;

  static override styles = [
    base,
    surfaces,
    css`
      :host {
        display: block;
      }
      .sentence {
        font-size: var(--text-l);
        font-weight: 550;
        text-wrap: pretty;
      }
      h3 {
        margin: var(--space-4) 0 var(--space-2);
      }
      ol {
        display: grid;
        gap: 0.4rem;
      }
      li {
        display: grid;
        grid-template-columns: 9rem minmax(0, 1fr);
        gap: 0 var(--space-3);
        font-variant-numeric: tabular-nums;
      }
      li .sub {
        grid-column: 2;
      }
      .refusal {
        margin-top: var(--space-3);
        color: var(--critical);
      }
    `,
  ];

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.timer);
    this.asking?.abort();
  }

  override willUpdate(changed: PropertyValues): void {
    const wanted = JSON.stringify(this.timing);
    if (!changed.has("timing") || wanted === this.shown) return;
    this.shown = wanted;
    clearTimeout(this.timer);
    this.asking?.abort();
    if (this.timing === null) {
      this.times = [];
      this.refuse(null);
      return;
    }
    const { timing } = this;
    this.timer = setTimeout(() => void this.ask(timing), QUIET_MS);
  }

  private refuse(error: ApiError | null): void {
    this.refusal = error?.message ?? "";
    this.dispatchEvent(new CustomEvent<ApiError | null>("refused", { detail: error }));
  }

  private async ask(timing: WindowTiming): Promise<void> {
    const asking = new AbortController();
    this.asking = asking;
    try {
      this.times = await previewWindow(timing, asking.signal);
      this.refuse(null);
    } catch (error) {
      if (asking.signal.aborted) return;
      this.times = [];
      this.refuse(error instanceof ApiError ? error : new ApiError(0, text.common.unexpected));
    }
  }

  private line({ starts_at: from, ends_at: to }: PlannedTime, timeZone: string): TemplateResult {
    const isElsewhere = clockTime(from, timeZone) !== clockTime(from, browserZone());
    return html`<li>
      <span>${dayOf(from, timeZone)}</span>
      <span>${timeRange(from, to, timeZone)}</span>
      ${isElsewhere ? html`<span class="sub">${words.yours(dayOf(from) === dayOf(from, timeZone) ? timeRange(from, to) : clockTime(from))}</span>` : null}
    </li>`;
  }

  override render(): TemplateResult {
    const { timing } = this;
    if (timing === null) return html`<p class="sub">${words.incomplete}</p>`;
    const isOnce = timing.cron === null;
    return html`<p class="sentence">${sentenceOf(timing)}</p>
      ${this.refusal === "" ? null : html`<p class="refusal" role="alert">${this.refusal}</p>`}
      ${
        isOnce || this.times.length === 0
          ? null
          : html`<h3>${words.next}</h3>
              <ol>
                ${this.times.map((time) => this.line(time, timing.time_zone))}
              </ol>`
      }`;
  }
}
