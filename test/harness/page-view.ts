// In: what a test wants to be different. Out: the view of a status page: two groups, an open and a past incident,
// maintenance before, under way and after.
import type {
  ComponentView,
  GroupView,
  IncidentView,
  MaintenanceView,
  PageLook,
  PageView,
} from "../../src/status-pages/view";

/** 2026-03-01T12:00:00Z. */
export const VIEW_AT = Date.UTC(2026, 2, 1, 12);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A UUID that says which one it is. */
export const idOf = (number: number): string => `00000000-0000-7000-8000-${String(number).padStart(12, "0")}`;

export const componentView = (change: Partial<ComponentView> = {}): ComponentView => ({
  id: idOf(11),
  name: "Shop",
  description: "Where people buy.",
  status: "operational",
  since: VIEW_AT - 10 * DAY,
  position: 1,
  groupId: idOf(101),
  createdAt: VIEW_AT - 40 * DAY,
  updatedAt: VIEW_AT - 10 * DAY,
  uptime: { "24h": 100, "7d": 99.98765, "30d": 99.5, "90d": 98.2 },
  days: [],
  ...change,
});

export const groupView = (change: Partial<GroupView> = {}): GroupView => ({
  id: idOf(101),
  name: "Web",
  status: "down",
  position: 1,
  components: [
    componentView(),
    componentView({ id: idOf(12), name: "Cart", description: "", status: "down", position: 2 }),
  ],
  ...change,
});

export const incidentView = (change: Partial<IncidentView> = {}): IncidentView => ({
  id: idOf(201),
  code: "INC-7-LARK",
  title: "Checkout fails",
  severity: "major",
  status: "monitoring",
  openedAt: VIEW_AT - 3 * HOUR,
  resolvedAt: null,
  updatedAt: VIEW_AT - HOUR,
  componentIds: [idOf(12)],
  updates: [
    { id: idOf(303), status: "monitoring", message: "A fix is out.", at: VIEW_AT - HOUR },
    { id: idOf(302), status: "identified", message: "It is the card terminal.", at: VIEW_AT - 2 * HOUR },
    {
      id: idOf(301),
      status: "investigating",
      message: "Some payments fail.\n\nWe look into it.",
      at: VIEW_AT - 3 * HOUR,
    },
  ],
  hasGap: false,
  postMortem: null,
  ...change,
});

export const maintenanceView = (change: Partial<MaintenanceView> = {}): MaintenanceView => ({
  id: idOf(401),
  windowId: idOf(411),
  name: "Database move",
  description: "The shop is read-only.",
  status: "scheduled",
  startsAt: VIEW_AT + DAY,
  endsAt: VIEW_AT + DAY + 2 * HOUR,
  startedAt: null,
  endedAt: null,
  componentIds: [idOf(11), idOf(12)],
  isRecurring: false,
  createdAt: VIEW_AT - 5 * HOUR,
  updatedAt: VIEW_AT - 4 * HOUR,
  ...change,
});

export const pageLook = (change: Partial<PageLook> = {}): PageLook => ({
  id: idOf(1),
  slug: "plant",
  title: "Plant",
  description: "How the plant is doing.",
  visibility: "public",
  url: "https://status.example.com/",
  domain: "status.example.com",
  websiteUrl: null,
  announcement: null,
  accentColor: null,
  logoVersion: null,
  language: "en",
  timeZone: "Europe/Berlin",
  isNoindex: false,
  showsUptime: true,
  showHistoryDays: 14,
  allowsEmailSubscribers: false,
  allowsWebhookSubscribers: false,
  createdAt: VIEW_AT - 60 * DAY,
  ...change,
});

export const pageView = (change: Partial<PageView> = {}, look: Partial<PageLook> = {}): PageView => ({
  version: "v1",
  builtAt: VIEW_AT,
  copiedAt: null,
  validUntil: VIEW_AT + HOUR,
  changedAt: VIEW_AT - HOUR,
  page: pageLook(look),
  overall: "partial_outage",
  groups: [
    groupView({
      id: idOf(100),
      name: null,
      status: "operational",
      components: [componentView({ id: idOf(10), name: "Website", groupId: null })],
    }),
    groupView({ position: 2 }),
  ],
  openIncidents: [incidentView()],
  pastIncidents: [
    incidentView({
      id: idOf(202),
      code: "INC-3-OWL",
      title: "Slow pages",
      severity: "minor",
      status: "resolved",
      openedAt: VIEW_AT - 3 * DAY,
      resolvedAt: VIEW_AT - 3 * DAY + HOUR,
      updatedAt: VIEW_AT - 2 * DAY,
      componentIds: [idOf(10), idOf(11)],
      updates: [
        { id: idOf(305), status: "resolved", message: "", at: VIEW_AT - 3 * DAY + HOUR },
        { id: idOf(304), status: "investigating", message: "Pages load slowly.", at: VIEW_AT - 3 * DAY },
      ],
      postMortem: "A cache was too small.",
    }),
  ],
  activeMaintenance: [
    maintenanceView({
      id: idOf(402),
      name: "New switch",
      status: "active",
      startsAt: VIEW_AT - HOUR,
      endsAt: VIEW_AT + HOUR,
      startedAt: VIEW_AT - HOUR + 30_000,
      componentIds: [idOf(10)],
    }),
  ],
  upcomingMaintenance: [maintenanceView()],
  pastMaintenance: [
    maintenanceView({
      id: idOf(403),
      name: "Nightly copy",
      description: "",
      status: "ended",
      startsAt: VIEW_AT - 9 * HOUR,
      endsAt: VIEW_AT - 8 * HOUR,
      startedAt: VIEW_AT - 9 * HOUR,
      endedAt: VIEW_AT - 8 * HOUR - 600_000,
      isRecurring: true,
    }),
  ],
  openPosts: [],
  pastPosts: [],
  ...change,
});
