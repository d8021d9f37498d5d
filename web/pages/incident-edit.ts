// In: an incident. Out: the dialogs that change its title, severity and services, or merge it into another.
import { LitElement, html, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { ApiError } from "../api/client";
import {
  changeIncident,
  mergeIncident,
  type Incident,
  type IncidentDetail,
  type IncidentSeverity,
} from "../api/incidents";
import type { Service } from "../api/services";
import { notify } from "../app/notices";
import "../elements/check-list";
import "../elements/dialog";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { choiceStyles, severityField } from "./incident-fields";

const words = text.incidents.page;

/** Fires `saved` and `merged` with the incident that the server answered. */
@customElement("incident-edit")
export class IncidentEdit extends LitElement {
  @state() private incident: IncidentDetail | null = null;
  @state() private task: "change" | "merge" = "change";
  @state() private services: readonly Service[] = [];
  @state() private others: readonly Incident[] = [];
  @state() private severity: IncidentSeverity = "major";
  @state() private serviceIds: readonly string[] = [];
  @state() private headline = "";
  @state() private into = "";
  @state() private problem = "";
  @state() private isBusy = false;

  static override styles = [base, controls, surfaces, choiceStyles];

  askChange(incident: IncidentDetail, services: readonly Service[]): void {
    this.task = "change";
    this.headline = incident.title;
    this.severity = incident.severity;
    this.serviceIds = incident.service_ids;
    this.services = services;
    this.problem = "";
    this.incident = incident;
  }

  /** `others`: open ones that it may go on in. */
  askMerge(incident: IncidentDetail, others: readonly Incident[]): void {
    this.task = "merge";
    this.others = others;
    this.into = others[0]?.code ?? "";
    this.problem = "";
    this.incident = incident;
  }

  private close(): void {
    this.incident = null;
  }

  private async run(what: "saved" | "merged", work: () => Promise<IncidentDetail>): Promise<void> {
    this.isBusy = true;
    this.problem = "";
    try {
      const code = this.incident?.code ?? "";
      const incident = await work();
      notify(what === "saved" ? words.saved : words.merged(code, this.into), { tone: "good" });
      this.close();
      this.dispatchEvent(new CustomEvent<IncidentDetail>(what, { detail: incident }));
    } catch (error) {
      this.problem = error instanceof ApiError ? error.message : text.common.unexpected;
    }
    this.isBusy = false;
  }

  private change(event: Event): void {
    event.preventDefault();
    const { incident } = this;
    if (incident === null) return;
    // Only what differs: a severity that is set again would be told again.
    const changes = {
      ...(this.headline.trim() === incident.title ? {} : { title: this.headline.trim() }),
      ...(this.severity === incident.severity ? {} : { severity: this.severity }),
      ...(this.serviceIds.join() === incident.service_ids.join()
        ? {}
        : { service_ids: [...this.serviceIds] }),
    };
    if (Object.keys(changes).length === 0) this.close();
    else void this.run("saved", () => changeIncident(incident.id, changes));
  }

  private merge(event: Event): void {
    event.preventDefault();
    const { incident } = this;
    if (incident !== null) void this.run("merged", () => mergeIncident(incident.id, this.into));
  }

  private outcome(confirm: string): TemplateResult {
    return html`${this.problem === "" ? null : html`<p class="note-box critical" role="alert">${this.problem}</p>`}
      <div class="actions">
        <button type="submit" class="primary" ?disabled=${this.isBusy}>
          ${this.isBusy ? text.common.saving : confirm}
        </button>
        <button type="button" @click=${this.close}>${text.common.cancel}</button>
      </div>`;
  }

  private changeForm(): TemplateResult {
    return html`<form class="form" @submit=${this.change}>
      <div class="field">
        <label for="title">${text.incidents.form.title}</label>
        <input
          id="title"
          maxlength="300"
          required
          autofocus
          autocomplete="off"
          .value=${this.headline}
          @input=${(event: InputEvent) => (this.headline = (event.target as HTMLInputElement).value)}
        />
      </div>
      ${severityField(this.severity, (severity) => (this.severity = severity))}
      <andon-check-list
        legend=${text.incidents.form.services}
        hint=${text.incidents.form.servicesHint}
        .choices=${this.services.map(({ id, name, group }) => ({
          value: id,
          label: name,
          ...(group === null ? {} : { detail: group }),
        }))}
        .chosen=${this.serviceIds}
        @chosen=${(event: CustomEvent<string[]>) => (this.serviceIds = event.detail)}
      ></andon-check-list>
      ${this.outcome(text.common.save)}
    </form>`;
  }

  private mergeForm(): TemplateResult {
    if (this.others.length === 0)
      return html`<div class="form">
        <p>${words.mergeNone}</p>
        <div class="actions"><button @click=${this.close}>${text.common.close}</button></div>
      </div>`;
    return html`<form class="form" @submit=${this.merge}>
      <p>${words.mergeDetail}</p>
      <div class="field">
        <label for="into">${words.mergeInto}</label>
        <select
          id="into"
          autofocus
          @change=${(event: Event) => (this.into = (event.target as HTMLSelectElement).value)}
        >
          ${this.others.map(
            ({ code, title }) =>
              html`<option value=${code} ?selected=${code === this.into}>${code}: ${title}</option>`,
          )}
        </select>
      </div>
      ${this.outcome(words.mergeConfirm)}
    </form>`;
  }

  override render(): TemplateResult {
    const { incident, task } = this;
    return html`<andon-dialog
      ?wide=${task === "change"}
      heading=${task === "change" ? words.editTitle : words.mergeTitle(incident?.code ?? "")}
      .open=${incident !== null}
      @dialog-close=${this.close}
    >
      ${incident === null ? null : task === "change" ? this.changeForm() : this.mergeForm()}
    </andon-dialog>`;
  }
}
