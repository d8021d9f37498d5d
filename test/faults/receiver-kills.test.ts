// In: senders who post words, alerts and announcements to webhook receivers, all at once. Out: killed with `kill -9`
// at any moment, also in the middle of a write, a sync or an answer, no request that was answered is lost, what was
// answered twice counts once, and status, history, uptime, incidents, alerts, journal, messages and the public page agree.
import { expect, test } from "bun:test";
import { openScene, withCleanUp } from "../bench/scene";
import { findPageContradictions } from "../harness/page-agreement";
import { killedAt, untilEnded, type KillPoint } from "../harness/kill-at";
import { productCommand } from "../harness/process";
import { seededRandom, wholeBetween } from "../harness/random";
import { gatherCrowd } from "../harness/receiver-crowd";
import { findContradictions } from "../harness/service-invariants";

const IS_LONG = Bun.env["ANDON_FAULTS"] === "long";
const KILLS = IS_LONG ? 100 : 6;
const ROUNDS_PER_POINT = IS_LONG ? 15 : 1;
const ROUND_LIMIT_MS = 15_000;

const hasStrace = Bun.which("strace") !== null;
if (!hasStrace) process.stdout.write("skipped: kills in the middle of a system call; strace is missing\n");

const POINTS: readonly KillPoint[] = [
  { what: "writing a commit", call: "pwrite64", file: "andon.db-wal", most: 300 },
  { what: "before a commit is synced", call: "fsync,fdatasync", file: "andon.db-wal", most: 60 },
  { what: "in a checkpoint", call: "pwrite64", file: "andon.db", most: 20 },
  {
    what: "before a request is read or an answer leaves",
    call: "sendto,write,writev,recvfrom,read",
    file: null,
    most: 900,
  },
];

/** Each with what is right at the end of it. */
const killInTurn = async (
  rounds: readonly (KillPoint | null)[],
  { seed, random }: { seed: number; random: () => number },
): Promise<void> =>
  withCleanUp(async (own) => {
    const command = productCommand("source");
    const scene = own(await openScene(command));
    const crowd = await gatherCrowd(scene, random);
    const hit: string[] = [];
    for (const point of rounds) {
      if (point === null) {
        const working = crowd.postUntilDead();
        await Bun.sleep(wholeBetween(random, 50, 600));
        await scene.restartAfterKill();
        await working;
      } else {
        const when = wholeBetween(random, 1, point.most);
        await scene.restartAfterKill(killedAt(command, scene.dataDirectory, point, when));
        const { pid, ready } = scene.product;
        // The point may come during the start.
        const working = ready().then(crowd.postUntilDead, () => undefined);
        if (await untilEnded(pid)) hit.push(point.what);
        await scene.restartAfterKill();
        await working;
      }
      await scene.product.ready();
      expect([seed, findContradictions(scene.dataDirectory)]).toEqual([seed, []]);
      expect([seed, await findPageContradictions(scene)]).toEqual([seed, []]);
      await crowd.repeat();
    }
    expect([seed, findContradictions(scene.dataDirectory)]).toEqual([seed, []]);
    expect([seed, await findPageContradictions(scene)]).toEqual([seed, []]);
    await crowd.expectLogged();
    expect([seed, crowd.answered() > rounds.length]).toEqual([seed, true]);
    if (rounds.some((point) => point !== null)) expect([seed, hit.length > 0]).toEqual([seed, true]);
  });

const start = (): { seed: number; random: () => number } => {
  const seed = Math.floor(performance.timeOrigin) % 1_000_000;
  return { seed, random: seededRandom(seed) };
};

test(
  "kills at any moment lose nothing that was answered, and everything agrees",
  () => killInTurn(new Array(KILLS).fill(null), start()),
  30_000 + KILLS * ROUND_LIMIT_MS,
);

test.skipIf(!hasStrace)(
  "so do kills in the middle of a write, a sync, a checkpoint, a request and an answer",
  () => killInTurn(Array.from({ length: ROUNDS_PER_POINT }, () => POINTS).flat(), start()),
  30_000 + POINTS.length * ROUNDS_PER_POINT * ROUND_LIMIT_MS,
);
