// In: what Andon itself posts in any dialect of its webhook channels, and what the systems post whose dialects
// they are: Haltless, StatusPulse, AnyPing, Roboticks, Alert24. Out: what alerts, incidents and services say.
import type { Meaning } from "../schema";
import { createWords } from "../words";
import { alertItem } from "./alertmanager";
import { itemsOrNothing, nothing, unlike, type Preset, type PresetItem, type PresetReading } from "./preset";
import { at, firstText, instantAt, isRecord, listAt, textAt, wordAt } from "./walk";

const ofAlerts = createWords({ info: "ignore", warning: "degraded", critical: "down" });
const ofIncidents = createWords({ minor: "degraded", major: "down", critical: "down" });

const alertMeaning = (event: string, severity: string | null): Meaning => {
  if (event === "alert.resolved") return "operational";
  // Somebody has taken it: how things stand has not changed.
  if (event === "alert.acknowledged") return "ignore";
  return ofAlerts(severity ?? "") ?? "down";
};

const incidentMeaning = (event: string, incident: unknown): Meaning => {
  if (event === "incident.resolved" || wordAt(incident, "status") === "resolved") return "operational";
  const severity = wordAt(incident, "severity");
  if (severity === null) return event === "incident.opened" ? "down" : "ignore";
  return ofIncidents(severity) ?? "down";
};

/** CloudEvents and Standard Webhooks have an envelope of their own. */
const unwrap = (payload: unknown): { event: string | null; body: unknown } => {
  const named = firstText(
    textAt(payload, "event"),
    textAt(payload, "event_type"),
    textAt(payload, "data", "event"),
    textAt(payload, "type"),
  );
  const event = named?.replace(/^andon\./, "").replace(/^(alert|incident|service|channel)_/, "$1.") ?? null;
  const data = at(payload, "data");
  return { event, body: isRecord(data) ? data : payload };
};

/** Of the event, not of the attempt: a message that is tried again has the time of the first. */
const timeOf = (payload: unknown, body: unknown): number | null =>
  instantAt(payload, "timestamp") ?? instantAt(body, "timestamp");

const readAlert = (event: string, body: unknown): PresetItem => {
  const alert = at(body, "alert");
  const severity = wordAt(alert, "severity");
  const machine = firstText(textAt(alert, "machine_name"), textAt(body, "device", "name"));
  return {
    scope: body,
    raw: severity === null || event === "alert.resolved" ? event : `${event} (${severity})`,
    meaning: alertMeaning(event, severity),
    names: [machine, textAt(alert, "name")],
    key: `alert ${textAt(alert, "id") ?? ""}`,
    title: firstText(textAt(alert, "name"), textAt(alert, "message")),
    message: textAt(alert, "message"),
    url: textAt(body, "links", "alert"),
    alertName: textAt(alert, "name"),
    severity,
    machine,
    ...(event === "alert.triggered" || event === "alert.escalated" ? { phase: "open" as const } : {}),
  };
};

const readIncident = (event: string, body: unknown): PresetItem[] => {
  const nested = at(body, "incident");
  // StatusPulse writes it flat.
  const incident = isRecord(nested) ? nested : body;
  const severity = wordAt(incident, "severity");
  const monitor = firstText(textAt(incident, "monitor", "name"), textAt(body, "monitor_name"));
  const services = listAt(incident, "services").map((service) => textAt(service, "name"));
  const item: PresetItem = {
    scope: body,
    raw: severity === null || event === "incident.resolved" ? event : `${event} (${severity})`,
    meaning: incidentMeaning(event, incident),
    names: [monitor],
    key: `incident ${firstText(textAt(incident, "code"), textAt(incident, "incident_id"), textAt(incident, "id")) ?? ""}`,
    title: firstText(textAt(incident, "title"), monitor),
    message: firstText(textAt(incident, "message"), textAt(body, "details", "engineer_notes")),
    url: textAt(body, "links", "incident"),
  };
  return services.length === 0 ? [item] : services.map((name) => ({ ...item, names: [name, monitor] }));
};

/** In Alertmanager's shape: an alert about a service says how that stands in a note. */
const readPosted = (alert: unknown): PresetItem => {
  const item = alertItem(alert);
  const said = textAt(alert, "annotations", "status");
  const isOfService = textAt(alert, "labels", "alertname") === "ServiceStatus";
  if (!isOfService || said === null || wordAt(alert, "status") !== "firing") return item;
  const { meaning: _meaning, ...rest } = item;
  return { ...rest, raw: said };
};

const readService = (service: unknown, message: string | null): PresetItem => ({
  scope: service,
  raw: textAt(service, "status"),
  names: [firstText(textAt(service, "name"), textAt(service, "service_name"))],
  key: null,
  message,
});

const readEvent = (payload: unknown): PresetReading => {
  const { event, body } = unwrap(payload);
  if (at(payload, "test") === true || event?.startsWith("channel.") === true)
    return nothing("A message about the channel, or a test.");
  const alerts = listAt(payload, "alerts");
  if (alerts.length > 0) return { kind: "items", items: alerts.map(readPosted) };
  if (event?.startsWith("alert.") === true && isRecord(at(body, "alert")))
    return { kind: "items", items: [readAlert(event, body)] };
  if (event?.startsWith("incident.") === true)
    return itemsOrNothing(readIncident(event, body), "It is about no service.");
  const service = at(body, "service");
  if (isRecord(service)) return { kind: "items", items: [readService(service, textAt(service, "message"))] };
  if (textAt(payload, "status") !== null)
    return { kind: "items", items: [readService(payload, textAt(payload, "message"))] };
  return event === null ? unlike("Andon") : nothing(`Events of the kind ${event} say nothing here.`);
};

const read = (payload: unknown): PresetReading => {
  const found = readEvent(payload);
  if (found.kind !== "items") return found;
  const at = timeOf(payload, unwrap(payload).body);
  // Alerts in Alertmanager's shape have a time of their beginning only.
  return at === null ? found : { kind: "items", items: found.items.map((item) => ({ ...item, at })) };
};

export const andon: Preset = {
  name: "andon",
  label: "Andon, Haltless, StatusPulse, AnyPing, Roboticks, Alert24",
  about:
    "Every dialect of Andon's webhook channels: alerts by severity, incidents by severity, services by their status.",
  setup: [
    "In the other Andon create a webhook channel of any dialect with the receiver's URL.",
    "Its secret is the receiver's HMAC secret: Andon signs as Standard Webhooks has it in every dialect.",
  ],
  serviceFrom: "the name of the service, machine or monitor",
  signature: {
    header: "webhook-signature",
    scheme: "auto",
    hint: "Standard Webhooks; for another system, the name of its header.",
  },
  words: {},
  examples: [
    {
      title: "A service is down",
      payload: {
        event: "service.status_changed",
        timestamp: "2026-01-05T10:00:00Z",
        service: { name: "Shop", status: "down", previous_status: "operational", message: "No answer" },
      },
    },
    {
      title: "An alert",
      payload: {
        event: "alert.triggered",
        timestamp: "2026-01-05T10:00:00Z",
        alert: { id: "7", name: "Too hot", machine_name: "Mill 1", severity: "critical", message: "87.3 °C" },
      },
    },
  ],
  read,
};
