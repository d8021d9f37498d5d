// In: machines that come and go, alerts that begin and end, and services that follow them. Out: words about these
// services, by the one door that every word takes. What was said last is kept with it, so that a person's word is
// corrected only by news, and a restart says nothing twice.
import { SYSTEM } from "../../core/actor";
import type { CancelTimer, Clock } from "../../core/clock";
import { isAppError } from "../../core/errors";
import type { Log } from "../../core/log";
import type { Service } from "../../lib/service";
import { emptyPlan, type Commit, type Plan } from "../../notify/plan";
import type { ServiceBook, ServiceRecord } from "../book";
import type { ServiceLock } from "../lock";
import type { StatusPlanner } from "../planner";
import { followedWords, type FollowedWord, type FollowedWorld } from "./feeds";
import { forgetSaidStatement, saveSaidStatement, type FollowedRepository, type SaidWord } from "./repository";

export interface Follower extends Service {
  /** Reads what was said; once, at start. */
  load(): Promise<void>;
  /** A machine or an alert changed: call it after the commit. */
  wake(): void;
  /** A service is new, changed or gone: call it after the commit. */
  changed(serviceId: string): void;
}

export interface FollowerParts {
  services: Pick<ServiceBook, "get" | "all">;
  status: Pick<StatusPlanner, "say" | "inPlan">;
  repository: FollowedRepository;
  world: FollowedWorld;
  lock: ServiceLock;
  commit: Commit;
  clock: Clock;
  log: Log;
}

/** Pause after something could not be committed. */
const PAUSE_AFTER_FAILURE_MS = 1_000;

const isSame = (a: SaidWord, b: FollowedWord): boolean =>
  a.sourceKind === b.source.kind && a.sourceId === b.source.id;

/** Asleep until `start`; what changed before is made good then. */
export const createFollower = (parts: FollowerParts): Follower => {
  const { services, status, repository, world, lock, commit, clock, log } = parts;
  /** By service: what was said last and has not been taken back. */
  const said = new Map<string, readonly SaidWord[]>();
  /** Services that follow something, or have followed it. */
  const following = new Set<string>();
  let isWanted = false;
  let hasFailed = false;
  let running: Promise<void> | null = null;
  let cancelTimer: CancelTimer | null = null;
  let isStopped = true;

  const saidOf = (id: string): readonly SaidWord[] => said.get(id) ?? [];

  const wordsFor = (service: ServiceRecord): FollowedWord[] => {
    const told = saidOf(service.id).find(({ sourceKind }) => sourceKind === "alert")?.sourceId;
    return followedWords(service, world, told);
  };

  const hasNews = (id: string): boolean => {
    const service = services.get(id);
    if (service === undefined) return saidOf(id).length > 0;
    const words = wordsFor(service);
    const before = saidOf(id);
    return (
      words.length !== before.length ||
      words.some((word) => !before.some((one) => isSame(one, word) && one.status === word.status))
    );
  };

  /** First what is new, then what is over: so that nothing looks well in between. */
  const speak = (service: ServiceRecord, plan: Plan): void => {
    const now = clock.now();
    const words = wordsFor(service);
    const before = saidOf(service.id);
    for (const { source, status: stands, message } of words) {
      const last = before.find((one) => isSame(one, { source, status: stands, message }));
      if (last?.status === stands) continue;
      const word = { source, status: stands, message, actor: SYSTEM };
      status.say(status.inPlan(service, plan), word, now, plan);
      const { kind: sourceKind, id: sourceId, name: sourceName } = source;
      plan.statements.push(
        saveSaidStatement({ serviceId: service.id, sourceKind, sourceId, sourceName, status: stands }),
      );
    }
    for (const over of before) {
      if (words.some((word) => isSame(over, word))) continue;
      const source = { kind: over.sourceKind, id: over.sourceId, name: over.sourceName };
      const message = over.sourceKind === "machine" ? `${over.sourceName} is online.` : "The alert is over.";
      const word = { source, status: "operational", message, actor: SYSTEM } as const;
      status.say(status.inPlan(service, plan), word, now, plan);
      plan.statements.push(forgetSaidStatement(over));
    }
    const next = words.map(({ source, status: stands }) => ({
      serviceId: service.id,
      sourceKind: source.kind,
      sourceId: source.id,
      sourceName: source.name,
      status: stands,
    }));
    plan.afterCommit.push(() => void said.set(service.id, next));
  };

  const look = (id: string): Promise<void> =>
    lock.run([id], async () => {
      if (!hasNews(id)) return;
      const plan = emptyPlan();
      const service = services.get(id);
      if (service !== undefined) speak(service, plan);
      else {
        plan.statements.push(...saidOf(id).map(forgetSaidStatement));
        plan.afterCommit.push(() => void said.delete(id));
      }
      await commit(plan);
    });

  const pass = async (): Promise<void> => {
    hasFailed = false;
    for (const id of Array.from(following)) {
      if (isStopped) return;
      if (!hasNews(id)) continue;
      try {
        await look(id);
      } catch (error) {
        hasFailed = true;
        if (!isAppError(error, "conflict"))
          log.error("a service could not follow its machines and alerts; it is tried again", {
            service: id,
            error,
          });
      }
    }
  };

  const runWhileWanted = async (): Promise<void> => {
    do {
      isWanted = false;
      await pass();
    } while (isWanted && !isStopped);
  };

  const wake = (): void => {
    cancelTimer?.();
    cancelTimer = null;
    if (isStopped || following.size === 0) return;
    isWanted = true;
    if (running !== null) return;
    running = runWhileWanted().finally(() => {
      running = null;
      if (hasFailed && !isStopped) cancelTimer = clock.after(PAUSE_AFTER_FAILURE_MS, wake);
    });
  };

  const note = ({ id, statusFrom }: ServiceRecord): void => {
    if (statusFrom.length > 0) following.add(id);
  };

  return {
    name: "followed",
    load: async () => {
      for (const [id, words] of Map.groupBy(await repository.all(), ({ serviceId }) => serviceId)) {
        said.set(id, words);
        following.add(id);
      }
      for (const service of services.all()) note(service);
    },
    wake,
    changed: (id) => {
      const service = services.get(id);
      if (service !== undefined) note(service);
      if (following.has(id)) wake();
    },
    start: async () => {
      isStopped = false;
      wake();
      await running;
    },
    stop: async () => {
      isStopped = true;
      cancelTimer?.();
      cancelTimer = null;
      await running;
    },
  };
};
