// In: what Instatus posts to subscribers of a page. Out: components, incidents and maintenance.
import type { Preset } from "./preset";
import { PAGE_WORDS, readStatusPage } from "./status-page";

export const instatus: Preset = {
  name: "instatus",
  label: "Instatus",
  about: "Component updates, incidents and maintenance, with Instatus' own words such as MAJOROUTAGE.",
  setup: [
    "On the status page of the service that you depend on, choose Get updates, then Webhook, and paste the receiver's URL.",
    "On a page of your own: Settings, Webhooks. Its secret is the receiver's HMAC secret.",
  ],
  serviceFrom: "the component's name",
  signature: {
    header: "X-Instatus-Webhook-Signature",
    scheme: "auto",
    hint: "HMAC-SHA256 of the body with the page's webhook secret.",
  },
  words: PAGE_WORDS,
  examples: [
    {
      title: "A component fails",
      payload: {
        page: { id: "p1", status_indicator: "HASISSUES", url: "https://status.example.com" },
        component_update: {
          created_at: "2026-01-05T10:00:00Z",
          new_status: "MAJOROUTAGE",
          component_id: "c1",
        },
        component: { id: "c1", name: "API", status: "MAJOROUTAGE" },
      },
    },
    {
      title: "Maintenance",
      payload: {
        page: { id: "p1", status_indicator: "UNDERMAINTENANCE" },
        maintenance: {
          id: "m1",
          name: "Database upgrade",
          status: "INPROGRESS",
          impact: "UNDERMAINTENANCE",
          maintenance_updates: [{ status: "INPROGRESS", body: "It has begun." }],
        },
      },
    },
  ],
  read: readStatusPage,
};
