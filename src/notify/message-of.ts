// In: a row of the journal. Out: the message that it was told as, for those who want to see it again:
// with today's names of organization and project, and the facts of that moment.
import type { Message } from "../channels/channel";
import type { EventKind, TellableEvent } from "../core/events";
import type { TenantDirectory } from "../core/tenants";
import type { JournalRow } from "../journal/feed";

export interface MessageSurroundings {
  tenants: TenantDirectory;
  /** Where people reach the UI, without a slash at the end. */
  baseUrl: () => string;
}

/** Kinds of rows that channels are told of. */
export const TOLD_KINDS = [
  "alert.triggered",
  "alert.acknowledged",
  "alert.resolved",
  "alert.escalated",
  "incident.opened",
  "incident.reopened",
  "incident.updated",
  "incident.resolved",
  "service.status_changed",
  "channel.paused",
  "channel.failed",
  "channel.disabled",
  "channel.resumed",
  "channel.delivery_failed",
  "channel.test_failed",
] as const satisfies readonly EventKind[];

type Facts = Pick<Message, "alert" | "escalation" | "incident" | "service" | "channel" | "note">;

interface Told {
  event: TellableEvent;
  projectId: string | null;
  facts: Facts;
}

const noted = (note: string | null): Facts => (note === null || note === "" ? {} : { note });

const toldBy = (row: JournalRow): Told | null => {
  switch (row.kind) {
    case "alert.triggered": {
      const { alert } = row.data;
      return { event: row.kind, projectId: alert.projectId, facts: { alert } };
    }
    case "alert.acknowledged":
    case "alert.resolved": {
      const { alert, note } = row.data;
      return { event: row.kind, projectId: alert.projectId, facts: { alert, ...noted(note) } };
    }
    case "alert.escalated": {
      const { alert, escalation } = row.data;
      return { event: row.kind, projectId: alert.projectId, facts: { alert, escalation } };
    }
    case "incident.opened":
    case "incident.reopened":
    case "incident.updated":
    case "incident.resolved": {
      const { incident } = row.data;
      // Channels are told of it as of a new one: its end has closed it for them.
      const event = row.kind === "incident.reopened" ? "incident.opened" : row.kind;
      return { event, projectId: incident.projectId, facts: { incident } };
    }
    case "service.status_changed": {
      const { service } = row.data;
      return { event: row.kind, projectId: service.projectId, facts: { service } };
    }
    case "channel.paused":
    case "channel.failed":
    case "channel.disabled":
    case "channel.resumed":
    case "channel.delivery_failed":
    case "channel.test_failed": {
      const { channelId, channelName, reason } = row.data;
      return {
        event: row.kind,
        projectId: null,
        facts: { channel: { id: channelId, name: channelName, reason } },
      };
    }
    default:
      return null;
  }
};

/** Null for rows that nobody is told of. */
export const messageOf = (row: JournalRow, { tenants, baseUrl }: MessageSurroundings): Message | null => {
  const told = toldBy(row);
  const organization = tenants.organization(row.tenantId);
  if (told === null || organization === undefined) return null;
  const { event, projectId, facts } = told;
  const { id, number, name, slug } =
    (projectId === null ? undefined : tenants.project(row.tenantId, projectId)) ??
    tenants.defaultProject(row.tenantId);
  return {
    event,
    at: row.at,
    organization,
    project: { id, number, name, slug },
    ...facts,
    baseUrl: baseUrl(),
  };
};
