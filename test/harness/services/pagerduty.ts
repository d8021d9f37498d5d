// In: requests. Out: PagerDuty's answers to the Events API v2, by PagerDuty/developer-docs: an event that
// it takes is answered 202, one that it can't read 400, and is never an error of its own.
import { pagerdutySamples } from "../../channels/suite/types/pagerduty";
import { asSent, jsonAnswer, readBody, type ServiceModel } from "./service";

const sample = pagerdutySamples[0]!;

interface Event {
  event_action: string;
  dedup_key: string;
  payload?: { summary: string; custom_details: Record<string, string> };
}

const invalid = (errors: string[]): Response =>
  jsonAnswer(400, { status: "invalid event", message: "Event object is invalid", errors });

export const pagerdutyService: ServiceModel = {
  config: (origin) => ({ ...sample.config, server: `${origin}/pagerduty` }),
  secrets: sample.canaries,
  answer: (request) => {
    if (request.url.pathname !== "/pagerduty/v2/enqueue") return null;
    const event = readBody(request) as Event | null;
    if (request.method !== "POST" || event === null) return invalid(["not JSON"]);
    const errors = sample.breaches(request.body, asSent(request));
    if (errors.length > 0) return invalid(errors);
    return jsonAnswer(202, { status: "success", message: "Event processed", dedup_key: event.dedup_key });
  },
  // No Retry-After: its documents ask for some minutes.
  tooMany: { answer: () => jsonAnswer(429, { status: "throttle exceeded" }), waitMs: 60_000 },
  refusal: {
    answer: () => invalid(["'routing_key' is incorrect (should be 32 characters)"]),
    reason: /does not know the integration key/,
  },
  words: { acknowledged: ["acknowledge"], ended: ["resolve"] },
  read: ({ body }) => {
    const { event_action, payload } = JSON.parse(body) as Event;
    return `${event_action}: ${payload?.summary} ${JSON.stringify(payload?.custom_details)}`;
  },
};
