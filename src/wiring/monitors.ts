// In: the base, who is told, services and incidents. Out: monitors: loaded, looked at, and what they see told.
import { createProber, hostOf } from "../monitors/prober";
import { createMonitorBook, type Monitor } from "../monitors/book";
import { createMonitorDesk } from "../monitors/desk";
import { createRecorder } from "../monitors/recorder";
import { createReporter } from "../monitors/report";
import { createMonitorRepository } from "../monitors/repository";
import { createProbeRunner } from "../monitors/runner";
import type { Result } from "../monitors/schema";
import type { Sight } from "../monitors/sight";
import { readTarget } from "../monitors/target";
import { createRefusal } from "../monitors/refusal";
import { isTimeZone, refusePattern } from "../operations/recurrence";
import { createKeyedLock } from "../lib/keyed-lock";
import type { Base } from "./base";
import type { Incidents } from "./incidents";
import type { Services } from "./services";
import type { Telling } from "./telling";

const CHECK = { refusePattern, isTimeZone };

const resultOf = (sight: Sight, at: number): Result => ({
  at,
  outcome: sight.outcome,
  reason: sight.reason,
  code: sight.code,
  latencyMs: sight.latencyMs,
  source: null,
});

/** What Andon looks at by itself. */
export const wireMonitors = async (
  { config, store, vault, access, clock, log, seams, baseUrl }: Base,
  { commit, delivery }: Telling,
  services: Services,
  incidents: Incidents,
) => {
  const repository = createMonitorRepository({ engine: store.engine, vault });
  const book = createMonitorBook(repository);
  await book.load(({ type, given }) => readTarget(type, given ?? {}, CHECK));
  const monitorLock = createKeyedLock();
  const recorder = createRecorder({ engine: store.engine, clock, log });
  const reporter = createReporter({
    services: services.book,
    status: services.planner,
    automatic: incidents.automatic,
    lock: services.lock,
    monitorLock,
    recorder,
    commit,
    clock,
    region: config.region,
  });
  const { dial } = seams.delivery ?? {};
  const prober = createProber({
    clock,
    targets: delivery.targets,
    ...(dial === undefined ? {} : { dial }),
  });
  const lookAt = (monitor: Monitor): Promise<Sight> | undefined => {
    const { target, record } = monitor;
    return target === null || target.type === "heartbeat"
      ? undefined
      : prober.probe(target, record.expect, record.timeoutSeconds * 1_000);
  };
  const runner = createProbeRunner({
    book,
    clock,
    log,
    probe: ({ record }, target) => prober.probe(target, record.expect, record.timeoutSeconds * 1_000),
    settle: async (monitor, sight) => {
      await reporter.report(monitor, { sight, result: resultOf(sight, clock.now()) });
    },
    abandon: prober.abandon,
    hostOf,
  });
  const desk = createMonitorDesk({
    book,
    repository,
    reporter,
    services: services.book,
    tenants: access.tenants,
    lock: services.lock,
    monitorLock,
    commit,
    clock,
    check: CHECK,
    refusalOf: createRefusal(delivery.targets),
    onChanged: (monitor) => runner.changed(monitor),
    isSlugTaken: () => false,
  });
  return {
    repository,
    book,
    desk,
    recorder,
    runner,
    routeParts: {
      desk,
      book,
      repository,
      clock,
      region: config.region,
      baseUrl,
      expectation: () => ({ expectedAt: null, isLate: false }),
      look: lookAt,
    },
  };
};

export type Monitors = Awaited<ReturnType<typeof wireMonitors>>;
