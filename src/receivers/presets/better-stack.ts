// In: what a Better Stack status page posts to subscribers. Out: components, and the page as a whole, since its
// incidents have no status of their own.
import type { Preset } from "./preset";
import { PAGE_WORDS, readStatusPage } from "./status-page";

export const betterStack: Preset = {
  name: "better_stack",
  label: "Better Stack status page",
  about: "Component updates; for incidents what the page says of itself; maintenance by its times.",
  setup: [
    "On the status page choose Get updates, then Webhook, and paste the receiver's URL: it must begin with https.",
    "Confirm the mail that Better Stack sends.",
  ],
  serviceFrom: "the component's name",
  signature: { header: "X-Webhook-Signature", scheme: "auto", hint: null },
  words: PAGE_WORDS,
  examples: [
    {
      title: "An incident",
      payload: {
        event_type: "incident",
        page: { id: "1", status_indicator: "downtime", status_description: "Some services are down" },
        incident: {
          id: "2",
          name: "No connection to the database",
          shortlink: "https://status.example.com/incidents/2",
          incident_updates: [{ id: "3", body: "We look into it.", created_at: "2026-01-05T10:00:00Z" }],
        },
      },
    },
    {
      title: "All is well again",
      payload: {
        event_type: "incident",
        page: { id: "1", status_indicator: "operational", status_description: "All services are online" },
        incident: {
          id: "2",
          name: "No connection to the database",
          incident_updates: [{ id: "4", body: "Fixed." }],
        },
      },
    },
  ],
  read: readStatusPage,
};
