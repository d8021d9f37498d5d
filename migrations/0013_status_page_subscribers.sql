-- Whoever is told of a status page by mail or webhook. A webhook has an internal channel of the same ID,
-- the mails of a page have one with the ID of the page.

-- `target` is an address or a URL, `token` what stands in the links of messages: both sealed, because one
-- is personal and the other is as good as a password. Links are looked up by the hash.
CREATE TABLE status_page_subscribers (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES organizations (id),
  page_id TEXT NOT NULL REFERENCES status_pages (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  target TEXT NOT NULL,
  token TEXT NOT NULL,
  token_hash TEXT NOT NULL UNIQUE,
  service_ids TEXT,
  language TEXT NOT NULL,
  origin TEXT NOT NULL,
  requested_at INTEGER NOT NULL,
  asked_at INTEGER,
  confirmed_at INTEGER,
  since_seq INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX status_page_subscribers_by_page ON status_page_subscribers (page_id, id);

-- How far the journal has been told to them: all rows up to `seq`, and of the next one those subscribers
-- whose ID is `after_id` or less.
CREATE TABLE subscriber_fan_out (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  seq INTEGER NOT NULL,
  after_id TEXT NOT NULL
);
INSERT INTO subscriber_fan_out (id, seq, after_id)
  SELECT 1, coalesce(max(seq), 0), '' FROM journal;
