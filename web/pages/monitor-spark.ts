// In: a monitor. Out: the course of its latency and its uptime in the last 24 hours, read once it is in sight.
import { LitElement, css, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Monitor } from "../api/monitors";
import { courses, wantCourse } from "../app/courses";
import { Watch } from "../controllers/store";
import "../elements/sparkline";
import { base } from "../styles/shared";
import { text } from "../text/en";
import { formatPercent } from "../text/format";

const words = text.monitors;

@customElement("monitor-spark")
export class MonitorSpark extends LitElement {
  @property({ attribute: false }) monitor!: Monitor;
  private isInSight = false;
  private readonly sight = new IntersectionObserver(([entry]) => {
    this.isInSight = entry?.isIntersecting === true;
    if (this.isInSight) wantCourse(this.monitor);
  });

  static override styles = [
    base,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(5rem, 9rem) auto;
        gap: var(--space-3);
        align-items: center;
        min-height: 1.75rem;
      }
      /* Nothing to draw takes no place where rows are cards; it stays in sight all the same. */
      @media (max-width: 719px) {
        :host([blank]) {
          min-height: 1px;
        }
        :host([lineless]) {
          grid-template-columns: auto;
        }
        :host([lineless]) andon-sparkline {
          display: none;
        }
      }
      andon-sparkline {
        height: 1.75rem;
      }
      .num {
        font-size: var(--text-s);
        color: var(--ink-2);
      }
    `,
  ];

  constructor() {
    super();
    new Watch(this, courses);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.sight.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.sight.disconnect();
  }

  override updated(changed: PropertyValues): void {
    const course = courses.value.get(this.monitor.id);
    const isLineless = course === undefined || course.points.length < 2;
    this.toggleAttribute("lineless", isLineless);
    this.toggleAttribute("blank", isLineless && (course?.uptime ?? null) === null);
    if (changed.has("monitor") && this.isInSight) wantCourse(this.monitor);
  }

  override render(): TemplateResult {
    const course = courses.value.get(this.monitor.id);
    if (course === undefined) return html`<span></span>`;
    return html`<andon-sparkline
        .points=${course.points}
        .tone=${this.monitor.status === "down" ? "critical" : "plain"}
        .from=${course.from}
        .to=${course.to}
      ></andon-sparkline>
      <span class="num">${course.uptime === null ? "" : words.upShare(formatPercent(course.uptime))}</span>`;
  }
}
