// In: a service and what is known of it. Out: the cards of its page: uptime, open incidents, who says what, facts.
import { html, type TemplateResult } from "lit";
import type { Incident } from "../api/incidents";
import type { Service, Uptime } from "../api/services";
import type { Watcher } from "../api/watchers";
import { catalog } from "../app/catalog";
import type { Load } from "../controllers/load";
import "../elements/day-bars";
import "../elements/mark";
import "../elements/since";
import { text } from "../text/en";
import { formatDay, formatPercent, formatSpan, formatUptime } from "../text/format";
import { incidentMark } from "./incident-words";
import { machineTitle } from "./machine-words";
import type { Stood } from "./service";
import { feedDraftOf } from "./service-feeds";
import { sourceHref, sourceWords, statusMark } from "./service-words";

const words = text.services.page;

const spanOf = (seconds: number): string => formatSpan(seconds * 1000);

const budgetOf = ({ budget }: Uptime): TemplateResult | null => {
  if (budget === null) return null;
  const {
    allowed_seconds: allowed,
    used_seconds: used,
    remaining_seconds: left,
    target_percent: target,
  } = budget;
  const share = allowed === 0 ? (used > 0 ? 1 : 0) : Math.min(1, used / allowed);
  return html`<div class="budget ${left < 0 ? "over" : ""}">
    <div class="line">
      <span class="strong">${words.budget} <span class="sub">${words.target(`${target}\u00a0%`)}</span></span>
      <span class="left"
        >${
          left < 0
            ? words.budgetOver(spanOf(-left), spanOf(allowed))
            : words.budgetLeft(spanOf(left), spanOf(allowed))
        }</span
      >
    </div>
    <svg class="gauge" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
      <rect width=${share * 100} height="1"></rect>
    </svg>
  </div>`;
};

const totalOf = (stood: Stood): number | null =>
  stood.windows.find(({ window }) => window === "90d")?.uptime.uptime_percent ?? null;

export const uptimeCard = (service: Service, { data, error }: Load<Stood>): TemplateResult => {
  if (data === undefined)
    return html`<section class="card pad loading" aria-busy=${error === undefined}>
      ${
        error === undefined
          ? html`<span class="unseen">${text.common.loading}</span>`
          : html`<p role="alert">${error.message}</p>`
      }
    </section>`;
  return html`<section class="card" aria-labelledby="stands">
    <div class="card-head"><h2 id="stands">${words.stands}</h2></div>
    <dl class="figures">
      ${data.windows.map(
        ({ window, uptime }) =>
          html`<div>
            <dt>${words.windows[window]}</dt>
            <dd>
              ${uptime.uptime_percent === null ? html`<span class="sub">${words.noUptime}</span>` : formatUptime(uptime.uptime_percent)}
            </dd>
          </div>`,
      )}
    </dl>
    <div class="card-body">
      <day-bars
        name=${service.name}
        .dates=${data.days.data.map(({ date }) => date)}
        .days=${data.days.data}
        .uptime=${totalOf(data)}
      ></day-bars>
    </div>
    ${budgetOf(data.month)}
  </section>`;
};

export const incidentsCard = (service: Service, incidents: readonly Incident[]): TemplateResult | null => {
  if (incidents.length === 0) return null;
  return html`<section class="card" aria-labelledby="incidents">
    <div class="card-head">
      <h2 id="incidents" class="grow">${words.incidents}</h2>
      <a class="sub" href="/incidents?show=all&service=${service.id}">${words.allIncidents}</a>
    </div>
    <ul class="incidents">
      ${incidents.map(
        (incident) =>
          html`<li>
            <andon-mark kind=${incidentMark[incident.severity]}></andon-mark>
            <div>
              <a class="name" href="/incidents/${incident.code}">${incident.title}</a>
              <span class="sub">
                ${text.incidents.severities[incident.severity]} · ${text.incidents.statuses[incident.status]}
                · ${incident.code}
              </span>
            </div>
            <span class="sub"><andon-since .at=${incident.since}></andon-since></span>
          </li>`,
      )}
    </ul>
  </section>`;
};

/** Machines by name, alerts of which kind: what the service follows by itself. */
const followed = (service: Service): TemplateResult[] => {
  const { machineIds, withAlerts, rest } = feedDraftOf(service.status_from);
  const machines = machineIds.map((id) => {
    const machine = catalog.value.machines.get(id);
    return html`<li>
      <a href="/machines/${encodeURIComponent(id)}">${machine === undefined ? id : machineTitle(machine)}</a>
      <span class="sub">${withAlerts ? words.machineWithAlerts : words.machine}</span>
    </li>`;
  });
  return rest.length === 0 ? machines : [...machines, html`<li>${words.otherAlerts}</li>`];
};

export const saysCard = (service: Service, watchers: readonly Watcher[]): TemplateResult =>
  html`<section class="card" aria-labelledby="says">
    <div class="card-head"><h2 id="says">${words.says}</h2></div>
    <div class="card-body">
      ${
        service.sources.length === 0
          ? html`<p class="says sub">${words.saysNothing}</p>`
          : html`<ul class="says">
              ${service.sources.map(({ source, status, message, since }) => {
                const href = sourceHref(source);
                return html`<li>
                  <andon-mark kind=${statusMark[status]}></andon-mark>
                  <div>
                    <span class="strong">${text.services.statuses[status]}</span>
                    ${href === null ? sourceWords(source) : html`<a href=${href}>${sourceWords(source)}</a>`}
                    <p class="sub">
                      <andon-since mode="ago" .at=${since}></andon-since
                      >${message === "" ? null : html` · ${message}`}
                    </p>
                  </div>
                </li>`;
              })}
            </ul>`
      }
      <h3>${words.watches}</h3>
      ${
        watchers.length + service.status_from.length === 0
          ? html`<p class="sub">${words.watchesNothing}</p>`
          : html`<ul class="needs">
              ${watchers.map(
                ({ kind, id, name }) =>
                  html`<li>
                    <a href="${kind === "monitor" ? "/monitors" : "/receivers"}/${id}">${name}</a>
                    <span class="sub">${text.services.sources[kind]}</span>
                  </li>`,
              )}
              ${followed(service)}
            </ul>`
      }
    </div>
  </section>`;

const linksTo = (services: readonly Service[]): TemplateResult =>
  html`<ul class="needs">
    ${services.map(
      (service) =>
        html`<li>
          <a href="/services/${service.id}">${service.name}</a>
          ${service.status === "operational" ? null : html`<span class="sub">${text.services.statuses[service.status]}</span>`}
        </li>`,
    )}
  </ul>`;

export const factsCard = (service: Service, services: readonly Service[]): TemplateResult => {
  const needs = services.filter(({ id }) => service.depends_on.includes(id));
  const neededBy = services.filter(({ depends_on: ids }) => ids.includes(service.id));
  const row = (label: string, value: unknown): TemplateResult | null =>
    value === null || value === ""
      ? null
      : html`<dt>${label}</dt>
          <dd>${value}</dd>`;
  return html`<section class="card" aria-labelledby="facts">
    <div class="card-head"><h2 id="facts">${words.facts}</h2></div>
    <dl class="facts card-body">
      ${row(words.description, service.description)} ${row(words.group, service.group)}
      ${row(words.owner, service.owner)} ${row(words.dependsOn, needs.length === 0 ? null : linksTo(needs))}
      ${row(words.neededBy, neededBy.length === 0 ? null : linksTo(neededBy))}
      ${row(
        words.weight,
        service.degraded_weight === null ? null : words.weightOf(formatPercent(service.degraded_weight)),
      )}
      ${row(words.since, formatDay(service.created_at))}
    </dl>
  </section>`;
};
