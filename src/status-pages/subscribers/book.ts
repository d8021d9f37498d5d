// In: the table of subscribers at start, then every committed change. Out: all of them in memory, by ID, page,
// address and link. Whoever changes it does so after the commit.
import { sha256Hex } from "../../lib/digest";
import type { Subscriber, SubscriberRepository } from "./repository";
import type { SubscriberKind } from "./schema";

export interface SubscriberBook {
  /** Once, at start. Gives how many can't be read any more. */
  load(): Promise<number>;
  get(id: string): Subscriber | undefined;
  /** In the order of their IDs, which is that of their coming. */
  of(pageId: string): readonly Subscriber[];
  count(pageId: string, kind: SubscriberKind): number;
  /** By what was entered: case does not tell mailboxes apart. */
  findByAddress(pageId: string, address: string): Subscriber | undefined;
  /** Of whoever has a link of a message. A token says nothing about which others there are. */
  findByToken(pageId: string, token: string): Subscriber | undefined;
  /** Pages that somebody is told of. */
  toldPages(): readonly string[];
  /** The least number of the journal after which somebody is told; null: nobody is. */
  firstSeq(): number | null;
  put(subscriber: Subscriber): void;
  remove(id: string): void;
}

const keyOf = (address: string): string => address.toLowerCase();

/** Empty until `load`. */
export const createSubscriberBook = (repository: Pick<SubscriberRepository, "all">): SubscriberBook => {
  const byId = new Map<string, Subscriber>();
  const byPage = new Map<string, Map<string, Subscriber>>();
  const byAddress = new Map<string, string>();
  const byToken = new Map<string, string>();

  const addressKey = ({ pageId, target }: Pick<Subscriber, "pageId" | "target">): string =>
    `${pageId} ${keyOf(target)}`;

  const put = (subscriber: Subscriber): void => {
    const { id, pageId, kind, tokenHash } = subscriber;
    first = undefined;
    byId.set(id, subscriber);
    const page = byPage.get(pageId);
    if (page === undefined) byPage.set(pageId, new Map([[id, subscriber]]));
    else page.set(id, subscriber);
    byToken.set(tokenHash, id);
    // Several webhooks may have one address: each has a secret and a choice of its own.
    if (kind === "email") byAddress.set(addressKey(subscriber), id);
  };

  /** Asked for at every commit; undefined: to be worked out again. */
  let first: number | null | undefined;

  const told = (): Subscriber[] => [...byId.values()].filter(({ sinceSeq }) => sinceSeq !== null);

  const leastSeq = (): number | null => {
    let least: number | null = null;
    for (const { sinceSeq } of byId.values())
      if (sinceSeq !== null && (least === null || sinceSeq < least)) least = sinceSeq;
    return least;
  };

  return {
    load: async () => {
      const { subscribers, lost } = await repository.all();
      for (const subscriber of subscribers) put(subscriber);
      return lost;
    },
    get: (id) => byId.get(id),
    of: (pageId) => [...(byPage.get(pageId)?.values() ?? [])],
    count: (pageId, kind) => {
      let count = 0;
      for (const subscriber of byPage.get(pageId)?.values() ?? []) if (subscriber.kind === kind) count++;
      return count;
    },
    findByAddress: (pageId, address) =>
      byId.get(byAddress.get(addressKey({ pageId, target: address })) ?? ""),
    findByToken: (pageId, token) => {
      const subscriber = byId.get(byToken.get(sha256Hex(token)) ?? "");
      return subscriber?.pageId === pageId ? subscriber : undefined;
    },
    toldPages: () => [...new Set(told().map(({ pageId }) => pageId))],
    firstSeq: () => (first === undefined ? (first = leastSeq()) : first),
    put,
    remove: (id) => {
      const subscriber = byId.get(id);
      if (subscriber === undefined) return;
      first = undefined;
      byId.delete(id);
      byToken.delete(subscriber.tokenHash);
      if (byAddress.get(addressKey(subscriber)) === id) byAddress.delete(addressKey(subscriber));
      const page = byPage.get(subscriber.pageId);
      page?.delete(id);
      if (page?.size === 0) byPage.delete(subscriber.pageId);
    },
  };
};
