// In: one folder per channel type. Out: all types by kind. Adding one is its folder and a line here.
import type { AnyChannelType, ChannelType, TransportRequest } from "./channel";
import { email } from "./email";
import { discord } from "./discord";
import { googleChat } from "./google-chat";
import { matrix } from "./matrix";
import { mqtt } from "./mqtt";
import { mattermost } from "./mattermost";
import { stackLight } from "./stack-light";
import { slack } from "./slack";
import { teams } from "./teams";
import { telegram } from "./telegram";
import { apprise } from "./apprise";
import { gotify } from "./gotify";
import { ntfy } from "./ntfy";
import { opsgenie } from "./opsgenie";
import { pagerduty } from "./pagerduty";
import { pushover } from "./pushover";
import { sms } from "./sms";
import { webhook } from "./webhook";

/** Sound: a type's functions are only ever given what its own `parse` returned. */
const registered = <Config>(type: ChannelType<Config, TransportRequest>): AnyChannelType =>
  type as unknown as AnyChannelType;

/** In the order of the form's list. */
const ALL: readonly AnyChannelType[] = [
  registered(webhook),
  registered(slack),
  registered(teams),
  registered(discord),
  registered(telegram),
  registered(mattermost),
  registered(googleChat),
  registered(matrix),
  registered(email),
  registered(pagerduty),
  registered(opsgenie),
  registered(sms),
  registered(ntfy),
  registered(gotify),
  registered(pushover),
  registered(apprise),
  registered(mqtt),
  registered(stackLight),
];

export const channelTypes: ReadonlyMap<string, AnyChannelType> = new Map(
  ALL.map((type) => [type.kind, type]),
);
