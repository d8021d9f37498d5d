// In: /api/v1/deliveries and a channel's deliveries. Out: what was sent, how each attempt went, and
// deliveries sent again.
import { Elysia, t } from "elysia";
import { roleAllows } from "../core/actor";
import { notFound } from "../core/errors";
import { encodeCursor, readPage, type Page } from "../core/paging";
import type { ChannelDirectory } from "../channels/directory";
import type { AccessPlugin } from "../http/access";
import { pageOf } from "../http/models";
import { readBodyText } from "./body-text";
import { exportDeliveries } from "./export";
import type { DeliveryFilter } from "./filter";
import { attemptsOf, findDelivery, readDeliveries, sourceOf, type DeliveryView } from "./history";
import { replayDelivery, type ReplayParts } from "./replay";
import { findPlaces, type Place, type SearchScope } from "./search";
import {
  AttemptWire,
  BodyWire,
  ChannelDeliveriesQuery,
  DeliveriesQuery,
  DeliveryWire,
  ExportQuery,
  presentAttempt,
  presentDelivery,
  readFilter,
  ReplayBody,
} from "./wire";

export interface DeliveryRouteParts extends ReplayParts {
  directory: Pick<ChannelDirectory, "find" | "known">;
}

const PLACE = /^(-?\d{1,15})\.(\d{1,15})$/;

const placeOf = (key: string): Place | null => {
  const [, at, seq] = PLACE.exec(key) ?? [];
  return at === undefined ? null : { at: Number(at), seq: Number(seq) };
};

export const deliveryRoutes = (access: AccessPlugin, parts: DeliveryRouteParts) => {
  const { engine } = parts.store;
  const tags = ["Deliveries"];

  const channelsOf = async (
    tenantId: string,
  ): Promise<{ scope: SearchScope; nameOf: (channelId: string) => string }> => {
    const names = new Map((await parts.directory.known(tenantId)).map(({ id, name }) => [id, name]));
    return {
      scope: { tenantId, channelIds: [...names.keys()] },
      nameOf: (channelId) => names.get(channelId) ?? "",
    };
  };

  const list = async (
    tenantId: string,
    query: Parameters<typeof readPage>[0],
    filter: DeliveryFilter,
  ): Promise<Page<DeliveryWire>> => {
    const page = readPage(query, (key) => PLACE.test(key));
    const { scope, nameOf } = await channelsOf(tenantId);
    const { places, next } = await findPlaces(engine, scope, filter, {
      direction: "newest",
      after: page.after === null ? null : placeOf(page.after),
      limit: page.limit,
    });
    const rows = await readDeliveries(engine, places);
    return {
      data: rows.map((row) => presentDelivery(row, nameOf(row.channelId))),
      next_cursor: next === null ? null : encodeCursor(`${next.at}.${next.seq}`),
    };
  };

  const find = async (tenantId: string, id: string): Promise<DeliveryView> => {
    const delivery = await findDelivery(engine, tenantId, id);
    if (delivery === undefined) throw notFound("delivery");
    const { scope } = await channelsOf(tenantId);
    if (!scope.channelIds.includes(delivery.channelId)) throw notFound("delivery");
    return delivery;
  };

  const present = async (delivery: DeliveryView): Promise<DeliveryWire> =>
    presentDelivery(delivery, (await channelsOf(delivery.tenantId)).nameOf(delivery.channelId));

  return new Elysia({ prefix: "/api/v1" })
    .use(access)
    .get("/deliveries", ({ principal, query }) => list(principal.tenantId, query, readFilter(query)), {
      access: "viewer",
      query: DeliveriesQuery,
      response: pageOf(DeliveryWire),
      detail: {
        summary: "List deliveries",
        description:
          "Newest first. What is very rare among very many comes over several pages, some of them short: go on as long as there is a next_cursor.",
        tags,
      },
    })
    .get(
      "/notification-channels/:id/deliveries",
      ({ principal, params, query }) => {
        if (parts.directory.find(principal.tenantId, params.id) === undefined)
          throw notFound("notification channel");
        return list(principal.tenantId, query, { ...readFilter(query), channelIds: [params.id] });
      },
      {
        access: "viewer",
        query: ChannelDeliveriesQuery,
        response: pageOf(DeliveryWire),
        detail: { summary: "List a channel's deliveries", tags },
      },
    )
    .get(
      "/deliveries/export",
      async ({ principal, query }) => {
        const filter = readFilter(query);
        const { scope, nameOf } = await channelsOf(principal.tenantId);
        return new Response(exportDeliveries(engine, scope, filter, nameOf), {
          headers: {
            "content-type": "text/csv; charset=utf-8",
            "content-disposition": 'attachment; filename="deliveries.csv"',
            "cache-control": "no-store",
          },
        });
      },
      {
        access: "viewer",
        query: ExportQuery,
        detail: {
          summary: "Export deliveries as CSV",
          description:
            "All that fit, newest first. Texts that a spreadsheet would take for a formula begin with '.",
          tags,
        },
      },
    )
    .get(
      "/deliveries/:id",
      async ({ principal, params }) => present(await find(principal.tenantId, params.id)),
      { access: "viewer", response: DeliveryWire, detail: { summary: "Read a delivery", tags } },
    )
    .get(
      "/deliveries/:id/attempts",
      async ({ principal, params }) => {
        const delivery = await find(principal.tenantId, params.id);
        const showsAnswer = roleAllows(principal.role, "editor");
        const attempts = await attemptsOf(engine, delivery.seq);
        return { data: attempts.map((attempt) => presentAttempt(attempt, showsAnswer)) };
      },
      {
        access: "viewer",
        response: t.Object({ data: t.Array(AttemptWire) }),
        detail: {
          summary: "List a delivery's attempts, oldest first",
          description: "What the endpoint answered is shown to editors and admins only.",
          tags,
        },
      },
    )
    .get(
      "/deliveries/:id/body",
      async ({ principal, params }) => {
        const { tenantId } = principal;
        const delivery = await find(tenantId, params.id);
        const source = await sourceOf(engine, delivery.seq);
        if (source === undefined) throw notFound("delivery");
        const secrets = parts.directory.find(tenantId, delivery.channelId)?.secrets ?? [];
        const { bytes, text, isCut } = readBodyText(source.body, secrets);
        return { content_type: source.contentType, bytes, text, is_cut: isCut };
      },
      {
        access: "editor",
        response: BodyWire,
        detail: {
          summary: "Read what a delivery sends",
          description: "The same bytes at every attempt.",
          tags,
        },
      },
    )
    .post(
      "/deliveries/:id/replay",
      async ({ principal, params, body, set }) => {
        const delivery = await replayDelivery(parts, {
          tenantId: principal.tenantId,
          deliveryId: params.id,
          hasNewId: body?.new_id === true,
          actor: principal.actor,
        });
        set.status = 202;
        return present(delivery);
      },
      {
        access: "editor",
        body: ReplayBody,
        response: { 202: DeliveryWire },
        detail: {
          summary: "Send a delivery again",
          description:
            "The same webhook-id and body; with new_id a new delivery of the same body. Only what is over can be sent again as itself.",
          tags,
        },
      },
    );
};
