// In: line protocol. Out: each line split, its series found, its value compared with the limit, and a
// row in SQLite without an index. The floor of B1.
import { Database } from "bun:sqlite";
import { join } from "node:path";
import { announce, jobInput } from "../../harness/job";

interface Input {
  directory: string;
  limit: number;
}

const NANOSECONDS_DIGITS = 6;

const { directory, limit } = jobInput<Input>();
const database = new Database(join(directory, "floor.db"), { create: true });
for (const setting of ["journal_mode=WAL", "synchronous=NORMAL", "wal_autocheckpoint=4000"])
  database.run(`PRAGMA ${setting}`);
database.run("CREATE TABLE samples (series INTEGER, time INTEGER, value REAL)");
const insert = database.prepare("INSERT INTO samples VALUES (?, ?, ?)");
const begin = database.prepare("BEGIN IMMEDIATE");
const commit = database.prepare("COMMIT");
const seriesIds = new Map<string, number>();
let breaches = 0;

const store = (text: string): void => {
  begin.run();
  for (let at = 0; at < text.length;) {
    const keyEnd = text.indexOf(" ", at);
    const valueStart = text.indexOf("=", keyEnd) + 1;
    const valueEnd = text.indexOf(" ", valueStart);
    let end = text.indexOf("\n", valueEnd);
    if (end < 0) end = text.length;
    const key = text.slice(at, valueStart - 1);
    let id = seriesIds.get(key);
    if (id === undefined) seriesIds.set(key, (id = seriesIds.size + 1));
    const value = Number(text.slice(valueStart, valueEnd));
    if (value > limit) breaches++;
    insert.run(id, Number(text.slice(valueEnd + 1, end - NANOSECONDS_DIGITS)), value);
    at = end + 1;
  }
  commit.run();
};

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: async (request) => {
    if (request.method === "GET") {
      const rows = database.prepare("SELECT COUNT(*) FROM samples").values()[0]?.[0];
      return Response.json({ rows, breaches });
    }
    store(await request.text());
    return new Response(null, { status: 204 });
  },
});
announce(server.port ?? 0);
