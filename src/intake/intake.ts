// In: the store, the registry, the rules and settings. Out: everything that takes readings in, wired
// together: one Service, and what its routes need.
import type { Clock } from "../core/clock";
import type { Log } from "../core/log";
import type { Evaluator } from "../core/machine";
import type { TenantDirectory } from "../core/tenants";
import type { Service } from "../lib/service";
import type { Engine } from "../store/engine";
import { createAccept } from "./accept";
import { createLineIntake, type LineIntake } from "./line-protocol/line-intake";
import { createMachineDesk, type MachineDesk, type MachineHooks } from "./machines/desk";
import { createPresence } from "./presence";
import { createJsonIntake, type JsonIntake } from "./readings/json-intake";
import type { Registry } from "./registry";
import type { Samples } from "./samples/samples";
import { createSaver } from "./saver";

export interface IntakeParts {
  engine: Engine;
  /** Loaded. */
  registry: Registry;
  /** Not started: intake starts and stops it. */
  samples: Samples;
  evaluator: Evaluator;
  tenants: TenantDirectory;
  clock: Clock;
  log: Log;
  machineTags: readonly string[];
  offlineAfterSeconds: number;
  hooks?: Partial<MachineHooks>;
}

export interface Intake extends Service {
  json: JsonIntake;
  lines: LineIntake;
  machines: MachineDesk;
  registry: Registry;
  samples: Samples;
  /** Writes last values and watermarks that wait for the next second. */
  flush(): Promise<void>;
}

export const createIntake = (parts: IntakeParts): Intake => {
  const { registry, samples, log } = parts;
  const saver = createSaver(parts);
  const presence = createPresence({ ...parts, saver });
  const accept = createAccept({ ...parts, presence, saver });
  const hooks: MachineHooks = {
    beforeRemoval: parts.hooks?.beforeRemoval ?? (async () => undefined),
    afterChange: parts.hooks?.afterChange ?? (async () => undefined),
  };
  let stopping: Promise<void> | null = null;

  /** Readings without a series: of a machine that was deleted when the last run ended. */
  const removeOrphans = async (): Promise<void> => {
    const known = await samples.seriesIds();
    const orphans = known.filter((id) => registry.series(id) === undefined);
    if (orphans.length === 0) return;
    log.info("readings of deleted machines are removed", { series: orphans.length });
    await samples.remove(orphans);
  };

  return {
    name: "intake",
    json: createJsonIntake({ ...parts, accept }),
    lines: createLineIntake({ ...parts, accept }),
    machines: createMachineDesk({ ...parts, presence, hooks }),
    registry,
    samples,
    flush: () => saver.flush(),
    start: async () => {
      await samples.start();
      // A series that comes next must not find readings of one that was deleted.
      registry.reserveSeriesIds(samples.lastSeriesId());
      removeOrphans().catch((error: unknown) =>
        log.warn("readings of deleted machines are still there", { error }),
      );
      await saver.start();
      await presence.start();
    },
    stop: () =>
      (stopping ??= (async () => {
        await presence.stop();
        await saver.stop();
        await samples.stop();
      })()),
  };
};
