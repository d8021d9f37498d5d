// In: /api/v1/setup, /session, /organizations and /projects, and what accounts/routes.ts adds. Out:
// the first administrator, sessions with their cookie, and the tenant's own data.
import { Elysia, t } from "elysia";
import { AppError } from "../core/errors";
import { readPage } from "../core/paging";
import type { AccessPlugin } from "../http/access";
import { PageQuery, pageOf } from "../http/models";
import { factsOf } from "../http/request-facts";
import { readSessionCookie, sessionCookie } from "../http/session-cookie";
import type { Access } from "./access";
import { accountRoutes } from "./accounts/routes";
import type { LiveSession } from "./book";
import { MAX_AGE_MS, type Visitor } from "./sessions";
import {
  OrganizationUpdate,
  OrganizationWire,
  pageOfRows,
  PasswordBody,
  presentOrganization,
  presentProject,
  presentSession,
  ProjectCreate,
  ProjectUpdate,
  ProjectWire,
  SessionBody,
  SessionWire,
  SetupBody,
  SetupState,
} from "./wire";

export interface AccessRouteParts {
  access: Access;
  /** True while machines belong to the project: then it cannot be removed. */
  isProjectUsed: (tenantId: string, projectId: string) => boolean;
}

const visitorOf = (request: Request): Visitor => ({
  address: factsOf(request).address,
  userAgent: request.headers.get("user-agent") ?? "",
});

const cookieFor = (request: Request, sessionId: string | null): string =>
  sessionCookie(request, sessionId, MAX_AGE_MS / 1000);

const sessionRoutes = (plugin: AccessPlugin, { setup, signIn, sessions, organizations }: Access) => {
  const tags = ["Session"];

  const mustHaveSession = (request: Request): LiveSession => {
    const id = readSessionCookie(request);
    const session = id === null ? undefined : sessions.find(id);
    if (session === undefined || request.headers.has("authorization"))
      throw new AppError("unauthenticated", "There is no session: an API token needs none. Sign in.");
    return session;
  };

  return new Elysia({ prefix: "/api/v1" })
    .use(plugin)
    .get("/setup", () => ({ needed: setup.isNeeded }), {
      access: "public",
      response: SetupState,
      detail: { summary: "Whether the first administrator is still missing", tags },
    })
    .post(
      "/setup",
      async ({ request, body, set }) => {
        const { user, organization } = await setup.complete(body);
        const { sessionId } = await signIn.enter(user, visitorOf(request));
        set.status = 201;
        set.headers["set-cookie"] = cookieFor(request, sessionId);
        return presentSession(user, organization);
      },
      {
        access: "public",
        body: SetupBody,
        response: { 201: SessionWire },
        detail: { summary: "Create the first administrator with the one-time link from the log", tags },
      },
    )
    .post(
      "/session",
      async ({ request, body, set }) => {
        const { user, sessionId } = await signIn.signIn({
          ...body,
          ...visitorOf(request),
          oldSessionId: readSessionCookie(request),
        });
        set.headers["set-cookie"] = cookieFor(request, sessionId);
        return presentSession(user, organizations.find(user.tenantId, user.tenantId));
      },
      {
        access: "public",
        body: SessionBody,
        response: SessionWire,
        detail: { summary: "Sign in", tags },
      },
    )
    .get(
      "/session",
      ({ request }) => {
        const { user } = mustHaveSession(request);
        return presentSession(user, organizations.find(user.tenantId, user.tenantId));
      },
      { access: "viewer", response: SessionWire, detail: { summary: "Who is signed in", tags } },
    )
    .delete(
      "/session",
      async ({ request, set }) => {
        await signIn.signOut(mustHaveSession(request));
        set.status = 204;
        set.headers["set-cookie"] = cookieFor(request, null);
        return null;
      },
      { access: "viewer", response: { 204: t.Null() }, detail: { summary: "Sign out", tags } },
    )
    .post(
      "/session/password",
      async ({ request, body, set }) => {
        const { sessionId } = await signIn.changePassword(
          mustHaveSession(request),
          { current: body.current_password, next: body.password },
          visitorOf(request),
        );
        set.status = 204;
        set.headers["set-cookie"] = cookieFor(request, sessionId);
        return null;
      },
      {
        access: "viewer",
        body: PasswordBody,
        response: { 204: t.Null() },
        detail: { summary: "Change one's own password; all other sessions end", tags },
      },
    );
};

const organizationRoutes = (plugin: AccessPlugin, { organizations }: Access) => {
  const tags = ["Organizations"];
  return new Elysia({ prefix: "/api/v1/organizations" })
    .use(plugin)
    .get(
      "",
      ({ principal, query }) =>
        pageOfRows(
          [organizations.find(principal.tenantId, principal.tenantId)],
          readPage(query),
          presentOrganization,
        ),
      {
        access: "viewer",
        query: PageQuery,
        response: pageOf(OrganizationWire),
        detail: { summary: "List organizations: the caller's own", tags },
      },
    )
    .get(
      "/:id",
      ({ principal, params }) => presentOrganization(organizations.find(principal.tenantId, params.id)),
      { access: "viewer", response: OrganizationWire, detail: { summary: "Read an organization", tags } },
    )
    .patch(
      "/:id",
      async ({ principal, params, body }) => {
        organizations.find(principal.tenantId, params.id);
        return presentOrganization(await organizations.rename(principal, body.name));
      },
      {
        access: "admin",
        body: OrganizationUpdate,
        response: OrganizationWire,
        detail: { summary: "Rename an organization", tags },
      },
    );
};

const projectRoutes = (plugin: AccessPlugin, { access, isProjectUsed }: AccessRouteParts) => {
  const { organizations } = access;
  const tags = ["Projects"];
  return new Elysia({ prefix: "/api/v1/projects" })
    .use(plugin)
    .get(
      "",
      ({ principal, query }) =>
        pageOfRows(organizations.projectsOf(principal.tenantId), readPage(query), presentProject),
      {
        access: "viewer",
        query: PageQuery,
        response: pageOf(ProjectWire),
        detail: { summary: "List projects", tags },
      },
    )
    .post(
      "",
      async ({ principal, body, set }) => {
        const project = await organizations.createProject(principal, body);
        set.status = 201;
        return presentProject(project);
      },
      {
        access: "editor",
        body: ProjectCreate,
        response: { 201: ProjectWire },
        detail: { summary: "Create a project", tags },
      },
    )
    .get(
      "/:id",
      ({ principal, params }) => presentProject(organizations.project(principal.tenantId, params.id)),
      { access: "viewer", response: ProjectWire, detail: { summary: "Read a project", tags } },
    )
    .patch(
      "/:id",
      async ({ principal, params, body }) =>
        presentProject(await organizations.updateProject(principal, params.id, body)),
      {
        access: "editor",
        body: ProjectUpdate,
        response: ProjectWire,
        detail: { summary: "Change a project", tags },
      },
    )
    .delete(
      "/:id",
      async ({ principal, params, set }) => {
        await organizations.removeProject(principal, params.id, (id) =>
          isProjectUsed(principal.tenantId, id),
        );
        set.status = 204;
        return null;
      },
      { access: "editor", response: { 204: t.Null() }, detail: { summary: "Remove a project", tags } },
    );
};

export const accessRoutes = (plugin: AccessPlugin, parts: AccessRouteParts) =>
  new Elysia()
    .use(sessionRoutes(plugin, parts.access))
    .use(organizationRoutes(plugin, parts.access))
    .use(projectRoutes(plugin, parts))
    .use(accountRoutes(plugin, parts.access));
