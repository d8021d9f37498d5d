// In: an incident's code, number or ID, as messages link to it. Out: its page, live: updates with what the public
// reads of them, services, notes, post-mortem, who was told and why others were not.
import { LitElement, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import {
  changeIncident,
  listIncidents,
  OPEN_STATUSES,
  readIncident,
  readIncidentEvents,
  type IncidentDetail,
  type IncidentEvent,
} from "../api/incidents";
import { listServices, type Service } from "../api/services";
import { readTold, type Told } from "../api/told";
import { Follow } from "../app/follow";
import { notifyFailure } from "../app/notices";
import { pageTitle } from "../app/presence";
import { can } from "../app/session";
import { Load } from "../controllers/load";
import { Shortcuts } from "../controllers/shortcuts";
import "../elements/icon";
import "../elements/mark";
import "../elements/since";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { alertStyles } from "./alert-styles";
import "./incident-edit";
import type { IncidentEdit } from "./incident-edit";
import { incidentPageStyles } from "./incident-page-styles";
import { eventsCard, factsCard, servicesCard, updatesCard } from "./incident-parts";
import "./incident-text";
import "./incident-update";
import type { IncidentUpdateForm } from "./incident-update";
import { incidentMark, isOpen } from "./incident-words";
import { listStyles } from "./list-styles";
import { machineStyles } from "./machine-styles";
import { backLink, staleNote, stateOf } from "./page-parts";
import "./told-card";

const words = text.incidents;
const EVERY_MS = 30_000;
/** The stream says nothing of messages on their way. */
const TOLD_EVERY_MS = 5_000;
const MOST_POST_MORTEM = 50_000;

interface Shown {
  incident: IncidentDetail;
  services: Service[];
  events: IncidentEvent[];
}

@customElement("page-incident")
export class PageIncident extends LitElement {
  @property() incidentId = "";
  @state() private isReopening = false;
  @query("incident-edit") private readonly edit!: IncidentEdit;
  @query("incident-update") private readonly form!: IncidentUpdateForm | null;

  private readonly shown = new Load<Shown>(
    this,
    async () => {
      const [incident, services, events] = await Promise.all([
        readIncident(this.incidentId),
        listServices(),
        readIncidentEvents(this.incidentId),
      ]);
      return { incident, services, events };
    },
    { everyMs: EVERY_MS },
  );

  private readonly told = new Load<Told[]>(this, () => readTold("incidents", this.incidentId), {
    everyMs: TOLD_EVERY_MS,
  });

  static override styles = [
    base,
    controls,
    surfaces,
    listStyles,
    alertStyles,
    machineStyles,
    incidentPageStyles,
  ];

  constructor() {
    super();
    new Follow(
      this,
      ({ kind, subject_id: subject }) =>
        subject === this.shown.data?.incident.id || kind.startsWith("service."),
      () => this.refresh(),
    );
    new Shortcuts(this, { u: () => this.form?.focus() });
  }

  override willUpdate(changed: PropertyValues): void {
    if (changed.has("incidentId") && (changed.get("incidentId") ?? "") !== "") {
      this.isReopening = false;
      void this.shown.restart();
      void this.told.restart();
    }
    const incident = this.shown.data?.incident;
    pageTitle.set(incident === undefined ? words.title : `${incident.code} ${incident.title}`);
  }

  private refresh(): void {
    void this.shown.run();
    void this.told.run();
  }

  private async askMerge(incident: IncidentDetail): Promise<void> {
    try {
      const open = await listIncidents({ status: OPEN_STATUSES });
      this.edit.askMerge(
        incident,
        open.filter(({ id }) => id !== incident.id),
      );
    } catch (error) {
      notifyFailure(words.failed, error);
    }
  }

  private head({ incident, services }: Shown): TemplateResult {
    const isNow = isOpen(incident);
    const tint = incidentMark[incident.severity];
    return html`<div>
      ${backLink("/incidents", words.title)}
      <div class="head ${isNow ? `waiting ${tint}` : ""}">
        <andon-mark kind=${isNow ? tint : "good"} ?outlined=${!isNow}></andon-mark>
        <div class="title">
          <h1>${incident.title}</h1>
          <p class="sub facts-line">
            <span class="strong">${words.severities[incident.severity]}</span>
            <span>${words.statuses[incident.status]}</span>
            <span class="code">${incident.code}</span>
            <span
              >${isNow ? words.openFor : words.lasted}<andon-since
                .at=${incident.since}
                .to=${incident.resolved_at}
              ></andon-since
            ></span>
          </p>
        </div>
        ${
          can("responder")
            ? html`<div class="actions">
                <button @click=${() => this.edit.askChange(incident, services)}>
                  <andon-icon name="edit"></andon-icon>${words.page.edit}
                </button>
                ${isNow ? html`<button @click=${() => void this.askMerge(incident)}>${words.page.merge}</button>` : null}
              </div>`
            : null
        }
      </div>
    </div>`;
  }

  private posting(incident: IncidentDetail): TemplateResult | null {
    if (!can("responder") || incident.merged_into !== null) return null;
    if (!isOpen(incident) && !this.isReopening)
      return html`<div class="note-box again">
        <span>${words.page.again}</span>
        <button @click=${() => (this.isReopening = true)}>${words.page.againOpen}</button>
      </div>`;
    return html`<incident-update
      .incident=${incident}
      @posted=${() => {
        this.isReopening = false;
        this.refresh();
      }}
    ></incident-update>`;
  }

  private texts(incident: IncidentDetail): TemplateResult {
    const save = async (changes: { engineer_notes?: string; post_mortem?: string | null }): Promise<void> => {
      await changeIncident(incident.id, changes);
      await this.shown.run();
    };
    return html`<incident-text
        heading=${words.page.notes}
        hint=${words.page.notesHint}
        empty=${words.page.notesEmpty}
        .value=${incident.engineer_notes}
        .save=${(value: string) => save({ engineer_notes: value })}
      ></incident-text>
      <incident-text
        heading=${words.page.postMortem}
        hint=${words.page.postMortemHint}
        empty=${words.page.postMortemEmpty}
        most=${MOST_POST_MORTEM}
        .value=${incident.post_mortem ?? ""}
        .save=${(value: string) => save({ post_mortem: value === "" ? null : value })}
      ></incident-text>`;
  }

  override render(): TemplateResult {
    const shown = this.shown.data;
    if (shown === undefined)
      return html`<div class="page">
        ${backLink("/incidents", words.title)}
        ${stateOf(this.shown, { failed: words.page.failed, notFound: words.page.notFound, isWholePage: true })}
      </div>`;
    const { incident, services, events } = shown;
    return html`<div class="page">
      ${this.head(shown)} ${staleNote(this.shown)}
      ${
        incident.merged_into === null
          ? null
          : html`<p class="note-box">
              <span
                >${words.page.mergedInto}<a href="/incidents/${incident.merged_into}"
                  >${words.page.theOther}</a
                >.</span
              >
            </p>`
      }
      <div class="columns">
        <div class="main">
          ${this.posting(incident)} ${updatesCard(incident)} ${this.texts(incident)}
          ${eventsCard(incident, events)}
        </div>
        <div class="aside">
          ${servicesCard(incident, services)} ${factsCard(incident)}
          <told-card
            .events=${this.told.data}
            .failure=${this.told.error?.message ?? ""}
            .subjectId=${incident.id}
          ></told-card>
        </div>
      </div>
      <incident-edit @saved=${() => this.refresh()} @merged=${() => this.refresh()}></incident-edit>
    </div>`;
  }
}
