// In: a port that answers some of the time, and the channels behind it. Out: somebody who gives them new
// secrets, resumes what is paused and sends deliveries again while the product is killed, and a record
// of what was acknowledged.
import type { OracleChannel } from "./oracle";
import { wallTime } from "./process";
import { seededRandom, wholeBetween } from "./random";
import { numberedSecret } from "./sink-options";
import { createGate, createSteadySender } from "./steady-sender";

/** Wall times in ms. */
export interface RotationRecord {
  listener: number;
  /** 1 is the first new secret. */
  number: number;
  askedAt: number;
  acknowledgedAt: number;
}

export interface ReplayRecord {
  deliveryId: string;
  askedAt: number;
  answeredAt: number;
  /** In that time; each may have been carried out. */
  tries: number;
  /** The 2xx came: it is sent again at least once. */
  isAcknowledged: boolean;
}

export interface DeskRecord {
  readonly rotations: readonly RotationRecord[];
  readonly replays: readonly ReplayRecord[];
  readonly resumes: number;
}

export interface ChannelDesk extends DeskRecord {
  /** What was answered as it should not have been. */
  readonly faults: string[];
  resume(): void;
  expectSilence(): void;
  /** From now on it only resumes what is paused: everything shall come to its end. */
  calm(): void;
  /** Resolves when its last step is done. */
  finish(): Promise<void>;
  abandon(): void;
}

const PAUSE_MS = { least: 5, most: 40 };
const RECENT = 50;

export const createChannelDesk = (options: {
  port: number;
  token: string;
  seed: number;
  secret: string;
  channels: readonly OracleChannel[];
}): ChannelDesk => {
  const { port, token, secret, channels } = options;
  const random = seededRandom(options.seed);
  const gate = createGate();
  const faults: string[] = [];
  const rotations: RotationRecord[] = [];
  const replays: ReplayRecord[] = [];
  const numbers = new Map<string, number>();
  let resumes = 0;
  let isCalm = false;
  let isFinishing = false;
  let isAbandoned = false;
  const send = createSteadySender({
    port,
    token,
    gate,
    isAbandoned: () => isAbandoned,
    isFinishing: () => isFinishing,
  });

  const pick = (): OracleChannel => channels[wholeBetween(random, 0, channels.length - 1)] as OracleChannel;

  const rotate = async ({ id, listener }: OracleChannel): Promise<void> => {
    const number = (numbers.get(id) ?? 0) + 1;
    const askedAt = wallTime();
    // It may be carried out before there is an answer.
    const record: RotationRecord = { listener, number, askedAt, acknowledgedAt: Number.POSITIVE_INFINITY };
    rotations.push(record);
    const answer = await send("POST", `/notification-channels/${id}/rotate-secret`, {
      secret: numberedSecret(secret, number),
    });
    // 422 is for the present secret: the answer to the try before was lost together with the process.
    const isDone = answer.status === 200 || (answer.status === 422 && answer.tries > 1);
    if (!isDone) faults.push(`rotate-secret answered ${answer.status} ${answer.body.slice(0, 300)}`);
    record.acknowledgedAt = wallTime();
    numbers.set(id, number);
  };

  const resumePaused = async ({ id }: OracleChannel): Promise<void> => {
    const { body } = await send("GET", `/notification-channels/${id}`);
    if ((JSON.parse(body) as { health: string }).health !== "paused") return;
    const answer = await send("POST", `/notification-channels/${id}/resume`);
    if (answer.status === 200) resumes++;
    else faults.push(`resume answered ${answer.status} ${answer.body.slice(0, 300)}`);
  };

  const replay = async ({ id }: OracleChannel): Promise<void> => {
    const { body } = await send(
      "GET",
      `/notification-channels/${id}/deliveries?status=delivered&limit=${RECENT}`,
    );
    const rows = (JSON.parse(body) as { data: { id: string }[] }).data;
    const row = rows[wholeBetween(random, 0, rows.length - 1)];
    if (row === undefined) return;
    const record: ReplayRecord = {
      deliveryId: row.id,
      askedAt: wallTime(),
      answeredAt: Number.POSITIVE_INFINITY,
      tries: 1,
      isAcknowledged: false,
    };
    replays.push(record);
    const answer = await send("POST", `/deliveries/${row.id}/replay`);
    record.answeredAt = wallTime();
    record.tries = answer.tries;
    // 409: it is under way, perhaps by the try before.
    record.isAcknowledged = answer.status === 202;
    if (answer.status !== 202 && answer.status !== 409)
      faults.push(`replay answered ${answer.status} ${answer.body.slice(0, 300)}`);
  };

  const run = async (): Promise<void> => {
    // Opened for the first time when the channels are there.
    await gate.passed();
    while (!isFinishing && !isAbandoned) {
      const dice = random();
      const channel = pick();
      if (isCalm || dice < 0.5) for (const one of channels) await resumePaused(one);
      else if (dice < 0.75) await rotate(channel);
      else await replay(channel);
      await Bun.sleep(wholeBetween(random, PAUSE_MS.least, PAUSE_MS.most));
    }
  };
  const running = run();
  // A rejection is looked at in `finish`; until then it must not end the process.
  running.catch(() => undefined);

  return {
    faults,
    rotations,
    replays,
    get resumes() {
      return resumes;
    },
    resume: () => gate.open(),
    expectSilence: () => gate.close(),
    calm: () => {
      isCalm = true;
    },
    finish: async () => {
      isFinishing = true;
      gate.open();
      await running;
    },
    abandon: () => {
      isAbandoned = true;
      gate.open();
    },
  };
};
