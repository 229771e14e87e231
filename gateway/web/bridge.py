"""`/ws/{machine}`, for guests `/t/{machine}/{visit}/ws`: SPICE over WebSocket, subprotocol `binary`, one for each
channel.

aiohttp answers the handshake; then the connection is taken from it, and its bytes go between the sockets without a
detour through coroutines.
"""

from __future__ import annotations

import base64
import hashlib

from aiohttp import web

from gateway.access import Principal
from gateway.server.transport import StreamTransport
from gateway.server.visitor import Visitor
from gateway.server.websocket import WebSocketTransport
from gateway.spice.limits import MAX_CONNECTIONS
from gateway.web.guests import guest_of
from gateway.web.identity import PRINCIPAL
from gateway.web.keys import CONCIERGE, CONNECTIONS, CORE, FLEET, HEARTBEAT, READINESS, SETTINGS
from gateway.web.origin import own_origin, peer_of

SUBPROTOCOL = "binary"
GUEST_ROUTE = "guest-ws"
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 section 1.3

routes = web.RouteTableDef()


class Upgrade(web.StreamResponse):
    """The answer to a WebSocket handshake, after which the connection is ours: nothing follows from aiohttp."""

    def __init__(self, key: str, subprotocol: str | None) -> None:
        super().__init__(status=101)
        accept = base64.b64encode(hashlib.sha1(key.encode() + _GUID, usedforsecurity=False).digest()).decode()
        self.headers.update({"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": accept})
        if subprotocol is not None:
            self.headers["Sec-WebSocket-Protocol"] = subprotocol
        self.force_close()

    async def write_eof(self, data: bytes = b"") -> None:
        """The end of the WebSocket is the end of the connection."""


@routes.get("/ws/{machine}", name="ws")
@routes.get("/t/{machine}/{visit}/ws", name=GUEST_ROUTE)
async def open_channel(request: web.Request) -> web.StreamResponse:
    """Check who comes, shake hands, and give the connection to the machine until it ends."""
    member = request.app[FLEET].get(request.match_info["machine"])
    if member is None:
        raise web.HTTPNotFound(text="There is no machine of this name.")
    visitor = await visitor_of(request, member.spec.name)
    response = handshake(request)
    socket, connections = request.transport, request.app[CONNECTIONS]
    if request.app[READINESS].draining:
        raise web.HTTPServiceUnavailable(text="The gateway is being stopped.")
    if len(connections) >= MAX_CONNECTIONS:
        raise web.HTTPServiceUnavailable(text="The gateway holds as many connections as it can.")
    if socket is None:
        raise ConnectionResetError("the client left before the handshake")
    stream = StreamTransport(request.app[CORE])
    stream.adopt(socket)
    connection = WebSocketTransport(stream, client=False)
    connections.add(connection)
    try:
        await response.prepare(request)
        response.headers.clear()  # they are sent, and thousands of idle connections would hold them
        request.app[HEARTBEAT].add(connection)
        await member.machine.serve(connection, visitor)
    finally:
        connections.discard(connection)
        request.app[HEARTBEAT].remove(connection)
        connection.abort()
    return response


async def visitor_of(request: web.Request, machine: str) -> Visitor:
    """Who comes. Raises `HTTPForbidden` for a page of somebody else's.

    A browser always names its page's Origin. Without one this is another program, whose cookie is not believed.
    """
    origin = request.headers.get("Origin")
    if origin is None:
        return Visitor(None, peer_of(request))
    if origin != own_origin(request) and origin not in request.app[SETTINGS].allowed_origins:
        raise web.HTTPForbidden(text="This page may not open machines here: add its origin to allowed_origins.")
    is_guest = request.match_info.route.name == GUEST_ROUTE
    principal = await guest_of(request) if is_guest else request[PRINCIPAL]
    if not isinstance(principal, Principal):
        return Visitor(None, peer_of(request))
    admission = await request.app[CONCIERGE].admit(principal, machine)
    if admission is None:
        raise web.HTTPNotFound(text="There is no machine of this name.")
    return Visitor(admission, peer_of(request))


def handshake(request: web.Request) -> Upgrade:
    """The answer to a WebSocket handshake, once it is known to be one. Raises `HTTPBadRequest`."""
    ready = web.WebSocketResponse(protocols=(SUBPROTOCOL,)).can_prepare(request)
    if not ready.ok:
        raise web.HTTPBadRequest(text="This address speaks SPICE over WebSocket.")
    if "Sec-WebSocket-Protocol" in request.headers and ready.protocol is None:
        raise web.HTTPBadRequest(text=f"The WebSocket subprotocol must be {SUBPROTOCOL!r}.")
    return Upgrade(request.headers["Sec-WebSocket-Key"], ready.protocol)
