// In: one attempt of a delivery. Out: the raw exchange as it happened: where its time went, the request
// line, address, headers (secrets masked by the server), the answer's first bytes.
import { LitElement, css, html, svg, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Attempt } from "../api/deliveries";
import { base, controls, rawText } from "../styles/shared";
import { text } from "../text/en";
import { formatFullTime, formatMillis } from "../text/format";
import { copyText } from "./copy";
import "./icon";
import "./mark";

const words = text.channels;
const own = text.channelPage.exchange;
const FAR_APART_MS = 60_000;
const BAR_WIDTH = 100;
const COPIED_MS = 4_000;

@customElement("andon-exchange")
export class AndonExchange extends LitElement {
  @property({ attribute: false }) attempt!: Attempt;
  /** What it was about; the attempt's number when left out. */
  @property() heading = "";
  /** What was sent, where that is known. */
  @property() requestBody = "";
  /** Its name and outcome stand above it already. */
  @property({ type: Boolean }) bare = false;
  @state() private isCopied = false;

  static override styles = [
    base,
    controls,
    rawText,
    css`
      :host {
        display: block;
        min-width: 0;
      }
      header {
        display: flex;
        flex-wrap: wrap;
        gap: 0.2rem 0.6rem;
        align-items: center;
        margin-bottom: var(--space-2);
      }
      header andon-mark {
        --mark: 1.125rem;
      }
      .facts {
        display: flex;
        flex-wrap: wrap;
        gap: 0.1rem var(--space-4);
        font-size: var(--text-s);
        font-variant-numeric: tabular-nums;
        color: var(--ink-2);
      }
      .halves {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 17rem), 1fr));
        gap: var(--space-3);
        margin-top: var(--space-2);
      }
      .label {
        margin: 0 0 0.25rem;
        font-size: var(--text-xs);
        font-weight: 550;
        color: var(--ink-2);
      }
      pre + .label {
        margin-top: var(--space-2);
      }
      .line {
        margin: var(--space-2) 0 0;
        font-family: var(--font-mono);
        font-size: var(--text-s);
        overflow-wrap: anywhere;
      }
      .bar {
        display: block;
        width: 100%;
        max-width: 34rem;
        height: 0.375rem;
        margin-top: var(--space-2);
        border-radius: 2px;
      }
      .refused {
        margin-top: var(--space-2);
      }
      summary {
        cursor: pointer;
        width: fit-content;
        min-height: 1.75rem;
        align-content: center;
        font-size: var(--text-s);
      }
      .foot {
        margin-top: var(--space-2);
      }
      .bar .waited {
        fill: var(--line-2);
      }
      .bar .first {
        fill: var(--ink-2);
      }
      .bar .rest {
        fill: var(--ink-3);
      }
    `,
  ];

  private get name(): string {
    return this.heading === "" ? words.attempt(this.attempt.number) : this.heading;
  }

  private block(title: string, content: string): TemplateResult {
    return html`<p class="label">${title}</p>
      <pre tabindex="0" role="region" aria-label="${this.name}: ${title}">${content}</pre>`;
  }

  private headers(headers: Record<string, string>): string {
    return Object.entries(headers)
      .map(([name, value]) => `${name}: ${value}`)
      .join("\n");
  }

  private get waitedMs(): number {
    return Math.max(0, Date.parse(this.attempt.started_at) - Date.parse(this.attempt.queued_at));
  }

  /** As a span behind the queued time; the whole time where they are far apart. */
  private sentAfter(): string {
    const waited = this.waitedMs;
    return waited < FAR_APART_MS
      ? words.after(formatMillis(waited))
      : formatFullTime(this.attempt.started_at);
  }

  /** Where the time went, for the eye; the numbers stand above it. */
  private bar(): TemplateResult {
    const { first_byte_ms: first, total_ms: total } = this.attempt;
    const parts: [string, number][] = [
      ["waited", Math.min(this.waitedMs, FAR_APART_MS)],
      ["first", first ?? total],
      ["rest", first === null ? 0 : Math.max(0, total - first)],
    ];
    const all = parts.reduce((sum, [, ms]) => sum + ms, 0) || 1;
    let left = 0;
    const bars = parts.map(([name, ms]) => {
      const x = (left / all) * BAR_WIDTH;
      left += ms;
      const width = (ms / all) * BAR_WIDTH;
      return svg`<rect class=${name} x=${x} y="0" width=${width} height="1"/>`;
    });
    return html`<svg class="bar" viewBox="0 0 ${BAR_WIDTH} 1" preserveAspectRatio="none" aria-hidden="true">
      ${bars}
    </svg>`;
  }

  /** As a file of such a call is written: request, empty line, answer. */
  private asText(): string {
    const { attempt } = this;
    const request = [
      `${attempt.method ?? ""} ${attempt.url ?? ""}`.trim(),
      this.headers(attempt.request_headers),
      "",
      this.requestBody,
    ];
    const answer =
      attempt.status_code === null
        ? [attempt.error ?? words.noAnswer]
        : [
            String(attempt.status_code),
            this.headers(attempt.response_headers ?? {}),
            "",
            attempt.response_body ?? "",
          ];
    return [...request, "", ...answer].join("\n").trim();
  }

  private async copy(event: Event): Promise<void> {
    if (!(event.currentTarget instanceof HTMLElement)) return;
    this.isCopied = await copyText(this.asText(), event.currentTarget);
    setTimeout(() => (this.isCopied = false), COPIED_MS);
  }

  private head(isGood: boolean): TemplateResult {
    const { attempt } = this;
    return html`<header>
      <andon-mark kind=${isGood ? "good" : "critical"}></andon-mark>
      <span class="strong">${this.name}</span>
      <span>
        ${attempt.status_code === null ? "" : attempt.status_code}
        ${words.outcomes[attempt.outcome] ?? attempt.outcome}
      </span>
    </header>`;
  }

  /** During a rotation: how the call with the new secret ended before the one with the old. */
  private refused(): TemplateResult | null {
    const { accepted_key: key, refused_exchange: refused } = this.attempt;
    if (key === null && refused === null) return null;
    const sentence =
      refused === null || key === "current" ? own.tookCurrent : own.tookPrevious(refused.status_code);
    return html`<div class="refused">
      ${key === null ? null : html`<p class="sub">${sentence}</p>`}
      ${
        refused === null
          ? null
          : html`<details>
              <summary>${own.refusedCall}</summary>
              <div class="halves">
                <div>
                  ${this.block(`${own.refusedCall}: ${words.requestHeaders}`, this.headers(refused.request_headers))}
                </div>
                <div>
                  ${this.block(`${own.refusedCall}: ${words.responseHeaders}`, this.headers(refused.response_headers ?? {}))}
                  ${this.block(`${own.refusedCall}: ${words.responseBody}`, refused.response_body || (refused.error ?? words.emptyAnswer))}
                </div>
              </div>
            </details>`
      }
    </div>`;
  }

  override render(): TemplateResult {
    const { attempt } = this;
    const isGood = attempt.outcome === "delivered";
    return html`${this.bare ? null : this.head(isGood)}
      ${attempt.error === null || isGood ? null : html`<p class="sub">${attempt.error}</p>`}
      <p class="facts">
        <span>${words.queued} ${formatFullTime(attempt.queued_at)}</span>
        <span>${words.sent} ${this.sentAfter()}</span>
        ${attempt.first_byte_ms === null ? null : html`<span>${words.firstByte} ${formatMillis(attempt.first_byte_ms)}</span>`}
        <span>${words.total} ${formatMillis(attempt.total_ms)}</span>
        ${attempt.address === null ? null : html`<span>${words.address} ${attempt.address}</span>`}
      </p>
      ${this.bar()}
      ${attempt.method === null || attempt.url === null ? null : html`<p class="line">${attempt.method} ${attempt.url}</p>`}
      ${this.refused()}
      <div class="halves">
        <div>
          ${this.block(words.requestHeaders, this.headers(attempt.request_headers))}
          ${this.requestBody === "" ? null : this.block(words.requestBody, this.requestBody)}
        </div>
        <div>
          ${
            attempt.response_headers === null
              ? this.block(
                  words.responseBody,
                  attempt.status_code === null ? words.noAnswer : words.answerHidden,
                )
              : html`${this.block(words.responseHeaders, this.headers(attempt.response_headers))}
                ${this.block(words.responseBody, attempt.response_body === null || attempt.response_body === "" ? words.emptyAnswer : attempt.response_body)}`
          }
        </div>
      </div>
      <p class="foot">
        <button
          type="button"
          class="quiet"
          aria-label=${this.isCopied ? text.common.copied : `${text.channelPage.test.copy}: ${this.name}`}
          @click=${this.copy}
        >
          <andon-icon name=${this.isCopied ? "check" : "copy"}></andon-icon
          ><span role="status">${this.isCopied ? text.common.copied : text.common.copy}</span>
        </button>
      </p>`;
  }
}
