// In: a service's ID. Out: its page, live: how it stands and who says so, the last 90 days, its uptime and
// error budget, open incidents, history, and who was told.
import { LitElement, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { listIncidents, type Incident } from "../api/incidents";
import {
  deleteService,
  listServices,
  readDays,
  readService,
  readUptime,
  type Service,
  type ServiceDays,
  type Uptime,
} from "../api/services";
import { readTold, type Told } from "../api/told";
import { readWatchers, type Watcher } from "../api/watchers";
import { Follow } from "../app/follow";
import { notify, notifyFailure } from "../app/notices";
import { pageTitle } from "../app/presence";
import { navigate } from "../app/router";
import { can } from "../app/session";
import { now } from "../controllers/clock";
import { Load } from "../controllers/load";
import "../elements/confirm";
import type { AndonConfirm } from "../elements/confirm";
import "../elements/icon";
import "../elements/mark";
import "../elements/since";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { alertStyles } from "./alert-styles";
import { listStyles } from "./list-styles";
import { machineStyles } from "./machine-styles";
import { backLink, staleNote, stateOf } from "./page-parts";
import "./service-edit";
import type { ServiceEdit } from "./service-edit";
import "./service-history";
import type { ServiceHistory } from "./service-history";
import { factsCard, incidentsCard, saysCard, uptimeCard } from "./service-parts";
import { servicePageStyles } from "./service-page-styles";
import "./service-status";
import type { ServiceStatusDialog } from "./service-status";
import { isTroubled, statusMark } from "./service-words";
import "./told-card";

const words = text.services;
const EVERY_MS = 30_000;
/** Computed anew from the whole past. */
const UPTIME_EVERY_MS = 300_000;
const TOLD_EVERY_MS = 10_000;
const WINDOWS = ["24h", "7d", "30d", "90d"] as const;

interface Shown {
  service: Service;
  services: Service[];
  incidents: Incident[];
  watchers: Watcher[];
}

export interface Stood {
  days: ServiceDays;
  windows: { window: (typeof WINDOWS)[number]; uptime: Uptime }[];
  /** Of this month. */
  month: Uptime;
}

const thisMonth = (): string => new Date(now()).toISOString().slice(0, 7);

@customElement("page-service")
export class PageService extends LitElement {
  @property() serviceId = "";
  @query("andon-confirm") private readonly confirm!: AndonConfirm;
  @query("service-edit") private readonly edit!: ServiceEdit;
  @query("service-status") private readonly status!: ServiceStatusDialog;
  @query("service-history") private readonly history!: ServiceHistory | null;

  private readonly shown = new Load<Shown>(
    this,
    async () => {
      const [service, services, incidents, watchers] = await Promise.all([
        readService(this.serviceId),
        listServices(),
        listIncidents({ service_id: this.serviceId, status: "investigating,identified,monitoring" }),
        readWatchers(this.serviceId),
      ]);
      return { service, services, incidents, watchers };
    },
    { everyMs: EVERY_MS },
  );

  private readonly stood = new Load<Stood>(
    this,
    async () => {
      const [days, month, ...uptimes] = await Promise.all([
        readDays(this.serviceId),
        readUptime(this.serviceId, { month: thisMonth() }),
        ...WINDOWS.map((window) => readUptime(this.serviceId, { window })),
      ]);
      const windows = WINDOWS.flatMap((window, index) => {
        const uptime = uptimes[index];
        return uptime === undefined ? [] : [{ window, uptime }];
      });
      return { days, month, windows };
    },
    { everyMs: UPTIME_EVERY_MS },
  );

  private readonly told = new Load<Told[]>(this, () => readTold("services", this.serviceId), {
    everyMs: TOLD_EVERY_MS,
  });

  static override styles = [
    base,
    controls,
    surfaces,
    listStyles,
    alertStyles,
    machineStyles,
    servicePageStyles,
  ];

  constructor() {
    super();
    new Follow(
      this,
      ({ kind, subject_id: subject }) => subject === this.serviceId || kind.startsWith("incident."),
      () => this.refresh(),
    );
  }

  override willUpdate(changed: PropertyValues): void {
    if (changed.has("serviceId") && (changed.get("serviceId") ?? "") !== "") {
      void this.shown.restart();
      void this.stood.restart();
      void this.told.restart();
    }
    pageTitle.set(this.shown.data?.service.name ?? words.title);
  }

  private refresh(): void {
    void this.shown.run();
    void this.stood.run();
    void this.told.run();
    void this.history?.refresh();
  }

  private async deleteService(service: Service): Promise<void> {
    if (
      !(await this.confirm.ask({
        heading: words.page.deleteTitle(service.name),
        detail: words.page.deleteDetail,
        confirm: words.page.deleteConfirm,
      }))
    )
      return;
    try {
      await deleteService(service.id);
      notify(words.page.deleted(service.name));
      navigate("/services");
    } catch (error) {
      notifyFailure(words.page.deleteFailed, error);
    }
  }

  private head({ service, services }: Shown): TemplateResult {
    const look = { down: "waiting critical", degraded: "waiting warning" } as Record<string, string>;
    return html`<div>
      ${backLink("/services", words.title)}
      <div class="head ${look[service.status] ?? ""}">
        <andon-mark kind=${statusMark[service.status]} ?outlined=${!isTroubled(service)}></andon-mark>
        <div class="title">
          <h1>${service.name}</h1>
          <p class="sub facts-line">
            <span class="strong">${words.statuses[service.status]}</span>
            <span>${words.since}<andon-since .at=${service.status_since}></andon-since></span>
            ${service.group === null ? null : html`<span>${service.group}</span>`}
            ${service.owner === null ? null : html`<span>${service.owner}</span>`}
          </p>
          ${service.message === "" ? null : html`<p class="instruction">${service.message}</p>`}
        </div>
        <div class="actions">
          ${
            can("responder")
              ? html`<button class="primary" @click=${() => this.status.ask(service)}>
                    ${words.setStatus}
                  </button>
                  <a class="button" href="/incidents?new=${service.id}">${words.page.open}</a>`
              : null
          }
          ${
            can("editor")
              ? html`<button @click=${() => this.edit.ask(service, services)}>
                  <andon-icon name="edit"></andon-icon>${text.common.edit}
                </button>`
              : null
          }
        </div>
      </div>
    </div>`;
  }

  override render(): TemplateResult {
    const shown = this.shown.data;
    if (shown === undefined)
      return html`<div class="page">
        ${backLink("/services", words.title)}
        ${stateOf(this.shown, { failed: words.page.failed, notFound: words.page.notFound, isWholePage: true })}
      </div>`;
    const { service, services, incidents, watchers } = shown;
    return html`<div class="page">
      ${this.head(shown)} ${staleNote(this.shown)}
      <div class="columns">
        <div class="main">
          ${uptimeCard(service, this.stood)} ${incidentsCard(service, incidents)}
          <service-history .serviceId=${service.id}></service-history>
        </div>
        <div class="aside">
          ${saysCard(service, watchers)} ${factsCard(service, services)}
          <told-card
            .events=${this.told.data}
            .failure=${this.told.error?.message ?? ""}
            .subjectId=${service.id}
          ></told-card>
          ${
            can("editor")
              ? html`<p>
                  <button class="link danger" @click=${() => void this.deleteService(service)}>
                    ${words.page.delete}
                  </button>
                </p>`
              : null
          }
        </div>
      </div>
      <service-status @saved=${() => this.refresh()}></service-status>
      <service-edit @saved=${() => this.refresh()}></service-edit>
      <andon-confirm></andon-confirm>
    </div>`;
  }
}
