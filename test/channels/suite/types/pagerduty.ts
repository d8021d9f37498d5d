// In: nothing. Out: PagerDuty as the suite has to know it, by PagerDuty/developer-docs,
// docs/events-API-v2: texts are shown as they are.
import { sentBody, showPlainJson, tooLong, type TypeSample } from "../type-sample";

const KEY = "canary0001routing0002key00000003";

interface Sent {
  routing_key?: string;
  event_action: string;
  dedup_key: string;
  payload?: { summary: string; source: string; severity: string; timestamp: string };
  links?: { href: string }[];
}

const breachesOf = ({ routing_key, event_action, dedup_key, payload, links = [] }: Sent): string[] => [
  ...(routing_key === KEY ? [] : ["no routing key"]),
  ...(["trigger", "acknowledge", "resolve"].includes(event_action) ? [] : [`action ${event_action}`]),
  ...(dedup_key === "" ? ["no dedup_key"] : []),
  ...tooLong("dedup_key", dedup_key, 255),
  ...(event_action === "trigger" && payload === undefined ? ["a trigger without payload"] : []),
  ...(payload === undefined
    ? []
    : [
        ...tooLong("summary", payload.summary, 1_024),
        ...(payload.summary === "" || payload.source === "" ? ["an empty required field"] : []),
        ...(["critical", "error", "warning", "info"].includes(payload.severity)
          ? []
          : [`severity ${payload.severity}`]),
        ...(/^\d{4}-\d\d-\d\dT[\d:]{8}Z$/.test(payload.timestamp) ? [] : ["timestamp"]),
      ]),
  ...links.flatMap(({ href }) => (/^https?:/.test(href) ? [] : [`link ${href}`])),
];

export const pagerdutySamples: TypeSample[] = [
  {
    variant: "pagerduty/events",
    config: { routing_key: KEY, region: "eu" },
    canaries: [KEY],
    hasCredentialsInBody: true,
    goodAnswer: '{"status":"success","message":"Event processed","dedup_key":"x"}',
    breaches: (_body, request) => {
      const sent = sentBody(request);
      const bytes = new TextEncoder().encode(sent).length;
      return [...(bytes > 512_000 ? [`${bytes} bytes`] : []), ...breachesOf(JSON.parse(sent) as Sent)];
    },
    show: showPlainJson,
  },
];
