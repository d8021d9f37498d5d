-- Signing secrets are replaced without interruption: the one before stays valid for a while.

-- Sealed, as config is. NULL: no secret is being replaced.
ALTER TABLE channels ADD COLUMN previous_secret TEXT;
ALTER TABLE channels ADD COLUMN rotated_at INTEGER;
ALTER TABLE channels ADD COLUMN previous_valid_until INTEGER;
-- Since when the endpoint has taken signatures of the new secret alone.
ALTER TABLE channels ADD COLUMN endpoint_switched_at INTEGER;
-- current or previous.
ALTER TABLE channels ADD COLUMN last_accepted_key TEXT;

-- Which secret the endpoint took, where that can be told; and the exchange in which it refused the new one.
ALTER TABLE attempts ADD COLUMN accepted_key TEXT;
ALTER TABLE attempts ADD COLUMN refused_exchange TEXT;
