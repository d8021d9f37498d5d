// In: a monitor. Out: how quickly it answered and how often, over hours or months, and its availability.
import { LitElement, css, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { readLatency, type Latency, type Monitor } from "../api/monitors";
import { now } from "../controllers/clock";
import { Load } from "../controllers/load";
import "../elements/availability";
import "../elements/chart";
import type { ChartLimit, ChartSeries } from "../elements/chart";
import "../elements/segments";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { formatMillis, formatPercent } from "../text/format";

const words = text.monitors.page;
const EVERY_MS = 30_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

type Range = keyof typeof words.ranges;

const RANGES: Readonly<Record<Range, { spanMs: number; resolution: "minute" | "hour" }>> = {
  hours: { spanMs: 3 * HOUR_MS, resolution: "minute" },
  day: { spanMs: DAY_MS, resolution: "minute" },
  week: { spanMs: 7 * DAY_MS, resolution: "hour" },
  month: { spanMs: 30 * DAY_MS, resolution: "hour" },
  quarter: { spanMs: 90 * DAY_MS, resolution: "hour" },
};

@customElement("monitor-course")
export class MonitorCourse extends LitElement {
  @property({ attribute: false }) monitor!: Monitor;
  @state() private range: Range = "day";
  private readonly latency = new Load<Latency>(
    this,
    () => {
      const { spanMs, resolution } = RANGES[this.range];
      return readLatency(this.monitor.id, { from: now() - spanMs, resolution });
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
      .card-body {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--space-4);
      }
      .uptime {
        font-size: var(--text-xl);
        font-weight: 600;
        line-height: 1.2;
      }
      .line {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: var(--space-5);
        align-items: center;
      }
      @media (max-width: 719px) {
        .line {
          grid-template-columns: minmax(0, 1fr);
          gap: var(--space-3);
        }
        andon-segments {
          max-width: 100%;
          overflow-x: auto;
        }
      }
    `,
  ];

  override willUpdate(changed: PropertyValues): void {
    const before = changed.get("monitor") as Monitor | undefined;
    if (before !== undefined && before.id !== this.monitor.id) void this.latency.restart();
  }

  /** For whoever knows that something has happened. */
  async refresh(): Promise<void> {
    await this.latency.run();
  }

  private content({ data, from, to, uptime }: Latency): TemplateResult {
    const [start, end] = [Date.parse(from), Date.parse(to)];
    const points = data.flatMap(({ at, latency_ms: value, latency_min_ms: min, latency_max_ms: max }) =>
      value === null
        ? []
        : [
            {
              time: Date.parse(at),
              value,
              ...(min === null || max === null ? {} : { min, max }),
            },
          ],
    );
    const series: ChartSeries[] = [{ label: words.course, points }];
    const most = this.monitor.expect.max_latency_ms;
    const limits: ChartLimit[] =
      most === undefined
        ? []
        : [
            {
              value: most,
              kind: "limit",
              tone: "critical",
              abnormal: "above",
              label: `${text.alert.limit} ${formatMillis(most)}`,
            },
          ];
    return html`<div class="line">
        <p>
          <span class="uptime num">${uptime === null ? words.noUptime : formatPercent(uptime)}</span>
          ${uptime === null ? null : html`<span class="sub">${words.uptime}</span>`}
        </p>
        <andon-availability
          .periods=${data.map((period) => ({ ...period, at: Date.parse(period.at) }))}
          .from=${start}
          .to=${end}
        ></andon-availability>
      </div>
      ${
        points.length === 0
          ? null
          : html`<andon-chart
              label=${words.course}
              .series=${series}
              .limits=${limits}
              unit="ms"
              .from=${start}
              .to=${end}
              height="200"
            ></andon-chart>`
      }`;
  }

  override render(): TemplateResult {
    const { data, error } = this.latency;
    return html`<section class="card" aria-labelledby="course">
      <div class="card-head">
        <h2 id="course" class="grow">${words.course}</h2>
        <andon-segments
          label=${words.range}
          .value=${this.range}
          .segments=${Object.entries(words.ranges).map(([value, word]) => ({ value, label: word }))}
          @choose=${(event: CustomEvent<string>) => {
            this.range = event.detail as Range;
            void this.latency.run();
          }}
        ></andon-segments>
      </div>
      <div class="card-body" aria-busy=${data === undefined && error === undefined}>
        ${
          data === undefined
            ? html`<p class="sub">
                ${error === undefined ? text.common.loading : `${words.courseFailed} ${error.message}`}
              </p>`
            : this.content(data)
        }
      </div>
    </section>`;
  }
}
