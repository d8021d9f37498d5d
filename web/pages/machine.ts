// In: a machine's ID, or its number from a message's link. Out: its page: status, open alerts, and one
// card per metric with chart and the limits of the rules that watch it.
import { LitElement, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import {
  approveMachine,
  deleteMachine,
  listMachines,
  readMachine,
  type Machine,
  type MetricInfo,
} from "../api/machines";
import { board } from "../app/board";
import { catalog, contextOf, refreshCatalog } from "../app/catalog";
import { notify, notifyFailure } from "../app/notices";
import { pageTitle } from "../app/presence";
import { navigate, place, withParams } from "../app/router";
import { can } from "../app/session";
import { Load } from "../controllers/load";
import { Watch } from "../controllers/store";
import "../elements/alert-row";
import "../elements/confirm";
import type { AndonConfirm } from "../elements/confirm";
import "../elements/mark";
import "../elements/segments";
import "../elements/since";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { formatDay } from "../text/format";
import { alertStyles } from "./alert-styles";
import "./alert-actions";
import type { AlertActions } from "./alert-actions";
import { listStyles } from "./list-styles";
import "./machine-edit";
import type { MachineEdit } from "./machine-edit";
import { machineStyles } from "./machine-styles";
import { machineTitle } from "./machine-words";
import "./metric-card";
import { backLink, staleNote, stateOf } from "./page-parts";

const words = text.machines;
const EVERY_MS = 5_000;

@customElement("page-machine")
export class PageMachine extends LitElement {
  @property() machineId = "";
  /** From `/devices/7`, which messages link to. */
  @property() machineNumber = "";
  @query("andon-confirm") private readonly confirm!: AndonConfirm;
  @query("machine-edit") private readonly edit!: MachineEdit;
  @query("alert-actions") private readonly actions!: AlertActions;
  private readonly machine = new Load(this, () => this.read(), { everyMs: EVERY_MS });

  static override styles = [base, controls, surfaces, listStyles, alertStyles, machineStyles];

  constructor() {
    super();
    new Watch(this, board, catalog, place);
  }

  private async read(): Promise<Machine> {
    if (this.machineId !== "") return readMachine(this.machineId);
    const found = (await listMachines()).find((machine) => String(machine.number) === this.machineNumber);
    // An unknown number answers like an unknown ID.
    if (found === undefined) return readMachine(`number-${this.machineNumber}`);
    navigate(`/machines/${found.id}`, { replace: true });
    return found;
  }

  override willUpdate(changed: PropertyValues): void {
    if (changed.has("machineId") && (changed.get("machineId") ?? "") !== "") void this.machine.restart();
    pageTitle.set(this.machine.data === undefined ? words.title : machineTitle(this.machine.data));
  }

  private async approve(machine: Machine): Promise<void> {
    try {
      await approveMachine(machine.id);
      notify(words.approved(machineTitle(machine)), { tone: "good" });
      await this.machine.run();
    } catch (error) {
      notifyFailure(words.approveFailed, error);
    }
  }

  private async deleteMachine(machine: Machine): Promise<void> {
    const name = machineTitle(machine);
    if (
      !(await this.confirm.ask({
        heading: words.deleteTitle(name),
        detail: words.deleteDetail,
        confirm: words.deleteConfirm,
      }))
    )
      return;
    try {
      await deleteMachine(machine.id);
      notify(words.deleted(name));
      void refreshCatalog();
      navigate("/machines");
    } catch (error) {
      notifyFailure(words.deleteFailed, error);
    }
  }

  private head(machine: Machine): TemplateResult {
    const isOffline = machine.status === "offline";
    return html`<div>
      ${backLink("/machines", words.title)}
      <div class="head">
        <div class="title">
          <h1>${machineTitle(machine)}</h1>
          <p class="sub facts-line">
            <span class="state">
              ${isOffline ? html`<andon-mark kind="stale"></andon-mark>` : null}<span class="strong"
                >${isOffline ? words.offline : words.online}</span
              ></span
            >
            <span>${machine.type}</span>
            <span
              >${words.contact} <andon-since mode="ago" .at=${machine.last_contact_at}></andon-since
            ></span>
            ${Object.entries(machine.labels).map(([name, value]) => html`<span class="tag">${name}=${value}</span>`)}
          </p>
        </div>
        ${
          can("editor")
            ? html`<div class="actions">
                <button @click=${() => this.edit.openMachine(machine)}>
                  <andon-icon name="edit"></andon-icon>${words.edit}
                </button>
              </div>`
            : null
        }
      </div>
    </div>`;
  }

  private pendingNote(machine: Machine): TemplateResult | null {
    if (machine.approval !== "pending") return null;
    return html`<div class="note-box">
      <p class="grow">${words.pendingNote}</p>
      ${can("editor") ? html`<button class="primary" @click=${() => void this.approve(machine)}>${words.approve}</button>` : null}
    </div>`;
  }

  private alerts(machine: Machine): TemplateResult | null {
    const open = [...board.value.alerts.values()].filter((alert) => alert.machine_id === machine.id);
    if (open.length === 0) return null;
    return html`<section aria-labelledby="open-alerts">
      <h2 id="open-alerts" class="unseen">${words.openAlerts}</h2>
      <ul class="card list">
        ${repeat(
          open,
          (alert) => alert.id,
          (alert) =>
            html`<li>
              <andon-alert-row
                .alert=${alert}
                .context=${contextOf(alert)}
                .pending=${board.value.pending.get(alert.id) ?? ""}
                .readonly=${!can("responder")}
                @acknowledge=${() => void this.actions.acknowledge([alert.id])}
                @resolve=${() => this.actions.askResolve(alert)}
              ></andon-alert-row>
            </li>`,
        )}
      </ul>
    </section>`;
  }

  private range(): string {
    const wanted = place.value.query.get("range") ?? "";
    return wanted in words.ranges ? wanted : "24h";
  }

  private metrics(machine: Machine): TemplateResult {
    const rules = [...catalog.value.rules.values()];
    return html`<section class="metrics" aria-labelledby="metrics">
      <div class="page-head">
        <h2 id="metrics" class="grow">${words.metrics}</h2>
        <andon-segments
          label=${words.range}
          .value=${this.range()}
          .segments=${Object.entries(words.ranges).map(([value, label]) => ({ value, label }))}
          @choose=${(event: CustomEvent<string>) => navigate(withParams({ range: event.detail === "24h" ? null : event.detail }), { replace: true })}
        ></andon-segments>
      </div>
      ${machine.metrics.length === 0 ? html`<div class="card"><andon-empty heading=${words.noMetrics}></andon-empty></div>` : null}
      <div class="cards">
        ${repeat(
          machine.metrics,
          (metric: MetricInfo) => metric.name,
          (metric: MetricInfo) =>
            html`<metric-card
              .machine=${machine}
              .metric=${metric}
              .range=${this.range()}
              .rules=${rules}
              @edit=${() => this.edit.openMetric(machine, metric)}
            ></metric-card>`,
        )}
      </div>
    </section>`;
  }

  private footer(machine: Machine): TemplateResult {
    return html`<p class="sub footer">
      <span>${words.number(machine.number)}</span>
      <span>${words.sendersName}: <code>${machine.name}</code></span>
      <span>${words.registered} ${formatDay(machine.created_at)}</span>
      ${
        machine.last_heartbeat_at === null
          ? null
          : html`<span
              >${words.heartbeat} <andon-since mode="ago" .at=${machine.last_heartbeat_at}></andon-since
            ></span>`
      }
      ${can("editor") ? html`<button class="link danger" @click=${() => void this.deleteMachine(machine)}>${words.delete}</button>` : null}
    </p>`;
  }

  override render(): TemplateResult {
    const machine = this.machine.data;
    const state = stateOf(this.machine, {
      failed: words.machineFailed,
      notFound: words.notFound,
      isWholePage: true,
    });
    if (machine === undefined || state !== null)
      return html`<div class="page">${backLink("/machines", words.title)} ${state}</div>`;
    return html`<div class="page">
      ${this.head(machine)} ${staleNote(this.machine)} ${this.pendingNote(machine)} ${this.alerts(machine)}
      ${this.metrics(machine)} ${this.footer(machine)}
      <machine-edit @saved=${() => void this.machine.run()}></machine-edit>
      <andon-confirm></andon-confirm>
      <alert-actions></alert-actions>
    </div>`;
  }
}
