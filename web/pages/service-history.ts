// In: a service's ID. Out: the card of how it stood: each change with its time, how long it lasted, and who said so.
import { LitElement, css, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { readHistory, type StatusChange } from "../api/services";
import { notifyFailure } from "../app/notices";
import { Load } from "../controllers/load";
import "../elements/mark";
import "../elements/since";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { formatFullTime, formatTime } from "../text/format";
import { sourceHref, sourceWords, statusMark } from "./service-words";

const words = text.services.page;
const PAGE = 20;

@customElement("service-history")
export class ServiceHistory extends LitElement {
  @property() serviceId = "";
  @state() private older: readonly StatusChange[] = [];
  /** Undefined: as the first page says. */
  @state() private olderCursor: string | null | undefined;
  private readonly first = new Load(this, () => readHistory(this.serviceId, { limit: PAGE, cursor: null }));

  static override styles = [
    base,
    controls,
    surfaces,
    css`
      :host {
        display: block;
      }
      li {
        display: grid;
        grid-template-columns: 1.25rem minmax(0, 1fr) auto;
        gap: 0 var(--space-3);
        padding: 0.6rem var(--space-5);
        border-bottom: 1px solid var(--line);
      }
      li:last-child {
        border-bottom: 0;
      }
      andon-mark {
        --mark: 1.25rem;
        margin-top: 0.1rem;
      }
      .message {
        overflow-wrap: anywhere;
      }
      .when {
        text-align: right;
        color: var(--ink-2);
        font-size: var(--text-s);
        font-variant-numeric: tabular-nums;
        display: grid;
        align-content: start;
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
      }
    `,
  ];

  override willUpdate(changed: PropertyValues): void {
    if (changed.has("serviceId") && (changed.get("serviceId") ?? "") !== "") {
      this.older = [];
      this.olderCursor = undefined;
      void this.first.restart();
    }
  }

  async refresh(): Promise<void> {
    // What was unfolded would overlap with the newer first page.
    this.older = [];
    this.olderCursor = undefined;
    await this.first.run();
  }

  private cursor(): string | null {
    return this.olderCursor === undefined ? (this.first.data?.next_cursor ?? null) : this.olderCursor;
  }

  private async more(): Promise<void> {
    try {
      const page = await readHistory(this.serviceId, { limit: PAGE * 2, cursor: this.cursor() });
      this.older = [...this.older, ...page.data];
      this.olderCursor = page.next_cursor;
    } catch (error) {
      notifyFailure(words.historyFailed, error);
    }
  }

  private line(change: StatusChange): TemplateResult {
    const href = sourceHref(change.source);
    return html`<li>
      <andon-mark kind=${statusMark[change.status]} ?quiet=${change.until !== null}></andon-mark>
      <div>
        <span class="strong">${text.services.statuses[change.status]}</span>
        <span class="sub"
          >${href === null ? sourceWords(change.source) : html`<a class="plain" href=${href}>${sourceWords(change.source)}</a>`}</span
        >
        ${change.message === "" ? null : html`<p class="message">${change.message}</p>`}
      </div>
      <div class="when">
        <time datetime=${change.at} title=${formatFullTime(change.at)}>${formatTime(change.at)}</time>
        <span> ${words.lasted}<andon-since .at=${change.at} .to=${change.until}></andon-since> </span>
      </div>
    </li>`;
  }

  private body(): TemplateResult {
    const page = this.first.data;
    if (page === undefined)
      return this.first.error === undefined
        ? html`<p class="card-body sub" aria-busy="true">${text.common.loading}</p>`
        : html`<p class="card-body" role="alert">${words.historyFailed} ${this.first.error.message}</p>`;
    const lines = [...page.data, ...this.older];
    if (lines.length === 0) return html`<p class="card-body sub">${words.noHistory}</p>`;
    return html`<ol>
        ${lines.map((line) => this.line(line))}
      </ol>
      ${
        this.cursor() === null
          ? null
          : html`<div class="more">
              <button @click=${() => void this.more()}>${text.common.more}</button>
            </div>`
      }`;
  }

  override render(): TemplateResult {
    return html`<section class="card" aria-labelledby="history">
      <div class="card-head"><h2 id="history">${words.history}</h2></div>
      ${this.body()}
    </section>`;
  }
}
