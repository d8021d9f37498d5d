// In: subscribers, pages and relays as they are at the moment of sending. Out: the two internal channel types
// by which subscribers are told: mails of a page, and one webhook each. To delivery they are channels.
import type { AnyChannelType, ChannelBehaviour, ChannelType, RequestContext } from "../../channels/channel";
import type { EmailConfig } from "../../channels/email/config";
import { email, throughRelay } from "../../channels/email";
import { judgeMail } from "../../channels/email/judge";
import { NATIVE_BEHAVIOUR } from "../../channels/native";
import type { SmtpRequest } from "../../channels/requests";
import { allSpellings, secretsOfUrl } from "../../channels/secret-values";
import { webhook } from "../../channels/webhook";
import type { WebhookConfig } from "../../channels/webhook/config";
import { AppError } from "../../core/errors";
import { linksOf } from "./links";
import { readMail, renderMail } from "./mail";
import type { Subscriber } from "./repository";
import { withLinks } from "./webhook-body";

export const PAGE_MAIL = "status_page_mail";
export const PAGE_WEBHOOK = "status_page_webhook";

/** Looked up at each attempt: settings of pages and relays may change while messages wait. */
export interface Lookups {
  subscriber: (id: string) => Subscriber | undefined;
  /** The settings of the page's e-mail channel; null while it has none that is switched on. */
  relayOf: (pageId: string) => EmailConfig | null;
  /** Where the page is read, absolute, with a slash at the end; undefined once it is deleted. */
  urlOf: (pageId: string) => string | undefined;
}

interface MailConfig {
  pageId: string;
}

interface PageWebhookConfig {
  subscriberId: string;
  pageId: string;
  token: string;
  /** Entered on the page: nobody of ours has looked at the address. */
  isStrangers: boolean;
  webhook: WebhookConfig;
}

/** What no channel of this kind has: nobody sees it, and rules tell it nothing. */
const UNSEEN = {
  isInternal: true,
  audience: "program",
  description: "",
  fields: [],
  defaultEvents: [],
  eventAliases: () => ({}),
  testEvents: () => [],
  mask: () => ({}),
  compose: () => {
    throw new AppError("conflict", "Subscribers are told of nothing but their page.");
  },
} as const satisfies Partial<ChannelType>;

/** Of webhooks: two and a half hours in all. */
const RETRY_DELAYS_SECONDS = [30, 120, 600, 1_800, 7_200] as const;

const textIn = (given: Record<string, unknown>, key: string): string => {
  const value = given[key];
  if (typeof value !== "string") throw new AppError("invalid", `${key} is missing.`);
  return value;
};

const gone = (): AppError => new AppError("not_found", "Nobody is subscribed by this any more.");

/** RFC 2369 and RFC 8058: mail programs show a button, which needs no visit to the page. */
const listHeaders = (unsubscribe: string): Record<string, string> => ({
  "List-Unsubscribe": `<${unsubscribe}>`,
  "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
});

const MAIL_BEHAVIOUR: ChannelBehaviour = {
  ...NATIVE_BEHAVIOUR,
  timeoutMs: 30_000,
  defaultEvents: [],
  // A reader whose mailbox is gone is none of the organization's alarms.
  whenExhausted: "fail_delivery",
};

const mailType = ({ subscriber, relayOf, urlOf }: Lookups): ChannelType<MailConfig, SmtpRequest> => ({
  ...UNSEEN,
  kind: PAGE_MAIL,
  label: "Subscribers of a status page, by e-mail",
  parse: (given) => ({ pageId: textIn(given, "page_id") }),
  behaviour: () => MAIL_BEHAVIOUR,
  isThreaded: true,
  request: (composed, { pageId }, ids) => {
    const mail = readMail(composed);
    const reader = subscriber(mail.subscriberId);
    const relay = relayOf(pageId);
    const url = urlOf(pageId);
    if (reader === undefined || relay === null || url === undefined) throw gone();
    const links = linksOf(url, reader.token);
    const rendered = renderMail(mail, links);
    const to = [{ name: "", address: reader.target }];
    const request = throughRelay(relay, { to, cc: [], ...rendered, isUrgent: false, date: mail.at }, ids);
    const headers = { ...request.mail.headers, ...listHeaders(links.unsubscribe) };
    return {
      ...request,
      mail: { ...request.mail, headers },
      // Those of the relay as well: they are in no settings of this channel.
      secrets: allSpellings([reader.target, reader.token, ...email.secrets(relay)]),
    };
  },
  judge: (result, { pageId }) => {
    if (result.failure !== "invalid_config") return judgeMail(result);
    // Without a relay it waits for one as long as the schedule lasts; without a reader there is no point.
    return relayOf(pageId) === null
      ? {
          outcome: "invalid_config",
          retry: true,
          reason: "The status page has no e-mail channel that is switched on.",
        }
      : { outcome: "invalid_config", retry: false, reason: "Nobody is subscribed by this any more." };
  },
  targets: ({ pageId }) => {
    const relay = relayOf(pageId);
    return relay === null ? [] : [{ field: "config.host", url: relay.url }];
  },
  secrets: () => [],
});

const webhookType = ({ urlOf }: Lookups): ChannelType<PageWebhookConfig> => ({
  ...UNSEEN,
  kind: PAGE_WEBHOOK,
  label: "A webhook that is told of a status page",
  parse: (given) => ({
    subscriberId: textIn(given, "subscriber_id"),
    pageId: textIn(given, "page_id"),
    token: textIn(given, "token"),
    isStrangers: given["is_strangers"] !== false,
    webhook: webhook.parse({
      url: textIn(given, "url"),
      secret: textIn(given, "secret"),
      dialect: "standard-webhooks",
      ordered: true,
      retry: [...RETRY_DELAYS_SECONDS],
    }),
  }),
  behaviour: (config) => ({ ...webhook.behaviour(config.webhook), defaultEvents: [] }),
  request: (composed, { pageId, token, isStrangers, webhook: config }, context: RequestContext) => {
    const url = urlOf(pageId);
    if (url === undefined) throw gone();
    return { ...webhook.request(withLinks(composed, linksOf(url, token)), config, context), isStrangers };
  },
  judge: (result, config) => webhook.judge(result, config.webhook),
  targets: (config) => webhook.targets(config.webhook),
  // Where somebody is reached is theirs: evidence shows the host and no more.
  secrets: ({ token, webhook: config }) =>
    allSpellings([...webhook.secrets(config), token, ...secretsOfUrl(config.url)]),
});

/** For the directory of channels. */
export const pageChannelTypes = (lookups: Lookups): readonly AnyChannelType[] => [
  mailType(lookups) as unknown as AnyChannelType,
  webhookType(lookups) as unknown as AnyChannelType,
];
