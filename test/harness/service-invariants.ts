// In: the database of a product, which may be running. Out: everything in it that contradicts itself: what services
// show, what was said about them, their history, uptime, journal, incidents, alerts and messages.
import { Database } from "bun:sqlite";
import { join } from "node:path";
import type { ServiceStatus } from "../../src/core/events";
import { shownWord, type StatusWord } from "../../src/services/words";

type Row = (string | number | null)[];

const read = (database: Database, sql: string): Row[] => database.query(sql).values() as Row[];

const group = <T>(rows: readonly Row[], make: (row: Row) => T): Map<string, T[]> => {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const key = String(row[0]);
    groups.set(key, [...(groups.get(key) ?? []), make(row)]);
  }
  return groups;
};

interface Change {
  status: string;
  previous: string;
  at: number;
}

interface Span {
  state: string;
  startedAt: number;
  endedAt: number | null;
}

const judgeService = (
  service: { id: string; status: string },
  facts: { changes: Change[]; spans: Span[]; words: StatusWord[]; journalled: string[] },
): string[] => {
  const found: string[] = [];
  const say = (what: string): void => void found.push(`service ${service.id}: ${what}`);
  const { changes, spans, words, journalled } = facts;
  const last = changes.at(-1)?.status ?? "operational";
  if (last !== service.status) say(`shows ${service.status}, its history ends with ${last}`);
  const shown = shownWord(words)?.status ?? "operational";
  if (shown !== service.status) say(`shows ${service.status}, its words say ${shown}`);
  let before = "operational";
  for (const { status, previous } of changes) {
    if (previous !== before) say(`its history goes from ${before} to ${previous}`);
    before = status;
  }
  if (spans.length !== changes.length + 1) say(`${changes.length} changes make ${spans.length} spans`);
  for (const [index, { state, startedAt, endedAt }] of spans.entries()) {
    const next = spans[index + 1];
    if ((next === undefined) !== (endedAt === null)) say("a span is open that is not the last, or none is");
    if (endedAt !== null && endedAt < startedAt) say("a span has a negative length");
    if (next !== undefined && next.startedAt !== endedAt) say("there is a gap between two spans");
    const due = index === 0 ? "operational" : changes[index - 1]?.status;
    if (state !== due) say(`a span says ${state} where ${due} was shown`);
  }
  if (journalled.join() !== changes.map(({ status }) => status).join())
    say(`the journal tells of ${journalled.length} changes, the history of ${changes.length}`);
  return found;
};

/** A service's history is read along its spans. */
const judgeHistory = (database: Database): string[] =>
  read(
    database,
    `SELECT h.id FROM service_history h LEFT JOIN service_spans s ON s.history_id = h.id
     WHERE s.id IS NULL OR s.service_id <> h.service_id OR s.started_at <> h.at OR s.state <> h.status`,
  ).map(([id]) => `change ${id}: no span begins with it`);

const judgeReceivers = (database: Database): string[] => {
  const found: string[] = [];
  for (const [id, logged, changed] of read(
    database,
    `SELECT r.id,
      (SELECT coalesce(SUM(CASE WHEN l.items IS NULL THEN l.previous_status <> l.new_status
        ELSE (SELECT COUNT(*) FROM json_each(l.items) i
          WHERE json_extract(i.value, '$.previousStatus') <> json_extract(i.value, '$.newStatus')) END), 0)
        FROM webhook_receiver_log l WHERE l.receiver_id = r.id AND l.result = 'processed'),
      (SELECT COUNT(*) FROM service_history h WHERE h.source_kind = 'receiver' AND substr(h.source_id, 1, 36) = r.id)
     FROM webhook_receivers r`,
  ))
    if (logged !== changed)
      found.push(`receiver ${id}: ${logged} changes in its log, ${changed} in the history`);
  const [size] = read(
    database,
    `SELECT (SELECT coalesce(SUM(bytes), 0) FROM webhook_receiver_log_size),
      (SELECT coalesce(SUM(kept_bytes), 0) FROM webhook_receiver_log)`,
  );
  if (size?.[0] !== size?.[1]) found.push(`the log's size is counted as ${size?.[0]} and is ${size?.[1]}`);
  // Where incidents are opened and resolved by themselves, one is open as long as the receiver complains, and none
  // when it does not. Maintenance neither opens nor resolves one.
  for (const [receiver, service, word, open] of read(
    database,
    `SELECT r.id, s.id,
      (SELECT max(CASE w.status WHEN 'maintenance' THEN 1 ELSE 2 END) FROM service_words w
        WHERE w.service_id = s.id AND w.source_kind = 'receiver' AND substr(w.source_id, 1, 36) = r.id),
      (SELECT COUNT(*) FROM incidents i WHERE i.source_kind = 'receiver' AND i.source_id = r.id
        AND i.source_service_id = s.id AND i.status <> 'resolved')
     FROM webhook_receivers r JOIN services s ON s.tenant_id = r.tenant_id
     WHERE r.deleted_at IS NULL AND s.deleted_at IS NULL AND r.settings LIKE '%"autoCreateIncidents":true%'
       AND r.settings LIKE '%"autoResolveIncidents":true%' AND r.settings LIKE '%"alerts":null%'`,
  ))
    if (word === 1 ? Number(open) > 1 : open !== (word === 2 ? 1 : 0))
      found.push(`receiver ${receiver}, service ${service}: ${open} incidents are open`);
  for (const [id] of read(
    database,
    `SELECT p.alert_id FROM webhook_receiver_reported p LEFT JOIN alerts a ON a.id = p.alert_id
     WHERE p.alert_id IS NOT NULL AND a.id IS NULL`,
  ))
    found.push(`alert ${id}: it is reported, and is not there`);
  for (const [id] of read(
    database,
    `SELECT a.id FROM alerts a WHERE a.rule_number = 0 AND a.status <> 'resolved'
     AND NOT EXISTS (SELECT 1 FROM webhook_receiver_reported p WHERE p.alert_id = a.id)`,
  ))
    found.push(`alert ${id}: nobody reports it any more, and it is open`);
  return found;
};

/** What the journal says last of incidents and alerts is what they are. */
const judgeSubjects = (database: Database): string[] => {
  const found: string[] = [];
  for (const [id, status, severity, journalled, isGrave, updates, steps] of read(
    database,
    `SELECT i.id, i.status, i.severity, json_extract(j.data, '$.incident.status'),
      json_extract(j.data, '$.incident.severity'),
      (SELECT COUNT(*) FROM incident_updates u WHERE u.incident_id = i.id),
      (SELECT COUNT(*) FROM journal k WHERE k.subject_id = i.id AND k.kind IN
        ('incident.opened', 'incident.updated', 'incident.reopened', 'incident.resolved'))
     FROM incidents i LEFT JOIN journal j ON j.seq = (SELECT MAX(seq) FROM journal k
      WHERE k.subject_id = i.id AND json_extract(k.data, '$.incident') IS NOT NULL)`,
  )) {
    if (status !== journalled || severity !== isGrave)
      found.push(`incident ${id}: is ${status} (${severity}), the journal says ${journalled} (${isGrave})`);
    if (updates !== steps) found.push(`incident ${id}: ${updates} updates, ${steps} rows in the journal`);
  }
  for (const [id, status, journalled] of read(
    database,
    `SELECT a.id, a.status, json_extract(j.data, '$.alert.status') FROM alerts a
     LEFT JOIN journal j ON j.seq = (SELECT MAX(seq) FROM journal k WHERE k.subject_id = a.id
      AND k.kind IN ('alert.triggered', 'alert.acknowledged', 'alert.resolved'))`,
  ))
    if (status !== journalled) found.push(`alert ${id}: is ${status}, the journal says ${journalled}`);
  return found;
};

/** By message: the kinds of rows in the journal that are told as it. */
const TOLD_AS: Readonly<Record<string, readonly string[]>> = {
  "service.status_changed": ["service.status_changed", "service.announced"],
  "incident.opened": ["incident.opened", "incident.reopened", "incident.announced"],
  "incident.updated": ["incident.updated"],
  "incident.resolved": ["incident.resolved"],
  "alert.triggered": ["alert.triggered", "alert.announced"],
  "alert.acknowledged": ["alert.acknowledged"],
  "alert.resolved": ["alert.resolved"],
};

/** Of each subject and kind, every channel has a message, or the journal says why it has none. */
const judgeMessages = (database: Database): string[] => {
  const found: string[] = [];
  const [channels] = read(database, "SELECT COUNT(*) FROM channels WHERE deleted_at IS NULL");
  const count = Number(channels?.[0]);
  for (const [event, kinds] of Object.entries(TOLD_AS)) {
    const list = kinds.map((kind) => `'${kind}'`).join(", ");
    for (const [subject, happened, untold, sent] of read(
      database,
      `SELECT s.id, coalesce(j.happened, 0), coalesce(j.untold, 0), coalesce(o.sent, 0)
       FROM (SELECT subject_id AS id FROM journal WHERE kind IN (${list})
         UNION SELECT subject_id FROM outbox WHERE event = '${event}') s
       LEFT JOIN (SELECT subject_id, COUNT(*) AS happened,
         SUM((SELECT COUNT(*) FROM json_each(data, '$.untold'))) AS untold
         FROM journal WHERE kind IN (${list}) GROUP BY 1) j ON j.subject_id = s.id
       LEFT JOIN (SELECT subject_id, COUNT(*) AS sent FROM outbox WHERE event = '${event}' GROUP BY 1) o
         ON o.subject_id = s.id`,
    ))
      if (Number(sent) + Number(untold) !== Number(happened) * count)
        found.push(
          `${event} of ${subject}: happened ${happened} times, ${sent} messages, ${untold} kept back, ${count} channels`,
        );
  }
  return found;
};

/** Empty when everything agrees. Channels were there from the beginning, and none was taken away. */
export const findContradictions = (dataDirectory: string): string[] => {
  const database = new Database(join(dataDirectory, "andon.db"), { readonly: true });
  try {
    // One moment for all of it.
    database.run("BEGIN");
    const changes = group(
      read(database, "SELECT service_id, status, previous_status, at FROM service_history ORDER BY id"),
      ([, status, previous, at]): Change => ({
        status: String(status),
        previous: String(previous),
        at: Number(at),
      }),
    );
    const spans = group(
      read(database, "SELECT service_id, state, started_at, ended_at FROM service_spans ORDER BY id"),
      ([, state, startedAt, endedAt]): Span => ({
        state: String(state),
        startedAt: Number(startedAt),
        endedAt: endedAt === null ? null : Number(endedAt),
      }),
    );
    const words = group(
      read(
        database,
        "SELECT service_id, source_kind, source_id, source_name, status, message, at FROM service_words ORDER BY at, source_id",
      ),
      ([, kind, id, name, status, message, at]): StatusWord => ({
        source: { kind: kind as StatusWord["source"]["kind"], id: String(id), name: String(name) },
        status: status as ServiceStatus,
        message: String(message),
        at: Number(at),
      }),
    );
    const journalled = group(
      read(
        database,
        "SELECT subject_id, json_extract(data, '$.service.status') FROM journal WHERE kind = 'service.status_changed' ORDER BY seq",
      ),
      ([, status]) => String(status),
    );
    const services = read(database, "SELECT id, status FROM services WHERE deleted_at IS NULL");
    return [
      ...services.flatMap(([id, status]) =>
        judgeService(
          { id: String(id), status: String(status) },
          {
            changes: changes.get(String(id)) ?? [],
            spans: spans.get(String(id)) ?? [],
            words: words.get(String(id)) ?? [],
            journalled: journalled.get(String(id)) ?? [],
          },
        ),
      ),
      ...judgeHistory(database),
      ...judgeReceivers(database),
      ...judgeSubjects(database),
      ...judgeMessages(database),
    ];
  } finally {
    database.close();
  }
};
