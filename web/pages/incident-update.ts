// In: an incident. Out: the form that posts an update of it, beside what the public will read.
import { LitElement, css, html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { ApiError } from "../api/client";
import { updateIncident, type IncidentDetail, type IncidentStatus, type SaidStatus } from "../api/incidents";
import { notify } from "../app/notices";
import "../elements/segments";
import { base, controls, surfaces } from "../styles/shared";
import { pills } from "../styles/pills";
import { text } from "../text/en";
import { saidField } from "./incident-fields";
import "./incident-preview";
import { isOpen } from "./incident-words";

const words = text.incidents.page;
const STATUSES: readonly IncidentStatus[] = ["investigating", "identified", "monitoring", "resolved"];

/** Fires `posted` with the incident as it is then. */
@customElement("incident-update")
export class IncidentUpdateForm extends LitElement {
  @property({ attribute: false }) incident!: IncidentDetail;
  @state() private status: IncidentStatus = "investigating";
  @state() private message = "";
  @state() private isPublic = true;
  /** Undefined: as it is. */
  @state() private said: SaidStatus | undefined;
  @state() private problem = "";
  @state() private isBusy = false;
  @query("textarea") private readonly field!: HTMLTextAreaElement | null;

  static override styles = [
    base,
    controls,
    surfaces,
    pills,
    css`
      :host {
        display: block;
      }
      .both {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 19rem), 1fr));
        gap: var(--space-5);
        align-items: start;
      }
      textarea {
        min-height: 7rem;
        field-sizing: content;
        max-height: 24rem;
      }
      .audience {
        display: grid;
        gap: 0.3rem;
        justify-items: start;
      }
    `,
  ];

  override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("incident");
    if (!changed.has("incident") || before?.id === this.incident.id) {
      // Somebody else may have moved it on: the choice follows where it would not fit any more.
      if (before !== undefined && isOpen(before) !== isOpen(this.incident)) this.begin();
      return;
    }
    this.begin();
    this.message = "";
    this.isPublic = true;
  }

  private begin(): void {
    this.status = isOpen(this.incident) ? this.incident.status : "investigating";
    this.said = undefined;
  }

  override focus(): void {
    this.field?.focus();
  }

  private async post(event: Event): Promise<void> {
    event.preventDefault();
    this.isBusy = true;
    this.problem = "";
    try {
      const incident = await updateIncident(this.incident.id, {
        status: this.status,
        message: this.message.trim(),
        public: this.isPublic,
        ...(this.said === undefined || this.status === "resolved" ? {} : { service_status: this.said }),
      });
      notify(words.posted(incident.code), { tone: "good" });
      this.message = "";
      this.isPublic = true;
      this.status = isOpen(incident) ? incident.status : "investigating";
      this.said = undefined;
      this.dispatchEvent(new CustomEvent<IncidentDetail>("posted", { detail: incident }));
    } catch (error) {
      this.problem = error instanceof ApiError ? error.message : text.common.unexpected;
    }
    this.isBusy = false;
  }

  private button(): string {
    if (this.isBusy) return words.sending;
    if (!isOpen(this.incident)) return words.reopen;
    return this.status === "resolved" ? words.resolve : words.send;
  }

  private statuses(): TemplateResult {
    const choices = STATUSES.filter((status) => isOpen(this.incident) || status !== "resolved");
    return html`<fieldset>
      <legend>${text.incidents.status}</legend>
      <div class="pills">
        ${choices.map(
          (status) =>
            html`<label>
              <input
                type="radio"
                name="status"
                value=${status}
                .checked=${status === this.status}
                @change=${() => (this.status = status)}
              />${text.incidents.statuses[status]}
            </label>`,
        )}
      </div>
    </fieldset>`;
  }

  private form(): TemplateResult {
    const hasServices = this.incident.services.length > 0 && this.status !== "resolved";
    return html`<form class="form" @submit=${this.post}>
      ${this.statuses()}
      <div class="field">
        <label for="message">${words.message}</label>
        <textarea
          id="message"
          maxlength="10000"
          placeholder=${words.placeholder}
          .value=${this.message}
          @input=${(event: InputEvent) => (this.message = (event.target as HTMLTextAreaElement).value)}
        ></textarea>
      </div>
      <div class="audience">
        <andon-segments
          label=${words.audience}
          .value=${this.isPublic ? "public" : "private"}
          .segments=${Object.entries(words.audiences).map(([value, label]) => ({ value, label }))}
          @choose=${(event: CustomEvent<string>) => (this.isPublic = event.detail === "public")}
        ></andon-segments>
        <span class="sub">${this.isPublic ? words.publicHint : words.privateHint}</span>
      </div>
      ${
        hasServices
          ? saidField(
              this.said === undefined ? this.incident.service_status : this.said,
              (said) => (this.said = said),
            )
          : null
      }
      ${this.problem === "" ? null : html`<p class="note-box critical" role="alert">${this.problem}</p>`}
      <div class="actions">
        <button type="submit" class="primary" ?disabled=${this.isBusy}>${this.button()}</button>
      </div>
    </form>`;
  }

  override render(): TemplateResult {
    return html`<section class="card" aria-labelledby="post">
      <div class="card-head"><h2 id="post">${words.post}</h2></div>
      <div class="card-body both">
        ${this.form()}
        <incident-preview
          .incident=${this.incident}
          .draft=${{ status: this.status, message: this.message.trim(), isPublic: this.isPublic }}
        ></incident-preview>
      </div>
    </section>`;
  }
}
