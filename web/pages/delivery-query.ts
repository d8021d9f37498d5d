// In: the address of the deliveries page. Out: the filter that it stands for, and the same in words.
import type { DeliveryFilter } from "../api/deliveries";
import { text } from "../text/en";
import { formatFullTime } from "../text/format";

const words = text.deliveries;
const HOUR_MS = 3_600_000;

/** Spans back from now, by the word in the address. */
const PERIOD_MS: Readonly<Record<string, number>> = {
  hour: HOUR_MS,
  day: 24 * HOUR_MS,
  week: 7 * 24 * HOUR_MS,
  month: 30 * 24 * HOUR_MS,
};
/** So that a list that is refreshed asks for the same for a while. */
const STEP_MS = 60_000;

/** The parameters of the address that filter. */
export const FILTER_PARAMS = [
  "channel",
  "event",
  "status",
  "outcome",
  "machine",
  "subject",
  "period",
  "from",
  "to",
] as const;

const isoOf = (local: string | null): string | undefined => {
  const at = local === null ? Number.NaN : Date.parse(local);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
};

/** `nowMs` is the server's time. */
export const filterOf = (query: URLSearchParams, nowMs: number): DeliveryFilter => {
  const period = query.get("period") ?? "";
  const span = PERIOD_MS[period];
  const from =
    span === undefined
      ? period === "between"
        ? isoOf(query.get("from"))
        : undefined
      : new Date(Math.floor((nowMs - span) / STEP_MS) * STEP_MS).toISOString();
  const to = period === "between" ? isoOf(query.get("to")) : undefined;
  const filter: DeliveryFilter = {};
  const set = (name: keyof DeliveryFilter, value: string | null | undefined): void => {
    if (value !== null && value !== undefined && value !== "") filter[name] = value;
  };
  set("channel_id", query.get("channel"));
  set("event", query.get("event"));
  set("status", query.get("status"));
  set("outcome", query.get("outcome"));
  set("machine_id", query.get("machine"));
  set("subject_id", query.get("subject"));
  set("from", from);
  set("to", to);
  return filter;
};

export interface FilterNames {
  channel: (id: string) => string | undefined;
  machine: (id: string) => string | undefined;
}

const listOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.map(String) : typeof value === "string" ? value.split(",") : [];

/** For a replay that was asked for somewhere else as well: lists or words with commas. */
export const filterWords = (filter: Readonly<Record<string, unknown>>, names: FilterNames): string => {
  const { channels: named } = text;
  const from = listOf(filter["from"])[0];
  const to = listOf(filter["to"])[0];
  const parts = [
    ...listOf(filter["channel_id"]).map((id) => names.channel(id) ?? words.deletedChannel),
    ...listOf(filter["event"]).map((event) => named.eventNames[event] ?? event),
    ...listOf(filter["status"]).map((status) => named.statuses[status] ?? status),
    ...listOf(filter["outcome"]).map((outcome) => named.outcomes[outcome] ?? outcome),
    ...listOf(filter["machine_id"]).map((id) => names.machine(id) ?? words.machine),
    ...(filter["subject_id"] === undefined ? [] : [words.subject]),
    ...(from === undefined ? [] : [words.replay.since(formatFullTime(from))]),
    ...(to === undefined ? [] : [words.replay.until(formatFullTime(to))]),
  ];
  return parts.length === 0 ? words.replay.everything : parts.join(", ");
};
