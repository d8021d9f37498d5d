// In: an account of a small plant, right at first and then with one thing wrong. Out: the oracle of the
// loops finds each wrong thing, and nothing in the right account.
import { expect, test } from "bun:test";
import { judge, type Evidence } from "../harness/oracle";
import type { ReplayRecord, RotationRecord } from "../harness/channel-desk";
import type { MachineRecord } from "../harness/plant";
import type { Fields, RemoteApi } from "../harness/remote-api";
import type { SinkLogLine } from "../harness/sink-options";

const AT = Date.UTC(2026, 0, 5, 10);
const KILLED_AT = AT + 60_000;
const iso = (ms: number): string => new Date(ms).toISOString();

interface Account {
  machines: MachineRecord[];
  alerts: Fields[];
  deliveries: Fields[];
  points: Fields[];
  heartbeat: string | null;
  log: SinkLogLine[];
  rotations: RotationRecord[];
  replays: ReplayRecord[];
}

const delivery = (id: string, event: string): Fields => ({
  id,
  event,
  channel_id: "channel",
  subject_id: "alert",
  status: "delivered",
});

const arrival = (id: string, event: string, at: number): SinkLogLine => ({
  at,
  listener: 0,
  id,
  event,
  alertId: "alert",
  digest: `body of ${id}`,
  status: 200,
  isSigned: true,
  signedBy: [0],
});

/** One machine that broke its limit, was acknowledged and recovered; one message was sent twice. */
const rightAccount = (): Account => ({
  machines: [
    {
      name: "press",
      line: "l0",
      readings: [
        { at: AT, value: 95 },
        { at: AT + 1_000, value: 20 },
      ],
      crossings: [{ triggeredAt: AT, value: 95, resolvedAt: AT + 1_000, isAcknowledged: true }],
      heartbeats: 1,
      lastHeartbeatAt: AT,
    },
  ],
  alerts: [
    {
      id: "alert",
      number: 1,
      machine_name: "press",
      labels: { line: "l0" },
      metric_value: 95,
      triggered_at: iso(AT),
      resolved_at: iso(AT + 1_000),
      acknowledged_at: iso(AT + 500),
      status: "resolved",
    },
  ],
  deliveries: [
    delivery("d1", "alert.triggered"),
    delivery("d2", "alert.acknowledged"),
    delivery("d3", "alert.resolved"),
  ],
  points: [
    { time: iso(AT), value: 95 },
    { time: iso(AT + 1_000), value: 20 },
  ],
  heartbeat: iso(AT + 1),
  log: [
    arrival("d1", "alert.triggered", KILLED_AT - 10),
    arrival("d1", "alert.triggered", KILLED_AT + 300),
    arrival("d2", "alert.acknowledged", KILLED_AT + 301),
    arrival("d3", "alert.resolved", KILLED_AT + 302),
    // Sent again when somebody asked for it, after a new secret.
    { ...arrival("d3", "alert.resolved", KILLED_AT + 9_000), signedBy: [1, 0] },
  ],
  rotations: [{ listener: 0, number: 1, askedAt: KILLED_AT + 5_000, acknowledgedAt: KILLED_AT + 5_010 }],
  replays: [
    {
      deliveryId: "d3",
      askedAt: KILLED_AT + 8_990,
      answeredAt: KILLED_AT + 8_995,
      tries: 1,
      isAcknowledged: true,
    },
  ],
});

const apiOf = (account: Account): RemoteApi => ({
  call: async () => ({ series: [{ points: account.points }] }),
  list: async (path) =>
    path === "/alerts"
      ? account.alerts
      : path === "/deliveries"
        ? account.deliveries
        : [{ id: "machine", name: "press", last_heartbeat_at: account.heartbeat }],
});

const faultsOf = async (account: Account, copiesPerEnd = 4): Promise<string[]> => {
  const evidence: Evidence = {
    api: apiOf(account),
    machines: account.machines,
    channels: [
      {
        id: "channel",
        listener: 0,
        events: ["alert.triggered", "alert.acknowledged", "alert.resolved"],
        line: null,
        isEscalatedTo: false,
      },
    ],
    log: account.log,
    desk: { rotations: account.rotations, replays: account.replays, resumes: 0 },
    endedAt: [KILLED_AT],
    copiesPerEnd,
  };
  return (await judge(evidence)).faults;
};

test("a right account has no fault", async () => {
  expect(await faultsOf(rightAccount())).toEqual([]);
});

const first = <T>(list: T[]): T => list[0] as T;

const WRONGS: Record<string, (account: Account) => void> = {
  "lost alert": (account) => account.alerts.splice(0),
  "unknown alert": (account) => first(account.machines).crossings.splice(0),
  "alert twice": (account) => account.alerts.push({ ...first(account.alerts), id: "other", number: 2 }),
  "alert number given twice": (account) => account.alerts.push({ ...first(account.alerts), id: "other" }),
  "wrong value": (account) => (first(account.alerts)["metric_value"] = 94),
  "lost acknowledgement": (account) => (first(account.alerts)["acknowledged_at"] = null),
  "wrong end": (account) => (first(account.alerts)["resolved_at"] = iso(AT + 2_000)),
  "wrong status": (account) => (first(account.alerts)["status"] = "triggered"),
  "lost reading": (account) => account.points.splice(1),
  "lost heartbeat": (account) => (account.heartbeat = null),
  "never told": (account) => account.deliveries.splice(1, 1),
  "told twice": (account) => account.deliveries.push(delivery("d4", "alert.resolved")),
  "delivery without an end": (account) => (first(account.deliveries)["status"] = "sending"),
  "delivery given up": (account) => (first(account.deliveries)["status"] = "failed"),
  "delivered, but never arrived": (account) => account.log.splice(3),
  "unknown message": (account) => account.log.push(arrival("d9", "alert.triggered", KILLED_AT + 400)),
  "body changed": (account) => (first(account.log).digest = "another"),
  "signature wrong": (account) => (first(account.log).isSigned = false),
  "lost replay": (account) => (first(account.replays).askedAt = KILLED_AT + 9_500),
  "secret lost": (account) => {
    const last = account.log.at(-1);
    if (last !== undefined) last.signedBy = [0];
  },
  "signatures wrong": (account) => {
    const last = account.log.at(-1);
    if (last !== undefined) last.signedBy = [1];
  },
  "copy without a reason": (account) =>
    account.log.push(arrival("d2", "alert.acknowledged", KILLED_AT + 4_000)),
  "resolved before triggered": (account) => account.log.splice(0, 2),
};

test.each(Object.keys(WRONGS))("finds: %s", async (kind) => {
  const account = rightAccount();
  WRONGS[kind]?.(account);
  const faults = await faultsOf(account);
  expect(faults.map((fault) => fault.split(":")[0])).toContain(kind);
});

test("an end of the process excuses no more copies than were in flight", async () => {
  expect(await faultsOf(rightAccount(), 0)).toEqual([
    `copy without a reason: d1 at ${KILLED_AT - 10} and ${KILLED_AT + 300}`,
    "more copies than in flight: 1 at end/listener 0/0",
  ]);
});
