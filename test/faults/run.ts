// In: `bun run faults [tier …] [--rounds N] [--seed S]`. Out: the long tiers of the fault tests, one
// after the other; what was skipped is named with its reason. Exit code 0 only when all that ran passed.
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { productCommand } from "../harness/process";
import { backlog } from "./backlog";
import { isolation } from "./isolation";
import { runKillLoop } from "./kill-loop";
import { killPoints } from "./kill-points";
import { describeReport, spread } from "./loop-report";
import { run as runPowerLoss, whyNot as whyNoPowerLoss } from "./power-loss";
import { signInFlood } from "./sign-in-flood";
import { runSigtermLoop } from "./sigterm-loop";
import type { Tier, TierOptions, TierResult } from "./tier";
import { timing } from "./timing";

const KILL_ROUNDS = 100;
const SIGTERM_ROUNDS = 20;
const POWER_CUTS = 1_500;
const PROGRESS_EVERY = 10;
const LONG_SWITCH = "ANDON_FAULTS";
const LONG_TEST_LIMIT_MS = 1_800_000;

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

const powerLoss: Tier = {
  name: "power-loss",
  title: "the power cut at random moments of the writer's syscalls",
  obstacle: whyNoPowerLoss,
  run: async ({ rounds, seed }) => {
    const counts = await runPowerLoss({ cuts: rounds ?? POWER_CUTS, seed });
    const { cuts, acknowledged, lost, unopened, damaged, findings } = counts;
    const summary =
      `${cuts} cuts, ${acknowledged} acknowledged commits: ${lost} lost, ` +
      `${unopened} times not opened, ${damaged} times damaged`;
    return { summary, faults: lost + unopened + damaged === 0 ? [] : [summary, ...findings] };
  },
};

/** Tests of this folder that do more when they are told that time does not matter. */
const findLongTests = (): string[] =>
  readdirSync(import.meta.dir)
    .filter((name) => name.endsWith(".test.ts"))
    .filter((name) => readFileSync(join(import.meta.dir, name), "utf8").includes(LONG_SWITCH))
    .map((name) => join(import.meta.dir, name));

const longTests: Tier = {
  name: "long-tests",
  title: `tests that do more with ${LONG_SWITCH}=long`,
  obstacle: () => (findLongTests().length === 0 ? "no test of this version has a long tier" : null),
  run: async () => {
    const words = ["test", `--timeout=${LONG_TEST_LIMIT_MS}`, ...findLongTests()];
    const child = Bun.spawn([process.execPath, ...words], {
      stdin: "ignore",
      stdout: "inherit",
      stderr: "inherit",
      env: { ...process.env, [LONG_SWITCH]: "long" },
    });
    const code = await child.exited;
    const files = findLongTests().map((path) => basename(path));
    return { summary: files.join(", "), faults: code === 0 ? [] : [`bun test ended with exit code ${code}`] };
  },
};

const TIERS: readonly Tier[] = [
  killLoop,
  killPoints,
  sigtermLoop,
  powerLoss,
  backlog,
  isolation,
  signInFlood,
  timing,
  longTests,
];

const choose = (names: readonly string[]): readonly Tier[] => {
  const unknown = names.find((name) => !TIERS.some((tier) => tier.name === name));
  if (unknown !== undefined)
    throw new Error(`There is no tier ${unknown}; there are ${TIERS.map(({ name }) => name).join(", ")}.`);
  return names.length === 0 ? TIERS : TIERS.filter(({ name }) => names.includes(name));
};

type Ending = "passed" | "skipped" | "failed";

const runTier = async (tier: Tier, options: TierOptions): Promise<Ending> => {
  say(`\n== ${tier.name}: ${tier.title}`);
  const obstacle = tier.obstacle();
  if (obstacle !== null) {
    say(`   skipped: ${obstacle}`);
    return "skipped";
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
  return result.faults.length === 0 ? "passed" : "failed";
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
  const endings: Ending[] = [];
  for (const tier of choose(positionals)) endings.push(await runTier(tier, options));
  const count = (ending: Ending): number => endings.filter((one) => one === ending).length;
  say(
    `\n${count("passed")} passed, ${count("failed")} failed, ${count("skipped")} skipped; seed ${options.seed}`,
  );
  return count("failed") === 0 ? 0 : 1;
};

process.exit(await run());
