// In: a choice of an incident's form. Out: its field. Templates, so that several forms have the same ones.
import { css, html, type TemplateResult } from "lit";
import type { IncidentSeverity, SaidStatus } from "../api/incidents";
import "../elements/mark";
import { text } from "../text/en";
import { incidentMark, SEVERITIES } from "./incident-words";

const words = text.incidents;

export const severityField = (
  chosen: IncidentSeverity,
  onChoose: (severity: IncidentSeverity) => void,
): TemplateResult =>
  html`<fieldset>
    <legend>${words.severity}</legend>
    <div class="choices">
      ${SEVERITIES.map(
        (severity) =>
          html`<label class="choice">
            <input
              type="radio"
              name="severity"
              value=${severity}
              .checked=${severity === chosen}
              @change=${() => onChoose(severity)}
            />
            <andon-mark kind=${incidentMark[severity]}></andon-mark>
            <span
              >${words.severities[severity]} <span class="sub">${words.severityHints[severity]}</span></span
            >
          </label>`,
      )}
    </div>
  </fieldset>`;

const SAID: readonly NonNullable<SaidStatus>[] = ["degraded", "down", "maintenance"];

/** What its services show while it is open. */
export const saidField = (chosen: SaidStatus, onChoose: (status: SaidStatus) => void): TemplateResult =>
  html`<div class="field">
    <label for="service_status">${words.form.shows}</label>
    <select
      id="service_status"
      aria-describedby="service_status-hint"
      @change=${(event: Event) => {
        const { value } = event.target as HTMLSelectElement;
        onChoose(SAID.find((each) => each === value) ?? null);
      }}
    >
      <option value="" ?selected=${chosen === null}>${words.form.leave}</option>
      ${SAID.map(
        (status) =>
          html`<option value=${status} ?selected=${status === chosen}>
            ${text.services.statuses[status]}
          </option>`,
      )}
    </select>
    <span class="hint" id="service_status-hint">${words.form.showsHint}</span>
  </div>`;

export const choiceStyles = css`
  .choices {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 11rem), 1fr));
    gap: var(--space-2);
  }
  .choice {
    display: flex;
    align-items: center;
    gap: 0.55rem;
    min-height: var(--target);
    padding: 0.35rem 0.75rem;
    border: 1px solid var(--line);
    border-radius: var(--radius-s);
    cursor: pointer;
    font-size: var(--text-m);
  }
  .choice:has(:checked) {
    border-color: var(--ink);
    box-shadow: inset 0 0 0 1px var(--ink);
  }
  .choice andon-mark {
    --mark: 1.125rem;
  }
  .choice .sub {
    display: block;
    font-weight: 400;
  }
`;
