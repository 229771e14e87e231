-- The audit: who did what, from where, to what, and how it went. Rows are added and, when old, removed; never changed.

CREATE TABLE audit (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    at       REAL NOT NULL,
    actor    TEXT NOT NULL,
    actor_id INTEGER,
    address  TEXT NOT NULL,
    action   TEXT NOT NULL,
    target   TEXT NOT NULL,
    outcome  TEXT NOT NULL CHECK (outcome IN ('ok', 'refused', 'failed')),
    detail   TEXT NOT NULL
) STRICT;
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_actor ON audit (actor, id);

CREATE TRIGGER audit_is_append_only BEFORE UPDATE ON audit BEGIN
    SELECT RAISE(ABORT, 'the audit is append only');
END;
