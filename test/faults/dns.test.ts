// F7, over the whole application, with the system's own files: a DNS server that is mute, broken, late, or
// knows a name no longer. Out: addresses and listed names notice nothing, known names go on by their last
// address, the others are tried again as `dns` and sent once the server is itself again.
import { beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { NamesSeen } from "./dns-child";

const canIsolate =
  process.getuid?.() === 0 &&
  ["unshare", "ip", "mount"].every((name) => Bun.which(name) !== null) &&
  Bun.spawnSync(["unshare", "--net", "--mount", "sh", "-c", "ip link add v0 type veth peer name v1"], {
    stdio: ["ignore", "ignore", "ignore"],
  }).exitCode === 0;
if (!canIsolate)
  process.stdout.write("skipped: a DNS server of the whole system, because that needs root, ip and mount\n");

describe.skipIf(!canIsolate)("the system's DNS server", () => {
  let seen: NamesSeen;

  beforeAll(async () => {
    const child = Bun.spawn(
      ["unshare", "--net", "--mount", process.execPath, join(import.meta.dir, "dns-child.ts")],
      { stdin: "ignore", stdout: "pipe", stderr: "inherit" },
    );
    seen = JSON.parse(await new Response(child.stdout).text()) as NamesSeen;
    expect(await child.exited).toBe(0);
  }, 90_000);

  const of = (key: string): string[] => seen.outcomes[key] ?? [];

  test("is mute: known names, listed names and addresses are reached at the first try", () => {
    for (const what of ["known", "listed", "literal"]) {
      expect([what, of(`honest ${what}`)]).toEqual([what, ["delivered"]]);
      expect([what, of(`mute ${what}`)]).toEqual([what, ["delivered"]]);
    }
  });

  test("knows a name no longer, is broken, or late: each is tried again as `dns`, the others notice nothing", () => {
    for (const what of ["gone", "broken", "late"])
      expect([what, of(`mixed ${what}`).slice(0, 2)]).toEqual([what, ["dns", "dns"]]);
    for (const what of ["known", "listed", "literal"])
      expect([what, of(`mixed ${what}`)]).toEqual([what, ["delivered"]]);
  });

  test("is itself again: what waited is sent", () => {
    expect(seen.statuses).toMatchObject({
      known: "delivered",
      gone: "delivered",
      listed: "delivered",
      literal: "delivered",
    });
  });
});
