// In: the key of an API integration. Out: the channel type of Opsgenie and of Jira Service Management:
// one alert there for each of ours, created, acknowledged and closed with it.
import { serverOf } from "../address";
import type { Judgement, OutboundRequest, SendResult } from "../channel";
import {
  fieldOf,
  jsonBody,
  judgeNative,
  nativeType,
  postRequest,
  waitOf,
  type NativeConfig,
} from "../native";
import { isEndOfPage, readStored, type PagerAction } from "../paging";
import { choiceOf, requiredCredentialOf } from "../values";
import { composeOpsgenie, type OpsgenieCall } from "./compose";

const REGIONS = ["us", "eu", "jsm"] as const;

/** What comes before `/v2/alerts`. */
const SERVERS: Record<(typeof REGIONS)[number], string> = {
  us: "https://api.opsgenie.com",
  eu: "https://api.eu.opsgenie.com",
  jsm: "https://api.atlassian.com/jsm/ops/integration",
};

export interface OpsgenieConfig extends NativeConfig {
  apiKey: string;
  server: string;
}

const PATHS: Record<PagerAction, (alias: string) => string> = {
  trigger: () => "",
  acknowledge: (alias) => `/${encodeURIComponent(alias)}/acknowledge?identifierType=alias`,
  resolve: (alias) => `/${encodeURIComponent(alias)}/close?identifierType=alias`,
};

/** By the status: 202 is taken; what the answer says of the key is told in our words. */
const judge = (result: SendResult): Judgement => {
  const judgement = judgeNative(result);
  if (result.statusCode === 422 && /key/i.test(result.responseBody))
    return {
      outcome: "auth_error",
      retry: false,
      reason:
        "The service does not accept the API key: copy it again from the API integration, and check the region.",
    };
  if (result.statusCode !== 429 || result.responseHeaders["retry-after"] !== undefined) return judgement;
  // docs.opsgenie.com/docs/api-rate-limiting: the period after which there is room again.
  const retryAfterMs = waitOf(
    Number(result.responseHeaders["x-ratelimit-period-in-sec"] ?? Number.NaN),
    1_000,
  );
  return retryAfterMs === undefined ? judgement : { ...judgement, retryAfterMs };
};

export const opsgenie = nativeType<OpsgenieConfig>({
  kind: "opsgenie",
  label: "Opsgenie / Jira Service Management",
  description: "Creates an alert there for each of ours, and acknowledges and closes it with it.",
  fields: [
    fieldOf({
      name: "api_key",
      label: "API key",
      type: "secret",
      required: true,
      secret: true,
      hint: "The key of an integration of type API that may create and update alerts.",
    }),
    fieldOf({
      name: "region",
      label: "Service",
      type: "select",
      hint: "Opsgenie itself ends on 5 April 2027: new teams are in Jira Service Management.",
      options: [
        { value: "us", label: "Opsgenie (US)" },
        { value: "eu", label: "Opsgenie (EU)" },
        { value: "jsm", label: "Jira Service Management" },
      ],
      default: "us",
    }),
    fieldOf({
      name: "server",
      label: "Other server",
      type: "url",
      hint: "Instead of the service's: what comes before /v2/alerts.",
      advanced: true,
    }),
  ],
  parse: (given) => {
    const region = choiceOf(given["region"], "config.region", REGIONS) ?? "us";
    return {
      given,
      apiKey: requiredCredentialOf(given["api_key"], "config.api_key", "It comes from an API integration."),
      server: given["server"] === undefined ? SERVERS[region] : serverOf(given["server"], "config.server"),
    };
  },
  isNeededLate: isEndOfPage,
  compose: composeOpsgenie,
  request: (composed, { apiKey, server }, context): OutboundRequest => {
    const { action, alias, body } = readStored<OpsgenieCall>(composed);
    return postRequest(jsonBody(body), context, {
      url: `${server}/v2/alerts${PATHS[action](alias)}`,
      headers: { Authorization: `GenieKey ${apiKey}` },
    });
  },
  judge,
  targets: ({ server }) => [{ field: "config.server", url: `${server}/v2/alerts` }],
  secrets: ({ apiKey }) => [apiKey],
});
