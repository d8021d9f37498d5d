// In: a clone, nothing installed. Out: everything that has to hold before a change is kept: install,
// format, lint, types, build, tests. The last line is `N passed, N failed`; exit code 0 or 1.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { install } from "../../src/build/install";
import { addCounts, type Counts, formatCounts, NOTHING, readReport } from "./junit";

const ROOT = resolve(import.meta.dir, "../..");
const REPORTS = join(ROOT, ".build/reports");
const BROWSER_GROUP = "browser";

/** Folders of test/ that hold no tests of `verify`. */
const NO_GROUPS = new Set(["bench", "harness", "run"]);

/** Browsers and fresh processes take their time on a busy machine. */
const SLOW_GROUPS = new Set([BROWSER_GROUP, "binary", "faults", "journey"]);
const TIMEOUT_MS = { usual: 60_000, slow: 180_000 };
const CHROMIUM_NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** With the Bun that runs this: none needs to be on the PATH, nor does Node. */
const runBun = (title: string, words: readonly string[]): boolean => {
  say(`\n== ${title}`);
  const startedAt = performance.now();
  const { exitCode } = Bun.spawnSync([process.execPath, ...words], {
    cwd: ROOT,
    stdio: ["ignore", "inherit", "inherit"],
  });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  say(exitCode === 0 ? `   ok (${seconds} s)` : `   FAILED with exit code ${exitCode} (${seconds} s)`);
  return exitCode === 0;
};

const tool = (name: string, file: string): string => join("node_modules", name, "bin", file);

const CHECKS: readonly { title: string; words: readonly string[] }[] = [
  { title: "format", words: [tool("oxfmt", "oxfmt"), "--check", "src", "web", "test"] },
  { title: "lint", words: [tool("oxlint", "oxlint"), "--deny-warnings", "src", "web", "test"] },
  { title: "types", words: [tool("typescript", "tsc"), "--noEmit"] },
  { title: "build", words: ["src/build/build.ts"] },
];

const holdsTests = (path: string): boolean =>
  readdirSync(join(ROOT, path), { recursive: true }).some((name) => String(name).endsWith(".test.ts"));

/** One group per folder of test/, and one for the tests that lie in test/ itself. */
const findGroups = (): { name: string; paths: string[] }[] => {
  const entries = readdirSync(join(ROOT, "test"), { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith(".test.ts"));
  const folders = entries.filter((entry) => entry.isDirectory() && !NO_GROUPS.has(entry.name));
  return [
    { name: "house", paths: files.map((entry) => `./test/${entry.name}`) },
    ...folders.map((entry) => ({ name: entry.name, paths: [`./test/${entry.name}`] })),
  ]
    .filter(({ paths }) => paths.some((path) => path.endsWith(".ts") || holdsTests(path)))
    .toSorted((left, right) => Number(SLOW_GROUPS.has(left.name)) - Number(SLOW_GROUPS.has(right.name)));
};

const runGroup = ({ name, paths }: { name: string; paths: string[] }): Counts => {
  const report = join(REPORTS, `${name}.xml`);
  const timeout = SLOW_GROUPS.has(name) ? TIMEOUT_MS.slow : TIMEOUT_MS.usual;
  const options = ["--reporter=junit", `--reporter-outfile=${report}`, `--timeout=${timeout}`];
  const isGood = runBun(`tests: ${name}`, ["test", ...options, ...paths]);
  const counts = existsSync(report) ? readReport(readFileSync(report, "utf8")) : NOTHING;
  // A group that ended badly without saying which test it was (a crash, a file that does not load).
  return isGood || counts.failed > 0 ? counts : { ...counts, failed: 1 };
};

const isChromiumThere = (): boolean =>
  process.env["ANDON_CHROMIUM"] !== undefined || CHROMIUM_NAMES.some((name) => Bun.which(name) !== null);

const run = (): Counts => {
  const failure: Counts = { ...NOTHING, failed: 1 };
  say("== install");
  if (install({ evenIfUnchanged: true }) !== 0) return failure;
  let counts = NOTHING;
  for (const { title, words } of CHECKS) if (!runBun(title, words)) counts = addCounts(counts, failure);
  rmSync(REPORTS, { recursive: true, force: true });
  mkdirSync(REPORTS, { recursive: true });
  const skipsBrowser = !isChromiumThere() && process.env["ANDON_REQUIRE_BROWSER"] !== "1";
  for (const group of findGroups()) {
    if (group.name === BROWSER_GROUP && skipsBrowser)
      say("\n== tests: browser\n   skipped: no Chromium on the PATH (.ci/run installs one)");
    else counts = addCounts(counts, runGroup(group));
  }
  return counts;
};

const counts = run();
say(`\n${formatCounts(counts)}`);
process.exitCode = counts.failed === 0 ? 0 : 1;
