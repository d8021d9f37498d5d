// In: /api/v1/status-pages/{id}/subscribers. Out: subscribers listed, exported, entered, changed and deleted by
// editors: what data protection asks of whoever keeps addresses.
import { Elysia, t } from "elysia";
import { invalid } from "../../core/errors";
import { isId } from "../../core/ids";
import { readPage, toPage } from "../../core/paging";
import type { AccessPlugin } from "../../http/access";
import { pageOf } from "../../http/models";
import type { StatusPage } from "../repository";
import type { SubscriberBook } from "./book";
import type { SubscriberDesk } from "./desk";
import type { PageService } from "./news";
import type { Subscriber } from "./repository";
import {
  presentSubscriber,
  readTarget,
  SubscriberCreate,
  SubscriberCreated,
  SubscriberPatch,
  subscribersCsv,
  SubscribersQuery,
  SubscriberWire,
} from "./wire";

export interface SubscriberRouteParts {
  desk: SubscriberDesk;
  book: SubscriberBook;
  /** Throws `not_found` for those of other organizations. */
  findPage: (tenantId: string, id: string) => StatusPage;
  servicesOf: (page: StatusPage) => readonly PageService[];
  isOpen: (subscriber: Subscriber) => boolean;
  /** Null where the outbound policy would send there. */
  refusalOf: (url: string) => Promise<string | null>;
}

/** Give it to the server. */
export const subscriberRoutes = (access: AccessPlugin, parts: SubscriberRouteParts) => {
  const { desk, book, findPage, servicesOf, isOpen, refusalOf } = parts;
  const tags = ["Status pages"];
  const present = (subscriber: Subscriber): SubscriberWire =>
    presentSubscriber(subscriber, isOpen(subscriber));

  const checkServices = (page: StatusPage, ids: readonly string[] | null): void => {
    const shown = new Set(servicesOf(page).map(({ id }) => id));
    ids?.forEach((id, index) => {
      if (!shown.has(id)) throw invalid(`service_ids.${index}`, "The page shows no service with this ID.");
    });
  };

  return new Elysia({ prefix: "/api/v1/status-pages/:id/subscribers" })
    .use(access)
    .get(
      "",
      ({ principal, params, query }) => {
        const request = readPage(query, isId);
        const { kind, status, email } = query;
        const rows = book
          .of(findPage(principal.tenantId, params.id).id)
          .filter(
            (one) =>
              (request.after === null || one.id < request.after) &&
              (kind === undefined || one.kind === kind) &&
              (status === undefined || (status === "confirmed") === (one.confirmedAt !== null)) &&
              (email === undefined ||
                (one.kind === "email" && one.target.toLowerCase() === email.trim().toLowerCase())),
          )
          .toReversed()
          .slice(0, request.limit + 1);
        return toPage(rows, request, ({ id }) => id, present);
      },
      {
        access: "editor",
        query: SubscribersQuery,
        response: pageOf(SubscriberWire),
        detail: { summary: "List a status page's subscribers", tags },
      },
    )
    .get(
      "/export",
      ({ principal, params }) =>
        new Response(subscribersCsv(book.of(findPage(principal.tenantId, params.id).id)), {
          headers: {
            "content-type": "text/csv; charset=utf-8",
            "content-disposition": 'attachment; filename="subscribers.csv"',
            "cache-control": "no-store",
          },
        }),
      {
        access: "editor",
        detail: {
          summary: "Export a status page's subscribers as CSV",
          description:
            "All that is kept of them, oldest first. Texts that a spreadsheet would take for a formula begin with '.",
          tags,
        },
      },
    )
    .post(
      "",
      async ({ principal, params, body, set }) => {
        const page = findPage(principal.tenantId, params.id);
        const target = readTarget(body);
        const serviceIds = body.service_ids ?? null;
        checkServices(page, serviceIds);
        const refusal = body.kind === "webhook" ? await refusalOf(target) : null;
        if (refusal !== null) throw invalid("url", refusal);
        const { subscriber, secret } = await desk.add(principal, page, {
          kind: body.kind,
          target,
          serviceIds,
          language: body.language ?? page.language,
          isConfirmed: body.is_confirmed ?? body.kind === "webhook",
          secret: body.secret,
        });
        set.status = 201;
        return { ...present(subscriber), secret };
      },
      {
        access: "editor",
        body: SubscriberCreate,
        response: { 201: SubscriberCreated },
        detail: { summary: "Enter a subscriber of a status page", tags },
      },
    )
    .get(
      "/:subscriber_id",
      ({ principal, params }) =>
        present(desk.find(findPage(principal.tenantId, params.id), params.subscriber_id)),
      {
        access: "editor",
        response: SubscriberWire,
        detail: { summary: "Read a subscriber of a status page", tags },
      },
    )
    .patch(
      "/:subscriber_id",
      async ({ principal, params, body }) => {
        const page = findPage(principal.tenantId, params.id);
        const { service_ids: serviceIds, language } = body;
        if (serviceIds !== undefined) checkServices(page, serviceIds);
        return present(
          await desk.change(principal, page, params.subscriber_id, {
            ...(serviceIds === undefined ? {} : { serviceIds }),
            ...(language === undefined ? {} : { language }),
          }),
        );
      },
      {
        access: "editor",
        body: SubscriberPatch,
        response: SubscriberWire,
        detail: { summary: "Change a subscriber of a status page", tags },
      },
    )
    .delete(
      "/:subscriber_id",
      async ({ principal, params, set }) => {
        const page = findPage(principal.tenantId, params.id);
        await desk.remove(principal, page, params.subscriber_id);
        set.status = 204;
        return null;
      },
      {
        access: "editor",
        response: { 204: t.Null() },
        detail: {
          summary: "Delete a subscriber of a status page",
          description: "The address with it; what waits for it is cancelled.",
          tags,
        },
      },
    );
};
