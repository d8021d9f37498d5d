// In: open alerts, active policies, and the steps that were planned so far. Out: for each alert that a
// policy covers and has no step waiting for, the next step of that policy, as a due row.
import type { Clock } from "../core/clock";
import type { AlertSnapshot } from "../core/events";
import { newId } from "../core/ids";
import type { KeyedLock } from "../lib/keyed-lock";
import { runSideBySide } from "../lib/side-by-side";
import { emptyPlan, type Commit } from "../notify/plan";
import { covers, waitMs } from "./planner";
import type { EscalationPolicy, PolicyBook } from "./policies";
import { insertRunStatement, type EscalationRepository, type RunRow } from "./repository";

export interface CoverageParts {
  repository: EscalationRepository;
  policies: PolicyBook;
  /** Of all organizations, in their present state. */
  openAlerts: () => Iterable<AlertSnapshot>;
  findOpenAlert: (alertId: string) => AlertSnapshot | undefined;
  commit: Commit;
  /** Shared with everything else that changes alerts of a machine. */
  lock: KeyedLock;
  clock: Clock;
}

/** The chain of one policy for one alert. */
interface Chain {
  alert: AlertSnapshot;
  policy: EscalationPolicy;
}

interface NextStep {
  step: number;
  dueAt: number;
}

/** Steps that are planned at once. */
const SIDE_BY_SIDE = 1_000;

const keyOf = (alertId: string, policyId: string): string => `${alertId} ${policyId}`;

/** The channel was gone when its time had come: the chain went on without it. */
export const CHANNEL_GONE = "channel_not_available";

const isDone = ({ status, reason }: RunRow): boolean =>
  status === "fired" || (status === "cancelled" && reason === CHANNEL_GONE);

/** Null when a step waits already, or none is left. */
const nextStep = ({ alert, policy }: Chain, runs: readonly RunRow[]): NextStep | null => {
  if (runs.some(({ status }) => status === "pending")) return null;
  let step = 0;
  let from = alert.createdAt;
  let wasTold = true;
  for (const run of runs)
    if (isDone(run) && run.step >= step) {
      step = run.step + 1;
      from = run.finishedAt ?? from;
      wasTold = run.status === "fired";
    }
  const planned = policy.steps[step];
  if (planned === undefined) return null;
  // Where the step before has told nobody, nobody need be waited for.
  return { step, dueAt: wasTold ? from + waitMs(planned.wait_minutes) : from };
};

/**
 * Plans what is missing; may be called at any time, a chain that is complete stays as it is. Resolves
 * with whether anything was planned; rejects as `Engine.batch`, and is then to be called again.
 */
export const extendCoverage = async (parts: CoverageParts): Promise<boolean> => {
  const { repository, policies, openAlerts, findOpenAlert, commit, lock, clock } = parts;
  // Alerts that are being triggered now may not know the newest policy, and are not open yet.
  await lock.settled();
  const chains: Chain[] = [];
  for (const alert of openAlerts())
    for (const policy of policies.of(alert.tenantId))
      if (covers(policy, alert)) chains.push({ alert, policy });
  if (chains.length === 0) return false;
  const rows = await repository.runsOfAlerts([...new Set(chains.map(({ alert }) => alert.id))]);
  const runsOf = Map.groupBy(rows, (row) => keyOf(row.alertId, row.policyId));

  const plan = async ({ alert, policy }: Chain, { step, dueAt }: NextStep): Promise<void> => {
    const present = findOpenAlert(alert.id);
    if (present === undefined || policies.find(policy.tenantId, policy.id) !== policy) return;
    if (!covers(policy, present)) return;
    const steps = emptyPlan();
    steps.statements.push(
      insertRunStatement({
        id: newId(),
        tenantId: alert.tenantId,
        policyId: policy.id,
        alertId: alert.id,
        step,
        dueAt,
        createdAt: clock.now(),
      }),
    );
    await commit(steps);
  };

  const missing = chains.flatMap((chain) => {
    const next = nextStep(chain, runsOf.get(keyOf(chain.alert.id, chain.policy.id)) ?? []);
    return next === null ? [] : [{ chain, next }];
  });
  const failures = await runSideBySide(
    missing.map(
      ({ chain, next }) =>
        () =>
          lock.run(chain.alert.machineId, () => plan(chain, next)),
    ),
    SIDE_BY_SIDE,
  );
  if (failures.length > 0) throw failures[0];
  return missing.length > 0;
};
