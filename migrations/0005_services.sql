-- What a status page lists, what sources say about it, and what people work on when it fails.

-- `name_key` is the name as it is compared. `status` is what is shown; it follows from service_words.
-- `told_status` is the last one that channels were told, `silenced_by` why they were not told a later one.
CREATE TABLE services (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES organizations (id),
  project_id TEXT NOT NULL REFERENCES projects (id),
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  group_name TEXT,
  description TEXT NOT NULL,
  position INTEGER NOT NULL,
  owner TEXT,
  depends_on TEXT NOT NULL,
  sla_target REAL,
  degraded_weight REAL,
  status TEXT NOT NULL,
  message TEXT NOT NULL,
  told_status TEXT NOT NULL,
  silenced_by TEXT,
  changed_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) WITHOUT ROWID;
CREATE INDEX services_by_tenant ON services (tenant_id, id);
CREATE UNIQUE INDEX services_by_name ON services (tenant_id, name_key) WHERE deleted_at IS NULL;

-- The last word of each source that does not say operational.
CREATE TABLE service_words (
  service_id TEXT NOT NULL REFERENCES services (id) ON DELETE CASCADE,
  source_kind TEXT NOT NULL,
  source_id TEXT NOT NULL,
  source_name TEXT NOT NULL,
  status TEXT NOT NULL,
  message TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (service_id, source_kind, source_id)
) WITHOUT ROWID;

-- One row per change of the shown status. Never updated.
CREATE TABLE service_history (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant_id TEXT NOT NULL,
  service_id TEXT NOT NULL REFERENCES services (id) ON DELETE CASCADE,
  status TEXT NOT NULL,
  previous_status TEXT NOT NULL,
  message TEXT NOT NULL,
  source_kind TEXT NOT NULL,
  source_id TEXT NOT NULL,
  source_name TEXT NOT NULL,
  at INTEGER NOT NULL
);
CREATE INDEX service_history_by_service ON service_history (service_id, id);

-- What uptime is computed from: without gaps from the service's creation to now. One span is open.
CREATE TABLE service_spans (
  id INTEGER PRIMARY KEY,
  service_id TEXT NOT NULL REFERENCES services (id) ON DELETE CASCADE,
  state TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at INTEGER
);
CREATE UNIQUE INDEX service_spans_open ON service_spans (service_id) WHERE ended_at IS NULL;
CREATE INDEX service_spans_by_service ON service_spans (service_id, started_at);

-- `services`, `monitor` and `probe` are as they were told; incident_services finds incidents by service.
-- `source_service_id` is set for automatic incidents, to '' where their source has no service: at most one is
-- open per service and source. `since_at` is when it was opened, or opened again.
CREATE TABLE incidents (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES organizations (id),
  project_id TEXT NOT NULL,
  number INTEGER NOT NULL,
  code TEXT NOT NULL,
  title TEXT NOT NULL,
  status TEXT NOT NULL,
  severity TEXT NOT NULL,
  message TEXT NOT NULL,
  services TEXT NOT NULL,
  monitor TEXT,
  probe TEXT,
  final_response_code INTEGER,
  is_auto_resolved INTEGER NOT NULL,
  engineer_notes TEXT NOT NULL,
  post_mortem TEXT,
  service_status TEXT,
  source_kind TEXT NOT NULL,
  source_id TEXT,
  source_name TEXT NOT NULL,
  source_service_id TEXT,
  is_told INTEGER NOT NULL,
  silenced_by TEXT,
  merged_into TEXT,
  reopened_count INTEGER NOT NULL,
  opened_at INTEGER NOT NULL,
  since_at INTEGER NOT NULL,
  resolved_at INTEGER,
  updated_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX incidents_by_number ON incidents (tenant_id, number);
CREATE INDEX incidents_by_status ON incidents (tenant_id, status, number);
CREATE UNIQUE INDEX incidents_automatic ON incidents (source_service_id, source_kind, source_id)
  WHERE status <> 'resolved' AND source_service_id IS NOT NULL;
CREATE INDEX incidents_by_source ON incidents (source_service_id, source_kind, source_id, number)
  WHERE source_service_id IS NOT NULL;

CREATE TABLE incident_services (
  service_id TEXT NOT NULL,
  incident_id TEXT NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
  PRIMARY KEY (service_id, incident_id)
) WITHOUT ROWID;
CREATE INDEX incident_services_by_incident ON incident_services (incident_id);

-- What people read about an incident, the first message included. Never updated.
CREATE TABLE incident_updates (
  id TEXT PRIMARY KEY,
  incident_id TEXT NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
  status TEXT NOT NULL,
  message TEXT NOT NULL,
  is_public INTEGER NOT NULL,
  actor TEXT NOT NULL,
  at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX incident_updates_by_incident ON incident_updates (incident_id, id);
