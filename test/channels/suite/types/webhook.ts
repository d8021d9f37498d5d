// In: nothing. Out: the webhook's dialects as the suite has to know them. Programs read these bodies:
// texts stand in JSON as they are, and no limit is ours to keep.
import { dialects } from "../../../../src/channels/webhook/dialects";
import type { TypeSample } from "../type-sample";

const CANARIES = ["canary-secret-0001", "canary-header-0002", "canary-query-0003"];

/** Words, values, a loop and a choice; nothing in it depends on the event. */
const TEMPLATE = `{
  "text": "{{ headline }}: {{ text }}",
  "event": {{ event | json }},
  "value": {{ alert.metric_value | json }},
  "labels": {{ alert.labels | json }},
  "services": [{% for service in incident.services %}{{ service.name | json }}{% unless forloop.last %},{% endunless %}{% endfor %}],
  "colour": "{% case tone %}{% when "critical" %}red{% when "good" %}green{% else %}amber{% endcase %}",
  "at": {{ timestamp | date: "%s" }}
}`;

const webhook = (dialect: string): TypeSample => ({
  variant: `webhook/${dialect}`,
  config: {
    url: `https://hooks.plant.test/in?token=${CANARIES[2]}&line=a`,
    dialect,
    secret: CANARIES[0],
    headers: { "X-Webhook-Secret": CANARIES[1], "Content-Type": "application/json", "X-Line": "A" },
    ...(dialect === "custom" ? { template: TEMPLATE, content_type: "application/json" } : {}),
  },
  canaries: CANARIES,
  contentType: dialects.get(dialect)?.contentType ?? "application/json",
  isWebhook: true,
  breaches: () => [],
});

export const webhookSamples: TypeSample[] = [...dialects.keys()].map(webhook);
