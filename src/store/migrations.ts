// In: migrations/*.sql, embedded at build time. Out: the list of them in order. A new file is one
// import and one line; a released file is never changed.
import first from "../../migrations/0001_first.sql" with { type: "text" };
import channelSecrets from "../../migrations/0002_channel_secrets.sql" with { type: "text" };
import channelFlow from "../../migrations/0003_channel_flow.sql" with { type: "text" };
import evidence from "../../migrations/0004_evidence.sql" with { type: "text" };
import services from "../../migrations/0005_services.sql" with { type: "text" };
import maintenance from "../../migrations/0006_maintenance.sql" with { type: "text" };
import receivers from "../../migrations/0010_receivers.sql" with { type: "text" };
import monitors from "../../migrations/0011_monitors.sql" with { type: "text" };
import statusPages from "../../migrations/0012_status_pages.sql" with { type: "text" };
import statusPageSubscribers from "../../migrations/0013_status_page_subscribers.sql" with { type: "text" };
import statusRules from "../../migrations/0015_status_rules.sql" with { type: "text" };
import receiverTimes from "../../migrations/0016_receiver_times.sql" with { type: "text" };
import incidentSourceUrl from "../../migrations/0017_incident_source_url.sql" with { type: "text" };
import historyAlongSpans from "../../migrations/0018_history_along_spans.sql" with { type: "text" };

export interface Migration {
  /** `0001_first`: four digits give the order. */
  name: string;
  sql: string;
}

export const MIGRATIONS: readonly Migration[] = [
  { name: "0001_first", sql: first },
  { name: "0002_channel_secrets", sql: channelSecrets },
  { name: "0003_channel_flow", sql: channelFlow },
  { name: "0004_evidence", sql: evidence },
  { name: "0005_services", sql: services },
  { name: "0006_maintenance", sql: maintenance },
  { name: "0010_receivers", sql: receivers },
  { name: "0011_monitors", sql: monitors },
  { name: "0012_status_pages", sql: statusPages },
  { name: "0013_status_page_subscribers", sql: statusPageSubscribers },
  { name: "0015_status_rules", sql: statusRules },
  { name: "0016_receiver_times", sql: receiverTimes },
  { name: "0017_incident_source_url", sql: incidentSourceUrl },
  { name: "0018_history_along_spans", sql: historyAlongSpans },
];
