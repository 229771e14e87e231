"""A machine on our own server core, with sockets, in a thread of its own: what native clients are pointed at.

::

    with CoreMachine(tmp_path, password="secret") as machine:
        machine.add(NotedKeyboard(machine.notes))
        machine.call(lambda: machine.server.keyboard_leds_changed())
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from gateway.config.places import ListenAddress, Listening
from gateway.listening import listen
from gateway.machines.local import LocalMachine
from gateway.server.closing import NORMAL
from gateway.server.core import Core
from gateway.server.interfaces import Interface
from gateway.server.listener import Listener
from gateway.server.server import SpiceServer
from gateway.web.native import NativeAddress
from tests.e2e.certificates import SUBJECT, write_certificates
from tests.e2e.loop_thread import LoopThread
from tests.e2e.notes import Notes

I = TypeVar("I", bound=Interface)  # noqa: E741 - an interface


class CoreMachine(LoopThread):
    """`server` is initialised; everything that touches it goes through `call`."""

    def __init__(self, home: Path, *, password: str = "", tls: bool = False, unix: bool = False) -> None:
        super().__init__()
        home.mkdir(parents=True, exist_ok=True)
        self.password = password
        self.ca_file = write_certificates(home / "tls") if tls else None
        self.subject = SUBJECT
        self.unix_path = home / "socket" if unix else None
        self.notes = Notes()
        self.address: NativeAddress
        self._listener: Listener

    @property
    def url(self) -> str:
        return f"spice://127.0.0.1:{self.address.port}"

    @property
    def secure_url(self) -> str:
        return f"spice://127.0.0.1?tls-port={self.address.tls_port}"

    @property
    def way_in(self) -> dict[str, Any]:
        """Properties of a spice-gtk session that reaches the plain port, or the Unix socket instead."""
        if self.unix_path is not None:
            return {"unix_path": str(self.unix_path), "password": self.password or None}
        return {"host": "127.0.0.1", "port": str(self.address.port), "password": self.password or None}

    @property
    def secure_way_in(self) -> dict[str, Any]:
        """The same over TLS only."""
        tls = {"tls_port": str(self.address.tls_port), "ca_file": str(self.ca_file)}
        return {**self.way_in, "port": None, **tls}

    def add(self, interface: I) -> I:
        """Give the machine a device."""
        self.call(lambda: self.server.add_interface(interface))
        return interface

    def remove(self, interface: Interface) -> None:
        self.call(lambda: self.server.remove_interface(interface))

    async def on_start(self) -> None:
        self.core = Core()
        self.server = SpiceServer(self.core, "machine")
        self.server.init()
        self.server.ticketing = bool(self.password)
        if self.password:
            self.server.set_ticket(self.password)
        self._listener, self.address = await listen(LocalMachine(self.server, "test:"), self._listening)

    @property
    def _listening(self) -> Listening:
        return loopback(self.ca_file) if self.unix_path is None else Listening(ListenAddress("", 0, self.unix_path))

    async def on_stop(self) -> None:
        self.server.close(NORMAL)
        self._listener.close()
        await self.core.close()


def loopback(ca_file: Path | None) -> Listening:
    """Any port, and another for TLS with the certificates that lie beside an authority's."""
    here = ListenAddress("127.0.0.1", 0)
    if ca_file is None:
        return Listening(here)
    return Listening(here, here, ca_file.with_name("chain.pem"), ca_file.with_name("server-key.pem"))
