// In: nothing. Out: the shape of a language: every sentence that readers of a status page see.
import type { IncidentSeverity, IncidentStatus, ServiceStatus } from "../../core/events";
import type { DayState, OverallStatus, UptimeWindow } from "../view";

export interface Words {
  /** For the browser's formats of numbers and dates. */
  locale: string;
  /** In its own language: for the switch. */
  languageName: string;
  skip: string;
  overall: Readonly<Record<OverallStatus, string>>;
  /** All components are well, but people work on an incident. */
  overallIncident: string;
  /** The page shows no components. */
  overallEmpty: string;
  status: Readonly<Record<ServiceStatus, string>>;
  incidentStatus: Readonly<Record<IncidentStatus, string>>;
  severity: Readonly<Record<IncidentSeverity, string>>;
  subscribe: string;
  announcement: string;
  openIncidents: string;
  /** What was said of services, apart from incidents. */
  posts: string;
  affects: string;
  /** Of an update without words of its own. */
  statusNow: (status: string) => string;
  earlierUpdates: string;
  /** Between the first update of an incident and the newest ones. */
  updatesLeftOut: string;
  postMortem: string;
  activeMaintenance: string;
  upcomingMaintenance: string;
  maintenanceDone: string;
  maintenanceWord: string;
  moreDates: (count: number) => string;
  components: string;
  otherComponents: string;
  daysAgo: (days: number) => string;
  /** Of a component that is younger than what is shown. */
  since: (day: string) => string;
  today: string;
  figures: string;
  uptime: string;
  uptimeWindow: Readonly<Record<UptimeWindow, string>>;
  noData: string;
  troubledDays: string;
  /** Of the bars of one component, for those who cannot see them. */
  barsSummary: (uptime: string | null, troubledDays: number) => string;
  dayState: Readonly<Record<DayState, string>>;
  /** What a day's bar says: how long each state lasted. */
  dayFor: (state: "down" | "degraded" | "maintenance", duration: string) => string;
  past: string;
  pastQuiet: (days: number) => string;
  history: string;
  historyTitle: string;
  historyQuiet: string;
  back: string;
  updated: string;
  /** Of a copy in a folder. */
  written: string;
  timesIn: (zone: string) => string;
  timesLocal: string;
  stale: string;
  language: string;
  gate: {
    title: string;
    lead: string;
    label: string;
    submit: string;
    wrong: string;
    tooMany: (seconds: number) => string;
    forbidden: string;
    forbiddenLead: string;
    notFound: string;
    notFoundLead: string;
  };
  /** In feeds, calendars and badges, and before the links to them. */
  feeds: FeedWords;
  /** `0.5 h` is never said: whole units, two of them at most. */
  duration: (seconds: number) => string;
}

export interface FeedWords {
  /** Before the links. */
  follow: string;
  calendar: string;
  feedTitle: (page: string) => string;
  calendarTitle: (page: string) => string;
  /** Of planned work, as it goes on. */
  maintenance: Readonly<Record<"scheduled" | "started" | "ended", string>>;
  /** On badges. */
  component: Readonly<Record<ServiceStatus, string>>;
  overall: Readonly<Record<OverallStatus, string>>;
  uptime: (name: string, window: UptimeWindow) => string;
}

/** Two units at most, cut: `1 h 4 min`. */
export const durationWith =
  (units: { day: string; hour: string; minute: string; second: string }) =>
  (seconds: number): string => {
    const whole = Math.max(0, Math.floor(seconds));
    const parts: [number, string][] = [
      [Math.floor(whole / 86_400), units.day],
      [Math.floor((whole % 86_400) / 3_600), units.hour],
      [Math.floor((whole % 3_600) / 60), units.minute],
      [whole % 60, units.second],
    ];
    const first = parts.findIndex(([count]) => count > 0);
    if (first === -1) return `0 ${units.second}`;
    return parts
      .slice(first, first + 2)
      .filter(([count]) => count > 0)
      .map(([count, unit]) => `${count} ${unit}`)
      .join(" ");
  };
