// In: the base, who is told, and services. Out: status pages, loaded: what people set about them, and what
// the public reads.
import type { AccessPlugin } from "../http/access";
import type { PageDomains } from "../http/own-domain";
import type { JournalFeed } from "../journal/feed";
import { createStatusPageBook } from "../status-pages/book";
import { createStatusPageDesk } from "../status-pages/desk";
import { createGate } from "../status-pages/gate";
import { createPageKeeper } from "../status-pages/keeper";
import { createPageMirror } from "../status-pages/mirror";
import { createPublicPages } from "../status-pages/public";
import { previewRoutes } from "../status-pages/preview-routes";
import { publicPageRoutes } from "../status-pages/public-routes";
import { createStatusPageRepository, type StatusPage } from "../status-pages/repository";
import { logoFamily, REPRESENTATIONS } from "../status-pages/representations";
import { statusPageRoutes } from "../status-pages/routes";
import type { Base } from "./base";
import type { Services } from "./services";
import { wireSubscribers } from "./subscribers";
import type { Telling } from "./telling";

export interface StatusPageNeeds {
  telling: Telling;
  services: Services;
  journal: JournalFeed;
}

/** Pages as editors and the public see them. */
export const wireStatusPages = async (base: Base, { telling, services, journal }: StatusPageNeeds) => {
  const { store, access, clock, log, config } = base;
  const repository = createStatusPageRepository(store);
  const book = createStatusPageBook(repository);
  const publicUrl = config.publicUrl === null ? null : new URL(config.publicUrl);
  const urlOf = ({ slug, domain }: StatusPage): string | null => {
    if (domain !== null) return `${publicUrl?.protocol ?? "https:"}//${domain}/`;
    return publicUrl === null ? null : `${publicUrl.origin}/status/${slug}/`;
  };
  const representations = [...REPRESENTATIONS, logoFamily(repository.logo)];
  const keeper = createPageKeeper({
    book,
    engine: store.engine,
    feed: journal,
    representations,
    urlOf,
    clock,
    log,
  });
  const mirror = createPageMirror({
    root: config.mirrorDir,
    book,
    keeper,
    representations,
    clock,
    log,
  });
  const desk = createStatusPageDesk({
    book,
    repository,
    services: services.book,
    hashPassword: access.passwords.hash,
    isEmailChannel: (tenantId, id) => telling.directory.find(tenantId, id)?.kind === "email",
    timeZoneOf: async (tenantId) => (await services.uptime.settings(tenantId)).timeZone,
    ownHost: publicUrl?.hostname ?? null,
    mirrorRoot: config.mirrorDir,
    onChanged: (id) => {
      keeper.changed(id);
      mirror.changed();
    },
    planRemoval: (page, at, plan) => subscribers.planRemoval(page, at, plan),
    commit: telling.commit,
    clock,
  });
  const pages = createPublicPages({
    book,
    keeper,
    gate: createGate({ passwords: access.passwords, clock }),
  });
  await book.load();
  const subscribers = await wireSubscribers(base, {
    telling,
    services,
    journal,
    pages: { book, find: desk.find, keeper, refusalOf: pages.refusalOf },
  });
  return {
    book,
    repository,
    desk,
    keeper,
    mirror,
    /** In the order of their start. */
    services: [keeper, mirror, subscribers.teller],
    forgetUnconfirmed: subscribers.forgetUnconfirmed,
    domains: {
      hosts: () => book.domains,
      pathOf: (host) => {
        const page = book.byDomain(host);
        return page === undefined ? undefined : `/status/${page.slug}`;
      },
    } satisfies PageDomains,
    routes: (plugin: AccessPlugin) => [
      statusPageRoutes(plugin, { desk, repository, services: services.book }),
      previewRoutes(plugin, { desk, engine: store.engine, urlOf, clock }),
      publicPageRoutes(plugin, pages),
      ...subscribers.routes(plugin),
    ],
  };
};

export type StatusPages = Awaited<ReturnType<typeof wireStatusPages>>;
