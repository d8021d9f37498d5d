// In: a mail relay and addresses. Out: the e-mail channel type: one mail per event to all recipients,
// those about one alert or incident in one thread.
import type { ComposedBody, RequestContext } from "../channel";
import { nativeType } from "../native";
import type { Mail, SmtpRequest } from "../requests";
import { composeEmail, type StoredMail } from "./compose";
import { parseEmailConfig, type EmailConfig } from "./config";
import { EMAIL_FIELDS } from "./fields";
import { judgeMail } from "./judge";

/**
 * RFC 3834, 5: tells answering machines that nobody is there to be answered; the second is what Exchange
 * looks at (MS-OXCMAIL, 2.2.3.2.14). `Precedence` says less and makes some servers file mails as bulk.
 */
const AUTOMATIC = { "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All" };

const decoder = new TextDecoder();

/**
 * One mail through the relay of a channel: how it is reached, the sender, and the headers of every mail that
 * a machine writes. What is particular to the mail is the caller's.
 */
export const throughRelay = (
  config: EmailConfig,
  mail: Pick<Mail, "to" | "cc" | "subject" | "text" | "html" | "isUrgent" | "date">,
  ids: { deliveryId: string; threadRootId?: string | undefined },
): SmtpRequest => {
  const { url, security, isVerified, tls, heloName, login, from } = config;
  const { deliveryId, threadRootId } = ids;
  // RFC 5322, 3.6.4: what stands after the @ should be ours.
  const domain = from.address.slice(from.address.lastIndexOf("@") + 1);
  const messageIdOf = (id: string): string => `<${id}@${domain}>`;
  return {
    transport: "smtp",
    url,
    security,
    isVerified,
    ...(tls === null ? {} : { tls }),
    heloName,
    login,
    mail: {
      ...mail,
      from,
      messageId: messageIdOf(deliveryId),
      inReplyTo: threadRootId === undefined || threadRootId === deliveryId ? null : messageIdOf(threadRootId),
      headers: AUTOMATIC,
    },
  };
};

const request = ({ body }: ComposedBody, config: EmailConfig, ids: RequestContext): SmtpRequest => {
  const { subject, text, html, isUrgent, date } = JSON.parse(decoder.decode(body)) as StoredMail;
  const { to, cc } = config;
  return throughRelay(config, { to, cc, subject, text, html, isUrgent, date }, ids);
};

const base64 = (text: string): string => Buffer.from(text, "utf8").toString("base64");

export const email = nativeType<EmailConfig, SmtpRequest>({
  kind: "email",
  label: "E-mail",
  description: "Sends mails through a relay of yours, old ones included.",
  fields: EMAIL_FIELDS,
  parse: parseEmailConfig,
  behaviour: (config) => ({ timeoutMs: config.timeoutMs }),
  compose: composeEmail,
  request,
  judge: judgeMail,
  isThreaded: true,
  targets: ({ url }) => [{ field: "config.host", url }],
  // As AUTH PLAIN and AUTH LOGIN write them (RFC 4616).
  secrets: ({ login }) =>
    login === null
      ? []
      : [login.password, base64(login.password), base64(`\0${login.user}\0${login.password}`)],
});
