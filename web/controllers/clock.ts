// In: the Date header of answers, and one shared timer. Out: the server's time, and ticks.
// Plant PCs have wrong clocks: running times and countdowns count by the server's.
import type { ReactiveController, ReactiveControllerHost } from "lit";

/** Date headers have whole seconds; smaller differences are noise. */
const NOISE_MS = 2_000;

let offsetMs = 0;

export const learnServerTime = (dateHeader: string | null): void => {
  if (dateHeader === null) return;
  const server = Date.parse(dateHeader);
  if (Number.isNaN(server)) return;
  const difference = server + 500 - Date.now();
  offsetMs = Math.abs(difference) > NOISE_MS ? difference : 0;
};

/** Milliseconds since 1970 as the server counts them. */
export const now = (): number => Date.now() + offsetMs;

type Tick = () => void;
const listeners = new Set<Tick>();
let timer: ReturnType<typeof setInterval> | undefined;

/** Calls once a second while anybody listens; all listeners share one timer. */
export const onTick = (listener: Tick): (() => void) => {
  listeners.add(listener);
  timer ??= setInterval(() => {
    for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
};

/** Renders its host again every second. */
export class Ticking implements ReactiveController {
  private stop: (() => void) | undefined;

  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }

  hostConnected(): void {
    this.stop = onTick(() => this.host.requestUpdate());
  }

  hostDisconnected(): void {
    this.stop?.();
  }
}
