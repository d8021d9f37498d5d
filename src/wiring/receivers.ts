// In: the base, who is told, services and incidents. Out: webhook receivers, loaded, and the door for what
// they are sent.
import { alertmanagerRoutes } from "../receivers/alertmanager-routes";
import { createAccept } from "../receivers/accept";
import { createReceiverBook } from "../receivers/book";
import { createDecider } from "../receivers/decide";
import type { Machine } from "../core/machine";
import type { AccessPlugin } from "../http/access";
import { createReceiverDesk } from "../receivers/desk";
import { incomingRoutes } from "../receivers/incoming-routes";
import { createExpire } from "../receivers/expire";
import { createDeliveryLog } from "../receivers/log";
import { createPlannedWork } from "../receivers/planned-work";
import { createProcessor } from "../receivers/process";
import { createRaiser } from "../receivers/raise";
import { createReportedBook } from "../receivers/reported";
import { createRehearse } from "../receivers/rehearse";
import { createReceiverRepository } from "../receivers/repository";
import { createReprocess } from "../receivers/reprocess";
import { receiverRoutes } from "../receivers/routes";
import { createSns } from "../receivers/sns";
import { createTeachings } from "../receivers/teaching";
import { tryRoutes } from "../receivers/try-routes";
import { createWithdraw } from "../receivers/withdraw";
import type { Base } from "./base";
import type { Deciding } from "./deciding";
import type { Incidents } from "./incidents";
import type { Maintenance } from "./maintenance";
import type { Services } from "./services";
import type { Telling } from "./telling";

export interface ReceiverNeeds {
  services: Services;
  incidents: Incidents;
  maintenance: Maintenance;
  decisions: Pick<Deciding, "alerts" | "alertPlanner" | "lock">;
  registry: {
    /** By ID or name. */
    find(tenantId: string, idOrName: string): Machine | undefined;
  };
}

/** A certificate or a confirmation of Amazon SNS: its sender waits for 15 s. */
const FETCH_TIMEOUT_MS = 5_000;

/** What senders reach, and what people set about it. */
export const wireReceivers = async (
  base: Base,
  { commit, delivery }: Telling,
  { registry, services, incidents, maintenance, decisions }: ReceiverNeeds,
) => {
  const { store, access, clock, seams, baseUrl, metrics } = base;
  const repository = createReceiverRepository(store);
  const book = createReceiverBook(repository);
  const log = createDeliveryLog(store.engine);
  const reported = createReportedBook({ engine: store.engine, clock });
  const raiser = createRaiser({
    reported,
    alerts: decisions.alerts,
    planner: decisions.alertPlanner,
    findMachine: (tenantId, idOrName) => registry.find(tenantId, idOrName),
    services: services.book,
  });
  const desk = createReceiverDesk({
    book,
    repository,
    services: services.book,
    withdraw: createWithdraw({
      services: services.book,
      status: services.planner,
      incidents: incidents.automatic,
      incidentBook: incidents.book,
      raiser,
      lock: services.lock,
      machineLock: decisions.lock,
    }),
    tenants: access.tenants,
    commit,
    clock,
  });
  const plannedWork = createPlannedWork({
    engine: store.engine,
    maintenance: maintenance.desk,
    book: maintenance.book,
  });
  const sns = createSns({
    fetchText: async (url) => {
      const request = { method: "GET", url, headers: {}, body: null } as const;
      const { statusCode, responseBody, error } = await delivery.sender.send(request, {
        timeoutMs: FETCH_TIMEOUT_MS,
      });
      if (statusCode === 200 && error === null) return { body: responseBody };
      return { error: error ?? `it answered ${statusCode}` };
    },
  });
  const decider = createDecider({
    services: services.book,
    desk: services.desk,
    status: services.planner,
    incidents: incidents.automatic,
    plannedWork,
    raiser,
  });
  const processor = createProcessor({
    decider,
    book,
    log,
    engine: store.engine,
    services: services.book,
    plannedWork,
    raiser,
    lock: services.lock,
    machineLock: decisions.lock,
    commit,
    clock,
  });
  const teachings = createTeachings({ engine: store.engine, clock });
  const rehearse = createRehearse({ processor, engine: store.engine, services: services.book, clock });
  const reprocess = createReprocess({ log, processor, engine: store.engine, clock });
  const accept = createAccept({
    book,
    processor,
    sns,
    teachings,
    engine: store.engine,
    clock,
    onReceived: metrics.incoming,
    ...(seams.receiverLimits === undefined ? {} : { limits: seams.receiverLimits }),
  });
  await book.load();
  await plannedWork.load();
  await teachings.load();
  await reported.load();
  return {
    desk,
    /** Ends what nobody repeats any more. */
    expire: createExpire({ reported, book, processor, engine: store.engine, clock, log: base.log }),
    routes: (plugin: AccessPlugin) => [
      receiverRoutes(plugin, { desk, book, log, baseUrl }),
      tryRoutes(plugin, { desk, engine: store.engine, rehearse, reprocess, teachings, baseUrl }),
      incomingRoutes(plugin, accept),
      alertmanagerRoutes(plugin, accept),
    ],
  };
};

export type Receivers = Awaited<ReturnType<typeof wireReceivers>>;
