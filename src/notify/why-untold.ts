// In: why a channel was not told, the facts of the event, and the channel as it is now. Out: a sentence
// that names the rule that kept it away; where the settings were changed since, only what is still known.
import type { Channel } from "../channels/directory";
import type {
  AlertSnapshot,
  IncidentSnapshot,
  ServiceSnapshot,
  TellableEvent,
  UntoldReason,
} from "../core/events";
import type { ChannelFilters } from "../channels/schema";

/** What an event was about, as its journal row has it. */
export interface EventFacts {
  event: TellableEvent;
  at: number;
  alert?: AlertSnapshot | undefined;
  incident?: IncidentSnapshot | undefined;
  service?: ServiceSnapshot | undefined;
}

export interface Names {
  project: (projectId: string) => string | undefined;
}

/** `a`, `a and b`, `a, b and c`; of many the first few. */
export const listed = (words: readonly string[], most = 5): string => {
  const shown = words.length > most ? [...words.slice(0, most), `${words.length - most} more`] : words;
  const last = shown.at(-1) ?? "";
  return shown.length < 2 ? last : `${shown.slice(0, -1).join(", ")} and ${last}`;
};

const NOUNS = { alert: "alert", incident: "incident", service: "service" } as const;

const nounOf = ({ alert, incident }: EventFacts): string =>
  alert !== undefined ? NOUNS.alert : incident !== undefined ? NOUNS.incident : NOUNS.service;

const groupsOf = ({ incident, service }: EventFacts): string[] =>
  [incident?.monitor?.group, ...(incident?.services.map(({ group }) => group) ?? []), service?.group].filter(
    (group): group is string => typeof group === "string",
  );

/** Where nothing more is known: the channel is gone, or its settings are others now. */
const GENERAL: Record<UntoldReason, (facts: EventFacts) => string> = {
  channel_inactive: () => "Was switched off.",
  channel_unverified: () => "Was not verified yet: its endpoint had not answered the handshake with 200.",
  not_subscribed: ({ event }) => `Was not subscribed to ${event}.`,
  severity_filtered: (facts) =>
    `Its severities left out ${facts.alert?.severity ?? facts.incident?.severity ?? "this one"}.`,
  group_filtered: () => "Its groups left this one out.",
  project_filtered: () => "Its projects left this one out.",
  machine_filtered: ({ alert }) => `Its machines left out ${alert?.machineName ?? "this one"}.`,
  label_filtered: () => "Its labels did not match.",
  muted_by_maintenance: () => "Was muted: maintenance was under way.",
  suppressed_by_dependency: () => "Was spared: something that this depends on had failed already.",
  held_while_flapping: () => "Was spared: it changed so often that only how it ends is told.",
};

const severitySentence = (facts: EventFacts, { severities = [] }: ChannelFilters): string =>
  `Takes only the ${severities.length === 1 ? "severity" : "severities"} ${listed(severities)}; this ${nounOf(facts)} was ${
    facts.alert?.severity ?? facts.incident?.severity ?? "neither"
  }.`;

const groupSentence = (facts: EventFacts, { groups = [] }: ChannelFilters): string => {
  const own = groupsOf(facts);
  return `Takes only the ${groups.length === 1 ? "group" : "groups"} ${listed(groups)}; this ${nounOf(facts)} ${
    own.length === 0 ? "has no group" : `belongs to ${listed(own)}`
  }.`;
};

const projectSentence = (facts: EventFacts, filters: ChannelFilters, names: Names): string => {
  const ids = filters.project_ids ?? [];
  const own = facts.alert?.projectId ?? facts.incident?.projectId ?? facts.service?.projectId ?? "";
  const nameOf = (id: string): string => names.project(id) ?? "a deleted project";
  return `Takes only the ${ids.length === 1 ? "project" : "projects"} ${listed(ids.map(nameOf))}; this ${nounOf(
    facts,
  )} belongs to ${nameOf(own)}.`;
};

const machineSentence = (facts: EventFacts, { machine_ids: ids = [] }: ChannelFilters): string =>
  facts.alert === undefined
    ? `Takes only what is about chosen machines; this ${nounOf(facts)} is about none.`
    : `Takes only ${ids.length === 1 ? "one chosen machine" : `${ids.length} chosen machines`}, and ${
        facts.alert.machineName
      } is not among them.`;

const labelSentence = (facts: EventFacts, { labels = {} }: ChannelFilters): string => {
  const own = facts.alert?.labels ?? {};
  const [name = "", value = ""] = Object.entries(labels).find(([key, wanted]) => own[key] !== wanted) ?? [];
  const has = own[name];
  return `Takes only ${name}=${value}; this ${nounOf(facts)} has ${
    has === undefined ? `no label ${name}` : `${name}=${has}`
  }.`;
};

/** `channel` is undefined when it was deleted since. */
export const explainUntold = (
  reason: UntoldReason,
  facts: EventFacts,
  channel: Channel | undefined,
  names: Names,
): string => {
  if (channel === undefined) return GENERAL[reason](facts);
  if (channel.updatedAt > facts.at && reason.endsWith("_filtered"))
    return `${GENERAL[reason](facts)} Its settings were changed since.`;
  const filters = channel.filters ?? {};
  switch (reason) {
    case "not_subscribed":
      return channel.updatedAt > facts.at && channel.events.includes(facts.event)
        ? `Was not subscribed to ${facts.event} then.`
        : `Is not subscribed to ${facts.event}.`;
    case "severity_filtered":
      return severitySentence(facts, filters);
    case "group_filtered":
      return groupSentence(facts, filters);
    case "project_filtered":
      return projectSentence(facts, filters, names);
    case "machine_filtered":
      return machineSentence(facts, filters);
    case "label_filtered":
      return labelSentence(facts, filters);
    default:
      return GENERAL[reason](facts);
  }
};
