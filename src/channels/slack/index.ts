// In: the URL of an incoming webhook. Out: the Slack channel type: one message of blocks per event.
// Haltless' document creates it with `config.webhook_url`; that works unmodified.
import { addressOf } from "../address";
import type { Judgement, SendResult } from "../channel";
import { judgeNative, nativeType, postRequest, webhookUrlField, type NativeConfig } from "../native";
import { secretsOfUrl } from "../secret-values";
import { composeSlack } from "./compose";

export interface SlackConfig extends NativeConfig {
  url: string;
}

/**
 * Words that Slack answers with, as docs.slack.dev lists them (messaging with incoming webhooks,
 * "Handling errors"). All but `rollup_error` come with a 4xx that no repetition heals.
 */
const WORDS: Readonly<Record<string, string>> = {
  invalid_payload: "it can't read the message",
  invalid_blocks: "it does not accept the blocks of the message",
  msg_blocks_too_long: "the message is too long",
  no_text: "the message has no text",
  too_many_attachments: "the message has too many attachments",
  user_not_found: "the person that the webhook posts to does not exist",
  channel_not_found: "the channel does not exist",
  channel_is_archived: "the channel is archived",
  action_prohibited: "an administrator has forbidden posting there",
  posting_to_general_channel_denied: "posting to the general channel is forbidden",
  no_service: "the webhook was switched off, removed or never existed",
  no_service_id: "the URL lacks a part",
  no_active_hooks: "the webhook is switched off",
  no_team: "the workspace does not exist",
  team_disabled: "the workspace is disabled",
  invalid_token: "the URL is not right or was revoked",
  rollup_error: "Slack has an internal fault",
};

const judge = (result: SendResult): Judgement => {
  const judgement = judgeNative(result);
  const word = result.responseBody.trim();
  if (result.statusCode === null) return judgement;
  const meaning = Object.hasOwn(WORDS, word) ? WORDS[word] : undefined;
  if (meaning !== undefined && judgement.outcome !== "delivered")
    return { ...judgement, reason: `Slack answered ${result.statusCode}: ${meaning} (${word}).` };
  // Something that stands in for Slack, or a proxy, may say 200 to everything.
  if (meaning !== undefined)
    return { outcome: "client_error", retry: false, reason: `Slack refused it: ${meaning} (${word}).` };
  return judgement;
};

export const slack = nativeType<SlackConfig>({
  kind: "slack",
  label: "Slack",
  description: "Posts to a Slack channel by an incoming webhook.",
  fields: [webhookUrlField("In Slack: your app, Incoming Webhooks, Add New Webhook to Workspace.")],
  parse: (given) => ({ given, url: addressOf(given["webhook_url"], "config.webhook_url") }),
  compose: composeSlack,
  request: (composed, { url }, context) => postRequest(composed, context, { url }),
  judge,
  targets: ({ url }) => [{ field: "config.webhook_url", url }],
  secrets: ({ url }) => secretsOfUrl(url),
});
