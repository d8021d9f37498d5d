// In: where messages may go, as this start was configured. Out: a journal row for every organization when
// that is not what it was at the start before: nobody widens it unseen.
import { SYSTEM } from "../core/actor";
import type { Clock } from "../core/clock";
import { journalStatement } from "../journal/append";
import type { Engine } from "../store/engine";

export interface OutboundSettings {
  mode: string;
  allow: readonly string[];
}

const KEY = "outbound_policy";
const FIND = "SELECT value FROM settings WHERE key = ?";
const KEEP =
  "INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value";

/** Once, at start. The first start of an instance keeps what it is and journals nothing. */
export const auditOutboundPolicy = async (
  { engine, clock }: { engine: Engine; clock: Clock },
  present: OutboundSettings,
  organizationIds: readonly string[],
): Promise<void> => {
  const text = JSON.stringify({ mode: present.mode, allow: present.allow });
  const [row] = await engine.query({ sql: FIND, params: [KEY] });
  const before = row?.[0];
  if (before === text) return;
  const previous = typeof before === "string" ? (JSON.parse(before) as OutboundSettings) : null;
  await engine.batch([
    { sql: KEEP, params: [KEY, text] },
    ...(previous === null ? [] : organizationIds).map((tenantId) =>
      journalStatement({
        tenantId,
        kind: "outbound.policy_changed",
        subjectId: tenantId,
        actor: SYSTEM,
        at: clock.now(),
        data: { mode: present.mode, allow: [...present.allow], previous },
      }),
    ),
  ]);
};
