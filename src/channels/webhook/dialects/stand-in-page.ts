// In: an alert. Out: the page of what stands in for its machine, which opens in the UI.
import type { AlertSnapshot } from "../../../core/events";
import { isStandIn } from "../../../core/machine";

const PAGES: Record<string, string> = { service: "services", monitor: "monitors" };

/** Null for a machine; what another system named has no page of its own but the alert's. */
export const standInPage = (alert: AlertSnapshot, baseUrl: string): string | null => {
  if (!isStandIn(alert)) return null;
  const page = PAGES[alert.machineType];
  return page === undefined ? `${baseUrl}/alerts/${alert.number}` : `${baseUrl}/${page}/${alert.machineId}`;
};
