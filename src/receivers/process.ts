// In: verified requests whose payload was read. Out: what they lead to, in one durable commit with their rows in
// the log: status, history, incident, journal and messages. Requests of one receiver are taken up in their
// order; those that come while a commit runs are decided together, in the next one.
import type { Clock } from "../core/clock";
import { AppError, isAppError } from "../core/errors";
import { createGatherer } from "../lib/gather";
import { runAlone, type KeyedLock } from "../lib/keyed-lock";
import { emptyPlan, type Commit } from "../notify/plan";
import type { ServiceBook } from "../services/book";
import type { ServiceLock } from "../services/lock";
import type { Engine } from "../store/engine";
import type { Decider, Moment, Outcome } from "./decide";
import { DEDUP_MS } from "./dedup";
import type { ReceiverBook } from "./book";
import { logStatements, type Delivery, type DeliveryLog } from "./log";
import { findLatest, lateness, type LatestTimes } from "./order";
import type { PlannedWork } from "./planned-work";
import type { Raiser } from "./raise";
import type { ReceiverRecord } from "./repository";
import type { Interpretation, Report } from "./report";
import { brief, summarize, withoutEffect, type ReceivedFacts } from "./summarize";
import { saveUnknownStatements } from "./unknown-words";

export interface Job {
  receiver: ReceiverRecord;
  facts: ReceivedFacts;
  interpretation: Interpretation;
}

export interface Processor {
  /** Durable when it resolves; rejects as `Engine.batch`, and then nothing has happened. */
  process(job: Job): Promise<Delivery>;
  /** What it would lead to now; nothing is changed. */
  preview(receiver: ReceiverRecord, reports: readonly Report[], moment: Moment): Outcome[];
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

export interface ProcessorParts {
  decider: Decider;
  book: Pick<ReceiverBook, "find">;
  log: DeliveryLog;
  engine: Pick<Engine, "query">;
  services: Pick<ServiceBook, "get">;
  plannedWork: Pick<PlannedWork, "follow">;
  raiser: Pick<Raiser, "machineIdsFor">;
  lock: ServiceLock;
  /** Shared with everything that changes alerts of a machine. Taken after those of services. */
  machineLock: KeyedLock;
  commit: Commit;
  clock: Clock;
}

type Settled = { delivery: Delivery } | { error: unknown };

/** Of one commit: about as many as come in while one runs. */
const MOST_AT_ONCE = 128;
/** Somebody else changed the same service in between: more often than this is no accident. */
const TRIES = 4;

const reportsOf = ({ interpretation }: Job): readonly Report[] =>
  interpretation.kind === "reports" ? interpretation.reports : [];

export const createProcessor = (parts: ProcessorParts): Processor => {
  const { decider, book, log, engine, services, plannedWork, raiser, lock, machineLock, commit, clock } =
    parts;

  const preview: Processor["preview"] = (receiver, reports, moment) =>
    reports.map((report) => decider.decide(receiver, report, moment));

  /** As it is now: it may have been changed since the request came. */
  const current = ({ receiver }: Job): ReceiverRecord | undefined =>
    book.find(receiver.tenantId, receiver.id)?.record;

  const decide = (job: Job, moment: Moment): Delivery => {
    const { facts, interpretation } = job;
    const receiver = current(job);
    if (receiver === undefined)
      return withoutEffect(facts, { result: "failed", error: "The receiver was deleted." });
    if (!receiver.isActive)
      return withoutEffect(facts, { result: "ignored", error: "The receiver is switched off." });
    if (interpretation.kind !== "reports") {
      if (interpretation.kind === "confirmation")
        return withoutEffect(facts, { result: "failed", error: "There is nothing to confirm here." });
      const result = interpretation.kind === "nothing" ? "ignored" : "failed";
      return withoutEffect(facts, { result, error: interpretation.reason });
    }
    const outcomes = preview(receiver, interpretation.reports, moment);
    const { result, error, incidentChange: _incident, alertChange: _alert, ...main } = summarize(outcomes);
    return {
      ...facts,
      ...main,
      result,
      error,
      isVerified: true,
      items: outcomes.length === 1 ? null : outcomes.map(brief),
      dedupKey: result === "failed" ? null : facts.dedupKey,
      duplicateOf: null,
    };
  };

  const repeat = (job: Job, original: Delivery): Delivery => {
    const status = services.get(original.serviceId ?? "")?.status ?? null;
    return {
      ...withoutEffect(job.facts, {
        result: "ignored",
        error: `A repetition: this delivery ID came before, within ${DEDUP_MS / 3_600_000} hours.`,
      }),
      rawStatus: original.rawStatus,
      mappedStatus: original.mappedStatus,
      serviceId: original.serviceId,
      serviceName: original.serviceName,
      previousStatus: status,
      newStatus: status,
      dedupKey: null,
      duplicateOf: original.id,
    };
  };

  /** Windows that are there already have commits of their own, before the request is answered for. */
  const followPlans = async ({ receiver, interpretation }: Job, latest: LatestTimes): Promise<void> => {
    if (interpretation.kind !== "reports") return;
    for (const report of interpretation.reports) {
      if (report.error !== null || (report.planned === null && !report.endsPlanned)) continue;
      if (lateness(receiver, report, latest) !== null) continue;
      const [service] = decider.servicesOf(receiver, [report]);
      if (service !== undefined) await plannedWork.follow(receiver, report, service);
    }
  };

  const processTogether = async (jobs: readonly Job[]): Promise<Delivery[]> => {
    const since = clock.now() - DEDUP_MS;
    /** By key, with those that this very round brings to their end. */
    const ended = new Map<string, Delivery>();
    for (const { facts } of jobs) {
      if (facts.dedupKey === null) continue;
      const before = await log.findRepeated(facts.receiverId, facts.dedupKey, since);
      if (before !== null) ended.set(facts.dedupKey, before);
    }
    const latest: LatestTimes = new Map();
    for (const job of jobs) {
      const { receiver } = job;
      const found = await findLatest(engine, receiver, { reports: reportsOf(job), now: clock.now() });
      for (const [identity, at] of found) latest.set(identity, at);
    }
    for (const job of jobs) if (!ended.has(job.facts.dedupKey ?? "")) await followPlans(job, latest);
    const turns = new Set<string>();
    const machineIds = new Set<string>();
    for (const job of jobs) {
      const receiver = current(job) ?? job.receiver;
      for (const turn of decider.turnsOf(receiver, reportsOf(job))) turns.add(turn);
      for (const report of reportsOf(job))
        for (const id of raiser.machineIdsFor(receiver, report)) machineIds.add(id);
    }
    const decideAll = async (): Promise<Delivery[]> => {
      const plan = emptyPlan();
      const moment: Moment = {
        now: clock.now(),
        plan,
        latest: new Map(latest),
        holdsTurn: (turn) => turns.has(turn) || machineIds.has(turn),
      };
      let deliveries: Delivery[];
      try {
        deliveries = jobs.map((job) => {
          const before = ended.get(job.facts.dedupKey ?? "");
          if (before !== undefined) return repeat(job, before);
          const delivery = decide(job, moment);
          if (delivery.dedupKey !== null) ended.set(delivery.dedupKey, delivery);
          return delivery;
        });
      } catch (error) {
        for (const step of plan.afterRefusal.toReversed()) step();
        throw error;
      }
      plan.statements.push(...logStatements(deliveries));
      for (const [index, job] of jobs.entries()) {
        const delivery = deliveries[index];
        if (delivery === undefined || delivery.duplicateOf !== null) continue;
        const { id: deliveryId, receiverId } = delivery;
        const seen = { receiverId, deliveryId, at: moment.now };
        plan.statements.push(...saveUnknownStatements(reportsOf(job), seen));
      }
      await commit(plan);
      return deliveries;
    };
    return lock.run([...turns], () =>
      machineIds.size === 0 ? decideAll() : runAlone(machineLock, [...machineIds], decideAll),
    );
  };

  const processAlone = async (job: Job): Promise<Settled> => {
    for (let tries = 1; ; tries++)
      try {
        const [delivery] = await processTogether([job]);
        if (delivery === undefined) throw new Error("a request was lost");
        return { delivery };
      } catch (error) {
        if (!isAppError(error, "conflict")) return { error };
        if (tries < TRIES) continue;
        const cause = new AppError("unavailable", "The service is being changed by others. Send it again.", {
          cause: error,
          retryAfterSeconds: 1,
        });
        return { error: cause };
      }
  };

  /** What one request breaks must not take the others with it. */
  const processRound = async (jobs: readonly Job[]): Promise<Settled[]> => {
    if (jobs.length > 1)
      try {
        return (await processTogether(jobs)).map((delivery) => ({ delivery }));
      } catch (error) {
        if (!isAppError(error, "conflict") && !isAppError(error, "internal") && isAppError(error))
          throw error;
      }
    const settled: Settled[] = [];
    for (const job of jobs) settled.push(await processAlone(job));
    return settled;
  };

  const gatherer = createGatherer<Job, Settled>(processRound, MOST_AT_ONCE);

  return {
    process: async (job) => {
      const settled = await gatherer.add(job.receiver.id, job);
      if ("error" in settled) throw settled.error;
      return settled.delivery;
    },
    preview,
    idle: gatherer.idle,
  };
};
