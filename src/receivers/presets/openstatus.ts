// In: what openstatus posts: status reports and maintenance of a page, and the state of a monitor. Out: what
// they say of components and of what is watched.
import type { Meaning } from "../schema";
import { createWords } from "../words";
import {
  itemsOrNothing,
  unlike,
  type Preset,
  type PresetContext,
  type PresetItem,
  type PresetReading,
} from "./preset";
import { at, instantAt, isRecord, listAt, textAt, timeAt, wordAt } from "./walk";

const ofImpact = createWords({
  operational: "operational",
  degraded_performance: "degraded",
  partial_outage: "degraded",
  major_outage: "down",
});

const reportItems = (report: unknown): PresetItem[] => {
  const status = wordAt(report, "update", "status");
  const common = {
    scope: report,
    key: `report ${textAt(report, "id") ?? ""}`,
    title: textAt(report, "title"),
    message: textAt(report, "update", "message"),
    url: textAt(report, "url"),
    at: instantAt(report, "update", "occurred_at"),
  };
  const components = listAt(report, "components");
  const about = components.length === 0 ? [null] : components;
  return about.map((component) => {
    const impact = wordAt(component, "impact");
    // How far people have come says nothing; without an impact, a report is a failure until it is resolved.
    const meaning: Meaning =
      status === "resolved"
        ? "operational"
        : status === "monitoring"
          ? "ignore"
          : (ofImpact(impact ?? "") ?? "degraded");
    return {
      ...common,
      raw: impact === null || status === null ? status : `${status} (${impact})`,
      meaning,
      names: [textAt(component, "name")],
    };
  });
};

const maintenanceItems = (maintenance: unknown, now: number): PresetItem[] => {
  const startsAt = timeAt(maintenance, "starts_at");
  const endsAt = timeAt(maintenance, "ends_at");
  const isOver = endsAt !== null && endsAt <= now;
  const isAnnounced = startsAt !== null && startsAt > now;
  const components = listAt(maintenance, "components");
  return (components.length === 0 ? [null] : components).map((component) => ({
    scope: maintenance,
    raw: isAnnounced ? "scheduled" : isOver ? "completed" : "in_progress",
    meaning: isOver ? "operational" : "maintenance",
    names: [textAt(component, "name")],
    key: `maintenance ${textAt(maintenance, "id") ?? ""}`,
    title: textAt(maintenance, "title"),
    message: textAt(maintenance, "message"),
    url: textAt(maintenance, "url"),
    ...(isAnnounced ? { planned: { startsAt, endsAt } } : {}),
    ...(isOver ? { endsPlanned: true } : {}),
  }));
};

const monitorItem = (payload: unknown): PresetItem => ({
  scope: payload,
  raw: textAt(payload, "status"),
  names: [textAt(payload, "monitor", "name")],
  key: `monitor ${textAt(payload, "monitor", "id") ?? ""}`,
  title: textAt(payload, "monitor", "name"),
  message: textAt(payload, "errorMessage"),
  url: textAt(payload, "monitor", "url"),
  at: instantAt(payload, "cronTimestamp"),
});

const read = (payload: unknown, { now }: PresetContext): PresetReading => {
  const report = at(payload, "data", "status_report");
  if (isRecord(report)) return itemsOrNothing(reportItems(report), "It is about no component.");
  const maintenance = at(payload, "data", "maintenance");
  if (isRecord(maintenance))
    return itemsOrNothing(maintenanceItems(maintenance, now), "It is about no component.");
  if (isRecord(at(payload, "monitor"))) return { kind: "items", items: [monitorItem(payload)] };
  return unlike("openstatus");
};

export const openstatus: Preset = {
  name: "openstatus",
  label: "openstatus",
  about: "Status reports by the impact on each component, maintenance by its times, and monitors.",
  setup: [
    "Of somebody's page: choose Get updates, then Webhook, and paste the receiver's URL.",
    "Of your own monitors: add a notification of type Webhook with the receiver's URL.",
  ],
  serviceFrom: "the component's or monitor's name",
  signature: { header: "X-Webhook-Signature", scheme: "auto", hint: null },
  words: { recovered: "operational", error: "down" },
  examples: [
    {
      title: "A status report",
      payload: {
        version: "1",
        type: "status_report",
        data: {
          status_report: {
            id: 7,
            title: "Slow answers",
            url: "https://status.example.com/events/report/7",
            update: { id: 9, status: "investigating", message: "We look into it." },
            components: [{ id: 1, name: "API", impact: "degraded_performance" }],
          },
        },
      },
    },
    {
      title: "A monitor recovers",
      payload: {
        monitor: { id: 1, name: "API", url: "https://api.example.com" },
        cronTimestamp: 1_767_607_200_000,
        status: "recovered",
        statusCode: 200,
        latency: 120,
      },
    },
  ],
  read,
};
