// A channel of each kind from its creation to its failure, in the whole program, against an endpoint
// that answers as the service does: an alert begins, is acknowledged and ends; the service asks to
// wait, and is obeyed; it refuses for good, and is not asked again; the test sends a whole life cycle.
// Afterwards the channel's keys are nowhere to be read.
import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Log } from "../../src/core/log";
import { startApp, type TestApp } from "../harness/app";
import { FakeClock } from "../harness/clock";
import { eventually } from "../harness/eventually";
import { SERVICES } from "../harness/services";
import { openServices, wordsOf, type ServiceHouse } from "../harness/services/service";

interface Delivery {
  id: string;
  event: string;
  status: string;
  outcome: string | null;
  reason: string | null;
  attempt_count: number;
  next_attempt_at: string | null;
}

let clock: FakeClock;
let house: ServiceHouse;
let app: TestApp;
let logged: string[];

const keepingLog = (): Log => {
  const keep =
    (level: string) =>
    (message: string, fields: unknown = {}): void =>
      void logged.push(
        `${level} ${message} ${JSON.stringify(fields)} ${String((fields as { error?: unknown }).error)}`,
      );
  const log: Log = {
    debug: keep("debug"),
    info: keep("info"),
    warn: keep("warn"),
    error: keep("error"),
    child: () => log,
  };
  return log;
};

beforeEach(async () => {
  logged = [];
  clock = new FakeClock();
  house = openServices(SERVICES);
  app = await startApp({ clock, log: keepingLog(), config: { outboundAllow: [house.listener] } });
});
afterEach(async () => {
  await app.stop();
  await house.stop();
});

/** The newest first. */
const deliveriesOf = async (channelId: string): Promise<Delivery[]> =>
  (await app.api("GET", `/notification-channels/${channelId}/deliveries`)).body.data as Delivery[];

/** Of the newest message, once it is where it should be. */
const untilNewest = async (
  channelId: string,
  event: string,
  holds: (one: Delivery) => boolean,
): Promise<Delivery> => {
  const [newest] = await eventually(
    () => deliveriesOf(channelId),
    ([first]) => first?.event === event && holds(first),
  );
  return newest!;
};

const measure = (machine: string, value: number) =>
  app.api("POST", "/readings", { machine, metric: "temperature", value });

for (const [kind, service] of Object.entries(SERVICES))
  test(`${kind}: begins, is acknowledged, ends; waits when asked; gives up when refused; tests`, async () => {
    const created = await app.api("POST", "/notification-channels", {
      name: `People on ${kind}`,
      type: kind,
      config: service.config(house.origin),
      is_active: true,
      ...(service.events === undefined ? {} : { events: service.events }),
    });
    expect([created.status, created.body.detail]).toEqual([201, undefined]);
    const channelId = created.body.id as string;
    await app.api("POST", "/alert-rules", {
      name: "Too hot",
      severity: "critical",
      condition: {
        type: "threshold",
        metric: "temperature",
        operator: ">",
        threshold: 85,
        clear_threshold: 80,
      },
    });

    await measure("Press 7", 91.4);
    await untilNewest(channelId, "alert.triggered", ({ status }) => status === "delivered");
    await app.api("POST", "/alerts/1/acknowledge", { note: "On my way" });
    await untilNewest(channelId, "alert.acknowledged", ({ status }) => status === "delivered");
    await measure("Press 7", 70);
    await untilNewest(channelId, "alert.resolved", ({ status }) => status === "delivered");
    expect(house.taken.map((one) => one.kind)).toEqual([kind, kind, kind]);
    const [begun = "", acknowledged = "", ended = ""] = house.taken.map(({ text }) => text);
    const words = wordsOf(service, { headline: "Too hot on Press 7" });
    for (const word of [...words.begun, "91.4"]) expect(begun).toContain(word);
    for (const word of words.acknowledged) expect(acknowledged).toContain(word);
    if (service.words === undefined) expect(acknowledged).toContain("On my way");
    for (const word of words.ended) expect(ended).toContain(word);

    // Too many: the service says for how long, and nothing is sent before.
    house.answerNext(service.tooMany.answer);
    const before = clock.now();
    await measure("Press 7", 95);
    const waiting = await untilNewest(
      channelId,
      "alert.triggered",
      ({ attempt_count }) => attempt_count === 1,
    );
    expect([waiting.status, waiting.outcome]).toEqual(["pending", "rate_limited"]);
    const waitMs = Date.parse(waiting.next_attempt_at ?? "") - before;
    expect(waitMs).toBeGreaterThanOrEqual(service.tooMany.waitMs);
    expect(waitMs).toBeLessThan(service.tooMany.waitMs + 3_000);
    await clock.advance(service.tooMany.waitMs - 1_000);
    expect(house.statuses.length).toBe(4);
    await clock.advance(5_000);
    await untilNewest(channelId, "alert.triggered", ({ status }) => status === "delivered");
    expect(house.taken.length).toBe(4);

    // A refusal that no repetition heals is final at once.
    house.answerNext(service.refusal.answer);
    await measure("Press 7", 60);
    const refused = await untilNewest(channelId, "alert.resolved", ({ status }) => status === "failed");
    expect([refused.attempt_count, refused.next_attempt_at]).toEqual([1, null]);
    expect(refused.reason).toMatch(service.refusal.reason);
    await clock.advance(5 * 3_600_000);
    expect(house.statuses.length).toBe(6);

    const good = await app.api("POST", `/notification-channels/${channelId}/test`);
    expect([good.status, good.body.success, good.body.attempts.length]).toEqual([
      200,
      true,
      service.testRequests ?? 3,
    ]);
    const tests = house.taken.slice(4).map(({ text }) => text);
    const testWords = wordsOf(service, { headline: "", prefix: "Test: " });
    expect(tests.length).toBe(3);
    for (const word of testWords.begun) expect(tests[0]).toContain(word);
    for (const word of testWords.acknowledged) expect(tests[1]).toContain(word);
    for (const word of testWords.ended) expect(tests[2]).toContain(word);
    house.answerNext(service.refusal.answer);
    const bad = await app.api("POST", `/notification-channels/${channelId}/test`);
    expect([bad.status, bad.body.success, bad.body.attempts.length]).toEqual([200, false, 1]);
    expect(bad.body.error).toMatch(service.refusal.reason);

    // Whatever can be asked, and what was logged: no key in it.
    const rows = await deliveriesOf(channelId);
    const shown = [created.body, good.body, bad.body, rows, logged];
    for (const { id } of rows) shown.push((await app.api("GET", `/deliveries/${id}/attempts`)).body);
    for (const path of [
      "/notification-channels",
      `/notification-channels/${channelId}`,
      "/deliveries",
      "/alerts/1",
    ])
      shown.push((await app.api("GET", path)).body);
    const everything = JSON.stringify(shown);
    expect(everything).toContain("••••");
    for (const secret of service.secrets) expect(everything).not.toContain(secret);
    const events = await app.store.engine.query({ sql: "SELECT data FROM journal" });
    for (const secret of service.secrets) expect(JSON.stringify(events)).not.toContain(secret);
  });

test("there is a service for every channel that people read over HTTP", async () => {
  const { channelTypes } = await import("../../src/channels/registry");
  const { SAMPLES } = await import("../channels/suite/samples");
  const kinds = [...channelTypes.values()]
    .filter(({ kind, audience }) => audience === "people" && SAMPLES[kind]?.[0]?.transport === undefined)
    .map(({ kind }) => kind);
  expect(Object.keys(SERVICES).sort()).toEqual(kinds.sort());
});
