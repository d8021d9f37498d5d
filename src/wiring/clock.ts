// In: the store and the machine's clock. Out: the clock that all parts are given, watched; and whoever
// measures by it, told when it is set.
import { systemClock } from "../core/clock";
import type { ClockJump } from "../core/clock-jump";
import { silentLog } from "../core/log";
import { shiftOutboxStatements } from "../delivery/clock-shift";
import { shiftRunsStatement } from "../escalation/repository";
import { createClockWatch } from "../operations/clock-watch";
import type { Store } from "../store/store";
import type { AppSeams } from "./base";

/** Whoever moves what he measures by the wall clock. */
export interface Moves {
  clockJumped(jump: ClockJump): void;
}

/** Before anything is read from the store: what waits there is moved if the clock was set meanwhile. */
export const wireClock = async (seams: AppSeams, store: Store) => {
  const watch = createClockWatch({
    clock: seams.clock ?? systemClock,
    log: seams.log ?? silentLog,
    ...seams.boot,
  });
  const jump = await watch.recall(store.engine);
  if (jump !== null) await store.engine.batch([...shiftOutboxStatements(jump), shiftRunsStatement(jump)]);
  return {
    watch,
    clock: watch.clock,
    /** In this order: whoever looks at contacts comes after those who keep them. Before they are started. */
    tell: (all: readonly Moves[]) => {
      const tellAll = (moved: ClockJump): void => {
        for (const one of all) one.clockJumped(moved);
      };
      // What has been read since has the times of before.
      if (jump !== null) tellAll(jump);
      watch.onJump(tellAll);
    },
  };
};
