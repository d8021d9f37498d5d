-- When what a sender has said last was so, by the sender's own clock: what is older and comes later changes nothing.
-- One row for each thing of which it speaks; those that nothing was heard of for a day go.
CREATE TABLE webhook_receiver_times (
  receiver_id TEXT NOT NULL REFERENCES webhook_receivers (id),
  identity TEXT NOT NULL,
  at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  PRIMARY KEY (receiver_id, identity)
) WITHOUT ROWID;
