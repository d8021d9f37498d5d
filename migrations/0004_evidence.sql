-- Lists of deliveries are merged, newest first, from one line per channel and event.
DROP INDEX outbox_by_channel;
CREATE INDEX outbox_by_channel ON outbox (channel_id, event, created_at);

-- What went wrong is looked for among everything that went right: likewise, per status and outcome.
DROP INDEX outbox_troubled;
CREATE INDEX outbox_troubled ON outbox (channel_id, status, outcome, created_at)
  WHERE status IN ('failed', 'cancelled', 'held');

-- What was asked of whom; NULL where the request was not made, and of attempts before this version.
ALTER TABLE attempts ADD COLUMN method TEXT;
ALTER TABLE attempts ADD COLUMN url TEXT;

-- One row per request to send many deliveries again. Its set is fixed: what it names, up to `up_to_seq`.
-- The position is that of the last row that was looked at: it moves in the commit that opens the rows again.
CREATE TABLE replays (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES organizations (id),
  filter TEXT NOT NULL,
  has_new_id INTEGER NOT NULL,
  status TEXT NOT NULL,
  -- How many there were when it was asked for; those sent again; those whose channel is gone.
  total INTEGER NOT NULL,
  done INTEGER NOT NULL,
  skipped INTEGER NOT NULL,
  up_to_seq INTEGER NOT NULL,
  position_at INTEGER,
  position_seq INTEGER,
  requested_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  finished_at INTEGER
) WITHOUT ROWID;
CREATE INDEX replays_by_tenant ON replays (tenant_id, id);
CREATE INDEX replays_running ON replays (id) WHERE status = 'running';
