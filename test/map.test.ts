// In: the table of threats and faults in test/README.md. Out: every file that it names is there, so that
// neither a control nor its proof can be moved away unnoticed.
import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "..");
const text = readFileSync(join(import.meta.dir, "README.md"), "utf8");

const ROWS = text
  .split("\n")
  .filter((line) => /^\| [TF]\d+ +\|/.test(line))
  .map((line) => line.split("|").map((cell) => cell.trim()));

const pathsIn = (cell = ""): string[] =>
  [...cell.matchAll(/`([\w./-]+\.ts)`/g)].map(([, path]) => path ?? "");

const EXPECTED = [
  ...[
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 29, 30, 31,
  ].map((number) => `T${number}`),
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 18, 19, 20].map((number) => `F${number}`),
];

test("each row has a control and a proof, and all of their files exist", () => {
  expect(ROWS.map((cells) => cells[1] ?? "")).toEqual(EXPECTED);
  const missing: string[] = [];
  for (const [, row = "", , control, proof] of ROWS) {
    const controls = pathsIn(control).map((path) => `src/${path}`);
    const proofs = pathsIn(proof).map((path) => `test/${path}`);
    if (controls.length === 0 || proofs.length === 0) missing.push(`${row} names no file`);
    missing.push(...[...controls, ...proofs].filter((path) => !existsSync(join(ROOT, path))));
  }
  expect(missing).toEqual([]);
});

test("each long tier that it names is one of `bun run faults`", () => {
  const entry = readFileSync(join(import.meta.dir, "faults/run.ts"), "utf8");
  const tiers = readFileSync(join(import.meta.dir, "README.md"), "utf8").matchAll(
    /^\| `([a-z-]+)` +\| .* \| .* \|$/gm,
  );
  const names = [...tiers].map(([, name]) => name ?? "");
  expect(names.length).toBe(9);
  const sources = ["kill-points", "backlog", "isolation", "sign-in-flood", "timing"].map((name) =>
    readFileSync(join(import.meta.dir, "faults", `${name}.ts`), "utf8"),
  );
  const known = [entry, ...sources].join("\n");
  expect(names.filter((name) => !known.includes(`name: "${name}"`))).toEqual([]);
});
