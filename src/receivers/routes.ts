// In: /api/v1/webhook-receivers. Out: receivers created, read, changed and deleted, their tokens and secrets
// replaced, and their log.
import { Elysia, t } from "elysia";
import { notFound } from "../core/errors";
import { isId } from "../core/ids";
import { readPage, toPage } from "../core/paging";
import { readTime, readWords } from "../core/query";
import type { AccessPlugin } from "../http/access";
import { pageFields, PageQuery, pageOf } from "../http/models";
import type { ReceiverBook } from "./book";
import type { ReceiverDesk } from "./desk";
import { ListedReceiverWire, withLastDelivery } from "./listed-wire";
import type { DeliveryFilter, DeliveryLog } from "./log";
import { DeliveryWire, presentDelivery, presentWholeDelivery, WholeDeliveryWire } from "./log-wire";
import { PresetsWire, presentPreset } from "./preset-wire";
import { PRESETS } from "./presets/registry";
import { DELIVERY_RESULTS } from "./schema";
import {
  presentReceiver,
  readReceiver,
  readReceiverChange,
  ReceiverCreate,
  ReceiverUpdate,
  ReceiverWire,
  RotatedSecretWire,
  SecretRotation,
  TokenRotation,
} from "./wire";

export interface ReceiverRouteParts {
  desk: ReceiverDesk;
  book: ReceiverBook;
  log: DeliveryLog;
  /** Where people reach the UI, without a slash at the end. */
  baseUrl: () => string;
}

const DeliveryQuery = t.Object(
  {
    ...pageFields,
    result: t.Optional(
      t.String({ description: "processed, ignored, failed, auth_failed, or several with commas" }),
    ),
    from: t.Optional(t.String({ description: "Received from this time on, ISO 8601" })),
    to: t.Optional(t.String({ description: "Received before this time, ISO 8601" })),
  },
  { additionalProperties: false },
);

const readFilter = (query: typeof DeliveryQuery.static): DeliveryFilter => {
  const results = readWords("result", query.result, DELIVERY_RESULTS);
  const from = readTime("from", query.from);
  const to = readTime("to", query.to);
  return {
    ...(results === undefined ? {} : { results }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
};

/** Give it to the server. */
export const receiverRoutes = (access: AccessPlugin, { desk, book, log, baseUrl }: ReceiverRouteParts) => {
  const tags = ["Webhook receivers"];
  const present = (receiver: Parameters<typeof presentReceiver>[0], token?: string): ReceiverWire =>
    presentReceiver(receiver, { baseUrl: baseUrl(), ...(token === undefined ? {} : { token }) });

  return new Elysia({ prefix: "/api/v1/webhook-receivers" })
    .use(access)
    .get("/presets", () => ({ data: PRESETS.map(presentPreset), next_cursor: null }), {
      access: "viewer",
      response: PresetsWire,
      detail: {
        summary: "List the kinds of senders that receivers know",
        description: "What is read of them, where the receiver's URL goes, and sample payloads.",
        tags,
      },
    })
    .get(
      "",
      async ({ principal: { tenantId }, query }) => {
        const page = readPage(query, isId);
        const found = book
          .of(tenantId)
          .filter(({ record }) => page.after === null || record.id < page.after)
          .toSorted((a, b) => (a.record.id < b.record.id ? 1 : -1))
          .slice(0, page.limit + 1);
        const latest = await log.latest(found.map(({ record }) => record.id));
        return toPage(
          found,
          page,
          ({ record }) => record.id,
          (receiver) => withLastDelivery(present(receiver), latest.get(receiver.record.id)),
        );
      },
      {
        access: "viewer",
        query: PageQuery,
        response: pageOf(ListedReceiverWire),
        detail: { summary: "List webhook receivers", description: "Newest first.", tags },
      },
    )
    .post(
      "",
      async ({ principal, body, set }) => {
        const { receiver, token } = await desk.create(principal, readReceiver(body));
        set.status = 201;
        return present(receiver, token);
      },
      {
        access: "editor",
        body: ReceiverCreate,
        response: { 201: ReceiverWire },
        detail: {
          summary: "Create a webhook receiver",
          description:
            "Either service_id, or service_name_field where the payload names the service. The answer holds the token and the URL: the only time that they are shown.",
          tags,
        },
      },
    )
    .get(
      "/:id",
      async ({ principal, params }) => {
        const receiver = desk.find(principal.tenantId, params.id);
        const { id } = receiver.record;
        return withLastDelivery(present(receiver), (await log.latest([id])).get(id));
      },
      {
        access: "viewer",
        response: ListedReceiverWire,
        detail: { summary: "Read a webhook receiver", tags },
      },
    )
    .patch(
      "/:id",
      async ({ principal, params, body }) => {
        const { record } = desk.find(principal.tenantId, params.id);
        return present(await desk.update(principal, params.id, readReceiverChange(body, record.hmacSecret)));
      },
      {
        access: "editor",
        body: ReceiverUpdate,
        response: ReceiverWire,
        detail: {
          summary: "Change a webhook receiver",
          description:
            "A new hmac_secret takes the place of the one before, which stays valid for 24 hours; null removes both.",
          tags,
        },
      },
    )
    .delete(
      "/:id",
      async ({ principal, params, set }) => {
        await desk.remove(principal, params.id);
        set.status = 204;
        return null;
      },
      {
        access: "editor",
        response: { 204: t.Null() },
        detail: { summary: "Delete a webhook receiver", tags },
      },
    )
    .post(
      "/:id/rotate-token",
      async ({ principal, params, body }) => {
        const revokesPrevious = body?.revoke_previous ?? false;
        const { receiver, token } = await desk.rotateToken(principal, params.id, { revokesPrevious });
        return present(receiver, token);
      },
      {
        access: "editor",
        body: t.Optional(TokenRotation),
        response: ReceiverWire,
        detail: {
          summary: "Replace a receiver's token",
          description:
            "The answer holds the new one, and the URL with it. The one before is accepted for 24 hours, unless it is revoked.",
          tags,
        },
      },
    )
    .post(
      "/:id/rotate-secret",
      async ({ principal, params, body }) => {
        const { receiver, secret } = await desk.rotateSecret(principal, params.id, {
          revokesPrevious: body?.revoke_previous ?? false,
          ...(body?.secret === undefined ? {} : { secret: body.secret }),
        });
        return { ...present(receiver), secret };
      },
      {
        access: "editor",
        body: t.Optional(SecretRotation),
        response: RotatedSecretWire,
        detail: {
          summary: "Replace a receiver's HMAC secret",
          description:
            "One is made where none is given. Signatures with the one before are accepted for 24 hours, unless it is revoked.",
          tags,
        },
      },
    )
    .get(
      "/:id/deliveries",
      async ({ principal, params, query }) => {
        const { record } = desk.find(principal.tenantId, params.id);
        const page = readPage(query, isId);
        return toPage(
          await log.list(record.id, readFilter(query), page),
          page,
          ({ id }) => id,
          (delivery) => presentDelivery(delivery, principal),
        );
      },
      {
        access: "viewer",
        query: DeliveryQuery,
        response: pageOf(DeliveryWire),
        detail: {
          summary: "Read what came to a receiver",
          description:
            "Newest first. The last 50 genuine requests and the last 50 forged ones are kept in any case, the others for 30 days or up to 1 GiB.",
          tags,
        },
      },
    )
    .get(
      "/:id/deliveries/:delivery_id",
      async ({ principal, params }) => {
        const { record } = desk.find(principal.tenantId, params.id);
        const delivery = await log.find(record.id, params.delivery_id);
        if (delivery === null) throw notFound("delivery");
        return presentWholeDelivery(delivery, principal);
      },
      {
        access: "viewer",
        response: WholeDeliveryWire,
        detail: { summary: "Read one request that came to a receiver", tags },
      },
    );
};
