// In: one folder per channel type. Out: all types by kind. Adding one is its folder and a line here.
import type { ChannelType } from "./channel";
import { webhook } from "./webhook";

/** Sound: a type's functions are only ever given what its own `parse` returned. */
const registered = <Config>(type: ChannelType<Config>): ChannelType => type as unknown as ChannelType;

const ALL: readonly ChannelType[] = [registered(webhook)];

export const channelTypes: ReadonlyMap<string, ChannelType> = new Map(ALL.map((type) => [type.kind, type]));
