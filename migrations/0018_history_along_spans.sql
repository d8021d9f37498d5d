-- Which change began a span; NULL for the first span of a service. Its history is read along its spans: an index less
-- is written with each change. Each change has begun one span, in the same order.
ALTER TABLE service_spans ADD COLUMN history_id INTEGER;
UPDATE service_spans SET history_id = pair.history_id FROM (
  SELECT s.id AS span_id, h.id AS history_id
  FROM (SELECT id, service_id, row_number() OVER (PARTITION BY service_id ORDER BY id) AS place FROM service_spans) s
  JOIN (SELECT id, service_id, row_number() OVER (PARTITION BY service_id ORDER BY id) + 1 AS place
    FROM service_history) h ON h.service_id = s.service_id AND h.place = s.place
) AS pair WHERE pair.span_id = service_spans.id;
DROP INDEX service_history_by_service;
