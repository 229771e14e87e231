"""What views share, by `AppKey`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web
from jinja2 import Environment

from gateway.access import Access
from gateway.machines.fleet import Fleet
from gateway.server.core import Core
from gateway.server.heartbeat import Heartbeat
from gateway.server.websocket import WebSocketTransport
from gateway.web.concierge import Concierge
from gateway.web.pictures import Pictures
from gateway.web.readiness import Readiness
from gateway.web.settings import WebSettings

if TYPE_CHECKING:
    from gateway.web.native import NativeAddress

CORE = web.AppKey("core", Core)
HEARTBEAT = web.AppKey("heartbeat", Heartbeat)
ACCESS = web.AppKey("access", Access)
CONCIERGE = web.AppKey("concierge", Concierge)
FLEET = web.AppKey("fleet", Fleet)
NATIVE: web.AppKey[dict[str, NativeAddress]] = web.AppKey("native", dict)
"""Where machines take native clients, by their names."""
PICTURES = web.AppKey("pictures", Pictures)
READINESS = web.AppKey("readiness", Readiness)
SETTINGS = web.AppKey("settings", WebSettings)
TEMPLATES = web.AppKey("templates", Environment)
CONNECTIONS: web.AppKey[set[WebSocketTransport]] = web.AppKey("connections", set)
"""The open WebSockets."""
