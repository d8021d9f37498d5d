// In: `bun run bench [B1 B3 …] [--quick] [--json] [--runs N]`. Out: one table: figure, floor of the
// same run, ratio, goal. Exit code 1 only when something does not work, never for slowness.
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { productCommand } from "../harness/process";
import { alertLatency } from "./alert-latency";
import { alertThroughput } from "./alert-throughput";
import { backlog } from "./backlog";
import type { Benchmark } from "./benchmark";
import { heartbeatPushes } from "./heartbeat-pushes";
import { idle } from "./idle";
import { isolation } from "./isolation";
import { lineProtocol } from "./line-protocol";
import { monitoring } from "./monitoring";
import { alertsAtRate } from "./alerts-at-rate";
import { receivers } from "./receivers";
import { singleReadings } from "./single-readings";
import { statusPage } from "./status-page";
import { formatTable, type Result } from "./table";

const ALL: readonly Benchmark[] = [
  lineProtocol,
  singleReadings,
  alertThroughput,
  alertLatency,
  alertsAtRate,
  backlog,
  isolation,
  receivers,
  heartbeatPushes,
  statusPage,
  monitoring,
  idle,
];
const FULL_RUNS = 3;

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const whisper = (text: string): void => void process.stderr.write(`${text}\n`);

const choose = (names: readonly string[]): Benchmark[] => {
  const wanted = names.map((name) => name.toUpperCase());
  const unknown = wanted.find((name) => !ALL.some(({ id }) => id === name));
  if (unknown !== undefined)
    throw new Error(`There is no benchmark ${unknown}; there are ${ALL.map(({ id }) => id).join(", ")}.`);
  return wanted.length === 0 ? [...ALL] : ALL.filter(({ id }) => wanted.includes(id));
};

const run = async (): Promise<number> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      runs: { type: "string" },
    },
  });
  const chosen = choose(positionals);
  const command = productCommand("binary");
  const notes: string[] = [];
  if (command.binaryPath === null)
    notes.push("There is no dist/andon (bun run build): these figures are of the source.");
  const context = {
    command,
    isQuick: values.quick,
    runs: Math.max(1, Number(values.runs ?? (values.quick ? 1 : FULL_RUNS))),
    note: (text: string) => void notes.push(text),
  };
  const results: Result[] = [];
  for (const { id, title, run: measure } of chosen) {
    whisper(`${id} ${title} …`);
    try {
      results.push({ id, title, figures: await measure(context), error: null });
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      whisper(`${id} failed: ${text}`);
      results.push({ id, title, figures: [], error: text });
    }
  }
  if (values.json)
    say(JSON.stringify({ command: command.description, cores: cpus().length, results, notes }, null, 2));
  else {
    say(`Andon (${command.description}), ${cpus().length} cores, client and sink on the same machine\n`);
    say(formatTable(results));
    for (const note of notes) say(`\n${note}`);
  }
  return results.some(({ error }) => error !== null) ? 1 : 0;
};

try {
  process.exitCode = await run();
} catch (error) {
  whisper(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
}
