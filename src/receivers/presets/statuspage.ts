// In: what Atlassian Statuspage posts to subscribers of a page. Out: components and incidents.
import type { Preset } from "./preset";
import { PAGE_WORDS, readStatusPage } from "./status-page";

export const statuspage: Preset = {
  name: "statuspage",
  label: "Atlassian Statuspage",
  about:
    "Component updates, and incidents by their impact and components. Work that is scheduled for later becomes a maintenance window.",
  setup: [
    "On the status page of the service that you depend on, choose Subscribe to updates, then Webhook.",
    "Paste the receiver's URL. It must be reachable from the internet.",
  ],
  serviceFrom: "the component's name",
  signature: { header: "X-Webhook-Signature", scheme: "auto", hint: null },
  words: PAGE_WORDS,
  examples: [
    {
      title: "A component fails",
      payload: {
        page: { id: "p1", status_indicator: "critical", status_description: "Major service outage" },
        component_update: {
          created_at: "2026-01-05T10:00:00Z",
          old_status: "operational",
          new_status: "major_outage",
          component_id: "c1",
        },
        component: { id: "c1", name: "API", status: "major_outage" },
      },
    },
    {
      title: "An incident",
      payload: {
        page: { id: "p1", status_indicator: "minor", status_description: "Partially degraded service" },
        incident: {
          id: "i1",
          name: "Slow answers",
          status: "investigating",
          impact: "minor",
          shortlink: "https://status.example.com/i1",
          incident_updates: [
            {
              status: "investigating",
              body: "We look into it.",
              affected_components: [
                { code: "c1", name: "API", old_status: "operational", new_status: "degraded_performance" },
              ],
            },
          ],
        },
      },
    },
  ],
  read: readStatusPage,
};
