// In: the calendar of maintenance. Out: what is under way, what is to come by day, and the last 30 days; live.
import { LitElement, html, type TemplateResult } from "lit";
import { customElement, query } from "lit/decorators.js";
import {
  endWindow,
  listWindows,
  readCalendar,
  type CalendarEntry,
  type MaintenanceWindow,
} from "../api/maintenance";
import { listServices } from "../api/services";
import { Follow, isAbout } from "../app/follow";
import { notify, notifyFailure } from "../app/notices";
import { navigate } from "../app/router";
import { can } from "../app/session";
import { now } from "../controllers/clock";
import { ListKeys } from "../controllers/list-keys";
import { Load } from "../controllers/load";
import "../elements/confirm";
import type { AndonConfirm } from "../elements/confirm";
import "../elements/icon";
import "../elements/mark";
import "../elements/since";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { listStyles } from "./list-styles";
import { maintenanceListStyles } from "./maintenance-list-styles";
import { coveredBy, dayOf, timeRange } from "./maintenance-words";
import { staleNote, stateOf } from "./page-parts";

const words = text.maintenance;
const EVERY_MS = 30_000;
const DAY_MS = 86_400_000;

interface Shown {
  calendar: CalendarEntry[];
  windows: ReadonlyMap<string, MaintenanceWindow>;
  serviceNames: ReadonlyMap<string, string>;
}

@customElement("page-maintenance")
export class PageMaintenance extends LitElement {
  @query("andon-confirm") private readonly confirm!: AndonConfirm;
  private readonly shown = new Load<Shown>(
    this,
    async () => {
      const [calendar, windows, services] = await Promise.all([
        readCalendar(),
        listWindows(),
        listServices(),
      ]);
      return {
        calendar,
        windows: new Map(windows.map((window) => [window.id, window])),
        serviceNames: new Map(services.map(({ id, name }) => [id, name])),
      };
    },
    { everyMs: EVERY_MS },
  );

  static override styles = [base, controls, surfaces, listStyles, maintenanceListStyles];

  constructor() {
    super();
    new ListKeys(this, can("responder") ? { n: () => navigate("/maintenance/new") } : {});
    new Follow(this, isAbout("maintenance", "maintenance_window"), () => void this.shown.run());
  }

  private async end(entry: CalendarEntry): Promise<void> {
    if (
      !(await this.confirm.ask({
        heading: words.endTitle(entry.window_name),
        detail: words.endDetail,
        confirm: words.endNow,
      }))
    )
      return;
    try {
      await endWindow(entry.window_id);
      notify(words.ended(entry.window_name));
      await this.shown.run();
    } catch (error) {
      notifyFailure(words.endFailed, error);
    }
  }

  private name(entry: CalendarEntry, window: MaintenanceWindow | undefined): TemplateResult {
    return window === undefined
      ? html`<span class="strong">${entry.window_name}</span>`
      : html`<a class="name" data-row href="/maintenance/${window.id}">${entry.window_name}</a>`;
  }

  private isEarly(entry: CalendarEntry): boolean {
    return (
      entry.status === "ended" &&
      entry.ended_at !== null &&
      Date.parse(entry.ended_at) < Date.parse(entry.ends_at) - 1_000
    );
  }

  private row(entry: CalendarEntry, { windows, serviceNames }: Shown): TemplateResult {
    const window = windows.get(entry.window_id);
    const isNow = entry.status === "active";
    const ends = entry.ended_at ?? entry.ends_at;
    return html`<li class="entry ${isNow ? "now" : ""}">
      <span class="time">${timeRange(entry.started_at ?? entry.starts_at, ends)}</span>
      <div class="what">
        ${this.name(entry, window)}
        <span class="sub line">
          ${window === undefined ? null : html`<span>${coveredBy(window, serviceNames)}</span>`}
          ${entry.is_recurring ? html`<span>${words.recurring}</span>` : null}
          ${this.isEarly(entry) ? html`<span>${words.endedEarly}</span>` : null}
          ${entry.status === "cancelled" ? html`<span>${words.cancelled}</span>` : null}
        </span>
      </div>
      ${
        isNow
          ? html`<div class="going">
              <span class="sub"
                >${words.endsIn}<andon-since mode="until" .at=${entry.ends_at}></andon-since
              ></span>
              ${
                can("responder")
                  ? html`<button
                      aria-label="${words.endNow}: ${entry.window_name}"
                      @click=${() => void this.end(entry)}
                    >
                      ${words.endNow}
                    </button>`
                  : null
              }
            </div>`
          : null
      }
    </li>`;
  }

  private dayName(day: string): string {
    if (day === dayOf(new Date(now()).toISOString())) return `${words.today}, ${day}`;
    if (day === dayOf(new Date(now() + DAY_MS).toISOString())) return `${words.tomorrow}, ${day}`;
    return day;
  }

  private days(entries: readonly CalendarEntry[], shown: Shown): TemplateResult[] {
    const days = Map.groupBy(entries, (entry) => dayOf(entry.starts_at));
    return [...days].map(
      ([day, members]) =>
        html`<div class="day">
          <h3>${this.dayName(day)}</h3>
          <ul>
            ${members.map((entry) => this.row(entry, shown))}
          </ul>
        </div>`,
    );
  }

  private calendar(shown: Shown): TemplateResult {
    const { calendar } = shown;
    const active = calendar.filter(({ status }) => status === "active");
    const coming = calendar.filter(({ status }) => status === "scheduled");
    const past = calendar.filter(({ status }) => status === "ended" || status === "cancelled").toReversed();
    if (calendar.length === 0)
      return html`<div class="card">
        <andon-empty heading=${words.empty} detail=${words.emptyDetail}>
          ${can("responder") ? html`<a class="button primary" href="/maintenance/new">${words.add}</a>` : null}
        </andon-empty>
      </div>`;
    return html`${
        active.length === 0
          ? null
          : html`<section class="card" aria-labelledby="now">
              <div class="card-head">
                <andon-mark kind="info"></andon-mark>
                <h2 id="now">${words.now}</h2>
              </div>
              <ul>
                ${active.map((entry) => this.row(entry, shown))}
              </ul>
            </section>`
      }
      <section class="card" aria-labelledby="next">
        <div class="card-head"><h2 id="next">${words.next}</h2></div>
        ${coming.length === 0 ? html`<p class="card-body sub">${words.noneNext}</p>` : this.days(coming, shown)}
      </section>
      <details class="card past" ?open=${active.length + coming.length === 0}>
        <summary><h2>${words.past}</h2></summary>
        ${past.length === 0 ? html`<p class="card-body sub">${words.nonePast}</p>` : this.days(past, shown)}
      </details>`;
  }

  override render(): TemplateResult {
    const { data } = this.shown;
    return html`<div class="page">
      <div class="page-head">
        <h1 class="grow">${words.title}</h1>
        ${
          can("responder")
            ? html`<a class="button primary" href="/maintenance/new"
                ><andon-icon name="plus"></andon-icon>${words.add}</a
              >`
            : null
        }
      </div>
      <p class="intro">${words.intro}</p>
      ${staleNote(this.shown)}
      ${data === undefined ? stateOf(this.shown, { failed: words.failed }) : this.calendar(data)}
      <andon-confirm></andon-confirm>
    </div>`;
  }
}
