// In: an alert's ID or number. Out: its page: the facts, the metric's chart with the limit drawn in,
// who was told, the timeline with notes, and the action that fits.
import { LitElement, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { noteAlert, readAlert, readTimeline, type Alert, type AlertTimeline } from "../api/alerts";
import { readReadings, type Readings } from "../api/machines";
import { readTold, type Told } from "../api/told";
import { board } from "../app/board";
import { catalog, contextOf } from "../app/catalog";
import { live } from "../app/live";
import { notifyFailure } from "../app/notices";
import { pageTitle } from "../app/presence";
import { can } from "../app/session";
import { seriesFor } from "../app/sparks";
import { now } from "../controllers/clock";
import { Load } from "../controllers/load";
import { Shortcuts } from "../controllers/shortcuts";
import { Watch } from "../controllers/store";
import "../elements/chart";
import "../elements/empty";
import "../elements/icon";
import "../elements/mark";
import "../elements/segments";
import "../elements/since";
import "../elements/timeline";
import { base, controls, surfaces } from "../styles/shared";
import { alertLimit, alertTitle, alertWhat, hasValue, instructionOf, metricTitle } from "../text/alert-words";
import { text } from "../text/en";
import "./alert-actions";
import type { AlertActions } from "./alert-actions";
import { alertFacts, alertNext, timelineItems } from "./alert-parts";
import { alertStyles } from "./alert-styles";
import { stateOf } from "./page-parts";
import { limitOfAlert, limitsOf, markersOf } from "./chart-facts";
import "./told-card";

const words = text.alert;
const MINUTE_MS = 60_000;
const CHART_POINTS = 600;
const RANGE_MS: Record<string, number> = {
  hour: 60 * MINUTE_MS,
  day: 1_440 * MINUTE_MS,
  week: 10_080 * MINUTE_MS,
};
const CHART_EVERY_MS = 15_000;
/** The stream says nothing of messages on their way. */
const TOLD_EVERY_MS = 5_000;

interface Shown {
  alert: Alert;
  timeline: AlertTimeline;
}

@customElement("page-alert")
export class PageAlert extends LitElement {
  @property() alertId = "";
  @state() private range = "around";
  @state() private isNoteBusy = false;
  @query("alert-actions") private readonly actions!: AlertActions;
  @query("textarea") private readonly note!: HTMLTextAreaElement;
  private window = { from: 0, to: 0 };

  private readonly shown = new Load<Shown>(this, async () => {
    const [alert, timeline] = await Promise.all([readAlert(this.alertId), readTimeline(this.alertId)]);
    return { alert, timeline };
  });

  private readonly told = new Load<Told[]>(this, () => readTold("alerts", this.alertId), {
    everyMs: TOLD_EVERY_MS,
  });

  private readonly chart = new Load<Readings | null>(
    this,
    async () => {
      const alert = this.shown.data?.alert;
      if (alert === undefined || !hasValue(alert, contextOf(alert))) return null;
      this.window = this.windowOf(alert);
      return readReadings(alert.machine_id, {
        metric: alert.metric_name,
        ...this.window,
        maxPoints: CHART_POINTS,
      });
    },
    { everyMs: CHART_EVERY_MS },
  );

  static override styles = [base, controls, surfaces, alertStyles];

  constructor() {
    super();
    new Watch(this, board, catalog);
    new Shortcuts(this, {
      a: () => {
        const alert = this.alert();
        if (alert?.status === "triggered" && can("responder")) void this.actions.acknowledge([alert.id]);
      },
      r: () => {
        const alert = this.alert();
        if (alert !== undefined && alert.status !== "resolved" && can("responder"))
          this.actions.askResolve(alert);
      },
    });
    // The stream says that something happened to this alert: read it again.
    live.onEvent(({ subject_id: subject }) => {
      if (this.isConnected && subject !== null && subject === this.shown.data?.alert.id) {
        void this.shown.run();
        void this.told.run();
      }
    });
  }

  override willUpdate(changed: PropertyValues): void {
    if (changed.has("alertId") && changed.get("alertId") !== undefined) {
      void this.shown.restart();
      void this.told.restart();
    }
    const alert = this.alert();
    if (alert !== undefined) pageTitle.set(alertTitle(alert, contextOf(alert)));
    else pageTitle.set("");
    if (
      alert !== undefined &&
      this.chart.data === null &&
      !this.chart.isLoading &&
      hasValue(alert, contextOf(alert))
    )
      void this.chart.run();
  }

  /** The board's copy is fresher when it has one. */
  private alert(): Alert | undefined {
    const own = this.shown.data?.alert;
    return own === undefined ? undefined : (board.value.alerts.get(own.id) ?? own);
  }

  private windowOf(alert: Alert): { from: number; to: number } {
    const end = alert.resolved_at === null ? now() : Date.parse(alert.resolved_at);
    const span = RANGE_MS[this.range];
    if (span !== undefined)
      return { from: Math.min(end, now()) - span, to: Math.min(now(), end + span * 0.1) };
    const began = Date.parse(alert.triggered_at);
    const margin = Math.max((end - began) * 0.25, 15 * MINUTE_MS);
    return { from: began - margin, to: Math.min(now(), end + margin) };
  }

  private async addNote(event: Event): Promise<void> {
    event.preventDefault();
    const alert = this.alert();
    const words_ = this.note.value.trim();
    if (alert === undefined || words_ === "") return;
    this.isNoteBusy = true;
    try {
      await noteAlert(alert.id, words_);
      this.note.value = "";
      await this.shown.run();
    } catch (error) {
      notifyFailure(words.noteFailed, error);
    }
    this.isNoteBusy = false;
  }

  private head(alert: Alert): TemplateResult {
    const context = contextOf(alert);
    const pending = board.value.pending.get(alert.id);
    const status = pending === "acknowledged" ? "acknowledged" : alert.status;
    const limit = alertLimit(alert, context);
    const instruction = instructionOf(alert, catalog.value.rules.get(alert.rule_id)?.message);
    const stateWord =
      pending === undefined
        ? text.now.state[alert.status]
        : pending === "resolved"
          ? text.now.state.resolving
          : text.now.state.acknowledging;
    return html`<div>
      <a class="back" href="/"><andon-icon name="left"></andon-icon>${words.back}</a>
      <div class="head ${status === "triggered" ? `waiting ${alert.severity}` : ""}">
        <andon-mark
          kind=${status === "resolved" ? "good" : alert.severity}
          ?outlined=${status !== "triggered"}
        ></andon-mark>
        <div class="title">
          <h1>
            ${alert.machine_name}:
            ${alertWhat(alert, context)}${limit === "" ? "" : html`<span class="limit">, ${limit}</span>`}
          </h1>
          <p class="sub">
            <span class="strong">${text.severity[alert.severity]}</span>, ${stateWord} ·
            ${words.title(alert.number)} ·
            <andon-since .at=${alert.triggered_at} .to=${alert.resolved_at}></andon-since>
          </p>
          ${instruction === "" ? null : html`<p class="instruction">${instruction}</p>`}
        </div>
        ${this.buttons(alert, status)}
      </div>
    </div>`;
  }

  private buttons(alert: Alert, status: Alert["status"]): TemplateResult | null {
    if (!can("responder") || status === "resolved") return null;
    const isBusy = board.value.pending.has(alert.id);
    return html`<div class="actions">
      ${
        status === "triggered"
          ? html`<button
                class="primary"
                ?disabled=${isBusy}
                @click=${() => void this.actions.acknowledge([alert.id])}
              >
                <andon-icon name="check"></andon-icon>${text.now.acknowledge}
              </button>
              <button
                ?disabled=${isBusy}
                @click=${() => this.actions.askAcknowledge([alert.id], alertTitle(alert, contextOf(alert)))}
              >
                ${text.now.withNote}
              </button>`
          : null
      }
      <button
        class=${status === "triggered" ? "" : "primary"}
        ?disabled=${isBusy}
        @click=${() => this.actions.askResolve(alert)}
      >
        ${words.resolve}
      </button>
    </div>`;
  }

  private chartCard(alert: Alert): TemplateResult | null {
    const context = contextOf(alert);
    if (!hasValue(alert, context)) return null;
    const rule = catalog.value.rules.get(alert.rule_id);
    const limits =
      rule?.condition.type === "threshold"
        ? limitsOf(rule.condition, alert.severity, alert)
        : limitOfAlert(alert);
    const readings = this.chart.data;
    const title = metricTitle(alert, context);
    return html`<section class="card" aria-label=${words.chart(title, alert.machine_name)}>
      <div class="card-head">
        <h2 class="grow">${title}</h2>
        <andon-segments
          label=${words.range}
          .value=${this.range}
          .segments=${Object.entries(words.ranges).map(([value, label]) => ({ value, label }))}
          @choose=${(event: CustomEvent<string>) => {
            this.range = event.detail;
            void this.chart.run();
          }}
        ></andon-segments>
      </div>
      <div class="card-body">
        ${
          this.chart.error !== undefined && readings === undefined
            ? html`<p class="sub">${text.machines.readingsFailed} ${this.chart.error.message}</p>`
            : html`<andon-chart
                .label=${words.chart(title, alert.machine_name)}
                .series=${readings ? [{ label: title, points: seriesFor(readings, alert.labels) }] : []}
                .limits=${limits}
                .markers=${markersOf(alert, this.shown.data?.timeline.data ?? [])}
                .unit=${alert.unit}
                .decimals=${alert.decimals}
                .from=${this.window.from}
                .to=${this.window.to}
                .height=${300}
              ></andon-chart>`
        }
      </div>
    </section>`;
  }

  private timelineCard(alert: Alert): TemplateResult {
    const entries = this.shown.data?.timeline.data ?? [];
    return html`<section class="card" aria-labelledby="timeline">
      <div class="card-head"><h2 id="timeline">${words.timeline}</h2></div>
      <div class="card-body"><andon-timeline .items=${timelineItems(alert, entries)}></andon-timeline></div>
      ${
        can("responder")
          ? html`<form class="note" @submit=${this.addNote}>
              <label class="unseen" for="note">${words.addNote}</label>
              <textarea id="note" rows="1" maxlength="4000" placeholder=${words.notePlaceholder}></textarea>
              <button type="submit" ?disabled=${this.isNoteBusy}>${words.saveNote}</button>
            </form>`
          : null
      }
    </section>`;
  }

  override render(): TemplateResult {
    const alert = this.alert();
    if (alert === undefined)
      return html`<div class="page">
        <a class="back" href="/"><andon-icon name="left"></andon-icon>${words.back}</a>
        ${stateOf(this.shown, { failed: words.failed, notFound: words.notFound, isWholePage: true })}
      </div>`;
    return html`<div class="page">
      ${this.head(alert)}
      <div class="columns">
        <div class="main">${this.chartCard(alert)} ${this.timelineCard(alert)}</div>
        <div class="aside">
          ${alertNext(alert)} ${alertFacts(alert, contextOf(alert), catalog.value.rules.get(alert.rule_id))}
          <told-card
            .events=${this.told.data}
            .failure=${this.told.error?.message ?? ""}
            .subjectId=${alert.id}
          ></told-card>
        </div>
      </div>
      <alert-actions @acted=${() => void this.shown.run()}></alert-actions>
    </div>`;
  }
}
