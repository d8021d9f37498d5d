// The samples store: nothing acknowledged is lost, the last value of a time wins, summaries are right
// whatever the order of arrival, and retention counts from the time of arrival.
import { afterEach, describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { openSamplesDatabase } from "../../src/intake/samples/database";
import { SamplesWriter } from "../../src/intake/samples/writer";
import { isAppError } from "../../src/core/errors";
import type { Log } from "../../src/core/log";
import { silentLog } from "../../src/core/log";
import { seededRandom, wholeBetween } from "../harness/random";
import {
  batchOf,
  DAY,
  EVER,
  HOUR,
  MINUTE,
  SamplesBench,
  summariesOf,
  type SamplesBenchOptions,
} from "../harness/samples";

let bench: SamplesBench;
const open = async (options?: SamplesBenchOptions): Promise<SamplesBench> =>
  (bench = await SamplesBench.open(options));
afterEach(() => bench.close());

const T = Date.UTC(2026, 0, 1);

const check = async (id: number, model: ReadonlyMap<number, number>): Promise<void> => {
  expect(await bench.raw(id)).toEqual([...model].sort(([a], [b]) => a - b));
  for (const [resolution, width] of [
    ["1m", MINUTE],
    ["1h", HOUR],
  ] as const) {
    const points = await bench.points(id, resolution);
    const expected = summariesOf(model, width);
    expect(points.map(({ time, min, max, count }) => ({ time, min, max, count }))).toEqual(
      expected.map(({ time, min, max, count }) => ({ time, min, max, count })),
    );
    for (const [index, { value }] of points.entries())
      expect(value).toBeCloseTo(expected[index]?.value ?? NaN, 9);
  }
};

describe("what was appended is there", () => {
  test("at once, after sorting, and after a restart", async () => {
    await open();
    const model = new Map(
      Array.from({ length: 500 }, (_, i) => [T - 500_000 + i * 1_000, Math.sin(i) * 100]),
    );
    await bench.append(1, [...model]);
    await check(1, model);
    await bench.samples.drain();
    await check(1, model);
    await bench.restart();
    await check(1, model);
  });

  test("series don't mix, and an unknown one is empty", async () => {
    await open();
    await bench.samples.append([batchOf(1, [[T, 1]]), batchOf(2, [[T, 2]]), batchOf(300_000, [[T, 3]])], T);
    for (const drained of [false, true]) {
      if (drained) await bench.samples.drain();
      expect(await bench.raw(1)).toEqual([[T, 1]]);
      expect(await bench.raw(2)).toEqual([[T, 2]]);
      expect(await bench.raw(300_000)).toEqual([[T, 3]]);
      expect(await bench.raw(3)).toEqual([]);
      expect(await bench.points(3, "1h")).toEqual([]);
    }
  });

  test("every double comes back bit for bit", async () => {
    await open();
    const values = [
      0,
      1,
      -1,
      0.1,
      -0.1,
      1e-300,
      Number.MAX_VALUE,
      Number.MIN_VALUE,
      -Number.MAX_VALUE,
      2 ** 53,
      2 ** 51 - 1,
      -(2 ** 51),
      123456.789,
      1e15 + 0.5,
      Math.PI,
      21.5,
      1e6,
      0.000001,
      1.0000001,
    ];
    await bench.append(
      1,
      values.map((value, index) => [T + index, value]),
    );
    await bench.samples.drain();
    expect((await bench.raw(1)).map(([, value]) => value)).toEqual(values);
    // Alone as well: a column is written by what fits all its values.
    for (const [index, value] of values.entries()) await bench.append(index + 10, [[T, value]]);
    await bench.samples.drain();
    for (const [index, value] of values.entries()) expect(await bench.raw(index + 10)).toEqual([[T, value]]);
  });

  test("times before 1970 and at both ends of the calendar", async () => {
    await open();
    bench.clock.setWall(EVER.to);
    const model = new Map([
      [EVER.from, 1],
      [-1, 2],
      [-HOUR, 3],
      [0, 4],
      [T, 5],
      [EVER.to, 6],
    ]);
    await bench.append(1, [...model]);
    await bench.samples.drain();
    await check(1, model);
  });
});

test("the last value of a time wins, sorted or not, within a batch and between batches", async () => {
  await open();
  await bench.append(1, [
    [T, 1],
    [T + 1_000, 1],
  ]);
  await bench.append(1, [[T, 2]]);
  expect(await bench.raw(1)).toEqual([
    [T, 2],
    [T + 1_000, 1],
  ]);
  await bench.samples.drain();
  await bench.append(1, [[T + 1_000, 3]]);
  await check(
    1,
    new Map([
      [T, 2],
      [T + 1_000, 3],
    ]),
  );
  await bench.samples.drain();
  await check(
    1,
    new Map([
      [T, 2],
      [T + 1_000, 3],
    ]),
  );
});

test("summaries are right for late and replaced samples, in any order, across hours and restarts", async () => {
  await open();
  const random = seededRandom(42);
  const models = new Map<number, Map<number, number>>();
  for (let round = 0; round < 120; round++) {
    const id = wholeBetween(random, 1, 3);
    const model = models.get(id) ?? new Map<number, number>();
    models.set(id, model);
    // Live data, backfill of old years, and corrections of what is there.
    const base =
      random() < 0.7
        ? bench.clock.now() - wholeBetween(random, 0, 3 * HOUR)
        : Date.UTC(2013, 11, 2) + wholeBetween(random, 0, 5 * HOUR);
    const known = [...model.keys()];
    const samples = Array.from({ length: wholeBetween(random, 1, 200) }, () => {
      const again = known[wholeBetween(random, 0, Math.max(0, known.length - 1))];
      const time =
        again !== undefined && random() < 0.2 ? again : base + wholeBetween(random, 0, 40) * 15_000;
      return [
        Math.min(time, bench.clock.now() + 4 * MINUTE),
        wholeBetween(random, -5_000, 5_000) / 100,
      ] as const;
    });
    await bench.append(id, samples);
    for (const [time, value] of [...samples].sort(([a], [b]) => a - b)) model.set(time, value);
    if (random() < 0.4) await bench.samples.drain();
    if (random() < 0.05) await bench.restart();
    bench.clock.setWall(bench.clock.now() + wholeBetween(random, 0, 10 * MINUTE));
    if (round % 10 === 9) await check(id, model);
  }
  for (const [id, model] of models) await check(id, model);
});

describe("retention", () => {
  const fill = async (): Promise<Map<number, number>> => {
    const model = new Map(Array.from({ length: 240 }, (_, i) => [T - 2 * HOUR + i * 30_000, i]));
    await bench.append(1, [...model]);
    await bench.samples.drain();
    return model;
  };

  const moveTo = async (ms: number): Promise<void> => {
    bench.clock.setWall(ms);
    await bench.samples.retain();
  };

  test("samples, minutes and hours go one after the other", async () => {
    await open();
    const model = await fill();
    const minutes = summariesOf(model, MINUTE).length;
    await moveTo(T + 7 * DAY - HOUR);
    expect((await bench.raw(1)).length).toBe(240);
    await moveTo(T + 7 * DAY + 2 * HOUR);
    expect(await bench.raw(1)).toEqual([]);
    expect((await bench.points(1, "1m")).length).toBe(minutes);
    await moveTo(T + 90 * DAY - HOUR);
    expect((await bench.points(1, "1m")).length).toBe(minutes);
    await moveTo(T + 90 * DAY + 2 * HOUR);
    // What is left of the minutes are the hours.
    expect((await bench.points(1, "1m")).map(({ time }) => time % HOUR)).toEqual([0, 0]);
    expect((await bench.points(1, "1h")).reduce((sum, { count }) => sum + (count ?? 0), 0)).toBe(240);
    await moveTo(T + 1_095 * DAY + 2 * HOUR);
    expect(await bench.points(1, "1h")).toEqual([]);
    expect(await bench.samples.seriesIds()).toEqual([]);
  });

  test("counts from arrival: readings of 2013 that came today stay seven days", async () => {
    await open();
    const old = Date.UTC(2013, 11, 2, 21, 15);
    await bench.append(1, [[old, 73.9]]);
    await bench.samples.drain();
    await moveTo(T + 6 * DAY);
    expect(await bench.raw(1)).toEqual([[old, 73.9]]);
    await moveTo(T + 8 * DAY);
    expect(await bench.raw(1)).toEqual([]);
    expect((await bench.points(1, "1m")).map(({ time, value }) => [time, value])).toEqual([[old, 73.9]]);
  });

  test("a late sample is added to summaries whose samples are gone", async () => {
    await open();
    const model = await fill();
    await moveTo(T + 8 * DAY);
    const late = T - HOUR + 1_000;
    await bench.append(1, [[late, 10_000]]);
    await bench.samples.drain();
    const points = await bench.points(1, "1h");
    const expected = summariesOf(new Map([...model, [late, 10_000]]), HOUR);
    expect(points.map(({ time, max, count }) => [time, max, count])).toEqual(
      expected.map(({ time, max, count }) => [time, max, count]),
    );
    const minutes = await bench.points(1, "1m");
    expect(minutes.find(({ time }) => time === T - HOUR)).toMatchObject({ max: 10_000, count: 3 });
    // And where the minutes are gone as well, to the hour.
    await moveTo(T + 100 * DAY);
    await bench.append(1, [[late + 1_000, -10_000]]);
    await bench.samples.drain();
    expect((await bench.points(1, "1h")).map(({ time, min, count }) => [time, min, count])).toEqual([
      [T - 2 * HOUR, 0, 120],
      [T - HOUR, -10_000, 122],
    ]);
  });

  test("runs by the clock, without anybody asking", async () => {
    await open();
    bench.clock.waitFor(() => bench.samples.idle());
    await fill();
    bench.clock.setWall(T + 9 * DAY);
    await bench.clock.advance(10 * MINUTE);
    expect(await bench.raw(1)).toEqual([]);
  });

  test("many rows are deleted in slices, with appends in between", async () => {
    await open();
    for (let series = 1; series <= 1_200; series += 300)
      await bench.samples.append(
        Array.from({ length: 300 }, (_, i) => batchOf(series + i, [[T - 1_000, 1]])),
        T,
      );
    await bench.samples.drain();
    bench.clock.setWall(T + 8 * DAY);
    const order: string[] = [];
    await Promise.all([
      bench.samples.retain().then(() => order.push("retain")),
      bench.append(5_000, [[T + 8 * DAY, 1]]).then(() => order.push("append")),
    ]);
    expect(order).toEqual(["append", "retain"]);
    expect(await bench.raw(7)).toEqual([]);
    expect(await bench.raw(5_000)).toEqual([[T + 8 * DAY, 1]]);
  });
});

describe("sorting", () => {
  test("begins by itself half a minute after the first sample", async () => {
    await open();
    bench.clock.waitFor(() => bench.samples.idle());
    await bench.append(1, [[T, 1]]);
    expect(bench.clock.nextIn).toBe(30_000);
    await bench.clock.advance(30_000);
    expect(await bench.raw(1)).toEqual([[T, 1]]);
  });

  test("keeps a busy hour in few rows", async () => {
    await open();
    for (let i = 0; i < 360; i++) {
      await bench.append(
        1,
        Array.from({ length: 10 }, (_, k) => [T - HOUR + i * 10_000 + k * 1_000, k] as const),
      );
      await bench.samples.drain();
    }
    await bench.samples.stop();
    const { Database } = await import("bun:sqlite");
    const database = new Database(join(bench.directory, "samples.db"), { readonly: true });
    const rows = database
      .query("SELECT count FROM segments")
      .values()
      .map(([count]) => Number(count));
    const { size } = database.query("SELECT sum(length(run)) AS size FROM segments").get() as {
      size: number;
    };
    database.close();
    expect(rows.reduce((sum, count) => sum + count, 0)).toBe(3_600);
    expect(rows.length).toBeLessThan(16);
    // A steady second and a value of few digits: a few bytes each instead of sixteen.
    expect(size).toBeLessThan(3_600 * 4);
  });

  test("of one commit for many callers: all are answered, none is lost", async () => {
    await open();
    await Promise.all(Array.from({ length: 1_000 }, (_, i) => bench.append(1 + (i % 7), [[T + i, i]])));
    let count = 0;
    for (let id = 1; id <= 7; id++) count += (await bench.raw(id)).length;
    expect(count).toBe(1_000);
  });
});

describe("questions", () => {
  test("auto takes the finest tier that fits, and thins it without losing a peak", async () => {
    await open();
    const start = T - 10 * DAY;
    bench.clock.setWall(T);
    for (let hour = 0; hour < 240; hour += 24) {
      const samples = Array.from(
        { length: 24 * 360 },
        (_, i) => [start + hour * HOUR + i * 10_000, 20] as const,
      );
      await bench.append(1, samples);
    }
    await bench.append(1, [[start + 5 * DAY + 10_000, 500]]);
    await bench.append(1, [[start + 6 * DAY + 10_000, -500]]);
    await bench.samples.drain();
    const ask = (from: number, to: number, maxPoints: number) =>
      bench.samples.query({ seriesId: 1, from, to, resolution: "auto", maxPoints });
    const hour = await ask(T - HOUR, T, 1_000);
    expect([hour.resolution, hour.points.length]).toEqual(["raw", 360]);
    expect(hour.points[0]).toEqual({ time: T - HOUR, value: 20 });
    const all = await ask(start, T, 300);
    expect(all.resolution).toBe("1m");
    expect(all.points.length).toBeLessThanOrEqual(300);
    expect(Math.max(...all.points.map(({ max }) => max ?? 0))).toBe(500);
    expect(Math.min(...all.points.map(({ min }) => min ?? 0))).toBe(-500);
    expect(all.points.reduce((sum, { count }) => sum + (count ?? 0), 0)).toBe(240 * 360);
    const coarse = await ask(start, T, 10);
    expect(coarse.resolution).toBe("1h");
    expect(coarse.points.length).toBeLessThanOrEqual(10);
    expect(Math.max(...coarse.points.map(({ max }) => max ?? 0))).toBe(500);
    // Not raw where some samples are gone already.
    bench.clock.setWall(T + 6 * DAY);
    await bench.append(1, [[T + 6 * DAY, 1]]);
    await bench.samples.drain();
    bench.clock.setWall(T + 7 * DAY + 2 * HOUR);
    await bench.samples.retain();
    expect((await ask(T - HOUR, T + 7 * DAY, 1_000)).resolution).toBe("1m");
    expect((await ask(T + 5 * DAY, T + 7 * DAY, 1_000)).resolution).toBe("raw");
  });

  test("both ends of the range belong to it, in raw and unsorted as well", async () => {
    await open();
    await bench.append(1, [
      [T, 1],
      [T + 1, 2],
      [T + 2, 3],
      [T + 3, 4],
    ]);
    for (const drained of [false, true]) {
      if (drained) await bench.samples.drain();
      const points = await bench.points(1, "raw", { from: T + 1, to: T + 2 });
      expect(points.map(({ value }) => value)).toEqual([2, 3]);
    }
  });
});

test("removed series are gone, also from what is not sorted yet, and stay gone", async () => {
  await open();
  await bench.append(1, [[T, 1]]);
  await bench.append(2, [[T, 2]]);
  await bench.samples.drain();
  await bench.append(1, [[T + 1, 1]]);
  await bench.samples.remove([1]);
  await bench.samples.drain();
  expect(await bench.samples.seriesIds()).toEqual([2]);
  await bench.restart();
  expect(await bench.samples.seriesIds()).toEqual([2]);
  expect(await bench.raw(1)).toEqual([]);
  expect(await bench.raw(2)).toEqual([[T, 2]]);
});

describe("a file that can't be used", () => {
  const recorder = (lines: string[]): Log => ({ ...silentLog, error: (message) => void lines.push(message) });

  test.each([
    [
      "text",
      (path: string) =>
        writeFileSync(path, "this is not a database, but it is long enough to look at".repeat(100)),
    ],
    [
      "pages overwritten",
      (path: string) => {
        const bytes = readFileSync(path);
        writeFileSync(path, bytes.fill(0xa5, 3 * 8_192));
      },
    ],
    ["cut to half", (path: string) => truncateSync(path, 20_000)],
    [
      "another program's tables",
      (path: string) => {
        const { Database } = require("bun:sqlite") as typeof import("bun:sqlite");
        writeFileSync(path, "");
        const database = new Database(path);
        database.run("CREATE TABLE arrivals (x)");
        database.close();
      },
    ],
    [
      "a later format",
      (path: string) => {
        const { Database } = require("bun:sqlite") as typeof import("bun:sqlite");
        const database = new Database(path);
        database.run("PRAGMA user_version = 99");
        database.close();
      },
    ],
  ])("%s: is put aside with an error in the log, and a new one takes its place", async (_, damage) => {
    const errors: string[] = [];
    await open({ log: recorder(errors) });
    for (let id = 1; id <= 50; id++)
      await bench.append(
        id,
        Array.from({ length: 100 }, (_, i) => [T - i * 1_000, Math.random()] as const),
      );
    await bench.samples.stop();
    damage(join(bench.directory, "samples.db"));
    await bench.restart();
    // Damage in the middle shows only when somebody looks there: then nothing is answered wrongly.
    for (let id = 1; id <= 50 && errors.length === 0; id++) {
      await bench.append(id, [[T, 2]]);
      await bench.samples.drain().catch(() => undefined);
      await bench.raw(id).catch(() => undefined);
      await bench.samples.drain().catch(() => undefined);
    }
    expect(errors.length).toBeGreaterThan(0);
    const aside = readdirSync(bench.directory).filter((name) => name.startsWith("samples.db.corrupt-"));
    expect(aside.length).toBeGreaterThan(0);
    // It goes on as if nothing had been.
    await bench.append(2, [[T, 3]]);
    expect((await bench.raw(2)).at(-1)).toEqual([T, 3]);
  });

  test("a missing one is simply made", async () => {
    await open();
    await bench.samples.stop();
    for (const name of readdirSync(bench.directory)) await Bun.file(join(bench.directory, name)).delete();
    await bench.restart();
    await bench.append(1, [[T, 1]]);
    expect(existsSync(join(bench.directory, "samples.db"))).toBe(true);
    expect(await bench.raw(1)).toEqual([[T, 1]]);
  });
});

test("a full disk refuses a whole packet, keeps the rest, and goes on when there is space", async () => {
  await open();
  await bench.samples.stop();
  const database = openSamplesDatabase(join(bench.directory, "samples.db"));
  const writer = new SamplesWriter(database);
  const entry = (id: number, time: number) => ({
    id,
    receivedAt: T,
    packet: new Float64Array([
      1,
      1_000,
      ...Array.from({ length: 1_000 }, (_, i) => time + i),
      ...Array.from({ length: 1_000 }, () => Math.random()),
    ]),
  });
  writer.append(entry(1, T));
  const { pages } = database.query("SELECT page_count AS pages FROM pragma_page_count").get() as {
    pages: number;
  };
  database.run(`PRAGMA max_page_count = ${pages}`);
  expect(() => writer.append(entry(2, T + 1_000))).toThrow("full");
  expect(writer.lastId).toBe(1);
  expect(() => writer.drainSlice()).toThrow("full");
  database.run("PRAGMA max_page_count = 1000000");
  writer.append(entry(2, T + 1_000));
  expect(writer.drainSlice()).toBe(2);
  writer.close();
  await bench.restart();
  expect((await bench.raw(1)).length).toBe(2_000);
});

test("a file that can't be opened at the start is taken up later, and nothing in it is hidden or hides", async () => {
  await open();
  for (let index = 0; index < 5; index++) await bench.append(1, [[T + index, index]]);
  await bench.samples.stop();
  const path = join(bench.directory, "samples.db");
  renameSync(path, `${path}.away`);
  mkdirSync(path);
  await bench.restart();
  const refusal = await bench.append(1, [[T + 5, 5]]).catch((error: unknown) => error);
  expect(isAppError(refusal, "unavailable")).toBe(true);
  rmdirSync(path);
  renameSync(`${path}.away`, path);
  // The first one finds out; its sender sends it again.
  await bench.append(1, [[T + 6, 6]]).catch(() => undefined);
  await bench.append(1, [[T + 6, 6]]);
  const times = [0, 1, 2, 3, 4, 6];
  expect((await bench.raw(1)).map(([time]) => Number(time) - T)).toEqual(times);
  await bench.restart();
  expect((await bench.raw(1)).map(([time]) => Number(time) - T)).toEqual(times);
});

test("after the stop nothing is taken and nothing hangs", async () => {
  await open();
  await bench.append(1, [[T, 1]]);
  await bench.samples.stop();
  await bench.samples.stop();
  const refused = await bench.append(1, [[T, 2]]).catch((error: unknown) => error);
  expect(isAppError(refused, "unavailable")).toBe(true);
  const unanswered = await bench.raw(1).catch((error: unknown) => error);
  expect(isAppError(unanswered, "unavailable")).toBe(true);
});

test("kill -9 loses nothing that was acknowledged, and summaries stay right", async () => {
  await open();
  await bench.samples.stop();
  let next = 0;
  let origin = 0;
  const acknowledged = new Map<number, number>();
  for (let round = 0; round < 4; round++) {
    const child = Bun.spawn(
      ["bun", join(import.meta.dir, "../harness/samples-child.ts"), bench.directory, String(next)],
      {
        stdout: "pipe",
        stderr: "inherit",
      },
    );
    let text = "";
    const target = 60 + round * 37;
    for await (const chunk of child.stdout) {
      text += new TextDecoder().decode(chunk);
      // What it wrote before its end is still read.
      if (text.split("\n").length > target) child.kill(9);
    }
    await child.exited;
    for (const line of text.split("\n").slice(1, -1)) {
      const [batch = 0, time = 0] = line.split(" ").map(Number);
      acknowledged.set(time, batch);
      origin = origin === 0 ? time - batch * 2_000 : origin;
      next = Math.max(next, batch + 1);
    }
    // Batches that were committed but not heard of are written again by the next round.
    expect(origin).toBeGreaterThan(0);
  }
  await bench.restart();
  const first = await bench.raw(1);
  const stored = new Map(first);
  for (const [time, batch] of acknowledged) expect([batch, stored.get(time)]).toEqual([batch, batch]);
  for (const id of [1, 7, 20]) await check(id, stored);
}, 60_000);
