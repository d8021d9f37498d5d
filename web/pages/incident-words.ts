// In: incidents and what happened to them. Out: their shapes, words and the lines of their timeline.
import type { Incident, IncidentEvent, IncidentSeverity } from "../api/incidents";
import type { MarkKind } from "../elements/mark";
import type { TimelineItem } from "../elements/timeline";
import { text } from "../text/en";

const words = text.incidents;

export const incidentMark: Record<IncidentSeverity, MarkKind> = {
  critical: "critical",
  major: "warning",
  minor: "info",
};

/** In rising order, as people choose among them. */
export const SEVERITIES: readonly IncidentSeverity[] = ["minor", "major", "critical"];

export const isOpen = ({ status }: Pick<Incident, "status">): boolean => status !== "resolved";

/** `by monitor Shop front page`; a person's name needs no word. */
export const openedBy = ({ source }: Incident): string => {
  const word = words.bySource[source.kind] ?? "";
  return word === "" ? text.alert.by(source.name) : `${word} ${source.name}`;
};

/** `Shop, Checkout and 3 more`. */
export const serviceNames = ({ services }: Incident, most = 3): string => {
  const shown = services.slice(0, most).map(({ name }) => name);
  const rest = services.length - shown.length;
  return rest > 0 ? `${shown.join(", ")} ${words.andMore(rest)}` : shown.join(", ");
};

const readText = (data: Record<string, unknown>, ...path: string[]): string => {
  let value: unknown = data;
  for (const key of path)
    value = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
  return typeof value === "string" ? value : "";
};

const KIND_MARKS: Record<string, MarkKind> = { "incident.resolved": "good" };

const changedWords = (data: Record<string, unknown>): string => {
  const { changes } = data;
  if (typeof changes !== "object" || changes === null) return "";
  return Object.keys(changes)
    .map((name) => words.changed[name] ?? name)
    .join(", ");
};

/** Newest first. */
export const incidentItems = (incident: Incident, events: readonly IncidentEvent[]): TimelineItem[] =>
  events
    .map(({ kind, data, at, actor }) => {
      const said = readText(data, "incident", "message");
      const from = readText(data, "from_code") || readText(data, "fromCode");
      return {
        at,
        what: words.kinds[kind] ?? kind,
        who: [from, changedWords(data), actor.kind === "system" ? "" : text.alert.by(actor.name)]
          .filter((part) => part !== "")
          .join(" "),
        words: kind === "incident.announced" ? "" : said,
        mark: KIND_MARKS[kind] ?? (kind === "incident.edited" ? "plain" : incidentMark[incident.severity]),
        isOutlined: true,
      };
    })
    .toReversed();
