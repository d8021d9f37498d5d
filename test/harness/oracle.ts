// In: what the plant had acknowledged, what the sink saw, when the product was killed. Out: everything
// in which the product's own account differs from that: an empty list when nothing was lost.
import { Database } from "bun:sqlite";
import { join } from "node:path";
import type { DeskRecord, ReplayRecord } from "./channel-desk";
import { PLANT_METRIC, type Crossing, type MachineRecord } from "./plant";
import type { Fields, RemoteApi } from "./remote-api";
import type { SinkLogLine } from "./sink-options";

export interface OracleChannel {
  id: string;
  /** Index of its listener at the sink. */
  listener: number;
  events: readonly string[];
  /** Null: all of them. */
  line: string | null;
  /** Told of every alert that nobody acknowledged, whatever its line. */
  isEscalatedTo: boolean;
}

export interface Evidence {
  api: RemoteApi;
  machines: readonly MachineRecord[];
  channels: readonly OracleChannel[];
  log: readonly SinkLogLine[];
  /** What was done to the channels meanwhile. */
  desk: DeskRecord;
  /** Wall time of each end of the process, in rising order. */
  endedAt: readonly number[];
  /** Copies that the end of the process excuses, per channel. */
  copiesPerEnd: number;
}

export interface Verdict {
  faults: string[];
  alerts: number;
  deliveries: number;
  copies: number;
  copiesAllowed: number;
}

/** More would only repeat the first ones. */
const MAX_FAULTS_OF_A_KIND = 5;
const FINAL_STATUSES = new Set(["delivered", "failed", "cancelled"]);
/** The sink may read what a killed process had written before its end. */
const LATE_READ_MS = 250;
const READINGS_PER_PAGE = 2_000;
/** From the signature of a request until the sink reads it, on a machine that has other things to do. */
const SIGNED_BEFORE_MS = 2_000;
const REPLAY_EARLY_MS = 5;

class FaultList {
  readonly faults: string[] = [];
  readonly #counts = new Map<string, number>();

  add(kind: string, detail: string): void {
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    if (count <= MAX_FAULTS_OF_A_KIND) this.faults.push(`${kind}: ${detail}`);
    else if (count === MAX_FAULTS_OF_A_KIND + 1) this.faults.push(`${kind}: and more`);
  }
}

/** Resolves when nothing waits any more; throws when something still does after `withinMs`. */
export const untilSettled = async (api: RemoteApi, withinMs: number): Promise<void> => {
  const limit = performance.now() + withinMs;
  for (;;) {
    // All pages: what is rare among many may stand on a later one.
    const rows = await api.list("/deliveries?status=pending,sending,held");
    if (rows.length === 0) return;
    if (performance.now() > limit)
      throw new Error(`deliveries still wait after ${withinMs} ms, for example ${JSON.stringify(rows[0])}`);
    await Bun.sleep(50);
  }
};

const checkAlerts = (
  alerts: readonly Fields[],
  machines: readonly MachineRecord[],
  list: FaultList,
): void => {
  const byMachine = Map.groupBy(alerts, (alert) => String(alert["machine_name"]));
  for (const { name, crossings } of machines) {
    const found = new Map(
      (byMachine.get(name) ?? []).map((alert) => [Date.parse(String(alert["triggered_at"])), alert]),
    );
    if (found.size !== (byMachine.get(name) ?? []).length)
      list.add("alert twice", `${name} has two alerts of one reading`);
    for (const crossing of crossings) {
      const alert = found.get(crossing.triggeredAt);
      found.delete(crossing.triggeredAt);
      if (alert === undefined) {
        list.add("lost alert", `${name} broke the limit at ${new Date(crossing.triggeredAt).toISOString()}`);
        continue;
      }
      checkAlert(alert, crossing, name, list);
    }
    for (const alert of found.values()) list.add("unknown alert", JSON.stringify(alert));
  }
  const numbers = new Set(alerts.map((alert) => alert["number"]));
  if (numbers.size !== alerts.length) list.add("alert number given twice", `${alerts.length - numbers.size}`);
};

const checkAlert = (alert: Fields, crossing: Crossing, name: string, list: FaultList): void => {
  const where = `${name}, alert ${String(alert["number"])}`;
  if (alert["metric_value"] !== crossing.value)
    list.add("wrong value", `${where}: ${String(alert["metric_value"])} instead of ${crossing.value}`);
  if (crossing.isAcknowledged && alert["acknowledged_at"] === null) list.add("lost acknowledgement", where);
  const resolvedAt = alert["resolved_at"] === null ? null : Date.parse(String(alert["resolved_at"]));
  if (resolvedAt !== crossing.resolvedAt)
    list.add("wrong end", `${where}: ${String(alert["resolved_at"])} instead of ${crossing.resolvedAt}`);
  if ((alert["status"] === "resolved") !== (crossing.resolvedAt !== null))
    list.add("wrong status", `${where}: ${String(alert["status"])}`);
};

const checkReadings = async (api: RemoteApi, machines: readonly MachineRecord[], list: FaultList) => {
  const ids = new Map((await api.list("/machines")).map((row) => [row["name"], row] as const));
  for (const { name, readings, lastHeartbeatAt } of machines) {
    const row = ids.get(name);
    if (row === undefined) {
      if (readings.length > 0) list.add("lost machine", name);
      continue;
    }
    const heardAt = Date.parse(String(row["last_heartbeat_at"]));
    if (lastHeartbeatAt !== null && !(heardAt >= lastHeartbeatAt))
      list.add(
        "lost heartbeat",
        `${name}: ${String(row["last_heartbeat_at"])} is older than ${lastHeartbeatAt}`,
      );
    for (let from = 0; from < readings.length; from += READINGS_PER_PAGE) {
      const page = readings.slice(from, from + READINGS_PER_PAGE);
      const query = new URLSearchParams({
        metric: PLANT_METRIC,
        from: new Date(page[0]?.at ?? 0).toISOString(),
        to: new Date((page.at(-1)?.at ?? 0) + 1).toISOString(),
        resolution: "raw",
        max_points: String(READINGS_PER_PAGE * 2),
      });
      const answer = await api.call("GET", `/machines/${String(row["id"])}/readings?${query}`);
      const points = (answer["series"] as { points: { time: string; value: number }[] }[]).flatMap(
        ({ points: ofSeries }) => ofSeries,
      );
      const stored = new Map(points.map(({ time, value }) => [Date.parse(time), value]));
      for (const { at, value } of page)
        if (stored.get(at) !== value)
          list.add(
            "lost reading",
            `${name} at ${new Date(at).toISOString()}: ${stored.get(at)} for ${value}`,
          );
    }
  }
};

const expectedEvents = (alert: Fields): string[] => [
  "alert.triggered",
  // An acknowledgement after the end is recorded and tells nobody; the plant makes none.
  ...(alert["acknowledged_at"] === null ? [] : ["alert.acknowledged"]),
  ...(alert["status"] === "resolved" ? ["alert.resolved"] : []),
];

const checkDeliveries = (
  deliveries: readonly Fields[],
  alerts: readonly Fields[],
  channels: readonly OracleChannel[],
  list: FaultList,
): void => {
  const keyOf = (alertId: unknown, event: unknown, channelId: unknown): string =>
    `${String(event)} of ${String(alertId)} to ${String(channelId)}`;
  const counts = new Map<string, number>();
  for (const row of deliveries) {
    const key = keyOf(row["subject_id"], row["event"], row["channel_id"]);
    // A channel may be paused many times.
    if (!String(row["event"]).startsWith("channel.")) counts.set(key, (counts.get(key) ?? 0) + 1);
    if (!FINAL_STATUSES.has(String(row["status"]))) list.add("delivery without an end", JSON.stringify(row));
    if (row["status"] === "failed" || row["status"] === "cancelled")
      list.add("delivery given up", JSON.stringify(row));
  }
  for (const [key, count] of counts) if (count > 1) list.add("told twice", `${count} rows for ${key}`);
  for (const alert of alerts)
    for (const { id, events, line, isEscalatedTo } of channels) {
      const escalated = keyOf(alert["id"], "alert.escalated", id);
      if (isEscalatedTo && alert["status"] === "triggered" && !counts.has(escalated))
        list.add("never escalated", escalated);
      if (line !== null && (alert["labels"] as Record<string, string>)["line"] !== line) continue;
      for (const event of expectedEvents(alert)) {
        if (!events.includes(event)) continue;
        const key = keyOf(alert["id"], event, id);
        if (!counts.has(key)) list.add("never told", key);
      }
    }
};

/** One of them is why a message came again between the two. */
const takeReplay = (open: ReplayRecord[], before: SinkLogLine, after: SinkLogLine): boolean => {
  const index = open.findIndex(
    ({ askedAt, answeredAt }) =>
      answeredAt >= before.at - LATE_READ_MS && askedAt <= after.at + REPLAY_EARLY_MS,
  );
  const [replay] = index < 0 ? [] : open.splice(index, 1);
  // Asked for twice because the answer was lost: both may have been carried out.
  if (replay !== undefined && replay.tries > 1) open.push({ ...replay, tries: replay.tries - 1 });
  return replay !== undefined;
};

/** Every acknowledged replay brought the message once more. */
const checkReplays = (
  byId: ReadonlyMap<string, readonly SinkLogLine[]>,
  { replays }: DeskRecord,
  list: FaultList,
): void => {
  for (const { deliveryId, askedAt, isAcknowledged } of replays)
    if (
      isAcknowledged &&
      !byId.get(deliveryId)?.some(({ status, at }) => status === 200 && at >= askedAt - REPLAY_EARLY_MS)
    )
      list.add("lost replay", `${deliveryId}, asked for at ${askedAt}`);
};

/** From an acknowledged rotation on, the new secret signs, and the one before beside it. */
const checkSecrets = (log: readonly SinkLogLine[], { rotations }: DeskRecord, list: FaultList): void => {
  for (const { id, at, listener, signedBy } of log) {
    const own = rotations.filter((rotation) => rotation.listener === listener);
    const least = own.filter(({ acknowledgedAt }) => acknowledgedAt < at - SIGNED_BEFORE_MS).length;
    const most = own.filter(({ askedAt }) => askedAt <= at + REPLAY_EARLY_MS).length;
    const [number = -1, ...others] = signedBy;
    if (number < least || number > most)
      list.add("secret lost", `${id} at ${at}: signed by ${number}, not by ${least} to ${most}`);
    if (number > 0 ? others.length !== 1 || others[0] !== number - 1 : others.length > 0)
      list.add("signatures wrong", `${id}: signed by ${signedBy.join(" and ")}`);
  }
};

/** Returns how many copies there were. */
const checkSink = (deliveries: readonly Fields[], evidence: Evidence, list: FaultList): number => {
  const { log, channels, endedAt, copiesPerEnd, desk } = evidence;
  const replaysOf = Map.groupBy(desk.replays, ({ deliveryId }) => deliveryId);
  const known = new Map(deliveries.map((row) => [String(row["id"]), row]));
  const byId = Map.groupBy(log, ({ id }) => id);
  const copiesOf = new Map<string, number>();
  let copies = 0;
  for (const [id, lines] of byId) {
    const first = lines[0] as SinkLogLine;
    if (!known.has(id)) list.add("unknown message", JSON.stringify(first));
    if (lines.some(({ digest }) => digest !== first.digest)) list.add("body changed", id);
    if (lines.some(({ isSigned }) => !isSigned)) list.add("signature wrong", id);
    const taken = lines.filter(({ status }) => status === 200);
    const replays = [...(replaysOf.get(id) ?? [])];
    for (let index = 1; index < taken.length; index++) {
      const [before, after] = [taken[index - 1] as SinkLogLine, taken[index] as SinkLogLine];
      if (takeReplay(replays, before, after)) continue;
      copies++;
      const end = endedAt.findIndex((at) => at >= before.at - LATE_READ_MS && at <= after.at);
      const key = `${end}/${before.listener}`;
      copiesOf.set(key, (copiesOf.get(key) ?? 0) + 1);
      if (end < 0 || copiesPerEnd === 0)
        list.add("copy without a reason", `${id} at ${before.at} and ${after.at}`);
    }
  }
  for (const [key, count] of copiesOf)
    if (count > copiesPerEnd) list.add("more copies than in flight", `${count} at end/listener ${key}`);
  for (const [id, row] of known)
    if (row["status"] === "delivered" && !byId.get(id)?.some(({ status }) => status === 200))
      list.add("delivered, but never arrived", JSON.stringify(row));
  checkReplays(byId, desk, list);
  checkSecrets(log, desk, list);
  checkOrder(log, channels, list);
  return copies;
};

/** The first try of "triggered" comes before the first of "resolved". */
const checkOrder = (
  log: readonly SinkLogLine[],
  channels: readonly OracleChannel[],
  list: FaultList,
): void => {
  const seen = new Set<string>();
  const told = new Map(
    channels.map(({ listener, events }) => [listener, events.includes("alert.triggered")]),
  );
  for (const { listener, alertId, event } of log) {
    if (event === "alert.triggered") seen.add(`${listener} ${alertId}`);
    else if (event === "alert.resolved" && told.get(listener) && !seen.has(`${listener} ${alertId}`))
      list.add("resolved before triggered", `alert ${alertId} at listener ${listener}`);
  }
};

/** Everything that can be asked of a running product whose deliveries have settled. */
export const judge = async (evidence: Evidence): Promise<Verdict> => {
  const list = new FaultList();
  const { api, machines, channels, endedAt, copiesPerEnd } = evidence;
  const alerts = await api.list("/alerts");
  const deliveries = await api.list("/deliveries");
  checkAlerts(alerts, machines, list);
  await checkReadings(api, machines, list);
  checkDeliveries(deliveries, alerts, channels, list);
  const copies = checkSink(deliveries, evidence, list);
  return {
    faults: list.faults,
    alerts: alerts.length,
    deliveries: deliveries.length,
    copies,
    copiesAllowed: endedAt.length * channels.length * copiesPerEnd,
  };
};

/** Faults of the files themselves; the product must have stopped. */
export const judgeFiles = (dataDirectory: string): string[] =>
  ["andon.db", "samples.db"].flatMap((name) => {
    const database = new Database(join(dataDirectory, name), { readwrite: true });
    try {
      const integrity = database.query<{ integrity_check: string }, []>("PRAGMA integrity_check").all();
      const faults = integrity.map((row) => row.integrity_check).filter((text) => text !== "ok");
      const foreign = database.query<Fields, []>("PRAGMA foreign_key_check").all();
      return [
        ...faults.map((text) => `${name}: ${text}`),
        ...foreign.map((row) => `${name}: foreign key ${JSON.stringify(row)}`),
      ];
    } finally {
      database.close();
    }
  });
