// In: what Opsgenie's and Jira Service Management's outgoing webhooks post. Out: what an alert says.
import type { Meaning } from "../schema";
import { nothing, unlike, type Preset, type PresetReading } from "./preset";
import { at, firstText, instantAt, isRecord, textAt, wordAt } from "./walk";

const FAILING = new Set(["create", "escalate", "updatepriority", "unacknowledge"]);
const OVER = new Set(["close", "delete"]);
const GRAVE = new Set(["p1", "p2"]);

const meaningOf = (action: string, priority: string | null): Meaning => {
  if (OVER.has(action)) return "operational";
  if (!FAILING.has(action)) return "ignore";
  return priority === null || GRAVE.has(priority) ? "down" : "degraded";
};

const read = (payload: unknown): PresetReading => {
  const action = textAt(payload, "action");
  const alert = at(payload, "alert");
  if (action === null) return unlike("Opsgenie");
  if (!isRecord(alert)) return nothing(`The action ${action} is about no alert.`);
  const priority = wordAt(alert, "priority");
  const plain = action.trim().toLowerCase();
  return {
    kind: "items",
    items: [
      {
        scope: alert,
        raw: priority === null || !FAILING.has(plain) ? action : `${action} (${priority.toUpperCase()})`,
        meaning: meaningOf(plain, priority),
        names: [
          textAt(alert, "details", "service"),
          textAt(alert, "entity"),
          textAt(alert, "source"),
          textAt(payload, "integrationName"),
        ],
        key: `alert ${firstText(textAt(alert, "alertId"), textAt(alert, "alias")) ?? ""}`,
        title: textAt(alert, "message"),
        severity: priority,
        machine: textAt(alert, "entity"),
        message: firstText(textAt(alert, "description"), textAt(alert, "message")),
        at: instantAt(alert, "updatedAt"),
      },
    ],
  };
};

export const opsgenie: Preset = {
  name: "opsgenie",
  label: "Opsgenie, Jira Service Management",
  about: "Alerts: created by their priority (P1 and P2 are down, the others degraded), closed.",
  setup: [
    "Add an integration of type Webhook: Webhook URL is the receiver's URL, Add alert description on.",
    "Let it send at least: alert is created, closed.",
  ],
  serviceFrom: "the alert's entity",
  signature: { header: "X-Webhook-Signature", scheme: "auto", hint: null },
  words: {},
  examples: [
    {
      title: "An alert",
      payload: {
        source: { name: "web", type: "API" },
        alert: {
          alertId: "052652ac-5d1c-464a-812a-7dd18bbfba8c",
          message: "Shop does not answer",
          entity: "Shop",
          priority: "P1",
          tinyId: "1791",
          createdAt: 1_767_607_200_000,
        },
        action: "Create",
        integrationName: "Andon",
      },
    },
  ],
  read,
};
