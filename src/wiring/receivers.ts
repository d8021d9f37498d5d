// In: the base, who is told, services and incidents. Out: webhook receivers, loaded, and the door for what
// they are sent.
import { createAccept } from "../receivers/accept";
import { createReceiverBook } from "../receivers/book";
import { createDecider } from "../receivers/decide";
import type { AccessPlugin } from "../http/access";
import { createReceiverDesk } from "../receivers/desk";
import { incomingRoutes } from "../receivers/incoming-routes";
import { createDeliveryLog } from "../receivers/log";
import { createProcessor } from "../receivers/process";
import { createReceiverRepository } from "../receivers/repository";
import { receiverRoutes } from "../receivers/routes";
import type { Base } from "./base";
import type { Incidents } from "./incidents";
import type { Services } from "./services";
import type { Telling } from "./telling";

/** What senders reach, and what people set about it. */
export const wireReceivers = async (
  { store, access, clock, seams, baseUrl, metrics }: Base,
  { commit }: Telling,
  services: Services,
  incidents: Incidents,
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
  const decider = createDecider({
    services: services.book,
    desk: services.desk,
    status: services.planner,
    incidents: incidents.automatic,
  });
  const processor = createProcessor({
    decider,
    log,
    services: services.book,
    lock: services.lock,
    commit,
    clock,
  });
  const accept = createAccept({
    book,
    processor,
    engine: store.engine,
    clock,
    onReceived: metrics.incoming,
    ...(seams.receiverLimits === undefined ? {} : { limits: seams.receiverLimits }),
  });
  await book.load();
  return {
    desk,
    routes: (plugin: AccessPlugin) => [
      receiverRoutes(plugin, { desk, book, log, baseUrl }),
      incomingRoutes(plugin, accept),
    ],
  };
};

export type Receivers = Awaited<ReturnType<typeof wireReceivers>>;
