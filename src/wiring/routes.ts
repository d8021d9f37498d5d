// In: the parts of the program. Out: their routes under /api/v1, /status and where senders post, as they are
// given to the server and described in OpenAPI.
import { accessRoutes } from "../access/routes";
import { alertRoutes } from "../alerts/routes";
import { presentJournalEvent } from "../alerts/wire";
import { deliveriesOfSubject } from "../delivery/history";
import { presentDelivery } from "../delivery/wire";
import { escalationRoutes } from "../escalation/routes";
import type { AccessPlugin } from "../http/access";
import { streamRoutes } from "../http/stream";
import type { StreamHub } from "../http/stream/hub";
import { incidentRoutes } from "../incidents/routes";
import type { Intake } from "../intake/intake";
import type { Registry } from "../intake/registry";
import { intakeRoutes } from "../intake/routes";
import type { JournalFeed } from "../journal/feed";
import { createToldReader } from "../notify/read-told";
import { ruleRoutes } from "../rules/routes";
import { maintenanceRoutes } from "../services/maintenance/routes";
import { serviceRoutes } from "../services/routes";
import { uptimeRoutes } from "../services/uptime/routes";
import type { Base } from "./base";
import type { Deciding } from "./deciding";
import type { Incidents } from "./incidents";
import type { Maintenance } from "./maintenance";
import type { Monitors } from "./monitors";
import type { Receivers } from "./receivers";
import type { Services } from "./services";
import type { StatusPages } from "./status-pages";
import type { Telling } from "./telling";
import { tellingRoutes } from "./telling-routes";

/** What the routes ask and order. */
export interface RouteNeeds {
  registry: Registry;
  intake: Intake;
  channels: Telling;
  services: Services;
  incidents: Incidents;
  monitors: Monitors;
  decisions: Deciding;
  maintenance: Maintenance;
  receivers: Receivers;
  statusPages: StatusPages;
  journal: JournalFeed;
  hub: StreamHub;
}

/** One plugin per slice. */
export const wireRoutes = (plugin: AccessPlugin, base: Base, needs: RouteNeeds) => {
  const { store, clock, access, config } = base;
  const { registry, channels, services, incidents, monitors, decisions, statusPages, journal } = needs;
  const channelName = (tenantId: string, id: string) => channels.directory.find(tenantId, id)?.name;
  const told = createToldReader({
    store,
    journal,
    directory: channels.directory,
    tenants: access.tenants,
    policyName: (tenantId, id) => decisions.policies.find(tenantId, id)?.name,
  });
  const deliveriesOf = async (tenantId: string, subjectId: string) =>
    (await deliveriesOfSubject(store.engine, { tenantId, subjectId })).map((delivery) =>
      presentDelivery(delivery, channelName(tenantId, delivery.channelId) ?? ""),
    );

  const timelineOf = async (tenantId: string, id: string) =>
    (await journal.timelineOf(tenantId, id)).map(presentJournalEvent);

  return [
    accessRoutes(plugin, {
      access,
      isProjectUsed: (tenantId, projectId) =>
        [...registry.machinesOf(tenantId)].some((machine) => machine.projectId === projectId) ||
        monitors.book.of(tenantId).some(({ record }) => record.projectId === projectId),
    }),
    intakeRoutes(plugin, needs.intake),
    ruleRoutes(plugin, {
      desk: decisions.ruleDesk,
      repository: decisions.ruleRepository,
      notifier: channels.notifier,
      machines: registry,
      tenants: access.tenants,
      policies: decisions.policies,
      services: services.book,
      monitors: monitors.book,
    }),
    alertRoutes(plugin, {
      desk: decisions.alertDesk,
      repository: decisions.alertRepository,
      machines: registry,
      escalations: decisions.escalations,
      policies: decisions.policies,
      channelName,
      journal,
      told,
      deliveriesOf,
    }),
    incidentRoutes(plugin, {
      desk: incidents.desk,
      repository: incidents.repository,
      timelineOf,
      told,
      deliveriesOf,
    }),
    ...needs.receivers.routes(plugin),
    escalationRoutes(plugin, {
      desk: decisions.policyDesk,
      book: decisions.policies,
      repository: decisions.escalations,
    }),
    serviceRoutes(plugin, { ...services, told }),
    uptimeRoutes(plugin, {
      desk: services.desk,
      uptime: services.uptime,
      repository: services.uptimeRepository,
      clock,
    }),
    maintenanceRoutes(plugin, { ...needs.maintenance, clock }),
    ...statusPages.routes(plugin),
    ...monitors.routes(plugin, timelineOf),
    ...tellingRoutes(plugin, base, channels),
    streamRoutes(plugin, { hub: needs.hub, publicUrl: config.publicUrl }),
  ];
};
