// In: a test about delivery. Out: a real store with one organization, channels by a short spelling,
// and delivery wired as in the program, on a clock that the test moves.
import { join } from "node:path";
import type { Principal } from "../../src/core/actor";
import type { Clock } from "../../src/core/clock";
import type { AlertSnapshot, TellableEvent } from "../../src/core/events";
import { newId } from "../../src/core/ids";
import { silentLog, type Log, type LogFields } from "../../src/core/log";
import type { OrganizationInfo, ProjectInfo, TenantDirectory } from "../../src/core/tenants";
import type { Message } from "../../src/channels/channel";
import { createChannelDirectory, type Channel } from "../../src/channels/directory";
import { sampleMessages } from "../../src/channels/sample";
import { createChannelService, type ChannelDraft } from "../../src/channels/service";
import { createChannelTests } from "../../src/channels/tests";
import { createWeeklyTests } from "../../src/channels/weekly-tests";
import { createDelivery, type Delivery, type DeliveryParts } from "../../src/delivery/delivery";
import type { OutboxRow } from "../../src/delivery/outbox";
import { createClockWatch } from "../../src/operations/clock-watch";
import type { SqlValue } from "../../src/store/engine";
import { openTestStore } from "./store";

export interface DeliveryBenchOptions {
  /** The fake clock of the store unless told otherwise. */
  clock?: Clock;
  allow?: readonly string[];
  mode?: DeliveryParts["outbound"]["mode"];
  seams?: DeliveryParts["seams"];
  /** Results are kept in a file until the database has them, as in the program. */
  hasReceipts?: boolean;
}

const BASE_URL = "http://andon.test";

export const organization: OrganizationInfo = { id: newId(), number: 1, name: "Default", slug: "default" };
export const project: ProjectInfo = {
  id: newId(),
  tenantId: organization.id,
  number: 1,
  name: "Default",
  slug: "default",
  isDefault: true,
};

export const tenants: TenantDirectory = {
  organization: (id) => (id === organization.id ? organization : undefined),
  organizations: () => [organization],
  project: (_tenantId, id) => (id === project.id ? project : undefined),
  projectsOf: () => [project],
  defaultProject: () => project,
};

export const principal: Principal = {
  tenantId: organization.id,
  role: "admin",
  scope: "full",
  actor: { kind: "user", id: null, name: "test" },
};

/** Keeps every line, so that a test can look for what must not be there. */
export const recordingLog = (): Log & { lines: string[] } => {
  const lines: string[] = [];
  const write = (message: string, fields?: LogFields): void =>
    void lines.push(`${message} ${Bun.inspect(fields ?? {})}`);
  const log = { lines, debug: write, info: write, warn: write, error: write, child: () => log };
  return log;
};

export const openDeliveryBench = async (options: DeliveryBenchOptions = {}) => {
  const testStore = await openTestStore();
  const { clock: fakeClock } = testStore;
  const watch = createClockWatch({
    clock: options.clock ?? fakeClock,
    log: silentLog,
    sinceBoot: () => (options.clock ?? fakeClock).monotonic(),
    bootId: "boot-1",
  });
  watch.onJump((jump) => parts.delivery.worker.clockJumped(jump));
  const { clock } = watch;
  const log = recordingLog();
  const { engine } = testStore.store;
  await engine.batch([
    {
      sql: "INSERT INTO organizations (id, number, name, slug, created_at) VALUES (?, ?, ?, ?, ?)",
      params: [organization.id, 1, organization.name, organization.slug, 0],
    },
  ]);

  const wire = async () => {
    const { store } = testStore;
    const directory = createChannelDirectory(store);
    await directory.load();
    const delivery: Delivery = createDelivery({
      store,
      clock,
      log,
      directory,
      outbound: { mode: options.mode ?? "open", allow: options.allow ?? [], listeners: () => [] },
      describe: () => ({ organization, project, baseUrl: BASE_URL }),
      version: "0.0.0-test",
      checkClock: () => watch.check(),
      ...(options.hasReceipts === true ? { receiptsPath: join(testStore.directory, "receipts") } : {}),
      seams: { random: () => 0, hostsPath: null, ...options.seams },
    });
    await delivery.outbox.load();
    const tests = createChannelTests({
      clock,
      tenants,
      delivery: delivery.forChannels,
      baseUrl: () => BASE_URL,
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
      tenants,
      delivery: delivery.forChannels,
      tests,
    });
    return { directory, delivery, service, weeklyTests };
  };

  let parts = await wire();
  await parts.delivery.worker.start();

  const bench = {
    testStore,
    clock: testStore.clock,
    log,
    get directory() {
      return parts.directory;
    },
    get delivery() {
      return parts.delivery;
    },
    get service() {
      return parts.service;
    },
    get weeklyTests() {
      return parts.weeklyTests;
    },
    get worker() {
      return parts.delivery.worker;
    },
    /** A webhook channel. */
    channel: async (config: Record<string, unknown>, draft: Partial<ChannelDraft> = {}): Promise<Channel> => {
      const { channel } = await parts.service.create(principal, {
        name: "hook",
        type: "webhook",
        config: { jitter: false, ...config },
        isActive: true,
        events: null,
        filters: null,
        failureChannelId: null,
        rateLimitPerMinute: null,
        staleAfterSeconds: 3_600,
        weeklyTest: false,
        ...draft,
      });
      return channel;
    },
    message: (event: TellableEvent = "alert.triggered", alert: Partial<AlertSnapshot> = {}): Message => {
      const tenant = { organization, project, baseUrl: BASE_URL };
      const { test: _test, ...message } = sampleMessages(tenant, ["channel.test"], clock.now())[0]!;
      return message.alert === undefined
        ? { ...message, event }
        : { ...message, event, alert: { ...message.alert, ...alert } };
    },
    /** The rows of a message: one, unless the type has several recipients. */
    planAll: (
      channel: Channel,
      message: Message,
      {
        subjectId = message.alert?.id ?? newId(),
        urgency = 1,
      }: { subjectId?: string; urgency?: number } = {},
    ): OutboxRow[] =>
      parts.delivery.outbox.plan(channel, message, { subjectId, machineId: null, urgency, at: clock.now() }),
    plan: (
      channel: Channel,
      message: Message,
      options: { subjectId?: string; urgency?: number } = {},
    ): OutboxRow => {
      const [row] = bench.planAll(channel, message, options);
      if (row === undefined) throw new Error("nothing was planned");
      return row;
    },
    /** Plans, commits and hands over, as a decision does. */
    tell: async (
      channel: Channel,
      message: Message = bench.message(),
      options: { subjectId?: string; urgency?: number } = {},
    ): Promise<OutboxRow> => {
      const row = bench.plan(channel, message, options);
      await bench.commit([row]);
      return row;
    },
    commit: async (rows: readonly OutboxRow[]): Promise<void> => {
      await testStore.store.engine.batch(rows.map(parts.delivery.outbox.insertStatement));
      parts.delivery.worker.committed(rows);
    },
    rows: (sql: string, params: SqlValue[] = []): Promise<SqlValue[][]> =>
      testStore.store.engine.query({ sql, params }),
    statusOf: async (row: OutboxRow): Promise<unknown> =>
      (await bench.rows("SELECT status FROM outbox WHERE seq = ?", [row.seq]))[0]?.[0],
    outcomes: async (row: OutboxRow): Promise<unknown[]> =>
      (await bench.rows("SELECT outcome FROM attempts WHERE delivery_seq = ? ORDER BY seq", [row.seq])).map(
        ([outcome]) => outcome,
      ),
    journal: async (): Promise<unknown[]> =>
      (await bench.rows("SELECT kind FROM journal ORDER BY seq")).map(([kind]) => kind),
    /** Closes everything and starts again on the same files, as after a restart. */
    restart: async ({ isGraceful = true } = {}): Promise<void> => {
      if (isGraceful) await parts.delivery.worker.stop();
      await testStore.reopen();
      parts = await wire();
      await parts.delivery.worker.start();
    },
    close: async (): Promise<void> => {
      await parts.delivery.worker.stop();
      parts.delivery.sender.close();
      await testStore.remove();
    },
  };
  return bench;
};

export type DeliveryBench = Awaited<ReturnType<typeof openDeliveryBench>>;
