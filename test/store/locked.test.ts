// F11: another program holds the database's lock. Out: proof that writing waits for it and keeps its order,
// that nobody waits longer than he should, that reading goes on, and that the health says so.
import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { isAppError } from "../../src/core/errors";
import { eventually } from "../harness/eventually";
import { removeDirectory, temporaryDirectory } from "../harness/store";
import { FakeClock } from "../harness/clock";
import { silentLog } from "../../src/core/log";
import { openStore, type Store } from "../../src/store/store";

/** Its clock waits for no store: it is moved while the store can't go on. */
let opened: { store: Store; clock: FakeClock; directory: string };
let foreign: Database;

beforeEach(async () => {
  const directory = temporaryDirectory();
  const clock = new FakeClock();
  opened = {
    directory,
    clock,
    store: await openStore({ directory, clock, log: silentLog, hasBallast: false }),
  };
  foreign = new Database(join(directory, "andon.db"));
});
afterEach(async () => {
  foreign.close();
  await opened.store.close();
  removeDirectory(opened.directory);
});

const insert = (key: string) => ({ sql: "INSERT INTO settings (key, value) VALUES (?, 'x')", params: [key] });
const batch = (key: string) => opened.store.engine.batch([insert(key)]);
const keys = async (): Promise<unknown[]> =>
  (
    await opened.store.engine.query({
      sql: "SELECT key FROM settings WHERE key LIKE 'k%'",
    })
  ).map(([key]) => key);

const take = (): void => void foreign.run("BEGIN IMMEDIATE");
const letGo = (): void => void foreign.run("ROLLBACK");
const isLocked = () =>
  eventually(
    async () => opened.store.health(),
    (health) => health?.includes("locked") === true,
  );

describe("while another program holds the lock", () => {
  test("batches wait, keep their order and are done when it lets go; reading goes on meanwhile", async () => {
    await batch("k0");
    take();
    const results: string[] = [];
    const waiting = ["k1", "k2", "k3"].map((key) => batch(key).then(() => results.push(key)));
    await isLocked();
    waiting.push(batch("k4").then(() => results.push("k4")));
    expect((await opened.store.engine.query({ sql: "SELECT COUNT(*) FROM settings" })).length).toBe(1);
    expect(results).toEqual([]);
    letGo();
    await Promise.all(waiting);
    expect(results).toEqual(["k1", "k2", "k3", "k4"]);
    expect(opened.store.health()).toBeNull();
    expect((await keys()).sort()).toEqual(["k0", "k1", "k2", "k3", "k4"]);
  });

  test("after thirty seconds a batch is refused, and nothing of it has happened; younger ones wait on", async () => {
    take();
    const old = batch("k1").catch((error: unknown) => error);
    await isLocked();
    await opened.clock.advance(20_000);
    const young = batch("k2");
    await opened.clock.advance(10_000);
    const error = await old;
    expect(isAppError(error, "unavailable") && error.context.retryAfterSeconds).toBe(5);
    letGo();
    await young;
    expect((await keys()).sort()).toEqual(["k2"]);
  });

  test("what comes first after it is what waited first, conflicts included", async () => {
    take();
    const first = batch("k1");
    await isLocked();
    const second = batch("k1").catch((error: unknown) => error);
    letGo();
    await first;
    expect(isAppError(await second, "conflict")).toBe(true);
  });

  test("more than ten thousand are refused at once, those that were taken are done", async () => {
    take();
    const taken = batch("k0");
    await isLocked();
    const outcomes = Array.from({ length: 10_100 }, (_, index) =>
      batch(`k${index + 1}`).then(
        () => "done",
        (error: unknown) => (isAppError(error, "unavailable") ? "refused" : "other"),
      ),
    );
    letGo();
    await taken;
    const all = await Promise.all(outcomes);
    expect(all).not.toContain("other");
    const refused = all.filter((outcome) => outcome === "refused").length;
    expect(refused).toBeGreaterThan(0);
    expect((await keys()).length).toBe(10_101 - refused);
  });

  test("whoever listens hears of it once, and again the next time", async () => {
    let heard = 0;
    const forget = opened.store.onLocked(() => heard++);
    for (const round of [1, 2]) {
      take();
      const waiting = batch(`k${round}`);
      await isLocked();
      letGo();
      await waiting;
      expect(heard).toBe(round);
    }
    forget();
  });

  test("at a stop nobody waits for it any more", async () => {
    take();
    const waiting = batch("k1").catch((error: unknown) => error);
    await isLocked();
    opened.store.hurry();
    await opened.clock.advance(2_000);
    expect(isAppError(await waiting, "unavailable")).toBe(true);
    letGo();
  });
});
