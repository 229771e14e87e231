"""What views share, by `AppKey`."""

from __future__ import annotations

from aiohttp import web
from jinja2 import Environment

from gateway.machines.relay import RelayMachine
from gateway.server.core import Core
from gateway.server.heartbeat import Heartbeat
from gateway.server.websocket import WebSocketTransport
from gateway.web.logins import Logins
from gateway.web.settings import WebSettings

CORE = web.AppKey("core", Core)
HEARTBEAT = web.AppKey("heartbeat", Heartbeat)
LOGINS = web.AppKey("logins", Logins)
MACHINES: web.AppKey[dict[str, RelayMachine]] = web.AppKey("machines", dict)
SETTINGS = web.AppKey("settings", WebSettings)
TEMPLATES = web.AppKey("templates", Environment)
CONNECTIONS: web.AppKey[set[WebSocketTransport]] = web.AppKey("connections", set)
"""The open WebSockets."""
