-- andon.db: everything that must not be lost. Times are milliseconds since 1970 (UTC), IDs are
-- UUID version 7 as text, booleans are 0 and 1, JSON is text.

CREATE TABLE settings (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE organizations (
  id TEXT PRIMARY KEY,
  number INTEGER NOT NULL UNIQUE,
  name TEXT NOT NULL,
  slug TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE projects (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES organizations (id),
  number INTEGER NOT NULL,
  name TEXT NOT NULL,
  slug TEXT NOT NULL,
  is_default INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (tenant_id, number),
  UNIQUE (tenant_id, slug),
  UNIQUE (tenant_id, name)
) WITHOUT ROWID;

CREATE TABLE users (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES organizations (id),
  email TEXT NOT NULL COLLATE NOCASE UNIQUE,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  is_active INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX users_by_tenant ON users (tenant_id, id);

-- Only hashes of session IDs are kept.
CREATE TABLE sessions (
  id_hash TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  created_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  address TEXT NOT NULL,
  user_agent TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_by_user ON sessions (user_id);

-- Only hashes of API tokens are kept; `hint` is the last four characters.
CREATE TABLE api_tokens (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES organizations (id),
  name TEXT NOT NULL,
  token_hash TEXT NOT NULL UNIQUE,
  hint TEXT NOT NULL,
  scope TEXT NOT NULL,
  role TEXT NOT NULL,
  is_bootstrap INTEGER NOT NULL DEFAULT 0,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  last_used_at INTEGER,
  expires_at INTEGER
) WITHOUT ROWID;
CREATE INDEX api_tokens_by_tenant ON api_tokens (tenant_id, id);

-- Back-off of sign-in per account and per address, across restarts.
CREATE TABLE login_attempts (
  key TEXT PRIMARY KEY,
  failures INTEGER NOT NULL,
  last_failure_at INTEGER NOT NULL,
  blocked_until INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE idempotency_keys (
  tenant_id TEXT NOT NULL,
  key TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  status INTEGER NOT NULL,
  content_type TEXT NOT NULL,
  body TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, key)
) WITHOUT ROWID;
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

-- Everything that happened, in the order of commits. Never updated.
CREATE TABLE journal (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  actor TEXT NOT NULL,
  at INTEGER NOT NULL,
  data TEXT NOT NULL
);
CREATE INDEX journal_by_subject ON journal (subject_id, seq);

CREATE TABLE journal_positions (
  reader TEXT PRIMARY KEY,
  seq INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE machines (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES organizations (id),
  project_id TEXT NOT NULL REFERENCES projects (id),
  number INTEGER NOT NULL,
  name TEXT NOT NULL,
  display_name TEXT,
  type TEXT NOT NULL,
  labels TEXT NOT NULL,
  approval TEXT NOT NULL,
  status TEXT NOT NULL,
  offline_after_seconds INTEGER,
  last_contact_at INTEGER,
  last_heartbeat_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (tenant_id, name),
  UNIQUE (tenant_id, number)
) WITHOUT ROWID;

-- How a metric of a machine is shown.
CREATE TABLE metrics (
  machine_id TEXT NOT NULL REFERENCES machines (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  display_name TEXT,
  unit TEXT,
  decimals INTEGER,
  range_low REAL,
  range_high REAL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (machine_id, name)
) WITHOUT ROWID;

-- One line of values: a machine, a metric and the remaining tags. `evaluated_until` is the device
-- time up to which rules have seen it; it may lag a second, but never behind a transition.
CREATE TABLE series (
  id INTEGER PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  machine_id TEXT NOT NULL REFERENCES machines (id) ON DELETE CASCADE,
  metric TEXT NOT NULL,
  labels TEXT NOT NULL,
  last_value REAL,
  last_time INTEGER,
  last_received_at INTEGER,
  evaluated_until INTEGER,
  quality TEXT NOT NULL DEFAULT 'good',
  clock_skew_ms INTEGER,
  created_at INTEGER NOT NULL,
  UNIQUE (machine_id, metric, labels)
);

CREATE TABLE rules (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES organizations (id),
  number INTEGER NOT NULL,
  name TEXT NOT NULL,
  severity TEXT NOT NULL,
  is_active INTEGER NOT NULL,
  selector TEXT NOT NULL,
  condition TEXT NOT NULL,
  message TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (tenant_id, number)
) WITHOUT ROWID;
CREATE INDEX rules_by_tenant ON rules (tenant_id, id);

-- What a rule knows of a series (of the machine itself where series_id is 0).
-- phase: normal, pending_on (since), active, pending_off (since).
CREATE TABLE rule_states (
  rule_id TEXT NOT NULL REFERENCES rules (id) ON DELETE CASCADE,
  machine_id TEXT NOT NULL REFERENCES machines (id) ON DELETE CASCADE,
  series_id INTEGER NOT NULL,
  phase TEXT NOT NULL,
  since INTEGER,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (rule_id, machine_id, series_id)
) WITHOUT ROWID;

CREATE TABLE alerts (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  project_id TEXT NOT NULL,
  number INTEGER NOT NULL,
  rule_id TEXT NOT NULL,
  rule_number INTEGER NOT NULL,
  machine_id TEXT NOT NULL,
  machine_number INTEGER NOT NULL,
  machine_name TEXT NOT NULL,
  machine_type TEXT NOT NULL,
  labels TEXT NOT NULL,
  name TEXT NOT NULL,
  status TEXT NOT NULL,
  severity TEXT NOT NULL,
  message TEXT NOT NULL,
  metric_name TEXT NOT NULL,
  metric_value REAL NOT NULL,
  threshold_value REAL NOT NULL,
  unit TEXT NOT NULL,
  decimals INTEGER,
  triggered_at INTEGER NOT NULL,
  acknowledged_at INTEGER,
  acknowledged_by TEXT,
  resolved_at INTEGER,
  resolved_by TEXT,
  resolve_reason TEXT,
  fleeting INTEGER NOT NULL,
  occurrences INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX alerts_open ON alerts (rule_id, machine_id) WHERE status <> 'resolved';
CREATE UNIQUE INDEX alerts_by_number ON alerts (tenant_id, number);
CREATE INDEX alerts_by_machine ON alerts (machine_id, number);
CREATE INDEX alerts_by_status ON alerts (tenant_id, status, number);

CREATE TABLE escalation_policies (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES organizations (id),
  name TEXT NOT NULL,
  severity TEXT NOT NULL,
  is_active INTEGER NOT NULL,
  steps TEXT NOT NULL,
  is_flat INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX escalation_policies_by_tenant ON escalation_policies (tenant_id, id);

-- One row per step that will come due unless somebody acknowledges.
CREATE TABLE escalation_runs (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  policy_id TEXT NOT NULL,
  alert_id TEXT NOT NULL,
  step INTEGER NOT NULL,
  status TEXT NOT NULL,
  reason TEXT,
  due_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  finished_at INTEGER,
  UNIQUE (alert_id, policy_id, step)
) WITHOUT ROWID;
CREATE INDEX escalation_runs_due ON escalation_runs (due_at) WHERE status = 'pending';

CREATE TABLE channels (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES organizations (id),
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  -- As given, secret values included: only the channel's repository reads it.
  config TEXT NOT NULL,
  is_active INTEGER NOT NULL,
  events TEXT,
  filters TEXT,
  failure_channel_id TEXT,
  health TEXT NOT NULL,
  health_reason TEXT,
  consecutive_failures INTEGER NOT NULL,
  last_success_at INTEGER,
  last_failure_at INTEGER,
  deleted_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX channels_by_tenant ON channels (tenant_id, id);

-- Attempts per channel and hour (ms of its beginning), for the success rate.
CREATE TABLE channel_hours (
  channel_id TEXT NOT NULL,
  hour INTEGER NOT NULL,
  delivered INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  PRIMARY KEY (channel_id, hour)
) WITHOUT ROWID;

-- One row per message and channel. `seq` is the order of decisions; `id` is the webhook-id.
CREATE TABLE outbox (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  tenant_id TEXT NOT NULL,
  channel_id TEXT NOT NULL,
  event TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  machine_id TEXT,
  -- 0 overtakes 1, 1 overtakes 2 (critical, everything else, replays and backlog).
  urgency INTEGER NOT NULL,
  body BLOB NOT NULL,
  content_type TEXT NOT NULL,
  status TEXT NOT NULL,
  -- Counts of the present schedule; a resume or replay starts it again. attempts counts all.
  tries INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  next_attempt_at INTEGER,
  epoch INTEGER NOT NULL DEFAULT 0,
  outcome TEXT,
  reason TEXT,
  replay_of TEXT,
  created_at INTEGER NOT NULL,
  delivered_at INTEGER,
  finished_at INTEGER
);
CREATE INDEX outbox_due ON outbox (channel_id, urgency, next_attempt_at, seq) WHERE status IN ('pending', 'sending');
CREATE INDEX outbox_held ON outbox (channel_id) WHERE status = 'held';
-- Only attempts that take longer than a moment are marked: few rows, read at start.
CREATE INDEX outbox_sending ON outbox (epoch) WHERE status = 'sending';
-- What went wrong is looked for among everything that went right.
CREATE INDEX outbox_troubled ON outbox (tenant_id, seq) WHERE outcome <> 'delivered';
CREATE INDEX outbox_by_channel ON outbox (channel_id, seq);
CREATE INDEX outbox_by_subject ON outbox (subject_id, seq);

-- One row per try of a delivery. Headers are masked before they get here.
CREATE TABLE attempts (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  delivery_seq INTEGER NOT NULL,
  channel_id TEXT NOT NULL,
  number INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  status_code INTEGER,
  error TEXT,
  address TEXT,
  queued_at INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  first_byte_ms REAL,
  total_ms REAL NOT NULL,
  request_headers TEXT NOT NULL,
  response_headers TEXT,
  response_body TEXT
);
CREATE INDEX attempts_by_delivery ON attempts (delivery_seq, seq);
CREATE INDEX attempts_by_channel ON attempts (channel_id, seq);
