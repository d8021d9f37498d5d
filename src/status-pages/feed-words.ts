// In: a language. Out: the words of feeds, calendars and badges.
import type { IncidentStatus } from "../core/events";
import type { Language } from "./schema";
import type { DayState, OverallStatus, UptimeWindow } from "./view";

/** Of planned work, as it goes on. */
export type Step = "scheduled" | "started" | "ended";

export interface FeedWords {
  feedTitle: (page: string) => string;
  calendarTitle: (page: string) => string;
  incident: Readonly<Record<IncidentStatus, string>>;
  maintenance: Readonly<Record<Step, string>>;
  /** Before the names of services. */
  affected: string;
  component: Readonly<Record<DayState, string>>;
  overall: Readonly<Record<OverallStatus, string>>;
  uptime: (name: string, window: UptimeWindow) => string;
  noData: string;
  /** Cut, never rounded up: 100 means that there was no downtime at all. */
  percent: (value: number) => string;
}

const cut = (value: number): string => {
  const hundredths = Math.floor(Math.round(value * 100_000) / 1_000);
  return (hundredths / 100).toFixed(hundredths % 100 === 0 ? 0 : 2);
};

const en: FeedWords = {
  feedTitle: (page) => `${page}: incidents and maintenance`,
  calendarTitle: (page) => `${page}: maintenance`,
  incident: {
    investigating: "Investigating",
    identified: "Identified",
    monitoring: "Monitoring",
    resolved: "Resolved",
  },
  maintenance: {
    scheduled: "Maintenance planned",
    started: "Maintenance has begun",
    ended: "Maintenance is over",
  },
  affected: "Affected",
  component: {
    operational: "operational",
    degraded: "degraded",
    down: "down",
    maintenance: "maintenance",
    no_data: "no data",
  },
  overall: {
    operational: "operational",
    maintenance: "maintenance",
    degraded: "degraded",
    partial_outage: "partial outage",
    major_outage: "major outage",
  },
  uptime: (name, window) => `${name}, ${window}`,
  noData: "no data",
  percent: (value) => `${cut(value)}\u00a0%`,
};

const WINDOWS_DE: Readonly<Record<UptimeWindow, string>> = {
  "24h": "24 h",
  "7d": "7 Tage",
  "30d": "30 Tage",
  "90d": "90 Tage",
};

const de: FeedWords = {
  feedTitle: (page) => `${page}: Störungen und Wartungen`,
  calendarTitle: (page) => `${page}: Wartungen`,
  incident: {
    investigating: "Wird untersucht",
    identified: "Ursache gefunden",
    monitoring: "Wird beobachtet",
    resolved: "Behoben",
  },
  maintenance: {
    scheduled: "Wartung geplant",
    started: "Wartung hat begonnen",
    ended: "Wartung ist beendet",
  },
  affected: "Betroffen",
  component: {
    operational: "in Betrieb",
    degraded: "beeinträchtigt",
    down: "ausgefallen",
    maintenance: "in Wartung",
    no_data: "keine Daten",
  },
  overall: {
    operational: "in Betrieb",
    maintenance: "in Wartung",
    degraded: "beeinträchtigt",
    partial_outage: "teilweise ausgefallen",
    major_outage: "ausgefallen",
  },
  uptime: (name, window) => `${name}, ${WINDOWS_DE[window]}`,
  noData: "keine Daten",
  percent: (value) => `${cut(value).replace(".", ",")}\u00a0%`,
};

const WORDS: Readonly<Record<Language, FeedWords>> = { en, de };

export const feedWords = (language: Language): FeedWords => WORDS[language];
