// In: the components of a page. Out: their HTML: groups that fold, the status of each, daily bars, figures.
import { html, type Html } from "../html";
import {
  SHOWN_DAYS,
  UPTIME_WINDOWS,
  type ComponentView,
  type DayView,
  type GroupView,
  type IncidentView,
} from "../view";
import type { PageContext } from "./context";
import { mark } from "./marks";
import { prose } from "./prose";

/** With so few all groups stand open. */
const FEW_COMPONENTS = 12;

/** As `components.css` has it: the older half has no room on a phone. */
const NARROW_DAYS = 45;
const DAY_MS = 86_400_000;

const statusWord = ({ words }: PageContext, { status }: Pick<ComponentView, "status">): Html =>
  html`<span class="status ${status}">${mark(status)}${words.status[status]}</span>`;

const titlesOn = ({ view }: PageContext, { incidentIds }: DayView): string[] => {
  if (incidentIds.length === 0) return [];
  const known = (incidents: readonly IncidentView[]): string[] =>
    incidents.filter(({ id }) => incidentIds.includes(id)).map(({ title }) => title);
  return [...known(view.openIncidents), ...known(view.pastIncidents)];
};

/** How long which state lasted; one word where there is nothing to tell. */
const toldOf = ({ words }: PageContext, day: DayView): string => {
  const parts = [
    day.downSeconds > 0 ? words.dayFor("down", words.duration(day.downSeconds)) : "",
    day.degradedSeconds > 0 ? words.dayFor("degraded", words.duration(day.degradedSeconds)) : "",
    day.maintenanceSeconds > 0 ? words.dayFor("maintenance", words.duration(day.maintenanceSeconds)) : "",
  ].filter((part) => part !== "");
  return parts.length === 0 ? words.dayState[day.state] : parts.join(", ");
};

const isTroubled = ({ state }: DayView): boolean => state === "down" || state === "degraded";

const BAR_CLASS = { operational: "o", degraded: "d", down: "x", maintenance: "m", no_data: "n" } as const;

/** The names of days are the same for all components: written once. */
const dayNames = new WeakMap<PageContext, Map<number, string>>();

const dayName = (context: PageContext, ms: number): string => {
  const names = dayNames.get(context) ?? new Map<number, string>();
  dayNames.set(context, names);
  const known = names.get(ms);
  if (known !== undefined) return known;
  const name = context.when.day(ms);
  names.set(ms, name);
  return name;
};

const bar = (context: PageContext, day: DayView): Html => {
  const titles = titlesOn(context, day);
  const incident = titles.length === 0 ? "" : ` · ${titles.join(" · ")}`;
  return html`<i
    class="${BAR_CLASS[day.state]}"
    title="${dayName(context, day.from)}: ${toldOf(context, day)}${incident}"
  ></i>`;
};

/** On the left below the bars: what lies there, or since when there is anything. */
const beginning = ({ words, when, view }: PageContext, { createdAt }: ComponentView, days: number): string =>
  createdAt > view.builtAt - days * DAY_MS ? words.since(when.day(createdAt)) : words.daysAgo(days);

const bars = (context: PageContext, component: ComponentView): Html => {
  const { words, percent } = context;
  const uptime = component.uptime["90d"];
  const troubled = component.days.filter(isTroubled).length;
  const summary = words.barsSummary(uptime === null ? null : percent(uptime), troubled);
  return html`<div class="bars" role="img" aria-label="${summary}">
      ${component.days.map((day) => bar(context, day))}
    </div>
    <div class="foot">
      <span class="wide">${beginning(context, component, SHOWN_DAYS)}</span>
      <span class="narrow">${beginning(context, component, NARROW_DAYS)}</span>
      <span>${percent(uptime)}</span>
      <span>${words.today}</span>
    </div>`;
};

const figures = (context: PageContext, component: ComponentView): Html => {
  const { words, percent } = context;
  const troubled = component.days.filter(isTroubled).toReversed();
  return html`<details class="figures" id="f-${component.id}">
    <summary>${words.figures}</summary>
    <dl class="windows">
      ${UPTIME_WINDOWS.map(
        (window) =>
          html`<div>
            <dt>${words.uptimeWindow[window]}</dt>
            <dd>${percent(component.uptime[window])}</dd>
          </div>`,
      )}
    </dl>
    ${
      troubled.length > 0 &&
      html`<p class="label">${words.troubledDays}</p>
        <ul class="days">
          ${troubled.map((day) => {
            const titles = titlesOn(context, day);
            return html`<li>
              <span>${dayName(context, day.from)}</span>
              <span>${toldOf(context, day)}${titles.length > 0 && html` · ${titles.join(" · ")}`}</span>
            </li>`;
          })}
        </ul>`
    }
  </details>`;
};

const componentCard = (context: PageContext, component: ComponentView): Html =>
  html`<li class="component" id="c-${component.id}">
    <div class="top">
      ${component.groupId === null ? html`<h3>${component.name}</h3>` : html`<h4>${component.name}</h4>`}${statusWord(context, component)}
    </div>
    ${component.description.trim() !== "" && html`<div class="about">${prose(component.description)}</div>`}
    ${context.view.page.showsUptime && html`${bars(context, component)}${figures(context, component)}`}
  </li>`;

const list = (context: PageContext, components: readonly ComponentView[]): Html =>
  html`<ul class="components">
    ${components.map((component) => componentCard(context, component))}
  </ul>`;

const groupSection = (context: PageContext, group: GroupView): Html => {
  if (group.name === null) return list(context, group.components);
  const isOpen = group.status !== "operational" || context.components.size <= FEW_COMPONENTS;
  return html`<details class="group" id="g-${group.id}" ${isOpen && html` open`}>
    <summary>
      <h3>${group.name}</h3>
      ${statusWord(context, group)}
    </summary>
    ${list(context, group.components)}
  </details>`;
};

export const componentsSection = (context: PageContext): Html | null =>
  context.view.groups.length === 0
    ? null
    : html`<section aria-labelledby="components">
        <h2 id="components">${context.words.components}</h2>
        ${context.view.groups.map((group) => groupSection(context, group))}
      </section>`;
