// In: the base, who is told, services and incidents. Out: webhook receivers, loaded, and the door for what
// they are sent.
import { createAccept } from "../receivers/accept";
import { createReceiverBook } from "../receivers/book";
import { createDecider } from "../receivers/decide";
import type { AccessPlugin } from "../http/access";
import { createReceiverDesk } from "../receivers/desk";
import { incomingRoutes } from "../receivers/incoming-routes";
import { createDeliveryLog } from "../receivers/log";
import { createPlannedWork } from "../receivers/planned-work";
import { createProcessor } from "../receivers/process";
import { createReceiverRepository } from "../receivers/repository";
import { receiverRoutes } from "../receivers/routes";
import { createSns } from "../receivers/sns";
import type { Base } from "./base";
import type { Incidents } from "./incidents";
import type { Maintenance } from "./maintenance";
import type { Services } from "./services";
import type { Telling } from "./telling";

export interface ReceiverNeeds {
  services: Services;
  incidents: Incidents;
  maintenance: Maintenance;
}

/** A certificate or a confirmation of Amazon SNS: its sender waits for 15 s. */
const FETCH_TIMEOUT_MS = 5_000;

/** What senders reach, and what people set about it. */
export const wireReceivers = async (
  { store, access, clock, seams, baseUrl, metrics }: Base,
  { commit, delivery }: Telling,
  { services, incidents, maintenance }: ReceiverNeeds,
) => {
  const repository = createReceiverRepository(store);
  const book = createReceiverBook(repository);
  const log = createDeliveryLog(store.engine);
  const desk = createReceiverDesk({
    book,
    repository,
    services: services.book,
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
  });
  const processor = createProcessor({
    decider,
    log,
    services: services.book,
    plannedWork,
    lock: services.lock,
    commit,
    clock,
  });
  const accept = createAccept({
    book,
    processor,
    sns,
    engine: store.engine,
    clock,
    onReceived: metrics.incoming,
    ...(seams.receiverLimits === undefined ? {} : { limits: seams.receiverLimits }),
  });
  await book.load();
  await plannedWork.load();
  return {
    desk,
    routes: (plugin: AccessPlugin) => [
      receiverRoutes(plugin, { desk, book, log, baseUrl }),
      incomingRoutes(plugin, accept),
    ],
  };
};

export type Receivers = Awaited<ReturnType<typeof wireReceivers>>;
