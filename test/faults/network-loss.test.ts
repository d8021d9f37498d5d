// F18, over the whole application, with a real cable. In: a network of its own with a link to another
// one. Out: while the link is down, at our end or at theirs, no endpoint is blamed and nothing is lost.
import { beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { NetworkLoss } from "./network-loss-child";

const canIsolate =
  process.getuid?.() === 0 &&
  ["unshare", "ip"].every((name) => Bun.which(name) !== null) &&
  Bun.spawnSync(["unshare", "--net", "sh", "-c", "ip link add v0 type veth peer name v1"], {
    stdio: ["ignore", "ignore", "ignore"],
  }).exitCode === 0;
if (!canIsolate)
  process.stdout.write("skipped: a network that is unplugged, because that needs root, ip and veth links\n");

describe.skipIf(!canIsolate)("the cable is pulled out", () => {
  let seen: NetworkLoss;

  beforeAll(async () => {
    const child = Bun.spawn(
      ["unshare", "--net", process.execPath, join(import.meta.dir, "network-loss-child.ts")],
      { stdin: "ignore", stdout: "pipe", stderr: "inherit" },
    );
    seen = JSON.parse(await new Response(child.stdout).text()) as NetworkLoss;
    expect(await child.exited).toBe(0);
  }, 120_000);

  for (const [index, end] of ["ours", "theirs"].entries())
    test(`${end}: no attempt counts and no channel pauses; the state is shown; all is sent afterwards`, () => {
      const outage = seen.outages[index];
      expect(outage?.end).toBe(end as "ours");
      expect(outage?.during).toHaveLength(15);
      for (const [status, attempts] of outage?.during ?? []) {
        expect(["pending", "sending"]).toContain(status);
        expect(attempts).toBe(0);
      }
      expect(outage?.healths).toEqual(["active", "active", "active"]);
      expect(outage?.isReady).toBe(true);
      expect(outage?.warnings.join()).toStartWith("network: ");
      expect(outage?.metric).toBe("0");
      expect(outage?.after).toEqual(Array.from({ length: 15 }, () => ["delivered", 1]));
      expect(outage?.warningsAfter).toEqual([]);
    });

  test("each message came once, and the journal has both outages", () => {
    expect(seen.copies).toHaveLength(seen.deliveries);
    expect(new Set(seen.copies)).toEqual(new Set([1]));
    expect(seen.journal).toEqual(["network.lost", "network.back", "network.lost", "network.back"]);
  });

  test("an endpoint where nothing listens is blamed as ever", () => {
    expect(seen.refused).toEqual(["refused", 1]);
  });
});
