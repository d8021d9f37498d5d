// In: wishes about organizations and projects. Out: the same, numbered and with a slug. Each
// organization has a default project from its first moment, which takes what names none.
import { AppError, invalid, notFound } from "../core/errors";
import { newId } from "../core/ids";
import type { Statement } from "../store/engine";
import { type AccessParts, changesOf, type Doer, recorded } from "./parts";
import type { OrganizationRow, ProjectRow } from "./repository";
import { slugOf } from "./slug";

export const DEFAULT_NAME = "Default";

export interface ProjectChange {
  name?: string | undefined;
  slug?: string | undefined;
}

export interface OrganizationDesk {
  /** The only or oldest one, if there is any. */
  first(): OrganizationRow | undefined;
  find(tenantId: string, id: string): OrganizationRow;
  rename(doer: Doer, name: string): Promise<OrganizationRow>;
  /** Rows and statements of a new organization with its default project; `put` after the commit. */
  prepare(name: string): { row: OrganizationRow; statements: Statement[]; put: () => void };
  project(tenantId: string, id: string): ProjectRow;
  projectsOf(tenantId: string): ProjectRow[];
  createProject(doer: Doer, input: { name: string; slug?: string | undefined }): Promise<ProjectRow>;
  updateProject(doer: Doer, id: string, change: ProjectChange): Promise<ProjectRow>;
  /** `isUsed` tells whether machines or monitors belong to it; the default project cannot be removed. */
  removeProject(doer: Doer, id: string, isUsed: (projectId: string) => boolean): Promise<void>;
}

const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;

const highest = (numbers: Iterable<number>): number => {
  let max = 0;
  for (const number of numbers) max = Math.max(max, number);
  return max;
};

export const createOrganizationDesk = (parts: AccessParts): OrganizationDesk => {
  const { engine, repository, book, clock, lock } = parts;

  const projectsOf = (tenantId: string): ProjectRow[] =>
    [...book.projects.values()].filter((project) => project.tenantId === tenantId);

  const project = (tenantId: string, id: string): ProjectRow => {
    const row = book.projects.get(id);
    if (row === undefined || row.tenantId !== tenantId) throw notFound("project");
    return row;
  };

  const organization = (tenantId: string): OrganizationRow => {
    const row = book.organizations.get(tenantId);
    if (row === undefined) throw notFound("organization");
    return row;
  };

  const checkFree = (row: ProjectRow): void => {
    for (const other of projectsOf(row.tenantId)) {
      if (other.id === row.id) continue;
      const field = other.name === row.name ? "name" : other.slug === row.slug ? "slug" : null;
      if (field !== null)
        throw new AppError("conflict", `There is a project with this ${field} already.`, {
          code: "duplicate",
          field,
        });
    }
  };

  const readSlug = (given: string | undefined, name: string, taken: ReadonlySet<string>): string => {
    if (given === undefined) return slugOf(name, taken);
    if (!SLUG.test(given))
      throw invalid("slug", "slug takes lower-case letters, digits and hyphens, up to 64 characters.");
    return given;
  };

  return {
    first: () => [...book.organizations.values()].sort((left, right) => left.number - right.number)[0],
    find: (tenantId, id) => {
      if (id !== tenantId) throw notFound("organization");
      return organization(tenantId);
    },
    rename: (doer, name) =>
      lock.run(doer.tenantId, async () => {
        const after = { ...organization(doer.tenantId), name };
        const data = { object: "organization", id: after.id, name, changes: { name } };
        await engine.batch([
          repository.renameOrganization(after.id, name),
          recorded("config.updated", doer, after.id, data, clock.now()),
        ]);
        book.organizations.set(after.id, after);
        return after;
      }),
    prepare: (name) => {
      const now = clock.now();
      const rows = [...book.organizations.values()];
      const row: OrganizationRow = {
        id: newId(),
        number: highest(rows.map((other) => other.number)) + 1,
        name,
        slug: slugOf(name, new Set(rows.map((other) => other.slug))),
        createdAt: now,
      };
      const first: ProjectRow = {
        id: newId(),
        tenantId: row.id,
        number: 1,
        name: DEFAULT_NAME,
        slug: slugOf(DEFAULT_NAME, new Set()),
        isDefault: true,
        createdAt: now,
      };
      return {
        row,
        statements: [repository.insertOrganization(row), repository.insertProject(first)],
        put: () => {
          book.organizations.set(row.id, row);
          book.projects.set(first.id, first);
        },
      };
    },
    project,
    projectsOf,
    createProject: (doer, { name, slug }) =>
      lock.run(doer.tenantId, async () => {
        const others = projectsOf(doer.tenantId);
        const now = clock.now();
        const row: ProjectRow = {
          id: newId(),
          tenantId: doer.tenantId,
          number: highest(others.map((other) => other.number)) + 1,
          name,
          slug: readSlug(slug, name, new Set(others.map((other) => other.slug))),
          isDefault: false,
          createdAt: now,
        };
        checkFree(row);
        const data = { object: "project", id: row.id, name, state: { name, slug: row.slug } };
        await engine.batch([
          repository.insertProject(row),
          recorded("config.created", doer, row.id, data, now),
        ]);
        book.projects.set(row.id, row);
        return row;
      }),
    updateProject: (doer, id, change) =>
      lock.run(doer.tenantId, async () => {
        const before = project(doer.tenantId, id);
        const after: ProjectRow = {
          ...before,
          name: change.name ?? before.name,
          slug: change.slug === undefined ? before.slug : readSlug(change.slug, before.name, new Set()),
        };
        checkFree(after);
        const changes = changesOf(before, after, ["name", "slug"]);
        const data = { object: "project", id, name: after.name, changes };
        await engine.batch([
          repository.updateProject(after),
          recorded("config.updated", doer, id, data, clock.now()),
        ]);
        book.projects.set(id, after);
        return after;
      }),
    removeProject: (doer, id, isUsed) =>
      lock.run(doer.tenantId, async () => {
        const row = project(doer.tenantId, id);
        if (row.isDefault)
          throw new AppError(
            "conflict",
            "The default project takes what names no other; it cannot be removed.",
            {
              code: "default_project",
            },
          );
        if (isUsed(id))
          throw new AppError(
            "conflict",
            "Machines or monitors belong to this project. Move them to another one first.",
            {
              code: "project_in_use",
            },
          );
        const data = { object: "project", id, name: row.name };
        await engine.batch([
          repository.deleteProject(id),
          recorded("config.deleted", doer, id, data, clock.now()),
        ]);
        book.projects.delete(id);
      }),
  };
};
