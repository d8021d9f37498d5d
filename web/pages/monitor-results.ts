// In: a monitor. Out: what was seen of it, or reported, the newest first and kept fresh, older ones on demand; of a
// job's reports also what it printed.
import { LitElement, css, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { Page } from "../api/client";
import { listResults, readOutput, type Monitor, type MonitorResult } from "../api/monitors";
import { notifyFailure } from "../app/notices";
import { can } from "../app/session";
import { Load } from "../controllers/load";
import "../elements/copy";
import "../elements/empty";
import "../elements/mark";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { formatFullTime, formatMillis, formatTime } from "../text/format";
import { isHeartbeat, outcomeMark, outcomeWord } from "./monitor-words";

const words = text.monitors.page;
const PAGE = 20;
const EVERY_MS = 10_000;

@customElement("monitor-results")
export class MonitorResults extends LitElement {
  @property({ attribute: false }) monitor!: Monitor;
  @state() private isBusy = false;
  /** By the number of the result; null: it is gone. */
  @state() private outputs: ReadonlyMap<number, string | null> = new Map();
  private older: MonitorResult[] = [];
  private olderCursor: string | null = null;
  private readonly newest = new Load<Page<MonitorResult>>(
    this,
    async () => {
      const page = await listResults(this.monitor.id, { limit: PAGE });
      const lowest = page.data.at(-1)?.number ?? 0;
      // Where the two do not meet, more has come than a page holds: begin anew.
      if (this.older.length > 0 && (this.older[0]?.number ?? 0) < lowest - 1) this.older = [];
      if (this.older.length === 0) this.olderCursor = page.next_cursor;
      return page;
    },
    { everyMs: EVERY_MS },
  );

  static override styles = [
    base,
    controls,
    surfaces,
    css`
      :host {
        display: block;
        min-width: 0;
      }
      li {
        border-top: 1px solid var(--line);
        padding: 0.45rem var(--space-5);
      }
      li:first-child {
        border-top: 0;
      }
      .line {
        display: grid;
        grid-template-columns: 1.25rem minmax(0, 8rem) minmax(0, 1fr) auto auto;
        gap: var(--space-2) var(--space-3);
        align-items: center;
        min-height: 1.75rem;
      }
      andon-mark {
        --mark: 1.125rem;
      }
      .reason {
        overflow-wrap: anywhere;
      }
      time,
      .took {
        color: var(--ink-2);
        font-size: var(--text-s);
        font-variant-numeric: tabular-nums;
        white-space: nowrap;
      }
      andon-copy {
        margin: var(--space-2) 0;
        --copy-height: 20rem;
      }
      .more {
        padding: var(--space-3) var(--space-5);
        border-top: 1px solid var(--line);
      }
      @media (max-width: 719px) {
        li,
        .more {
          padding-inline: var(--space-4);
        }
        .line {
          grid-template-columns: 1.25rem minmax(0, 1fr) auto;
        }
        .reason {
          grid-column: 2 / -1;
          grid-row: 2;
        }
        .reason:empty {
          display: none;
        }
        .took {
          grid-column: 2;
        }
      }
    `,
  ];

  override willUpdate(changed: PropertyValues): void {
    const before = changed.get("monitor") as Monitor | undefined;
    if (before === undefined) return;
    if (before.id !== this.monitor.id) {
      this.older = [];
      this.olderCursor = null;
      this.outputs = new Map();
      void this.newest.restart();
    } else if (before.last_result?.at !== this.monitor.last_result?.at) void this.newest.run();
  }

  private get rows(): MonitorResult[] {
    const fresh = this.newest.data?.data ?? [];
    const numbers = new Set(fresh.map(({ number }) => number));
    return [...fresh, ...this.older.filter(({ number }) => !numbers.has(number))];
  }

  private async loadOlder(): Promise<void> {
    this.isBusy = true;
    try {
      const known = this.rows;
      const page = await listResults(this.monitor.id, { limit: PAGE * 5, cursor: this.olderCursor });
      this.older = [...known, ...page.data];
      this.olderCursor = page.next_cursor;
    } catch (error) {
      notifyFailure(words.olderFailed, error);
    }
    this.isBusy = false;
  }

  private async toggleOutput(number: number): Promise<void> {
    const outputs = new Map(this.outputs);
    if (outputs.delete(number)) {
      this.outputs = outputs;
      return;
    }
    try {
      const { output } = await readOutput(this.monitor.id, number);
      this.outputs = new Map(this.outputs).set(number, output);
    } catch (error) {
      notifyFailure(words.outputFailed, error);
    }
  }

  private output({ number, at }: MonitorResult): TemplateResult | null {
    const output = this.outputs.get(number);
    if (output === undefined) return null;
    return output === null
      ? html`<p class="sub">${words.noOutput}</p>`
      : html`<andon-copy block .value=${output} label=${words.outputOf(formatTime(at))}></andon-copy>`;
  }

  private row(result: MonitorResult): TemplateResult {
    const { number, at, outcome, reason, response_code: code, latency_ms: latency, source } = result;
    const isJob = isHeartbeat(this.monitor);
    const told = [reason ?? "", isJob && source !== null ? source : ""].filter((part) => part !== "");
    const took = [
      code === null || code === 0 ? "" : String(code),
      latency === null ? "" : formatMillis(latency),
    ].filter((part) => part !== "");
    return html`<li>
      <div class="line">
        <andon-mark kind=${outcomeMark(outcome)}></andon-mark>
        <span
          >${outcomeWord(outcome)}
          ${
            result.has_output && can("editor")
              ? html`<button
                  class="link"
                  aria-expanded=${this.outputs.has(number)}
                  @click=${() => void this.toggleOutput(number)}
                >
                  ${this.outputs.has(number) ? words.hideOutput : words.output}
                </button>`
              : null
          }</span
        >
        <span class="sub reason">${told.join(" · ")}</span>
        <span class="took">${took.join(" · ")}</span>
        <time datetime=${at} title=${formatFullTime(at)}>${formatTime(at)}</time>
      </div>
      ${this.output(result)}
    </li>`;
  }

  private body(): TemplateResult {
    const { data, error } = this.newest;
    if (data === undefined)
      return error === undefined
        ? html`<div class="card-body sub" aria-busy="true">${text.common.loading}</div>`
        : html`<andon-empty tone="critical" heading=${words.resultsFailed} detail=${error.message}>
            <button @click=${() => void this.newest.run()}>${text.common.retry}</button>
          </andon-empty>`;
    const { rows } = this;
    if (rows.length === 0)
      return isHeartbeat(this.monitor)
        ? html`<andon-empty heading=${words.noReports} detail=${words.noReportsDetail}></andon-empty>`
        : html`<andon-empty heading=${words.noResults}></andon-empty>`;
    return html`<ul>
        ${repeat(
          rows,
          ({ number }) => number,
          (result) => this.row(result),
        )}
      </ul>
      ${
        this.olderCursor === null
          ? null
          : html`<div class="more">
              <button ?disabled=${this.isBusy} @click=${() => void this.loadOlder()}>${words.older}</button>
            </div>`
      }`;
  }

  override render(): TemplateResult {
    return html`<section class="card" aria-labelledby="results">
      <div class="card-head">
        <h2 id="results">${isHeartbeat(this.monitor) ? words.reports : words.results}</h2>
      </div>
      ${this.body()}
    </section>`;
  }
}
