-- How much a channel takes at once, how old its news may get, and its weekly test.
ALTER TABLE channels ADD COLUMN rate_limit_per_minute INTEGER;
ALTER TABLE channels ADD COLUMN stale_after_seconds INTEGER NOT NULL DEFAULT 3600;
ALTER TABLE channels ADD COLUMN weekly_test INTEGER NOT NULL DEFAULT 0;
ALTER TABLE channels ADD COLUMN last_test_at INTEGER;
-- NULL while a test runs, and where the program ended before it had an answer.
ALTER TABLE channels ADD COLUMN last_test_success INTEGER;
-- The endpoint asked for silence until then.
ALTER TABLE channels ADD COLUMN quiet_until INTEGER;

-- Of messages that may go into a summary: their one line (of a summary its content as JSON), and since
-- when they wait. The latter is moved with a wall clock that is set; created_at is not.
ALTER TABLE outbox ADD COLUMN headline TEXT;
ALTER TABLE outbox ADD COLUMN waits_since INTEGER;
