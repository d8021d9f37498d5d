// In: how a service stood on each of the last days. Out: one bar per day. The worse a day, the taller its bar,
// so that it reads without colours; days without data are low and grey, never green. Wide ones tell each day
// to the pointer and to the arrow keys.
import { LitElement, css, html, svg, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { ServiceDay } from "../api/services";
import { base } from "../styles/shared";
import { text } from "../text/en";
import { formatSpan, formatUptime, formatDate } from "../text/format";

const words = text.services.days;

const STEP = 4;
const WIDTH = 3;
const HEIGHT = 32;
/** Share of the height. */
const TALL: Record<ServiceDay["state"], number> = {
  down: 1,
  degraded: 0.8,
  maintenance: 0.6,
  operational: 0.6,
  no_data: 0.2,
};

@customElement("day-bars")
export class DayBars extends LitElement {
  /** What stands so. */
  @property() name = "";
  @property({ attribute: false }) dates: readonly string[] = [];
  @property({ attribute: false }) days: readonly ServiceDay[] = [];
  /** Over all the days, in percent. */
  @property({ attribute: false }) uptime: number | null = null;
  /** One picture among many: it cannot be walked through. */
  @property({ type: Boolean }) compact = false;
  @state() private chosen: number | null = null;

  static override styles = [
    base,
    css`
      :host {
        display: block;
        min-width: 0;
      }
      svg {
        display: block;
        width: 100%;
        height: 2.5rem;
      }
      :host([compact]) svg {
        height: 1.5rem;
      }
      .strip {
        border-radius: 2px;
        cursor: crosshair;
      }
      .operational {
        fill: var(--good-fill);
      }
      .degraded {
        fill: var(--warning-fill);
      }
      .down {
        fill: var(--critical-fill);
      }
      .maintenance {
        fill: var(--info-fill);
      }
      .no_data {
        fill: var(--surface-3);
      }
      .chosen {
        stroke: var(--ink);
        stroke-width: 1.5;
        vector-effect: non-scaling-stroke;
      }
      .foot {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        gap: 0.15rem var(--space-3);
        margin-top: 0.35rem;
        color: var(--ink-2);
        font-size: var(--text-s);
      }
      .day {
        min-height: 1.35rem;
        margin-top: var(--space-2);
        font-size: var(--text-s);
      }
      ul {
        display: flex;
        flex-wrap: wrap;
        gap: 0.2rem var(--space-4);
        margin-top: var(--space-3);
        color: var(--ink-2);
        font-size: var(--text-s);
      }
      li {
        display: inline-flex;
        align-items: end;
        gap: 0.35rem;
      }
      li svg {
        width: 0.35rem;
        height: 1rem;
        margin-bottom: 0.15rem;
      }
    `,
  ];

  private bars(): TemplateResult[] {
    return this.days.map(({ state: stands }, index) => {
      const height = HEIGHT * TALL[stands];
      return svg`<rect
        class="${stands} ${index === this.chosen ? "chosen" : ""}"
        x=${index * STEP} y=${HEIGHT - height} width=${WIDTH} height=${height}
      />`;
    });
  }

  private drawing(): TemplateResult {
    return svg`<svg
      viewBox="0 0 ${Math.max(1, this.days.length * STEP - (STEP - WIDTH))} ${HEIGHT}"
      preserveAspectRatio="none" aria-hidden="true"
    >${this.bars()}</svg>`;
  }

  private dayWords(index: number): string {
    const day = this.days[index];
    const date = this.dates[index];
    if (day === undefined || date === undefined) return "";
    const stands = words.states[day.state];
    if (day.state === "no_data") return `${formatDate(date)}: ${stands}`;
    const down = day.downtime_seconds > 0 ? words.down(formatSpan(day.downtime_seconds * 1000)) : words.clean;
    return `${formatDate(date)}: ${stands}, ${formatUptime(day.uptime_percent)}, ${down}`;
  }

  private summary(): string {
    return words.summary({
      name: this.name,
      uptime: formatUptime(this.uptime),
      known: this.days.filter((day) => day.state !== "no_data").length,
      troubled: this.days.filter((day) => day.state === "down" || day.state === "degraded").length,
    });
  }

  private choose(index: number): void {
    this.chosen = Math.min(Math.max(index, 0), this.days.length - 1);
  }

  private onPointer(event: PointerEvent): void {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    this.choose(Math.floor(((event.clientX - box.left) / box.width) * this.days.length));
  }

  private onKey(event: KeyboardEvent): void {
    const last = this.days.length - 1;
    const from = this.chosen ?? last + 1;
    const next = {
      ArrowLeft: from - 1,
      ArrowDown: from - 1,
      ArrowRight: from + 1,
      ArrowUp: from + 1,
      PageUp: from + 7,
      PageDown: from - 7,
      Home: 0,
      End: last,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.choose(next);
  }

  private legend(): TemplateResult {
    const seen = (["operational", "degraded", "down", "maintenance", "no_data"] as const).filter((each) =>
      this.days.some((day) => day.state === each),
    );
    return html`<ul aria-label=${words.legend}>
      ${seen.map(
        (each) =>
          html`<li>
            <svg viewBox="0 0 3 ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">
              <rect
                class=${each}
                x="0"
                width="3"
                y=${HEIGHT * (1 - TALL[each])}
                height=${HEIGHT * TALL[each]}
              ></rect></svg
            >${words.states[each]}
          </li>`,
      )}
    </ul>`;
  }

  override render(): TemplateResult {
    if (this.compact) return html`<div role="img" aria-label=${this.summary()}>${this.drawing()}</div>`;
    const shown = this.chosen === null ? words.choose : this.dayWords(this.chosen);
    return html`<p class="unseen">${this.summary()}</p>
      <div
        class="strip"
        role="slider"
        tabindex="0"
        aria-label=${words.label(this.name)}
        aria-valuemin="1"
        aria-valuemax=${Math.max(1, this.days.length)}
        aria-valuenow=${(this.chosen ?? this.days.length - 1) + 1}
        aria-valuetext=${this.dayWords(this.chosen ?? this.days.length - 1)}
        @keydown=${this.onKey}
        @pointermove=${this.onPointer}
        @pointerdown=${this.onPointer}
      >
        ${this.drawing()}
      </div>
      <div class="foot"><span>${words.ago}</span><span>${words.today}</span></div>
      <p class="day ${this.chosen === null ? "sub" : ""}">${shown}</p>
      ${this.legend()}`;
  }
}
