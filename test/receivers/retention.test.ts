// What stays in a receiver's log: the last of each kind in any case, the others by age and by size; what a
// repetition is recognized by is not forgotten within its day; the counted size follows the rows.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { pruneReceiverLog, type LogRetention } from "../../src/receivers/retention";
import { startApp, type TestApp } from "../harness/app";
import { FakeClock } from "../harness/clock";
import { createReceiver, type TestReceiver } from "../harness/receivers";

const DAY = 86_400_000;
const SECRET = "a secret of the sender";

let clock: FakeClock;
let app: TestApp;
let one: TestReceiver;

beforeEach(async () => {
  clock = new FakeClock();
  app = await startApp({ clock });
  const service = (await app.api("POST", "/services", { name: "Shop" })).body.id;
  one = await createReceiver(app, { service_id: service, hmac_secret: SECRET });
});
afterEach(() => app.stop());

/** `afterMs`: so much later than everything that was sent. */
const prune = (retention: LogRetention = {}, afterMs = 0): Promise<number> =>
  pruneReceiverLog(
    { engine: app.store.engine, clock: new FakeClock(clock.now() + afterMs) },
    { keptPerReceiver: 3, step: 4, ...retention },
  );

const genuine = (count: number, headers: Record<string, string> = {}): Promise<unknown> =>
  Promise.all(Array.from({ length: count }, () => one.postSigned({ status: "ok" }, SECRET, headers)));
const forged = async (count: number): Promise<void> => {
  for (let sent = 0; sent < count; sent++) await one.post({ status: "down" });
};

const count = async (): Promise<Record<string, number>> => {
  const results = (await one.deliveries("?limit=500")).map(({ result }) => String(result));
  return Object.fromEntries(
    ["ignored", "auth_failed"].map((name) => [name, results.filter((r) => r === name).length]),
  );
};

/** The counted size, and what the rows add up to. */
const sizes = async (): Promise<number[]> => {
  const [counted] = await app.store.engine.query({ sql: "SELECT bytes FROM webhook_receiver_log_size" });
  const [summed] = await app.store.engine.query({ sql: "SELECT sum(kept_bytes) FROM webhook_receiver_log" });
  return [Number(counted?.[0]), Number(summed?.[0])];
};

const expectSizesAgree = async (): Promise<void> => {
  const [counted, summed] = await sizes();
  expect(counted).toBe(summed);
};

test("the last genuine and the last forged ones stay, however old, and a storm of forgeries takes none", async () => {
  await genuine(5);
  await forged(7);
  expect(await prune()).toBe(0);
  expect(await prune({}, 31 * DAY)).toBe(6);
  expect(await count()).toEqual({ ignored: 3, auth_failed: 3 });
  await forged(9);
  await prune({}, 31 * DAY);
  expect(await count()).toEqual({ ignored: 3, auth_failed: 3 });
  await expectSizesAgree();
});

test("what is young stays until there is too much; then the oldest goes", async () => {
  await genuine(10);
  const before = (await one.deliveries()).map(({ id }) => id);
  expect(await prune({ maxBytes: 5_000 })).toBeGreaterThan(0);
  const after = (await one.deliveries()).map(({ id }) => id);
  expect(after).toEqual(before.slice(0, after.length));
  const [counted] = await sizes();
  expect(counted).toBeLessThanOrEqual(5_000);
  await expectSizesAgree();
});

test("within a day a repetition is recognized, even when its first copy was too much", async () => {
  await genuine(1, { "webhook-id": "first" });
  await genuine(5);
  expect(await prune({ maxBytes: 0 })).toBe(2);
  const old = (await one.deliveries()).at(-1);
  expect(old).toMatchObject({ payload: null, headers: { "webhook-id": "first" } });
  await genuine(1, { "webhook-id": "first" });
  expect((await one.deliveries())[0]).toMatchObject({ duplicate_of: old?.["id"] });
  await expectSizesAgree();
  await prune({ maxBytes: 0 }, DAY);
  expect((await one.deliveries()).map(({ id }) => id)).not.toContain(old?.["id"]);
  expect(await count()).toEqual({ ignored: 3, auth_failed: 0 });
});

test("of a receiver that was deleted nothing stays", async () => {
  await genuine(5);
  await forged(2);
  await app.api("DELETE", `/webhook-receivers/${one.id}`);
  expect(await prune()).toBe(7);
  expect(await app.store.engine.query({ sql: "SELECT 1 FROM webhook_receiver_log" })).toEqual([]);
});
