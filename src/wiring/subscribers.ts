// In: the base, who is told, services and status pages. Out: subscribers of pages, loaded: the channels that
// lead to them, who tells them, and their routes.
import type { AnyChannelType } from "../channels/channel";
import { email } from "../channels/email";
import type { EmailConfig } from "../channels/email/config";
import { isSending } from "../delivery/is-sending";
import type { AccessPlugin } from "../http/access";
import type { JournalFeed } from "../journal/feed";
import type { Plan } from "../notify/plan";
import type { StatusPageBook } from "../status-pages/book";
import type { StatusPageDesk } from "../status-pages/desk";
import type { PageKeeper } from "../status-pages/keeper";
import type { PublicPages } from "../status-pages/public";
import type { StatusPage } from "../status-pages/repository";
import { createSubscriberBook } from "../status-pages/subscribers/book";
import { pageChannelTypes, type Lookups } from "../status-pages/subscribers/channel-types";
import { createSubscriberDesk } from "../status-pages/subscribers/desk";
import { createFrame } from "../status-pages/subscribers/frame";
import { createSubscriberFront } from "../status-pages/subscribers/front";
import type { PageService } from "../status-pages/subscribers/news";
import { createOutlets } from "../status-pages/subscribers/outlets";
import { subscriberPublicRoutes } from "../status-pages/subscribers/public-routes";
import { createSubscriberRepository } from "../status-pages/subscribers/repository";
import { subscriberRoutes } from "../status-pages/subscribers/routes";
import { createTeller } from "../status-pages/subscribers/teller";
import type { Base } from "./base";
import type { Services } from "./services";
import type { Telling } from "./telling";

export interface SubscriberChannels {
  types: readonly AnyChannelType[];
  /** Once pages and subscribers are there: nothing is sent before. */
  bind(lookups: Lookups): void;
}

/** Channels are made before pages: until `bind` nobody is known. */
export const createSubscriberChannels = (): SubscriberChannels => {
  let bound: Lookups = { subscriber: () => undefined, relayOf: () => null, urlOf: () => undefined };
  return {
    types: pageChannelTypes({
      subscriber: (id) => bound.subscriber(id),
      relayOf: (pageId) => bound.relayOf(pageId),
      urlOf: (pageId) => bound.urlOf(pageId),
    }),
    bind: (lookups) => {
      bound = lookups;
    },
  };
};

export interface SubscriberNeeds {
  telling: Telling;
  services: Services;
  journal: JournalFeed;
  pages: {
    book: StatusPageBook;
    find: StatusPageDesk["find"];
    keeper: PageKeeper;
    refusalOf: PublicPages["refusalOf"];
  };
}

/** Whoever is told of status pages. */
export const wireSubscribers = async (
  { store, clock, log, seams, baseUrl }: Base,
  { telling, services, journal, pages: own }: SubscriberNeeds,
) => {
  const { directory, delivery, commit } = telling;
  const pages = own.book;
  const repository = createSubscriberRepository(store);
  const book = createSubscriberBook(repository);
  const outlets = createOutlets({
    vault: store.vault,
    directory,
    outbox: delivery.outbox,
    worker: delivery.worker,
  });

  const servicesOf = ({ tenantId, serviceIds, groups }: StatusPage): PageService[] =>
    services.book
      .of(tenantId)
      .filter(({ id, group }) => serviceIds.includes(id) || (group !== null && groups.includes(group)))
      .toSorted((a, b) => a.order - b.order || (a.name < b.name ? -1 : 1));

  const relayOf = (pageId: string): EmailConfig | null => {
    const page = pages.get(pageId);
    const channel = page === undefined ? undefined : directory.find(page.tenantId, page.emailChannelId ?? "");
    // One whose settings can't be used has another type.
    if (channel === undefined || channel.type.parse !== email.parse || !isSending(channel)) return null;
    return channel.config as EmailConfig;
  };

  const urlOf = (pageId: string): string | undefined => {
    const page = pages.get(pageId);
    if (page === undefined) return undefined;
    const own = baseUrl();
    return page.domain === null ? `${own}/status/${page.slug}/` : `${new URL(own).protocol}//${page.domain}/`;
  };

  telling.subscriberChannels.bind({ subscriber: book.get, relayOf, urlOf });

  const teller = createTeller({
    engine: store.engine,
    journal,
    book,
    repository,
    outlets,
    pageOf: pages.get,
    servicesOf,
    commit,
    clock,
    log,
  });
  const desk = createSubscriberDesk({
    book,
    repository,
    outlets,
    pages: pages.all,
    latestSeq: journal.latest,
    onConfirmed: teller.wake,
    commit,
    clock,
  });
  const front = createSubscriberFront({
    desk,
    servicesOf,
    hasRelay: ({ id }) => relayOf(id) !== null,
    refusalOf: delivery.refusalForStrangers,
    clock,
    limits: seams.subscriberLimits,
  });

  const lost = await book.load();
  if (lost > 0) log.warn("subscribers of status pages can't be read: their key is lost", { count: lost });

  return {
    teller,
    forgetUnconfirmed: desk.forgetUnconfirmed,
    /** What goes with a page that is removed; rows of subscribers go with that of the page. */
    planRemoval: (page: StatusPage, at: number, plan: Plan): void => {
      for (const subscriber of book.of(page.id)) {
        outlets.close(subscriber, at, plan);
        plan.afterCommit.push(() => book.remove(subscriber.id));
      }
      outlets.closePage(page, at, plan);
    },
    routes: (plugin: AccessPlugin) => [
      subscriberRoutes(plugin, {
        desk,
        book,
        findPage: own.find,
        servicesOf,
        isOpen: outlets.isOpen,
        refusalOf: delivery.targets.refusalOf,
      }),
      subscriberPublicRoutes(plugin, {
        front,
        bySlug: pages.bySlug,
        refusalOf: own.refusalOf,
        frame: createFrame(own.keeper),
      }),
    ],
  };
};
