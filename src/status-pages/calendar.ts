// In: the view of a page. Out: planned work as a calendar that others subscribe to (RFC 5545): what is to come,
// what is under way, and what was.
import { placeOfMaintenance } from "./places";
import type { Family } from "./shelf";
import { wordsOf } from "./text";
import { type MaintenanceView, namesOf, type PageView } from "./view";

/** How long a calendar may rest before it looks again. */
const REST_SECONDS = 3_600;
/** An end has to be later than its beginning, by the second. */
const SHORTEST_MS = 1_000;
/** Of what is over: enough to look it up, and little enough to be fetched every hour. */
const MOST_PAST = 100;

// oxlint-disable-next-line no-control-regex -- lines of a calendar end with them
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

const clean = (text: string): string =>
  text.toWellFormed().replaceAll("\r\n", "\n").replace(CONTROLS, "\ufffd");

/** The package writes the calendar's name as it is. */
const escapeName = (name: string): string =>
  clean(name)
    .replace(/\s+/g, " ")
    .replace(/[\\;,]/g, "\\$&");

const describe = (view: PageView, { description, componentIds }: MaintenanceView): string => {
  const names = namesOf(view, componentIds);
  return [
    ...(description === "" ? [] : [description]),
    ...(names.length === 0 ? [] : [`${wordsOf(view.page.language).affects}: ${names.join(", ")}`]),
  ].join("\n\n");
};

/** As it went where it did, else as planned. */
const rangeOf = ({ startsAt, endsAt, startedAt, endedAt }: MaintenanceView) => {
  const start = startedAt ?? startsAt;
  return { start: new Date(start), end: new Date(Math.max(endedAt ?? endsAt, start + SHORTEST_MS)) };
};

const render = async (view: PageView): Promise<string> => {
  const { default: createCalendar, ICalEventStatus, ICalEventTransparency } = await import("ical-generator");
  const { page } = view;
  const calendar = createCalendar({
    name: escapeName(wordsOf(page.language).feeds.calendarTitle(page.title)),
    prodId: { company: "Andon", product: "Andon", language: page.language.toUpperCase() },
    ttl: REST_SECONDS,
    scale: "gregorian",
  });
  for (const one of [
    ...view.activeMaintenance,
    ...view.upcomingMaintenance,
    ...view.pastMaintenance.slice(0, MOST_PAST),
  ]) {
    const changedAt = new Date(one.updatedAt);
    calendar.createEvent({
      id: one.id,
      ...rangeOf(one),
      summary: clean(one.name),
      description: clean(describe(view, one)),
      status: ICalEventStatus.CONFIRMED,
      // Nobody is busy because of it.
      transparency: ICalEventTransparency.TRANSPARENT,
      stamp: changedAt,
      created: new Date(one.createdAt),
      lastModified: changedAt,
      // Rises with every change.
      sequence: Math.max(0, Math.floor((one.updatedAt - one.createdAt) / 1_000)),
      ...(page.url === null ? {} : { url: `${page.url}${placeOfMaintenance(one)}` }),
    });
  }
  return `${calendar.toString()}\r\n`;
};

export const calendar: Family = (view) => [
  {
    name: "maintenance.ics",
    contentType: "text/calendar; charset=utf-8",
    render: () => render(view),
  },
];
