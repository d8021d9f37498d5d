// In: replays of many deliveries, as durable rows. Out: each worked off in small steps, one step of each
// in turn: what a step opens again and how far it has come are one commit, so that after any crash the
// next step begins where the last one ended. Fresh messages overtake all of it.
import type { ChannelDirectory } from "../channels/directory";
import { SYSTEM, type Actor } from "../core/actor";
import type { CancelTimer, Clock } from "../core/clock";
import { AppError, isAppError, notFound } from "../core/errors";
import { newId } from "../core/ids";
import type { Log } from "../core/log";
import { journalStatement } from "../journal/append";
import type { Service } from "../lib/service";
import type { Engine, Statement } from "../store/engine";
import { FINISHED, type DeliveryFilter } from "./filter";
import { channelInStep } from "./in-step";
import { isSending } from "./is-sending";
import type { Outbox } from "./outbox";
import {
  advanceStatement,
  cancelReplayStatement,
  channelsAt,
  copyStatement,
  findReplay,
  insertReplayStatement,
  reopenStatement,
  runningReplays,
  type Replay,
} from "./replays";
import { releaseStatement } from "./waiting-rows";
import { countPlaces, findPlaces, type SearchScope } from "./search";
import type { DeliveryWorker } from "./worker";

export interface ReplayRunnerParts {
  store: { engine: Engine };
  clock: Clock;
  log: Log;
  directory: Pick<ChannelDirectory, "find" | "known" | "of">;
  outbox: Outbox;
  worker: Pick<DeliveryWorker, "wake">;
}

export interface ReplayRequest {
  tenantId: string;
  actor: Actor;
  filter: DeliveryFilter;
  hasNewId: boolean;
  /** The filter as it was written, for the journal. */
  written: Record<string, unknown>;
}

export interface ReplayRunner extends Service {
  /** How many would be sent again now, and how many would be left out because their channel is gone. */
  count(tenantId: string, filter: DeliveryFilter): Promise<{ count: number; skipped: number }>;
  /** Durable when it resolves; what it names is fixed at this moment. */
  request(request: ReplayRequest): Promise<Replay>;
  /** What was opened again by then stays so. Throws `not_found`, and `conflict` when it is over. */
  cancel(tenantId: string, id: string, actor: Actor): Promise<Replay>;
}

/** Deliveries opened again in one commit, which takes a few milliseconds. */
const STEP = 250;
/** Rows looked at in one step. */
const STEP_EXAMINES = 5_000;
/** Between two steps: 2,500 a second leave half of a small machine to what happens meanwhile. */
const PAUSE_MS = 100;
const AFTER_FAILURE_MS = 1_000;

/** The sum over two filters is cheaper than looking at every row. */
const isOfAllFinished = ({ statuses, outcomes, machineId, subjectId }: DeliveryFilter): boolean =>
  statuses === undefined && outcomes === undefined && machineId === undefined && subjectId === undefined;

/** Asleep until `start`; replays of an earlier run go on then. */
export const createReplayRunner = (parts: ReplayRunnerParts): ReplayRunner => {
  const { store, clock, log, directory, outbox, worker } = parts;
  const { engine } = store;
  let isRunning = false;
  let isWanted = false;
  let working: Promise<void> | null = null;
  let cancelTimer: CancelTimer | null = null;

  const scopeOf = async (tenantId: string): Promise<SearchScope> => ({
    tenantId,
    channelIds: (await directory.known(tenantId)).map(({ id }) => id),
  });

  const countFinished = async (scope: SearchScope, filter: DeliveryFilter): Promise<number> => {
    if (!isOfAllFinished(filter)) return countPlaces(engine, scope, withFinished(filter));
    const all = await countPlaces(engine, scope, filter);
    return all - (await countPlaces(engine, scope, { ...filter, statuses: ["pending", "sending", "held"] }));
  };

  const withFinished = (filter: DeliveryFilter): DeliveryFilter => ({
    ...filter,
    statuses: filter.statuses ?? FINISHED,
  });

  const count = async (
    tenantId: string,
    filter: DeliveryFilter,
  ): Promise<{ count: number; skipped: number }> => {
    const { channelIds } = await scopeOf(tenantId);
    const isThere = (id: string): boolean => directory.find(tenantId, id) !== undefined;
    const there = { tenantId, channelIds: channelIds.filter(isThere) };
    const gone = { tenantId, channelIds: channelIds.filter((id) => !isThere(id)) };
    return { count: await countFinished(there, filter), skipped: await countFinished(gone, filter) };
  };

  const noteEnd = ({ tenantId, id }: Replay, status: "done" | "cancelled", actor: Actor): Statement =>
    journalStatement({
      tenantId,
      kind: "deliveries.replay_ended",
      subjectId: id,
      actor,
      at: clock.now(),
      data: { replayId: id, status },
    });

  /** One commit; nothing of it has happened when it rejects. */
  const takeStep = async (replay: Replay): Promise<void> => {
    const { tenantId } = replay;
    const { places, next } = await findPlaces(
      engine,
      await scopeOf(tenantId),
      { ...withFinished(replay.filter), upToSeq: replay.upToSeq },
      { direction: "oldest", after: replay.position, limit: STEP, mostExamined: STEP_EXAMINES },
    );
    const channelOf = await channelsAt(engine, places);
    const seqs = places
      .map(({ seq }) => seq)
      .filter((seq) => directory.find(tenantId, channelOf.get(seq) ?? "") !== undefined);
    const channels = new Set(seqs.map((seq) => channelOf.get(seq) ?? ""));
    const now = clock.now();
    const held: string[] = [];
    const inStep: Statement[] = [];
    for (const id of channels) {
      const statements = channelInStep(id, directory.find(tenantId, id), now);
      if (statements.length > 0) held.push(id);
      inStep.push(...statements);
    }
    const skipped = places.length - seqs.length;
    await engine.batch([
      replay.hasNewId ? copyStatement(seqs, outbox.takeSeq, now) : reopenStatement(seqs, now),
      advanceStatement(replay, {
        position: next ?? places.at(-1) ?? replay.position,
        skipped,
        finishedAt: next === null ? now : null,
      }),
      ...inStep,
      ...(next === null ? [noteEnd(replay, "done", SYSTEM)] : []),
    ]);
    for (const id of channels) {
      const channel = directory.find(tenantId, id);
      // Resumed meanwhile: its held rows were released before these.
      if (held.includes(id) && channel !== undefined && isSending(channel))
        await engine.batch([releaseStatement(id, clock.now())]);
      worker.wake(id);
    }
  };

  /** One step of each. False when something of it is to be tried again later. */
  const pass = async (): Promise<{ isLeft: boolean; isWell: boolean }> => {
    const replays = await runningReplays(engine);
    let isWell = true;
    for (const replay of replays) {
      if (!isRunning) break;
      try {
        await takeStep(replay);
      } catch (error) {
        // Somebody cancelled it between the read and the commit: nothing was opened again.
        if (isAppError(error, "conflict")) continue;
        isWell = false;
        log.warn("a step of a replay failed; it is tried again", { error, replay_id: replay.id });
      }
    }
    return { isLeft: replays.length > 0, isWell };
  };

  const work = async (): Promise<void> => {
    let pauseMs: number | null = null;
    try {
      isWanted = false;
      const { isLeft, isWell } = await pass();
      if (!isWell) pauseMs = AFTER_FAILURE_MS;
      else if (isLeft || isWanted) pauseMs = PAUSE_MS;
    } catch (error) {
      log.error("replays could not be read; they are tried again", { error });
      pauseMs = AFTER_FAILURE_MS;
    }
    working = null;
    if (isRunning && pauseMs !== null) cancelTimer = clock.after(pauseMs, wake);
  };

  const wake = (): void => {
    isWanted = true;
    if (!isRunning || working !== null) return;
    cancelTimer?.();
    cancelTimer = null;
    working = work();
  };

  return {
    name: "replays",
    count,
    request: async ({ tenantId, actor, filter, hasNewId, written }) => {
      const upToSeq = outbox.lastSeq();
      const { count: total } = await count(tenantId, { ...filter, upToSeq });
      const replay: Replay = {
        id: newId(),
        tenantId,
        filter,
        hasNewId,
        status: "running",
        total,
        done: 0,
        skipped: 0,
        upToSeq,
        position: null,
        requestedBy: actor,
        createdAt: clock.now(),
        finishedAt: null,
      };
      await engine.batch([
        insertReplayStatement(replay),
        journalStatement({
          tenantId,
          kind: "deliveries.replayed",
          subjectId: replay.id,
          actor,
          at: replay.createdAt,
          data: { replayId: replay.id, filter: written, count: total, hasNewId },
        }),
      ]);
      wake();
      return replay;
    },
    cancel: async (tenantId, id, actor) => {
      const replay = await findReplay(engine, tenantId, id);
      if (replay === undefined) throw notFound("replay");
      const isOver = new AppError("conflict", "This replay is over.", { code: "replay_over" });
      if (replay.status !== "running") throw isOver;
      try {
        await engine.batch([cancelReplayStatement(id, clock.now()), noteEnd(replay, "cancelled", actor)]);
      } catch (error) {
        throw isAppError(error, "conflict") ? isOver : error;
      }
      return (await findReplay(engine, tenantId, id)) ?? replay;
    },
    start: async () => {
      isRunning = true;
      wake();
    },
    stop: async () => {
      isRunning = false;
      cancelTimer?.();
      cancelTimer = null;
      await working;
    },
  };
};
