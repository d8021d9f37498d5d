// In: incidents and maintenance of a page. Out: their HTML: what is open, what is planned, and what is over,
// by day.
import { html, type Html } from "../html";
import { dateText, localDateOf, startOfDay } from "../../lib/local-days";
import { namesOf, type IncidentView, type MaintenanceView, type PostView, type UpdateView } from "../view";
import type { PageContext } from "./context";
import { prose } from "./prose";

/** Of one recurring window; the others are counted. */
const SHOWN_DATES = 3;
/** Of an incident with more than this, the newest stand open and the others are folded. */
const FOLDED_FROM = 8;
const SHOWN_UPDATES = 5;
const DAY_MS = 86_400_000;

/** Level 3 in a section of its own, level 4 below a day. */
type Level = 3 | 4;

const titleOf = (level: Level, text: string): Html =>
  level === 3 ? html`<h3 class="title">${text}</h3>` : html`<h4 class="title">${text}</h4>`;

const affected = ({ view, words }: PageContext, componentIds: readonly string[]): Html | null => {
  const names = namesOf(view, componentIds);
  return names.length === 0 ? null : html`<p class="affects">${words.affects}: ${names.join(", ")}</p>`;
};

const updateItem = (
  { words, when }: PageContext,
  { status, message, at }: { status: string; message: string; at: number },
): Html =>
  html`<li>
    <strong>${status}</strong>
    ${message.trim() === "" ? html`<p>${words.statusNow(status)}</p>` : prose(message)}
    <p class="at">${when.moment(at)}</p>
  </li>`;

const incidentItem = (context: PageContext, update: UpdateView): Html =>
  updateItem(context, { ...update, status: context.words.incidentStatus[update.status] });

const updateList = (context: PageContext, { id, updates, hasGap }: IncidentView): Html => {
  const items = updates.map((update) => incidentItem(context, update));
  if (hasGap)
    items.splice(-1, 0, html`<li class="gap"><p class="at">${context.words.updatesLeftOut}</p></li>`);
  const shown = items.length > FOLDED_FROM ? SHOWN_UPDATES : items.length;
  return html`<ol class="updates">
      ${items.slice(0, shown)}
    </ol>
    ${
      shown < items.length &&
      html`<details class="earlier" id="u-${id}">
        <summary>${context.words.earlierUpdates}</summary>
        <ol class="updates">
          ${items.slice(shown)}
        </ol>
      </details>`
    }`;
};

const incidentCard = (context: PageContext, incident: IncidentView, level: Level): Html => {
  const { words } = context;
  const state = incident.status === "resolved" ? "over" : incident.severity;
  return html`<article class="event ${state}" id="i-${incident.id}">
    ${titleOf(level, incident.title)}
    <p class="meta">
      <span class="tag">${words.severity[incident.severity]}</span>
      <span class="tag">${words.incidentStatus[incident.status]}</span>
      <span class="code">${incident.code}</span>
    </p>
    ${affected(context, incident.componentIds)}
    ${
      incident.postMortem !== null &&
      html`<div class="post-mortem">
        <p class="label">${words.postMortem}</p>
        ${prose(incident.postMortem)}
      </div>`
    }
    ${updateList(context, incident)}
  </article>`;
};

const maintenanceCard = (
  context: PageContext,
  maintenance: MaintenanceView,
  { level, more = [] }: { level: Level; more?: readonly MaintenanceView[] },
): Html => {
  const { words, when } = context;
  const from = maintenance.startedAt ?? maintenance.startsAt;
  const to = maintenance.endedAt ?? maintenance.endsAt;
  const dates = more.slice(0, SHOWN_DATES);
  const rest = more.length - dates.length;
  return html`<article class="event planned ${maintenance.status}" id="m-${maintenance.id}">
    ${titleOf(level, maintenance.name)}
    <p class="meta">
      <span class="tag"
        >${maintenance.status === "ended" ? words.maintenanceDone : words.maintenanceWord}</span
      >
      ${when.span(from, to)}
    </p>
    ${affected(context, maintenance.componentIds)}
    ${maintenance.description.trim() !== "" && prose(maintenance.description)}
    ${
      dates.length > 0 &&
      html`<ul class="dates">
        ${dates.map((one) => html`<li>${when.span(one.startsAt, one.endsAt)}</li>`)}${rest > 0 && html`<li>${words.moreDates(rest)}</li>`}
      </ul>`
    }
  </article>`;
};

/** Its title is the component: that is what it is about. */
const postCard = (
  context: PageContext,
  { id, componentId, endedAt, updates }: PostView,
  level: Level,
): Html => {
  const { words, components } = context;
  const status = updates[0]?.status ?? "operational";
  return html`<article class="event post ${endedAt === null ? status : "over"}" id="p-${id}">
    ${titleOf(level, components.get(componentId)?.name ?? "")}
    <ol class="updates">
      ${updates.map((update) => updateItem(context, { ...update, status: words.status[update.status] }))}
    </ol>
  </article>`;
};

export const postsSection = (context: PageContext): Html | null => {
  const { openPosts } = context.view;
  if (openPosts.length === 0) return null;
  return html`<section aria-labelledby="posts">
    <h2 id="posts">${context.words.posts}</h2>
    ${openPosts.map((post) => postCard(context, post, 3))}
  </section>`;
};

export const openSection = (context: PageContext): Html | null => {
  const { openIncidents } = context.view;
  if (openIncidents.length === 0) return null;
  return html`<section aria-labelledby="open">
    <h2 id="open">${context.words.openIncidents}</h2>
    ${openIncidents.map((incident) => incidentCard(context, incident, 3))}
  </section>`;
};

export const maintenanceSections = (context: PageContext): Html => {
  const { view, words } = context;
  const byWindow = [...Map.groupBy(view.upcomingMaintenance, ({ windowId }) => windowId).values()];
  return html`${
    view.activeMaintenance.length > 0 &&
    html`<section aria-labelledby="active">
      <h2 id="active">${words.activeMaintenance}</h2>
      ${view.activeMaintenance.map((one) => maintenanceCard(context, one, { level: 3 }))}
    </section>`
  }${
    byWindow.length > 0 &&
    html`<section aria-labelledby="planned">
      <h2 id="planned">${words.upcomingMaintenance}</h2>
      ${byWindow.map(([first, ...more]) => first !== undefined && maintenanceCard(context, first, { level: 3, more }))}
    </section>`
  }`;
};

interface PastEvent {
  at: number;
  card: () => Html;
}

/** What ended after `since`, the latest first, under the day on which it ended. */
export const pastDays = (context: PageContext, since: number): Html | null => {
  const { view, when } = context;
  const events: PastEvent[] = [
    ...view.pastIncidents.map((incident) => ({
      at: incident.resolvedAt ?? incident.updatedAt,
      card: () => incidentCard(context, incident, 4),
    })),
    ...view.pastMaintenance.map((one) => ({
      at: one.endedAt ?? one.endsAt,
      card: () => maintenanceCard(context, one, { level: 4 }),
    })),
    ...view.pastPosts.map((post) => ({ at: post.endedAt ?? 0, card: () => postCard(context, post, 4) })),
  ].filter(({ at }) => at >= since);
  if (events.length === 0) return null;
  const { timeZone } = view.page;
  const days = Map.groupBy(
    events.toSorted((a, b) => b.at - a.at),
    ({ at }) => dateText(localDateOf(timeZone, at)),
  );
  return html`${[...days].map(
    ([date, ofDay]) =>
      html`<section class="day" aria-labelledby="d-${date}">
        <h3 id="d-${date}">${when.day(ofDay[0]?.at ?? 0)}</h3>
        ${ofDay.map(({ card }) => card())}
      </section>`,
  )}`;
};

/** The first moment of the day that lies so many days back, today included. */
export const daysBack = ({ view }: PageContext, days: number): number =>
  startOfDay(
    view.page.timeZone,
    localDateOf(view.page.timeZone, view.builtAt - Math.max(0, days - 1) * DAY_MS),
  );
