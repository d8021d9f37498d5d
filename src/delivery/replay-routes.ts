// In: /api/v1/deliveries/replay and /replays. Out: many deliveries sent again: counted first, then
// worked off in the background, watched and cancelled.
import { Elysia } from "elysia";
import { notFound } from "../core/errors";
import { isId } from "../core/ids";
import { readPage, toPage } from "../core/paging";
import type { AccessPlugin } from "../http/access";
import { pageOf } from "../http/models";
import type { Engine } from "../store/engine";
import type { ReplayRunner } from "./replay-runner";
import {
  presentReplay,
  readReplay,
  ReplayCount,
  ReplayCreate,
  ReplaysQuery,
  ReplayWire,
} from "./replay-wire";
import { findReplay, listReplays } from "./replays";

export interface ReplayRouteParts {
  store: { engine: Engine };
  replays: ReplayRunner;
}

/** Millions of deliveries are counted within this time. */
const COUNT_TIMEOUT_SECONDS = 120;

export const replayRoutes = (access: AccessPlugin, { store, replays }: ReplayRouteParts) => {
  const tags = ["Deliveries"];

  return new Elysia({ prefix: "/api/v1/deliveries" })
    .use(access)
    .post(
      "/replay",
      async ({ principal, body, request, server, status }) => {
        server?.timeout(request, COUNT_TIMEOUT_SECONDS);
        const { tenantId, actor } = principal;
        const wanted = readReplay(body);
        if (body.dry_run === true) return status(200, await replays.count(tenantId, wanted.filter));
        return status(202, presentReplay(await replays.request({ tenantId, actor, ...wanted })));
      },
      {
        access: "editor",
        body: ReplayCreate,
        response: { 200: ReplayCount, 202: ReplayWire },
        detail: {
          summary: "Send many deliveries again",
          description:
            "Those that are over and fit the filter, oldest first, behind everything fresh, under the same webhook-id. Ask with dry_run for the count first; there is no limit. What is decided after the request is not part of it.",
          tags,
        },
      },
    )
    .get(
      "/replays",
      async ({ principal, query }) => {
        const page = readPage(query, isId);
        const rows = await listReplays(store.engine, principal.tenantId, page);
        return toPage(rows, page, ({ id }) => id, presentReplay);
      },
      {
        access: "viewer",
        query: ReplaysQuery,
        response: pageOf(ReplayWire),
        detail: { summary: "List replays of many deliveries", tags },
      },
    )
    .get(
      "/replays/:id",
      async ({ principal, params }) => {
        const replay = await findReplay(store.engine, principal.tenantId, params.id);
        if (replay === undefined) throw notFound("replay");
        return presentReplay(replay);
      },
      {
        access: "viewer",
        response: ReplayWire,
        detail: { summary: "Read how far a replay has come", tags },
      },
    )
    .post(
      "/replays/:id/cancel",
      async ({ principal, params }) =>
        presentReplay(await replays.cancel(principal.tenantId, params.id, principal.actor)),
      {
        access: "editor",
        response: ReplayWire,
        detail: {
          summary: "Cancel a replay",
          description: "What it has opened by then is sent all the same. 409 when it is over.",
          tags,
        },
      },
    );
};
