// In: pages, subscribers and what they are told. Out: the internal channels that lead to them and the rows of
// the outbox, added to a plan. A page's mails share a channel of its own, which no alert waits behind.
import type { ComposedBody } from "../../channels/channel";
import type { ChannelDirectory } from "../../channels/directory";
import { insertChannelStatement, removeChannelStatements, type ChannelRow } from "../../channels/repository";
import { newId } from "../../core/ids";
import type { Vault } from "../../core/vault";
import { isSending } from "../../delivery/is-sending";
import type { Outbox, OutboxRow } from "../../delivery/outbox";
import { cancelStatements } from "../../delivery/waiting-rows";
import { cancelSubjectsStatement } from "../../delivery/withdraw";
import type { DeliveryWorker } from "../../delivery/worker";
import type { Plan } from "../../notify/plan";
import type { StatusPage } from "../repository";
import { PAGE_MAIL, PAGE_WEBHOOK } from "./channel-types";
import { composeMail } from "./mail";
import type { News } from "./news";
import type { Subscriber } from "./repository";
import { composeConfirmBody, composeNewsBody, CONFIRM_EVENT } from "./webhook-body";

/** Each adds to `plan` only; `at` is server time in ms. */
export interface Outlets {
  /** The way to a subscriber who is being added; `secret` signs what a webhook is sent. */
  open(page: StatusPage, subscriber: Subscriber, secret: string | null, plan: Plan): void;
  /** What waits for them is cancelled. */
  close(subscriber: Subscriber, at: number, plan: Plan): void;
  /** The page's mails have no way any more; nor has anybody who reads them. */
  closePage(page: Pick<StatusPage, "id" | "tenantId">, at: number, plan: Plan): void;
  /** Asks whether they want this, or tells them that they have it. */
  ask(page: StatusPage, subscriber: Subscriber, about: "confirm" | "known", at: number, plan: Plan): void;
  tell(page: StatusPage, subscriber: Subscriber, news: News, plan: Plan): void;
  /** False for a webhook that has been switched off because it said that it is gone for good. */
  isOpen(subscriber: Subscriber): boolean;
}

export interface OutletParts {
  vault: Vault;
  directory: ChannelDirectory;
  outbox: Outbox;
  worker: Pick<DeliveryWorker, "wake" | "withdrawn">;
}

/** Behind everything that people are woken by. */
const NEWS_URGENCY = 2;
const ASKED_URGENCY = 1;

const GONE = "The subscription has ended.";

const channelIdOf = ({ kind, id, pageId }: Subscriber): string => (kind === "email" ? pageId : id);

/** What one subscriber is told stands under these; what they are told of one thing has one order and thread. */
const subjectsOf = ({ id }: Subscriber): string => `${id}/`;

const rowOfChannel = (
  parts: Pick<ChannelRow, "id" | "tenantId" | "name" | "type" | "config"> & { at: number },
): ChannelRow => {
  const { at, ...own } = parts;
  return {
    ...own,
    isActive: true,
    events: [],
    filters: null,
    failureChannelId: null,
    health: "active",
    healthReason: null,
    consecutiveFailures: 0,
    lastSuccessAt: null,
    lastFailureAt: null,
    rateLimitPerMinute: null,
    staleAfterSeconds: 3_600,
    weeklyTest: false,
    lastTestAt: null,
    lastTestSuccess: null,
    quietUntil: null,
    rotation: null,
    createdAt: at,
    updatedAt: at,
  };
};

export const createOutlets = ({ vault, directory, outbox, worker }: OutletParts): Outlets => {
  const openChannel = (row: ChannelRow, plan: Plan): void => {
    plan.statements.push(insertChannelStatement(row, vault));
    plan.afterCommit.push(() => {
      directory.put(directory.channelOf(row));
      worker.wake(row.id);
    });
  };

  const closeChannel = ({ id, tenantId }: { id: string; tenantId: string }, at: number, plan: Plan): void => {
    if (directory.get(id) === undefined) return;
    plan.statements.push(...removeChannelStatements(tenantId, id, at), ...cancelStatements(id, GONE, at));
    plan.afterCommit.push(() => {
      directory.remove(id);
      worker.wake(id);
    });
  };

  const send = (
    subscriber: Subscriber,
    row: { event: string; about: string; urgency: number; at: number; composed: ComposedBody },
    plan: Plan,
  ): void => {
    const { event, about, urgency, at, composed } = row;
    const delivery: OutboxRow = {
      seq: outbox.takeSeq(),
      id: newId(),
      tenantId: subscriber.tenantId,
      channelId: channelIdOf(subscriber),
      event,
      subjectId: subjectsOf(subscriber) + about,
      machineId: null,
      urgency,
      ...composed,
      status: "pending",
      tries: 0,
      attempts: 0,
      nextAttemptAt: at,
      outcome: null,
      reason: null,
      replayOf: null,
      createdAt: at,
    };
    plan.statements.push(outbox.insertStatement(delivery));
    plan.deliveries.push(delivery);
  };

  return {
    open: (page, subscriber, secret, plan) => {
      const { id, tenantId, pageId, kind, target, token, origin, createdAt: at } = subscriber;
      if (kind === "email") {
        if (directory.get(pageId) !== undefined) return;
        const name = `Subscribers of ${page.name}`;
        const config = { page_id: pageId };
        openChannel(rowOfChannel({ id: pageId, tenantId, name, type: PAGE_MAIL, config, at }), plan);
        return;
      }
      const name = `Webhook subscriber of ${page.name}`;
      const config = {
        subscriber_id: id,
        page_id: pageId,
        token,
        url: target,
        secret,
        is_strangers: origin === "visitor",
      };
      openChannel(rowOfChannel({ id, tenantId, name, type: PAGE_WEBHOOK, config, at }), plan);
    },

    close: (subscriber, at, plan) => {
      if (subscriber.kind === "webhook") return closeChannel(subscriber, at, plan);
      const channelId = channelIdOf(subscriber);
      const subjectPrefix = subjectsOf(subscriber);
      plan.statements.push(cancelSubjectsStatement({ channelId, subjectPrefix }, GONE, at));
      plan.afterCommit.push(() => worker.withdrawn(channelId, subjectPrefix));
    },

    closePage: closeChannel,

    ask: (page, subscriber, about, at, plan) => {
      const { id: subscriberId, kind, language } = subscriber;
      const { title, timeZone } = page;
      const composed =
        kind === "email"
          ? composeMail({ subscriberId, language, timeZone, title, at, about })
          : composeConfirmBody(title, at);
      send(subscriber, { event: CONFIRM_EVENT, about, urgency: ASKED_URGENCY, at, composed }, plan);
    },

    tell: (page, subscriber, news, plan) => {
      const { id: subscriberId, kind, language } = subscriber;
      const { title, timeZone } = page;
      const { event, at, subjectId: about } = news;
      const composed =
        kind === "email"
          ? composeMail({ subscriberId, language, timeZone, title, at, about: "news", news })
          : composeNewsBody(title, news);
      send(subscriber, { event, about, urgency: NEWS_URGENCY, at, composed }, plan);
    },

    isOpen: (subscriber) => {
      const channel = directory.get(channelIdOf(subscriber));
      return channel !== undefined && isSending(channel);
    },
  };
};
