// F9, over the whole program: whatever its wall clock is set to, while it runs or while it does not,
// escalations and delays go by the time that passes, nobody falls silent by it, and it says what happened.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { FakeClock } from "../harness/clock";
import { startApp, type TestApp } from "../harness/app";
import { removeDirectory, temporaryDirectory } from "../harness/store";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

let directory: string;
let clock: FakeClock;
let run: TestApp;
let told: string[];

const start = async (bootId = "boot-1"): Promise<void> => {
  run = await startApp({
    clock,
    directory,
    config: { outboundMode: "open" },
    seams: {
      boot: { sinceBoot: () => clock.monotonic(), bootId },
      delivery: {
        dial: async (_url, init) => {
          const { event, alert } = JSON.parse(new TextDecoder().decode(init.body as Uint8Array)) as {
            event: string;
            alert: { machine_name: string };
          };
          told.push(`${event} ${alert.machine_name}`);
          return new Response("ok");
        },
      },
    },
  });
};

beforeEach(async () => {
  directory = temporaryDirectory("andon-clock-");
  clock = new FakeClock();
  told = [];
  await start();
});
afterEach(async () => {
  await run.stop();
  removeDirectory(directory);
});

const set = (byMs: number): void => clock.setWall(clock.now() + byMs);

const send = (machine: string, value: number) =>
  run.api("POST", "/readings", { machine, metric: "temperature", value });

/** As time passes, machines report, but for those that have fallen silent. */
const pass = async (ms: number, machines: readonly string[] = []): Promise<void> => {
  for (let left = ms; left > 0; left -= 30_000) {
    await clock.advance(Math.min(left, 30_000));
    for (const machine of machines) await send(machine, 20);
    await clock.settle();
  }
};

const furnish = async (): Promise<void> => {
  const { body: channel } = await run.api("POST", "/notification-channels", {
    name: "hook",
    type: "webhook",
    config: { url: "http://10.0.0.1/" },
    is_active: true,
  });
  const rule = { severity: "critical", is_active: true, selector: {} };
  await run.api("POST", "/alert-rules", {
    ...rule,
    name: "hot",
    condition: { type: "threshold", metric: "temperature", operator: ">", threshold: 85 },
  });
  await run.api("POST", "/alert-rules", {
    ...rule,
    name: "warm for ten minutes",
    condition: {
      type: "threshold",
      metric: "temperature",
      operator: ">",
      threshold: 50,
      on_delay_seconds: 600,
    },
  });
  await run.api("POST", "/alert-rules", {
    ...rule,
    name: "silent",
    condition: { type: "heartbeat", after_seconds: 300 },
  });
  await run.api("POST", "/escalation-policies", {
    name: "after 15 minutes",
    severity: "critical",
    wait_minutes: 15,
    channel_id: channel.id,
    is_active: true,
  });
};

const CASES: readonly (readonly [what: string, byMs: number])[] = [
  ["an hour ahead", HOUR_MS],
  ["an hour back", -HOUR_MS],
  ["ten years ahead", 3_650 * DAY_MS],
  ["two days back", -2 * DAY_MS],
  ["back to 1970", -Date.UTC(2026, 0, 1)],
];

describe("while it runs", () => {
  for (const [what, byMs] of CASES)
    test(`set ${what}`, async () => {
      await furnish();
      await send("press", 90);
      await send("idle", 20);
      await pass(MINUTE_MS, ["idle"]);
      expect(told).toEqual(["alert.triggered press"]);
      set(byMs);
      // Nobody falls silent or goes offline by it, and no delay runs out.
      await pass(MINUTE_MS, ["idle"]);
      expect(told).toEqual(["alert.triggered press"]);
      const machines = await run.api("GET", "/machines");
      expect(machines.body.data.map(({ status }: { status: string }) => status)).toEqual([
        "online",
        "online",
      ]);
      // Silent for five minutes of time that passed; the delay of ten; the escalation after fifteen.
      await pass(2.5 * MINUTE_MS, ["idle"]);
      expect(told).toEqual(["alert.triggered press"]);
      await pass(MINUTE_MS, ["idle"]);
      expect(told.slice(1)).toEqual(["alert.triggered press"]);
      await pass(4 * MINUTE_MS, ["idle"]);
      expect(told.slice(2)).toEqual([]);
      await pass(1.5 * MINUTE_MS, ["idle"]);
      expect(told.slice(2)).toEqual(["alert.triggered press"]);
      await pass(3.5 * MINUTE_MS, ["idle"]);
      expect(told.slice(3)).toEqual([]);
      await pass(MINUTE_MS, ["idle"]);
      expect(told.slice(3)).toEqual(["alert.escalated press"]);
      expect(told.filter((one) => one.endsWith("idle"))).toEqual([]);

      const journal = await run.store.engine.query({
        sql: "SELECT data FROM journal WHERE kind = 'clock.jumped'",
      });
      expect(journal.map(([data]) => JSON.parse(String(data)))).toEqual([{ byMs }]);
      const ready = (await (await fetch(`${run.url}/readyz`)).json()) as {
        ready: boolean;
        warnings: string[];
      };
      expect([ready.ready, ready.warnings.length]).toEqual([true, 1]);
      expect(ready.warnings[0]).toStartWith("clock: ");
    });
});

describe("while it does not run", () => {
  for (const [what, byMs] of CASES)
    test(`set ${what}: silence counts from the start, and the next reading is the newest`, async () => {
      await furnish();
      await send("press", 90);
      await pass(MINUTE_MS);
      await run.stop();
      set(byMs);
      await clock.advance(4 * MINUTE_MS);
      await start();
      await pass(4.5 * MINUTE_MS);
      expect(told).toEqual(["alert.triggered press"]);
      // A clock that was set back must not make it seem late.
      await send("press", 20);
      await pass(30_000);
      expect(told).toEqual(["alert.triggered press", "alert.resolved press"]);
      await pass(5 * MINUTE_MS);
      expect(told.slice(2)).toEqual(["alert.triggered press"]);
    });

  test("an open alert is escalated after fifteen minutes in all, of which four were downtime", async () => {
    for (const [, byMs] of CASES) {
      await run.stop();
      removeDirectory(directory);
      directory = temporaryDirectory("andon-clock-");
      clock = new FakeClock();
      told = [];
      await start();
      await furnish();
      await send("press", 90);
      await pass(MINUTE_MS);
      await run.stop();
      set(byMs);
      await clock.advance(4 * MINUTE_MS);
      await start();
      const beats = async (ms: number): Promise<void> => {
        for (let left = ms; left > 0; left -= MINUTE_MS) {
          await clock.advance(Math.min(left, MINUTE_MS));
          await run.api("POST", "/machines/press/heartbeat");
          await clock.settle();
        }
      };
      await beats(9.5 * MINUTE_MS);
      expect(told.filter((one) => one.startsWith("alert.escalated"))).toEqual([]);
      await beats(MINUTE_MS);
      expect(told.filter((one) => one.startsWith("alert.escalated"))).toEqual(["alert.escalated press"]);
    }
  });
});

test("a leap of ten years deletes nothing for its age", async () => {
  await furnish();
  for (let count = 0; count < 60; count++) await send(`m${count}`, 90);
  await clock.settle();
  const count = async (): Promise<unknown> =>
    (await run.store.engine.query({ sql: "SELECT COUNT(*) FROM attempts" }))[0]?.[0];
  const before = await count();
  expect(before).toBe(60);
  set(3_650 * DAY_MS);
  await pass(2 * HOUR_MS);
  expect(Number(await count())).toBeGreaterThanOrEqual(60);
  const { body } = await run.api("GET", "/machines/m0/readings?metric=temperature&from=2025-12-31T00:00:00Z");
  expect(JSON.stringify(body)).toContain("90");
});
