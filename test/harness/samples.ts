// In: a test about stored samples. Out: the samples store on a temporary directory and a moved clock,
// and a model in plain maps that says what it must answer.
import { silentLog, type Log } from "../../src/core/log";
import type { SeriesReadings } from "../../src/core/machine";
import { createSamples, type Samples, type SamplesRetention } from "../../src/intake/samples/samples";
import type { Point } from "../../src/intake/samples/points";
import { FakeClock } from "./clock";
import { removeDirectory, temporaryDirectory } from "./store";

export const EVER = { from: -62_135_596_800_000, to: 253_402_300_799_999 };
export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;

type Sample = readonly [time: number, value: number];

const seriesOf = (id: number): SeriesReadings["series"] => ({ id }) as SeriesReadings["series"];

export const batchOf = (id: number, samples: readonly Sample[]): SeriesReadings => ({
  series: seriesOf(id),
  times: samples.map(([time]) => time),
  values: samples.map(([, value]) => value),
  count: samples.length,
});

export interface SamplesBenchOptions {
  retention?: Partial<SamplesRetention>;
  log?: Log;
  directory?: string;
  clock?: FakeClock;
}

export class SamplesBench {
  readonly clock: FakeClock;
  readonly directory: string;
  readonly #options: SamplesBenchOptions;
  readonly #isOwnDirectory: boolean;
  #samples: Samples;

  private constructor(options: SamplesBenchOptions) {
    this.#options = options;
    this.clock = options.clock ?? new FakeClock();
    this.#isOwnDirectory = options.directory === undefined;
    this.directory = options.directory ?? temporaryDirectory("andon-samples-");
    this.#samples = this.#create();
  }

  static async open(options: SamplesBenchOptions = {}): Promise<SamplesBench> {
    const bench = new SamplesBench(options);
    await bench.#samples.start();
    return bench;
  }

  get samples(): Samples {
    return this.#samples;
  }

  #create(): Samples {
    return createSamples({
      directory: this.directory,
      clock: this.clock,
      log: this.#options.log ?? silentLog,
      retention: { rawDays: 7, minuteDays: 90, hourDays: 1_095, ...this.#options.retention },
    });
  }

  async restart(): Promise<void> {
    await this.#samples.stop();
    this.#samples = this.#create();
    await this.#samples.start();
  }

  async close(): Promise<void> {
    await this.#samples.stop();
    if (this.#isOwnDirectory) removeDirectory(this.directory);
  }

  append(id: number, samples: readonly Sample[]): Promise<void> {
    return this.#samples.append(
      [
        batchOf(
          id,
          [...samples].sort(([a], [b]) => a - b),
        ),
      ],
      this.clock.now(),
    );
  }

  async points(
    id: number,
    resolution: "raw" | "1m" | "1h",
    range: { from: number; to: number } = EVER,
  ): Promise<Point[]> {
    const answer = await this.#samples.query({ seriesId: id, ...range, resolution, maxPoints: 1_000_000 });
    return answer.points;
  }

  async raw(id: number): Promise<Sample[]> {
    return (await this.points(id, "raw")).map(({ time, value }) => [time, value]);
  }
}

/** What samples must look like as summaries of `widthMs`. */
export const summariesOf = (samples: ReadonlyMap<number, number>, widthMs: number): Point[] => {
  const groups = Map.groupBy(
    [...samples].sort(([a], [b]) => a - b),
    ([time]) => Math.floor(time / widthMs) * widthMs,
  );
  return [...groups].map(([time, ofSpan]) => {
    const values = ofSpan.map(([, value]) => value);
    return {
      time,
      value: values.reduce((sum, value) => sum + value, 0) / values.length,
      min: Math.min(...values),
      max: Math.max(...values),
      count: values.length,
    };
  });
};
