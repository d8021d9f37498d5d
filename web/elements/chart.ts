// In: series of points, limits and markers. Out: a chart on uPlot with the limits drawn in, a readout
// of the value under the pointer, a summary for screen readers and the same data as a table.
import { LitElement, html, unsafeCSS, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import uPlot from "uplot";
import uPlotStyles from "uplot/dist/uPlot.min.css" with { type: "text" };
import { onThemeChange } from "../controllers/theme";
import { base, controls } from "../styles/shared";
import { text } from "../text/en";
import { formatFullTime, formatTime, formatValue } from "../text/format";
import { alignSeries, type ChartSeries } from "./chart-data";
import { chartStyles } from "./chart-styles";
import { drawOverlays, drawUnderlays, type ChartLimit, type ChartMarker, type Ink } from "./chart-draw";

export type { ChartSeries } from "./chart-data";
export type { ChartLimit, ChartMarker } from "./chart-draw";

const LINES = ["--ink", "--accent", "--warning", "--good", "--stale"];
const TABLE_ROWS = 60;
const DAY_MS = 86_400_000;

const two = (value: number): string => String(value).padStart(2, "0");
const tickLabel = (ms: number, stepMs: number): string => {
  const date = new Date(ms);
  const day = `${date.getDate()} ${date.toLocaleString("en", { month: "short" })}`;
  if (stepMs >= DAY_MS) return day;
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (stepMs < 60_000) return `${clock}:${two(date.getSeconds())}`;
  return clock === "00:00" ? day : clock;
};

/** As many decimals as the distance of two ticks needs: 2.5 must not become 3. */
const decimalsOf = (step: number): number => {
  for (let decimals = 0; decimals < 8; decimals += 1) {
    const scaled = step * 10 ** decimals;
    if (Math.abs(scaled - Math.round(scaled)) < 1e-6) return decimals;
  }
  return 8;
};

@customElement("andon-chart")
export class AndonChart extends LitElement {
  /** Names what is drawn, for screen readers and the table. */
  @property() label = "";
  @property({ attribute: false }) series: readonly ChartSeries[] = [];
  @property({ attribute: false }) limits: readonly ChartLimit[] = [];
  @property({ attribute: false }) markers: readonly ChartMarker[] = [];
  @property() unit: string | null = null;
  @property({ type: Number }) decimals: number | null = null;
  @property({ type: Number }) from = 0;
  @property({ type: Number }) to = 0;
  @property({ type: Number }) height = 260;
  @state() private pointed: { time: number; value: number | null } | null = null;
  @state() private isTableShown = false;
  @query(".plot") private readonly place!: HTMLElement;
  @query(".probe") private readonly probe!: HTMLElement;
  private plot: uPlot | undefined;
  private drawn = "";
  private inks = new Map<string, string>();
  private stopTheme: (() => void) | undefined;
  private readonly sizes = new ResizeObserver(() => this.fit());

  static override styles = [base, controls, unsafeCSS(uPlotStyles), chartStyles];

  override connectedCallback(): void {
    super.connectedCallback();
    this.stopTheme = onThemeChange(() => {
      this.inks.clear();
      this.plot?.redraw(false);
    });
    if (this.hasUpdated) this.sizes.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stopTheme?.();
    this.sizes.disconnect();
    this.plot?.destroy();
    this.plot = undefined;
  }

  override firstUpdated(): void {
    this.sizes.observe(this);
  }

  override willUpdate(changed: PropertyValues): void {
    if (changed.has("height")) this.style.setProperty("--height", `${this.height}px`);
  }

  override updated(changed: PropertyValues): void {
    if (changed.size === 1 && (changed.has("pointed") || changed.has("isTableShown"))) return;
    this.draw();
  }

  private readonly ink: Ink = (name) => {
    let found = this.inks.get(name);
    if (found === undefined) {
      this.probe.style.color = `var(${name})`;
      found = getComputedStyle(this.probe).color;
      this.inks.set(name, found);
    }
    return found;
  };

  private hasPoints(): boolean {
    return this.series.some((each) => each.points.length > 0);
  }

  private fit(): void {
    const width = this.clientWidth;
    if (this.plot !== undefined && width > 0 && width !== this.plot.width)
      this.plot.setSize({ width, height: this.height });
    else if (this.plot === undefined) this.draw();
  }

  private draw(): void {
    const width = this.clientWidth;
    if (!this.hasPoints() || width === 0) {
      this.plot?.destroy();
      this.plot = undefined;
      return;
    }
    const { data, hasBands } = alignSeries(this.series);
    const shape = `${this.series.map((each) => each.label).join("|")}/${hasBands}/${this.unit}/${this.decimals}/${this.height}`;
    if (this.plot !== undefined && this.drawn === shape) {
      this.plot.setData(data, false);
      this.setScales(data);
      return;
    }
    this.plot?.destroy();
    this.drawn = shape;
    this.plot = new uPlot(this.options(width, hasBands), data, this.place);
    this.setScales(data);
  }

  private setScales(data: uPlot.AlignedData): void {
    const times = data[0];
    const min = this.from || (times[0] ?? 0);
    const max = this.to || (times.at(-1) ?? 1);
    this.plot?.setScale("x", { min, max: Math.max(max, min + 1000) });
  }

  /** Limits near the data belong into the picture; far away ones would flatten the line. */
  private yRange(low: number, high: number): [number, number] {
    const span = Math.max(high - low, Math.abs(high) * 0.02, 1e-6);
    let from = low;
    let to = high;
    for (const { value } of this.limits)
      if (value > low - span * 6 && value < high + span * 6) {
        from = Math.min(from, value);
        to = Math.max(to, value);
      }
    const margin = Math.max((to - from) * 0.12, span * 0.12);
    return [from - margin, to + margin];
  }

  private options(width: number, hasBands: boolean): uPlot.Options {
    const axis = {
      stroke: () => this.ink("--ink-2"),
      font: `12px ${getComputedStyle(this).fontFamily}`,
      grid: { stroke: () => this.ink("--line"), width: 1 },
      ticks: { show: false },
    };
    const series: uPlot.Series[] = [{}];
    const bands: uPlot.Band[] = [];
    this.series.forEach((each, index) => {
      const stroke = (): string => this.ink(LINES[index % LINES.length] ?? "--ink");
      const at = series.length;
      series.push({ label: each.label, stroke, width: 1.6, points: { show: false }, spanGaps: false });
      if (!hasBands) return;
      series.push({ stroke: "transparent", width: 0, points: { show: false } });
      series.push({ stroke: "transparent", width: 0, points: { show: false } });
      bands.push({
        series: [at + 2, at + 1],
        fill: () => stroke().replace("rgb(", "rgba(").replace(")", ", 0.13)"),
      });
    });
    const overlay = {
      ink: this.ink,
      limits: () => this.limits,
      markers: () => this.markers,
      fontFamily: getComputedStyle(this).fontFamily,
    };
    return {
      width,
      height: this.height,
      ms: 1,
      // To the right half a time label: the last one may stand at the very end.
      padding: [this.markers.length > 0 ? 22 : 12, 22, 0, 0],
      legend: { show: false },
      cursor: { y: false, points: { size: 7 }, drag: { x: true, y: false } },
      scales: {
        x: { time: true },
        y: { range: (_plot, low, high) => this.yRange(low ?? 0, high ?? 1) },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          size: 28,
          values: (_plot, splits, _axis, _space, step) => splits.map((at) => tickLabel(at, step)),
        },
        {
          ...axis,
          size: (_plot, values) => 18 + 7 * Math.max(3, ...(values ?? []).map((value) => value.length)),
          values: (_plot, splits, _axis, _space, step) => {
            const decimals = decimalsOf(step);
            return splits.map((value) => formatValue(value, "", decimals));
          },
        },
      ],
      series,
      bands,
      hooks: {
        drawClear: [(plot) => drawUnderlays(plot, overlay)],
        draw: [(plot) => drawOverlays(plot, overlay)],
        setCursor: [
          (plot) => {
            const index = plot.cursor.idx;
            const time = index === null || index === undefined ? undefined : plot.data[0][index];
            this.pointed =
              time === undefined || index === null || index === undefined
                ? null
                : { time, value: plot.data[1]?.[index] ?? null };
          },
        ],
      },
    };
  }

  private summary(): string {
    const values = this.series.flatMap((each) => each.points.map((point) => point.value));
    if (values.length === 0) return text.chart.summaryEmpty(this.label);
    const show = (value: number): string => formatValue(value, this.unit, this.decimals);
    let low = Infinity;
    let high = -Infinity;
    for (const value of values) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    return text.chart.summary({
      label: this.label,
      low: show(low),
      high: show(high),
      last: show(values.at(-1) ?? 0),
      limits: this.limits.map((limit) => `${limit.label} ${show(limit.value)}`).join(", "),
    });
  }

  private readout(): string {
    const point = this.pointed ?? this.series[0]?.points.at(-1) ?? null;
    return point === null
      ? ""
      : `${formatTime(point.time)} · ${formatValue(point.value, this.unit, this.decimals)}`;
  }

  private table(): TemplateResult {
    return html`<div class="table" tabindex="0" role="region" aria-label=${text.chart.tableOf(this.label)}>
      <table>
        <thead>
          <tr>
            <th scope="col">${text.chart.time}</th>
            ${this.series.map((each) => html`<th scope="col">${each.label || this.label}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${this.tableRows().map(
            ([time, ...values]) =>
              html`<tr>
                <th scope="row" class="num">${formatFullTime(time ?? 0)}</th>
                ${values.map(
                  (value) =>
                    html`<td class="num">${formatValue(value ?? null, this.unit, this.decimals)}</td>`,
                )}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }

  private tableRows(): (number | null)[][] {
    const { data, hasBands } = alignSeries(this.series);
    const columns = data.slice(1).filter((_, index) => !hasBands || index % 3 === 0);
    const rows = [...data[0]]
      .map((time, index) => [time, ...columns.map((column) => column[index] ?? null)])
      .filter((row) => row.slice(1).some((value) => value !== null));
    const step = Math.max(1, Math.ceil(rows.length / TABLE_ROWS));
    return rows.filter((_, index) => (rows.length - 1 - index) % step === 0).reverse();
  }

  override render(): TemplateResult {
    return html`<span class="probe"></span>
      <div class="readout">
        <span class="legend">
          ${
            this.series.length > 1
              ? this.series.map(
                  (each, index) =>
                    html`<span><i class="line-${index % LINES.length}"></i>${each.label}</span>`,
                )
              : null
          }
        </span>
        <span class="num" aria-hidden="true">${this.readout()}</span>
      </div>
      <div role="img" aria-label=${this.summary()}>
        <div class="plot" ?hidden=${!this.hasPoints()}></div>
        ${
          this.hasPoints()
            ? null
            : html`<div class="none">
                <span>${text.chart.noData}</span>
              </div>`
        }
      </div>
      ${
        this.hasPoints()
          ? html`<button
              class="link table-switch"
              aria-expanded=${this.isTableShown}
              @click=${() => (this.isTableShown = !this.isTableShown)}
            >
              ${this.isTableShown ? text.chart.hideTable : text.chart.showTable}
            </button>`
          : null
      }
      ${this.isTableShown && this.hasPoints() ? this.table() : null}`;
  }
}
