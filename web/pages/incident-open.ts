// In: the services, and those concerned. Out: the dialog that opens an incident.
import { LitElement, html, nothing, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { ApiError } from "../api/client";
import { openIncident, type IncidentDetail, type IncidentSeverity, type SaidStatus } from "../api/incidents";
import type { Service } from "../api/services";
import { notify } from "../app/notices";
import "../elements/check-list";
import "../elements/dialog";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { choiceStyles, saidField, severityField } from "./incident-fields";

const words = text.incidents.form;

/** Fires `opened` with the incident. */
@customElement("incident-open")
export class IncidentOpen extends LitElement {
  @state() private isOpen = false;
  @state() private services: readonly Service[] = [];
  @state() private serviceIds: readonly string[] = [];
  @state() private severity: IncidentSeverity = "major";
  @state() private said: SaidStatus = null;
  @state() private problem = "";
  @state() private fault = "";
  @state() private isBusy = false;
  @query("form") private readonly form!: HTMLFormElement;

  static override styles = [base, controls, surfaces, choiceStyles];

  ask(services: readonly Service[], serviceIds: readonly string[]): void {
    this.services = services;
    this.serviceIds = serviceIds;
    this.severity = "major";
    this.said = null;
    this.problem = "";
    this.fault = "";
    this.isOpen = true;
  }

  private close(): void {
    this.isOpen = false;
  }

  private async save(event: Event): Promise<void> {
    event.preventDefault();
    const data = new FormData(this.form);
    this.isBusy = true;
    this.problem = "";
    this.fault = "";
    try {
      const incident = await openIncident({
        title: String(data.get("title")).trim(),
        severity: this.severity,
        service_ids: [...this.serviceIds],
        message: String(data.get("message")).trim(),
        service_status: this.serviceIds.length === 0 ? null : this.said,
        public: data.get("public") === "on",
      });
      notify(words.opened(incident.code), { tone: "good" });
      this.close();
      this.dispatchEvent(new CustomEvent<IncidentDetail>("opened", { detail: incident }));
    } catch (error) {
      this.problem = error instanceof ApiError ? error.message : text.common.unexpected;
      this.fault = (error instanceof ApiError ? error.field : null)?.split(".")[0] ?? "";
    }
    this.isBusy = false;
  }

  private fields(): TemplateResult {
    return html`<div class="field">
        <label for="title">${words.title}</label>
        <input
          id="title"
          name="title"
          maxlength="300"
          required
          autofocus
          autocomplete="off"
          aria-invalid=${this.fault === "title"}
          aria-describedby="title-hint"
        />
        <span class="hint" id="title-hint">${words.titleHint}</span>
      </div>
      ${severityField(this.severity, (severity) => (this.severity = severity))}
      ${
        this.services.length === 0
          ? null
          : html`<andon-check-list
              legend=${words.services}
              hint=${words.servicesHint}
              fault=${this.fault === "service_ids" ? this.problem : ""}
              .choices=${this.services.map(({ id, name, group }) => ({
                value: id,
                label: name,
                ...(group === null ? {} : { detail: group }),
              }))}
              .chosen=${this.serviceIds}
              @chosen=${(event: CustomEvent<string[]>) => (this.serviceIds = event.detail)}
            ></andon-check-list>`
      }
      ${this.serviceIds.length === 0 ? null : saidField(this.said, (said) => (this.said = said))}
      <div class="field">
        <label for="message">${words.message}</label>
        <textarea id="message" name="message" maxlength="10000" aria-describedby="message-hint"></textarea>
        <span class="hint" id="message-hint">${words.messageHint}</span>
      </div>
      <label class="check">
        <input type="checkbox" name="public" checked />
        <span>${words.public} <span class="sub">${words.publicHint}</span></span>
      </label>`;
  }

  override render(): TemplateResult {
    return html`<andon-dialog
      wide
      heading=${text.incidents.add}
      .open=${this.isOpen}
      @dialog-close=${this.close}
    >
      ${
        this.isOpen
          ? html`<form class="form" @submit=${this.save} aria-busy=${this.isBusy ? "true" : nothing}>
              ${this.fields()}
              ${this.problem === "" ? null : html`<p class="note-box critical" role="alert">${this.problem}</p>`}
              <div class="actions">
                <button type="submit" class="primary" ?disabled=${this.isBusy}>
                  ${this.isBusy ? text.common.saving : words.open}
                </button>
                <button type="button" @click=${this.close}>${text.common.cancel}</button>
              </div>
            </form>`
          : null
      }
    </andon-dialog>`;
  }
}
