-- Consoles: machines added in the dashboard, and the tickets that open machines.

CREATE TABLE machines (
    name       TEXT PRIMARY KEY,
    url        TEXT NOT NULL,
    labels     TEXT NOT NULL,
    groups     TEXT NOT NULL,
    options    TEXT NOT NULL,
    version    INTEGER NOT NULL,
    created_at REAL NOT NULL,
    changed_at REAL NOT NULL
) STRICT, WITHOUT ROWID;

-- A ticket goes with the log-in or the key that issued it.
CREATE TABLE tickets (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id     INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    session_id  INTEGER REFERENCES login_sessions (id) ON DELETE CASCADE,
    key_id      INTEGER REFERENCES api_keys (id) ON DELETE CASCADE,
    secret_hash TEXT NOT NULL UNIQUE,
    machine     TEXT NOT NULL,
    rights      INTEGER NOT NULL,
    note        TEXT NOT NULL,
    created_at  REAL NOT NULL,
    expires_at  REAL NOT NULL,
    used_at     REAL,
    used_from   TEXT,
    revoked_at  REAL
) STRICT;
CREATE INDEX tickets_user ON tickets (user_id);
CREATE INDEX tickets_session ON tickets (session_id);
CREATE INDEX tickets_key ON tickets (key_id);
