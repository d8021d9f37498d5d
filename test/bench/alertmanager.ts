// In: sink ports. Out: Prometheus Alertmanager beside us, where it is installed: one route and one
// webhook receiver per line, every alert a group of its own, sent at once.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../harness/process";

const NAMES = ["alertmanager", "prometheus-alertmanager"];
const START_LIMIT_MS = 20_000;

/** Null when it is not installed. */
export const findAlertmanager = (): string | null => {
  for (const name of NAMES) {
    const path = Bun.which(name);
    if (path !== null) return path;
  }
  return null;
};

export interface Alertmanager {
  readonly port: number;
  close(): Promise<void>;
}

const configuration = (urls: readonly string[]): string =>
  [
    "route:",
    "  receiver: line0",
    "  group_by: ['...']",
    "  group_wait: 0s",
    "  group_interval: 1s",
    "  repeat_interval: 24h",
    "  routes:",
    ...urls.flatMap((_, line) => [`    - matchers: [ 'line="l${line}"' ]`, `      receiver: line${line}`]),
    "receivers:",
    ...urls.flatMap((url, line) => [
      `  - name: line${line}`,
      "    webhook_configs:",
      `      - url: ${url}`,
      "        send_resolved: false",
    ]),
    "",
  ].join("\n");

const isReady = async (port: number): Promise<boolean> => {
  try {
    return (await fetch(`http://127.0.0.1:${port}/-/ready`)).status === 200;
  } catch {
    return false;
  }
};

export const startAlertmanager = async (path: string, urls: readonly string[]): Promise<Alertmanager> => {
  const directory = mkdtempSync(join(tmpdir(), "andon-bench-am-"));
  const file = join(directory, "alertmanager.yml");
  writeFileSync(file, configuration(urls));
  const port = freePort();
  const child = Bun.spawn(
    [
      path,
      `--config.file=${file}`,
      `--storage.path=${join(directory, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--cluster.listen-address=",
      "--log.level=error",
    ],
    { stdin: "ignore", stdout: "ignore", stderr: "ignore" },
  );
  const close = async (): Promise<void> => {
    child.kill("SIGKILL");
    await child.exited;
    rmSync(directory, { recursive: true, force: true });
  };
  const limit = performance.now() + START_LIMIT_MS;
  while (!(await isReady(port))) {
    if (child.exitCode !== null || performance.now() > limit) {
      await close();
      throw new Error("Alertmanager did not start");
    }
    await Bun.sleep(20);
  }
  return { port, close };
};
