// In: /api/v1/status-pages. Out: status pages created, listed, read, changed and deleted, and their logos.
import { Elysia, t } from "elysia";
import { invalid, notFound } from "../core/errors";
import { isId } from "../core/ids";
import { readPage as readPageRequest, toPage } from "../core/paging";
import type { AccessPlugin } from "../http/access";
import { PageQuery, pageOf } from "../http/models";
import { parseHost } from "../lib/host-header";
import type { ServiceBook } from "../services/book";
import type { StatusPageDesk } from "./desk";
import { readPicture } from "./picture";
import type { StatusPage, StatusPageRepository } from "./repository";
import { LogoBody, PageCreate, PagePatch, PageWire, presentPage, readPage, readPageChange } from "./wire";

/** Whoever takes the name that he uses himself would find nothing but the page there from now on. */
const refuseNameInUse = (request: Request, page: { domain?: string | null }): void => {
  if (page.domain != null && parseHost(request.headers.get("host") ?? "")?.host === page.domain)
    throw invalid(
      "domain",
      "You are using Andon under this name, and would only find the page there afterwards. Give the page another one.",
    );
};

export interface StatusPageRouteParts {
  desk: StatusPageDesk;
  repository: StatusPageRepository;
  services: ServiceBook;
}

/** Give it to the server. What the public reads is served by `public-routes.ts`. */
export const statusPageRoutes = (
  access: AccessPlugin,
  { desk, repository, services }: StatusPageRouteParts,
) => {
  const tags = ["Status pages"];
  const present = (page: StatusPage): PageWire =>
    presentPage(page, (id) => services.find(page.tenantId, id) !== undefined);

  return new Elysia({ prefix: "/api/v1/status-pages" })
    .use(access)
    .get(
      "",
      async ({ principal, query }) => {
        const page = readPageRequest(query, isId);
        return toPage(await repository.list(principal.tenantId, page), page, ({ id }) => id, present);
      },
      {
        access: "viewer",
        query: PageQuery,
        response: pageOf(PageWire),
        detail: { summary: "List status pages", tags },
      },
    )
    .post(
      "",
      async ({ principal, body, request, set }) => {
        const input = readPage(body);
        refuseNameInUse(request, input);
        const page = await desk.create(principal, input);
        set.status = 201;
        return present(page);
      },
      {
        access: "editor",
        body: PageCreate,
        response: { 201: PageWire },
        detail: {
          summary: "Create a status page",
          description: "It is read at /status/{slug}, and at the root of its own domain.",
          tags,
        },
      },
    )
    .get("/:id", ({ principal, params }) => present(desk.find(principal.tenantId, params.id)), {
      access: "viewer",
      response: PageWire,
      detail: { summary: "Read a status page", tags },
    })
    .patch(
      "/:id",
      async ({ principal, params, body, request }) => {
        const change = readPageChange(body);
        refuseNameInUse(request, change);
        return present(await desk.update(principal, params.id, change));
      },
      {
        access: "editor",
        body: PagePatch,
        response: PageWire,
        detail: { summary: "Change a status page", tags },
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
        detail: { summary: "Delete a status page", tags },
      },
    )
    .get(
      "/:id/logo",
      async ({ principal, params }) => {
        const logo = await repository.logo(desk.find(principal.tenantId, params.id).id);
        if (logo === undefined) throw notFound("logo");
        return new Response(new Uint8Array(logo.bytes), { headers: { "content-type": logo.contentType } });
      },
      {
        access: "viewer",
        detail: { summary: "Read a status page's logo", description: "The picture itself.", tags },
      },
    )
    .put(
      "/:id/logo",
      async ({ principal, params, body }) =>
        present(await desk.setLogo(principal, params.id, readPicture("data", body.data))),
      {
        access: "editor",
        body: LogoBody,
        response: PageWire,
        detail: { summary: "Set a status page's logo", tags },
      },
    )
    .delete(
      "/:id/logo",
      async ({ principal, params }) => present(await desk.setLogo(principal, params.id, null)),
      {
        access: "editor",
        response: PageWire,
        detail: { summary: "Remove a status page's logo", tags },
      },
    );
};
