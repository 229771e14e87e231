"""Which proofs still stand: one query a kind, however many proofs."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection
from typing import Final

from gateway.store.records import Proof, ProofKind, User
from gateway.store.sqlite.rows import USER, joined_user

_AMONG = "IN (SELECT value FROM json_each(:ids)) AND NOT users.disabled"

# A used ticket stands after its expiry, which is for its use; what issued it must stand too.
_QUERIES: Final[dict[ProofKind, str]] = {
    "session": f"""
        SELECT login_sessions.id AS proof, {USER} FROM login_sessions JOIN users ON users.id = user_id
        WHERE login_sessions.id {_AMONG} AND expires_at > :now AND seen_at > :seen""",
    "key": f"""
        SELECT api_keys.id AS proof, {USER} FROM api_keys JOIN users ON users.id = user_id
        WHERE api_keys.id {_AMONG} AND (expires_at IS NULL OR expires_at > :now)""",
    "ticket": f"""
        SELECT tickets.id AS proof, {USER} FROM tickets JOIN users ON users.id = tickets.user_id
        LEFT JOIN login_sessions ON login_sessions.id = session_id LEFT JOIN api_keys ON api_keys.id = key_id
        WHERE tickets.id {_AMONG} AND revoked_at IS NULL
          AND (session_id IS NULL OR (login_sessions.expires_at > :now AND login_sessions.seen_at > :seen))
          AND (key_id IS NULL OR api_keys.expires_at IS NULL OR api_keys.expires_at > :now)""",
    "user": f"SELECT users.id AS proof, {USER} FROM users WHERE users.id {_AMONG}",
}  # fmt: skip


def standing(db: sqlite3.Connection, proofs: Collection[Proof], *, now: float, idle: float) -> dict[Proof, User]:
    """Those that stand, with their users."""
    ids: dict[ProofKind, list[int]] = defaultdict(list)
    for proof in proofs:
        ids[proof.kind].append(proof.id)
    found: dict[Proof, User] = {}
    for kind, some in ids.items():
        for row in db.execute(_QUERIES[kind], {"ids": json.dumps(some), "now": now, "seen": now - idle}):
            found[Proof(kind, row["proof"])] = joined_user(row)
    return found


def issuers(db: sqlite3.Connection, proofs: Collection[Proof]) -> frozenset[int]:
    """The log-ins that proofs are, or that issued them."""
    tickets = json.dumps([proof.id for proof in proofs if proof.kind == "ticket"])
    sql = "SELECT session_id FROM tickets WHERE session_id NOTNULL AND id IN (SELECT value FROM json_each(?))"
    issued = {row[0] for row in db.execute(sql, (tickets,))}
    return frozenset(issued | {proof.id for proof in proofs if proof.kind == "session"})
