-- People: who may log in, what they hold, and what they may do.

CREATE TABLE users (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    name          TEXT NOT NULL UNIQUE,
    role          TEXT NOT NULL,
    origin        TEXT NOT NULL,
    password_hash TEXT,
    disabled      INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
    created_at    REAL NOT NULL,
    password_at   REAL,
    last_login_at REAL
) STRICT;

CREATE TABLE login_sessions (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    token_hash TEXT NOT NULL UNIQUE,
    method     TEXT NOT NULL,
    address    TEXT NOT NULL,
    agent      TEXT NOT NULL,
    created_at REAL NOT NULL,
    seen_at    REAL NOT NULL,
    expires_at REAL NOT NULL
) STRICT;
CREATE INDEX login_sessions_user ON login_sessions (user_id, address);
CREATE INDEX login_sessions_expiry ON login_sessions (expires_at);

CREATE TABLE api_keys (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id        INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name           TEXT NOT NULL,
    prefix         TEXT NOT NULL,
    key_hash       TEXT NOT NULL UNIQUE,
    scopes         TEXT NOT NULL,
    created_at     REAL NOT NULL,
    expires_at     REAL,
    last_used_at   REAL,
    last_used_from TEXT,
    UNIQUE (user_id, name)
) STRICT;

CREATE TABLE grants (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    role          TEXT,
    user_id       INTEGER REFERENCES users (id) ON DELETE CASCADE,
    machine_group TEXT NOT NULL,
    rights        INTEGER NOT NULL,
    CHECK ((role IS NULL) <> (user_id IS NULL))
) STRICT;
CREATE UNIQUE INDEX grants_role ON grants (role, machine_group) WHERE role IS NOT NULL;
CREATE UNIQUE INDEX grants_user ON grants (user_id, machine_group) WHERE user_id IS NOT NULL;

CREATE TABLE settings (
    name       TEXT PRIMARY KEY,
    value      TEXT NOT NULL,
    changed_at REAL NOT NULL
) STRICT, WITHOUT ROWID;
