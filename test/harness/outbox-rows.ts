// In: a store and a number. Out: as many deliveries as a plant of many lines leaves behind in a month, made
// without sending any: common and rare words, channels that never fail and one that does, a clock that was set back.
import { newId } from "../../src/core/ids";
import type { Engine } from "../../src/store/engine";
import { seededRandom } from "./random";

export interface MadeRow {
  seq: number;
  id: string;
  channelId: string;
  event: string;
  subjectId: string;
  machineId: string | null;
  status: string;
  outcome: string | null;
  createdAt: number;
}

export interface MadeOutbox {
  tenantId: string;
  channelIds: string[];
  machineIds: string[];
  rows: MadeRow[];
}

export interface MakeOptions {
  count: number;
  tenantId: string;
  /** A number of them, made here, or those that exist. */
  channels?: number | readonly string[];
  machines?: number;
  seed?: number;
  bodyBytes?: number;
  /** Between two deliveries, about. */
  stepMs?: number;
}

/** In ms. */
export const FIRST_AT = Date.UTC(2026, 0, 1);
const GROUP = 2_000;

const INSERT_CHANNEL =
  "INSERT INTO channels (id, tenant_id, name, type, config, is_active, health, consecutive_failures, created_at, updated_at) " +
  "VALUES (?, ?, ?, 'webhook', '{}', 1, 'active', 0, 0, 0)";

const INSERT_ROWS =
  "INSERT INTO outbox (seq, id, tenant_id, channel_id, event, subject_id, machine_id, urgency, body, content_type, " +
  "status, tries, attempts, next_attempt_at, outcome, created_at, finished_at) " +
  "SELECT value ->> 0, value ->> 1, ?1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, 1, zeroblob(?2), " +
  "'application/json', value ->> 6, 0, 1, value ->> 9, value ->> 7, value ->> 8, value ->> 10 FROM json_each(?3)";

const INSERT_ALERTS =
  "INSERT OR IGNORE INTO alerts (id, tenant_id, project_id, number, rule_id, rule_number, machine_id, machine_number, " +
  "machine_name, machine_type, labels, name, status, severity, message, metric_name, metric_value, threshold_value, " +
  "unit, triggered_at, fleeting, occurrences, created_at) " +
  "SELECT value ->> 0, ?1, '', value ->> 2, '', 1, value ->> 1, 1, '', '', '{}', '', 'resolved', 'critical', '', '', " +
  "0, 0, '', 0, 0, 1, 0 FROM json_each(?2)";

const FAILURES = ["timeout", "timeout", "timeout", "refused", "server_error", "dns"];

/** The same rows for the same seed, but for their IDs. */
export const makeOutbox = async (engine: Engine, options: MakeOptions): Promise<MadeOutbox> => {
  const { count, tenantId, bodyBytes = 900, stepMs = 2_500 } = options;
  const random = seededRandom(options.seed ?? 1);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const { channels = 8 } = options;
  const channelIds =
    typeof channels === "number" ? Array.from({ length: channels }, () => newId()) : [...channels];
  const machineIds = Array.from({ length: options.machines ?? 200 }, () => newId());
  if (typeof channels === "number")
    await engine.batch(
      channelIds.map((id, index) => ({ sql: INSERT_CHANNEL, params: [id, tenantId, `channel ${index}`] })),
    );
  const rows: MadeRow[] = [];
  let at = FIRST_AT;
  let subject = { id: newId(), machineId: pick(machineIds) };
  const alerts: [string, string, number][] = [[subject.id, subject.machineId, 1]];
  for (let seq = 1; seq <= count; seq++) {
    // Many share their moment, as those of one decision do; halfway the clock is set back by an hour.
    if (random() < 0.4) at += Math.floor(random() * 2 * stepMs);
    if (seq === Math.floor(count / 2)) at -= 3_600_000;
    if (random() < 0.3) {
      // The first machine is quiet: it had one alert near the beginning.
      const isFirst = seq > count / 50 && seq < count / 50 + 10;
      subject = { id: newId(), machineId: isFirst ? (machineIds[0] as string) : pick(machineIds.slice(1)) };
      alerts.push([subject.id, subject.machineId, alerts.length + 1]);
    }
    const luck = random();
    const channelId = pick(channelIds);
    const isBad = channelId === channelIds[1] ? luck < 0.5 : channelId !== channelIds[0] && luck < 0.01;
    const isCancelled = !isBad && luck > 0.999;
    const isWaiting = seq > count - 20 && luck < 0.6;
    const event =
      luck < 0.45
        ? "alert.triggered"
        : luck < 0.8
          ? "alert.resolved"
          : luck < 0.99
            ? "alert.acknowledged"
            : "alert.escalated";
    rows.push({
      seq,
      id: newId(),
      channelId,
      event,
      subjectId: subject.id,
      machineId: subject.machineId,
      status: isWaiting
        ? luck < 0.3
          ? "pending"
          : "held"
        : isBad
          ? "failed"
          : isCancelled
            ? "cancelled"
            : "delivered",
      outcome: isWaiting
        ? luck < 0.1
          ? "timeout"
          : null
        : isBad
          ? pick(FAILURES)
          : isCancelled
            ? null
            : "delivered",
      createdAt: at,
    });
  }
  for (let from = 0; from < rows.length; from += GROUP) {
    const group = rows
      .slice(from, from + GROUP)
      .map((row) => [
        row.seq,
        row.id,
        row.channelId,
        row.event,
        row.subjectId,
        row.machineId,
        row.status,
        row.outcome,
        row.createdAt,
        row.status === "pending" ? row.createdAt : null,
        row.status === "pending" || row.status === "held" ? null : row.createdAt + 40,
      ]);
    await engine.batch(
      [{ sql: INSERT_ROWS, params: [tenantId, bodyBytes, JSON.stringify(group)] }],
      "process",
    );
  }
  for (let from = 0; from < alerts.length; from += GROUP)
    await engine.batch(
      [{ sql: INSERT_ALERTS, params: [tenantId, JSON.stringify(alerts.slice(from, from + GROUP))] }],
      "process",
    );
  return { tenantId, channelIds, machineIds, rows };
};
