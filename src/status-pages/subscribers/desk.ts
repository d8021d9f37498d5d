// In: wishes to be told of a status page, or no more. Out: subscribers after them, durable with their journal
// rows and messages in one commit. No address is in the journal, and no answer tells who is subscribed.
import { SYSTEM, type Actor, type Principal } from "../../core/actor";
import type { Clock } from "../../core/clock";
import { AppError, notFound } from "../../core/errors";
import type { EventKind, EventMap } from "../../core/events";
import { newId } from "../../core/ids";
import { journalStatement } from "../../journal/append";
import { randomSecret, sha256Hex } from "../../lib/digest";
import { randomStandardSecret } from "../../lib/hmac";
import { createKeyedLock } from "../../lib/keyed-lock";
import type { Statement } from "../../store/engine";
import { emptyPlan, type Commit, type Plan } from "../../notify/plan";
import type { StatusPage } from "../repository";
import type { Language } from "../schema";
import type { SubscriberBook } from "./book";
import type { Outlets } from "./outlets";
import {
  removeSubscriberStatement,
  updateSubscriberStatement,
  type Subscriber,
  type SubscriberRepository,
} from "./repository";
import { ASK_AGAIN_AFTER_MS, CONFIRM_WITHIN_MS, MOST_SUBSCRIBERS, MOST_UNCONFIRMED } from "./rules";
import type { SubscriberKind } from "./schema";

/** Checked: an address or URL that can be used, and services of the page (null: all). */
export interface SubscriberWish {
  kind: SubscriberKind;
  target: string;
  serviceIds: string[] | null;
  language: Language;
}

/** `secret`: of a webhook, shown this once. */
export interface Added {
  subscriber: Subscriber;
  secret: string | null;
}

/** Durable when they resolve; they reject as `Engine.batch`. */
export interface SubscriberDesk {
  /**
   * Of somebody whom nobody knows. Whatever is known of the address, the same work is done and nothing is
   * told but whether the page takes anybody at all: `full` is about the page. `secret`: of a webhook.
   */
  request(page: StatusPage, wish: SubscriberWish): Promise<"full" | { secret: string | null }>;
  /** Whoever has the link is told from now on. Null where it belongs to nobody, or came too late. */
  confirm(page: StatusPage, token: string): Promise<Subscriber | null>;
  /** Null where the link belongs to nobody. */
  choose(page: StatusPage, token: string, serviceIds: string[] | null): Promise<Subscriber | null>;
  /** False where the link belongs to nobody (any more). */
  leave(page: StatusPage, token: string): Promise<boolean>;
  /** Who has this link; undefined where it belongs to nobody, or came too late. */
  holderOf(page: StatusPage, token: string): Subscriber | undefined;

  /** Throws `not_found` for those of other pages. */
  find(page: StatusPage, id: string): Subscriber;
  /** By an editor, who may vouch that they want it. Throws `conflict` for an address that is there. */
  add(
    who: Pick<Principal, "actor">,
    page: StatusPage,
    wish: SubscriberWish & { isConfirmed: boolean; secret?: string | undefined },
  ): Promise<Added>;
  change(
    who: Pick<Principal, "actor">,
    page: StatusPage,
    id: string,
    change: { serviceIds?: string[] | null; language?: Language },
  ): Promise<Subscriber>;
  remove(who: Pick<Principal, "actor">, page: StatusPage, id: string): Promise<void>;
  /** The address of everybody who did not confirm in time is deleted. Gives their number. */
  forgetUnconfirmed(): Promise<number>;
}

export interface SubscriberDeskParts {
  book: SubscriberBook;
  repository: SubscriberRepository;
  outlets: Outlets;
  /** All pages. */
  pages: () => Iterable<StatusPage>;
  /** The newest number of the journal. */
  latestSeq: () => Promise<number>;
  /** Somebody is told from now on. */
  onConfirmed: () => void;
  commit: Commit;
  clock: Clock;
}

/** Whoever fills in the form of a page. */
const VISITOR: Actor = { kind: "system", id: null, name: "a visitor" };

type SubscriberEvent = Extract<EventKind, `subscriber.${string}`>;

export const createSubscriberDesk = (parts: SubscriberDeskParts): SubscriberDesk => {
  const { book, repository, outlets, latestSeq, onConfirmed, commit, clock } = parts;
  /** By page. */
  const lock = createKeyedLock();

  const journal = <K extends SubscriberEvent>(
    kind: K,
    subscriber: Subscriber,
    more: Omit<EventMap[K], "pageId" | "subscriberId" | "via">,
    { actor, at }: { actor: Actor; at: number },
  ): Statement =>
    journalStatement<SubscriberEvent>({
      tenantId: subscriber.tenantId,
      kind,
      data: {
        pageId: subscriber.pageId,
        subscriberId: subscriber.id,
        via: subscriber.kind,
        ...more,
      } as EventMap[SubscriberEvent],
      subjectId: subscriber.pageId,
      actor,
      at,
    });

  const isLate = ({ confirmedAt, requestedAt }: Subscriber, now: number): boolean =>
    confirmedAt === null && now - requestedAt > CONFIRM_WITHIN_MS;

  const holderOf: SubscriberDesk["holderOf"] = (page, token) => {
    const holder = book.findByToken(page.id, token);
    return holder === undefined || isLate(holder, clock.now()) ? undefined : holder;
  };

  const planRemoval = (
    subscriber: Subscriber,
    why: { reason: EventMap["subscriber.removed"]["reason"]; actor: Actor; at: number },
    plan: Plan,
  ): void => {
    plan.statements.push(
      removeSubscriberStatement(subscriber.id),
      journal("subscriber.removed", subscriber, { reason: why.reason }, why),
    );
    outlets.close(subscriber, why.at, plan);
    plan.afterCommit.push(() => book.remove(subscriber.id));
  };

  const planChange = (next: Subscriber, plan: Plan): Subscriber => {
    plan.statements.push(updateSubscriberStatement(next));
    plan.afterCommit.push(() => book.put(next));
    return next;
  };

  const planAdd = (
    page: StatusPage,
    wish: SubscriberWish,
    how: {
      origin: Subscriber["origin"];
      actor: Actor;
      at: number;
      sinceSeq: number | null;
      secret: string | null;
    },
    plan: Plan,
  ): Subscriber => {
    const { at, sinceSeq, actor } = how;
    const token = randomSecret();
    const subscriber: Subscriber = {
      id: newId(),
      tenantId: page.tenantId,
      pageId: page.id,
      ...wish,
      token,
      tokenHash: sha256Hex(token),
      origin: how.origin,
      requestedAt: at,
      askedAt: sinceSeq === null ? at : null,
      confirmedAt: sinceSeq === null ? null : at,
      sinceSeq,
      createdAt: at,
      updatedAt: at,
    };
    plan.statements.push(
      repository.insert(subscriber),
      journal("subscriber.added", subscriber, { isConfirmed: sinceSeq !== null }, { actor, at }),
    );
    outlets.open(page, subscriber, how.secret, plan);
    plan.afterCommit.push(() => book.put(subscriber));
    if (sinceSeq === null) outlets.ask(page, subscriber, "confirm", at, plan);
    else plan.afterCommit.push(onConfirmed);
    return subscriber;
  };

  /** Unconfirmed ones never keep others out: the oldest gives way. */
  const makeRoom = (pageId: string, kind: SubscriberKind, at: number, plan: Plan): void => {
    const unconfirmed = book
      .of(pageId)
      .filter((one) => one.kind === kind && one.confirmedAt === null)
      .toSorted((a, b) => a.requestedAt - b.requestedAt);
    for (const one of unconfirmed.slice(0, Math.max(0, unconfirmed.length + 1 - MOST_UNCONFIRMED[kind])))
      planRemoval(one, { reason: "never_confirmed", actor: SYSTEM, at }, plan);
  };

  /** Somebody has entered an address that is there: what is written to it depends, the answer does not. */
  const requestAgain = (
    page: StatusPage,
    known: Subscriber,
    wish: SubscriberWish,
    at: number,
    plan: Plan,
  ): void => {
    const isConfirmed = known.confirmedAt !== null;
    const mayAsk = known.askedAt === null || at - known.askedAt >= ASK_AGAIN_AFTER_MS;
    const next: Subscriber = {
      ...known,
      // What somebody has chosen is changed only by whoever has the link.
      ...(isConfirmed ? {} : { serviceIds: wish.serviceIds, language: wish.language, requestedAt: at }),
      askedAt: mayAsk ? at : known.askedAt,
      updatedAt: at,
    };
    planChange(next, plan);
    if (mayAsk) outlets.ask(page, next, isConfirmed ? "known" : "confirm", at, plan);
  };

  const find: SubscriberDesk["find"] = (page, id) => {
    const subscriber = book.get(id);
    if (subscriber?.pageId !== page.id) throw notFound("subscriber");
    return subscriber;
  };

  const isFull = (pageId: string, kind: SubscriberKind): boolean =>
    book.of(pageId).filter((one) => one.kind === kind && one.confirmedAt !== null).length >=
    MOST_SUBSCRIBERS[kind];

  return {
    holderOf,
    find,

    request: (page, wish) =>
      lock.run(page.id, async () => {
        if (isFull(page.id, wish.kind)) return "full";
        const at = clock.now();
        const plan = emptyPlan();
        const known = wish.kind === "email" ? book.findByAddress(page.id, wish.target) : undefined;
        const secret = wish.kind === "webhook" ? randomStandardSecret() : null;
        if (known === undefined) {
          makeRoom(page.id, wish.kind, at, plan);
          planAdd(page, wish, { origin: "visitor", actor: VISITOR, at, sinceSeq: null, secret }, plan);
        } else requestAgain(page, known, wish, at, plan);
        await commit(plan);
        return { secret };
      }),

    confirm: (page, token) =>
      lock.run(page.id, async () => {
        const holder = holderOf(page, token);
        if (holder === undefined) return null;
        if (holder.confirmedAt !== null) return holder;
        const at = clock.now();
        const plan = emptyPlan();
        const sinceSeq = await latestSeq();
        const next = planChange({ ...holder, confirmedAt: at, sinceSeq, updatedAt: at }, plan);
        plan.statements.push(journal("subscriber.confirmed", next, {}, { actor: VISITOR, at }));
        plan.afterCommit.push(onConfirmed);
        await commit(plan);
        return next;
      }),

    choose: (page, token, serviceIds) =>
      lock.run(page.id, async () => {
        const holder = holderOf(page, token);
        if (holder === undefined) return null;
        const at = clock.now();
        const plan = emptyPlan();
        const next = planChange({ ...holder, serviceIds, updatedAt: at }, plan);
        plan.statements.push(journal("subscriber.changed", next, {}, { actor: VISITOR, at }));
        await commit(plan);
        return next;
      }),

    leave: (page, token) =>
      lock.run(page.id, async () => {
        const holder = book.findByToken(page.id, token);
        if (holder === undefined) return false;
        const plan = emptyPlan();
        planRemoval(holder, { reason: "unsubscribed", actor: VISITOR, at: clock.now() }, plan);
        await commit(plan);
        return true;
      }),

    add: ({ actor }, page, { isConfirmed, secret: given, ...wish }) =>
      lock.run(page.id, async () => {
        const { kind, target } = wish;
        if (kind === "email" && book.findByAddress(page.id, target) !== undefined)
          throw new AppError("conflict", "This address is subscribed to the page already.", {
            field: "email",
            code: "subscribed_already",
          });
        if (isFull(page.id, kind))
          throw new AppError(
            "conflict",
            `A page has ${MOST_SUBSCRIBERS[kind]} subscribers of a kind at most.`,
            {
              code: "too_many_subscribers",
            },
          );
        const at = clock.now();
        const plan = emptyPlan();
        const secret = kind === "webhook" ? (given ?? randomStandardSecret()) : null;
        const sinceSeq = isConfirmed ? await latestSeq() : null;
        const subscriber = planAdd(page, wish, { origin: "editor", actor, at, sinceSeq, secret }, plan);
        await commit(plan);
        return { subscriber, secret: given === undefined ? secret : null };
      }),

    change: ({ actor }, page, id, change) =>
      lock.run(page.id, async () => {
        const at = clock.now();
        const plan = emptyPlan();
        const next = planChange({ ...find(page, id), ...change, updatedAt: at }, plan);
        plan.statements.push(journal("subscriber.changed", next, {}, { actor, at }));
        await commit(plan);
        return next;
      }),

    remove: ({ actor }, page, id) =>
      lock.run(page.id, async () => {
        const plan = emptyPlan();
        planRemoval(find(page, id), { reason: "removed", actor, at: clock.now() }, plan);
        await commit(plan);
      }),

    forgetUnconfirmed: async () => {
      let forgotten = 0;
      for (const { id } of parts.pages())
        await lock.run(id, async () => {
          const at = clock.now();
          const plan = emptyPlan();
          const late = book.of(id).filter((one) => isLate(one, at));
          for (const one of late) planRemoval(one, { reason: "never_confirmed", actor: SYSTEM, at }, plan);
          if (late.length > 0) await commit(plan);
          forgotten += late.length;
        });
      return forgotten;
    },
  };
};
