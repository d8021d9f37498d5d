// In: an incident and the update that is being written. Out: what a status page shows of it, so that nobody
// is surprised by what the public reads.
import { LitElement, css, html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { IncidentDetail, IncidentStatus } from "../api/incidents";
import "../elements/mark";
import { base, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { formatTime } from "../text/format";
import { incidentMark } from "./incident-words";

const words = text.incidents.page;

export interface Draft {
  status: IncidentStatus;
  message: string;
  isPublic: boolean;
}

/** More of them are on the page itself. */
const SHOWN = 3;

@customElement("incident-preview")
export class IncidentPreview extends LitElement {
  @property({ attribute: false }) incident!: IncidentDetail;
  @property({ attribute: false }) draft: Draft | null = null;

  static override styles = [
    base,
    surfaces,
    css`
      :host {
        display: block;
      }
      .frame {
        border: 1px dashed var(--line-2);
        border-radius: var(--radius-m);
        padding: var(--space-4);
        background: var(--bg);
        display: grid;
        gap: var(--space-3);
      }
      .title {
        display: flex;
        gap: 0.6rem;
        align-items: flex-start;
      }
      .title andon-mark {
        --mark: 1.25rem;
      }
      .title p {
        overflow-wrap: anywhere;
      }
      li + li {
        margin-top: var(--space-3);
      }
      .message {
        white-space: pre-line;
        overflow-wrap: anywhere;
      }
      .draft {
        border-left: 3px solid var(--accent);
        padding-left: var(--space-3);
      }
      .label {
        margin-bottom: var(--space-2);
      }
    `,
  ];

  private line(options: { status: IncidentStatus; message: string; at: string | null }): TemplateResult {
    const { status, message, at } = options;
    return html`<li class=${at === null ? "draft" : ""}>
      <span class="strong">${text.incidents.statuses[status]}</span>
      <span class="sub">${at === null ? words.previewNew : formatTime(at)}</span>
      ${
        message === ""
          ? at === null
            ? html`<p class="sub">${words.previewEmpty}</p>`
            : null
          : html`<p class="message">${message}</p>`
      }
    </li>`;
  }

  override render(): TemplateResult {
    const { incident, draft } = this;
    const isShown = draft?.isPublic === true;
    const before = incident.updates.filter((update) => update.public).slice(0, SHOWN);
    return html`<h3 class="label">${words.preview}</h3>
      <div class="frame">
        ${draft !== null && !draft.isPublic ? html`<p class="strong">${words.previewNothing}</p>` : null}
        <div class="title">
          <andon-mark kind=${incidentMark[incident.severity]}></andon-mark>
          <div>
            <p class="strong">${incident.title}</p>
            <p class="sub">
              ${
                incident.services.length === 0
                  ? words.previewNobody
                  : incident.services.map(({ name }) => name).join(", ")
              }
            </p>
          </div>
        </div>
        <ul>
          ${isShown ? this.line({ status: draft.status, message: draft.message, at: null }) : null}
          ${before.map(({ status, message, at }) => this.line({ status, message, at }))}
        </ul>
      </div>`;
  }
}
