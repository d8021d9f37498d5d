// In: one metric of a machine and the rules. Out: its last value with age, and its chart with the limits
// of those rules that watch it.
import { LitElement, css, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { readReadings, type Machine, type MetricInfo, type Readings } from "../api/machines";
import type { Rule } from "../api/rules";
import { can } from "../app/session";
import { now } from "../controllers/clock";
import { Load } from "../controllers/load";
import "../elements/chart";
import type { ChartLimit, ChartSeries } from "../elements/chart";
import "../elements/icon";
import "../elements/since";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { formatValue } from "../text/format";
import { limitsOf } from "./chart-facts";
import { machineTitle, metricTitle } from "./machine-words";

const words = text.machines;
const HOUR_MS = 3_600_000;
const RANGE_MS: Record<string, number> = {
  "1h": HOUR_MS,
  "24h": 24 * HOUR_MS,
  "7d": 168 * HOUR_MS,
  "30d": 720 * HOUR_MS,
};
const POINTS = 400;
const EVERY_MS = 20_000;
const MOST_SERIES = 5;

const watches = (rule: Rule, machine: Machine): boolean => {
  const { machine_id: id, machine_type: type, project_id: project, labels } = rule.selector;
  return (
    rule.is_active &&
    (id === undefined || id === machine.id) &&
    (type === undefined || type === machine.type) &&
    (project === undefined || project === machine.project_id) &&
    Object.entries(labels ?? {}).every(([name, value]) => machine.labels[name] === value)
  );
};

/** Fires `edit`. */
@customElement("metric-card")
export class MetricCard extends LitElement {
  @property({ attribute: false }) machine!: Machine;
  @property({ attribute: false }) metric!: MetricInfo;
  @property() range = "24h";
  @property({ attribute: false }) rules: readonly Rule[] = [];
  private window = { from: 0, to: 0 };

  private readonly readings = new Load<Readings>(
    this,
    () => {
      const to = now();
      this.window = { from: to - (RANGE_MS[this.range] ?? 24 * HOUR_MS), to };
      return readReadings(this.machine.id, { metric: this.metric.name, ...this.window, maxPoints: POINTS });
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
      header {
        display: flex;
        align-items: flex-start;
        gap: var(--space-3);
        padding: var(--space-4) var(--space-3) 0 var(--space-5);
      }
      header > .grow {
        flex: 1;
        min-width: 0;
      }
      .value {
        font-size: 1.5rem;
        line-height: 1.25;
        font-weight: 600;
        letter-spacing: -0.015em;
        font-variant-numeric: tabular-nums;
      }
      .values {
        display: flex;
        flex-wrap: wrap;
        gap: 0 var(--space-4);
      }
      .values .sub {
        font-weight: 400;
        letter-spacing: 0;
      }
      h3 {
        color: var(--ink-2);
        font-size: var(--text-s);
        font-weight: 550;
      }
      .body {
        padding: 0 var(--space-5) var(--space-3);
      }
      .buttons {
        display: flex;
      }
    `,
  ];

  override updated(changed: PropertyValues): void {
    if (changed.has("range") && changed.get("range") !== undefined) void this.readings.run();
  }

  private limits(): ChartLimit[] {
    return this.rules
      .filter(
        (rule) =>
          rule.condition.type === "threshold" &&
          rule.condition.metric === this.metric.name &&
          watches(rule, this.machine),
      )
      .flatMap((rule) =>
        limitsOf(rule.condition, rule.severity, this.metric).filter((limit) => limit.kind === "limit"),
      );
  }

  private series(): ChartSeries[] {
    return (this.readings.data?.series ?? []).slice(0, MOST_SERIES).map((each) => ({
      label:
        Object.entries(each.labels)
          .map(([name, value]) => `${name}=${value}`)
          .join(", ") || metricTitle(this.metric),
      points: each.points.map((point) => ({
        time: Date.parse(point.time),
        value: point.value,
        ...(point.min === undefined ? {} : { min: point.min }),
        ...(point.max === undefined ? {} : { max: point.max }),
      })),
    }));
  }

  override render(): TemplateResult {
    const { metric } = this;
    const title = metricTitle(metric);
    return html`<article class="card" aria-label=${title}>
      <header>
        <div class="grow">
          <h3 class="clip">${title}</h3>
          <p class="value values">
            ${metric.series.slice(0, MOST_SERIES).map(
              (each) =>
                html`<span>
                  ${formatValue(each.last_value, metric.unit, metric.decimals)}
                  <span class="sub">
                    ${Object.values(each.labels).join(", ")} ${words.quality[each.quality] ?? ""}
                    <andon-since mode="ago" .at=${each.last_time}></andon-since>
                  </span>
                </span>`,
            )}
          </p>
        </div>
        ${
          can("editor")
            ? html`<div class="buttons">
                <a
                  class="button quiet square"
                  href="/rules/new?machine=${this.machine.id}&metric=${encodeURIComponent(metric.name)}"
                  aria-label="${words.addRule}: ${title}"
                  title=${words.addRule}
                  ><andon-icon name="rules"></andon-icon
                ></a>
                <button
                  class="quiet square"
                  aria-label=${words.metricEdit(title)}
                  title=${words.metricTitle}
                  @click=${() => this.dispatchEvent(new CustomEvent("edit"))}
                >
                  <andon-icon name="edit"></andon-icon>
                </button>
              </div>`
            : null
        }
      </header>
      <div class="body">
        ${
          this.readings.error !== undefined && this.readings.data === undefined
            ? html`<p class="sub" role="status">${words.readingsFailed} ${this.readings.error.message}</p>`
            : html`<andon-chart
                .label=${text.alert.chart(title, machineTitle(this.machine))}
                .series=${this.series()}
                .limits=${this.limits()}
                .unit=${metric.unit}
                .decimals=${metric.decimals}
                .from=${this.window.from}
                .to=${this.window.to}
                .height=${180}
              ></andon-chart>`
        }
      </div>
    </article>`;
  }
}
