-- What posts to us how a service stands: its address, what it posted, and what came of it.

-- Of tokens only the SHA-256 is here; `token_hint` is what may be shown. The HMAC secrets are sealed: NULL
-- where there is none, '' where there was one that can no longer be read. `settings` is JSON.
CREATE TABLE webhook_receivers (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES organizations (id),
  project_id TEXT NOT NULL,
  name TEXT NOT NULL,
  preset TEXT NOT NULL,
  is_active INTEGER NOT NULL,
  service_id TEXT REFERENCES services (id),
  settings TEXT NOT NULL,
  token_hash TEXT NOT NULL,
  token_hint TEXT NOT NULL,
  previous_token_hash TEXT,
  previous_token_until INTEGER,
  hmac_secret TEXT,
  previous_hmac_secret TEXT,
  previous_hmac_until INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) WITHOUT ROWID;
CREATE INDEX webhook_receivers_by_tenant ON webhook_receivers (tenant_id, id);

-- Each request that had the right token, as it came and as it ended. `is_verified`: its signature was right, or
-- none is asked for. `dedup_key` is set where a repetition is to be recognized. `items` is JSON, where one
-- request spoke of several things. `kept_bytes` is the length of `payload`, which may be cut, and of the rest.
CREATE TABLE webhook_receiver_log (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  receiver_id TEXT NOT NULL REFERENCES webhook_receivers (id),
  is_verified INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  source_ip TEXT NOT NULL,
  result TEXT NOT NULL,
  error TEXT,
  raw_status TEXT,
  mapped_status TEXT,
  previous_status TEXT,
  new_status TEXT,
  service_id TEXT,
  service_name TEXT,
  message TEXT,
  incident_id TEXT,
  window_id TEXT,
  alert_id TEXT,
  items TEXT,
  headers TEXT NOT NULL,
  payload TEXT,
  payload_bytes INTEGER NOT NULL,
  kept_bytes INTEGER NOT NULL,
  dedup_key TEXT,
  duplicate_of TEXT,
  reprocess_of TEXT
);
CREATE INDEX webhook_receiver_log_verified ON webhook_receiver_log (receiver_id, id) WHERE is_verified = 1;
CREATE INDEX webhook_receiver_log_refused ON webhook_receiver_log (receiver_id, id) WHERE is_verified = 0;
CREATE INDEX webhook_receiver_log_repeated ON webhook_receiver_log (receiver_id, dedup_key)
  WHERE dedup_key IS NOT NULL;

-- How much of the log there is, so that nobody has to count.
CREATE TABLE webhook_receiver_log_size (
  receiver_id TEXT PRIMARY KEY REFERENCES webhook_receivers (id),
  bytes INTEGER NOT NULL
) WITHOUT ROWID;

-- The maintenance windows of work that senders have announced: one per service and announcement.
CREATE TABLE webhook_receiver_windows (
  receiver_id TEXT NOT NULL REFERENCES webhook_receivers (id),
  service_id TEXT NOT NULL,
  key TEXT NOT NULL,
  window_id TEXT NOT NULL,
  PRIMARY KEY (receiver_id, service_id, key)
) WITHOUT ROWID;
CREATE INDEX webhook_receiver_log_reprocessed ON webhook_receiver_log (receiver_id, reprocess_of)
  WHERE reprocess_of IS NOT NULL;

-- Words that were not known when they came, in lower case: a person may say what they mean.
CREATE TABLE webhook_receiver_unknown_words (
  receiver_id TEXT NOT NULL REFERENCES webhook_receivers (id),
  word TEXT NOT NULL,
  count INTEGER NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  delivery_id TEXT NOT NULL,
  PRIMARY KEY (receiver_id, word)
) WITHOUT ROWID;

-- A person waits for the next payload, to choose its fields. `payload` is whole, and NULL until it has come.
CREATE TABLE webhook_receiver_teachings (
  receiver_id TEXT PRIMARY KEY REFERENCES webhook_receivers (id),
  started_at INTEGER NOT NULL,
  until INTEGER NOT NULL,
  captured_at INTEGER,
  delivery_id TEXT,
  headers TEXT,
  payload TEXT
);

-- What senders have reported as failing and not as over, where an alert was raised for it or where it ends by
-- itself: `expires_at`, when nobody repeats it. `report` is JSON: what is said of it at its end.
CREATE TABLE webhook_receiver_reported (
  receiver_id TEXT NOT NULL REFERENCES webhook_receivers (id),
  identity TEXT NOT NULL,
  alert_id TEXT,
  machine_id TEXT,
  expires_at INTEGER,
  report TEXT NOT NULL,
  PRIMARY KEY (receiver_id, identity)
) WITHOUT ROWID;
