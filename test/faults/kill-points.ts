// In: rounds and a seed. Out: what was lost when the product was killed at a chosen step of its own: at
// the n-th write or sync of a commit, in a checkpoint, at a connection, before or behind a request or an
// answer. strace delivers the signal in the middle of the very system call.
import { killedAt, untilEnded, type KillPoint } from "../harness/kill-at";
import { productCommand } from "../harness/process";
import { seededRandom, wholeBetween } from "../harness/random";
import { describeReport, reportOf } from "./loop-report";
import { openPlantScene } from "./plant-scene";
import type { Tier } from "./tier";

const ROUNDS = 60;
/** As in the kill loop: what may have been sent without having been noted. */
const IN_FLIGHT_PER_CHANNEL = 4;
const FAIL_SHARE = 0.03;
/** Long enough that a message in flight at the next kill can't be taken for one of the kill before. */
const LIFE_BETWEEN_MS = 400;

const POINTS: readonly KillPoint[] = [
  { what: "writing a commit", call: "pwrite64", file: "andon.db-wal", most: 400 },
  { what: "before a commit is synced", call: "fsync,fdatasync", file: "andon.db-wal", most: 120 },
  { what: "in a checkpoint", call: "pwrite64", file: "andon.db", most: 30 },
  { what: "writing samples", call: "pwrite64", file: "samples.db-wal", most: 60 },
  { what: "connecting to an endpoint", call: "connect", file: null, most: 12 },
  { what: "before bytes leave", call: "sendto,write,writev,sendmsg", file: null, most: 600 },
  { what: "before bytes are read", call: "recvfrom,read,recvmsg", file: null, most: 900 },
];

const run: Tier["run"] = async ({ rounds: given, seed, say }) => {
  const rounds = given ?? ROUNDS;
  const random = seededRandom(seed);
  const command = productCommand("binary");
  const scene = await openPlantScene({
    command,
    seed,
    failShare: FAIL_SHARE,
    sinkDelayMs: 0,
    copiesPerEnd: IN_FLIGHT_PER_CHANNEL,
  });
  const hits = new Map<string, number>();
  try {
    for (let round = 1; round <= rounds; round++) {
      const point = POINTS[(round - 1) % POINTS.length] as KillPoint;
      const when = wholeBetween(random, 1, point.most);
      await scene.product.kill();
      scene.noteEnd();
      scene.restartInSilence(killedAt(command, scene.dataDirectory, point, when));
      const { pid } = scene.product;
      await scene.product.ready().then(
        () => scene.resume(),
        // The point came during the start.
        () => undefined,
      );
      if (await untilEnded(pid)) hits.set(point.what, (hits.get(point.what) ?? 0) + 1);
      await scene.product.kill();
      scene.noteEnd();
      await scene.restart();
      await Bun.sleep(LIFE_BETWEEN_MS);
      if (round % 10 === 0 && round < rounds) say(`   kill-points: ${round} of ${rounds}`);
    }
    const verdict = await scene.conclude();
    const report = reportOf({ rounds, seed }, scene, verdict);
    const where = [...hits].map(([what, count]) => `${count} × ${what}`).join(", ");
    const missing = POINTS.filter(({ what }) => !hits.has(what)).map(({ what }) => what);
    return {
      summary: `${describeReport(report)}; ended ${where} (${command.description})`,
      faults: [
        ...report.faults,
        // A checkpoint is rare; a round of each other point has to have come to it.
        ...(rounds >= ROUNDS && missing.length > 1 ? [`never ended ${missing.join(", ")}`] : []),
      ],
    };
  } finally {
    await scene.close();
  }
};

export const killPoints: Tier = {
  name: "kill-points",
  title: "kill -9 at chosen system calls of a commit, a checkpoint, a connection, a request and an answer",
  obstacle: () => (Bun.which("strace") === null ? "strace is missing" : null),
  run,
};
