// In: nothing. Out: the replays that run, with how far they have come, and those that ended a moment ago.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { cancelReplay, listReplays, type Replay } from "../api/deliveries";
import { live } from "../app/live";
import { notifyFailure } from "../app/notices";
import { can } from "../app/session";
import { now } from "../controllers/clock";
import { Load } from "../controllers/load";
import "../elements/mark";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { formatTime } from "../text/format";
import { filterWords, type FilterNames } from "./delivery-query";

const words = text.deliveries.replay;
const MOST = 20;
const EVERY_MS = 15_000;
const WHILE_RUNNING_MS = 1_000;
/** So long an ended one is shown. */
const SHOWN_MS = 10 * 60_000;

/** Fires `moved` when one has come further: the list beside it has changed. */
@customElement("replay-progress")
export class ReplayProgress extends LitElement {
  @property({ attribute: false }) names: FilterNames = { channel: () => undefined, machine: () => undefined };
  private timer: ReturnType<typeof setTimeout> | undefined;
  private lastSeen = "";
  private readonly replays = new Load<Replay[]>(
    this,
    async () => {
      const { data } = await listReplays(MOST);
      clearTimeout(this.timer);
      if (data.some(({ status }) => status === "running") && this.isConnected)
        this.timer = setTimeout(() => void this.replays.run(), WHILE_RUNNING_MS);
      const seen = data.map(({ id, done, status }) => `${id} ${done} ${status}`).join();
      if (this.lastSeen !== "" && seen !== this.lastSeen) this.dispatchEvent(new CustomEvent("moved"));
      this.lastSeen = seen;
      return data;
    },
    { everyMs: EVERY_MS },
  );

  static override styles = [
    base,
    controls,
    surfaces,
    css`
      :host {
        display: contents;
      }
      li {
        display: grid;
        grid-template-columns: 1.125rem minmax(0, 1fr) auto;
        gap: var(--space-1) var(--space-3);
        align-items: center;
        padding: var(--space-3) var(--space-5);
        border-top: 1px solid var(--line);
      }
      li:first-child {
        border-top: 0;
      }
      andon-mark {
        --mark: 1.125rem;
      }
      progress {
        grid-column: 2 / -1;
        appearance: none;
        width: 100%;
        height: 0.375rem;
        border: 0;
        border-radius: 3px;
        background: var(--surface-2);
        color: var(--ink-2);
        overflow: hidden;
      }
      progress::-webkit-progress-bar {
        background: var(--surface-2);
      }
      progress::-webkit-progress-value {
        background: var(--ink-2);
      }
      progress::-moz-progress-bar {
        background: var(--ink-2);
      }
      @media (max-width: 719px) {
        li {
          padding-inline: var(--space-4);
        }
      }
    `,
  ];

  constructor() {
    super();
    live.onEvent(({ kind }) => {
      if (this.isConnected && kind.startsWith("deliveries.")) void this.replays.run();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  async refresh(): Promise<void> {
    await this.replays.run();
  }

  private async cancel(replay: Replay): Promise<void> {
    try {
      await cancelReplay(replay.id);
    } catch (error) {
      notifyFailure(words.cancelFailed, error);
    }
    await this.replays.run();
  }

  private row(replay: Replay): TemplateResult {
    const { status, done, skipped, count } = replay;
    const what = filterWords(replay.filter, this.names);
    const state = words[status];
    return html`<li>
      <andon-mark
        kind=${status === "done" ? "good" : status === "cancelled" ? "stale" : "plain"}
      ></andon-mark>
      <div>
        <p>${what}</p>
        <p class="sub num">
          <span class="strong">${state}</span>,
          ${words.of(done, count)}${skipped === 0 ? "" : `, ${words.leftOut(skipped)}`},
          ${words.by(replay.requested_by)}, ${formatTime(replay.created_at)}
        </p>
      </div>
      ${
        status === "running" && can("editor")
          ? html`<button aria-label=${words.cancelLabel(what)} @click=${() => void this.cancel(replay)}>
              ${words.cancel}
            </button>`
          : html`<span></span>`
      }
      ${status === "running" ? html`<progress aria-label=${what} max=${Math.max(count, 1)} .value=${done}></progress>` : null}
    </li>`;
  }

  override render(): TemplateResult | null {
    const shown = (this.replays.data ?? []).filter(
      ({ status, finished_at: at }) =>
        status === "running" || (at !== null && now() - Date.parse(at) < SHOWN_MS),
    );
    if (shown.length === 0) return null;
    return html`<section class="card" aria-labelledby="replays">
      <div class="card-head"><h2 id="replays">${words.progress}</h2></div>
      <ul>
        ${shown.map((replay) => this.row(replay))}
      </ul>
    </section>`;
  }
}
