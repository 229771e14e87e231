"""A client's shared folder, as an HTTP port of the machine that speaks WebDAV (phodav's spice-webdavd does the same).

::

    folder = SharedFolder(on_change)             # on_change() is called when a client comes or goes
    server.add_interface(folder)
    await folder.listen()                        # http://127.0.0.1:port/, for programs and for `webdav_client`
    ...
    await folder.close()

Whoever may connect to the port may use the folder; it listens on the loopback only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

from gateway.server.channels.port import PortDevice
from gateway.server.client import RedClient
from gateway.server.interfaces import WebdavInterface
from gateway.spice.limits import FOLDER_STUCK_SECONDS, MAX_FOLDER_CONNECTIONS
from gateway.spice.webdav_mux import Demux, MuxFrame, encode, encode_close

LOOPBACK = "127.0.0.1"


class SharedFolder(WebdavInterface):
    """The machine's end of WEBDAV: what connects to its port is carried to the client's WebDAV server."""

    def __init__(self, on_change: Callable[[], None] = lambda: None) -> None:
        self.port: int | None = None
        """The TCP port on the loopback; None while it does not listen."""
        self._on_change = on_change
        self._wire: PortDevice | None = None
        self._server: asyncio.Server | None = None
        self._demux = Demux()
        self._connections: dict[int, FolderConnection] = {}
        self._last_id = 0
        self._unsaid: list[int] = []  # closed connections of which the client does not know yet

    @property
    def is_available(self) -> bool:
        """Whether a client is there that may share a folder."""
        return self._wire is not None and self._wire.client is not None

    @property
    def url(self) -> str:
        """The folder's address. Of no use while it does not listen."""
        return f"http://{LOOPBACK}:{self.port}/"

    async def listen(self, port: int = 0) -> None:
        """Open the port on the loopback, any that is free if 0. Raises `OSError` when it is taken."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: FolderConnection(self), LOOPBACK, port)
        self.port = self._server.sockets[0].getsockname()[1]
        self._tell_opened()

    async def close(self) -> None:
        """Close the port and what is connected to it."""
        self.port = None
        self._tell_opened()
        self._close_all()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    # as the server sees it

    def on_attached(self, port: PortDevice) -> None:
        self._wire = port
        self._tell_opened()

    def on_detached(self) -> None:
        self._wire = None
        self._close_all()

    def on_connected(self, client: RedClient) -> None:
        self._demux = Demux()
        self._on_change()

    def on_disconnected(self) -> None:
        self._close_all()
        self._on_change()

    def on_writable(self) -> None:
        while self._unsaid and self._write(encode_close(self._unsaid[0])):
            del self._unsaid[0]
        for connection in tuple(self._connections.values()):
            connection.on_writable()

    def on_data(self, data: bytes) -> None:
        for frame in self._demux.feed(data):
            self._on_frame(frame)
        self.update_hold()

    def _on_frame(self, frame: MuxFrame) -> None:
        connection = self._connections.get(frame.connection)
        if connection is None:
            return  # it closed while this was on its way
        if frame.data:
            connection.write(frame.data)
        else:
            del self._connections[frame.connection]
            connection.close()

    # the connections' side

    def add(self, connection: FolderConnection) -> int | None:
        """An id for a new connection; None: it cannot be served now."""
        if not self.is_available or len(self._connections) + len(self._unsaid) >= MAX_FOLDER_CONNECTIONS:
            return None
        self._last_id += 1
        self._connections[self._last_id] = connection
        return self._last_id

    def remove(self, id_: int) -> None:
        """A connection closed."""
        if self._connections.pop(id_, None) is not None and not self._write(encode_close(id_)):
            self._unsaid.append(id_)
        self.update_hold()

    def send(self, id_: int, data: bytes) -> bool:
        """Carry bytes to the client. False: it takes none now, and `FolderConnection.on_writable` will tell."""
        return self._write(encode(id_, data))

    def update_hold(self) -> None:
        """Have the client wait while a connection does not take what it gets: the stream is one for all of them."""
        if self._wire is not None:
            self._wire.hold(any(connection.is_full for connection in self._connections.values()))

    def _write(self, data: bytes) -> bool:
        return self._wire is not None and self._wire.write(data)

    def _tell_opened(self) -> None:
        if self._wire is not None:
            self._wire.opened = self.port is not None

    def _close_all(self) -> None:
        connections, self._connections = self._connections, {}
        self._unsaid.clear()
        for connection in connections.values():
            connection.close()
        self.update_hold()


class FolderConnection(asyncio.Protocol):
    """One program's connection to the folder's port."""

    def __init__(self, folder: SharedFolder) -> None:
        self.is_full = False
        """Whether the program does not take what it gets."""
        self._folder = folder
        self._id: int | None = None
        self._transport: asyncio.Transport | None = None
        self._waiting = b""
        self._ends = False
        self._stuck: asyncio.TimerHandle | None = None

    def write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)

    def close(self) -> None:
        """Close, once what waits is written."""
        if self._transport is not None:
            self._transport.close()

    def on_writable(self) -> None:
        """The client takes more."""
        if self._id is None or self._transport is None:
            return
        if self._waiting and not self._folder.send(self._id, self._waiting):
            return
        self._waiting = b""
        if self._ends:
            self._transport.close()
        else:
            self._transport.resume_reading()

    # asyncio's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._id = self._folder.add(self)
        if self._id is None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        if self._id is not None and self._transport is not None and not self._folder.send(self._id, data):
            self._waiting = data
            self._transport.pause_reading()

    def eof_received(self) -> bool:
        self._ends = True
        return bool(self._waiting)

    def pause_writing(self) -> None:
        self.is_full = True
        self._stuck = asyncio.get_running_loop().call_later(FOLDER_STUCK_SECONDS, self._abort)

    def resume_writing(self) -> None:
        self.is_full = False
        if self._stuck is not None:
            self._stuck.cancel()
        self._folder.update_hold()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self.is_full = False
        if self._stuck is not None:
            self._stuck.cancel()
        if self._id is not None:
            self._folder.remove(self._id)

    def _abort(self) -> None:
        """It held up all the others for too long."""
        if self._transport is not None:
            self._transport.abort()
