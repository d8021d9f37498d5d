-- Where the source of an automatic incident shows it: the sender's own page about it, for people who work on it.
ALTER TABLE incidents ADD COLUMN source_url TEXT;
