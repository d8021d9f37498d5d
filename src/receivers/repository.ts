// In: receivers as rows. Out: reads, and the statements that a commit holds. The HMAC secrets are sealed:
// nothing but this file reads or writes them.
import { and, eq, isNull } from "drizzle-orm";
import type { Vault } from "../core/vault";
import type { Statement } from "../store/engine";
import { statementOf } from "../store/statement";
import type { Store } from "../store/store";
import { webhookReceivers } from "./schema";

type Row = typeof webhookReceivers.$inferSelect;

/** A receiver as it is durable. Replaced, never changed: whoever holds one holds a moment. */
export interface ReceiverRecord extends Readonly<
  Omit<Row, "hmacSecret" | "previousHmacSecret" | "deletedAt">
> {
  /** Null where no signature is asked for. */
  readonly hmacSecret: string | null;
  /** Still accepted until `previousHmacUntil`. */
  readonly previousHmacSecret: string | null;
  /** There is a secret, and nobody can read it any more: no signature can be right. */
  readonly isSecretLost: boolean;
}

/** What stands where a secret was given up (`store/sealed-columns.ts`). */
const LOST = "";

const openSecret = (sealed: string | null, vault: Vault): string | null => {
  if (sealed === null || sealed === LOST) return null;
  try {
    return vault.open(sealed);
  } catch {
    return null;
  }
};

const recordOf = ({ deletedAt: _deletedAt, ...row }: Row, vault: Vault): ReceiverRecord => {
  const hmacSecret = openSecret(row.hmacSecret, vault);
  return {
    ...row,
    // Receivers of before have none.
    settings: { ...row.settings, timeField: row.settings.timeField ?? null },
    hmacSecret,
    previousHmacSecret: openSecret(row.previousHmacSecret, vault),
    isSecretLost: row.hmacSecret !== null && hmacSecret === null,
  };
};

const seal = (secret: string | null, vault: Vault): string | null =>
  secret === null ? null : vault.seal(secret);

const rowOf = ({ isSecretLost, ...record }: ReceiverRecord, vault: Vault): Row => ({
  ...record,
  hmacSecret: isSecretLost ? LOST : seal(record.hmacSecret, vault),
  previousHmacSecret: seal(record.previousHmacSecret, vault),
  deletedAt: null,
});

const FORGET_PREVIOUS = `UPDATE webhook_receivers SET
  previous_token_hash = CASE WHEN previous_token_until <= ?1 THEN NULL ELSE previous_token_hash END,
  previous_token_until = CASE WHEN previous_token_until <= ?1 THEN NULL ELSE previous_token_until END,
  previous_hmac_secret = CASE WHEN previous_hmac_until <= ?1 THEN NULL ELSE previous_hmac_secret END,
  previous_hmac_until = CASE WHEN previous_hmac_until <= ?1 THEN NULL ELSE previous_hmac_until END
  WHERE id = ?2`;

/** What was replaced and whose time is up by then leaves the file. */
export const forgetPreviousStatement = (id: string, now: number): Statement => ({
  sql: FORGET_PREVIOUS,
  params: [now, id],
});

export const createReceiverRepository = ({ db, vault }: Pick<Store, "db" | "vault">) => ({
  all: async (): Promise<ReceiverRecord[]> =>
    (await db.select().from(webhookReceivers).where(isNull(webhookReceivers.deletedAt))).map((row) =>
      recordOf(row, vault),
    ),

  insert: (record: ReceiverRecord): Statement =>
    statementOf(db.insert(webhookReceivers).values(rowOf(record, vault)), 1),

  update: (record: ReceiverRecord): Statement => {
    const { id, tenantId, ...rest } = rowOf(record, vault);
    return statementOf(
      db
        .update(webhookReceivers)
        .set(rest)
        .where(
          and(
            eq(webhookReceivers.id, id),
            eq(webhookReceivers.tenantId, tenantId),
            isNull(webhookReceivers.deletedAt),
          ),
        ),
      1,
    );
  },

  /** Its token opens nothing any more, and its secrets are gone; the log follows (`retention.ts`). */
  remove: (id: string, now: number): Statement =>
    statementOf(
      db
        .update(webhookReceivers)
        .set({
          deletedAt: now,
          updatedAt: now,
          tokenHash: "",
          previousTokenHash: null,
          previousTokenUntil: null,
          hmacSecret: null,
          previousHmacSecret: null,
          previousHmacUntil: null,
        })
        .where(and(eq(webhookReceivers.id, id), isNull(webhookReceivers.deletedAt))),
      1,
    ),
});

export type ReceiverRepository = ReturnType<typeof createReceiverRepository>;
