// In: what was seen of monitors. Out: its API models: results, series, and a look that somebody asked for.
import { t, type Static } from "elysia";
import { roleAllows, type Principal } from "../core/actor";
import { isoMillis } from "../core/time";
import type { StoredResult, Summary } from "./repository";
import { oneOf } from "./request-wire";
import { OUTCOMES } from "./schema";
import type { Sight } from "./sight";

const NullableString = t.Union([t.String(), t.Null()]);
const NullableInteger = t.Union([t.Integer(), t.Null()]);

export const OutcomeModel = oneOf(OUTCOMES);

export const ResultWire = t.Object({
  number: t.Integer({ description: "Counts up within the monitor" }),
  at: t.String(),
  outcome: OutcomeModel,
  reason: NullableString,
  response_code: t.Union([t.Integer(), t.Null()], {
    description: "Status of HTTP, 0 where it was not reached; exit code of a job",
  }),
  latency_ms: t.Union([t.Integer(), t.Null()], { description: "Of a job: how long it took" }),
  source: t.Union([t.String(), t.Null()], { description: "Who reported, for editors and admins" }),
  has_output: t.Boolean({ description: "heartbeat: it came with what the job printed" }),
});
export type ResultWire = Static<typeof ResultWire>;

export const LatencyWire = t.Object({
  from: t.String(),
  to: t.String(),
  resolution_seconds: t.Integer(),
  uptime: t.Union([t.Number(), t.Null()], {
    description: "Share of looks that went well, 0 to 1; unknown ones left out",
  }),
  data: t.Array(
    t.Object({
      at: t.String(),
      up: t.Integer(),
      down: t.Integer(),
      unknown: t.Integer(),
      latency_ms: t.Union([t.Number(), t.Null()], { description: "Average of those that went well" }),
      latency_min_ms: NullableInteger,
      latency_max_ms: NullableInteger,
    }),
  ),
});
export type LatencyWire = Static<typeof LatencyWire>;

export const TestWire = t.Object({
  success: t.Boolean(),
  outcome: OutcomeModel,
  reason: NullableString,
  response_code: NullableInteger,
  latency_ms: t.Integer(),
  address: t.Union([t.String(), t.Null()], { description: "What was dialled last" }),
  checks: t.Array(t.Object({ name: t.String(), ok: t.Boolean(), detail: t.String() })),
  response_headers: t.Union([t.Record(t.String(), t.String()), t.Null()], {
    description: "For editors and admins, as response_body",
  }),
  response_body: t.Union([t.String(), t.Null()]),
});
export type TestWire = Static<typeof TestWire>;

export const presentResult = (result: StoredResult, { role }: Principal): ResultWire => ({
  number: result.seq,
  at: isoMillis(result.at),
  outcome: result.outcome,
  reason: result.reason,
  response_code: result.code,
  latency_ms: result.latencyMs,
  source: roleAllows(role, "editor") ? result.source : null,
  has_output: result.hasBody,
});

/** `from` and `to` in ms. */
export const presentLatency = (
  summaries: readonly Summary[],
  { from, to, spanSeconds }: { from: number; to: number; spanSeconds: number },
): LatencyWire => {
  let up = 0;
  let down = 0;
  for (const summary of summaries) {
    up += summary.up;
    down += summary.down;
  }
  return {
    from: isoMillis(from),
    to: isoMillis(to),
    resolution_seconds: spanSeconds,
    uptime: up + down === 0 ? null : up / (up + down),
    data: summaries.map((summary) => ({
      at: isoMillis(summary.at),
      up: summary.up,
      down: summary.down,
      unknown: summary.unknown,
      latency_ms: summary.up === 0 ? null : Math.round((summary.latencySum / summary.up) * 10) / 10,
      latency_min_ms: summary.up === 0 ? null : summary.latencyMin,
      latency_max_ms: summary.up === 0 ? null : summary.latencyMax,
    })),
  };
};

/** What came back may come from inside the plant: it is for editors and admins. */
export const presentTest = (sight: Sight, { role }: Principal): TestWire => ({
  success: sight.outcome === "up",
  outcome: sight.outcome,
  reason: sight.reason,
  response_code: sight.code,
  latency_ms: sight.latencyMs,
  address: sight.address,
  checks: sight.checks,
  response_headers: roleAllows(role, "editor") ? (sight.answer?.headers ?? null) : null,
  response_body: roleAllows(role, "editor") ? (sight.answer?.body ?? null) : null,
});
