// In: the table of status pages at start, then every committed change. Out: all pages in memory, by ID, by
// slug, by domain and by organization. Whoever changes it does so after the commit.
import type { StatusPage, StatusPageRepository } from "./repository";

export interface StatusPageBook {
  /** Once, at start. */
  load(): Promise<void>;
  of(tenantId: string): StatusPage[];
  find(tenantId: string, id: string): StatusPage | undefined;
  /** Whatever its organization: for the public, and for work on all pages. */
  get(id: string): StatusPage | undefined;
  bySlug(slug: string): StatusPage | undefined;
  /** `domain` is lower-case. */
  byDomain(domain: string): StatusPage | undefined;
  /** All that are taken, always up to date. */
  readonly domains: ReadonlySet<string>;
  all(): Iterable<StatusPage>;
  put(page: StatusPage): void;
  remove(id: string): void;
}

/** Empty until `load`. */
export const createStatusPageBook = (repository: StatusPageRepository): StatusPageBook => {
  const byId = new Map<string, StatusPage>();
  const bySlug = new Map<string, StatusPage>();
  const byDomain = new Map<string, StatusPage>();
  const domains = new Set<string>();

  const remove = (id: string): void => {
    const page = byId.get(id);
    if (page === undefined) return;
    byId.delete(id);
    bySlug.delete(page.slug);
    if (page.domain === null) return;
    byDomain.delete(page.domain);
    domains.delete(page.domain);
  };

  const put = (page: StatusPage): void => {
    remove(page.id);
    byId.set(page.id, page);
    bySlug.set(page.slug, page);
    if (page.domain === null) return;
    byDomain.set(page.domain, page);
    domains.add(page.domain);
  };

  return {
    load: async () => {
      for (const page of await repository.all()) put(page);
    },
    of: (tenantId) => [...byId.values()].filter((page) => page.tenantId === tenantId),
    find: (tenantId, id) => {
      const page = byId.get(id);
      return page?.tenantId === tenantId ? page : undefined;
    },
    get: (id) => byId.get(id),
    bySlug: (slug) => bySlug.get(slug),
    byDomain: (domain) => byDomain.get(domain),
    domains,
    all: () => byId.values(),
    put,
    remove,
  };
};
