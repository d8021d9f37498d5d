// In: the incidents. Out: the list, live: what is being worked on first, narrowed down by state, severity and
// service; opens one that the address asks for.
import { LitElement, html, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { Page } from "../api/client";
import {
  OPEN_STATUSES,
  pageIncidents,
  type Incident,
  type IncidentDetail,
  type IncidentQuery,
} from "../api/incidents";
import { listServices, type Service } from "../api/services";
import { Follow, isAbout } from "../app/follow";
import { notifyFailure } from "../app/notices";
import { navigate, place, withParams } from "../app/router";
import { can } from "../app/session";
import { ListKeys } from "../controllers/list-keys";
import { Load } from "../controllers/load";
import { Watch } from "../controllers/store";
import "../elements/icon";
import "../elements/mark";
import "../elements/segments";
import "../elements/since";
import { base, controls, surfaces } from "../styles/shared";
import { text } from "../text/en";
import { formatFullTime, formatTime } from "../text/format";
import "./incident-open";
import type { IncidentOpen } from "./incident-open";
import { incidentListStyles } from "./incident-styles";
import { incidentMark, isOpen, openedBy, serviceNames, SEVERITIES } from "./incident-words";
import { listStyles } from "./list-styles";
import { staleNote, stateOf } from "./page-parts";

const words = text.incidents;
const EVERY_MS = 30_000;
const PAGE = 50;
const SHOWS = ["open", "resolved", "all"] as const;
type Show = (typeof SHOWS)[number];

const STATUSES: Record<Show, string> = { open: OPEN_STATUSES, resolved: "resolved", all: "" };

/** What the address asks for. */
const askedFor = (): { show: Show; query: IncidentQuery } => {
  const { query } = place.value;
  const show = SHOWS.find((each) => each === query.get("show")) ?? "open";
  return {
    show,
    query: {
      status: STATUSES[show],
      severity: query.get("severity") ?? "",
      service_id: query.get("service") ?? "",
    },
  };
};

@customElement("page-incidents")
export class PageIncidents extends LitElement {
  @query("incident-open") private readonly dialog!: IncidentOpen;
  @state() private older: readonly Incident[] = [];
  /** Undefined: as the first page says. */
  @state() private olderCursor: string | null | undefined;
  private readonly services = new Load<Service[]>(this, listServices);
  private readonly first = new Load<Page<Incident>>(
    this,
    () => pageIncidents({ ...askedFor().query, limit: PAGE, cursor: null }),
    { everyMs: EVERY_MS },
  );
  private shown = JSON.stringify(askedFor());

  static override styles = [base, controls, surfaces, listStyles, incidentListStyles];

  constructor() {
    super();
    new Watch(this, place);
    new ListKeys(this, can("responder") ? { n: () => this.open([]) } : {});
    new Follow(this, isAbout("incident"), () => void this.first.run());
  }

  override willUpdate(): void {
    const asked = JSON.stringify(askedFor());
    if (asked === this.shown) return;
    this.shown = asked;
    this.older = [];
    this.olderCursor = undefined;
    void this.first.restart();
  }

  override updated(): void {
    const wanted = place.value.query.get("new");
    if (wanted === null || this.services.data === undefined || !can("responder")) return;
    navigate(withParams({ new: null }), { replace: true });
    this.open(wanted === "" ? [] : [wanted]);
  }

  private open(serviceIds: readonly string[]): void {
    this.dialog.ask(this.services.data ?? [], serviceIds);
  }

  private cursor(): string | null {
    return this.olderCursor === undefined ? (this.first.data?.next_cursor ?? null) : this.olderCursor;
  }

  private async more(): Promise<void> {
    try {
      const page = await pageIncidents({ ...askedFor().query, limit: PAGE, cursor: this.cursor() });
      this.older = [...this.older, ...page.data];
      this.olderCursor = page.next_cursor;
    } catch (error) {
      notifyFailure(words.moreFailed, error);
    }
  }

  private row(incident: Incident): TemplateResult {
    const isNow = isOpen(incident);
    return html`<li class="incident">
      <andon-mark kind=${incidentMark[incident.severity]} ?quiet=${!isNow}></andon-mark>
      <div class="what">
        <a class="name" data-row href="/incidents/${incident.code}">${incident.title}</a>
        <span class="sub line">
          <span class="strong">${words.severities[incident.severity]}</span>
          <span>${words.statuses[incident.status]}</span>
          ${incident.services.length === 0 ? null : html`<span>${serviceNames(incident)}</span>`}
          <span>${openedBy(incident)}</span>
        </span>
        ${incident.message === "" ? null : html`<span class="message">${incident.message}</span>`}
      </div>
      <div class="when">
        <span>${incident.code}</span>
        <span class="sub">
          ${isNow ? words.openFor : words.lasted}<andon-since
            .at=${incident.since}
            .to=${incident.resolved_at}
          ></andon-since>
        </span>
        ${
          isNow
            ? null
            : html`<time class="sub" datetime=${incident.since} title=${formatFullTime(incident.since)}
                >${formatTime(incident.since)}</time
              >`
        }
      </div>
    </li>`;
  }

  private toolbar(show: Show): TemplateResult {
    const { query } = place.value;
    const pick = (name: string, label: string, any: string, choices: readonly [string, string][]) =>
      html`<select
        class="pick"
        aria-label=${label}
        @change=${(event: Event) => navigate(withParams({ [name]: (event.target as HTMLSelectElement).value }), { replace: true })}
      >
        <option value="">${any}</option>
        ${choices.map(
          ([value, said]) =>
            html`<option value=${value} ?selected=${value === query.get(name)}>${said}</option>`,
        )}
      </select>`;
    return html`<div class="toolbar">
      <andon-segments
        label=${words.filter}
        .value=${show}
        .segments=${SHOWS.map((value) => ({ value, label: words.filters[value] }))}
        @choose=${(event: CustomEvent<string>) => navigate(withParams({ show: event.detail === "open" ? null : event.detail }), { replace: true })}
      ></andon-segments>
      ${pick(
        "severity",
        words.severity,
        words.anySeverity,
        SEVERITIES.map((severity) => [severity, words.severities[severity]]),
      )}
      ${
        (this.services.data ?? []).length === 0
          ? null
          : pick(
              "service",
              words.service,
              words.anyService,
              (this.services.data ?? []).map(({ id, name }) => [id, name]),
            )
      }
    </div>`;
  }

  private empty(show: Show, isFiltered: boolean): TemplateResult {
    const calm = show === "open" && !isFiltered;
    return html`<div class="card">
      <andon-empty
        tone=${calm ? "good" : "plain"}
        heading=${calm ? words.noneOpen : isFiltered ? words.noneFits : words.empty}
        detail=${calm ? words.noneOpenDetail : isFiltered ? "" : words.emptyDetail}
      >
        ${isFiltered ? html`<button @click=${() => navigate("/incidents?show=all", { replace: true })}>${words.showAll}</button>` : null}
      </andon-empty>
    </div>`;
  }

  private list(page: Page<Incident>): TemplateResult {
    const { show, query } = askedFor();
    const incidents = [...page.data, ...this.older];
    if (incidents.length === 0) return this.empty(show, query.severity !== "" || query.service_id !== "");
    // Among all of them, what is being worked on stands first.
    const inOrder = incidents.toSorted((left, right) => Number(isOpen(right)) - Number(isOpen(left)));
    return html`<div class="card">
      <ul>
        ${repeat(
          inOrder,
          ({ id }) => id,
          (incident) => this.row(incident),
        )}
      </ul>
      ${
        this.cursor() === null
          ? null
          : html`<div class="more">
              <button @click=${() => void this.more()}>${text.common.more}</button>
            </div>`
      }
    </div>`;
  }

  override render(): TemplateResult {
    const { data } = this.first;
    return html`<div class="page">
      <div class="page-head">
        <h1 class="grow">${words.title}</h1>
        ${
          can("responder")
            ? html`<button class="primary" @click=${() => this.open([])}>
                <andon-icon name="plus"></andon-icon>${words.add}
              </button>`
            : null
        }
      </div>
      ${this.toolbar(askedFor().show)} ${staleNote(this.first)}
      ${data === undefined ? stateOf(this.first, { failed: words.failed }) : this.list(data)}
      <incident-open
        @opened=${({ detail }: CustomEvent<IncidentDetail>) => navigate(`/incidents/${detail.code}`)}
      ></incident-open>
    </div>`;
  }
}
