-- What Andon looks at by itself, and what is expected to report to it.

-- `number` is never used twice: rows of results are kept under it. `config` is sealed as a whole: addresses,
-- headers and bodies may hold secrets. `name_key` is the name as it is compared.
CREATE TABLE monitors (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  tenant_id TEXT NOT NULL REFERENCES organizations (id),
  project_id TEXT NOT NULL REFERENCES projects (id),
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  group_name TEXT,
  description TEXT NOT NULL,
  type TEXT NOT NULL,
  config TEXT NOT NULL,
  expect TEXT NOT NULL,
  interval_seconds INTEGER NOT NULL,
  timeout_seconds INTEGER NOT NULL,
  failure_threshold INTEGER NOT NULL,
  success_threshold INTEGER NOT NULL,
  severity TEXT NOT NULL,
  region TEXT,
  service_id TEXT,
  service_status TEXT NOT NULL,
  is_active INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX monitors_by_name ON monitors (tenant_id, name_key);

-- How each one stands. `reported_for` is the service (empty: none) whose incident is open because of it.
-- The last four columns are a heartbeat's.
CREATE TABLE monitor_states (
  monitor_no INTEGER PRIMARY KEY REFERENCES monitors (number) ON DELETE CASCADE,
  status TEXT NOT NULL,
  since INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  successes INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  next_due_at INTEGER,
  last_at INTEGER,
  last_outcome TEXT,
  last_reason TEXT,
  last_code INTEGER,
  last_latency_ms INTEGER,
  reported_for TEXT,
  last_ping_at INTEGER,
  started_at INTEGER,
  start_run TEXT,
  last_duration_ms INTEGER
);

-- The last results of each: a ring, so that it never grows. Not tied to the monitor: it goes with it.
CREATE TABLE monitor_results (
  monitor_no INTEGER NOT NULL,
  slot INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  at INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  reason TEXT,
  code INTEGER,
  latency_ms INTEGER,
  source TEXT,
  PRIMARY KEY (monitor_no, slot)
) WITHOUT ROWID;

-- What jobs said when they reported: a smaller ring.
CREATE TABLE monitor_bodies (
  monitor_no INTEGER NOT NULL,
  slot INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (monitor_no, slot)
) WITHOUT ROWID;

-- Results per minute and per hour (`span_seconds`), for charts.
CREATE TABLE monitor_summaries (
  monitor_no INTEGER NOT NULL,
  span_seconds INTEGER NOT NULL,
  at INTEGER NOT NULL,
  up INTEGER NOT NULL,
  down INTEGER NOT NULL,
  unknown INTEGER NOT NULL,
  latency_sum INTEGER NOT NULL,
  latency_min INTEGER NOT NULL,
  latency_max INTEGER NOT NULL,
  PRIMARY KEY (monitor_no, span_seconds, at)
) WITHOUT ROWID;

-- Of each project: the key in the addresses of heartbeats that are found by their names. Only its digest.
CREATE TABLE ping_keys (
  project_id TEXT PRIMARY KEY REFERENCES projects (id) ON DELETE CASCADE,
  tenant_id TEXT NOT NULL REFERENCES organizations (id),
  key_hash TEXT NOT NULL UNIQUE,
  hint TEXT NOT NULL,
  created_at INTEGER NOT NULL
) WITHOUT ROWID;
