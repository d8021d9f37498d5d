// A chain of steps whose messages do not arrive: the next one comes at once where a step has told nobody,
// after its wait where somebody was reached. The whole program, real HTTP, a moved clock.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { DeliveryWorker } from "../../src/delivery/worker";
import { startApp, type TestApp } from "../harness/app";
import { FakeClock } from "../harness/clock";
import { eventually } from "../harness/eventually";
import { openScriptedReceiver, type ScriptedReceiver } from "../harness/scripted-receiver";

type Fields = Record<string, unknown>;

const MINUTE = 60_000;
const HOOK = { type: "webhook", config: { retry: [60], jitter: false } };

let run: TestApp;
let clock: FakeClock;
let receiver: ScriptedReceiver;
/** Status by the path that is called. */
let answers: Record<string, number>;

beforeEach(async () => {
  clock = new FakeClock();
  answers = {};
  receiver = openScriptedReceiver(({ path }) => answers[path] ?? 200);
  run = await startApp({ clock, config: { outboundAllow: [receiver.listener] } });
  await run.api("POST", "/alert-rules", {
    name: "Too hot",
    severity: "critical",
    is_active: true,
    selector: {},
    condition: { type: "threshold", metric: "temperature", operator: ">", threshold: 85 },
  });
});
afterEach(async () => {
  await run.stop();
  await receiver.close();
});

/** Of escalations only: what an alert begins with is not in the way. */
const channel = async (path: string, { config, ...more }: Fields = HOOK): Promise<string> => {
  const { status, body } = await run.api("POST", "/notification-channels", {
    name: path,
    events: ["incident.opened"],
    ...more,
    config: { url: `${receiver.url}${path}`, ...(config as Fields) },
  });
  expect([status, body.detail]).toEqual([201, undefined]);
  return String(body.id);
};

const policy = (channelIds: readonly string[], waitMinutes = 15) =>
  run.api("POST", "/escalation-policies", {
    name: "Critical",
    severity: "critical",
    is_active: true,
    steps: channelIds.map((id, index) => ({ channel_id: id, wait_minutes: index === 0 ? 1 : waitMinutes })),
  });

const trip = () => run.api("POST", "/readings", { machine: "Oven", metric: "temperature", value: 90 });

/** Lets what is due now happen, until that many requests have come. */
const untilCalled = async (count: number): Promise<string[]> => {
  const requests = await eventually(
    async () => {
      await clock.advance(1);
      return receiver.requests;
    },
    ({ length }) => length >= count,
  );
  return requests.map(({ path }) => path);
};

/** Attempts are over, and whatever follows from them has had its turns. */
const settle = async (): Promise<void> => {
  const worker = run.app.parts.services.find(({ name }) => name === "delivery") as DeliveryWorker;
  for (let turn = 0; turn < 5; turn++) {
    await worker.idle();
    await clock.advance(1);
  }
};

const timeline = async (): Promise<Fields[]> => {
  const { body } = await run.api("GET", "/alerts/1/timeline");
  return body.data as Fields[];
};

test("a message that failed for good: the next step does not wait, and the timeline says why", async () => {
  answers["/deaf"] = 500;
  await policy([await channel("/deaf"), await channel("/second")]);
  await trip();
  await clock.advance(MINUTE);
  expect(await untilCalled(1)).toEqual(["/deaf"]);
  // It is tried again first.
  await settle();
  expect(receiver.requests).toHaveLength(1);
  await clock.advance(MINUTE);
  expect(await untilCalled(3)).toEqual(["/deaf", "/deaf", "/second"]);
  expect((await timeline()).filter(({ kind }) => kind === "escalation.moved_on")).toMatchObject([
    { data: { step: 2, reason: "The message of the step before was not delivered to anybody." } },
  ]);
  await clock.advance(60 * MINUTE);
  await settle();
  expect(receiver.requests).toHaveLength(3);
});

test("of several recipients one is enough: the next step waits", async () => {
  const sms = {
    type: "sms",
    config: { to: ["+49170111", "+49170222"], method: "GET" },
  };
  const path = "/gateway?to={{to_digits}}&text={{text}}";
  answers["/gateway"] = 200;
  receiver.answerWith(({ path: asked }) => (asked.includes("49170111") ? 400 : 200));
  await policy([await channel(path, sms), await channel("/second")]);
  await trip();
  await clock.advance(MINUTE);
  await untilCalled(2);
  await settle();
  expect(receiver.requests).toHaveLength(2);
  await clock.advance(15 * MINUTE);
  expect((await untilCalled(3)).at(-1)).toBe("/second");
});

test("when all of them have failed, it comes at once", async () => {
  const sms = { type: "sms", config: { to: ["+49170111", "+49170222"], method: "GET" } };
  receiver.answerWith(({ path: asked }) => (asked.startsWith("/gateway") ? 400 : 200));
  await policy([await channel("/gateway?to={{to_digits}}&text={{text}}", sms), await channel("/second")]);
  await trip();
  await clock.advance(MINUTE);
  expect((await untilCalled(3)).at(-1)).toBe("/second");
});

describe("a channel that sends nothing", () => {
  test("paused before: what it holds back is waited for by nobody", async () => {
    answers["/paused"] = 500;
    const paused = await channel("/paused", { type: "webhook", config: { pause_after_failures: 1 } });
    await policy([paused, await channel("/second")]);
    await run.api("PATCH", `/notification-channels/${paused}`, { events: ["alert.triggered"] });
    await trip();
    await untilCalled(1);
    await settle();
    await clock.advance(MINUTE);
    expect(await untilCalled(2)).toEqual(["/paused", "/second"]);
  });

  test("switched off while its message waits for a retry", async () => {
    answers["/off"] = 500;
    const off = await channel("/off");
    await policy([off, await channel("/second")]);
    await trip();
    await clock.advance(MINUTE);
    await untilCalled(1);
    await settle();
    await run.api("PATCH", `/notification-channels/${off}`, { is_active: false });
    expect(await untilCalled(2)).toEqual(["/off", "/second"]);
  });

  test("deleted before its turn", async () => {
    const gone = await channel("/gone");
    await policy([gone, await channel("/second")]);
    await trip();
    await run.api("DELETE", `/notification-channels/${gone}`);
    await clock.advance(MINUTE);
    expect(await untilCalled(1)).toEqual(["/second"]);
  });
});

test("acknowledged meanwhile, nobody is told any more", async () => {
  answers["/deaf"] = 500;
  await policy([await channel("/deaf"), await channel("/second")]);
  await trip();
  await clock.advance(MINUTE);
  await untilCalled(1);
  await settle();
  await run.api("POST", "/alerts/1/acknowledge", {});
  await clock.advance(MINUTE);
  await untilCalled(2);
  await clock.advance(60 * MINUTE);
  await settle();
  expect(receiver.requests.map(({ path }) => path)).toEqual(["/deaf", "/deaf"]);
});
