// In: /api/v1/status-pages/preview: settings of a page that may not be saved yet. Out: the page as the public would
// read it with them, as HTML and its style sheet.
import { Elysia } from "elysia";
import type { Clock } from "../core/clock";
import type { AccessPlugin } from "../http/access";
import type { Engine } from "../store/engine";
import { buildView, factsNeededSince } from "./build-view";
import type { StatusPageDesk } from "./desk";
import { readFacts } from "./facts";
import { styleOf } from "./page/assets";
import { renderSheet } from "./page/sheets";
import type { StatusPage } from "./repository";
import { HISTORY_DAYS } from "./view";
import { PreviewBody, PreviewWire, readPageChange } from "./wire";

export interface PreviewRouteParts {
  desk: Pick<StatusPageDesk, "draft">;
  engine: Engine;
  /** Where a page is read, as far as the configuration says. */
  urlOf: (page: StatusPage) => string | null;
  clock: Clock;
}

const DAY_MS = 86_400_000;

/** Give it to the server. */
export const previewRoutes = (access: AccessPlugin, { desk, engine, urlOf, clock }: PreviewRouteParts) =>
  new Elysia({ prefix: "/api/v1/status-pages" }).use(access).post(
    "/preview",
    async ({ principal: { tenantId }, body: { page_id: pageId, ...body } }) => {
      const page = await desk.draft(tenantId, pageId ?? null, readPageChange(body));
      const now = clock.now();
      const facts = await readFacts(engine, page, {
        since: factsNeededSince(page, now),
        historySince: now - HISTORY_DAYS * DAY_MS,
        memory: new Map(),
      });
      const view = buildView({ page, facts, url: urlOf(page), now });
      return {
        html: renderSheet(view, "index", { language: page.language, base: "" }),
        style: styleOf(view),
      };
    },
    {
      access: "editor",
      body: PreviewBody,
      response: PreviewWire,
      detail: {
        summary: "See a status page before it is saved",
        description:
          "As the public would read it now. Addresses in it are relative to the page and lead nowhere here. Nothing is saved.",
        tags: ["Status pages"],
      },
    },
  );
