-- Visits: whoever opened a link with a ticket is known by a cookie from then on, as long as the ticket stands.

ALTER TABLE tickets ADD COLUMN visit_hash TEXT;
ALTER TABLE tickets ADD COLUMN seen_at REAL;
CREATE UNIQUE INDEX tickets_visit ON tickets (visit_hash) WHERE visit_hash IS NOT NULL;
