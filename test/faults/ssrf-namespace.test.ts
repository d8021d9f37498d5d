// T1, T2, T3, over the whole application, with real connections. In: a network of its own in which
// every address there is belongs to a canary. Out: it is reached at allowed addresses only.
import { beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { OutboundMode } from "../../src/lib/net-policy";
import type { NamespaceCase } from "./ssrf-namespace-child";
import { SPELLINGS, type Standing } from "./ssrf-spellings";

/** Every IPv4 and IPv6 address is local, and one is configured as this machine's own. */
const PREPARE =
  "ip link set lo up && ip addr add 192.168.77.1/24 dev lo && " +
  "ip route add local 0.0.0.0/0 dev lo && ip -6 route add local ::/0 dev lo";

const inNamespace = (words: readonly string[]): string[] => [
  "unshare",
  "--net",
  "sh",
  "-c",
  `${PREPARE} && exec "$@"`,
  "sh",
  ...words,
];

const canIsolate =
  process.getuid?.() === 0 &&
  ["unshare", "ip"].every((name) => Bun.which(name) !== null) &&
  Bun.spawnSync(inNamespace(["true"]), { stdio: ["ignore", "ignore", "ignore"] }).exitCode === 0;
if (!canIsolate)
  process.stdout.write(
    "skipped: addresses dialled in a network of their own, because that needs root and ip\n",
  );

const mayDial = (standing: Standing, mode: OutboundMode, url: string): boolean => {
  if (standing === "public") return url.startsWith("https:");
  if (standing === "private") return mode !== "strict";
  return standing === "loopback" && mode === "open";
};

const REFUSED = ["blocked", "invalid_config", "dns"];

describe.skipIf(!canIsolate)("in a network where everything answers", () => {
  let cases: NamespaceCase[];

  beforeAll(async () => {
    const child = Bun.spawn(
      inNamespace([process.execPath, join(import.meta.dir, "ssrf-namespace-child.ts")]),
      {
        stdin: "ignore",
        stdout: "pipe",
        stderr: "inherit",
      },
    );
    cases = JSON.parse(await new Response(child.stdout).text()) as NamespaceCase[];
    expect(await child.exited).toBe(0);
  }, 60_000);

  const spelt = (): NamespaceCase[] =>
    cases.filter(({ standing }) => standing !== "own" && standing !== "rebinding");

  test("every spelling was tried in every mode by both schemes", () => {
    expect(spelt()).toHaveLength(SPELLINGS.length * 6);
  });

  test("what policy forbids was refused when entered or when sent, and not one connection was made", () => {
    const wrong = spelt().filter(({ mode, url, standing, status, outcome, seen }) => {
      if (mayDial(standing as Standing, mode, url)) return false;
      const isRefused = status === 422 || (status === 201 && REFUSED.includes(outcome ?? ""));
      return !isRefused || seen.length > 0;
    });
    expect(wrong).toEqual([]);
  });

  test("what policy allows was reached: the canary would have seen the rest", () => {
    const allowed = spelt().filter(({ mode, url, standing }) => mayDial(standing as Standing, mode, url));
    expect(allowed.length).toBeGreaterThan(150);
    expect(allowed.filter(({ status, seen }) => status !== 201 || seen.length === 0)).toEqual([]);
  });

  test("redirects were recorded and not followed", () => {
    const redirected = cases.filter(({ outcome }) => outcome === "redirect");
    expect(redirected.length).toBeGreaterThan(50);
    expect(cases.flatMap(({ seen }) => seen).filter((address) => address === "169.254.169.254")).toEqual([]);
  });

  test("Andon's own listener is never called, under no name and no address of the machine", () => {
    const own = cases.filter(({ standing }) => standing === "own");
    expect(own).toHaveLength(15);
    for (const { status, outcome } of own) expect(status === 422 || outcome === "blocked").toBe(true);
  });

  test("a name that turns to another address after it was entered is judged by the new one", () => {
    const rebinding = cases.filter(({ standing, mode }) => standing === "rebinding" && mode === "lan");
    expect(rebinding.map(({ status, outcome, seen }) => [status, outcome, seen])).toEqual(
      Array.from({ length: 3 }, () => [201, "blocked", []]),
    );
  });
});
