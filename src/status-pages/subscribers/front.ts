// In: a visit to one of a page's paths about subscriptions. Out: the answer: a status and what stands on the
// page. It depends on the form and the link alone, never on who is subscribed.
import { mailboxOf } from "../../channels/email/mailbox";
import { addressOf } from "../../channels/address";
import type { Clock } from "../../core/clock";
import { isAppError } from "../../core/errors";
import { addressGroup } from "../../lib/address-list";
import { createTokenBuckets, type BucketRate } from "../../lib/token-bucket";
import type { StatusPage } from "../repository";
import { LANGUAGES, type Language } from "../schema";
import type { SubscriberDesk } from "./desk";
import {
  askedSheet,
  confirmSheet,
  fullSheet,
  goneSheet,
  manageSheet,
  secretSheet,
  subscribeSheet,
  tooManySheet,
  unknownSheet,
  unsubscribeSheet,
  type Entered,
  type Fault,
  type FormFacts,
  type Sheet,
} from "./forms";
import type { PATHS } from "./links";
import type { PageService } from "./news";
import type { Subscriber } from "./repository";
import { MOST_SERVICES } from "./rules";

export interface Visit {
  page: StatusPage;
  isPost: boolean;
  query: URLSearchParams;
  /** Of a POST: what the form holds; null where it is none. */
  form: URLSearchParams | null;
  /** The client's. */
  address: string;
}

export interface FrontAnswer {
  status: number;
  language: Language;
  sheet: Sheet;
  headers?: Readonly<Record<string, string>>;
}

/** By path below the page. The last three belong to whoever has the link, the first to readers of the page. */
export type SubscriberFront = Readonly<
  Record<keyof typeof PATHS, (visit: Visit) => FrontAnswer | Promise<FrontAnswer>>
>;

export interface SubscriberLimits {
  /** Forms sent, per client address. */
  perAddress: BucketRate;
  /** The same, per page. */
  perPage: BucketRate;
}

export const SUBSCRIBER_LIMITS: SubscriberLimits = {
  perAddress: { perSecond: 1 / 60, burst: 10 },
  perPage: { perSecond: 1 / 5, burst: 100 },
};

export interface FrontParts {
  desk: SubscriberDesk;
  servicesOf: (page: StatusPage) => readonly PageService[];
  /** The page has an e-mail channel that is switched on. */
  hasRelay: (page: StatusPage) => boolean;
  /** Null when a stranger's address may be sent to. */
  refusalOf: (url: string) => Promise<string | null>;
  clock: Clock;
  limits?: Partial<SubscriberLimits> | undefined;
}

const LONGEST_EMAIL = 320;
const LONGEST_URL = 2_000;

/** Whoever came by a link reads on in the language of the message that it was in. */
const languageOf = ({ page, query, form }: Visit, holder?: Pick<Subscriber, "language">): Language =>
  LANGUAGES.find((one) => one === (form?.get("lang") ?? query.get("lang"))) ??
  holder?.language ??
  page.language;

/** Names of people are no part of it. Null where it is none. */
const emailOf = (text: string): string | null => {
  try {
    if (text.length > LONGEST_EMAIL || text.includes("<")) return null;
    const { address } = mailboxOf(text.trim(), "email");
    const at = address.lastIndexOf("@");
    return address.slice(0, at) + address.slice(at).toLowerCase();
  } catch (error) {
    if (isAppError(error, "invalid")) return null;
    throw error;
  }
};

export const createSubscriberFront = (parts: FrontParts): SubscriberFront => {
  const { desk, servicesOf, hasRelay, refusalOf, clock } = parts;
  const limits = { ...SUBSCRIBER_LIMITS, ...parts.limits };
  const perAddress = createTokenBuckets(limits.perAddress);
  const perPage = createTokenBuckets(limits.perPage);

  const factsOf = (visit: Visit, holder?: Pick<Subscriber, "language">): FormFacts => ({
    page: visit.page,
    services: servicesOf(visit.page),
    language: languageOf(visit, holder),
  });

  const answer = ({ language }: FormFacts, status: number, sheet: Sheet): FrontAnswer => ({
    status,
    language,
    sheet,
  });

  /** Null: all. Undefined: some, and none was named. Services that the page does not show are nobody's. */
  const chosenOf = (form: URLSearchParams, { services }: FormFacts): string[] | null | undefined => {
    if (form.get("scope") !== "some") return null;
    const shown = new Set(services.map(({ id }) => id));
    const ids = [...new Set(form.getAll("service"))].filter((id) => shown.has(id)).slice(0, MOST_SERVICES);
    return ids.length === 0 ? undefined : ids;
  };

  const waysOf = (page: StatusPage): { hasEmail: boolean; hasWebhook: boolean } => ({
    hasEmail: page.allowsEmailSubscribers && hasRelay(page),
    hasWebhook: page.allowsWebhookSubscribers,
  });

  const waitOf = ({ page, address }: Visit): number =>
    Math.max(
      perAddress.take(addressGroup(address), clock.monotonic()),
      perPage.take(page.id, clock.monotonic()),
    );

  const targetOf = async (kind: string | null, { email, url }: Entered): Promise<string | Fault> => {
    if (kind === "email") return emailOf(email) ?? "address";
    try {
      addressOf(url, "url");
    } catch (error) {
      if (isAppError(error, "invalid")) return "url";
      throw error;
    }
    return url.length > LONGEST_URL || (await refusalOf(url)) !== null ? "url" : url;
  };

  const isFault = (target: string): target is Fault =>
    target === "address" || target === "url" || target === "services" || target === "form";

  const take = async (visit: Visit): Promise<FrontAnswer> => {
    const facts = factsOf(visit);
    const { page, form } = visit;
    const ways = waysOf(page);
    const all = { ...facts, ...ways };
    if (form === null) return answer(facts, 415, subscribeSheet(all, { fault: "form" }));
    const kind = form.get("kind");
    const isOffered = (kind === "email" && ways.hasEmail) || (kind === "webhook" && ways.hasWebhook);
    if (!isOffered) return answer(facts, 422, subscribeSheet(all, { fault: "form" }));
    const wait = waitOf(visit);
    if (wait > 0)
      return { ...answer(facts, 429, tooManySheet(facts, wait)), headers: { "retry-after": String(wait) } };
    const serviceIds = chosenOf(form, facts);
    const entered: Entered = {
      email: form.get("email") ?? "",
      url: form.get("url") ?? "",
      serviceIds: serviceIds === undefined ? [] : serviceIds,
    };
    if (serviceIds === undefined)
      return answer(facts, 422, subscribeSheet(all, { fault: "services", entered }));
    const target = await targetOf(kind, entered);
    if (isFault(target)) return answer(facts, 422, subscribeSheet(all, { fault: target, entered }));
    const { language } = facts;
    const result = await desk.request(page, {
      kind: kind === "email" ? "email" : "webhook",
      target,
      serviceIds,
      language,
    });
    if (result === "full") return answer(facts, 503, fullSheet(facts));
    return answer(facts, 200, result.secret === null ? askedSheet(facts) : secretSheet(facts, result.secret));
  };

  const unknown = (facts: FormFacts): FrontAnswer => answer(facts, 404, unknownSheet(facts));

  return {
    subscribe: (visit) => {
      if (visit.isPost) return take(visit);
      const facts = factsOf(visit);
      return answer(facts, 200, subscribeSheet({ ...facts, ...waysOf(visit.page) }, { fault: null }));
    },

    confirm: async (visit) => {
      const token = visit.query.get("token") ?? "";
      const holder = desk.holderOf(visit.page, token);
      const facts = factsOf(visit, holder);
      if (!visit.isPost)
        return holder === undefined ? unknown(facts) : answer(facts, 200, confirmSheet(facts, token));
      const confirmed = await desk.confirm(visit.page, token);
      if (confirmed === null) return unknown(facts);
      const { serviceIds } = confirmed;
      return answer(facts, 200, manageSheet(facts, { token, serviceIds, news: "confirmed" }));
    },

    manage: async (visit) => {
      const token = visit.query.get("token") ?? "";
      const holder = desk.holderOf(visit.page, token);
      const facts = factsOf(visit, holder);
      if (holder === undefined) return unknown(facts);
      if (!visit.isPost || visit.form === null)
        return answer(
          facts,
          visit.isPost ? 415 : 200,
          manageSheet(facts, { token, serviceIds: holder.serviceIds, news: null }),
        );
      const chosen = chosenOf(visit.form, facts);
      if (chosen === undefined)
        return answer(facts, 422, manageSheet(facts, { token, serviceIds: [], news: "services" }));
      const changed = await desk.choose(visit.page, token, chosen);
      if (changed === null) return unknown(facts);
      const { serviceIds } = changed;
      return answer(facts, 200, manageSheet(facts, { token, serviceIds, news: "saved" }));
    },

    unsubscribe: async (visit) => {
      const token = visit.query.get("token") ?? "";
      const holder = desk.holderOf(visit.page, token);
      const facts = factsOf(visit, holder);
      if (!visit.isPost)
        return holder === undefined ? unknown(facts) : answer(facts, 200, unsubscribeSheet(facts, token));
      // Twice is as good as once: mail programs repeat what they have not seen answered.
      await desk.leave(visit.page, token);
      return answer(facts, 200, goneSheet(facts));
    },
  };
};
