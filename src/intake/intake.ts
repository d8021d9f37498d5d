// In: the store, the registry, the rules and settings. Out: everything that takes readings in, wired
// together: one Service, and what its routes need.
import type { Clock } from "../core/clock";
import type { ClockJump } from "../core/clock-jump";
import type { Log } from "../core/log";
import type { Evaluator } from "../core/machine";
import type { Service } from "../lib/service";
import type { Engine } from "../store/engine";
import { createAccept } from "./accept";
import { createLineIntake, type LineIntake } from "./line-protocol/line-intake";
import { createMachineDesk, type MachineDesk, type MachineHooks } from "./machines/desk";
import { createPresence } from "./presence";
import { createJsonIntake, type JsonIntake } from "./readings/json-intake";
import type { Registry } from "./registry";
import { createSamples, type Samples } from "./samples/samples";
import { createSaver } from "./saver";
import { shiftContacts } from "./shift-contacts";

export interface IntakeConfig {
  dataDir: string;
  /** Line protocol: the first of these tags that a line has names its machine. */
  machineTag: readonly string[];
  offlineAfterSeconds: number;
  rawRetentionDays: number;
  minuteRetentionDays: number;
  hourRetentionDays: number;
}

export interface IntakeParts {
  store: { engine: Engine };
  registry: Registry;
  evaluator: Evaluator;
  config: IntakeConfig;
  clock: Clock;
  log: Log;
  /** False: nothing is deleted for its age now, for the clock may be wrong by years. */
  isClockTrusted?: () => boolean;
  /** Of each request that was answered; line protocol counts lines. */
  onReceived?: (accepted: number, rejected: number) => void;
  /** Told of each machine that came or went. */
  onPresence?: () => void;
  /** Called around a person's changes to machines. */
  hooks?: Partial<MachineHooks>;
}

export interface Intake extends Service {
  json: JsonIntake;
  lines: LineIntake;
  machines: MachineDesk;
  registry: Registry;
  samples: Samples;
  clock: Clock;
  /** Writes last values and watermarks that wait for the next second. */
  flush(): Promise<void>;
  /** When machines were last heard moves with it. */
  clockJumped(jump: ClockJump): void;
  /** Resolves when the samples thread has nothing to do. */
  idle(): Promise<void>;
}

export const createIntake = (parts: IntakeParts): Intake => {
  const { registry, evaluator, config, clock, log } = parts;
  const { engine } = parts.store;
  const samples = createSamples({
    directory: config.dataDir,
    clock,
    log,
    ...(parts.isClockTrusted === undefined ? {} : { isClockTrusted: parts.isClockTrusted }),
    retention: {
      rawDays: config.rawRetentionDays,
      minuteDays: config.minuteRetentionDays,
      hourDays: config.hourRetentionDays,
    },
  });
  const saver = createSaver({ engine, clock, log });
  const presence = createPresence({
    registry,
    engine,
    saver,
    clock,
    log,
    offlineAfterSeconds: config.offlineAfterSeconds,
    ...(parts.onPresence === undefined ? {} : { onChange: parts.onPresence }),
  });
  const accept = createAccept({ registry, samples, evaluator, presence, saver });
  const onReceived = parts.onReceived ?? (() => undefined);
  const hooks: MachineHooks = {
    remove:
      parts.hooks?.remove ??
      (async (_, { statements, afterCommit }) => {
        await engine.batch(statements);
        afterCommit();
      }),
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
    json: createJsonIntake({ registry, accept, clock, onReceived }),
    lines: createLineIntake({ registry, accept, clock, machineTags: config.machineTag, onReceived }),
    machines: createMachineDesk({
      registry,
      samples,
      engine,
      tenants: registry.tenants,
      evaluator,
      presence,
      clock,
      log,
      hooks,
    }),
    registry,
    samples,
    clock,
    flush: () => saver.flush(),
    clockJumped: (jump) => {
      shiftContacts(registry, jump, saver);
      presence.clockJumped(jump);
    },
    idle: () => samples.idle(),
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
