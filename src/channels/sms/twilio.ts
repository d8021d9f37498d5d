// In: Twilio's settings, a number and a text. Out: the request that creates a message there, and what its
// answer means. Source: www.twilio.com/docs/messaging/api/message-resource and docs/api/errors.
import { invalid } from "../../core/errors";
import { serverOf } from "../address";
import type { ComposedBody, Judgement, OutboundRequest, RequestContext, SendResult } from "../channel";
import { judgeNative, postRequest, readJson } from "../native";
import { basicAuth } from "../paging";
import { credentialOf, textOf } from "../values";
import { phoneNumberOf } from "../phone-number";

export const TWILIO_SERVER = "https://api.twilio.com";

export interface TwilioSettings {
  accountSid: string;
  /** The account itself, or an API key of it. */
  user: string;
  secret: string;
  /** Who the message is from: one of the two. */
  sender: { From: string } | { MessagingServiceSid: string };
  server: string;
}

/** Words of up to 11 letters, where a country allows them, or a short code. */
const SENDER_NAME = /^(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}$|^[0-9]{3,8}$/;

const senderOf = (value: unknown): string | undefined => {
  const field = "config.from";
  const text = textOf(value, field, { longest: 40 });
  return text === undefined || SENDER_NAME.test(text)
    ? text
    : phoneNumberOf(text, field, { mayBeNational: false });
};

/** Null where nothing is set; throws `invalid` for what is wrong, and for what is missing when it is needed. */
export const parseTwilio = (
  given: Readonly<Record<string, unknown>>,
  { isNeeded }: { isNeeded: boolean },
): TwilioSettings | null => {
  const accountSid = credentialOf(given["account_sid"], "config.account_sid");
  const apiKeySid = credentialOf(given["api_key_sid"], "config.api_key_sid");
  const secret = credentialOf(given["auth_token"], "config.auth_token");
  const from = senderOf(given["from"]);
  const service = credentialOf(given["messaging_service_sid"], "config.messaging_service_sid");
  const server = serverOf(given["server"] ?? TWILIO_SERVER, "config.server");
  if (!isNeeded) return null;
  if (accountSid === undefined)
    throw invalid("config.account_sid", "account_sid is missing: it begins with AC.");
  if (!/^[A-Za-z0-9-]+$/.test(accountSid))
    throw invalid("config.account_sid", "account_sid holds letters and digits only.");
  if (secret === undefined) throw invalid("config.auth_token", "auth_token is missing.");
  if (from === undefined && service === undefined)
    throw invalid(
      "config.from",
      "from is missing: a number or name of yours, or a messaging service instead.",
    );
  if (from !== undefined && service !== undefined)
    throw invalid("config.messaging_service_sid", "Give either from or messaging_service_sid, not both.");
  return {
    accountSid,
    user: apiKeySid ?? accountSid,
    secret,
    sender: service === undefined ? { From: from ?? "" } : { MessagingServiceSid: service },
    server,
  };
};

export const twilioAddress = ({ server, accountSid }: TwilioSettings): string =>
  `${server}/2010-04-01/Accounts/${accountSid}/Messages.json`;

export const twilioSecrets = ({ user, secret }: TwilioSettings): string[] => [
  secret,
  (basicAuth(user, secret)["Authorization"] ?? "").slice("Basic ".length),
];

const encoder = new TextEncoder();

export const twilioRequest = (
  settings: TwilioSettings,
  { to, text }: { to: string; text: string },
  context: RequestContext,
): OutboundRequest => {
  const form: ComposedBody = {
    body: encoder.encode(new URLSearchParams({ To: to, ...settings.sender, Body: text }).toString()),
    contentType: "application/x-www-form-urlencoded",
  };
  return postRequest(form, context, {
    url: twilioAddress(settings),
    headers: basicAuth(settings.user, settings.secret),
  });
};

const CODES: Readonly<Record<number, string>> = {
  20003: "it does not accept the account SID and the auth token",
  20404: "the account or the messaging service does not exist",
  20429: "too many requests at a time",
  21211: "the recipient's number is not valid",
  21212: "the sender's number is not valid",
  21408: "sending to the recipient's country is not enabled",
  21606: "the sender's number can't send messages to this recipient",
  21608: "a trial account sends to verified numbers only",
  21610: "the recipient has answered STOP",
  21614: "the recipient's number can't receive messages",
  21617: "the message is too long",
  21658: "the message is too long",
  21703: "the messaging service has no number that can send",
  30001: "its queue is full",
};

/** By the status; the code in the answer says why. A message that failed at once is one, whatever the status. */
export const judgeTwilio = (result: SendResult): Judgement => {
  const judgement = judgeNative(result);
  if (result.statusCode === null) return judgement;
  const { code, error_code: errorCode, status } = readJson(result);
  const number = typeof code === "number" ? code : errorCode;
  const meaning = typeof number === "number" && Object.hasOwn(CODES, number) ? CODES[number] : undefined;
  const why = meaning === undefined ? "" : `: ${meaning} (${String(number)})`;
  if (judgement.outcome === "delivered")
    return status === "failed" || status === "undelivered"
      ? { outcome: "client_error", retry: false, reason: `Twilio could not send it${why}.` }
      : judgement;
  return why === "" ? judgement : { ...judgement, reason: `Twilio answered ${result.statusCode}${why}.` };
};
