// In: nothing. Out: every service that channels of people speak to, by the channel's type. A new type
// adds a file and a line: the journeys in `journey` and `binary` walk over all of them.
import { discordService } from "./discord";
import { googleChatService } from "./google-chat";
import { matrixService } from "./matrix";
import { mattermostService } from "./mattermost";
import { appriseService } from "./apprise";
import { gotifyService } from "./gotify";
import { ntfyService } from "./ntfy";
import { opsgenieService } from "./opsgenie";
import { pagerdutyService } from "./pagerduty";
import { pushoverService } from "./pushover";
import { smsService } from "./sms";
import type { ServiceModel } from "./service";
import { slackService } from "./slack";
import { teamsService } from "./teams";
import { telegramService } from "./telegram";

export const SERVICES: Readonly<Record<string, ServiceModel>> = {
  slack: slackService,
  teams: teamsService,
  discord: discordService,
  telegram: telegramService,
  mattermost: mattermostService,
  google_chat: googleChatService,
  matrix: matrixService,
  sms: smsService,
  pushover: pushoverService,
  pagerduty: pagerdutyService,
  opsgenie: opsgenieService,
  ntfy: ntfyService,
  gotify: gotifyService,
  apprise: appriseService,
};
