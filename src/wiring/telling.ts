// In: the base. Out: channels, the outbox and its worker, routing, and the commit that wakes the worker.
import { join } from "node:path";
import { createChannelDirectory } from "../channels/directory";
import { createPreviewer } from "../channels/preview";
import { createChannelService } from "../channels/service";
import { createChannelTests } from "../channels/tests";
import { createWeeklyTests } from "../channels/weekly-tests";
import type { AlertSnapshot } from "../core/events";
import { VERSION } from "../core/version";
import { createDelivery } from "../delivery/delivery";
import { openAlertsFor } from "../notify/open-alerts";
import { createNotifier } from "../notify/notifier";
import { createPastEvents } from "../notify/past-events";
import { createCommit } from "../notify/plan";
import type { Base } from "./base";
import type { Muting } from "./maintenance";
import { createSubscriberChannels } from "./subscribers";

/** Channels and the delivery of messages to them. */
export const wireTelling = async (base: Base, { silenceOf }: Pick<Muting, "silenceOf">) => {
  const { config, clock, log, store, access, baseUrl, listeners, seams, metrics } = base;
  const subscriberChannels = createSubscriberChannels();
  const directory = createChannelDirectory(store, subscriberChannels.types);
  await directory.load();
  // Alerts are made after channels: until then nothing is open.
  let openAlerts: () => Iterable<AlertSnapshot> = () => [];
  let reconsider: () => void = () => undefined;
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
    openAlertsOf: (channel) => {
      const at = clock.now();
      return openAlertsFor(channel, openAlerts(), (alert) => silenceOf({ alert, at }) !== null);
    },
    receiptsPath: join(config.dataDir, "receipts"),
    markerPath: join(config.dataDir, "attempting"),
    checkClock: base.checkClock,
    onUntold: (event) => {
      if (event === null || event === "alert.escalated") reconsider();
    },
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
    silenceOf,
  });
  const previewer = createPreviewer({
    now: () => clock.now(),
    directory,
    tenants: access.tenants,
    past: createPastEvents(store, { tenants: access.tenants, baseUrl }),
    baseUrl,
    version: VERSION,
  });
  const commit = createCommit(store.engine, (rows) => delivery.worker.committed(rows));
  return {
    directory,
    delivery,
    service,
    weeklyTests,
    previewer,
    notifier,
    commit,
    /** What leads to subscribers of status pages. */
    subscriberChannels,
    /** Where lamps and retained topics see what is open. */
    showAlerts: (source: () => Iterable<AlertSnapshot>) => {
      openAlerts = source;
    },
    /** Called when a step of an escalation may have told nobody. */
    relyOnMessages: (onUntold: () => void) => {
      reconsider = onUntold;
    },
  };
};

export type Telling = Awaited<ReturnType<typeof wireTelling>>;
