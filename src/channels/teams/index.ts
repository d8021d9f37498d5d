// In: the URL of a workflow. Out: the Teams channel type: one Adaptive Card per event.
import { addressOf } from "../address";
import { nativeType, postRequest, webhookUrlField, type NativeConfig } from "../native";
import { secretsOfUrl } from "../secret-values";
import { composeTeams } from "./compose";
import { judgeTeams } from "./judge";

export interface TeamsConfig extends NativeConfig {
  url: string;
}

/** The host is not checked: Microsoft has moved these URLs from domain to domain, and will again. */
export const teams = nativeType<TeamsConfig>({
  kind: "teams",
  label: "Microsoft Teams",
  description:
    "Posts a card to a Teams channel or chat by a workflow. The workflow's bot can't post to private channels.",
  fields: [
    webhookUrlField(
      "In Teams: Workflows, Send webhook alerts to a channel (or chat). Copy the whole URL, signature included.",
    ),
  ],
  parse: (given) => ({ given, url: addressOf(given["webhook_url"], "config.webhook_url") }),
  compose: composeTeams,
  request: (composed, { url }, context) => postRequest(composed, context, { url }),
  judge: judgeTeams,
  targets: ({ url }) => [{ field: "config.webhook_url", url }],
  secrets: ({ url }) => secretsOfUrl(url),
});
