// In: bun.lock. Out: node_modules as the lock file says, installed with the very Bun that runs this.
// Every script of package.json begins here, so that a fresh clone needs no step of its own. Uses
// nothing that has to be installed.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dir, "../..");
/** Holds the hash of the lock file that node_modules was made from. */
const MARKER = join(ROOT, "node_modules/.andon-installed");

const lockHash = (): string =>
  new Bun.CryptoHasher("sha256").update(readFileSync(join(ROOT, "bun.lock"))).digest("hex");

const isInstalled = (): boolean => existsSync(MARKER) && readFileSync(MARKER, "utf8") === lockHash();

/** Returns the exit code of `bun install`; 0 without running it when nothing has changed. */
export const install = (options: { evenIfUnchanged: boolean }): number => {
  if (!options.evenIfUnchanged && isInstalled()) return 0;
  const run = Bun.spawnSync([process.execPath, "install", "--frozen-lockfile"], {
    cwd: ROOT,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (run.exitCode === 0) writeFileSync(MARKER, lockHash());
  return run.exitCode;
};

if (import.meta.main) process.exitCode = install({ evenIfUnchanged: false });
