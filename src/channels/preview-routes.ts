// In: /api/v1/notification-channels/preview and /preview-events. Out: what would be sent, and of what.
import { Elysia } from "elysia";
import { isNumberKey, readPage, toPage } from "../core/paging";
import type { AccessPlugin } from "../http/access";
import type { Previewer } from "./preview";
import {
  presentPastEvent,
  presentPreview,
  PreviewBody,
  PreviewEventsQuery,
  PreviewEventsWire,
  PreviewWire,
  readPreview,
} from "./preview-wire";

export const previewRoutes = (access: AccessPlugin, previewer: Previewer) =>
  new Elysia({ prefix: "/api/v1/notification-channels" })
    .use(access)
    .post(
      "/preview",
      async ({ principal, body }) =>
        presentPreview(await previewer.preview(principal.tenantId, readPreview(body))),
      {
        access: "editor",
        body: PreviewBody,
        response: PreviewWire,
        detail: {
          summary: "Show what a channel would send",
          description: "Of an event that happened, or of a sample. Nothing is sent and nothing is saved.",
          tags: ["Notification channels"],
        },
      },
    )
    .get(
      "/preview-events",
      async ({ principal, query }) => {
        const page = readPage(query, isNumberKey);
        const events = await previewer.recent(principal.tenantId, {
          before: page.after === null ? null : Number(page.after),
          limit: page.limit + 1,
        });
        return {
          ...toPage(events, page, ({ seq }) => seq, presentPastEvent),
          samples: previewer.samples(principal.tenantId),
        };
      },
      {
        access: "viewer",
        query: PreviewEventsQuery,
        response: PreviewEventsWire,
        detail: {
          summary: "List events for previews",
          description:
            "What channels could have been told of lately, newest first, and a sample of each kind.",
          tags: ["Notification channels"],
        },
      },
    );
