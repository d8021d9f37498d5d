// In: one JSON reading per request. Out: checked, compared with the limit, and in SQLite before the
// answer, the readings of many callers in one commit. The floor of B2.
import { Database } from "bun:sqlite";
import { join } from "node:path";
import { announce, jobInput } from "../../harness/job";

interface Input {
  directory: string;
  limit: number;
}

interface Reading {
  machine: unknown;
  metric: unknown;
  value: unknown;
  timestamp: unknown;
}

interface Waiting {
  series: number;
  time: number;
  value: number;
  done: () => void;
}

const { directory, limit } = jobInput<Input>();
const database = new Database(join(directory, "floor.db"), { create: true });
for (const setting of ["journal_mode=WAL", "synchronous=NORMAL", "wal_autocheckpoint=4000"])
  database.run(`PRAGMA ${setting}`);
database.run("CREATE TABLE samples (series INTEGER, time INTEGER, value REAL)");
const insert = database.prepare("INSERT INTO samples VALUES (?, ?, ?)");
const begin = database.prepare("BEGIN IMMEDIATE");
const commit = database.prepare("COMMIT");
const seriesIds = new Map<string, number>();
const answer = JSON.stringify({ accepted: 1, rejected: [] });
const headers = { "content-type": "application/json" };
let breaches = 0;
let waiting: Waiting[] = [];

const flush = (): void => {
  const group = waiting;
  waiting = [];
  begin.run();
  for (const { series, time, value } of group) insert.run(series, time, value);
  commit.run();
  for (const { done } of group) done();
};

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: async (request) => {
    if (request.method === "GET") {
      const rows = database.prepare("SELECT COUNT(*) FROM samples").values()[0]?.[0];
      return Response.json({ rows, breaches });
    }
    const { machine, metric, value, timestamp } = (await request.json()) as Reading;
    if (typeof machine !== "string" || typeof metric !== "string") return new Response(null, { status: 422 });
    if (typeof value !== "number" || typeof timestamp !== "string")
      return new Response(null, { status: 422 });
    const key = `${machine} ${metric}`;
    let series = seriesIds.get(key);
    if (series === undefined) seriesIds.set(key, (series = seriesIds.size + 1));
    if (value > limit) breaches++;
    const time = Date.parse(timestamp);
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.push({ series, time, value, done: resolve });
    if (waiting.length === 1) setImmediate(flush);
    await promise;
    return new Response(answer, { status: 202, headers });
  },
});
announce(server.port ?? 0);
