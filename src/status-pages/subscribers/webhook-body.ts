// In: what a webhook subscriber is told. Out: its payload, in the form that the Standard Webhooks
// specification recommends: type, timestamp and data. Links hold the token: they are put in when it is sent.
import type { ComposedBody } from "../../channels/channel";
import { jsonBody } from "../../channels/native";
import { isoMillis, isoMillisOrNull } from "../../core/time";
import type { News } from "./news";
import type { SubscriberLinks } from "./mail";

/** The type of the first message. */
export const CONFIRM_EVENT = "subscription.confirm";

interface Payload {
  type: string;
  timestamp: string;
  data: Record<string, unknown>;
}

const MAINTENANCE_STATUSES: Readonly<Record<string, string>> = {
  "maintenance.scheduled": "scheduled",
  "maintenance.started": "in_progress",
  "maintenance.ended": "completed",
  "maintenance.cancelled": "cancelled",
};

const subjectOf = (news: News): Record<string, unknown> => {
  const { event, subjectId, title, message, services, incident, maintenance } = news;
  const common = { id: subjectId, title, message, services };
  if (incident !== undefined)
    return {
      incident: {
        ...common,
        status: incident.status,
        severity: incident.severity,
        opened_at: isoMillis(incident.openedAt),
        resolved_at: isoMillisOrNull(incident.resolvedAt),
      },
    };
  return {
    maintenance: {
      ...common,
      status: MAINTENANCE_STATUSES[event] ?? event,
      starts_at: maintenance === undefined ? null : isoMillis(maintenance.startsAt),
      ends_at: maintenance === undefined ? null : isoMillis(maintenance.endsAt),
      is_moved: maintenance?.isMoved ?? false,
    },
  };
};

const bodyOf = (payload: Payload): ComposedBody => jsonBody(payload);

export const composeNewsBody = (title: string, news: News): ComposedBody =>
  bodyOf({ type: news.event, timestamp: isoMillis(news.at), data: { page: { title }, ...subjectOf(news) } });

export const composeConfirmBody = (title: string, at: number): ComposedBody =>
  bodyOf({ type: CONFIRM_EVENT, timestamp: isoMillis(at), data: { page: { title } } });

const decoder = new TextDecoder();

/** What is sent and signed: the same bytes on every try as long as page and subscriber have the same links. */
export const withLinks = (composed: ComposedBody, links: SubscriberLinks): ComposedBody => {
  const { type, timestamp, data } = JSON.parse(decoder.decode(composed.body)) as Payload;
  const { title } = data["page"] as { title: string };
  const page = { title, url: links.page };
  const link =
    type === CONFIRM_EVENT ? { confirm_url: links.confirm } : { unsubscribe_url: links.unsubscribe };
  return bodyOf({ type, timestamp, data: { ...data, page, ...link } });
};
