// In: nothing. Out: the table of pages: path, title, place in the navigation (navigation.ts), chunk and element.
import { html, type TemplateResult } from "lit";
import { text } from "../text/en";

export interface Route {
  path: string;
  title: string;
  /** Which entry of the navigation it belongs to. */
  nav: string;
  load: () => Promise<unknown>;
  render: (params: Record<string, string>) => TemplateResult;
}

const { shell } = text;

const param = (params: Record<string, string>, name: string): string => params[name] ?? "";

export const ROUTES: readonly Route[] = [
  {
    path: "/",
    title: text.now.title,
    nav: "/",
    load: () => import("../pages/now"),
    render: () => html`<page-now></page-now>`,
  },
  {
    path: "/alerts/:id",
    title: "",
    nav: "/",
    load: () => import("../pages/alert"),
    render: (params) => html`<page-alert .alertId=${param(params, "id")}></page-alert>`,
  },
  {
    path: "/machines",
    title: shell.machines,
    nav: "/machines",
    load: () => import("../pages/machines"),
    render: () => html`<page-machines></page-machines>`,
  },
  {
    path: "/machines/:id",
    title: "",
    nav: "/machines",
    load: () => import("../pages/machine"),
    render: (params) => html`<page-machine .machineId=${param(params, "id")}></page-machine>`,
  },
  {
    path: "/devices/:number",
    title: shell.machines,
    nav: "/machines",
    load: () => import("../pages/machine"),
    render: (params) => html`<page-machine .machineNumber=${param(params, "number")}></page-machine>`,
  },
  {
    path: "/monitors",
    title: shell.monitors,
    nav: "/monitors",
    load: () => import("../pages/monitors"),
    render: () => html`<page-monitors></page-monitors>`,
  },
  {
    path: "/monitors/new",
    title: text.monitorForm.newTitle,
    nav: "/monitors",
    load: () => import("../pages/monitor-edit"),
    render: () => html`<page-monitor-edit .monitorId=${"new"}></page-monitor-edit>`,
  },
  {
    path: "/monitors/:id",
    title: "",
    nav: "/monitors",
    load: () => import("../pages/monitor"),
    render: (params) => html`<page-monitor .monitorId=${param(params, "id")}></page-monitor>`,
  },
  {
    path: "/monitors/:id/edit",
    title: shell.monitors,
    nav: "/monitors",
    load: () => import("../pages/monitor-edit"),
    render: (params) => html`<page-monitor-edit .monitorId=${param(params, "id")}></page-monitor-edit>`,
  },
  {
    path: "/services",
    title: shell.services,
    nav: "/services",
    load: () => import("../pages/services"),
    render: () => html`<page-services></page-services>`,
  },
  {
    path: "/services/:id",
    title: "",
    nav: "/services",
    load: () => import("../pages/service"),
    render: (params) => html`<page-service .serviceId=${param(params, "id")}></page-service>`,
  },
  {
    path: "/incidents",
    title: text.incidents.title,
    nav: "/incidents",
    load: () => import("../pages/incidents"),
    render: () => html`<page-incidents></page-incidents>`,
  },
  {
    path: "/incidents/:id",
    title: "",
    nav: "/incidents",
    load: () => import("../pages/incident"),
    render: (params) => html`<page-incident .incidentId=${param(params, "id")}></page-incident>`,
  },
  {
    path: "/maintenance",
    title: text.maintenance.title,
    nav: "/maintenance",
    load: () => import("../pages/maintenance"),
    render: () => html`<page-maintenance></page-maintenance>`,
  },
  {
    path: "/maintenance/new",
    title: "",
    nav: "/maintenance",
    load: () => import("../pages/maintenance-edit"),
    render: () => html`<page-maintenance-edit .windowId=${"new"}></page-maintenance-edit>`,
  },
  {
    path: "/maintenance/:id",
    title: "",
    nav: "/maintenance",
    load: () => import("../pages/maintenance-window"),
    render: (params) =>
      html`<page-maintenance-window .windowId=${param(params, "id")}></page-maintenance-window>`,
  },
  {
    path: "/maintenance/:id/edit",
    title: "",
    nav: "/maintenance",
    load: () => import("../pages/maintenance-edit"),
    render: (params) =>
      html`<page-maintenance-edit .windowId=${param(params, "id")}></page-maintenance-edit>`,
  },
  {
    path: "/rules",
    title: shell.rules,
    nav: "/rules",
    load: () => import("../pages/rules"),
    render: () => html`<page-rules></page-rules>`,
  },
  {
    path: "/rules/:id",
    title: shell.rules,
    nav: "/rules",
    load: () => import("../pages/rule"),
    render: (params) => html`<page-rule .ruleId=${param(params, "id")}></page-rule>`,
  },
  {
    path: "/channels",
    title: shell.channels,
    nav: "/channels",
    load: () => import("../pages/channels"),
    render: () => html`<page-channels></page-channels>`,
  },
  {
    path: "/channels/new",
    title: text.channels.newTitle,
    nav: "/channels",
    load: () => import("../pages/channel-edit"),
    render: () => html`<page-channel-edit .channelId=${"new"}></page-channel-edit>`,
  },
  {
    path: "/channels/:id",
    title: "",
    nav: "/channels",
    load: () => import("../pages/channel"),
    render: (params) => html`<page-channel .channelId=${param(params, "id")}></page-channel>`,
  },
  {
    path: "/channels/:id/edit",
    title: shell.channels,
    nav: "/channels",
    load: () => import("../pages/channel-edit"),
    render: (params) => html`<page-channel-edit .channelId=${param(params, "id")}></page-channel-edit>`,
  },
  {
    path: "/deliveries",
    title: shell.deliveries,
    nav: "/deliveries",
    load: () => import("../pages/deliveries"),
    render: () => html`<page-deliveries></page-deliveries>`,
  },
  {
    path: "/receivers",
    title: shell.receivers,
    nav: "/receivers",
    load: () => import("../pages/receivers"),
    render: () => html`<page-receivers></page-receivers>`,
  },
  {
    path: "/receivers/new",
    title: text.receiverForm.newTitle,
    nav: "/receivers",
    load: () => import("../pages/receiver-edit"),
    render: () => html`<page-receiver-edit .receiverId=${"new"}></page-receiver-edit>`,
  },
  {
    path: "/receivers/:id",
    title: "",
    nav: "/receivers",
    load: () => import("../pages/receiver"),
    render: (params) => html`<page-receiver .receiverId=${param(params, "id")}></page-receiver>`,
  },
  {
    path: "/receivers/:id/edit",
    title: shell.receivers,
    nav: "/receivers",
    load: () => import("../pages/receiver-edit"),
    render: (params) => html`<page-receiver-edit .receiverId=${param(params, "id")}></page-receiver-edit>`,
  },
  {
    path: "/receivers/:id/teach",
    title: shell.receivers,
    nav: "/receivers",
    load: () => import("../pages/receiver-teach"),
    render: (params) => html`<page-receiver-teach .receiverId=${param(params, "id")}></page-receiver-teach>`,
  },
  {
    path: "/escalation",
    title: shell.escalation,
    nav: "/escalation",
    load: () => import("../pages/escalation"),
    render: () => html`<page-escalation></page-escalation>`,
  },
  {
    path: "/status-pages",
    title: text.statusPages.title,
    nav: "/status-pages",
    load: () => import("../pages/status-pages"),
    render: () => html`<page-status-pages></page-status-pages>`,
  },
  {
    path: "/status-pages/:id",
    title: "",
    nav: "/status-pages",
    load: () => import("../pages/status-page-edit"),
    render: (params) => html`<page-status-page-edit .pageId=${param(params, "id")}></page-status-page-edit>`,
  },
  {
    path: "/sla",
    title: text.sla.title,
    nav: "/sla",
    load: () => import("../pages/sla"),
    render: () => html`<page-sla></page-sla>`,
  },
  {
    path: "/tokens",
    title: shell.tokens,
    nav: "/tokens",
    load: () => import("../pages/tokens"),
    render: () => html`<page-tokens></page-tokens>`,
  },
  {
    path: "/users",
    title: shell.users,
    nav: "/users",
    load: () => import("../pages/users"),
    render: () => html`<page-users></page-users>`,
  },
];
