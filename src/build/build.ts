// In: `--target <name>` (default linux-x64), `--outfile <path>`. Out: one executable in dist/ that
// holds the program, its threads, migrations, the web application and the documentation viewer.
import { mkdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { bundleWeb, readViewer, SOURCE_ROOT } from "../http/assets/bundle";
import { encodePack } from "../http/assets/pack";
import { WORKER_ENTRY_POINTS } from "../workers";
import { lazyPackages } from "./lazy-packages";
import { BUILD_TARGETS, type BuildTarget, findTarget } from "./targets";

const PACK = join(SOURCE_ROOT, ".build/assets.pack");

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const writePack = async (): Promise<void> => {
  const files = [...(await bundleWeb(false)), ...(await readViewer())];
  mkdirSync(join(SOURCE_ROOT, ".build"), { recursive: true });
  await Bun.write(PACK, encodePack(files));
  const bytes = files.reduce((sum, file) => sum + file.bytes.byteLength, 0);
  say(`web: ${files.length} files, ${(bytes / 1024).toFixed(0)} KiB`);
};

/** Puts the archive's place into the one module that is asked for it. */
const embedPack: Bun.BunPlugin = {
  name: "embed-pack",
  setup: (build) => {
    build.onLoad({ filter: /[\\/]http[\\/]assets[\\/]pack-path\.ts$/ }, () => ({
      loader: "ts",
      contents: `import path from ${JSON.stringify(PACK)} with { type: "file" };\nexport const packPath: string | null = path;\n`,
    }));
  },
};

const compile = async (target: BuildTarget, outfile: string): Promise<void> => {
  await Bun.build({
    entrypoints: ["src/main.ts", ...WORKER_ENTRY_POINTS].map((path) => join(SOURCE_ROOT, path)),
    // Threads are then found at the same paths relative to the program as in the repository.
    root: join(SOURCE_ROOT, "src"),
    target: "bun",
    // Parsed when it was built, not at each start: half of the time to ready.
    bytecode: true,
    format: "esm",
    // White space only: Elysia reads the source text of hooks, and names stay in a logged trace.
    minify: { whitespace: true, syntax: false, identifiers: false },
    define: { "process.env.NODE_ENV": '"production"' },
    tsconfig: join(SOURCE_ROOT, "tsconfig.json"),
    plugins: [embedPack, await lazyPackages()],
    compile: {
      target: target.bun,
      outfile,
      // The executable must not read files that happen to lie in the working directory.
      autoloadDotenv: false,
      autoloadBunfig: false,
      autoloadTsconfig: false,
      autoloadPackageJson: false,
      windows: { title: "Andon" },
    },
  });
  say(`${outfile} (${target.name}): ${(statSync(outfile).size / 1e6).toFixed(1)} MB`);
};

const run = async (): Promise<number> => {
  const { values } = parseArgs({
    options: { target: { type: "string", default: "linux-x64" }, outfile: { type: "string" } },
  });
  const target = findTarget(values.target);
  if (target === undefined) {
    say(`--target takes one of ${BUILD_TARGETS.map((one) => one.name).join(", ")}.`);
    return 2;
  }
  await writePack();
  await compile(target, resolve(values.outfile ?? join(SOURCE_ROOT, target.outfile)));
  return 0;
};

process.exitCode = await run();
