// In: a maintenance window's ID, or `new`. Out: the form that plans or changes it, with the next five times
// beside it.
import { LitElement, css, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { ApiError } from "../api/client";
import {
  changeWindow,
  createWindow,
  readWindow,
  type MaintenanceWindow,
  type WindowBody,
} from "../api/maintenance";
import { listProjects, type Project } from "../api/projects";
import { listServices, type Service } from "../api/services";
import { listMonitorNames } from "../api/watchers";
import { catalog } from "../app/catalog";
import { notify } from "../app/notices";
import { pageTitle } from "../app/presence";
import { navigate, place } from "../app/router";
import { Load } from "../controllers/load";
import { Watch } from "../controllers/store";
import "../elements/check-list";
import type { CheckChoice } from "../elements/check-list";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { alertStyles } from "./alert-styles";
import { channelEditStyles } from "./channel-edit-styles";
import { listStyles } from "./list-styles";
import { machineTitle } from "./machine-words";
import { emptyTiming, timingDraftOf, timingOf, type TimingDraft } from "./maintenance-draft";
import "./maintenance-next";
import "./maintenance-when";
import { backLink, stateOf } from "./page-parts";

const words = text.maintenance.form;

interface Ground {
  /** Null: a new one. */
  window: MaintenanceWindow | null;
  services: Service[];
  monitors: { id: string; name: string; group: string | null }[];
  projects: Project[];
}

const TARGETS = ["service_ids", "machine_ids", "monitor_ids", "groups", "project_ids"] as const;
type Target = (typeof TARGETS)[number];
type Targets = Record<Target, readonly string[]>;
const NOTHING: Targets = { service_ids: [], machine_ids: [], monitor_ids: [], groups: [], project_ids: [] };

@customElement("page-maintenance-edit")
export class PageMaintenanceEdit extends LitElement {
  @property() windowId = "new";
  @state() private name = "";
  @state() private description = "";
  @state() private timing: TimingDraft = emptyTiming();
  @state() private targets: Targets = NOTHING;
  @state() private problem = "";
  @state() private refusal: ApiError | null = null;
  @state() private isBusy = false;
  private readonly ground = new Load<Ground>(this, async () => {
    const [window, services, monitors, projects] = await Promise.all([
      this.windowId === "new" ? null : readWindow(this.windowId),
      listServices(),
      listMonitorNames(),
      listProjects(),
    ]);
    this.begin(window);
    return { window, services, monitors, projects };
  });

  static override styles = [
    base,
    controls,
    surfaces,
    listStyles,
    alertStyles,
    channelEditStyles,
    css`
      section h2 {
        margin-bottom: 0;
      }
      @media (min-width: 1200px) {
        .times {
          grid-column: 2;
          grid-row: 1 / span 3;
          position: sticky;
          top: var(--space-5);
        }
      }
    `,
  ];

  constructor() {
    super();
    new Watch(this, catalog);
  }

  override willUpdate(changed: PropertyValues): void {
    if (changed.has("windowId") && changed.get("windowId") !== undefined) void this.ground.restart();
    const window = this.ground.data?.window ?? null;
    pageTitle.set(window === null ? words.newTitle : words.editTitle(window.name));
  }

  private begin(window: MaintenanceWindow | null): void {
    this.name = window?.name ?? "";
    this.description = window?.description ?? "";
    this.timing = window === null ? emptyTiming() : timingDraftOf(window);
    const asked = place.value.query.get("service");
    this.targets = window ?? { ...NOTHING, service_ids: asked === null ? [] : [asked] };
  }

  private body(): WindowBody | string {
    const timing = timingOf(this.timing);
    if (timing === null) return text.maintenance.preview.incomplete;
    if (TARGETS.every((target) => this.targets[target].length === 0)) return words.nothing;
    return {
      name: this.name.trim(),
      description: this.description.trim(),
      ...timing,
      service_ids: [...this.targets.service_ids],
      machine_ids: [...this.targets.machine_ids],
      monitor_ids: [...this.targets.monitor_ids],
      groups: [...this.targets.groups],
      project_ids: [...this.targets.project_ids],
    };
  }

  private async save(event: Event, window: MaintenanceWindow | null): Promise<void> {
    event.preventDefault();
    const body = this.body();
    this.problem = typeof body === "string" ? body : "";
    if (typeof body === "string") return;
    this.isBusy = true;
    try {
      const saved = window === null ? await createWindow(body) : await changeWindow(window.id, body);
      notify(window === null ? words.created(saved.name) : words.saved(saved.name), { tone: "good" });
      navigate(`/maintenance/${saved.id}`);
    } catch (error) {
      this.problem = error instanceof ApiError ? error.message : text.common.unexpected;
    }
    this.isBusy = false;
  }

  private list(
    target: Target,
    legend: string,
    choices: readonly CheckChoice[],
    hint = "",
  ): TemplateResult | null {
    const chosen = this.targets[target];
    if (choices.length === 0 && chosen.length === 0) return null;
    return html`<andon-check-list
      legend=${legend}
      hint=${hint}
      .choices=${choices}
      .chosen=${chosen}
      @chosen=${(event: CustomEvent<string[]>) => {
        this.targets = { ...this.targets, [target]: event.detail };
        this.problem = "";
      }}
    ></andon-check-list>`;
  }

  private what({ services, monitors, projects }: Ground): TemplateResult {
    const named = ({
      id,
      name,
      group,
    }: {
      id: string;
      name: string;
      group?: string | null;
    }): CheckChoice => ({
      value: id,
      label: name,
      ...(group === undefined || group === null ? {} : { detail: group }),
    });
    const groups = [...new Set([...services, ...monitors].flatMap(({ group }) => group ?? []))].toSorted();
    const machines = [...catalog.value.machines.values()].map((machine) => ({
      value: machine.id,
      label: machineTitle(machine),
      detail: machine.type,
    }));
    return html`<section class="card pad" aria-labelledby="what">
      <h2 id="what">${words.sections.what}</h2>
      ${this.list("service_ids", words.services, services.map(named))}
      ${this.list("machine_ids", words.machines, machines)}
      ${this.list("monitor_ids", words.monitors, monitors.map(named))}
      ${this.list(
        "groups",
        words.groups,
        groups.map((group) => ({ value: group, label: group })),
        words.groupsHint,
      )}
      ${projects.length < 2 ? null : this.list("project_ids", words.projects, projects.map(named))}
    </section>`;
  }

  private form(ground: Ground): TemplateResult {
    const { window } = ground;
    const back = window === null ? "/maintenance" : `/maintenance/${window.id}`;
    return html`<form @submit=${(event: Event) => void this.save(event, window)}>
      <section class="card pad" aria-labelledby="when">
        <div class="field">
          <label for="name">${words.name}</label>
          <input
            id="name"
            required
            maxlength="200"
            autocomplete="off"
            placeholder=${words.namePlaceholder}
            .value=${this.name}
            @input=${(event: InputEvent) => (this.name = (event.target as HTMLInputElement).value)}
          />
        </div>
        <div class="field">
          <label for="description"
            >${words.description} <span class="sub">${text.common.optional}</span></label
          >
          <textarea
            id="description"
            maxlength="4000"
            aria-describedby="description-hint"
            .value=${this.description}
            @input=${(event: InputEvent) => (this.description = (event.target as HTMLTextAreaElement).value)}
          ></textarea>
          <span class="hint" id="description-hint">${words.descriptionHint}</span>
        </div>
        <h2 id="when">${words.sections.when}</h2>
        <maintenance-when
          .draft=${this.timing}
          @timing=${(event: CustomEvent<TimingDraft>) => {
            this.timing = event.detail;
            this.problem = "";
          }}
        ></maintenance-when>
      </section>
      <section class="card pad times" aria-labelledby="next">
        <h2 id="next">${text.maintenance.preview.title}</h2>
        <maintenance-next
          .timing=${timingOf(this.timing)}
          @refused=${(event: CustomEvent<ApiError | null>) => (this.refusal = event.detail)}
        ></maintenance-next>
      </section>
      ${this.what(ground)}
      <div class="bar">
        <div class="actions">
          <button type="submit" class="primary" ?disabled=${this.isBusy || this.refusal !== null}>
            ${this.isBusy ? text.common.saving : window === null ? words.create : text.common.save}
          </button>
          <a class="button" href=${back}>${text.common.cancel}</a>
        </div>
        <p class="problem" role="alert">${this.problem}</p>
      </div>
    </form>`;
  }

  override render(): TemplateResult {
    const { data } = this.ground;
    const window = data?.window ?? null;
    return html`<div class="page">
      <div>
        ${
          window === null
            ? backLink("/maintenance", text.maintenance.title)
            : backLink(`/maintenance/${window.id}`, window.name)
        }
        <div class="head">
          <div class="title">
            <h1>${window === null ? words.newTitle : words.editTitle(window.name)}</h1>
            <p class="sub">${text.maintenance.intro}</p>
          </div>
        </div>
      </div>
      ${
        data === undefined
          ? stateOf(this.ground, { failed: words.failed, notFound: text.maintenance.page.notFound })
          : this.form(data)
      }
    </div>`;
  }
}
