// In: a message. Out: what a webhook receiver of Alert24, or of another Andon, takes: the status of a
// service by name. Alerts and incidents become the status of what they are about.
import type { IncidentSeverity, ServiceStatus } from "../../../core/events";
import type { Severity } from "../../../core/severity";
import type { Message } from "../../channel";
import type { Dialect } from "../dialect";
import { composeAndon } from "./andon";

interface Update {
  service_name: string;
  status: ServiceStatus;
  message: string;
}

/** As receivers map severities back: `down` opens a critical incident, `degraded` a minor one. */
const STATUS_OF_ALERT: Record<Severity, ServiceStatus> = {
  info: "operational",
  warning: "degraded",
  critical: "down",
};
const STATUS_OF_INCIDENT: Record<IncidentSeverity, ServiceStatus> = {
  minor: "degraded",
  major: "down",
  critical: "down",
};

/** Null for what has no status: notices about channels. */
const updateOf = ({ alert, incident, service }: Message): Update | null => {
  if (service !== undefined)
    return { service_name: service.name, status: service.status, message: service.message };
  if (incident !== undefined)
    return {
      service_name: incident.services[0]?.name ?? incident.monitor?.name ?? incident.title,
      status: incident.status === "resolved" ? "operational" : STATUS_OF_INCIDENT[incident.severity],
      message: incident.message,
    };
  if (alert !== undefined)
    return {
      service_name: alert.machineName,
      status: alert.status === "resolved" ? "operational" : STATUS_OF_ALERT[alert.severity],
      message: alert.message,
    };
  return null;
};

const compose = (message: Message): Record<string, unknown> => {
  const update = updateOf(message);
  if (update === null) return composeAndon(message);
  if (message.test !== true) return { ...update };
  // A test reaches a live receiver: it must not take a service down there.
  const { event, alert } = composeAndon(message);
  return {
    ...update,
    status: "operational",
    event,
    ...(alert === undefined ? {} : { alert }),
    test: true,
  };
};

export const alert24: Dialect = {
  name: "alert24",
  label: "Alert24 receiver",
  description: "Posts changes of services to a webhook receiver of Alert24 or of another Andon.",
  timeoutSeconds: 5,
  retry: "haltless",
  whenExhausted: "fail_delivery",
  handshake: false,
  methods: ["POST", "PUT", "PATCH"],
  signatures: [{ header: "X-Webhook-Signature", format: "hex" }],
  defaultEvents: ["service.status_changed"],
  eventAliases: {},
  testEvent: "channel.test",
  compose,
};
