// In: what happened to an alert or incident, and each channel's part in it. Out: who was told and how that went; the
// others folded away, each with the rule that kept it away; what told nobody, and why.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Told, ToldChannel } from "../api/told";
import type { MarkKind } from "../elements/mark";
import "../elements/mark";
import "../elements/since";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { formatFullTime, formatTime } from "../text/format";

const words = text.alert;

const isTold = ({ deliveries }: ToldChannel): boolean => deliveries.length > 0;

const markOf = ({ verdict, deliveries }: ToldChannel): MarkKind => {
  if (verdict === "delivered") return "good";
  if (verdict === "failed") return "critical";
  if (verdict === "pending") return deliveries.some((each) => each.attempt_count > 0) ? "warning" : "plain";
  return "stale";
};

@customElement("told-card")
export class ToldCard extends LitElement {
  /** Undefined while they are being read. */
  @property({ attribute: false }) events: readonly Told[] | undefined;
  /** Why they could not be read. */
  @property() failure = "";
  /** For the link to the deliveries. */
  @property() subjectId = "";

  static override styles = [
    base,
    controls,
    surfaces,
    css`
      :host {
        display: block;
      }
      .event {
        padding: var(--space-3) var(--space-5) var(--space-4);
        border-top: 1px solid var(--line);
      }
      .card-head + .event {
        border-top: 0;
      }
      header {
        display: flex;
        justify-content: space-between;
        gap: var(--space-3);
        align-items: baseline;
      }
      time {
        color: var(--ink-2);
        font-size: var(--text-s);
        font-variant-numeric: tabular-nums;
        white-space: nowrap;
      }
      li {
        display: grid;
        grid-template-columns: 1.125rem minmax(0, 1fr);
        gap: 0 var(--space-3);
        margin-top: var(--space-3);
      }
      li andon-mark {
        --mark: 1.125rem;
        margin-top: 0.1rem;
      }
      .nobody {
        margin-top: var(--space-2);
        font-weight: 550;
      }
      details {
        margin-top: var(--space-3);
      }
      summary {
        cursor: pointer;
        color: var(--ink-2);
        font-size: var(--text-s);
        width: fit-content;
        min-height: 1.5rem;
      }
      details li {
        grid-template-columns: minmax(0, 1fr);
        padding-left: var(--space-4);
      }
      @media (max-width: 719px) {
        .event {
          padding-inline: var(--space-4);
        }
        summary {
          min-height: var(--target);
          align-content: center;
        }
      }
    `,
  ];

  private name(channel: ToldChannel): TemplateResult {
    return channel.is_deleted
      ? html`<span class="strong">${channel.channel_name}</span>
          <span class="sub">${words.deletedChannel}</span>`
      : html`<a class="plain strong" href="/channels/${channel.channel_id}">${channel.channel_name}</a>`;
  }

  private told(channel: ToldChannel): TemplateResult {
    const next = channel.deliveries.find(
      ({ status, next_attempt_at: at }) => status === "pending" && at !== null,
    );
    return html`<li>
      <andon-mark kind=${markOf(channel)}></andon-mark>
      <div>
        ${this.name(channel)}
        <p class="sub">
          ${channel.explanation}
          ${
            next === undefined || next.attempt_count === 0
              ? null
              : html`${words.nextTryAt}<andon-since mode="until" .at=${next.next_attempt_at}></andon-since>`
          }
        </p>
      </div>
    </li>`;
  }

  private event(told: Told): TemplateResult {
    const reached = told.channels.filter(isTold);
    const others = told.channels.filter((channel) => !isTold(channel));
    return html`<section class="event">
      <header>
        <h3>${text.channels.eventNames[told.event] ?? told.event}</h3>
        <time datetime=${told.at} title=${formatFullTime(told.at)}>${formatTime(told.at)}</time>
      </header>
      ${told.explanation === null ? null : html`<p class="nobody">${told.explanation}</p>`}
      ${
        reached.length === 0
          ? null
          : html`<ul>
              ${reached.map((channel) => this.told(channel))}
            </ul>`
      }
      ${
        others.length === 0
          ? null
          : html`<details ?open=${reached.length === 0}>
              <summary>${words.notTold(others.length)}</summary>
              <ul>
                ${others.map(
                  (channel) =>
                    html`<li>
                      <div>
                        ${this.name(channel)}
                        <p class="sub">${channel.explanation}</p>
                      </div>
                    </li>`,
                )}
              </ul>
            </details>`
      }
    </section>`;
  }

  private body(): TemplateResult | TemplateResult[] {
    if (this.events !== undefined) return this.events.toReversed().map((told) => this.event(told));
    return this.failure === ""
      ? html`<p class="card-body sub" aria-busy="true">${text.common.loading}</p>`
      : html`<p class="card-body" role="alert">${words.toldFailed} ${this.failure}</p>`;
  }

  override render(): TemplateResult {
    const hasDeliveries = this.events?.some(({ channels }) => channels.some(isTold)) === true;
    return html`<section class="card" aria-labelledby="told">
      <div class="card-head">
        <h2 id="told" class="grow">${words.told}</h2>
        ${hasDeliveries ? html`<a class="sub" href="/deliveries?subject=${this.subjectId}">${words.allDeliveries}</a>` : null}
      </div>
      ${this.body()}
    </section>`;
  }
}
