// In: the base, who is told, services and incidents. Out: monitors: loaded, looked at, and what they see told.
import { SYSTEM } from "../core/actor";
import { createProber, hostOf } from "../monitors/prober";
import { createMonitorBook, type Monitor } from "../monitors/book";
import { createMonitorDesk } from "../monitors/desk";
import { pingKeyRoutes } from "../monitors/heartbeat/key-routes";
import { reportRoutes } from "../monitors/heartbeat/report-routes";
import { monitorMetrics } from "../monitors/metrics";
import { monitorRoutes, type MonitorRouteParts } from "../monitors/routes";
import type { AccessPlugin } from "../http/access";
import { createOwnNetwork } from "../monitors/own-network";
import { createRecorder } from "../monitors/recorder";
import { createReporter } from "../monitors/report";
import { createMonitorRepository } from "../monitors/repository";
import { createProbeRunner } from "../monitors/runner";
import type { Result } from "../monitors/schema";
import { withoutSecrets, type Sight } from "../monitors/sight";
import { readTarget, secretsOf } from "../monitors/target";
import { createAcceptPing } from "../monitors/heartbeat/accept";
import { createHeartbeatDirectory, type PingKey } from "../monitors/heartbeat/directory";
import { expectationOf } from "../monitors/heartbeat/expectation";
import { createHeartbeatWatch } from "../monitors/heartbeat/watch";
import { createRefusal } from "../monitors/refusal";
import { isTimeZone, momentsOf, refusePattern } from "../operations/recurrence";
import { systemRoutes } from "../delivery/routes-out";
import { createKeyedLock } from "../lib/keyed-lock";
import type { Base } from "./base";
import type { Incidents } from "./incidents";
import type { Services } from "./services";
import type { Telling } from "./telling";

/** Somebody who was reached before answers at once, or is not there. */
const WITNESS_TIMEOUT_MS = 2_000;

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
  { config, store, vault, access, clock, checkClock, log, seams, baseUrl }: Base,
  { commit, delivery }: Telling,
  services: Services,
  incidents: Incidents,
) => {
  const repository = createMonitorRepository({ engine: store.engine, vault });
  const book = createMonitorBook(repository);
  await book.load(({ type, given }) => readTarget(type, given ?? {}, CHECK));
  const monitorLock = createKeyedLock();
  /** Whoever follows how monitors stand. */
  const followers: ((id: string) => void)[] = [];
  const follow = (id: string): void => {
    for (const follower of followers) follower(id);
  };
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
    onStatus: ({ record }) => follow(record.id),
  });
  const { dial } = seams.delivery ?? {};
  const prober = createProber({
    clock,
    targets: delivery.targets,
    ...(dial === undefined ? {} : { dial }),
  });
  /** For somebody who asks: undefined for what reports by itself. */
  const lookAt = ({ target, record }: Monitor): Promise<Sight> | undefined =>
    target === null || target.type === "heartbeat"
      ? undefined
      : prober
          .probe(target, record.expect, record.timeoutSeconds * 1_000)
          .then((sight) => withoutSecrets(sight, secretsOf({ ...record.given })));
  const network = createOwnNetwork({
    clock,
    log,
    routes: seams.delivery?.routes ?? systemRoutes,
    isThere: async (host, port) => {
      const { failure } = await prober.probe({ type: "tcp", host, port }, {}, WITNESS_TIMEOUT_MS);
      return failure === null || failure === "refused" || failure === "reset";
    },
    networkProblem: () => delivery.worker.networkProblem,
  });
  const runner = createProbeRunner({
    book,
    clock,
    log,
    probe: ({ record }, target) => prober.probe(target, record.expect, record.timeoutSeconds * 1_000),
    settle: async (monitor, seen) => {
      // A DNS server need not take connections.
      const sight = await network.judge(seen, monitor.record.type !== "dns");
      await reporter.report(monitor, { sight, result: resultOf(sight, clock.now()) });
    },
    abandon: prober.abandon,
    hostOf,
  });
  const directory = createHeartbeatDirectory({ engine: store.engine, book });
  await directory.load();
  const watch = createHeartbeatWatch({
    book,
    reporter,
    recorder,
    clock,
    log,
    momentsOf,
    networkProblem: () => network.problem ?? delivery.worker.networkProblem,
  });
  const accept = createAcceptPing({ reporter, clock, checkClock, onReport: watch.reported });
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
    onChanged: (monitor) => {
      directory.changed(monitor);
      watch.changed(monitor);
      runner.changed(monitor);
      follow(monitor.record.id);
    },
    isSlugTaken: (projectId, slug, exceptId) => {
      const holder = directory.bySlug(projectId, slug);
      return holder !== undefined && holder.record.id !== exceptId;
    },
  });
  const slugLock = createKeyedLock();
  /** As healthchecks does it: once a day, with an hour of grace. */
  const createBySlug = async ({ tenantId, projectId }: PingKey, slug: string): Promise<Monitor> => {
    const made = directory.bySlug(projectId, slug);
    if (made !== undefined) return made;
    const names = new Set(book.of(tenantId).map(({ record }) => record.name));
    let name = slug;
    for (let number = 2; names.has(name); number++) name = `${slug} ${number}`;
    return desk.create({ tenantId, actor: SYSTEM }, "heartbeat", {
      settings: { name, projectId },
      given: { slug, period_seconds: 86_400, grace_seconds: 3_600 },
    });
  };
  const expectation = (monitor: Monitor) => {
    const { target, state } = monitor;
    if (target?.type !== "heartbeat" || !monitor.record.isActive) return { expectedAt: null, isLate: false };
    const { expectedAt } = expectationOf(target, state, momentsOf);
    return {
      expectedAt,
      isLate: state.status === "up" && expectedAt !== null && expectedAt < clock.now(),
    };
  };
  const routeParts = {
    desk,
    book,
    repository,
    clock,
    region: config.region,
    baseUrl,
    expectation,
    look: lookAt,
  };
  const reportParts = {
    directory,
    accept,
    clock,
    create: (key: PingKey, slug: string) =>
      // Two first reports at once: one of them makes it.
      slugLock.run(`${key.projectId} ${slug}`, () => createBySlug(key, slug)),
  };
  return {
    book,
    watch,
    network,
    /** `listener` is called after each change of a monitor or of its status, with its ID. */
    follow: (listener: (id: string) => void) => void followers.push(listener),
    /** In the order of their start: what writes results down ends last. */
    services: [recorder, watch, runner],
    metrics: monitorMetrics(book, runner),
    routes: (plugin: AccessPlugin, timelineOf: MonitorRouteParts["timelineOf"]) => [
      monitorRoutes(plugin, { ...routeParts, timelineOf }),
      reportRoutes(plugin, reportParts),
      pingKeyRoutes(plugin, { directory, tenants: access.tenants, commit, clock, baseUrl }),
    ],
  };
};

export type Monitors = Awaited<ReturnType<typeof wireMonitors>>;
