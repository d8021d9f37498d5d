// In: nothing. Out: the shape of a language: every sentence that subscribers read, in mails and on pages.
import type { IncidentSeverity, IncidentStatus } from "../../../core/events";
import type { NewsEvent } from "../news";

export interface SubscriberWords {
  mail: {
    /** Of the subject; the name of what it is about follows. */
    events: Readonly<Record<NewsEvent, string>>;
    /** In the place of that of `maintenance.scheduled`. */
    moved: string;
    labels: Readonly<
      Record<"status" | "severity" | "affected" | "opened" | "resolved" | "begins" | "ends", string>
    >;
    statuses: Readonly<Record<IncidentStatus, string>>;
    severities: Readonly<Record<IncidentSeverity, string>>;
    openPage: string;
    why: (title: string) => string;
    manage: string;
    unsubscribe: string;
    confirm: {
      subject: (title: string) => string;
      body: (title: string) => string;
      button: string;
      ignore: (hours: number) => string;
    };
    known: { subject: (title: string) => string; body: (title: string) => string; ignore: string };
  };
  page: {
    back: string;
    subscribe: {
      heading: string;
      lead: (title: string) => string;
      byEmail: string;
      address: string;
      byWebhook: string;
      webhookHint: string;
      url: string;
      what: string;
      everything: string;
      some: string;
      submit: string;
      privacy: string;
      feeds: string;
      none: string;
    };
    asked: { heading: string; body: string; note: (hours: number) => string };
    secret: { heading: string; body: string; label: string; note: (hours: number) => string };
    confirm: { heading: string; body: (title: string) => string; submit: string };
    confirmed: { heading: string; body: string };
    manage: { heading: string; save: string; saved: string; stop: string; stopHint: string };
    unsubscribe: { heading: string; body: (title: string) => string; submit: string };
    gone: { heading: string; body: string };
    unknown: { heading: string; body: string };
    full: { heading: string; body: string };
    tooMany: { heading: string; body: (seconds: number) => string };
    faults: Readonly<Record<"address" | "url" | "services" | "form", string>>;
  };
}
