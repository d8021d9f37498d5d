// In: work under keys. Out: proof of its order, that a failure stops nothing, and of what waiting means.
import { expect, test } from "bun:test";
import { createKeyedLock } from "../../src/lib/keyed-lock";
import { runSideBySide } from "../../src/lib/side-by-side";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("work of one key runs in the order of the calls, of others at once, and begins inside the call", async () => {
  const lock = createKeyedLock();
  const seen: string[] = [];
  const gate = Promise.withResolvers<void>();
  const first = lock.run("a", async () => {
    seen.push("a1");
    await gate.promise;
    seen.push("a1 ends");
  });
  expect([seen, lock.isHeld("a"), lock.isHeld("b")]).toEqual([["a1"], true, false]);
  const second = lock.run("a", async () => void seen.push("a2"));
  await lock.run("b", async () => void seen.push("b1"));
  expect(seen).toEqual(["a1", "b1"]);
  gate.resolve();
  await Promise.all([first, second]);
  expect(seen).toEqual(["a1", "b1", "a1 ends", "a2"]);
  await turn();
  expect(lock.isHeld("a")).toBe(false);
});

test("a failure is its own caller's", async () => {
  const lock = createKeyedLock();
  const failing = lock.run("a", () => Promise.reject(new Error("no")));
  const after = lock.run("a", async () => "yes");
  const [first, second] = await Promise.allSettled([failing, after]);
  expect([first.status, second]).toEqual(["rejected", { status: "fulfilled", value: "yes" }]);
});

test("settled waits for the work that is there, idle for all of it", async () => {
  const lock = createKeyedLock();
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const seen: string[] = [];
  void lock.run("a", () => gates[0]?.promise ?? Promise.resolve());
  const settled = lock.settled().then(() => seen.push("settled"));
  void lock.run("b", () => gates[1]?.promise ?? Promise.resolve());
  const idle = lock.idle().then(() => seen.push("idle"));
  gates[0]?.resolve();
  await settled;
  expect(seen).toEqual(["settled"]);
  gates[1]?.resolve();
  await idle;
  expect(seen).toEqual(["settled", "idle"]);
  await lock.settled();
});

test("side by side: never more at once than allowed, and every failure is told", async () => {
  let running = 0;
  let most = 0;
  const work = Array.from({ length: 7 }, (_, index) => async () => {
    most = Math.max(most, ++running);
    await turn();
    running--;
    if (index % 3 === 0) throw new Error(`no ${index}`);
  });
  const failures = await runSideBySide(work, 3);
  expect([most, failures.map((error) => (error as Error).message)]).toEqual([3, ["no 0", "no 3", "no 6"]]);
  expect(await runSideBySide([], 3)).toEqual([]);
});
