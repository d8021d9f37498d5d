// In: /api/v1/deliveries and a channel's deliveries. Out: what was sent, how each attempt went, and
// deliveries sent again.
import { Elysia, t } from "elysia";
import { roleAllows } from "../core/actor";
import { notFound } from "../core/errors";
import { readPage, toPage } from "../core/paging";
import { readTime, readWords } from "../core/query";
import type { AccessPlugin } from "../http/access";
import { pageOf } from "../http/models";
import { attemptsOf, findDelivery, listDeliveries, type DeliveryFilter } from "./history";
import { replayDelivery, type ReplayParts } from "./replay";
import { DELIVERY_STATUSES, OUTCOMES } from "./schema";
import {
  AttemptWire,
  ChannelDeliveriesQuery,
  DeliveriesQuery,
  DeliveryWire,
  presentAttempt,
  presentDelivery,
  ReplayBody,
} from "./wire";

const filterOf = (query: DeliveriesQuery): DeliveryFilter => ({
  channelId: query.channel_id,
  subjectId: query.subject_id,
  machineId: query.machine_id,
  event: query.event,
  statuses: readWords("status", query.status, DELIVERY_STATUSES),
  outcomes: readWords("outcome", query.outcome, OUTCOMES),
  from: readTime("from", query.from),
  to: readTime("to", query.to),
});

export const deliveryRoutes = (access: AccessPlugin, parts: ReplayParts) => {
  const { engine } = parts.store;
  const tags = ["Deliveries"];

  const list = async (tenantId: string, query: DeliveriesQuery) => {
    const page = readPage(query);
    const rows = await listDeliveries(engine, tenantId, filterOf(query), page);
    return toPage(rows, page, (row) => row.seq, presentDelivery);
  };

  return new Elysia({ prefix: "/api/v1" })
    .use(access)
    .get("/deliveries", ({ principal, query }) => list(principal.tenantId, query), {
      access: "viewer",
      query: DeliveriesQuery,
      response: pageOf(DeliveryWire),
      detail: { summary: "List deliveries", tags },
    })
    .get(
      "/notification-channels/:id/deliveries",
      ({ principal, params, query }) => {
        if (parts.directory.find(principal.tenantId, params.id) === undefined)
          throw notFound("notification channel");
        return list(principal.tenantId, { ...query, channel_id: params.id });
      },
      {
        access: "viewer",
        query: ChannelDeliveriesQuery,
        response: pageOf(DeliveryWire),
        detail: { summary: "List a channel's deliveries", tags },
      },
    )
    .get(
      "/deliveries/:id",
      async ({ principal, params }) => {
        const delivery = await findDelivery(engine, principal.tenantId, params.id);
        if (delivery === undefined) throw notFound("delivery");
        return presentDelivery(delivery);
      },
      { access: "viewer", response: DeliveryWire, detail: { summary: "Read a delivery", tags } },
    )
    .get(
      "/deliveries/:id/attempts",
      async ({ principal, params }) => {
        const delivery = await findDelivery(engine, principal.tenantId, params.id);
        if (delivery === undefined) throw notFound("delivery");
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
    .post(
      "/deliveries/:id/replay",
      async ({ principal, params, body, set }) => {
        const delivery = await replayDelivery(parts, {
          tenantId: principal.tenantId,
          deliveryId: params.id,
          hasNewId: body?.new_id === true,
        });
        set.status = 202;
        return presentDelivery(delivery);
      },
      {
        access: "editor",
        body: ReplayBody,
        response: { 202: DeliveryWire },
        detail: {
          summary: "Send a delivery again",
          description: "The same webhook-id and body; with new_id a new delivery of the same body.",
          tags,
        },
      },
    );
};
