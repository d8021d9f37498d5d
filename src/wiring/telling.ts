// In: the base. Out: channels, the outbox and its worker, routing, and the commit that wakes the worker.
import { join } from "node:path";
import { createChannelDirectory } from "../channels/directory";
import { createChannelService } from "../channels/service";
import { createChannelTests } from "../channels/tests";
import { createWeeklyTests } from "../channels/weekly-tests";
import { VERSION } from "../core/version";
import { createDelivery } from "../delivery/delivery";
import { createNotifier } from "../notify/notifier";
import { createCommit } from "../notify/plan";
import type { Base } from "./base";

/** Channels and the delivery of messages to them. */
export const wireTelling = async (base: Base) => {
  const { config, clock, log, store, access, baseUrl, listeners, seams, metrics } = base;
  const directory = createChannelDirectory(store);
  await directory.load();
  const delivery = createDelivery({
    store,
    clock,
    log,
    directory,
    outbound: { mode: config.outboundMode, allow: config.outboundAllow, listeners },
    describe: (tenantId) => {
      const organization = access.tenants.organization(tenantId);
      return organization === undefined
        ? undefined
        : { organization, project: access.tenants.defaultProject(tenantId), baseUrl: baseUrl() };
    },
    version: VERSION,
    receiptsPath: join(config.dataDir, "receipts"),
    onAttempt: (channel, outcome, totalMs) => metrics.attempted(channel.kind, outcome, totalMs),
    ...(seams.delivery === undefined ? {} : { seams: seams.delivery }),
  });
  await delivery.outbox.load();
  await delivery.health.load();
  const tests = createChannelTests({
    clock,
    tenants: access.tenants,
    delivery: delivery.forChannels,
    baseUrl,
  });
  const weeklyTests = createWeeklyTests({
    store,
    clock,
    log,
    directory,
    tests,
    tellFailure: delivery.forChannels.tellTestFailure,
  });
  const service = createChannelService({
    store,
    clock,
    directory,
    tenants: access.tenants,
    delivery: delivery.forChannels,
    tests,
  });
  const notifier = createNotifier({
    tenants: access.tenants,
    channels: directory,
    outbox: delivery.outbox,
    baseUrl,
  });
  const commit = createCommit(store.engine, (rows) => delivery.worker.committed(rows));
  return { directory, delivery, service, weeklyTests, notifier, commit };
};

export type Telling = Awaited<ReturnType<typeof wireTelling>>;
