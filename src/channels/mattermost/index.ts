// In: the URL of an incoming webhook, and perhaps another channel or name. Out: the Mattermost channel type.
import { addressOf } from "../address";
import type { Judgement, SendResult } from "../channel";
import {
  fieldOf,
  judgeNative,
  nativeType,
  postRequest,
  readJson,
  TLS_FIELD,
  tlsOf,
  webhookUrlField,
  type NativeConfig,
} from "../native";
import { secretsOfUrl } from "../secret-values";
import type { ClientTls } from "../tls";
import { textOf } from "../values";
import { composeMattermost } from "./compose";

export interface MattermostConfig extends NativeConfig {
  url: string;
  channel: string | null;
  username: string | null;
  tls: ClientTls | null;
}

/** Beginnings of the `id` in Mattermost's errors. */
const WORDS: readonly (readonly [id: string, meaning: string])[] = [
  ["web.incoming_webhook.disabled", "incoming webhooks are switched off on this server"],
  ["web.incoming_webhook.invalid", "the webhook was deleted, or the URL is not right"],
  ["web.incoming_webhook.channel_locked", "the webhook may post only to its own channel: leave channel out"],
  ["web.incoming_webhook.channel", "the channel does not exist"],
  ["web.incoming_webhook.user", "the person does not exist"],
  ["web.incoming_webhook.permissions", "the webhook may not post to that channel"],
];

const judge = (result: SendResult): Judgement => {
  const judgement = judgeNative(result);
  if (judgement.outcome === "delivered") return judgement;
  const id = readJson(result)["id"];
  const meaning = typeof id === "string" ? WORDS.find(([word]) => id.startsWith(word))?.[1] : undefined;
  if (meaning === undefined) return judgement;
  // 501 says that the feature is off: nothing changes until somebody switches it on.
  return {
    ...judgement,
    retry: judgement.retry && result.statusCode !== 501,
    reason: `Mattermost answered ${result.statusCode}: ${meaning}.`,
  };
};

export const mattermost = nativeType<MattermostConfig>({
  kind: "mattermost",
  label: "Mattermost",
  description: "Posts to a Mattermost channel by an incoming webhook, on a server of your own or not.",
  fields: [
    webhookUrlField("In Mattermost: Integrations, Incoming Webhooks, Add."),
    fieldOf({
      name: "channel",
      label: "Channel",
      hint: "Another channel than the webhook's own, as in its address: town-square, or @person.",
      advanced: true,
    }),
    fieldOf({
      name: "username",
      label: "Name",
      hint: "Shown as the sender, if the server allows it.",
      advanced: true,
    }),
    TLS_FIELD,
  ],
  parse: (given) => {
    const url = addressOf(given["webhook_url"], "config.webhook_url");
    return {
      given,
      url,
      channel: textOf(given["channel"], "config.channel", { longest: 64 }) ?? null,
      username: textOf(given["username"], "config.username", { longest: 64 }) ?? null,
      tls: tlsOf(given, url),
    };
  },
  compose: composeMattermost,
  request: (composed, { url, tls }, context) => postRequest(composed, context, { url, tls }),
  judge,
  targets: ({ url }) => [{ field: "config.webhook_url", url }],
  secrets: ({ url, tls }) => [...secretsOfUrl(url), tls?.key ?? ""],
});
