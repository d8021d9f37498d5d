// In: the table of what senders have reported as failing, then every committed change. Out: all of it in memory:
// which alert was raised for it, and when it is over by itself. Whoever changes it does so after the commit.
import type { Clock } from "../core/clock";
import type { Engine, Statement } from "../store/engine";
import type { ReceiverRecord } from "./repository";
import type { Report } from "./report";

/** What is kept of a report, to say its end. */
export type KeptReport = Pick<Report, "key" | "serviceName" | "title"> & { machine: string | null };

export interface Reported {
  readonly receiverId: string;
  /** The key, and what it is about. */
  readonly identity: string;
  readonly alertId: string | null;
  readonly machineId: string | null;
  /** Server time in ms; null: only the sender ends it. */
  readonly expiresAt: number | null;
  readonly report: KeptReport;
}

export interface ReportedBook {
  /** Once, at start. Whoever repeats could not do so meanwhile: everything gets a little more time. */
  load(): Promise<void>;
  find(receiverId: string, identity: string): Reported | undefined;
  of(receiverId: string): readonly Reported[];
  /** There is any. */
  has(receiverId: string): boolean;
  /** Over by themselves now. */
  due(): Reported[];
  put(reported: Reported): void;
  remove(reported: Pick<Reported, "receiverId" | "identity">): void;
}

/** After a start, in ms: as Alertmanager has it, and enough for any sender that repeats. */
const GRACE_MS = 300_000;

const LOAD = `SELECT receiver_id, identity, alert_id, machine_id, expires_at, report FROM webhook_receiver_reported`;
const SAVE = `INSERT INTO webhook_receiver_reported (receiver_id, identity, alert_id, machine_id, expires_at, report)
  VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET alert_id = excluded.alert_id,
  machine_id = excluded.machine_id, expires_at = excluded.expires_at, report = excluded.report`;
const REMOVE = "DELETE FROM webhook_receiver_reported WHERE receiver_id = ? AND identity = ?";

export const saveReportedStatement = (reported: Reported): Statement => ({
  sql: SAVE,
  params: [
    reported.receiverId,
    reported.identity,
    reported.alertId,
    reported.machineId,
    reported.expiresAt,
    JSON.stringify(reported.report),
  ],
});

export const removeReportedStatement = ({
  receiverId,
  identity,
}: Pick<Reported, "receiverId" | "identity">): Statement => ({ sql: REMOVE, params: [receiverId, identity] });

/** One thing per key and machine or service. */
export const identityOf = (receiver: Pick<ReceiverRecord, "serviceId">, report: Report): string =>
  JSON.stringify([
    report.key,
    report.alert?.machine ?? null,
    receiver.serviceId ?? report.serviceName?.toLowerCase(),
  ]);

/** Empty until `load`. */
export const createReportedBook = ({
  engine,
  clock,
}: {
  engine: Pick<Engine, "query">;
  clock: Clock;
}): ReportedBook => {
  const byReceiver = new Map<string, Map<string, Reported>>();
  /** On the steady clock: a wall clock that is set ends nothing. */
  const deadlines = new Map<Reported, number>();

  const put = (reported: Reported, graceMs = 0): void => {
    const siblings = byReceiver.get(reported.receiverId) ?? new Map<string, Reported>();
    byReceiver.set(reported.receiverId, siblings);
    const before = siblings.get(reported.identity);
    if (before !== undefined) deadlines.delete(before);
    siblings.set(reported.identity, reported);
    if (reported.expiresAt !== null)
      deadlines.set(reported, clock.monotonic() + Math.max(reported.expiresAt - clock.now(), graceMs));
  };

  return {
    load: async () => {
      for (const [receiverId, identity, alertId, machineId, expiresAt, report] of await engine.query({
        sql: LOAD,
      }))
        put(
          {
            receiverId: String(receiverId),
            identity: String(identity),
            alertId: alertId === null ? null : String(alertId),
            machineId: machineId === null ? null : String(machineId),
            expiresAt: expiresAt === null ? null : Number(expiresAt),
            report: JSON.parse(String(report)) as KeptReport,
          },
          GRACE_MS,
        );
    },
    find: (receiverId, identity) => byReceiver.get(receiverId)?.get(identity),
    of: (receiverId) => [...(byReceiver.get(receiverId)?.values() ?? [])],
    has: (receiverId) => (byReceiver.get(receiverId)?.size ?? 0) > 0,
    due: () => {
      const now = clock.monotonic();
      return Array.from(deadlines)
        .filter(([, deadline]) => deadline <= now)
        .map(([reported]) => reported);
    },
    put: (reported) => put(reported),
    remove: ({ receiverId, identity }) => {
      const reported = byReceiver.get(receiverId)?.get(identity);
      if (reported === undefined) return;
      deadlines.delete(reported);
      byReceiver.get(receiverId)?.delete(identity);
    },
  };
};
