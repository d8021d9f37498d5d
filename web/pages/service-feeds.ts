// In: what a service's status follows. Out: the part of it that the form shows: machines, and whether their alerts
// count; and back. What the form has no field for is kept as it is. Pure.
import type { Service } from "../api/services";

export type StatusFeed = Service["status_from"][number];

export interface FeedDraft {
  /** Offline, they take the service down. */
  machineIds: readonly string[];
  /** Their open alerts count as well. */
  withAlerts: boolean;
  /** Set by the API: by label, rule or project, or with other statuses. */
  rest: readonly StatusFeed[];
}

const hasOnly = (feed: StatusFeed, keys: readonly string[]): boolean =>
  Object.keys(feed).every((key) => keys.includes(key));

const isPlainMachine = (feed: StatusFeed): boolean =>
  feed.type === "machine" && hasOnly(feed, ["type", "machine_id"]);

const isPlainAlerts = (feed: StatusFeed): boolean =>
  feed.type === "alerts" && feed.machine_id !== undefined && hasOnly(feed, ["type", "machine_id"]);

export const feedDraftOf = (feeds: readonly StatusFeed[]): FeedDraft => {
  const idsOf = (isWanted: (feed: StatusFeed) => boolean): string[] =>
    feeds.filter(isWanted).flatMap(({ machine_id: id }) => id ?? []);
  const machineIds = idsOf(isPlainMachine);
  const alertIds = idsOf(isPlainAlerts);
  const withAlerts =
    alertIds.length > 0 &&
    alertIds.length === machineIds.length &&
    alertIds.every((id) => machineIds.includes(id));
  return {
    machineIds,
    withAlerts,
    rest: feeds.filter((feed) => !isPlainMachine(feed) && !(withAlerts && isPlainAlerts(feed))),
  };
};

export const readFeeds = ({ machineIds, withAlerts, rest }: FeedDraft): StatusFeed[] => [
  ...machineIds.map((id): StatusFeed => ({ type: "machine", machine_id: id })),
  ...(withAlerts ? machineIds.map((id): StatusFeed => ({ type: "alerts", machine_id: id })) : []),
  ...rest,
];
