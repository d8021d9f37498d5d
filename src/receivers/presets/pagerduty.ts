// In: PagerDuty's webhooks, version 3. Out: what an incident says of its service: whoever has taken it says nothing.
import type { Meaning } from "../schema";
import { nothing, unlike, type Preset, type PresetReading } from "./preset";
import { at, instantAt, isRecord, textAt, wordAt } from "./walk";

const FAILING = new Set(["incident.triggered", "incident.reopened", "incident.escalated"]);

const meaningOf = (type: string, urgency: string | null): Meaning => {
  if (type === "incident.resolved") return "operational";
  if (!FAILING.has(type)) return "ignore";
  return urgency === "low" ? "degraded" : "down";
};

const read = (payload: unknown): PresetReading => {
  const event = at(payload, "event");
  const type = wordAt(event, "event_type");
  if (!isRecord(event) || type === null) return unlike("PagerDuty (version 3)");
  if (type === "pagey.ping") return nothing("PagerDuty's test message.");
  if (!type.startsWith("incident.")) return nothing(`Events of the kind ${type} say nothing here.`);
  const incident = at(event, "data");
  const urgency = wordAt(incident, "urgency");
  return {
    kind: "items",
    items: [
      {
        scope: incident,
        raw: urgency === null || !FAILING.has(type) ? type : `${type} (${urgency})`,
        meaning: meaningOf(type, urgency),
        names: [textAt(incident, "service", "summary")],
        key: `incident ${textAt(incident, "id") ?? ""}`,
        title: textAt(incident, "title"),
        severity: urgency === "low" ? "warning" : "critical",
        message: textAt(incident, "title"),
        url: textAt(incident, "html_url"),
        // PagerDuty does not promise to keep the order.
        at: instantAt(event, "occurred_at"),
      },
    ],
  };
};

export const pagerduty: Preset = {
  name: "pagerduty",
  label: "PagerDuty",
  about: "Incidents: triggered by their urgency (high is down, low degraded), resolved.",
  setup: [
    "Under Integrations, Generic Webhooks (v3), add a subscription: Webhook URL is the receiver's URL.",
    "PagerDuty shows a secret once: it is the receiver's HMAC secret.",
  ],
  serviceFrom: "the service's name",
  signature: {
    header: "X-PagerDuty-Signature",
    scheme: "v1",
    hint: "v1= and the HMAC-SHA256 of the body as hex; several with commas while a secret is replaced.",
  },
  idField: ["event.id"],
  words: {},
  examples: [
    {
      title: "An incident",
      payload: {
        event: {
          id: "01EVENT",
          event_type: "incident.triggered",
          resource_type: "incident",
          occurred_at: "2026-01-05T10:00:00.000Z",
          data: {
            id: "PINCIDENT",
            type: "incident",
            number: 2,
            title: "Shop does not answer",
            status: "triggered",
            urgency: "high",
            html_url: "https://acme.pagerduty.example.com/incidents/PINCIDENT",
            service: { id: "PSERVICE", summary: "Shop", type: "service_reference" },
          },
        },
      },
    },
  ],
  read,
};
