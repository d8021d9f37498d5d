// In: nothing. Out: every sentence of the interface in English, by screen. Another language is
// another folder with the same keys.
import { alertText } from "./en/alert";
import { channelFormText } from "./en/channel-form";
import { channelPageText } from "./en/channel-page";
import { channelsText } from "./en/channels";
import { chartText, commonText, severityText, shellText } from "./en/common";
import { deliveriesText } from "./en/deliveries";
import { entryText } from "./en/entry";
import { incidentsText } from "./en/incidents";
import { machinesText } from "./en/machines";
import { maintenanceText } from "./en/maintenance";
import { monitorFormText } from "./en/monitor-form";
import { monitorsText } from "./en/monitors";
import { nowText } from "./en/now";
import { escalationText, tokensText, usersText } from "./en/people";
import { receiverFormText } from "./en/receiver-form";
import { receiversText } from "./en/receivers";
import { rulesText } from "./en/rules";
import { servicesText } from "./en/services";
import { slaText } from "./en/sla";
import { statusPagesText } from "./en/status-pages";

export const text = {
  common: commonText,
  severity: severityText,
  shell: shellText,
  chart: chartText,
  entry: entryText,
  now: nowText,
  alert: alertText,
  machines: machinesText,
  rules: rulesText,
  channels: channelsText,
  channelForm: channelFormText,
  channelPage: channelPageText,
  deliveries: deliveriesText,
  monitors: monitorsText,
  monitorForm: monitorFormText,
  services: servicesText,
  incidents: incidentsText,
  maintenance: maintenanceText,
  sla: slaText,
  statusPages: statusPagesText,
  receivers: receiversText,
  receiverForm: receiverFormText,
  escalation: escalationText,
  tokens: tokensText,
  users: usersText,
};
