// In: a month. Out: the SLA report: uptime, target, downtime and error budget of each service, with everything
// that the numbers were counted by; to print and as CSV.
import { LitElement, html, type TemplateResult } from "lit";
import { customElement, query } from "lit/decorators.js";
import { readReport, reportCsvPath, type SlaReport, type SlaRow } from "../api/services";
import { navigate, place, withParams } from "../app/router";
import { can } from "../app/session";
import { now } from "../controllers/clock";
import { Load } from "../controllers/load";
import { Watch } from "../controllers/store";
import "../elements/icon";
import "../elements/mark";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { formatNumber, formatSpan, formatUptime } from "../text/format";
import { listStyles } from "./list-styles";
import { clockTime } from "./maintenance-words";
import { staleNote, stateOf } from "./page-parts";
import "./sla-settings";
import type { SlaSettingsDialog } from "./sla-settings";
import { slaStyles } from "./sla-styles";

const words = text.sla;
const EVERY_MS = 300_000;

const two = (value: number): string => String(value).padStart(2, "0");
const presentMonth = (): string => new Date(now()).toISOString().slice(0, 7);

/** `2026-12` and 1 give `2027-01`. */
const shiftMonth = (month: string, by: number): string => {
  const [year = 0, number = 1] = month.split("-").map(Number);
  const index = year * 12 + number - 1 + by;
  return `${Math.floor(index / 12)}-${two((index % 12) + 1)}`;
};

const monthName = (month: string): string =>
  new Date(`${month}-01T00:00:00Z`).toLocaleString("en", { month: "long", year: "numeric", timeZone: "UTC" });

const spanOrNull = (seconds: number): string | null => (seconds === 0 ? null : formatSpan(seconds * 1000));
const shareWords = (share: number): string => `${formatNumber(share * 100)}\u00a0%`;

@customElement("page-sla")
export class PageSla extends LitElement {
  @query("sla-settings") private readonly settings!: SlaSettingsDialog;
  private readonly report = new Load<SlaReport>(this, () => readReport(this.month()), {
    everyMs: EVERY_MS,
  });
  private shownMonth = "";

  static override styles = [base, controls, surfaces, listStyles, slaStyles];

  constructor() {
    super();
    new Watch(this, place);
    this.shownMonth = this.month();
  }

  override willUpdate(): void {
    if (this.month() === this.shownMonth) return;
    this.shownMonth = this.month();
    void this.report.restart();
  }

  private month(): string {
    const asked = place.value.query.get("month") ?? "";
    return /^\d{4}-(0[1-9]|1[0-2])$/.test(asked) ? asked : presentMonth();
  }

  private go(month: string): void {
    navigate(withParams({ month: month === presentMonth() ? null : month }), { replace: true });
  }

  private toolbar(report: SlaReport | undefined): TemplateResult {
    const month = this.month();
    const groups = [...new Set((report?.data ?? []).flatMap(({ group }) => group ?? []))].toSorted();
    const asked = place.value.query.get("group") ?? "";
    return html`<div class="toolbar">
      <div class="months">
        <button class="square" aria-label=${words.previous} @click=${() => this.go(shiftMonth(month, -1))}>
          <andon-icon name="left"></andon-icon>
        </button>
        <input
          type="month"
          aria-label=${words.month}
          .value=${month}
          @change=${(event: Event) => this.go((event.target as HTMLInputElement).value || presentMonth())}
        />
        <button
          class="square"
          aria-label=${words.next}
          ?disabled=${month >= presentMonth()}
          @click=${() => this.go(shiftMonth(month, 1))}
        >
          <andon-icon name="right"></andon-icon>
        </button>
      </div>
      ${
        groups.length < 2 && asked === ""
          ? null
          : html`<select
              class="groups"
              aria-label=${words.group}
              @change=${(event: Event) => navigate(withParams({ group: (event.target as HTMLSelectElement).value }), { replace: true })}
            >
              <option value="">${words.anyGroup}</option>
              ${groups.map((group) => html`<option value=${group} ?selected=${group === asked}>${group}</option>`)}
            </select>`
      }
    </div>`;
  }

  /** Null: nothing to say. */
  private cell(label: string, content: unknown): TemplateResult {
    return html`<td class="num right ${content === null ? "nothing" : ""}" data-label=${label}>
      ${content ?? words.none}
    </td>`;
  }

  private target(percent: number, isMissed: boolean): TemplateResult {
    return html`${isMissed ? html`<andon-mark kind="critical"></andon-mark>` : null} ${percent}&nbsp;%
      <span class="sub">${isMissed ? words.isMissed : words.isMet}</span>`;
  }

  private budget({ budget }: SlaRow): TemplateResult | null {
    if (budget === null) return null;
    const left = budget.remaining_seconds;
    return html`${left < 0 ? words.over(formatSpan(-left * 1000)) : formatSpan(left * 1000)}
      <span class="sub">${words.ofAllowed(formatSpan(budget.allowed_seconds * 1000))}</span>`;
  }

  private row(row: SlaRow): TemplateResult {
    const isMissed = row.budget !== null && !row.budget.is_met;
    return html`<tr class=${isMissed ? "missed" : ""}>
      <td class="whole">
        ${
          row.deleted_at === null
            ? html`<a class="name" href="/services/${row.service_id}">${row.name}</a>`
            : html`<span class="strong">${row.name}</span> <span class="sub">${words.deleted}</span>`
        }
        ${row.group === null ? null : html`<span class="sub">${row.group}</span>`}
      </td>
      <td class="num right strong" data-label=${words.columns.uptime}>${formatUptime(row.uptime_percent)}</td>
      ${this.cell(words.columns.target, row.budget === null ? null : this.target(row.budget.target_percent, isMissed))}
      ${this.cell(words.columns.downtime, spanOrNull(row.downtime_seconds))}
      ${this.cell(words.columns.budget, this.budget(row))}
      ${this.cell(words.columns.degraded, spanOrNull(row.seconds.degraded))}
      ${this.cell(words.columns.maintenance, spanOrNull(row.seconds.maintenance))}
      ${this.cell(words.columns.noData, spanOrNull(row.seconds.no_data))}
    </tr>`;
  }

  private how(report: SlaReport): TemplateResult {
    // Most services count alike; those that don't are named.
    const weights = [...Map.groupBy(report.data, (row) => row.weights.degraded)].toSorted(
      (left, right) => right[1].length - left[1].length,
    );
    const [usual, ...others] = weights;
    return html`<section class="card" aria-labelledby="how">
      <div class="card-head">
        <h2 id="how" class="grow">${words.how}</h2>
        ${
          can("editor")
            ? html`<button class="quiet" @click=${() => void this.settings.ask()}>${words.change}</button>`
            : null
        }
      </div>
      <div class="card-body">
        <dl class="facts">
          <dt>${words.counts.down}</dt>
          <dd>${words.asDowntime(shareWords(1))}</dd>
          <dt>${words.counts.degraded}</dt>
          <dd>
            ${words.asDowntime(shareWords(usual?.[0] ?? 0))}${others.map(
              ([share, rows]) =>
                `; ${words.asDowntimeBy(shareWords(share), rows.map(({ name }) => name).join(", "))}`,
            )}
          </dd>
          <dt>${words.counts.maintenance}</dt>
          <dd>${words.leftOut}</dd>
          <dt>${words.counts.noData}</dt>
          <dd>${words.noDataNote}</dd>
        </dl>
        <p class="sub exact">${words.exact}</p>
      </div>
    </section>`;
  }

  private body(report: SlaReport): TemplateResult {
    const asked = place.value.query.get("group") ?? "";
    const rows = report.data
      .filter(({ group }) => asked === "" || group === asked)
      .toSorted(
        (left, right) =>
          (left.group ?? "\uffff").localeCompare(right.group ?? "\uffff", "en") ||
          left.name.localeCompare(right.name, "en", { numeric: true }),
      );
    if (rows.length === 0)
      return html`<div class="card">
        <andon-empty heading=${words.empty} detail=${words.emptyDetail}></andon-empty>
      </div>`;
    const promised = rows.filter(({ budget }) => budget !== null);
    const met = promised.filter(({ budget }) => budget?.is_met === true).length;
    const { columns } = words;
    return html`<p class="summary">
        ${
          promised.length === 0
            ? null
            : html`<andon-mark kind=${met === promised.length ? "good" : "critical"}></andon-mark>`
        }
        ${words.met(met, promised.length)}
      </p>
      <div class="card scroll" role="region" aria-label=${words.title} tabindex="0">
        <table class="cards">
          <thead>
            <tr>
              <th scope="col">${columns.service}</th>
              ${[columns.uptime, columns.target, columns.downtime, columns.budget, columns.degraded, columns.maintenance, columns.noData].map((column) => html`<th scope="col" class="right">${column}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${rows.map((row) => this.row(row))}
          </tbody>
        </table>
      </div>
      ${this.how(report)}`;
  }

  private range(report: SlaReport): string {
    const { time_zone: zone, from, to, measured_until: until } = report;
    const said = words.of(clockTime(from, zone), clockTime(to, zone), zone);
    return until < to ? `${said} ${words.soFar(clockTime(until, zone))}` : said;
  }

  override render(): TemplateResult {
    const { data } = this.report;
    const month = this.month();
    return html`<div class="page">
      <div class="page-head">
        <h1 class="grow">${words.title}, ${monthName(month)}</h1>
        <div class="actions">
          <button @click=${() => print()}>${words.print}</button>
          <a class="button" href=${reportCsvPath(month)} download
            ><andon-icon name="download"></andon-icon>${words.csv}</a
          >
        </div>
      </div>
      ${data === undefined ? null : html`<p class="intro">${this.range(data)}</p>`} ${this.toolbar(data)}
      ${staleNote(this.report)}
      ${data === undefined ? stateOf(this.report, { failed: words.failed }) : this.body(data)}
      <sla-settings @saved=${() => void this.report.run()}></sla-settings>
    </div>`;
  }
}
