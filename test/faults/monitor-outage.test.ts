// F18 for monitors, over the whole application, with a real cable. In: a network of its own with a link to another
// one, where two hosts are looked at. Out: while the link is down, at our end or at theirs, nobody is said to have
// failed; when one of the hosts is really gone, that one is.
import { beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { MonitorOutage } from "./monitor-outage-child";

const canIsolate =
  process.getuid?.() === 0 &&
  ["unshare", "ip"].every((name) => Bun.which(name) !== null) &&
  Bun.spawnSync(["unshare", "--net", "sh", "-c", "ip link add v0 type veth peer name v1"], {
    stdio: ["ignore", "ignore", "ignore"],
  }).exitCode === 0;
if (!canIsolate)
  process.stdout.write("skipped: monitors without a network, because that needs root, ip and veth links\n");

describe.skipIf(!canIsolate)("the cable is pulled out", () => {
  let outages: MonitorOutage[];

  beforeAll(async () => {
    const child = Bun.spawn(
      ["unshare", "--net", process.execPath, join(import.meta.dir, "monitor-outage-child.ts")],
      { stdin: "ignore", stdout: "pipe", stderr: "inherit" },
    );
    outages = JSON.parse(await new Response(child.stdout).text()) as MonitorOutage[];
    expect(await child.exited).toBe(0);
  }, 120_000);

  for (const [index, end] of (["ours", "theirs"] as const).entries())
    test(`${end}: nobody has failed, and it is shown why nothing is known`, () => {
      expect(outages[index]).toMatchObject({
        end,
        during: [
          ["up", "unknown"],
          ["up", "unknown"],
          ["up", "unknown"],
        ],
        openIncidents: [],
      });
      expect(outages[index]?.warnings.join()).toContain("own network is down");
    });

  test("a host that is really gone has failed, and the other has not", () => {
    expect(outages[2]).toEqual({
      end: "a host",
      during: [
        ["up", "up"],
        ["up", "up"],
        ["down", "down"],
      ],
      openIncidents: ["second is down"],
      warnings: [],
    });
  });
});
