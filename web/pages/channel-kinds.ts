// In: channel types as the server lists them. Out: the same in groups of what they are for, the order in
// which people look for them. A type that is not known here is still offered.
import type { ChannelType } from "../api/channels";
import { text } from "../text/en";

export type KindGroup = keyof typeof text.channelForm.groups;

const GROUPS: Readonly<Record<KindGroup, readonly string[]>> = {
  automation: ["webhook", "apprise"],
  chat: ["teams", "slack", "google_chat", "mattermost", "discord", "telegram", "matrix"],
  paging: ["pagerduty", "opsgenie", "pushover", "ntfy", "gotify"],
  phone: ["email", "sms"],
  plant: ["mqtt", "stack_light"],
};

const isGroup = (name: string): name is KindGroup => Object.hasOwn(GROUPS, name);

export const groupTypes = (
  types: readonly ChannelType[],
): { group: KindGroup; title: string; types: ChannelType[] }[] => {
  const known = new Set(Object.values(GROUPS).flat());
  const others = types.filter(({ kind }) => !known.has(kind));
  return Object.keys(GROUPS)
    .filter(isGroup)
    .map((group) => ({
      group,
      title: text.channelForm.groups[group],
      types: [
        ...GROUPS[group].flatMap((kind) => types.filter((type) => type.kind === kind)),
        ...(group === "automation" ? others : []),
      ],
    }))
    .filter((each) => each.types.length > 0);
};
