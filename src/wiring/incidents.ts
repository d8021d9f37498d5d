// In: the base, who is told, and services. Out: incidents, loaded, and the way for sources to open them.
import { createAnnouncer } from "../incidents/announcer";
import { createAutomaticIncidents } from "../incidents/automatic";
import { createIncidentBook } from "../incidents/book";
import { createIncidentDesk } from "../incidents/desk";
import { createIncidentPlanner } from "../incidents/planner";
import { createIncidentRepository } from "../incidents/repository";
import type { Base } from "./base";
import type { Muting } from "./maintenance";
import type { Services } from "./services";
import type { Telling } from "./telling";

/** Incidents as people see and change them, and as receivers and monitors open and resolve them. */
export const wireIncidents = async (
  { store, access, clock, log }: Base,
  { notifier, commit }: Telling,
  services: Services,
  muting: Muting,
) => {
  const repository = createIncidentRepository(store);
  const book = createIncidentBook(repository);
  const planner = createIncidentPlanner({
    book,
    repository,
    services: services.book,
    status: services.planner,
    notifier,
    onSilenced: () => announcer.wake(),
  });
  const automatic = createAutomaticIncidents({
    book,
    planner,
    status: services.planner,
    isMuted: (what) => muting.book.mutedUntil(what) !== null,
  });
  const announcer = createAnnouncer({
    services: services.book,
    status: services.planner,
    incidents: book,
    planner,
    automatic,
    lock: services.lock,
    commit,
    clock,
    log,
  });
  services.onSilenced(announcer.wake);
  const desk = createIncidentDesk({
    book,
    repository,
    planner,
    services: services.book,
    tenants: access.tenants,
    lock: services.lock,
    commit,
    clock,
  });
  await book.load(clock.now());
  return { repository, book, planner, automatic, announcer, desk };
};

export type Incidents = Awaited<ReturnType<typeof wireIncidents>>;
