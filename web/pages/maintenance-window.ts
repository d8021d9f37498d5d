// In: a maintenance window's ID. Out: its page: when it comes in words, what it covers, when it is and was; ended
// and deleted from here.
import { LitElement, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import {
  deleteWindow,
  endWindow,
  readOccurrences,
  readWindow,
  type MaintenanceWindow,
  type Occurrence,
} from "../api/maintenance";
import { listProjects } from "../api/projects";
import { listServices } from "../api/services";
import { listMonitorNames } from "../api/watchers";
import { catalog } from "../app/catalog";
import { Follow } from "../app/follow";
import { notify, notifyFailure } from "../app/notices";
import { pageTitle } from "../app/presence";
import { navigate } from "../app/router";
import { can } from "../app/session";
import { Load } from "../controllers/load";
import { Watch } from "../controllers/store";
import "../elements/confirm";
import type { AndonConfirm } from "../elements/confirm";
import "../elements/icon";
import "../elements/mark";
import "../elements/since";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { formatTime } from "../text/format";
import { alertStyles } from "./alert-styles";
import { listStyles } from "./list-styles";
import { machineTitle } from "./machine-words";
import { machineStyles } from "./machine-styles";
import { dayOf, sentenceOf, timeRange, windowMark } from "./maintenance-words";
import { backLink, staleNote, stateOf } from "./page-parts";

const words = text.maintenance;
const EVERY_MS = 30_000;

type Names = ReadonlyMap<string, string>;
const namesById = (rows: readonly { id: string; name: string }[]): Names =>
  new Map(rows.map(({ id, name }) => [id, name]));

interface Shown {
  window: MaintenanceWindow;
  occurrences: Occurrence[];
  services: Names;
  monitors: Names;
  projects: Names;
}

@customElement("page-maintenance-window")
export class PageMaintenanceWindow extends LitElement {
  @property() windowId = "";
  @query("andon-confirm") private readonly confirm!: AndonConfirm;
  private readonly shown = new Load<Shown>(
    this,
    async () => {
      const [window, occurrences, services, monitors, projects] = await Promise.all([
        readWindow(this.windowId),
        readOccurrences(this.windowId),
        listServices(),
        listMonitorNames(),
        listProjects(),
      ]);
      return {
        window,
        occurrences,
        services: namesById(services),
        monitors: namesById(monitors),
        projects: namesById(projects),
      };
    },
    { everyMs: EVERY_MS },
  );

  static override styles = [base, controls, surfaces, listStyles, alertStyles, machineStyles];

  constructor() {
    super();
    new Watch(this, catalog);
    new Follow(
      this,
      ({ subject_id: subject }) => subject === this.windowId,
      () => void this.shown.run(),
    );
  }

  override willUpdate(changed: PropertyValues): void {
    if (changed.has("windowId") && (changed.get("windowId") ?? "") !== "") void this.shown.restart();
    pageTitle.set(this.shown.data?.window.name ?? words.title);
  }

  private async end({ id, name }: MaintenanceWindow): Promise<void> {
    const isSure = await this.confirm.ask({
      heading: words.endTitle(name),
      detail: words.endDetail,
      confirm: words.endNow,
    });
    if (!isSure) return;
    try {
      await endWindow(id);
      notify(words.ended(name));
      await this.shown.run();
    } catch (error) {
      notifyFailure(words.endFailed, error);
    }
  }

  private async deleteWindow({ id, name }: MaintenanceWindow): Promise<void> {
    const isSure = await this.confirm.ask({
      heading: words.page.deleteTitle(name),
      detail: words.page.deleteDetail,
      confirm: words.page.deleteConfirm,
    });
    if (!isSure) return;
    try {
      await deleteWindow(id);
      notify(words.page.deleted(name));
      navigate("/maintenance");
    } catch (error) {
      notifyFailure(words.page.deleteFailed, error);
    }
  }

  private head(window: MaintenanceWindow): TemplateResult {
    return html`<div>
      ${backLink("/maintenance", words.title)}
      <div class="head">
        <andon-mark kind=${windowMark[window.status]} ?outlined=${window.status !== "active"}></andon-mark>
        <div class="title">
          <h1>${window.name}</h1>
          <p class="sub facts-line">
            <span class="strong">${words.statuses[window.status]}</span>
            ${
              window.current === null
                ? window.next === null
                  ? null
                  : html`<span>${formatTime(window.next.starts_at)}</span>`
                : html`<span
                    >${words.endsIn}<andon-since mode="until" .at=${window.current.ends_at}></andon-since
                  ></span>`
            }
          </p>
        </div>
        ${
          can("responder")
            ? html`<div class="actions">
                ${
                  window.status === "active"
                    ? html`<button class="primary" @click=${() => void this.end(window)}>
                        ${words.endNow}
                      </button>`
                    : null
                }
                <a class="button" href="/maintenance/${window.id}/edit"
                  ><andon-icon name="edit"></andon-icon>${text.common.edit}</a
                >
              </div>`
            : null
        }
      </div>
    </div>`;
  }

  private covered({ window, services, monitors, projects }: Shown): TemplateResult {
    const machines: Names = new Map(
      [...catalog.value.machines].map(([id, machine]) => [id, machineTitle(machine)]),
    );
    const rows: [string, readonly string[], Names | null, string | null][] = [
      [words.page.services, window.service_ids, services, "/services"],
      [words.page.groups, window.groups, null, null],
      [words.page.machines, window.machine_ids, machines, "/machines"],
      [words.page.monitors, window.monitor_ids, monitors, "/monitors"],
      [words.page.projects, window.project_ids, projects, null],
    ];
    return html`<section class="card" aria-labelledby="covered">
      <div class="card-head"><h2 id="covered">${words.page.covered}</h2></div>
      <dl class="facts card-body">
        ${rows
          .filter(([, ids]) => ids.length > 0)
          .map(
            ([label, ids, names, room]) =>
              html`<dt>${label}</dt>
                <dd>
                  <ul>
                    ${ids.map((id) => {
                      const name = names?.get(id) ?? id;
                      return html`<li>
                        ${room === null || names?.has(id) !== true ? name : html`<a href="${room}/${id}">${name}</a>`}
                      </li>`;
                    })}
                  </ul>
                </dd>`,
          )}
      </dl>
    </section>`;
  }

  private times(window: MaintenanceWindow, occurrences: readonly Occurrence[]): TemplateResult {
    return html`<section class="card scroll" aria-labelledby="times">
      <div class="card-head"><h2 id="times">${words.page.times}</h2></div>
      <table>
        <tbody>
          ${occurrences.map(
            (occurrence) =>
              html`<tr>
                <td>${dayOf(occurrence.starts_at)}</td>
                <td class="num">
                  ${timeRange(
                    occurrence.started_at ?? occurrence.starts_at,
                    occurrence.ended_at ?? occurrence.ends_at,
                  )}
                </td>
                <td>${words.statuses[occurrence.status] ?? occurrence.status}</td>
              </tr>`,
          )}
        </tbody>
      </table>
      ${window.next === null && window.current === null ? html`<p class="card-body sub">${words.page.none}</p>` : null}
    </section>`;
  }

  override render(): TemplateResult {
    const shown = this.shown.data;
    if (shown === undefined)
      return html`<div class="page">
        ${backLink("/maintenance", words.title)}
        ${stateOf(this.shown, { failed: words.page.failed, notFound: words.page.notFound, isWholePage: true })}
      </div>`;
    const { window, occurrences } = shown;
    return html`<div class="page">
      ${this.head(window)} ${staleNote(this.shown)}
      <div class="columns">
        <div class="main">
          <section class="card" aria-labelledby="when">
            <div class="card-head"><h2 id="when">${words.page.when}</h2></div>
            <div class="card-body">
              <p class="strong">${sentenceOf(window)}</p>
              ${window.description === "" ? null : html`<p class="instruction">${window.description}</p>`}
            </div>
          </section>
          ${this.times(window, occurrences)}
        </div>
        <div class="aside">
          ${this.covered(shown)}
          <section class="card" aria-labelledby="facts">
            <div class="card-head"><h2 id="facts">${words.page.facts}</h2></div>
            <dl class="facts card-body">
              <dt>${words.page.by}</dt>
              <dd>${window.created_by} <span class="sub">${formatTime(window.created_at)}</span></dd>
            </dl>
          </section>
          ${
            can("responder")
              ? html`<p>
                  <button class="link danger" @click=${() => void this.deleteWindow(window)}>
                    ${words.page.delete}
                  </button>
                </p>`
              : null
          }
        </div>
      </div>
      <andon-confirm></andon-confirm>
    </div>`;
  }
}
