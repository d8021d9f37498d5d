// T20. In: 10,000 wrong guesses from 500 addresses at one person's account and at invented ones, against
// the program with real password hashes. Out: how many were looked at, what it cost, and how people fared.
import { startProcess, type TestProcess } from "../harness/app-process";
import { shareOf } from "../harness/canary-client";
import { mebibytes, memoryOf } from "../harness/process";
import type { Tier } from "./tier";

const ATTEMPTS = 10_000;
const ADDRESSES = 500;
const AT_ONCE = 100;
/** One guess in four goes at the one account that exists. */
const TARGETED_EVERY = 4;
const MOST_PER_MINUTE = 10;
const LONGEST_SIGN_IN_MS = 2_000;
const MOST_MEMORY_MIB = 350;
const PERSON_PAUSE_MS = 500;

const TARGET = "target@plant.example";
const BYSTANDER = "bystander@plant.example";
const PASSWORD = "correct horse battery";

/** The process trusts the test as its proxy, so that each guess has an address of its own. */
const addressOf = (index: number): string => `198.51.${Math.floor(index / 250)}.${1 + (index % 250)}`;

const signIn = async (
  server: TestProcess,
  { email, password, address }: { email: string; password: string; address: string },
): Promise<number> => {
  const response = await fetch(`${server.url}/api/v1/session`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-forwarded-for": address },
    body: JSON.stringify({ email, password }),
  });
  await response.arrayBuffer();
  return response.status;
};

interface Flood {
  /** Times, in ms, of guesses at the target that were looked at. */
  lookedAt: number[];
  statuses: Map<number, number>;
}

const flood = async (server: TestProcess, attempts: number, atOnce: number): Promise<Flood> => {
  const result: Flood = { lookedAt: [], statuses: new Map() };
  let next = 0;
  const guess = async (): Promise<void> => {
    for (let index = next++; index < attempts; index = next++) {
      const isTargeted = index % TARGETED_EVERY === 0;
      const email = isTargeted ? TARGET : `invented-${index % 3_000}@plant.example`;
      const status = await signIn(server, {
        email,
        password: `guess ${index} of many`,
        address: addressOf(index % ADDRESSES),
      });
      result.statuses.set(status, (result.statuses.get(status) ?? 0) + 1);
      if (isTargeted && status === 401) result.lookedAt.push(performance.now());
    }
  };
  await Promise.all(Array.from({ length: atOnce }, guess));
  return result;
};

/** The most events within any minute. */
const mostPerMinute = (times: readonly number[]): number =>
  Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + 60_000).length));

export interface FloodReport {
  attempts: number;
  /** How often each status was answered to a guess. */
  statuses: Map<number, number>;
  /** Guesses at the one real account that were looked at, in the worst minute. */
  perMinute: number;
  /** Ms of each sign-in of a person meanwhile, sorted. */
  waitsMs: number[];
  peakMib: number;
  /** What people were answered instead of being let in, and guesses that were let in. */
  faults: string[];
}

export const runFlood = async (attempts: number, atOnce = AT_ONCE): Promise<FloodReport> => {
  const server = await startProcess({
    env: { ANDON_TRUSTED_PROXIES: "127.0.0.1", ANDON_LOG_LEVEL: "error" },
  });
  try {
    for (const email of [TARGET, BYSTANDER])
      await fetch(`${server.url}/api/v1/users`, {
        method: "POST",
        headers: { authorization: `Bearer ${server.token}`, "content-type": "application/json" },
        body: JSON.stringify({ email, password: PASSWORD, role: "responder" }),
      });
    const faults: string[] = [];
    // Somebody is signed in at work: from there guessers elsewhere don't lock the door.
    const office = "10.0.0.5";
    const first = await signIn(server, { email: TARGET, password: PASSWORD, address: office });
    if (first !== 200) faults.push(`the first sign-in was answered ${first}`);

    let isOver = false;
    const waits: number[] = [];
    const people = (async () => {
      for (let round = 0; !isOver; round++) {
        const email = round % 2 === 0 ? BYSTANDER : TARGET;
        const from = performance.now();
        const status = await signIn(server, { email, password: PASSWORD, address: office });
        waits.push(performance.now() - from);
        if (status !== 200)
          faults.push(`${email} was answered ${status} after ${waits.at(-1)?.toFixed(0)} ms`);
        await Bun.sleep(PERSON_PAUSE_MS);
      }
    })();
    const { lookedAt, statuses } = await flood(server, attempts, atOnce);
    isOver = true;
    await people;
    if (statuses.has(200)) faults.push(`${statuses.get(200)} guesses were let in`);
    return {
      attempts,
      statuses,
      perMinute: mostPerMinute(lookedAt),
      waitsMs: waits.toSorted((a, b) => a - b),
      peakMib: mebibytes(memoryOf(server.pid).peakBytes),
      faults,
    };
  } finally {
    await server.remove();
  }
};

const judge = ({ perMinute, waitsMs, peakMib, faults }: FloodReport): string[] => {
  const longest = waitsMs.at(-1) ?? 0;
  return [
    ...faults,
    ...(perMinute > MOST_PER_MINUTE ? [`${perMinute} guesses at one account in a minute`] : []),
    ...(longest > LONGEST_SIGN_IN_MS ? [`a person waited ${longest.toFixed(0)} ms`] : []),
    ...(peakMib > MOST_MEMORY_MIB ? [`${peakMib.toFixed(0)} MiB`] : []),
  ];
};

const describeFlood = ({ attempts, statuses, perMinute, waitsMs, peakMib }: FloodReport): string => {
  const counts = [...statuses].toSorted(([a], [b]) => a - b).map(([status, count]) => `${count} × ${status}`);
  return (
    `${attempts} guesses from ${ADDRESSES} addresses: ${counts.join(", ")}; at most ${perMinute} a minute at one ` +
    `account (bar: ${MOST_PER_MINUTE}); ${waitsMs.length} sign-ins of people: p50 ${shareOf(waitsMs, 0.5).toFixed(0)} ms, ` +
    `worst ${(waitsMs.at(-1) ?? 0).toFixed(0)} ms (bar: 2 s); peak ${peakMib.toFixed(0)} MiB (bar: ${MOST_MEMORY_MIB})`
  );
};

export const signInFlood: Tier = {
  name: "sign-in-flood",
  title: "10,000 wrong guesses from 500 addresses",
  obstacle: () => null,
  run: async ({ rounds }) => {
    const report = await runFlood(rounds ?? ATTEMPTS);
    return { summary: describeFlood(report), faults: judge(report) };
  },
};
