// In: one alert in words, its line and its state. Out: a row that answers what, how bad against which
// limit, since when and what comes next, with the one action that fits.
import { LitElement, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Alert, AlertStatus } from "../api/alerts";
import { base, controls, surfaces } from "../styles/shared";
import {
  alertLimit,
  alertOutcome,
  alertTitle,
  alertWhat,
  hasValue,
  showValue,
  type AlertContext,
} from "../text/alert-words";
import { text } from "../text/en";
import { alertRowStyles } from "./alert-row-styles";
import "./icon";
import "./mark";
import "./since";
import "./sparkline";
import type { SparkPoint } from "./sparkline";

export interface RowSpark {
  points: readonly SparkPoint[];
  from: number;
  to: number;
}

/** Fires `acknowledge`, `resolve` and `pick` (with the new state), each with the alert's ID. */
@customElement("andon-alert-row")
export class AndonAlertRow extends LitElement {
  @property({ attribute: false }) alert!: Alert;
  @property({ attribute: false }) context: AlertContext = {};
  @property({ attribute: false }) spark: RowSpark | undefined;
  /** Asked for and not yet confirmed by the server. */
  @property() pending: AlertStatus | "" = "";
  /** The rule's own words on what to do; empty when it has none. */
  @property() instruction = "";
  @property({ type: Boolean }) picked = false;
  @property({ type: Boolean }) picking = false;
  @property({ type: Boolean }) readonly = false;

  static override styles = [base, controls, surfaces, alertRowStyles];

  private fire(name: "acknowledge" | "resolve" | "pick"): void {
    this.dispatchEvent(new CustomEvent(name, { detail: this.alert.id, bubbles: true, composed: true }));
  }

  /** Focuses the row's link: where j and k go. */
  override focus(options?: FocusOptions): void {
    this.renderRoot.querySelector<HTMLElement>("a.title")?.focus(options);
  }

  private next(shown: AlertStatus): TemplateResult | typeof nothing {
    const { alert } = this;
    if (shown !== "triggered") {
      const outcome = alertOutcome(alert);
      return outcome === "" ? nothing : html`<span>${outcome}</span>`;
    }
    const next = alert.next_escalation;
    if (next === null) return html`<span class="nobody">${text.now.noEscalation}</span>`;
    return html`<span class="next"
      >${text.now.escalatesTo(next.channel_name)}<andon-since mode="until" .at=${next.due_at}></andon-since
    ></span>`;
  }

  private line(): TemplateResult | null {
    const { alert, spark } = this;
    const last = spark?.points.at(-1);
    if (spark === undefined || last === undefined || !hasValue(alert, this.context))
      return html`<div class="spark"></div>`;
    return html`<div class="spark">
      <andon-sparkline
        .points=${spark.points}
        .limit=${alert.threshold_value}
        .tone=${alert.severity}
        .from=${spark.from}
        .to=${spark.to}
        .mark=${Date.parse(alert.triggered_at)}
      ></andon-sparkline>
      ${alert.status === "resolved" ? null : html`<span class="num">${showValue(alert, last.value)}</span>`}
    </div>`;
  }

  private action(shown: AlertStatus): TemplateResult | null {
    if (this.readonly || shown === "resolved") return null;
    const isBusy = this.pending !== "";
    const title = alertTitle(this.alert, this.context);
    return shown === "triggered"
      ? html`<button
          class="primary"
          aria-label="${text.now.acknowledge} ${title}"
          ?disabled=${isBusy}
          @click=${() => this.fire("acknowledge")}
        >
          ${text.now.acknowledge}
        </button>`
      : html`<button
          aria-label="${text.now.resolve} ${title}"
          ?disabled=${isBusy}
          @click=${() => this.fire("resolve")}
        >
          ${text.now.resolve}
        </button>`;
  }

  private stateWord(shown: AlertStatus): string {
    if (this.pending === "acknowledged") return text.now.state.acknowledging;
    if (this.pending === "resolved") return text.now.state.resolving;
    return shown === "triggered" ? "" : text.now.state[shown];
  }

  override render(): TemplateResult {
    const { alert, context } = this;
    const shown: AlertStatus = this.pending === "acknowledged" ? "acknowledged" : alert.status;
    const isOpen = shown === "triggered";
    const limit = alertLimit(alert, context);
    const kind = shown === "resolved" ? "good" : alert.severity;
    return html`<div
      class="row ${isOpen ? `waiting ${alert.severity}` : shown}"
      aria-busy=${this.pending !== ""}
    >
      ${
        isOpen && !this.readonly
          ? html`<input
              type="checkbox"
              class="pick ${this.picking || this.picked ? "shown" : ""}"
              .checked=${this.picked}
              aria-label=${text.now.select(alertTitle(alert, context))}
              @change=${() => this.fire("pick")}
            />`
          : html`<span class="pick"></span>`
      }
      <andon-mark kind=${kind} ?outlined=${!isOpen}></andon-mark>
      <div class="severity">
        <span class=${isOpen ? "strong" : ""}>${text.severity[alert.severity]}</span>
        ${isOpen ? html`<span class="unseen">${text.now.state.triggered}</span>` : null}
        <span class="sub">${this.stateWord(shown)}</span>
      </div>
      <div class="what">
        <div class="line">
          <a class="title" href="/alerts/${alert.id}"
            ><span class="strong">${alert.machine_name}</span>
            <span class="dot" aria-hidden="true">·</span> ${alertWhat(alert, context)}${
              limit === "" ? null : html`<span class="limit">, ${limit}</span>`
            }</a
          >
          ${
            alert.occurrences > 1
              ? html`<span class="tag" title=${text.now.occurrencesTitle(alert.occurrences)}
                  >${text.now.occurrences(alert.occurrences)}</span
                >`
              : null
          }
          ${alert.fleeting ? html`<span class="tag" title=${text.now.fleetingTitle}>${text.now.fleeting}</span>` : null}
        </div>
        <div class="sub under">
          <span class="rule">${this.instruction === "" ? alert.name : this.instruction}</span>
          ${this.next(shown)}
        </div>
      </div>
      ${this.line()}
      <div class="since num">
        <andon-since .at=${alert.triggered_at} .to=${alert.resolved_at}></andon-since>
      </div>
      <div class="action">${this.action(shown)}</div>
    </div>`;
  }
}
