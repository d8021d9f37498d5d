// In: a running product. Out: an honest client beside whatever a test does to it: it reads a list as an
// administrator and sends readings, each on its own kept connection, and tells how long it waited and
// whether everything that was acknowledged is there.
import { Agent, request as requestOver } from "node:http";

export interface CanaryReport {
  /** Ms of each list, sorted. */
  listsMs: number[];
  /** Ms of each reading, sorted. */
  readingsMs: number[];
  /** Answers other than 200 and 202, and broken connections. */
  refusals: string[];
  acknowledged: number;
  /** Acknowledged readings that the product does not have. */
  lost: number;
}

export interface CanaryClient {
  /** Ends the pace, compares what was acknowledged with what is stored, and tells. */
  finish(): Promise<CanaryReport>;
}

export interface CanaryOptions {
  url: string;
  token: string;
  /** Between two requests of a kind. */
  everyMs: number;
}

const MACHINE = "Canary";
const METRIC = "song";
const READINGS_PER_PAGE = 5_000;

/** The value below which a share of sorted values lies. */
export const shareOf = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;

export const startCanary = ({ url, token, everyMs }: CanaryOptions): CanaryClient => {
  const { port } = new URL(url);
  const agents = {
    list: new Agent({ keepAlive: true, maxSockets: 1 }),
    reading: new Agent({ keepAlive: true, maxSockets: 1 }),
  };
  const listsMs: number[] = [];
  const readingsMs: number[] = [];
  const refusals: string[] = [];
  const acknowledged: number[] = [];
  const start = Math.floor(Date.now() / 1_000) * 1_000 - 3_600_000;
  let isOver = false;

  const ask = (
    agent: Agent,
    method: string,
    path: string,
    body?: string,
  ): Promise<{ status: number; text: string }> =>
    new Promise((resolve, reject) => {
      const asked = requestOver(
        {
          agent,
          host: "127.0.0.1",
          port,
          method,
          path: `/api/v1${path}`,
          headers: {
            authorization: `Bearer ${token}`,
            ...(body === undefined
              ? {}
              : { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
          },
        },
        (response) => {
          let text = "";
          response.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
          response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
          response.on("error", reject);
        },
      );
      asked.on("error", reject);
      asked.end(body);
    });

  const pace = async (
    times: number[],
    expected: number,
    send: (round: number) => Promise<{ status: number; text: string }>,
  ) => {
    for (let round = 0; !isOver; round++) {
      const from = performance.now();
      try {
        const { status, text } = await send(round);
        if (status !== expected) refusals.push(`${status} ${text.slice(0, 200)}`);
        else times.push(performance.now() - from);
      } catch (error) {
        refusals.push(String(error));
      }
      await Bun.sleep(Math.max(0, everyMs - (performance.now() - from)));
    }
  };

  const lists = pace(listsMs, 200, () => ask(agents.list, "GET", "/alerts?limit=20"));
  const readings = pace(readingsMs, 202, async (round) => {
    const timestamp = new Date(start + round).toISOString();
    const body = JSON.stringify({ machine: MACHINE, metric: METRIC, value: round, timestamp });
    const answer = await ask(agents.reading, "POST", "/readings", body);
    if (answer.status === 202) acknowledged.push(round);
    return answer;
  });

  const stored = async (): Promise<Set<number>> => {
    const found = await ask(agents.list, "GET", `/machines?name=${MACHINE}`);
    const id = (JSON.parse(found.text) as { data: { id: string }[] }).data[0]?.id ?? "";
    const values = new Set<number>();
    const end = (acknowledged.at(-1) ?? 0) + 1;
    for (let from = 0; from < end; from += READINGS_PER_PAGE) {
      const query = new URLSearchParams({
        metric: METRIC,
        resolution: "raw",
        max_points: String(READINGS_PER_PAGE),
        from: new Date(start + from).toISOString(),
        to: new Date(start + from + READINGS_PER_PAGE - 1).toISOString(),
      });
      const answer = await ask(agents.list, "GET", `/machines/${id}/readings?${query}`);
      const { series } = JSON.parse(answer.text) as { series: { points: { value: number }[] }[] };
      for (const { points } of series) for (const { value } of points) values.add(value);
    }
    return values;
  };

  return {
    finish: async () => {
      isOver = true;
      await Promise.all([lists, readings]);
      const values = await stored();
      for (const agent of Object.values(agents)) agent.destroy();
      return {
        listsMs: listsMs.toSorted((a, b) => a - b),
        readingsMs: readingsMs.toSorted((a, b) => a - b),
        refusals,
        acknowledged: acknowledged.length,
        lost: acknowledged.filter((round) => !values.has(round)).length,
      };
    },
  };
};
