// In: a monitor's ID. Out: its page, live: how it stands and why, the course of its latency, what was seen, its
// incidents and timeline, where a job reports, and a look that somebody asks for.
import { LitElement, css, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { ApiError } from "../api/client";
import { listIncidents, type Incident } from "../api/incidents";
import {
  changeMonitor,
  deleteMonitor,
  readMonitor,
  readMonitorEvents,
  testMonitor,
  type Monitor,
  type MonitorEvent,
  type Sight,
} from "../api/monitors";
import { listServices } from "../api/services";
import { Follow } from "../app/follow";
import { notify, notifyFailure } from "../app/notices";
import { pageTitle } from "../app/presence";
import { navigate } from "../app/router";
import { can } from "../app/session";
import { Load } from "../controllers/load";
import "../elements/confirm";
import type { AndonConfirm } from "../elements/confirm";
import "../elements/dialog";
import "../elements/icon";
import "../elements/mark";
import "../elements/since";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { alertStyles } from "./alert-styles";
import { listStyles } from "./list-styles";
import { machineStyles } from "./machine-styles";
import "./monitor-course";
import type { MonitorCourse } from "./monitor-course";
import "./monitor-durations";
import { monitorFacts, monitorIncidents, monitorTimeline } from "./monitor-parts";
import "./monitor-reports";
import "./monitor-results";
import "./monitor-sight";
import { isHeartbeat, monitorState, typeWord } from "./monitor-words";
import { backLink, staleNote, stateOf } from "./page-parts";

const words = text.monitors;
const EVERY_MS = 10_000;
const MOST_INCIDENTS = 20;

interface Shown {
  monitor: Monitor;
  serviceName: string | null;
  incidents: Incident[];
  events: MonitorEvent[];
}

@customElement("page-monitor")
export class PageMonitor extends LitElement {
  @property() monitorId = "";
  @query("andon-confirm") private readonly confirm!: AndonConfirm;
  @query("monitor-course") private readonly course!: MonitorCourse | null;
  @state() private isBusy = false;
  @state() private isLooking = false;
  @state() private sight: Sight | null = null;
  @state() private lookProblem = "";
  private readonly shown = new Load<Shown>(
    this,
    async () => {
      const [monitor, incidents, events, services] = await Promise.all([
        readMonitor(this.monitorId),
        listIncidents({ source_id: this.monitorId }),
        readMonitorEvents(this.monitorId),
        listServices(),
      ]);
      const serviceName = services.find(({ id }) => id === monitor.service_id)?.name ?? null;
      return { monitor, serviceName, incidents: incidents.slice(0, MOST_INCIDENTS), events };
    },
    { everyMs: EVERY_MS },
  );

  static override styles = [
    base,
    controls,
    surfaces,
    listStyles,
    alertStyles,
    machineStyles,
    css`
      .main {
        grid-template-columns: minmax(0, 1fr);
      }
      .settings {
        margin-bottom: var(--space-3);
      }
      .incidents li {
        display: grid;
        grid-template-columns: 1.25rem minmax(0, 1fr) auto;
        gap: var(--space-3);
        align-items: start;
        padding: var(--space-2) var(--space-5);
        border-top: 1px solid var(--line);
      }
      .incidents li:first-child {
        border-top: 0;
      }
      .incidents andon-mark {
        --mark: 1.25rem;
      }
      .incidents .name,
      .incidents .name + .sub {
        display: block;
        padding: 0;
        overflow-wrap: anywhere;
      }
      .words {
        overflow-wrap: anywhere;
      }
      @media (max-width: 719px) {
        .incidents li {
          padding-inline: var(--space-4);
        }
      }
    `,
  ];

  constructor() {
    super();
    new Follow(
      this,
      ({ kind, subject_id: subject }) => subject === this.monitorId || kind.startsWith("incident."),
      () => void this.refresh(),
    );
  }

  override willUpdate(changed: PropertyValues): void {
    const before = changed.get("monitorId") as string | undefined;
    if (before !== undefined && before !== "") void this.shown.restart();
    pageTitle.set(this.shown.data?.monitor.name ?? words.title);
  }

  private async refresh(): Promise<void> {
    await Promise.all([this.shown.run(), this.course?.refresh()]);
  }

  private async look({ id }: Monitor): Promise<void> {
    this.isLooking = true;
    this.lookProblem = "";
    try {
      this.sight = await testMonitor(id);
    } catch (error) {
      this.sight = null;
      this.lookProblem = error instanceof ApiError ? error.message : text.common.unexpected;
    }
    this.isLooking = false;
  }

  private async switchOver({ id, name, is_active: isActive }: Monitor): Promise<void> {
    this.isBusy = true;
    try {
      await changeMonitor(id, { is_active: !isActive });
      notify(isActive ? words.paused(name) : words.resumed(name), { tone: isActive ? "plain" : "good" });
      await this.refresh();
    } catch (error) {
      notifyFailure(words.pauseFailed, error);
    }
    this.isBusy = false;
  }

  private async deleteMonitor({ id, name }: Monitor): Promise<void> {
    const question = {
      heading: words.deleteTitle(name),
      detail: words.deleteDetail,
      confirm: words.deleteConfirm,
    };
    if (!(await this.confirm.ask(question))) return;
    try {
      await deleteMonitor(id);
      notify(words.deleted(name));
      navigate("/monitors");
    } catch (error) {
      notifyFailure(words.deleteFailed, error);
    }
  }

  private actions(monitor: Monitor): TemplateResult {
    return html`<div class="actions">
      ${
        can("responder") && !isHeartbeat(monitor)
          ? html`<button ?disabled=${this.isLooking} @click=${() => void this.look(monitor)}>
              <andon-icon name="play"></andon-icon>${this.isLooking ? words.testing : words.test}
            </button>`
          : null
      }
      ${
        can("editor")
          ? html`<button ?disabled=${this.isBusy} @click=${() => void this.switchOver(monitor)}>
                ${monitor.is_active ? words.pause : words.resume}
              </button>
              <a class="button" href="/monitors/${monitor.id}/edit"
                ><andon-icon name="edit"></andon-icon>${text.common.edit}</a
              >`
          : null
      }
    </div>`;
  }

  private head({ monitor }: Shown): TemplateResult {
    const { kind, word } = monitorState(monitor);
    const isDown = monitor.status === "down";
    const reason = monitor.problem ?? (monitor.status === "paused" ? null : monitor.last_result?.reason);
    return html`<div>
      ${backLink("/monitors", words.title)}
      <div class="head ${isDown ? "waiting critical" : ""}">
        <andon-mark kind=${kind}></andon-mark>
        <div class="title">
          <h1>${monitor.name}</h1>
          <p class="sub facts-line">
            <span class="strong">${word}</span>
            <span>${words.since}<andon-since .at=${monitor.status_since}></andon-since></span>
            <span class="words"
              >${typeWord(monitor.type)}${isHeartbeat(monitor) ? "" : ` · ${monitor.endpoint}`}</span
            >
          </p>
          ${reason ? html`<p class="words">${reason}</p>` : null}
        </div>
        ${this.actions(monitor)}
      </div>
    </div>`;
  }

  private lookDialog(): TemplateResult {
    return html`<andon-dialog
      wide
      heading=${words.testTitle}
      .open=${this.sight !== null || this.lookProblem !== ""}
      @dialog-close=${() => {
        this.sight = null;
        this.lookProblem = "";
      }}
    >
      <div class="form">
        ${
          this.sight === null
            ? html`<p class="note-box critical" role="alert">${words.testFailed} ${this.lookProblem}</p>`
            : html`<monitor-sight .sight=${this.sight}></monitor-sight>`
        }
        <p class="sub">${words.testNothing}</p>
      </div>
    </andon-dialog>`;
  }

  override render(): TemplateResult {
    const shown = this.shown.data;
    if (shown === undefined)
      return html`<div class="page">
        ${backLink("/monitors", words.title)}
        ${stateOf(this.shown, { failed: words.monitorFailed, notFound: words.notFound, isWholePage: true })}
      </div>`;
    const { monitor, incidents, events, serviceName } = shown;
    return html`<div class="page">
      ${this.head(shown)} ${staleNote(this.shown)}
      <div class="columns">
        <div class="main">
          ${
            isHeartbeat(monitor)
              ? html`<monitor-reports
                    .monitor=${monitor}
                    @changed=${() => void this.refresh()}
                  ></monitor-reports>
                  <monitor-durations .monitor=${monitor}></monitor-durations>`
              : html`<monitor-course .monitor=${monitor}></monitor-course>`
          }
          <monitor-results .monitor=${monitor}></monitor-results>
        </div>
        <div class="aside">
          ${monitorFacts(monitor, serviceName)} ${monitorIncidents(incidents)} ${monitorTimeline(events)}
          ${
            can("editor")
              ? html`<p>
                  <button class="link danger" @click=${() => void this.deleteMonitor(monitor)}>
                    ${words.delete}
                  </button>
                </p>`
              : null
          }
        </div>
      </div>
      ${this.lookDialog()}
      <andon-confirm></andon-confirm>
    </div>`;
  }
}
