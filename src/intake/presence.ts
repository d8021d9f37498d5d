// In: signs of life, and the passing of the server's time. Out: machines that are online or offline,
// each change journalled. Device clocks play no part.
import { SYSTEM } from "../core/actor";
import type { CancelTimer, Clock } from "../core/clock";
import { movedPast, type ClockJump } from "../core/clock-jump";
import type { Log } from "../core/log";
import type { Service } from "../lib/service";
import { journalStatement } from "../journal/append";
import type { Engine } from "../store/engine";
import type { MachineRecord } from "./records";
import type { Registry } from "./registry";
import { saveContactStatement } from "./repository";
import type { Saver } from "./saver";

export interface Presence extends Service {
  /** A machine was heard. The promise is there only when it came online: then that must be durable. */
  heard(machine: MachineRecord, at: number): Promise<void> | null;
  /** Contacts were moved with it. */
  clockJumped(jump: ClockJump): void;
}

export interface PresenceParts {
  registry: Registry;
  engine: Engine;
  saver: Saver;
  clock: Clock;
  log: Log;
  /** For machines without a setting of their own. */
  offlineAfterSeconds: number;
  /** Told of each committed change. */
  onChange?: () => void;
}

const SWEEP_MS = 1_000;

export const createPresence = (parts: PresenceParts): Presence => {
  const { registry, engine, saver, clock, log, offlineAfterSeconds, onChange = () => undefined } = parts;
  let startedAt = clock.now();
  let cancel: CancelTimer | null = null;
  let sweeping: Promise<void> = Promise.resolve();
  let isStarted = false;
  let isStopped = false;

  const change = async (machine: MachineRecord, status: "online" | "offline", at: number): Promise<void> => {
    machine.status = status;
    registry.touch();
    try {
      await engine.batch([
        saveContactStatement(machine),
        journalStatement({
          tenantId: machine.tenantId,
          kind: status === "online" ? "machine.online" : "machine.offline",
          data: { id: machine.id, name: machine.name },
          subjectId: machine.id,
          actor: SYSTEM,
          at,
        }),
      ]);
    } catch (error) {
      machine.status = status === "online" ? "offline" : "online";
      registry.touch();
      throw error;
    }
    onChange();
  };

  /** Our own downtime is nobody's silence. */
  const isSilent = (machine: MachineRecord, now: number): boolean => {
    // A creation that lies ahead was noted down before the clock was set back.
    const createdAt = machine.createdAt > now ? 0 : machine.createdAt;
    const since = Math.max(machine.lastContactAt ?? 0, createdAt, startedAt);
    return now - since >= (machine.offlineAfterSeconds ?? offlineAfterSeconds) * 1_000;
  };

  const sweep = async (): Promise<void> => {
    const now = clock.now();
    const changes: Promise<void>[] = [];
    for (const machine of registry.all())
      if (machine.status === "online" && isSilent(machine, now))
        changes.push(change(machine, "offline", now));
    for (const result of await Promise.allSettled(changes))
      if (result.status === "rejected")
        log.warn("a machine could not be set offline; tried again", { error: result.reason });
  };

  const arm = (): void => {
    if (isStopped) return;
    cancel = clock.after(SWEEP_MS, () => {
      sweeping = sweep().finally(arm);
    });
  };

  return {
    name: "presence",
    heard: (machine, at) => {
      machine.lastContactAt = Math.max(machine.lastContactAt ?? 0, at);
      saver.markMachine(machine);
      return machine.status === "online" ? null : change(machine, "online", at);
    },
    clockJumped: (jump) => {
      // Before the start it is of the clock as it is now.
      if (isStarted) startedAt = movedPast(startedAt, jump);
    },
    start: async () => {
      isStarted = true;
      arm();
    },
    stop: async () => {
      isStopped = true;
      cancel?.();
      await sweeping;
    },
  };
};
