// In: one folder per channel type. Out: all types by kind. Adding one is its folder and a line here.
import type { AnyChannelType, ChannelType, TransportRequest } from "./channel";
import { email } from "./email";
import { slack } from "./slack";
import { webhook } from "./webhook";

/** Sound: a type's functions are only ever given what its own `parse` returned. */
const registered = <Config>(type: ChannelType<Config, TransportRequest>): AnyChannelType =>
  type as unknown as AnyChannelType;

/** In the order of the form's list. */
const ALL: readonly AnyChannelType[] = [registered(webhook), registered(slack), registered(email)];

export const channelTypes: ReadonlyMap<string, AnyChannelType> = new Map(
  ALL.map((type) => [type.kind, type]),
);
