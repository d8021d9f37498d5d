// In: nothing. Out: the one list of columns that hold secrets. What stands in them is sealed at every
// start: rows of an older version that were written in clear, and those of a key that is on its way out.

export interface SealedColumn {
  table: string;
  /** The primary key. */
  key: string;
  /** Text that `Vault.seal` gave, `cleared`, or NULL. Never read or written in clear. */
  column: string;
  /** What stands there when the secret was given up. */
  cleared: string | null;
}

/** A slice that keeps secrets adds its column here and seals what its repository writes. */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  { table: "channels", key: "id", column: "config", cleared: "{}" },
  { table: "channels", key: "id", column: "previous_secret", cleared: null },
  // Not null: a receiver whose secret is lost must not begin to take what is not signed.
  { table: "webhook_receivers", key: "id", column: "hmac_secret", cleared: "" },
  { table: "webhook_receivers", key: "id", column: "previous_hmac_secret", cleared: null },
  { table: "monitors", key: "id", column: "config", cleared: "{}" },
  { table: "status_page_subscribers", key: "id", column: "target", cleared: "" },
  { table: "status_page_subscribers", key: "id", column: "token", cleared: "" },
];
