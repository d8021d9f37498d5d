// In: services and incidents that were kept from being told, because something that they need had failed, was
// worked on, or because they flapped. Out: once that is over and they still stand as they did, the message
// after all. Looks again every minute while there is anything that was kept back.
import type { CancelTimer, Clock } from "../core/clock";
import { isAppError } from "../core/errors";
import type { Log } from "../core/log";
import type { Service } from "../lib/service";
import { emptyPlan, type Commit } from "../notify/plan";
import type { ServiceBook } from "../services/book";
import type { ServiceLock } from "../services/lock";
import { isKeptBack, type StatusPlanner } from "../services/planner";
import type { AutomaticIncidents } from "./automatic";
import type { IncidentBook } from "./book";
import { keysOf, type IncidentPlanner } from "./planner";
import type { IncidentRecord } from "./repository";

export interface Announcer extends Service {
  /** Something was kept back. */
  wake(): void;
}

export interface AnnouncerParts {
  services: ServiceBook;
  status: StatusPlanner;
  incidents: IncidentBook;
  planner: IncidentPlanner;
  automatic: AutomaticIncidents;
  lock: ServiceLock;
  commit: Commit;
  clock: Clock;
  log: Log;
}

/** What fails together recovers together, within a minute or so: until then nobody is told more than once. */
const LOOK_AGAIN_MS = 60_000;

/** Asleep until `start`. */
export const createAnnouncer = (parts: AnnouncerParts): Announcer => {
  const { services, status, incidents, planner, automatic, lock, commit, clock, log } = parts;
  let cancelTimer: CancelTimer | null = null;
  let running: Promise<void> = Promise.resolve();
  let isStopped = true;

  const isUntold = ({ isTold, silencedBy }: IncidentRecord): boolean => !isTold && silencedBy !== null;

  const keptBack = (): boolean => {
    for (const service of services.all()) if (isKeptBack(service)) return true;
    for (const incident of incidents.open()) if (isUntold(incident)) return true;
    return false;
  };

  const announceService = (id: string): Promise<void> =>
    lock.run([id], async () => {
      const service = services.get(id);
      if (service === undefined) return;
      const plan = emptyPlan();
      if (status.announce(service, clock.now(), plan)) await commit(plan);
    });

  const announceIncident = (seen: IncidentRecord): Promise<void> =>
    lock.run(keysOf(seen), async () => {
      const incident = incidents.find(seen.id);
      if (incident === undefined || !isUntold(incident)) return;
      const { tenantId, sourceKind, sourceId, sourceName, sourceServiceId, monitor } = incident;
      if (sourceKind === "person" || sourceId === null) return;
      const plan = emptyPlan();
      const now = clock.now();
      const what = {
        tenantId,
        service: services.get(sourceServiceId ?? "") ?? null,
        source: { kind: sourceKind, id: sourceId, name: sourceName },
        group: monitor?.group ?? null,
      };
      if (automatic.silenceOf(what, now, plan) !== null) return;
      planner.announce(incident, now, plan);
      await commit(plan);
    });

  const attempt = async (work: Promise<void>): Promise<void> => {
    try {
      await work;
    } catch (error) {
      if (!isAppError(error, "conflict"))
        log.error("what was kept back could not be told; it is tried again", { error });
    }
  };

  const pass = async (): Promise<void> => {
    for (const service of Array.from(services.all()))
      if (isKeptBack(service)) await attempt(announceService(service.id));
    for (const incident of Array.from(incidents.open()))
      if (isUntold(incident)) await attempt(announceIncident(incident));
  };

  const arm = (): void => {
    if (isStopped || cancelTimer !== null) return;
    cancelTimer = clock.after(LOOK_AGAIN_MS, () => {
      cancelTimer = null;
      running = pass().then(() => {
        if (keptBack()) arm();
      });
    });
  };

  return {
    name: "announcer",
    wake: arm,
    start: async () => {
      isStopped = false;
      if (keptBack()) arm();
    },
    stop: async () => {
      isStopped = true;
      cancelTimer?.();
      cancelTimer = null;
      await running;
    },
  };
};
