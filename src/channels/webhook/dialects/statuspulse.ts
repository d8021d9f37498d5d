// In: a message. Out: the payload of StatusPulse: incidents, with underscored names of events and what
// the probe saw under `details`. What StatusPulse has not comes in Andon's shape.
import { TELLABLE_EVENTS, type IncidentSnapshot, type TellableEvent } from "../../../core/events";
import { isoSeconds } from "../../../core/time";
import type { Message } from "../../channel";
import type { Dialect } from "../dialect";
import { composeForeign } from "./foreign";

/** `incident.opened` is `incident_opened` here. */
const spell = (event: TellableEvent): string => event.replaceAll(".", "_");

/** The monitor; of an incident that a person or a receiver opened its first service, else its title. */
const monitorName = ({ monitor, services, title }: IncidentSnapshot): string =>
  monitor?.name ?? services[0]?.name ?? title;

/** Every field of the sample with its type: handlers read them without asking. 0 and "" mean: no probe. */
const probeFields = ({ probe }: IncidentSnapshot): Record<string, unknown> => ({
  endpoint: probe?.endpoint ?? "",
  response_code: probe?.responseCode ?? 0,
  latency_ms: probe?.latencyMs ?? 0,
  region: probe?.region ?? "",
});

const resolvedFields = (incident: IncidentSnapshot, resolvedAt: number): Record<string, unknown> => ({
  downtime_duration_seconds: Math.max(0, Math.round((resolvedAt - incident.openedAt) / 1_000)),
  // A person may resolve it while the monitor still sees the failure.
  final_response_code: incident.finalResponseCode ?? incident.probe?.responseCode ?? 0,
  auto_resolved: incident.isAutoResolved,
  engineer_notes: incident.engineerNotes,
});

const composeIncident = (message: Message, incident: IncidentSnapshot): Record<string, unknown> => {
  const head = {
    event_type: spell(message.event),
    incident_id: incident.code,
    monitor_name: monitorName(incident),
    status: incident.status,
  };
  const test = message.test === true ? { test: true } : {};
  switch (message.event) {
    case "incident.resolved": {
      const resolvedAt = incident.resolvedAt ?? message.at;
      return {
        ...head,
        resolved_at: isoSeconds(resolvedAt),
        details: resolvedFields(incident, resolvedAt),
        ...test,
      };
    }
    case "incident.updated":
      return {
        ...head,
        updated_at: isoSeconds(message.at),
        details: { ...probeFields(incident), message: incident.message },
        ...test,
      };
    default:
      return {
        ...head,
        triggered_at: isoSeconds(incident.openedAt),
        details: probeFields(incident),
        ...test,
      };
  }
};

export const statuspulse: Dialect = {
  name: "statuspulse",
  label: "StatusPulse",
  description:
    "Incidents as StatusPulse sends them. Active once a test was answered with 200; paused when the retries of a message are used up.",
  timeoutSeconds: 10,
  retry: "statuspulse",
  whenExhausted: "pause_channel",
  handshake: true,
  methods: ["POST", "PUT", "PATCH"],
  signatures: [{ header: "X-StatusPulse-Signature", format: "hex" }],
  defaultEvents: ["incident.opened", "incident.updated", "incident.resolved"],
  eventAliases: Object.fromEntries(TELLABLE_EVENTS.map((event) => [spell(event), [event]])),
  testEvent: "incident.opened",
  compose: (message) =>
    message.incident === undefined
      ? composeForeign(message, spell(message.event))
      : composeIncident(message, message.incident),
};
