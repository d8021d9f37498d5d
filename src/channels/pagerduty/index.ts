// In: an integration key. Out: the PagerDuty channel type: each alert is one incident there, triggered,
// acknowledged and resolved with us.
import { serverOf } from "../address";
import type { Judgement, OutboundRequest, SendResult } from "../channel";
import { fieldOf, jsonBody, judgeNative, nativeType, postRequest, type NativeConfig } from "../native";
import { isEndOfPage, readStored } from "../paging";
import { choiceOf, requiredCredentialOf } from "../values";
import { composePagerDuty, type PagerDutyEvent } from "./compose";

const REGIONS = ["us", "eu"] as const;

/** Hosts of the service regions: support.pagerduty.com, "Service regions". */
const SERVERS: Record<(typeof REGIONS)[number], string> = {
  us: "https://events.pagerduty.com",
  eu: "https://events.eu.pagerduty.com",
};

export interface PagerDutyConfig extends NativeConfig {
  routingKey: string;
  server: string;
}

/** PagerDuty asks for a few minutes between tries of an event that it throttles. */
const THROTTLED_MS = 60_000;

/** By the status (202 is taken, 400 is final); the words in the answer only say more. */
const judge = (result: SendResult): Judgement => {
  const judgement = judgeNative(result);
  if (result.statusCode === 400 && result.responseBody.includes("routing_key"))
    return {
      outcome: "auth_error",
      retry: false,
      reason:
        "PagerDuty does not know the integration key: copy it again from the service's Events API v2 integration.",
    };
  if (result.statusCode === 429 && result.responseHeaders["retry-after"] === undefined)
    return { ...judgement, retryAfterMs: THROTTLED_MS };
  return judgement;
};

export const pagerduty = nativeType<PagerDutyConfig>({
  kind: "pagerduty",
  label: "PagerDuty",
  description: "Opens a PagerDuty incident for each alert, and acknowledges and resolves it with the alert.",
  fields: [
    fieldOf({
      name: "routing_key",
      label: "Integration key",
      type: "secret",
      required: true,
      secret: true,
      hint: "In PagerDuty: Services, your service, Integrations, Events API v2.",
    }),
    fieldOf({
      name: "region",
      label: "Service region",
      type: "select",
      hint: "EU when your PagerDuty address has .eu. in it.",
      options: [
        { value: "us", label: "US" },
        { value: "eu", label: "EU" },
      ],
      default: "us",
    }),
    fieldOf({
      name: "server",
      label: "Other server",
      type: "url",
      hint: "Instead of the region's: a relay of yours, or a service that understands PagerDuty events.",
      advanced: true,
    }),
  ],
  parse: (given) => {
    const region = choiceOf(given["region"], "config.region", REGIONS) ?? "us";
    return {
      given,
      routingKey: requiredCredentialOf(
        given["routing_key"],
        "config.routing_key",
        "Which service shall be paged?",
      ),
      server: given["server"] === undefined ? SERVERS[region] : serverOf(given["server"], "config.server"),
    };
  },
  isNeededLate: isEndOfPage,
  compose: composePagerDuty,
  request: (composed, { routingKey, server }, context): OutboundRequest =>
    postRequest(jsonBody({ routing_key: routingKey, ...readStored<PagerDutyEvent>(composed) }), context, {
      url: `${server}/v2/enqueue`,
    }),
  judge,
  targets: ({ server }) => [{ field: "config.server", url: `${server}/v2/enqueue` }],
  secrets: ({ routingKey }) => [routingKey],
});
