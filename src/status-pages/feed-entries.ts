// In: the view of a page. Out: what its feeds list, newest first: each public update of an incident, each post and
// each step of planned work is an entry of its own, so that a reader which knows entries by their ID alone shows the
// end of an incident as well as its beginning. Texts are plain.
import { idOfContent } from "../lib/content-id";
import { placeOfIncident, placeOfMaintenance, placeOfPost } from "./places";
import { wordsOf } from "./text";
import { type IncidentView, type MaintenanceView, namesOf, type PageView, type PostView } from "./view";

export interface FeedEntry {
  /** A UUID that never changes. */
  id: string;
  title: string;
  /** In plain text, lines and all; may be empty. */
  text: string;
  /** Names of components; may be empty. */
  affected: readonly string[];
  /** Where it stands, below the page, e.g. `#i-…`. */
  place: string;
  at: number;
}

/** As many as readers keep, and little enough to be fetched every few minutes. */
const MOST_ENTRIES = 50;

const ofIncident = (view: PageView, incident: IncidentView): FeedEntry[] => {
  const words = wordsOf(view.page.language);
  const { id: incidentId, title, postMortem, updatedAt } = incident;
  const about = { affected: namesOf(view, incident.componentIds), place: placeOfIncident(incident) };
  const updates = incident.updates.map(({ id, status, message, at }): FeedEntry => {
    const said = words.incidentStatus[status];
    const text = message.trim() === "" ? words.statusNow(said) : message;
    return { id, title: `${said}: ${title}`, text, at, ...about };
  });
  if (postMortem === null) return updates;
  const id = idOfContent(`${incidentId} postmortem`);
  return [
    { id, title: `${words.postMortem}: ${title}`, text: postMortem, at: updatedAt, ...about },
    ...updates,
  ];
};

const ofPost = (view: PageView, post: PostView): FeedEntry[] => {
  const words = wordsOf(view.page.language);
  const affected = namesOf(view, [post.componentId]);
  return post.updates.map(({ id, status, message, at }) => {
    const said = words.status[status];
    const text = message.trim() === "" ? words.statusNow(said) : message;
    return { id, title: `${said}: ${affected.join(", ")}`, text, affected: [], place: placeOfPost(post), at };
  });
};

const ofMaintenance = (view: PageView, maintenance: MaintenanceView): FeedEntry[] => {
  const words = wordsOf(view.page.language).feeds;
  const { id, name, description, createdAt, startedAt, endedAt } = maintenance;
  const steps: [keyof typeof words.maintenance, number | null][] = [
    // What comes every night is announced by its calendar.
    ["scheduled", maintenance.isRecurring ? null : createdAt],
    ["started", startedAt],
    ["ended", endedAt],
  ];
  return steps.flatMap(([step, at]) =>
    at === null
      ? []
      : [
          {
            id: idOfContent(`${id} ${step}`),
            title: `${words.maintenance[step]}: ${name}`,
            text: description,
            affected: namesOf(view, maintenance.componentIds),
            place: placeOfMaintenance(maintenance),
            at,
          },
        ],
  );
};

/** Of equal times the later step comes first. */
export const feedEntriesOf = (view: PageView): FeedEntry[] => {
  const incidents = [...view.openIncidents, ...view.pastIncidents].flatMap((one) => ofIncident(view, one));
  const maintenance = [
    ...view.activeMaintenance,
    ...view.upcomingMaintenance,
    ...view.pastMaintenance,
  ].flatMap((one) => ofMaintenance(view, one).toReversed());
  const posts = [...view.openPosts, ...view.pastPosts].flatMap((one) => ofPost(view, one));
  return [...incidents, ...maintenance, ...posts].toSorted((a, b) => b.at - a.at).slice(0, MOST_ENTRIES);
};
