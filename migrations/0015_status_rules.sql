-- Rules about the status of services and monitors, and services that take theirs from machines and alerts.

-- What a rule knows of a service or monitor. phase: pending_on (since), active; nothing while it is normal.
CREATE TABLE status_rule_states (
  rule_id TEXT NOT NULL REFERENCES rules (id) ON DELETE CASCADE,
  subject_id TEXT NOT NULL,
  phase TEXT NOT NULL,
  since INTEGER,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (rule_id, subject_id)
) WITHOUT ROWID;

-- Up to which row of the journal each service or monitor that a rule concerns has been looked at.
CREATE TABLE status_rule_positions (
  subject_id TEXT PRIMARY KEY,
  seq INTEGER NOT NULL
) WITHOUT ROWID;

-- Machines and alerts that a service's status follows, as people wrote them.
ALTER TABLE services ADD COLUMN status_from TEXT NOT NULL DEFAULT '[]';

-- What machines and alerts said last of such a service, until they have taken it back.
CREATE TABLE service_followed (
  service_id TEXT NOT NULL REFERENCES services (id) ON DELETE CASCADE,
  source_kind TEXT NOT NULL,
  source_id TEXT NOT NULL,
  source_name TEXT NOT NULL,
  status TEXT NOT NULL,
  PRIMARY KEY (service_id, source_kind, source_id)
) WITHOUT ROWID;
