// In: the files beside the code. Out: a proof that the house is in order: pinned versions, a lock file
// that any registry can serve, and a README whose table of options is the one in the code.
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { OPTION_NAMES, OPTIONS } from "../src/config/options";
import { markdownTable, withOptionTable } from "../src/config/show";
import { WORKER_ENTRY_POINTS } from "../src/workers";
import { formatCounts, readReport } from "./run/junit";

const ROOT = join(import.meta.dir, "..");
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

interface PackageFile {
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  packageManager: string;
  trustedDependencies: string[];
  scarfSettings: { enabled: boolean };
}

describe("packages", () => {
  const manifest = JSON.parse(read("package.json")) as PackageFile;

  test("versions are exact", () => {
    const versions = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  test("Bun is the same everywhere", () => {
    expect(manifest.packageManager).toBe(`bun@${manifest.devDependencies["bun"]}`);
    expect(read("Dockerfile")).toContain(`oven/bun:${manifest.devDependencies["bun"]}`);
    expect(Bun.version).toBe(manifest.devDependencies["bun"] ?? "");
  });

  test("installing runs no script of a dependency but Bun's: one of them reports to a tracker", () => {
    expect(manifest.trustedDependencies).toEqual(["bun"]);
    expect(manifest.scarfSettings).toEqual({ enabled: false });
  });

  test("the lock file names no registry", () => {
    expect(read("bun.lock")).not.toMatch(/https?:\/\//);
  });

  test("every script that is promised exists, and installs what it needs", () => {
    for (const name of ["start", "dev", "demo", "build", "verify", "bench", "faults"])
      expect(manifest.scripts[name] ?? name).toMatch(
        /^bun (?:src\/build\/install\.ts && |test\/run\/verify\.ts$)/,
      );
  });

  test("every thread of the executable has its file", () => {
    for (const path of WORKER_ENTRY_POINTS) expect(existsSync(join(ROOT, path))).toBe(true);
  });
});

describe("README", () => {
  test("holds the table of options as it is in the code", () => {
    const readme = read("README.md");
    expect(withOptionTable(readme)).toBe(readme);
  });

  test("the table names every option once", () => {
    const table = markdownTable();
    for (const name of OPTION_NAMES) expect(table.split(`\`${OPTIONS[name].env}\``).length).toBe(2);
  });
});

describe("the count at the end of verify", () => {
  const report =
    '<?xml version="1.0"?>\n<testsuites name="bun test" tests="12" failures="2" skipped="1" time="1">';

  test("comes from the report", () => {
    expect(formatCounts(readReport(report))).toBe("9 passed, 2 failed, 1 skipped");
    expect(formatCounts({ passed: 3, failed: 0, skipped: 0 })).toBe("3 passed, 0 failed");
  });

  test("is not invented where there is no report", () => {
    expect(() => readReport("")).toThrow("not a JUnit report");
  });
});
