-- What the public sees of services. A slug and a domain belong to one page of the whole instance.

-- `service_ids` and `groups` are JSON lists: named services, and all services of these groups.
-- `password_hash` is set while visibility is 'password', `allowed_addresses` lists addresses and ranges.
CREATE TABLE status_pages (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES organizations (id),
  name TEXT NOT NULL,
  slug TEXT NOT NULL,
  title TEXT NOT NULL,
  description TEXT NOT NULL,
  service_ids TEXT NOT NULL,
  groups TEXT NOT NULL,
  visibility TEXT NOT NULL,
  password_hash TEXT,
  allowed_addresses TEXT NOT NULL,
  domain TEXT,
  announcement TEXT NOT NULL,
  announcement_tone TEXT NOT NULL,
  accent_color TEXT,
  website_url TEXT,
  language TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  is_noindex INTEGER NOT NULL,
  shows_uptime INTEGER NOT NULL,
  show_history_days INTEGER NOT NULL,
  email_channel_id TEXT,
  allows_email_subscribers INTEGER NOT NULL,
  allows_webhook_subscribers INTEGER NOT NULL,
  mirror_dir TEXT,
  logo_version TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX status_pages_by_tenant ON status_pages (tenant_id, id);
CREATE UNIQUE INDEX status_pages_by_slug ON status_pages (slug);
CREATE UNIQUE INDEX status_pages_by_domain ON status_pages (domain) WHERE domain IS NOT NULL;

-- Apart from the page, whose row is read far more often. `logo_version` changes with it.
CREATE TABLE status_page_logos (
  page_id TEXT PRIMARY KEY REFERENCES status_pages (id) ON DELETE CASCADE,
  content_type TEXT NOT NULL,
  bytes BLOB NOT NULL
);
