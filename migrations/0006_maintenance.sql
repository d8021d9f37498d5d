-- Planned work: what is worked on is muted, shown as maintenance, and left out of uptime.

-- Of a recurring window (cron is set), starts_at and ends_at bound the beginnings of its occurrences, and
-- `planned_until` is the last of them that has a row.
CREATE TABLE maintenance_windows (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES organizations (id),
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  targets TEXT NOT NULL,
  starts_at INTEGER,
  ends_at INTEGER,
  cron TEXT,
  duration_seconds INTEGER,
  time_zone TEXT NOT NULL,
  planned_until INTEGER,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) WITHOUT ROWID;
CREATE INDEX maintenance_windows_by_tenant ON maintenance_windows (tenant_id, id);

-- status: scheduled, active, ended, cancelled. `starts_at` is the slot that was planned: each begins once.
-- `targets` and `service_ids` are what it covers and what it shows as maintenance, once it has begun.
CREATE TABLE maintenance_occurrences (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  window_id TEXT NOT NULL REFERENCES maintenance_windows (id) ON DELETE CASCADE,
  starts_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL,
  status TEXT NOT NULL,
  targets TEXT NOT NULL,
  service_ids TEXT NOT NULL,
  started_at INTEGER,
  ended_at INTEGER,
  UNIQUE (window_id, starts_at)
) WITHOUT ROWID;
CREATE INDEX maintenance_occurrences_open ON maintenance_occurrences (status) WHERE status IN ('scheduled', 'active');
CREATE INDEX maintenance_occurrences_by_end ON maintenance_occurrences (ended_at) WHERE ended_at IS NOT NULL;

-- How an organization counts uptime.
CREATE TABLE sla_settings (
  tenant_id TEXT PRIMARY KEY REFERENCES organizations (id),
  degraded_weight REAL NOT NULL,
  time_zone TEXT NOT NULL,
  updated_at INTEGER NOT NULL
) WITHOUT ROWID;

-- What a rule about the status of services knows of one: phase and since as in rule_states.
CREATE TABLE service_rule_states (
  rule_id TEXT NOT NULL REFERENCES rules (id) ON DELETE CASCADE,
  service_id TEXT NOT NULL REFERENCES services (id) ON DELETE CASCADE,
  phase TEXT NOT NULL,
  since INTEGER,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (rule_id, service_id)
) WITHOUT ROWID;
