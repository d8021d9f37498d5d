// In: `bun run faults [tier …] [--rounds N] [--seed S]`. Out: the long tiers of the fault tests, one
// after the other; what was skipped is named with its reason. Exit code 0 only when all that ran passed.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { productCommand } from "../harness/process";
import { runKillLoop } from "./kill-loop";
import { describeReport, spread } from "./loop-report";
import { runSigtermLoop } from "./sigterm-loop";
import type { Tier, TierOptions, TierResult } from "./tier";

const KILL_ROUNDS = 100;
const SIGTERM_ROUNDS = 20;
const PROGRESS_EVERY = 10;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const progress =
  (name: string, rounds: number) =>
  (round: number): void => {
    if (round % PROGRESS_EVERY === 0 && round < rounds) say(`   ${name}: ${round} of ${rounds}`);
  };

const killLoop: Tier = {
  name: "kill-loop",
  title: "kill -9 at random moments under load",
  obstacle: () => null,
  run: async (options) => {
    const rounds = options.rounds ?? KILL_ROUNDS;
    const onRound = progress("kill-loop", rounds);
    const command = productCommand("binary");
    const report = await runKillLoop({ rounds, seed: options.seed, command, onRound });
    return {
      summary: `${describeReport(report)} (bar: under 1 s; ${command.description})`,
      faults: report.faults,
    };
  },
};

const sigtermLoop: Tier = {
  name: "sigterm-loop",
  title: "SIGTERM with messages in flight",
  obstacle: () => null,
  run: async (options) => {
    const rounds = options.rounds ?? SIGTERM_ROUNDS;
    const onRound = progress("sigterm-loop", rounds);
    const command = productCommand("binary");
    const report = await runSigtermLoop({ rounds, seed: options.seed, command, onRound });
    return {
      summary: `${describeReport(report)}; exits ${spread(report.exitsMs)} (bar: 10 s; ${command.description})`,
      faults: report.faults,
    };
  },
};

/** A tier that is a program of its own in this folder: exit code 0 means that it passed. */
const program = (name: string, title: string, obstacle: () => string | null, words: string[] = []): Tier => {
  const path = join(import.meta.dir, `${name}.ts`);
  return {
    name,
    title,
    obstacle: () => (existsSync(path) ? obstacle() : "not part of this version"),
    run: async ({ seed }): Promise<TierResult> => {
      const child = Bun.spawn([process.execPath, path, ...words], {
        stdin: "ignore",
        stdout: "inherit",
        stderr: "inherit",
        env: { ...process.env, FAULT_SEED: String(seed) },
      });
      const code = await child.exited;
      return {
        summary: `exit code ${code}`,
        faults: code === 0 ? [] : [`${name} ended with exit code ${code}`],
      };
    },
  };
};

const needsStrace = (): string | null => (Bun.which("strace") === null ? "strace is not installed" : null);

const TIERS: readonly Tier[] = [
  killLoop,
  sigtermLoop,
  program("power-loss", "power loss at 1,000 and more cut points", needsStrace),
];

const choose = (names: readonly string[]): readonly Tier[] => {
  const unknown = names.find((name) => !TIERS.some((tier) => tier.name === name));
  if (unknown !== undefined)
    throw new Error(`There is no tier ${unknown}; there are ${TIERS.map(({ name }) => name).join(", ")}.`);
  return names.length === 0 ? TIERS : TIERS.filter(({ name }) => names.includes(name));
};

/** True when it passed or was skipped. */
const runTier = async (tier: Tier, options: TierOptions): Promise<boolean> => {
  say(`\n== ${tier.name}: ${tier.title}`);
  const obstacle = tier.obstacle();
  if (obstacle !== null) {
    say(`   skipped: ${obstacle}`);
    return true;
  }
  const from = performance.now();
  let result: TierResult;
  try {
    result = await tier.run(options);
  } catch (error) {
    result = { summary: "it broke off", faults: [error instanceof Error ? error.message : String(error)] };
  }
  const seconds = ((performance.now() - from) / 1_000).toFixed(0);
  say(`   ${result.summary}`);
  for (const fault of result.faults) say(`   FAULT ${fault}`);
  say(`   ${result.faults.length === 0 ? "passed" : `FAILED, seed ${options.seed}`} (${seconds} s)`);
  return result.faults.length === 0;
};

const run = async (): Promise<number> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { rounds: { type: "string" }, seed: { type: "string" } },
  });
  const options: TierOptions = {
    rounds: values.rounds === undefined ? null : Math.max(1, Number(values.rounds)),
    seed: values.seed === undefined ? Date.now() % 1_000_000 : Number(values.seed),
    say,
  };
  let failed = 0;
  const tiers = choose(positionals);
  for (const tier of tiers) if (!(await runTier(tier, options))) failed++;
  say(`\n${tiers.length - failed} of ${tiers.length} tiers are well, seed ${options.seed}`);
  return failed === 0 ? 0 : 1;
};

process.exit(await run());
