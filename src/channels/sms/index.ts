// In: phone numbers and who carries messages there. Out: the SMS channel type: a short text to each
// number, by Twilio or by a gateway in the plant that needs no internet.
import { invalid } from "../../core/errors";
import type { TellableEvent } from "../../core/events";
import { maskHeaders } from "../../lib/secrets";
import type { ChannelType, ComposedBody, Message } from "../channel";
import { nativeType, type NativeConfig } from "../native";
import { bodyFor, firstOf, readStored } from "../paging";
import { maskGiven } from "../secret-values";
import { booleanOf, choiceOf, listOf, numberOf } from "../values";
import { DEFAULT_PROVIDER, PROVIDERS, SMS_FIELDS } from "./fields";
import {
  gatewayAddress,
  gatewayRequest,
  gatewaySecrets,
  judgeGateway,
  parseGateway,
  type GatewaySettings,
} from "./gateway";
import { phoneNumberOf } from "../phone-number";
import { smsText, type SmsTextOptions } from "./text";
import {
  judgeTwilio,
  parseTwilio,
  twilioAddress,
  twilioRequest,
  twilioSecrets,
  type TwilioSettings,
} from "./twilio";

type Carrier =
  | { provider: "twilio"; settings: TwilioSettings }
  | { provider: "http"; settings: GatewaySettings };

export interface SmsConfig extends NativeConfig {
  to: readonly string[];
  carrier: Carrier;
  text: SmsTextOptions;
}

/** The stored bytes: who it is for, and what it says. */
interface Sms {
  to: string;
  text: string;
}

/** What is worth a message on a phone, and its price. */
const EVENTS: readonly TellableEvent[] = [
  "alert.triggered",
  "alert.resolved",
  "alert.escalated",
  "incident.opened",
  "incident.resolved",
];

const MOST_NUMBERS = 50;
/** Characters: Twilio asks for 320 at most, and takes 1,600. */
const LENGTH = { least: 70, usual: 320, most: 1_600 } as const;

const carrierOf = (given: Readonly<Record<string, unknown>>): Carrier => {
  const provider = choiceOf(given["provider"], "config.provider", PROVIDERS) ?? DEFAULT_PROVIDER;
  // Both are checked: what is wrong is said at once, also of the provider that is not chosen.
  const twilio = parseTwilio(given, { isNeeded: provider === "twilio" });
  const gateway = parseGateway(given, { isNeeded: provider === "http" });
  if (twilio !== null) return { provider: "twilio", settings: twilio };
  if (gateway !== null) return { provider: "http", settings: gateway };
  throw new Error("sms: a provider without settings");
};

const parse = (given: Record<string, unknown>): SmsConfig => {
  const carrier = carrierOf(given);
  const mayBeNational = carrier.provider === "http";
  const to = listOf(given["to"], "config.to", {
    most: MOST_NUMBERS,
    check: (entry, field) => phoneNumberOf(entry, field, { mayBeNational }),
  });
  if (to === undefined || to.length === 0)
    throw invalid("config.to", "to is missing: whom shall a message reach?");
  return {
    given,
    to: [...new Set(to)],
    carrier,
    text: {
      longest:
        numberOf(given["max_length"], "config.max_length", { ...LENGTH, isWhole: true }) ?? LENGTH.usual,
      hasLink: booleanOf(given["link"], "config.link") ?? true,
      isPlain: booleanOf(given["plain_letters"], "config.plain_letters") ?? true,
    },
  };
};

const composeEach = (message: Message, { to, text }: SmsConfig): ComposedBody[] => {
  const written = smsText(message, text);
  return to.map((number) => bodyFor(number, { to: number, text: written } satisfies Sms));
};

export const sms: ChannelType<SmsConfig> = nativeType<SmsConfig>({
  kind: "sms",
  label: "SMS",
  description: "Text messages to phones, by Twilio or by an SMS gateway of your own.",
  fields: SMS_FIELDS,
  defaultEvents: EVENTS,
  parse,
  compose: (message, config) => firstOf(composeEach(message, config)),
  composeEach,
  request: (composed, { carrier }, context) => {
    const message = readStored<Sms>(composed);
    return carrier.provider === "twilio"
      ? twilioRequest(carrier.settings, message, context)
      : gatewayRequest(carrier.settings, message, context);
  },
  judge: (result, { carrier }) =>
    carrier.provider === "twilio" ? judgeTwilio(result) : judgeGateway(result, carrier.settings),
  targets: ({ carrier }) => [
    carrier.provider === "twilio"
      ? { field: "config.server", url: twilioAddress(carrier.settings) }
      : { field: "config.url", url: gatewayAddress(carrier.settings) },
  ],
  secrets: ({ given, carrier }) => [
    ...(carrier.provider === "twilio" ? twilioSecrets(carrier.settings) : gatewaySecrets(carrier.settings)),
    ...["auth_token", "password"].flatMap((name) => (typeof given[name] === "string" ? [given[name]] : [])),
  ],
  mask: ({ given }) => {
    const headers = given["headers"] as Record<string, string> | undefined;
    return {
      ...maskGiven(given, SMS_FIELDS),
      ...(headers === undefined ? {} : { headers: maskHeaders(headers) }),
    };
  },
});
