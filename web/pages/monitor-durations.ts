// In: a heartbeat. Out: how long its job's last runs took; nothing where it does not say when it begins.
import { LitElement, css, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { listResults, type Monitor } from "../api/monitors";
import { durationsOf } from "../app/courses";
import { Load } from "../controllers/load";
import "../elements/chart";
import type { SparkPoint } from "../elements/sparkline";
import { base, surfaces } from "../styles/shared";
import { text } from "../text/en";

const words = text.monitors.page;
/** As many as the server gives at once. */
const RUNS = 500;
/** The longest run decides in what all are drawn. */
const UNITS = [
  { unit: "min", ms: 60_000, from: 600_000 },
  { unit: "s", ms: 1_000, from: 10_000 },
  { unit: "ms", ms: 1, from: 0 },
] as const;
/** A single one is a number, and stands among the settings. */
const FEWEST = 2;

@customElement("monitor-durations")
export class MonitorDurations extends LitElement {
  @property({ attribute: false }) monitor!: Monitor;
  private readonly runs = new Load<SparkPoint[]>(this, async () =>
    durationsOf((await listResults(this.monitor.id, { limit: RUNS })).data),
  );

  static override styles = [
    base,
    surfaces,
    css`
      :host {
        display: block;
        min-width: 0;
      }
    `,
  ];

  override willUpdate(changed: PropertyValues): void {
    const before = changed.get("monitor") as Monitor | undefined;
    if (before === undefined) return;
    if (before.id !== this.monitor.id) void this.runs.restart();
    else if (before.last_ping_at !== this.monitor.last_ping_at) void this.runs.run();
  }

  override updated(): void {
    // Without anything to draw it takes no place either.
    this.hidden = this.renderRoot.querySelector("section") === null;
  }

  override render(): TemplateResult {
    const points = this.runs.data ?? [];
    const [first, last] = [points[0], points.at(-1)];
    if (points.length < FEWEST || first === undefined || last === undefined) return html``;
    const longest = Math.max(...points.map(({ value }) => value));
    const { unit, ms } = UNITS.find(({ from }) => longest >= from) ?? UNITS[2];
    const scaled = points.map(({ time, value }) => ({ time, value: value / ms }));
    return html`<section class="card" aria-labelledby="durations">
      <div class="card-head"><h2 id="durations">${words.courseOfJob}</h2></div>
      <div class="card-body">
        <andon-chart
          label=${words.courseOfJob}
          .series=${[{ label: words.courseOfJob, points: scaled }]}
          unit=${unit}
          .from=${first.time}
          .to=${last.time}
          height="180"
        ></andon-chart>
      </div>
    </section>`;
  }
}
