// In: all services and how they stood on the last 90 days. Out: the list by group, live: status, since when,
// bars and uptime, narrowed down by state and words.
import { LitElement, html, type TemplateResult } from "lit";
import { customElement, query } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { listServices, readOverview, type Overview, type Service } from "../api/services";
import { Follow, isAbout } from "../app/follow";
import { navigate, place, withParams } from "../app/router";
import { can } from "../app/session";
import { ListKeys } from "../controllers/list-keys";
import { Load } from "../controllers/load";
import { Watch } from "../controllers/store";
import "../elements/day-bars";
import "../elements/icon";
import "../elements/mark";
import { searchField, searchStyles } from "../elements/search";
import "../elements/since";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { formatUptime } from "../text/format";
import { listStyles } from "./list-styles";
import { staleNote, stateOf } from "./page-parts";
import "./service-edit";
import type { ServiceEdit } from "./service-edit";
import { serviceListStyles } from "./service-list-styles";
import "./service-status";
import type { ServiceStatusDialog } from "./service-status";
import {
  countTrouble,
  groupServices,
  isTroubled,
  statusMark,
  worstOf,
  type ServiceGroup,
} from "./service-words";

const words = text.services;
const EVERY_MS = 30_000;
/** Bars change slowly. */
const OVERVIEW_EVERY_MS = 300_000;
/** With more than so many there is a field to look for one. */
const FEW = 8;
const FILTERS = ["all", "trouble", "operational", "maintenance"] as const;
type Filter = (typeof FILTERS)[number];

const fits = (service: Service, filter: Filter): boolean =>
  filter === "all" || (filter === "trouble" ? isTroubled(service) : service.status === filter);

@customElement("page-services")
export class PageServices extends LitElement {
  @query("service-edit") private readonly edit!: ServiceEdit;
  @query("service-status") private readonly status!: ServiceStatusDialog;
  private readonly services = new Load<Service[]>(this, listServices, { everyMs: EVERY_MS });
  private readonly overview = new Load<Overview>(this, readOverview, { everyMs: OVERVIEW_EVERY_MS });

  static override styles = [base, controls, surfaces, listStyles, searchStyles, serviceListStyles];

  constructor() {
    super();
    new Watch(this, place);
    new ListKeys(this, can("editor") ? { n: () => this.create() } : {});
    new Follow(this, isAbout("service", "maintenance"), () => this.refresh());
  }

  private refresh(): void {
    void this.services.run();
    void this.overview.run();
  }

  private create(): void {
    this.edit.ask(null, this.services.data ?? []);
  }

  private bars(service: Service): TemplateResult | null {
    const found = this.overview.data?.data.find(({ service_id: id }) => id === service.id);
    if (found === undefined || this.overview.data === undefined) return null;
    return html`<day-bars
        compact
        name=${service.name}
        .dates=${this.overview.data.dates}
        .days=${found.days}
        .uptime=${found.uptime_percent}
      ></day-bars>
      <span class="num uptime" title=${words.uptimeOf90}
        ><span class="unseen">${words.uptime} ${words.uptimeOf90}: </span
        >${formatUptime(found.uptime_percent)}</span
      >`;
  }

  private row(service: Service): TemplateResult {
    return html`<li class="service ${service.status}">
      <div class="what">
        <andon-mark kind=${statusMark[service.status]}></andon-mark>
        <div class="words">
          <a class="name" data-row href="/services/${service.id}">${service.name}</a>
          <span class="sub">
            <span class=${isTroubled(service) ? "strong" : ""}>${words.statuses[service.status]}</span>
            ${words.since}<andon-since .at=${service.status_since}></andon-since>
            ${service.message === "" ? null : html`<span class="message">· ${service.message}</span>`}
          </span>
        </div>
      </div>
      <div class="past">${this.bars(service)}</div>
      ${
        can("responder")
          ? html`<button
              class="set"
              aria-label="${words.setStatus}: ${service.name}"
              @click=${() => this.status.ask(service)}
            >
              ${words.setStatus}
            </button>`
          : null
      }
    </li>`;
  }

  private group({ name, services }: ServiceGroup, hasOthers: boolean): TemplateResult {
    const worst = worstOf(services);
    return html`<section class="card" aria-label=${name === null ? words.ungrouped : words.groupLabel(name)}>
      ${
        name === null && !hasOthers
          ? null
          : html`<div class="card-head">
              <h2 class="grow">${name ?? words.ungrouped}</h2>
              <span class="state ${worst === "operational" ? "sub" : ""}">
                ${worst === "operational" ? null : html`<andon-mark kind=${statusMark[worst]}></andon-mark>`}
                ${words.statuses[worst]}
              </span>
            </div>`
      }
      <ul>
        ${repeat(
          services,
          ({ id }) => id,
          (service) => this.row(service),
        )}
      </ul>
    </section>`;
  }

  private chips(services: readonly Service[], chosen: Filter): TemplateResult {
    return html`<div class="chips" role="group" aria-label=${words.filter}>
      ${FILTERS.map((filter) => {
        const count = services.filter((service) => fits(service, filter)).length;
        if (count === 0 && filter !== "all" && filter !== chosen) return null;
        return html`<button
          class="chip"
          aria-pressed=${filter === chosen}
          @click=${() => navigate(withParams({ state: filter === "all" ? null : filter }), { replace: true })}
        >
          ${words.filters[filter]} ${count}
        </button>`;
      })}
    </div>`;
  }

  private list(services: readonly Service[]): TemplateResult {
    if (services.length === 0)
      return html`<div class="card">
        <andon-empty heading=${words.empty} detail=${words.emptyDetail}>
          ${can("editor") ? html`<button class="primary" @click=${this.create}>${words.add}</button>` : null}
        </andon-empty>
      </div>`;
    const { query: asked } = place.value;
    const filter = FILTERS.find((each) => each === asked.get("state")) ?? "all";
    const q = asked.get("q") ?? "";
    const wanted = q.toLowerCase().split(/\s+/);
    const named = services.filter(({ name, group, owner }) => {
      const wording = `${name} ${group ?? ""} ${owner ?? ""}`.toLowerCase();
      return wanted.every((word) => wording.includes(word));
    });
    const groups = groupServices(named.filter((service) => fits(service, filter)));
    return html`<div class="toolbar">
        ${
          services.length > FEW || q !== ""
            ? searchField({
                label: words.search,
                value: q,
                onInput: (value) => navigate(withParams({ q: value }), { replace: true }),
              })
            : null
        }
        ${this.chips(named, filter)}
      </div>
      ${
        groups.length === 0
          ? html`<div class="card">
              <andon-empty heading=${words.noneFits}>
                <button @click=${() => navigate("/services", { replace: true })}>${words.showAll}</button>
              </andon-empty>
            </div>`
          : groups.map((group) => this.group(group, groups.length > 1))
      }`;
  }

  private summary(services: readonly Service[]): TemplateResult | null {
    if (services.length === 0) return null;
    const worst = worstOf(services);
    return html`<p class="summary" role="status">
      <andon-mark kind=${statusMark[worst]}></andon-mark>
      ${worst === "operational" ? words.allWell : words.summary(countTrouble(services))}
    </p>`;
  }

  override render(): TemplateResult {
    const { data } = this.services;
    return html`<div class="page">
      <div class="page-head">
        <h1 class="grow">${words.title}</h1>
        ${
          can("editor")
            ? html`<button class="primary" @click=${this.create}>
                <andon-icon name="plus"></andon-icon>${words.add}
              </button>`
            : null
        }
      </div>
      ${data === undefined ? null : this.summary(data)} ${staleNote(this.services)}
      ${data === undefined ? stateOf(this.services, { failed: words.failed }) : this.list(data)}
      <service-status @saved=${() => this.refresh()}></service-status>
      <service-edit @saved=${() => this.refresh()}></service-edit>
    </div>`;
  }
}
