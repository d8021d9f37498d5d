// In: the clock that tests move. Out: it fires in order, lets promises settle, and nothing by itself.
import { expect, test } from "bun:test";
import { FakeClock } from "../harness/clock";

test("timers fire in the order of their times, those set on the way included", async () => {
  const clock = new FakeClock(1_000);
  const fired: string[] = [];
  const note = (name: string) => () => void fired.push(`${name}@${clock.now()}`);
  clock.after(30, note("late"));
  clock.after(10, () => {
    note("early")();
    clock.after(5, note("inner"));
  });
  const cancel = clock.after(20, note("cancelled"));
  cancel();
  cancel();
  await clock.advance(29);
  expect(fired).toEqual(["early@1010", "inner@1015"]);
  await clock.advance(1);
  expect(fired).toEqual(["early@1010", "inner@1015", "late@1030"]);
  expect(clock.pending).toBe(0);
  expect([clock.now(), clock.monotonic()]).toEqual([1_030, 30]);
});

test("what a timer begins has settled before the next one fires", async () => {
  const clock = new FakeClock();
  const order: string[] = [];
  clock.after(1, () => {
    void (async () => {
      for (let step = 0; step < 20; step++) await Promise.resolve();
      order.push("settled");
    })();
  });
  clock.after(2, () => void order.push("next"));
  await clock.advance(2);
  expect(order).toEqual(["settled", "next"]);
});

test("advance waits for what was named, until it is named no more", async () => {
  const clock = new FakeClock();
  let asked = 0;
  const stop = clock.waitFor(async () => void asked++);
  await clock.advance(1);
  expect(asked).toBeGreaterThan(0);
  stop();
  const before = asked;
  await clock.advance(1);
  expect(asked).toBe(before);
});

test("setting the wall clock moves no timer and no duration", async () => {
  const clock = new FakeClock(5_000);
  let fired = 0;
  clock.after(10, () => fired++);
  clock.setWall(0);
  expect([clock.now(), clock.monotonic(), fired, clock.nextIn]).toEqual([0, 0, 0, 10]);
  await clock.advance(10);
  expect([clock.now(), clock.monotonic(), fired]).toEqual([10, 10, 1]);
});
