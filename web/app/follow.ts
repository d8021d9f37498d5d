// In: the stream's events. Out: calls when something happened that a page shows; many at once are one call,
// and what was missed while the connection was lost is one as well.
import type { ReactiveController, ReactiveControllerHost } from "lit";
import { live, type StreamEvent } from "./live";

/** Long enough for the events of one commit, short enough to seem at once. */
const QUIET_MS = 200;

export class Follow implements ReactiveController {
  private stops: (() => void)[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    host: ReactiveControllerHost,
    private readonly concerns: (event: StreamEvent) => boolean,
    private readonly run: () => void,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    this.stops = [
      live.onEvent((event) => {
        if (this.concerns(event)) this.runSoon();
      }),
      live.onGreeting((missed) => {
        if (missed) this.runSoon();
      }),
    ];
  }

  hostDisconnected(): void {
    for (const stop of this.stops) stop();
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private runSoon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.run();
    }, QUIET_MS);
  }
}

/** Events of these objects, and changes of how they are set up. */
export const isAbout =
  (...objects: readonly string[]) =>
  ({ kind, data }: StreamEvent): boolean =>
    objects.includes(kind.slice(0, kind.indexOf("."))) ||
    (kind.startsWith("config.") && objects.includes(String(data["object"])));
