// In: all machines. Out: the list: status, last values with their age, open alerts; search and filters.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { Alert } from "../api/alerts";
import { ApiError } from "../api/client";
import { approveMachine, createMachine, listMachines, type Machine } from "../api/machines";
import { board } from "../app/board";
import { notify, notifyFailure } from "../app/notices";
import { navigate, place, withParams } from "../app/router";
import { can } from "../app/session";
import { ListKeys } from "../controllers/list-keys";
import { Load } from "../controllers/load";
import { Watch } from "../controllers/store";
import "../elements/dialog";
import "../elements/mark";
import { searchField, searchStyles } from "../elements/search";
import "../elements/since";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { formatValue } from "../text/format";
import { listStyles } from "./list-styles";
import { machineTitle, metricTitle } from "./machine-words";
import { staleNote, stateOf } from "./page-parts";

const words = text.machines;
const EVERY_MS = 10_000;
const VALUES = 3;
const FILTERS = ["all", "online", "offline", "inAlert", "pending"] as const;
type Filter = (typeof FILTERS)[number];

@customElement("page-machines")
export class PageMachines extends LitElement {
  @state() private isAdding = false;
  @state() private addProblem = "";
  @query("#add-form") private readonly form!: HTMLFormElement;
  private readonly machines = new Load(this, listMachines, { everyMs: EVERY_MS });

  static override styles = [
    base,
    controls,
    surfaces,
    searchStyles,
    listStyles,
    css`
      .values {
        display: flex;
        flex-wrap: wrap;
        gap: 0.1rem 1rem;
        font-variant-numeric: tabular-nums;
      }
      .values span {
        white-space: nowrap;
      }
      .values .metric {
        color: var(--ink-2);
        font-size: var(--text-s);
        margin-right: 0.3rem;
      }
      .second {
        display: flex;
        flex-wrap: wrap;
        gap: 0.3rem;
        align-items: center;
        margin-top: 0.1rem;
      }
      td.since {
        white-space: nowrap;
        color: var(--ink-2);
      }
    `,
  ];

  constructor() {
    super();
    new Watch(this, board, place);
    new ListKeys(this);
  }

  private alertsOf(machine: Machine): Alert[] {
    return [...board.value.alerts.values()].filter(
      (alert) => alert.machine_id === machine.id && alert.status !== "resolved",
    );
  }

  private fits(machine: Machine, filter: Filter): boolean {
    if (filter === "pending") return machine.approval === "pending";
    if (filter === "inAlert") return this.alertsOf(machine).length > 0;
    return filter === "all" || machine.status === filter;
  }

  private async approve(machine: Machine): Promise<void> {
    try {
      await approveMachine(machine.id);
      notify(words.approved(machineTitle(machine)), { tone: "good" });
      await this.machines.run();
    } catch (error) {
      notifyFailure(words.approveFailed, error);
    }
  }

  private async add(event: Event): Promise<void> {
    event.preventDefault();
    const data = new FormData(this.form);
    const type = String(data.get("type")).trim();
    try {
      const machine = await createMachine({
        name: String(data.get("name")).trim(),
        ...(type === "" ? {} : { type }),
      });
      this.isAdding = false;
      notify(words.created(machine.name), { tone: "good", href: `/machines/${machine.id}` });
      await this.machines.run();
    } catch (error) {
      this.addProblem = error instanceof ApiError ? error.message : text.common.unexpected;
    }
  }

  private values(machine: Machine): TemplateResult {
    const metrics = machine.metrics.filter((metric) =>
      metric.series.some((each) => each.last_value !== null),
    );
    if (metrics.length === 0) return html`<span class="sub">${words.noValues}</span>`;
    return html`<div class="values">
      ${metrics
        .slice(0, VALUES)
        .map(
          (metric) =>
            html`<span
              ><span class="metric">${metricTitle(metric)}</span>${formatValue(
                metric.series[0]?.last_value ?? null,
                metric.unit,
                metric.decimals,
              )}</span
            >`,
        )}
      ${metrics.length > VALUES ? html`<span class="sub">${words.moreMetrics(metrics.length - VALUES)}</span>` : null}
    </div>`;
  }

  private alertCell(machine: Machine): TemplateResult | null {
    const open = this.alertsOf(machine);
    const worst = (["critical", "warning", "info"] as const).find((severity) =>
      open.some((alert) => alert.severity === severity),
    );
    if (worst === undefined) return null;
    const isWaiting = open.some((alert) => alert.severity === worst && alert.status === "triggered");
    return html`<a class="state plain" href="/machines/${machine.id}">
      <andon-mark kind=${worst} ?outlined=${!isWaiting}></andon-mark>${text.severity[worst]}${
        open.length > 1 ? html` <span class="sub">${text.now.occurrences(open.length)}</span>` : null
      }
    </a>`;
  }

  private status(machine: Machine): TemplateResult {
    if (machine.approval === "pending")
      return can("editor")
        ? html`<button @click=${() => void this.approve(machine)}>${words.approve}</button>`
        : html`<span class="state">${words.pending}</span>`;
    return machine.status === "online"
      ? html`<span class="state sub">${words.online}</span>`
      : html`<span class="state"><andon-mark kind="stale"></andon-mark>${words.offline}</span>`;
  }

  private row(machine: Machine): TemplateResult {
    return html`<tr class="row">
      <td>
        <a class="name" data-row href="/machines/${machine.id}">${machineTitle(machine)}</a>
        <div class="second">
          <span class="sub">${machine.type}</span>
          ${Object.entries(machine.labels).map(([name, value]) => html`<span class="tag">${name}=${value}</span>`)}
        </div>
      </td>
      <td>${this.status(machine)}</td>
      <td class="whole">${this.alertCell(machine)}</td>
      <td class="whole">${this.values(machine)}</td>
      <td class="since whole" data-label=${words.contact}>
        <andon-since mode="ago" .at=${machine.last_contact_at}></andon-since>
      </td>
    </tr>`;
  }

  private list(machines: readonly Machine[]): TemplateResult {
    const filter = FILTERS.find((each) => each === place.value.query.get("show")) ?? "all";
    const q = place.value.query.get("q") ?? "";
    const wanted = q.toLowerCase().split(/\s+/);
    const shown = machines
      .filter((machine) => {
        const wording = [
          machine.name,
          machine.display_name ?? "",
          machine.type,
          ...Object.entries(machine.labels).map((pair) => pair.join("=")),
        ]
          .join(" ")
          .toLowerCase();
        return this.fits(machine, filter) && wanted.every((word) => wording.includes(word));
      })
      .sort((left, right) => machineTitle(left).localeCompare(machineTitle(right), "en", { numeric: true }));
    if (machines.length === 0)
      return html`<div class="card">
        <andon-empty heading=${words.empty} detail=${words.emptyDetail}>
          <a class="button primary" href="/">${text.now.empty.first}</a>
        </andon-empty>
      </div>`;
    return html`<div class="toolbar">
        ${searchField({
          label: words.search,
          value: q,
          onInput: (value) => navigate(withParams({ q: value }), { replace: true }),
        })}
        <div class="chips" role="group" aria-label=${words.status}>
          ${FILTERS.filter(
            (each) =>
              each === "all" || each === filter || machines.some((machine) => this.fits(machine, each)),
          ).map(
            (each) =>
              html`<button
                class="chip"
                aria-pressed=${each === filter}
                @click=${() => navigate(withParams({ show: each === "all" ? null : each }), { replace: true })}
              >
                ${words[each]} ${machines.filter((machine) => this.fits(machine, each)).length}
              </button>`,
          )}
        </div>
      </div>
      <div class="card scroll">
        ${
          shown.length === 0
            ? html`<andon-empty heading=${words.noMatch} detail=${words.noMatchDetail}></andon-empty>`
            : html`<table class="cards">
                <thead>
                  <tr>
                    <th scope="col">${words.name}</th>
                    <th scope="col">${words.status}</th>
                    <th scope="col">${words.alerts}</th>
                    <th scope="col">${words.values}</th>
                    <th scope="col">${words.contact}</th>
                  </tr>
                </thead>
                <tbody>
                  ${repeat(
                    shown,
                    (machine) => machine.id,
                    (machine) => this.row(machine),
                  )}
                </tbody>
              </table>`
        }
      </div>`;
  }

  private addDialog(): TemplateResult {
    return html`<andon-dialog
      heading=${words.add}
      .open=${this.isAdding}
      @dialog-close=${() => (this.isAdding = false)}
    >
      ${
        this.isAdding
          ? html`<form id="add-form" class="form" @submit=${this.add}>
              <p class="sub">${words.addHint}</p>
              <div class="field">
                <label for="name">${words.addName}</label>
                <input
                  id="name"
                  name="name"
                  required
                  maxlength="200"
                  autofocus
                  aria-describedby="name-hint"
                />
                <span class="hint" id="name-hint">${words.addNameHint}</span>
              </div>
              <div class="field">
                <label for="type">${words.addType} <span class="hint">(${text.common.optional})</span></label>
                <input id="type" name="type" maxlength="200" />
              </div>
              ${this.addProblem === "" ? null : html`<p class="note-box critical" role="alert">${this.addProblem}</p>`}
              <div class="actions">
                <button type="submit" class="primary">${words.create}</button>
                <button type="button" @click=${() => (this.isAdding = false)}>${text.common.cancel}</button>
              </div>
            </form>`
          : null
      }
    </andon-dialog>`;
  }

  override render(): TemplateResult {
    return html`<div class="page">
      <div class="page-head">
        <h1 class="grow">${words.title}</h1>
        ${
          can("editor")
            ? html`<button
                @click=${() => {
                  this.addProblem = "";
                  this.isAdding = true;
                }}
              >
                <andon-icon name="plus"></andon-icon>${words.add}
              </button>`
            : null
        }
      </div>
      ${staleNote(this.machines)}
      ${stateOf(this.machines, { failed: words.failed }) ?? this.list(this.machines.data ?? [])}
      ${this.addDialog()}
    </div>`;
  }
}
