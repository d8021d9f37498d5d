// In: an incident and what happened to it. Out: the cards of its page: updates, facts, services, everything that happened.
import { html, type TemplateResult } from "lit";
import type { IncidentDetail, IncidentEvent, IncidentUpdate } from "../api/incidents";
import type { Service } from "../api/services";
import "../elements/mark";
import "../elements/since";
import "../elements/timeline";
import { text } from "../text/en";
import { formatFullTime, formatTime } from "../text/format";
import { incidentItems } from "./incident-words";
import { sourceHref, sourceWords, statusMark } from "./service-words";

const words = text.incidents.page;
/** So many does the server send with the incident. */
const MOST_UPDATES = 50;

const time = (at: string): TemplateResult =>
  html`<time datetime=${at} title=${formatFullTime(at)}>${formatTime(at)}</time>`;

const update = (each: IncidentUpdate): TemplateResult =>
  html`<li class=${each.public ? "" : "private"}>
    <andon-mark kind=${each.status === "resolved" ? "good" : "plain"} outlined></andon-mark>
    <div>
      <p class="said-by">
        <span class="strong">${text.incidents.statuses[each.status]}</span>
        <span class="tag">${each.public ? words.publicTag : words.privateTag}</span>
        <span class="sub">${text.alert.by(each.by)}</span>
      </p>
      ${each.message === "" ? null : html`<p class="message">${each.message}</p>`}
    </div>
    <span class="sub num">${time(each.at)}</span>
  </li>`;

export const updatesCard = (incident: IncidentDetail): TemplateResult =>
  html`<section class="card" aria-labelledby="updates">
    <div class="card-head"><h2 id="updates">${words.updates}</h2></div>
    <ol class="updates">
      ${incident.updates.map(update)}
    </ol>
    ${incident.updates.length >= MOST_UPDATES ? html`<p class="card-body sub">${words.moreUpdates}</p>` : null}
  </section>`;

export const eventsCard = (incident: IncidentDetail, events: readonly IncidentEvent[]): TemplateResult =>
  html`<details class="card events">
    <summary><h2>${words.events}</h2></summary>
    <div class="card-body">
      <andon-timeline .items=${incidentItems(incident, events)}></andon-timeline>
    </div>
  </details>`;

export const servicesCard = (incident: IncidentDetail, services: readonly Service[]): TemplateResult =>
  html`<section class="card" aria-labelledby="services">
    <div class="card-head"><h2 id="services">${words.services}</h2></div>
    <div class="card-body">
      ${
        incident.services.length === 0
          ? html`<p class="sub">${words.noServices}</p>`
          : html`<ul class="concerned">
              ${incident.services.map(({ id, name }) => {
                // Deleted since: what it was called is all that is known.
                const service = services.find((each) => each.id === id);
                return service === undefined
                  ? html`<li>${name}</li>`
                  : html`<li>
                      <andon-mark kind=${statusMark[service.status]}></andon-mark>
                      <a href="/services/${id}">${service.name}</a>
                      <span class="sub">${text.services.statuses[service.status]}</span>
                    </li>`;
              })}
            </ul>`
      }
    </div>
  </section>`;

const answerWord = (code: number): string => (code === 0 ? words.noAnswer : String(code));

export const factsCard = (incident: IncidentDetail): TemplateResult => {
  const { probe, source } = incident;
  const row = (label: string, value: unknown): TemplateResult =>
    html`<dt>${label}</dt>
      <dd>${value}</dd>`;
  const opener = { ...source, id: source.id ?? "" };
  const href = sourceHref(opener);
  const who = sourceWords(opener);
  return html`<section class="card" aria-labelledby="facts">
    <div class="card-head"><h2 id="facts">${words.facts}</h2></div>
    <dl class="facts card-body">
      ${row(words.code, html`<span class="code">${incident.code}</span>`)}
      ${row(words.since, time(incident.opened_at))}
      ${row(words.source, href === null ? who : html`<a href=${href}>${who}</a>`)}
      ${
        // It came in a payload: only what leads to a page elsewhere is a link.
        source.url === null || !/^https?:\/\//i.test(source.url)
          ? null
          : row(
              words.shownAt,
              html`<a href=${source.url} target="_blank" rel="noopener noreferrer">${source.url}</a>`,
            )
      }
      ${incident.reopened_count === 0 ? null : row(words.reopened, words.times(incident.reopened_count))}
      ${
        incident.resolved_at === null
          ? null
          : row(
              words.resolvedAt,
              html`${time(incident.resolved_at)}
              ${incident.auto_resolved ? html`<span class="sub">${words.auto}</span>` : null}`,
            )
      }
      ${
        incident.service_status === null
          ? null
          : row(words.shows, text.services.statuses[incident.service_status])
      }
      ${
        probe === null
          ? null
          : html`${row(words.endpoint, html`<code>${probe.endpoint}</code>`)}
            ${row(words.answer, answerWord(probe.response_code))} ${row(words.region, probe.region)}`
      }
      ${
        incident.final_response_code === null
          ? null
          : row(words.finalAnswer, answerWord(incident.final_response_code))
      }
    </dl>
  </section>`;
};
