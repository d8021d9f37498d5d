// In: a person's orders about status pages. Out: the page after them, durable, with the audit record in the
// same commit. They are carried out one after the other: slugs and domains are unique on the instance.
import type { Actor, Principal } from "../core/actor";
import type { Clock } from "../core/clock";
import { AppError, invalid, notFound } from "../core/errors";
import { newId } from "../core/ids";
import { slugOf } from "../access/slug";
import { journalStatement } from "../journal/append";
import { createKeyedLock } from "../lib/keyed-lock";
import { emptyPlan, type Commit, type Plan } from "../notify/plan";
import type { ServiceBook } from "../services/book";
import type { StatusPageBook } from "./book";
import { PICTURE_ENDINGS, type Picture } from "./picture";
import {
  dropLogoStatement,
  saveLogoStatement,
  type StatusPage,
  type StatusPageRepository,
} from "./repository";

/** What people set, checked in shape (`wire.ts`). */
export type PageSettings = Omit<
  StatusPage,
  "id" | "tenantId" | "passwordHash" | "logoVersion" | "createdAt" | "updatedAt"
>;

/** `password` is in clear here and nowhere else. */
export type PageChange = Partial<PageSettings> & { password?: string };

type Who = Pick<Principal, "tenantId" | "actor">;

/**
 * Unknown IDs and those of other organizations throw `not_found`; a slug or domain that is taken throws
 * `conflict`; what cannot be throws `invalid` with its field. Durable when they resolve; they reject as
 * `Engine.batch`.
 */
export interface StatusPageDesk {
  find(tenantId: string, id: string): StatusPage;
  create(who: Who, input: PageChange & { name: string }): Promise<StatusPage>;
  /** A page as it would be, saved nowhere. Null: a new one. What would only be refused when saved is let pass. */
  draft(tenantId: string, id: string | null, change: PageChange): Promise<StatusPage>;
  update(who: Who, id: string, change: PageChange): Promise<StatusPage>;
  /** Null takes it away. */
  setLogo(who: Who, id: string, picture: Picture | null): Promise<StatusPage>;
  remove(who: Who, id: string): Promise<void>;
}

export interface StatusPageDeskParts {
  book: StatusPageBook;
  repository: StatusPageRepository;
  services: ServiceBook;
  hashPassword: (password: string) => Promise<string>;
  /** A channel of type `email` of this organization. */
  isEmailChannel: (tenantId: string, channelId: string) => boolean;
  /** Of an organization's reports: where a page names none. */
  timeZoneOf: (tenantId: string) => Promise<string>;
  /** The program's own host name, which no page may take; null when it has none. */
  ownHost: string | null;
  /** Where mirrors are written; null: nowhere. */
  mirrorRoot: string | null;
  /** Told of each committed change; the page may be gone. */
  onChanged: (pageId: string) => void;
  /** Adds to the plan of a removal what else goes with the page. */
  planRemoval: (page: StatusPage, at: number, plan: Plan) => void;
  commit: Commit;
  clock: Clock;
}

/** Also the end of its file's name: other bytes, another name. */
const versionOf = ({ contentType, bytes }: Picture): string =>
  `${new Bun.CryptoHasher("sha256").update(bytes).digest("hex").slice(0, 12)}.${PICTURE_ENDINGS[contentType]}`;

const OBJECT = "status_page";
const ONE_AT_A_TIME = "pages";

/** What the journal says of a page's settings, in the API's words; a password is only named. */
const describe = ({ password, ...settings }: PageChange): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries({
      name: settings.name,
      slug: settings.slug,
      title: settings.title,
      description: settings.description,
      service_ids: settings.serviceIds,
      groups: settings.groups,
      visibility: settings.visibility,
      password: password === undefined ? undefined : "••••",
      allowed_addresses: settings.allowedAddresses,
      domain: settings.domain,
      announcement: settings.announcement,
      announcement_tone: settings.announcementTone,
      accent_color: settings.accentColor,
      website_url: settings.websiteUrl,
      language: settings.language,
      time_zone: settings.timeZone,
      noindex: settings.isNoindex,
      show_uptime: settings.showsUptime,
      show_history_days: settings.showHistoryDays,
      email_channel_id: settings.emailChannelId,
      allow_email_subscribers: settings.allowsEmailSubscribers,
      allow_webhook_subscribers: settings.allowsWebhookSubscribers,
      mirror_dir: settings.mirrorDir,
    }).filter(([, value]) => value !== undefined),
  );

const taken = (field: "slug" | "domain" | "mirror_dir", detail: string): AppError =>
  new AppError("conflict", detail, { field, code: `${field}_taken` });

export const createStatusPageDesk = (parts: StatusPageDeskParts): StatusPageDesk => {
  const { book, repository, services, hashPassword, commit, clock } = parts;
  const lock = createKeyedLock();

  const keep = (page: StatusPage) => (): void => {
    book.put(page);
    parts.onChanged(page.id);
  };

  const find = (tenantId: string, id: string): StatusPage => {
    const page = book.find(tenantId, id);
    if (page === undefined) throw notFound("status page");
    return page;
  };

  const checkContent = ({ tenantId, serviceIds, groups }: StatusPage, change: PageChange): void => {
    // What was there before may have been deleted since.
    change.serviceIds?.forEach((id, index) => {
      if (services.find(tenantId, id) === undefined)
        throw invalid(`service_ids.${index}`, "There is no service with this ID.");
    });
    if (serviceIds.length === 0 && groups.length === 0)
      throw invalid("service_ids", "Name what the page shows: service_ids, groups, or both.");
  };

  const checkUnique = (id: string, { slug, domain }: StatusPage): void => {
    const sameSlug = book.bySlug(slug);
    if (sameSlug !== undefined && sameSlug.id !== id)
      throw taken("slug", "Another status page has this slug. Slugs are unique on the whole instance.");
    if (domain === null) return;
    if (domain === parts.ownHost || domain === "localhost")
      throw invalid("domain", "Andon itself answers under this name: give the page a name of its own.");
    const sameDomain = book.byDomain(domain);
    if (sameDomain !== undefined && sameDomain.id !== id)
      throw taken("domain", "Another status page has this domain.");
  };

  const checkReaders = (page: StatusPage, change: PageChange): void => {
    if (page.visibility === "password" && page.passwordHash === null && change.password === undefined)
      throw invalid("password", "A page with the visibility password needs a password.");
    if (page.visibility !== "password" && change.password !== undefined)
      throw invalid("password", "Only a page with the visibility password has a password.");
    if (page.visibility === "addresses" && page.allowedAddresses.length === 0)
      throw invalid("allowed_addresses", "Name the addresses or ranges that may read the page.");
  };

  /** File systems may not tell letters apart by their case. */
  const overlaps = (one: string, other: string): boolean => {
    const [a, b] = [`${one}/`.toLowerCase(), `${other}/`.toLowerCase()];
    return a.startsWith(b) || b.startsWith(a);
  };

  const checkPlaces = ({ id, tenantId }: StatusPage, change: PageChange): void => {
    const { emailChannelId, mirrorDir } = change;
    if (emailChannelId != null && !parts.isEmailChannel(tenantId, emailChannelId))
      throw invalid("email_channel_id", "There is no notification channel of type email with this ID.");
    if (mirrorDir != null && parts.mirrorRoot === null)
      throw invalid("mirror_dir", "Mirrors need a folder: start Andon with ANDON_MIRROR_DIR.");
    if (mirrorDir == null) return;
    for (const other of book.all())
      if (other.id !== id && other.mirrorDir !== null && overlaps(mirrorDir, other.mirrorDir))
        throw taken(
          "mirror_dir",
          "Another status page is copied to this folder, or to one that is in it or around it: choose one beside it.",
        );
  };

  /** Checks the page as it would be, and fills in the hash of its password. */
  const settle = async (page: StatusPage, change: PageChange): Promise<StatusPage> => {
    checkContent(page, change);
    checkUnique(page.id, page);
    checkReaders(page, change);
    checkPlaces(page, change);
    if (page.visibility !== "password") return { ...page, passwordHash: null };
    return change.password === undefined
      ? page
      : { ...page, passwordHash: await hashPassword(change.password) };
  };

  const journal = (
    kind: "config.created" | "config.updated",
    { id, tenantId, name }: StatusPage,
    { said, actor, at }: { said: Record<string, unknown>; actor: Actor; at: number },
  ) => {
    const named = { object: OBJECT, id, name };
    const row = { tenantId, subjectId: id, actor, at };
    return kind === "config.created"
      ? journalStatement({ ...row, kind, data: { ...named, state: said } })
      : journalStatement({ ...row, kind, data: { ...named, changes: said } });
  };

  const slugFor = (name: string): string => slugOf(name, new Set(Array.from(book.all(), ({ slug }) => slug)));

  /** Where nothing else is said. */
  const settingsOf = async (
    tenantId: string,
    input: Omit<PageChange, "password"> & { name: string },
  ): Promise<PageSettings> => ({
    slug: input.slug ?? slugFor(input.name),
    title: input.name,
    description: "",
    serviceIds: [],
    groups: [],
    visibility: "public",
    allowedAddresses: [],
    domain: null,
    announcement: "",
    announcementTone: "info",
    accentColor: null,
    websiteUrl: null,
    language: "en",
    timeZone: input.timeZone ?? (await parts.timeZoneOf(tenantId)),
    isNoindex: false,
    showsUptime: true,
    showHistoryDays: 15,
    emailChannelId: null,
    allowsEmailSubscribers: true,
    allowsWebhookSubscribers: false,
    mirrorDir: null,
    ...input,
  });

  return {
    find,
    draft: async (tenantId, id, { password: _password, ...change }) => {
      const at = clock.now();
      const before: StatusPage =
        id === null
          ? {
              id: newId(),
              tenantId,
              ...(await settingsOf(tenantId, { ...change, name: change.name ?? "" })),
              passwordHash: null,
              logoVersion: null,
              createdAt: at,
              updatedAt: at,
            }
          : find(tenantId, id);
      const page = { ...before, ...change };
      checkContent(page, change);
      return page;
    },
    create: ({ tenantId, actor }, { password, ...input }) =>
      lock.run(ONE_AT_A_TIME, async () => {
        const at = clock.now();
        const settings = await settingsOf(tenantId, input);
        const page = await settle(
          {
            id: newId(),
            tenantId,
            ...settings,
            passwordHash: null,
            logoVersion: null,
            createdAt: at,
            updatedAt: at,
          },
          { ...settings, ...(password === undefined ? {} : { password }) },
        );
        const plan = emptyPlan();
        const said = describe({ ...settings, ...(password === undefined ? {} : { password }) });
        plan.statements.push(repository.insert(page), journal("config.created", page, { said, actor, at }));
        plan.afterCommit.push(keep(page));
        await commit(plan);
        return page;
      }),

    update: ({ tenantId, actor }, id, change) =>
      lock.run(ONE_AT_A_TIME, async () => {
        const { password: _password, ...settings } = change;
        const before = find(tenantId, id);
        const at = Math.max(clock.now(), before.updatedAt);
        const page = await settle({ ...before, ...settings, updatedAt: at }, change);
        const plan = emptyPlan();
        plan.statements.push(
          repository.update(page),
          journal("config.updated", page, { said: describe(change), actor, at }),
        );
        plan.afterCommit.push(keep(page));
        await commit(plan);
        return page;
      }),

    setLogo: ({ tenantId, actor }, id, picture) =>
      lock.run(ONE_AT_A_TIME, async () => {
        const before = find(tenantId, id);
        const at = Math.max(clock.now(), before.updatedAt);
        const logoVersion = picture === null ? null : versionOf(picture);
        const page: StatusPage = { ...before, logoVersion, updatedAt: at };
        const plan = emptyPlan();
        plan.statements.push(
          picture === null ? dropLogoStatement(id) : saveLogoStatement({ pageId: id, ...picture }),
          repository.update(page),
          journal("config.updated", page, { said: { logo: picture?.contentType ?? null }, actor, at }),
        );
        plan.afterCommit.push(keep(page));
        await commit(plan);
        return page;
      }),

    remove: ({ tenantId, actor }, id) =>
      lock.run(ONE_AT_A_TIME, async () => {
        const page = find(tenantId, id);
        const at = clock.now();
        const plan = emptyPlan();
        parts.planRemoval(page, at, plan);
        plan.statements.push(
          repository.remove(tenantId, id),
          journalStatement({
            tenantId,
            kind: "config.deleted",
            data: { object: OBJECT, id, name: page.name },
            subjectId: id,
            actor,
            at,
          }),
        );
        plan.afterCommit.push(() => {
          book.remove(id);
          parts.onChanged(id);
        });
        await commit(plan);
      }),
  };
};
