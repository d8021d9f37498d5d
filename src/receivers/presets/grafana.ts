// In: what Grafana's webhook contact point posts; what its alerting before version 9 posted; a state and a title of
// a custom payload. Out: each alert for itself.
import { alertItem } from "./alertmanager";
import { nothing, unlike, type Preset, type PresetReading } from "./preset";
import { at, firstText, listAt, textAt, wordAt } from "./walk";

const read = (payload: unknown): PresetReading => {
  const alerts = listAt(payload, "alerts");
  if (alerts.length > 0) {
    const orgId = textAt(payload, "orgId") ?? "";
    return {
      kind: "items",
      items: alerts.map((alert) => {
        const item = alertItem(alert);
        return {
          ...item,
          key: `${orgId} ${item.key}`,
          message: firstText(item.message, textAt(alert, "valueString")),
          url: firstText(textAt(alert, "panelURL"), textAt(alert, "dashboardURL"), item.url),
        };
      }),
    };
  }
  const state = wordAt(payload, "state");
  if (state === null)
    return Array.isArray(at(payload, "alerts")) ? nothing("It holds no alert.") : unlike("Grafana");
  return {
    kind: "items",
    items: [
      {
        scope: payload,
        raw: state,
        names: [textAt(payload, "tags", "service"), textAt(payload, "ruleName"), textAt(payload, "title")],
        key: `rule ${firstText(textAt(payload, "ruleId"), textAt(payload, "ruleName"), textAt(payload, "title")) ?? ""}`,
        title: firstText(textAt(payload, "ruleName"), textAt(payload, "title")),
        message: textAt(payload, "message"),
        url: textAt(payload, "ruleUrl"),
      },
    ],
  };
};

export const grafana: Preset = {
  name: "grafana",
  label: "Grafana",
  about:
    "Each alert of a notification, by its status and its label severity; also the state of older versions.",
  setup: [
    "Under Alerting, Contact points, add one of type Webhook and paste the receiver's URL.",
    "For a signature: HMAC Signature, Secret; with a timestamp header, set the same one here as timestamp_header.",
  ],
  serviceFrom: "the label service, service_name, app, job, instance or alertname",
  signature: {
    header: "X-Grafana-Alerting-Signature",
    scheme: "auto",
    hint: "HMAC-SHA256 as hex over the body, or over the time, a colon and the body where a timestamp header is set.",
  },
  words: {
    alerting: "down",
    firing: "down",
    no_data: "degraded",
    nodata: "degraded",
    pending: "ignore",
    paused: "ignore",
    normal: "operational",
  },
  examples: [
    {
      title: "An alert fires",
      payload: {
        receiver: "Andon",
        status: "firing",
        orgId: 1,
        alerts: [
          {
            status: "firing",
            labels: { alertname: "Queue is full", service: "Shop", severity: "critical" },
            annotations: { summary: "More than 1,000 orders wait" },
            startsAt: "2026-01-05T10:00:00Z",
            endsAt: "0001-01-01T00:00:00Z",
            fingerprint: "c6eadffa33fcdf37",
            silenceURL: "https://grafana.example.com/alerting/silence/new",
            dashboardURL: "https://grafana.example.com/d/shop",
            values: { A: 1_204 },
          },
        ],
        version: "1",
        title: "[FIRING:1] Queue is full",
        state: "alerting",
        message: "**Firing**",
      },
    },
  ],
  read,
};
