// In: a second since the start of the demo, negative for the time before it. Out: the five machines
// of the line and what their sensors would report. Pure: the same in every run.
import { isCompressorSilent, isOvenOff, ovenTemperature } from "./failure";
import { grain, wander } from "./noise";

export interface SimulatedMetric {
  readonly name: string;
  readonly displayName: string;
  readonly unit: string;
  readonly decimals: number;
  /** The sensor's span. */
  readonly range: readonly [low: number, high: number];
  readonly valueAt: (second: number) => number;
}

export interface SimulatedMachine {
  readonly name: string;
  readonly type: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly metrics: readonly SimulatedMetric[];
  readonly isSilent: (second: number) => boolean;
}

export interface SimulatedReading {
  machine: string;
  metric: string;
  value: number;
}

type Shape = (second: number) => number;

const around =
  (seed: number, centre: number, spread: number): Shape =>
  (second) =>
    centre + spread * wander(seed, second);

/** A press forms for two seconds out of six and idles at a third of the force. */
const stroke: Shape = (second) => (Math.abs(second) % 6 < 2 ? 820 : 270) + 14 * grain(21, second);

/** Without power only the fans and the controls draw any. */
const heaterPower: Shape = (second) => (isOvenOff(second) ? 0.8 : 18.4) + 0.9 * Math.abs(wander(33, second));

const temperature: Shape = (second) => {
  const degrees = ovenTemperature(second);
  // The hot oven swings with its controller; the cold one only has its sensor's grain.
  return degrees > 80 ? degrees + 2.4 * wander(31, second) : degrees + 0.35 * grain(32, second);
};

const never = (): boolean => false;

export const LINE: readonly SimulatedMachine[] = [
  {
    name: "CNC Mill #1",
    type: "cnc_mill",
    labels: { line: "A", station: "10" },
    isSilent: never,
    metrics: [
      {
        name: "spindle_speed",
        displayName: "Spindle speed",
        unit: "rpm",
        decimals: 0,
        range: [0, 12_000],
        valueAt: around(11, 8_000, 120),
      },
      {
        name: "vibration",
        displayName: "Vibration",
        unit: "mm/s",
        decimals: 2,
        range: [0, 20],
        valueAt: around(12, 2.8, 0.6),
      },
    ],
  },
  {
    name: "Press 7",
    type: "press",
    labels: { line: "A", station: "20" },
    isSilent: never,
    metrics: [
      { name: "force", displayName: "Force", unit: "kN", decimals: 0, range: [0, 1_000], valueAt: stroke },
      {
        name: "oil_temperature",
        displayName: "Oil temperature",
        unit: "°C",
        decimals: 1,
        range: [0, 120],
        valueAt: around(22, 54, 1.8),
      },
    ],
  },
  {
    name: "Oven 2",
    type: "oven",
    labels: { line: "A", station: "30" },
    isSilent: never,
    metrics: [
      {
        name: "temperature",
        displayName: "Temperature",
        unit: "°C",
        decimals: 1,
        range: [0, 120],
        valueAt: temperature,
      },
      {
        name: "heater_power",
        displayName: "Heater power",
        unit: "kW",
        decimals: 1,
        range: [0, 25],
        valueAt: heaterPower,
      },
    ],
  },
  {
    name: "Packer",
    type: "packer",
    labels: { line: "A", station: "40" },
    isSilent: never,
    metrics: [
      {
        name: "packs_per_minute",
        displayName: "Packs per minute",
        unit: "1/min",
        decimals: 0,
        range: [0, 60],
        valueAt: around(41, 38, 3),
      },
      {
        name: "belt_speed",
        displayName: "Belt speed",
        unit: "m/s",
        decimals: 2,
        range: [0, 1.5],
        valueAt: around(42, 0.62, 0.03),
      },
    ],
  },
  {
    name: "Compressor 3",
    type: "compressor",
    labels: { line: "A", station: "utilities" },
    isSilent: isCompressorSilent,
    metrics: [
      {
        name: "pressure",
        displayName: "Pressure",
        unit: "bar",
        decimals: 2,
        range: [0, 10],
        valueAt: around(51, 7.2, 0.25),
      },
      {
        name: "motor_current",
        displayName: "Motor current",
        unit: "A",
        decimals: 1,
        range: [0, 80],
        valueAt: around(52, 46, 4),
      },
    ],
  },
];

const round = (value: number, decimals: number): number => Number(value.toFixed(decimals));

/** One reading of each metric of each machine that is not silent. */
export const readingsAt = (second: number): SimulatedReading[] =>
  LINE.filter((machine) => !machine.isSilent(second)).flatMap((machine) =>
    machine.metrics.map((metric) => ({
      machine: machine.name,
      metric: metric.name,
      // One decimal more than is shown: sensors resolve finer than displays.
      value: round(metric.valueAt(second), metric.decimals + 1),
    })),
  );
