// In: a service and a range of time. Out: its uptime there, per range or per local day, with everything that
// the number was computed from.
import type { Principal } from "../../core/actor";
import type { Clock } from "../../core/clock";
import { journalStatement } from "../../journal/append";
import { emptyPlan, type Commit } from "../../notify/plan";
import {
  budgetOf,
  DEFAULT_DEGRADED_WEIGHT,
  DOWN_WEIGHT,
  measure,
  uptimeOf,
  type ErrorBudget,
  type Seconds,
  type Uptime,
  type Weights,
} from "./measure";
import type { Range } from "./ranges";
import { saveSettingsStatement, type SlaSettingsRow, type UptimeRepository } from "./repository";

/** What of a service plays a part. */
export interface Measured {
  id: string;
  tenantId: string;
  slaTarget: number | null;
  degradedWeight: number | null;
}

export interface UptimeReading extends Range {
  /** As far as the range is over; ms. */
  measuredUntil: number;
  seconds: Seconds;
  uptime: Uptime;
  weights: Weights;
  /** Null where nothing was promised. */
  budget: ErrorBudget | null;
}

export type SlaSettings = Pick<SlaSettingsRow, "degradedWeight" | "timeZone">;

export interface UptimeReader {
  settings(tenantId: string): Promise<SlaSettings>;
  /** Durable when it resolves. */
  changeSettings(
    who: Pick<Principal, "tenantId" | "actor">,
    change: Partial<SlaSettings>,
  ): Promise<SlaSettings>;
  /** One reading per range, in their order; ranges lie within the first one's beginning and the last one's end. */
  read(service: Measured, ranges: readonly Range[]): Promise<UptimeReading[]>;
}

export interface UptimeParts {
  repository: UptimeRepository;
  commit: Commit;
  clock: Clock;
}

const DEFAULTS: SlaSettings = { degradedWeight: DEFAULT_DEGRADED_WEIGHT, timeZone: "UTC" };

export const createUptimeReader = ({ repository, commit, clock }: UptimeParts): UptimeReader => {
  const settings = async (tenantId: string): Promise<SlaSettings> => {
    const row = await repository.settings(tenantId);
    return row === undefined ? DEFAULTS : { degradedWeight: row.degradedWeight, timeZone: row.timeZone };
  };

  return {
    settings,
    changeSettings: async ({ tenantId, actor }, change) => {
      const next = { ...(await settings(tenantId)), ...change };
      const at = clock.now();
      const plan = emptyPlan();
      plan.statements.push(
        saveSettingsStatement({ tenantId, ...next, updatedAt: at }),
        journalStatement({
          tenantId,
          kind: "config.updated",
          data: {
            object: "sla_settings",
            id: tenantId,
            name: "SLA",
            changes: { degraded_weight: next.degradedWeight, time_zone: next.timeZone },
          },
          subjectId: tenantId,
          actor,
          at,
        }),
      );
      await commit(plan);
      return next;
    },
    read: async (service, ranges) => {
      const first = ranges[0];
      const last = ranges.at(-1);
      if (first === undefined || last === undefined) return [];
      const now = clock.now();
      const { degradedWeight } = await settings(service.tenantId);
      const weights = { down: DOWN_WEIGHT, degraded: service.degradedWeight ?? degradedWeight };
      const spans = await repository.spans(service.id, { from: first.from, to: last.to });
      return ranges.map(({ from, to }) => {
        const seconds = measure(spans, { from, to, now });
        const uptime = uptimeOf(seconds, weights);
        const measuredUntil = Math.max(from, Math.min(to, now));
        const futureSeconds = Math.floor(to / 1_000) - Math.floor(measuredUntil / 1_000);
        const budget = service.slaTarget === null ? null : budgetOf(uptime, service.slaTarget, futureSeconds);
        return { from, to, measuredUntil, seconds, uptime, weights, budget };
      });
    },
  };
};
