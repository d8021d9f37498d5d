// In: the address's query and alerts. Out: which alerts are shown and in which order.
import type { Alert, Severity } from "../api/alerts";
import { alertTitle, type AlertContext } from "../text/alert-words";

export type View = "open" | "unacknowledged" | "critical" | "acknowledged" | "resolved";

/** In the order in which they are offered. Resolved ones come from their own read. */
export const VIEWS: Record<View, { fits: (alert: Alert) => boolean }> = {
  // A just resolved alert stays for a moment, so that nothing vanishes under the pointer.
  open: { fits: () => true },
  unacknowledged: { fits: (alert) => alert.status === "triggered" },
  critical: { fits: (alert) => alert.severity === "critical" && alert.status !== "resolved" },
  acknowledged: { fits: (alert) => alert.status === "acknowledged" },
  resolved: { fits: (alert) => alert.status === "resolved" },
};

export interface Filter {
  view: View;
  /** As typed. */
  q: string;
  /** Lower case; all must occur. */
  words: string[];
}

export const readFilter = (query: URLSearchParams): Filter => {
  const wanted = query.get("show");
  const view = (Object.keys(VIEWS) as View[]).find((each) => each === wanted) ?? "open";
  const q = query.get("q") ?? "";
  return {
    view,
    q,
    words: q
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== ""),
  };
};

/** Everything that a search may find in an alert, in lower case. */
export const wording = (alert: Alert, context: AlertContext): string =>
  [
    alertTitle(alert, context),
    alert.name,
    alert.severity,
    alert.message,
    `#${alert.number}`,
    ...Object.entries(alert.labels).map(([name, value]) => `${name}=${value}`),
  ]
    .join(" ")
    .toLowerCase();

const STATUS_ORDER: Record<Alert["status"], number> = { triggered: 0, acknowledged: 1, resolved: 2 };
const SEVERITY_ORDER: Record<Severity, number> = { critical: 0, warning: 1, info: 2 };

/** Who needs somebody first: not acknowledged, then by severity, then the newest. */
export const sortAlerts = (alerts: readonly Alert[]): Alert[] =>
  [...alerts].sort(
    (left, right) =>
      STATUS_ORDER[left.status] - STATUS_ORDER[right.status] ||
      SEVERITY_ORDER[left.severity] - SEVERITY_ORDER[right.severity] ||
      right.number - left.number,
  );
