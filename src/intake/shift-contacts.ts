// In: machines, and a wall clock that was set. Out: when each of them was last heard, by the clock as it
// is now: nobody falls silent, and nobody seems to have been heard in the future, because of it.
import { movedPast, type ClockJump } from "../core/clock-jump";
import type { MachineRecord, SeriesRecord } from "./records";
import type { Registry } from "./registry";

/** Readings without a time have that of their arrival: by our clock, to the millisecond. */
const isStampedHere = ({ lastTime, lastReceivedAt }: SeriesRecord): boolean =>
  lastTime !== null && lastTime === lastReceivedAt;

/** A time that now lies ahead would make everything that comes until then seem late. */
const notAhead = (at: number | null, now: number): number | null => (at === null ? null : Math.min(at, now));

const shiftSeries = (series: SeriesRecord, jump: ClockJump): void => {
  const moved = (at: number | null): number | null => (at === null ? null : movedPast(at, jump));
  const place = isStampedHere(series) ? moved : (at: number | null) => notAhead(at, jump.now);
  series.lastTime = place(series.lastTime);
  series.evaluatedUntil = place(series.evaluatedUntil);
  series.lastReceivedAt = moved(series.lastReceivedAt);
};

/** `changed` is told of everything whose row is out of date now. */
export const shiftContacts = (
  registry: Registry,
  jump: ClockJump,
  changed: { markMachine(machine: MachineRecord): void; markSeries(series: SeriesRecord): void },
): void => {
  for (const machine of registry.all()) {
    if (machine.lastContactAt !== null) machine.lastContactAt = movedPast(machine.lastContactAt, jump);
    if (machine.lastHeartbeatAt !== null) machine.lastHeartbeatAt = movedPast(machine.lastHeartbeatAt, jump);
    changed.markMachine(machine);
    for (const { id } of registry.seriesOf(machine.id)) {
      const series = registry.series(id);
      if (series === undefined) continue;
      shiftSeries(series, jump);
      changed.markSeries(series);
    }
  }
};
