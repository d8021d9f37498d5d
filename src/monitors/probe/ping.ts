// In: a host. Out: whether it answers an echo. The system's `ping` is asked, by an array of arguments and an
// address that was judged; where there is none, or it may not, a TCP connection says as much.
import type { Targets } from "../../delivery/targets";
import type { Trial } from "../../delivery/trial";
import { checkLatency } from "../expect";
import type { Expectations, PingTarget } from "../schema";
import { judged, type Sight } from "../sight";
import { reach, targetOfHost } from "./reach";
import { noneSeen, type SocketProbeParts } from "./socket";
import { createTcpProbe } from "./tcp";

export interface PingAnswer {
  /** `unable`: the program could not do its work, which says nothing about the host. */
  result: "reply" | "silence" | "unable";
  /** As it measured it; null when it does not say. */
  latencyMs: number | null;
}

/** Runs the system's program once; tests put their own in its place. Null: there is none. */
export type SystemPing = (
  address: string,
  timeoutMs: number,
  signal: AbortSignal,
) => Promise<PingAnswer> | null;

const TIME = /[=<]\s*(\d+(?:[.,]\d+)?)\s*ms/;

const argumentsFor = (address: string, timeoutMs: number): string[] => {
  const seconds = String(Math.max(Math.ceil(timeoutMs / 1_000), 1));
  if (process.platform === "win32") return ["-n", "1", "-w", String(timeoutMs), address];
  // macOS has milliseconds there, and a limit in seconds under another letter.
  if (process.platform === "darwin") return ["-n", "-c", "1", "-t", seconds, address];
  return ["-n", "-c", "1", "-W", seconds, address];
};

/** What iputils, BusyBox and Windows end with when nobody answered. */
const SILENT = 1;

export const systemPing: SystemPing = (address, timeoutMs, signal) => {
  const program = Bun.which("ping");
  if (program === null || program === undefined) return null;
  return (async (): Promise<PingAnswer> => {
    try {
      const run = Bun.spawn([program, ...argumentsFor(address, timeoutMs)], {
        // Only what it needs to print numbers as everywhere.
        env: { LC_ALL: "C" },
        stdin: "ignore",
        stdout: "pipe",
        stderr: "ignore",
        signal,
      });
      const [text, code] = await Promise.all([new Response(run.stdout).text(), run.exited]);
      if (code === 0) {
        const time = TIME.exec(text)?.[1];
        return { result: "reply", latencyMs: time === undefined ? null : Number(time.replace(",", ".")) };
      }
      return { result: code === SILENT || signal.aborted ? "silence" : "unable", latencyMs: null };
    } catch {
      return { result: "unable", latencyMs: null };
    }
  })();
};

/** Never rejects. */
export const createPingProbe = (
  parts: SocketProbeParts & { targets: Pick<Targets, "vet">; ping?: SystemPing | undefined },
) => {
  const tcp = createTcpProbe(parts);
  const { ping = systemPing } = parts;
  return async (
    target: PingTarget,
    expect: Expectations,
    trial: Trial,
    timeoutMs: number,
  ): Promise<Sight> => {
    const reached = await reach(parts.targets, targetOfHost(target.host, target.port), trial.signal);
    if (reached.addresses === null) return noneSeen(trial, reached.failure, reached.reason);
    const [address = target.host] = reached.addresses;
    const startedMs = trial.elapsedMs();
    const answer = await ping(address, timeoutMs, trial.signal);
    const took = answer?.latencyMs ?? trial.elapsedMs() - startedMs;
    if (answer === null || answer.result === "unable") {
      const seen = await tcp(target, expect, trial);
      // Whoever refuses a connection is there.
      if (seen.failure !== "refused") return seen;
      return judged([{ name: "reply", ok: true, detail: "It answers (a connection was refused)." }], seen);
    }
    if (answer.result === "silence") return noneSeen(trial, "timeout", "It does not answer.", address);
    const latencyMs = Math.round(took);
    const slow = checkLatency(expect, latencyMs);
    const reply = { name: "reply", ok: true, detail: "It answers." };
    return judged(slow === null ? [reply] : [reply, slow], {
      code: null,
      address,
      answer: null,
      latencyMs,
    });
  };
};
