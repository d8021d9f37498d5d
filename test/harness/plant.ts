// In: a port that answers some of the time. Out: machines that report, break limits, recover and are
// acknowledged, each step repeated until it was acknowledged; and a record of all that was.
import { seededRandom, wholeBetween } from "./random";
import { createGate, createSteadySender, type SteadySender } from "./steady-sender";

export const PLANT_METRIC = "temperature";
/** The rule of the plant: triggers above, clears below. */
export const PLANT_LIMIT = { above: 90, clearBelow: 70 };
const LINES = 4;
/** Device time between two readings of a machine. */
const STEP_MS = 1_000;

export interface AcknowledgedReading {
  /** Device time. */
  at: number;
  value: number;
}

export interface Crossing {
  /** Device time of the reading that broke the limit. */
  triggeredAt: number;
  value: number;
  resolvedAt: number | null;
  /** The 2xx came. */
  isAcknowledged: boolean;
}

export interface MachineRecord {
  name: string;
  line: string;
  readings: AcknowledgedReading[];
  crossings: Crossing[];
  heartbeats: number;
  /** Server time before the last acknowledged heartbeat was sent. */
  lastHeartbeatAt: number | null;
}

export interface Plant {
  readonly records: readonly MachineRecord[];
  /** What went wrong in the middle: an acknowledged trigger without an alert, a refused reading. */
  readonly faults: string[];
  readonly acknowledgedRequests: number;
  /** The product answers again. */
  resume(): void;
  /** Whoever loses its connection from now on waits for `resume`. */
  expectSilence(): void;
  /** Resolves when each machine has finished its step; needs a product that answers. */
  finish(): Promise<void>;
  /** Stops trying, after a failure: nobody answers any more. */
  abandon(): void;
}

export interface PlantOptions {
  port: number;
  token: string;
  machines: number;
  seed: number;
}

export const createPlant = ({ port, token, machines, seed }: PlantOptions): Plant => {
  const faults: string[] = [];
  const baseTime = Date.now() - 24 * 3_600_000;
  const gate = createGate();
  let isFinishing = false;
  let acknowledgedRequests = 0;
  let isAbandoned = false;
  const isOver = (): boolean => isFinishing || isAbandoned;

  /** Counts what was acknowledged. */
  const createSender = (): SteadySender => {
    const send = createSteadySender({
      port,
      token,
      gate,
      isAbandoned: () => isAbandoned,
      isFinishing: () => isFinishing,
    });
    return async (method, path, body) => {
      const answer = await send(method, path, body);
      if (answer.status < 300) acknowledgedRequests++;
      return answer;
    };
  };

  const runMachine = async (record: MachineRecord, random: () => number): Promise<void> => {
    const send = createSender();
    let at = baseTime;
    let machineId = "";
    let open: Crossing | null = null;

    const post = async (values: readonly number[]): Promise<AcknowledgedReading[]> => {
      const readings = values.map((value) => ({ at: (at += STEP_MS), value }));
      const body = readings.map((reading) => ({
        machine: record.name,
        metric: PLANT_METRIC,
        value: reading.value,
        timestamp: new Date(reading.at).toISOString(),
        tags: { line: record.line },
      }));
      const answer = await send("POST", "/readings", body.length === 1 ? body[0] : body);
      const parsed = answer.status === 202 ? (JSON.parse(answer.body) as { accepted: number }) : null;
      if (parsed?.accepted !== readings.length)
        faults.push(`${record.name}: readings answered with ${answer.status} ${answer.body.slice(0, 300)}`);
      record.readings.push(...readings);
      return readings;
    };

    const normal = (): number => wholeBetween(random, 200, 690) / 10;
    const broken = (): number => wholeBetween(random, 901, 1_200) / 10;

    const breach = async (isFleeting: boolean): Promise<void> => {
      const before = Array.from({ length: wholeBetween(random, 0, 2) }, normal);
      const values = [...before, broken(), ...(isFleeting ? [normal()] : [])];
      const readings = await post(values);
      const first = readings[before.length] as AcknowledgedReading;
      const end = isFleeting ? (readings.at(-1) as AcknowledgedReading).at : null;
      const crossing = { triggeredAt: first.at, value: first.value, resolvedAt: end, isAcknowledged: false };
      record.crossings.push(crossing);
      open = isFleeting ? null : crossing;
    };

    const findMachine = async (): Promise<void> => {
      const answer = await send("GET", `/machines?limit=500`);
      const { data } = JSON.parse(answer.body) as { data: { id: string; name: string }[] };
      machineId = data.find(({ name }) => name === record.name)?.id ?? "";
      if (machineId === "") faults.push(`${record.name}: acknowledged readings, but no machine`);
    };

    const acknowledge = async (crossing: Crossing): Promise<void> => {
      if (machineId === "") await findMachine();
      const answer = await send("GET", `/alerts?machine_id=${machineId}&status=triggered`);
      const { data } = JSON.parse(answer.body) as { data: { id: string; metric_value: number }[] };
      const [alert] = data;
      if (alert === undefined || data.length > 1 || alert.metric_value !== crossing.value) {
        faults.push(`${record.name}: an acknowledged trigger has ${data.length} open alerts ${answer.body}`);
        return;
      }
      const done = await send("POST", `/alerts/${alert.id}/acknowledge`, { note: "seen by the plant" });
      // 409: the answer to the try before was lost together with the process.
      if (done.status === 200 || done.status === 409) crossing.isAcknowledged = true;
      else faults.push(`${record.name}: acknowledge answered ${done.status} ${done.body.slice(0, 300)}`);
    };

    const recover = async (crossing: Crossing): Promise<void> => {
      const [reading] = await post([normal()]);
      crossing.resolvedAt = (reading as AcknowledgedReading).at;
      open = null;
    };

    const heartbeat = async (): Promise<void> => {
      const sentAt = Date.now();
      const answer = await send("POST", `/machines/${record.name}/heartbeat`);
      if (answer.status !== 202) {
        faults.push(`${record.name}: heartbeat answered ${answer.status} ${answer.body.slice(0, 300)}`);
        return;
      }
      record.heartbeats++;
      record.lastHeartbeatAt = sentAt;
    };

    const step = async (): Promise<void> => {
      const dice = random();
      const crossing: Crossing | null = open;
      if (dice < 0.1 && record.readings.length > 0) return heartbeat();
      if (crossing === null) {
        if (dice < 0.6) return breach(dice < 0.15);
        return void (await post(Array.from({ length: wholeBetween(random, 1, 5) }, normal)));
      }
      if (dice < 0.4 && !crossing.isAcknowledged) return acknowledge(crossing);
      if (dice < 0.7) return recover(crossing);
      await post(Array.from({ length: wholeBetween(random, 1, 3) }, broken));
    };

    while (!isOver()) await step();
  };

  const records: MachineRecord[] = Array.from({ length: machines }, (_, index) => ({
    name: `machine-${index}`,
    line: `l${index % LINES}`,
    readings: [],
    crossings: [],
    heartbeats: 0,
    lastHeartbeatAt: null,
  }));
  const running = records.map((record, index) => runMachine(record, seededRandom(seed * 1_000 + index)));
  // A rejection is looked at in `finish`; until then it must not end the process.
  for (const machine of running) machine.catch(() => undefined);

  return {
    records,
    faults,
    get acknowledgedRequests() {
      return acknowledgedRequests;
    },
    resume: () => gate.open(),
    expectSilence: () => gate.close(),
    finish: async () => {
      isFinishing = true;
      gate.open();
      await Promise.all(running);
    },
    abandon: () => {
      isAbandoned = true;
      gate.open();
    },
  };
};
