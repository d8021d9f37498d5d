// In: the configuration. Out: the whole program, wired: each slice made from those after it, started
// in the order of dependence and stopped in the reverse one.
import { createAccess, type Access } from "./access/access";
import { presentJournalEvent } from "./alerts/wire";
import type { Config } from "./config/config";
import { systemClock } from "./core/clock";
import { Plainly, silentLog } from "./core/log";
import { deliveryMetrics } from "./delivery/delivery-metrics";
import { createAccessPlugin } from "./http/access";
import { assetRoutes } from "./http/assets";
import { createAssetSource } from "./http/assets/source";
import { docsRoutes } from "./http/docs";
import { createPrincipalBudgets, DEFAULT_LIMITS } from "./http/budgets";
import { createServer, type HttpServer } from "./http/server";
import { createStreamHub } from "./http/stream/hub";
import { Registry } from "./intake/registry";
import { createJournalFeed } from "./journal/feed";
import type { Service } from "./lib/service";
import { clockMetrics } from "./operations/clock-metrics";
import { createHealth } from "./operations/health";
import { createLocalAdmin } from "./operations/local-admin";
import { createMetrics } from "./operations/metrics";
import { createOperator } from "./operations/operator";
import { createProcessMetrics } from "./operations/process-metrics";
import { operationRoutes } from "./operations/routes";
import { auditOutboundPolicy } from "./operations/policy-audit";
import { storeMetrics } from "./operations/store-metrics";
import { openStore, type Store } from "./store/store";
import type { AppSeams, Base } from "./wiring/base";
import { wireClock } from "./wiring/clock";
import { wireDeciding } from "./wiring/deciding";
import { createIntake } from "./intake/intake";
import { wireIncidents } from "./wiring/incidents";
import { wireJobs } from "./wiring/jobs";
import { wireMaintenance, wireMuting } from "./wiring/maintenance";
import { wireReceivers } from "./wiring/receivers";
import { wireMonitors } from "./wiring/monitors";
import { wireRoutes } from "./wiring/routes";
import { wireServices } from "./wiring/services";
import { wireStatusPages } from "./wiring/status-pages";
import { wireTelling } from "./wiring/telling";

export type { AppSeams } from "./wiring/base";

/** Made by `createApp`, idle until `start`. */
export interface App {
  /** Throws StartupError with what is wrong and how to mend it. */
  start(): Promise<void>;
  /** Stops taking requests, finishes what was taken, closes the files. Safe to call twice. */
  stop(): Promise<void>;
  /** Where it listens; known after start. */
  readonly url: string;
  /** For tests that look behind the API; known after start. */
  readonly parts: AppParts;
}

/** What tests may look at. */
export interface AppParts {
  store: Store;
  access: Access;
  server: HttpServer;
  /** In the order of their start. */
  services: readonly Service[];
}

const wire = async (config: Config, seams: AppSeams, store: Store): Promise<AppParts> => {
  const log = seams.log ?? silentLog;
  const time = await wireClock(seams, store);
  const { clock } = time;
  let server: HttpServer | undefined;
  /** Before the server listens, what it is going to be, as far as the configuration says. */
  const ownUrl = (): string =>
    server?.isListening === true
      ? server.url
      : `${config.tlsCert === null && !config.tlsSelfSigned ? "http" : "https"}://${config.host}:${config.port}`;
  const ownPort = (): number => (server?.isListening === true ? server.port : config.port);
  const metrics = createMetrics();
  const { passwordCost, limits } = seams;
  const access = await createAccess({
    store,
    clock,
    log,
    config,
    ...(passwordCost === undefined ? {} : { passwordCost }),
  });
  const base: Base = {
    config,
    clock,
    checkClock: () => time.watch.check(),
    log,
    store,
    vault: store.vault,
    access,
    seams,
    metrics,
    baseUrl: () => config.publicUrl ?? ownUrl(),
    listeners: () => [{ address: config.host, port: ownPort() }],
  };

  await auditOutboundPolicy(
    { engine: store.engine, clock },
    { mode: config.outboundMode, allow: config.outboundAllow },
    Array.from(access.tenants.organizations(), ({ id }) => id),
  );
  const registry = new Registry({ store, tenants: access.tenants, config });
  await registry.load();
  const muting = await wireMuting(base);
  const channels = await wireTelling(base, muting);
  const services = await wireServices(base, channels, registry);
  const incidents = await wireIncidents(base, channels, services, muting);
  const monitors = await wireMonitors(base, channels, services, incidents);
  const decisions = await wireDeciding(base, registry, channels, { muting, services, monitors });
  const maintenance = wireMaintenance(base, {
    muting,
    telling: channels,
    services,
    machines: registry,
    monitors: monitors.book,
    openAlerts: decisions.alerts.open,
    machineLock: decisions.lock,
  });
  const needs = { registry, services, incidents, maintenance, decisions };
  const receivers = await wireReceivers(base, channels, needs);
  const intake = createIntake({
    registry,
    evaluator: decisions.engine,
    store,
    config,
    clock,
    log,
    hooks: {
      remove: (machine, removal) => decisions.forget(machine, removal),
      afterChange: (machine) => decisions.reviewer.machine(machine),
    },
    onPresence: decisions.follower.wake,
    isClockTrusted: () => time.watch.isTrusted,
    onReceived: (accepted, rejected) => metrics.received(accepted, rejected),
  });
  time.tell([
    intake,
    monitors.watch,
    decisions.engine,
    decisions.statusWatch,
    decisions.runner,
    channels.delivery.worker,
  ]);
  const journal = createJournalFeed(store);
  const statusPages = await wireStatusPages(base, { telling: channels, services, journal });
  const hub = createStreamHub({
    feed: journal,
    clock,
    log,
    present: presentJournalEvent,
    stillHolds: access.stillHolds,
  });
  const { worker } = channels.delivery;
  const plugin = createAccessPlugin(
    access.authenticate,
    createPrincipalBudgets(clock, { ...DEFAULT_LIMITS, ...limits }),
  );
  const assets = createAssetSource({ development: config.env === "development" });
  const slices = wireRoutes(plugin, base, {
    registry,
    intake,
    channels,
    services,
    incidents,
    monitors,
    decisions,
    maintenance,
    receivers,
    statusPages,
    journal,
    hub,
  });

  const processMetrics = createProcessMetrics();
  metrics.observe([
    ...processMetrics.sources,
    ...storeMetrics({ engine: store.engine, directory: config.dataDir }),
    ...deliveryMetrics(worker),
    ...monitors.metrics,
    clockMetrics(time.watch),
  ]);
  const health = createHealth({
    checks: {
      store: () => store.health(),
      setup: () => (access.setup.isNeeded ? "open the set-up link that the log shows" : null),
    },
    warnings: {
      network: () => worker.networkProblem ?? monitors.network.problem,
      clock: () => time.watch.problem,
      mirrors: () => statusPages.mirror.problem,
    },
    deadline: (ms) => new Promise((resolve) => clock.after(ms, () => resolve())),
  });
  const described = [...slices, operationRoutes(plugin, { health, metrics, isPublic: config.metricsPublic })];
  server = createServer({
    config,
    engine: store.engine,
    store,
    clock,
    log,
    authenticate: access.authenticate,
    routes: [
      ...described,
      docsRoutes(plugin, { slices: described, assets, isPublic: config.publicDocs }),
      assetRoutes(plugin, { assets }),
    ],
    pageDomains: statusPages.domains,
    onDraining: () => {
      void hub.stop();
      // Messages under way and requests under way get the same seconds, not some after the others.
      void worker.stop();
    },
    ...(limits === undefined ? {} : { limits }),
  });
  const scheduler = wireJobs(base, {
    channels,
    receivers,
    monitors,
    statusPages,
    isClockTrusted: () => time.watch.isTrusted,
  });
  const localAdmin = createLocalAdmin({
    directory: config.dataDir,
    url: ownUrl,
    perform: createOperator({ access }),
    log,
  });
  return {
    store,
    access,
    server,
    services: [
      time.watch,
      access,
      // Before anything decides: whoever is worked on by then is muted.
      maintenance.runner,
      incidents.announcer,
      decisions.engine,
      decisions.follower,
      decisions.statusWatch,
      channels.delivery.connections,
      worker,
      channels.delivery.replays,
      channels.delivery.showing,
      decisions.runner,
      intake,
      ...monitors.services,
      hub,
      processMetrics,
      scheduler,
      ...statusPages.services,
      channels.weeklyTests,
      server,
      localAdmin,
    ],
  };
};

/** Does nothing yet: files are opened and ports taken by `start`. */
export const createApp = (config: Config, seams: AppSeams = {}): App => {
  const log = seams.log ?? silentLog;
  const clock = seams.clock ?? systemClock;
  let parts: AppParts | undefined;
  let store: Store | undefined;
  let stopping: Promise<void> | undefined;
  const started: Service[] = [];

  const running = (): AppParts => {
    if (parts === undefined) throw new Error("Andon has not been started.");
    return parts;
  };

  const stop = async (): Promise<void> => {
    store?.hurry();
    for (const service of started.splice(0).toReversed()) {
      try {
        await service.stop();
      } catch (error) {
        log.error("a part did not stop in order", { part: service.name, error });
      }
    }
    await store?.close();
  };

  const start = async (): Promise<void> => {
    store = await openStore({
      directory: config.dataDir,
      secretKey: config.secretKey,
      log,
      clock,
      ...(seams.onFatal === undefined ? {} : { onFatal: seams.onFatal }),
      ...(seams.hasBallast === undefined ? {} : { hasBallast: seams.hasBallast }),
    });
    parts = await wire(config, seams, store);
    for (const service of parts.services) {
      started.push(service);
      await service.start();
    }
    const { setup } = parts.access;
    const { url } = parts.server;
    setup.onToken((token) =>
      log.info("Andon is not set up: open this link once", {
        setup_link: new Plainly(`${config.publicUrl ?? url}/setup?token=${token}`),
      }),
    );
  };

  return {
    get url() {
      return running().server.url;
    },
    get parts() {
      return running();
    },
    start: async () => {
      try {
        await start();
      } catch (error) {
        await stop();
        throw error;
      }
    },
    stop: () => (stopping ??= stop()),
  };
};
