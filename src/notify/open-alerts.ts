// In: a channel and the alerts that are open. Out: what a channel that shows how things stand has to
// show: the worst of those that its filters let through, and whether somebody has seen it.
import type { OpenAlerts } from "../channels/channel";
import type { Channel } from "../channels/directory";
import type { AlertSnapshot } from "../core/events";
import { severityRank, type Severity } from "../core/severity";
import { passesFilters } from "./route";

/**
 * Filters as for messages; subscriptions are not asked: what is shown is no event. `isSilenced`: nobody
 * is told of the alert now, so nothing shows it either.
 */
export const openAlertsFor = (
  { tenantId, filters }: Pick<Channel, "tenantId" | "filters">,
  alerts: Iterable<AlertSnapshot>,
  isSilenced: (alert: AlertSnapshot) => boolean,
): OpenAlerts => {
  let worst: Severity | null = null;
  let isAcknowledged = false;
  let count = 0;
  for (const alert of alerts) {
    if (alert.tenantId !== tenantId || alert.status === "resolved") continue;
    if (filters !== null && !passesFilters(filters, alert)) continue;
    if (isSilenced(alert)) continue;
    count++;
    const rank = severityRank(alert.severity);
    const worstRank = worst === null ? -1 : severityRank(worst);
    if (rank < worstRank) continue;
    const isThisOne = alert.acknowledgedAt !== null;
    isAcknowledged = rank > worstRank ? isThisOne : isAcknowledged && isThisOne;
    worst = alert.severity;
  }
  return { worst, isAcknowledged, count };
};
