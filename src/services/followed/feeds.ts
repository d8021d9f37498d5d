// In: what a service's status follows, the machines and the open alerts. Out: what they say about it now. Pure.
import type { AlertSnapshot, StatusSource } from "../../core/events";
import { isStandIn, machineTitle, type Machine } from "../../core/machine";
import type { Severity } from "../../core/severity";

/** What they may say; that a service is well is what they say when there is nothing else. */
export type FollowedStatus = "degraded" | "down";

/** As people write them, in the API's spelling. */
export interface MachineFeed {
  type: "machine";
  machine_id: string;
  /** While the machine is offline; down when it is left out. */
  status?: FollowedStatus;
}

/** Open alerts, joined by AND; none of the keys: all alerts of the organization. */
export interface AlertFeed {
  type: "alerts";
  machine_id?: string;
  machine_type?: string;
  project_id?: string;
  rule_id?: string;
  labels?: Record<string, string>;
  /** Null: such alerts say nothing. Left out, as in `USUAL_STATUSES`. */
  statuses?: Partial<Record<Severity, FollowedStatus | null>>;
}

export type StatusFeed = MachineFeed | AlertFeed;

export const USUAL_STATUSES: Readonly<Record<Severity, FollowedStatus | null>> = {
  critical: "down",
  warning: "degraded",
  info: null,
};

export interface FollowedWord {
  source: StatusSource;
  status: FollowedStatus;
  message: string;
}

/** What feeds look at. */
export interface FollowedWorld {
  machine(id: string): Machine | undefined;
  /** Open ones, of every organization. */
  openAlerts(): Iterable<AlertSnapshot>;
}

/** An alert about the status of a service or monitor: to follow it would be to follow oneself. */
const isAboutStatus = (alert: AlertSnapshot): boolean => isStandIn(alert) && alert.ruleNumber !== 0;

const isInScope = (feed: AlertFeed, alert: AlertSnapshot): boolean =>
  (feed.machine_id === undefined || feed.machine_id === alert.machineId) &&
  (feed.machine_type === undefined || feed.machine_type === alert.machineType) &&
  (feed.project_id === undefined || feed.project_id === alert.projectId) &&
  (feed.rule_id === undefined || feed.rule_id === alert.ruleId) &&
  Object.entries(feed.labels ?? {}).every(([name, value]) => alert.labels[name] === value);

const statusFor = (feed: AlertFeed, severity: Severity): FollowedStatus | null => {
  const own = feed.statuses?.[severity];
  return own === undefined ? USUAL_STATUSES[severity] : own;
};

const RANK: Record<FollowedStatus, number> = { degraded: 1, down: 2 };

const isAlertFeed = (feed: StatusFeed): feed is AlertFeed => feed.type === "alerts";

/** The worst open alert: of equal ones the one that was told last time, else the oldest. */
const worstAlert = (
  tenantId: string,
  feeds: readonly AlertFeed[],
  { openAlerts }: FollowedWorld,
  toldId: string | undefined,
): FollowedWord | null => {
  let worst: { alert: AlertSnapshot; status: FollowedStatus } | null = null;
  for (const alert of openAlerts()) {
    if (alert.tenantId !== tenantId || isAboutStatus(alert)) continue;
    for (const feed of feeds) {
      if (!isInScope(feed, alert)) continue;
      const status = statusFor(feed, alert.severity);
      if (status === null) continue;
      const by = worst === null ? 1 : RANK[status] - RANK[worst.status];
      const isFirst =
        worst === null ||
        alert.id === toldId ||
        (worst.alert.id !== toldId && alert.number < worst.alert.number);
      if (by > 0 || (by === 0 && isFirst)) worst = { alert, status };
    }
  }
  if (worst === null) return null;
  const { alert, status } = worst;
  const source: StatusSource = { kind: "alert", id: alert.id, name: `${alert.name} (${alert.machineName})` };
  return { source, status, message: alert.message };
};

/** One word of each machine that is offline, and one of the worst alert. */
export const followedWords = (
  { tenantId, statusFrom }: { tenantId: string; statusFrom: readonly StatusFeed[] },
  world: FollowedWorld,
  toldAlertId: string | undefined,
): FollowedWord[] => {
  const words = new Map<string, FollowedWord>();
  for (const feed of statusFrom) {
    if (feed.type !== "machine") continue;
    const machine = world.machine(feed.machine_id);
    if (machine === undefined || machine.tenantId !== tenantId || machine.status === "online") continue;
    const title = machineTitle(machine);
    const source: StatusSource = { kind: "machine", id: machine.id, name: title };
    words.set(machine.id, { source, status: feed.status ?? "down", message: `${title} is offline.` });
  }
  const alertFeeds = statusFrom.filter(isAlertFeed);
  const worst = alertFeeds.length === 0 ? null : worstAlert(tenantId, alertFeeds, world, toldAlertId);
  return worst === null ? [...words.values()] : [...words.values(), worst];
};
