// In: fifty moments of a power cut. Out: no acknowledged commit lost, and a database that opens.
// The long run is `bun test/faults/power-loss.ts 1500`.
import { describe, expect, test } from "bun:test";
import { run, whyNot } from "./power-loss";
import { SimulatedDisk } from "./power-loss/disk";

const reason = whyNot();
if (reason !== null) console.log(`skipped: power-loss replay, because ${reason}`);

describe.skipIf(reason !== null)("power loss", () => {
  test("at any moment loses no acknowledged commit, and the database opens whole", async () => {
    const counts = await run({ cuts: 50, batches: 150, seed: 1 });
    expect(counts).toMatchObject({ lost: 0, unopened: 0, damaged: 0, findings: [], acknowledged: 150 });
    expect(counts.syncs).toBeGreaterThan(20);
  }, 60_000);

  test("is noticed where the disk lies about its syncs: the check itself works", async () => {
    const counts = await run({ cuts: 30, batches: 150, seed: 7, isDiskLying: true });
    expect(counts.lost).toBeGreaterThan(0);
  }, 60_000);
});

test("the simulated disk keeps what was synced before, and nothing that must not be there", () => {
  const disk = new SimulatedDisk();
  const bytes = new Uint8Array(1_024).fill(7);
  disk.apply({ kind: "create", name: "a", isTruncated: true });
  disk.apply({ kind: "write", name: "a", offset: 0, bytes });
  disk.apply({ kind: "sync_begin", id: 0, name: "a" });
  disk.apply({ kind: "write", name: "a", offset: null, bytes });
  disk.apply({ kind: "sync_end", id: 0 });
  expect(disk.image(() => 0).size).toBe(0);
  disk.apply({ kind: "sync_begin", id: 1, name: null });
  disk.apply({ kind: "sync_end", id: 1 });
  disk.apply({ kind: "rename", from: "a", to: "b" });
  expect(disk.image(() => 0).get("a")).toEqual(bytes);
  // All that was written and all renames, by the numbers that the disk draws.
  const draws = [0.5, 0.3, 0.9];
  expect(disk.image(() => draws.shift() ?? 0).get("b")).toHaveLength(2_048);
});
