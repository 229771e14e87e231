"""A machine on our own server core, with sockets, in a thread of its own: what native clients are pointed at.

::

    with CoreMachine(tmp_path, password="secret") as machine:
        machine.add(NotedKeyboard(machine.notes))
        machine.call(lambda: machine.server.keyboard_leds_changed())

Whatever the core logs as an error, and what its loop's exception handler is told, fails the test at the end.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Self, TypeVar

from gateway.listening import ListenAddress, Listening, listen
from gateway.machines.local import LocalMachine
from gateway.server.closing import NORMAL
from gateway.server.core import Core
from gateway.server.interfaces import Interface
from gateway.server.server import SpiceServer
from gateway.web.native import NativeAddress
from tests.e2e.certificates import SUBJECT, write_certificates
from tests.e2e.notes import PATIENCE, Notes
from tests.faults import Faults

T = TypeVar("T")
I = TypeVar("I", bound=Interface)  # noqa: E741 - an interface


class CoreMachine:
    """`server` is initialised; everything that touches it goes through `call`."""

    def __init__(self, home: Path, *, password: str = "", tls: bool = False) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.password = password
        self.ca_file = write_certificates(home / "tls") if tls else None
        self.subject = SUBJECT
        self.notes = Notes()
        self.faults = Faults()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def url(self) -> str:
        return f"spice://127.0.0.1:{self.address.port}"

    @property
    def secure_url(self) -> str:
        return f"spice://127.0.0.1?tls-port={self.address.tls_port}"

    @property
    def way_in(self) -> dict[str, Any]:
        """Properties of a spice-gtk session that reaches the plain port."""
        return {"host": "127.0.0.1", "port": str(self.address.port), "password": self.password or None}

    @property
    def secure_way_in(self) -> dict[str, Any]:
        """The same over TLS only."""
        tls = {"tls_port": str(self.address.tls_port), "ca_file": str(self.ca_file)}
        return {**self.way_in, "port": None, **tls}

    def call(self, work: Callable[[], T]) -> T:
        """Do something on the machine's loop; what it gives."""

        async def done() -> T:
            return work()

        return self.run(done())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something on the machine's loop to its end."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    def add(self, interface: I) -> I:
        """Give the machine a device."""
        self.call(lambda: self.server.add_interface(interface))
        return interface

    def remove(self, interface: Interface) -> None:
        self.call(lambda: self.server.remove_interface(interface))

    def __enter__(self) -> Self:
        self._thread.start()
        self.run(self._start())
        return self

    def __exit__(self, *_: object) -> None:
        self.run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self.faults.raise_any()

    # on the loop

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    async def _start(self) -> None:
        self.faults.watch(self._loop)
        self.core = Core()
        self.server = SpiceServer(self.core, "machine")
        self.server.init()
        self.server.ticketing = bool(self.password)
        if self.password:
            self.server.set_ticket(self.password)
        self._listener, self.address = await self._listen()

    async def _listen(self) -> tuple[Any, NativeAddress]:
        here = ListenAddress("127.0.0.1", 0)
        tls = self.ca_file.parent if self.ca_file is not None else None
        wanted = Listening(
            here, here if tls else None,
            cert=tls / "server-cert.pem" if tls else None, key=tls / "server-key.pem" if tls else None,
        )  # fmt: skip
        return await listen(LocalMachine(self.server, "test:"), wanted)

    async def _stop(self) -> None:
        self.server.close(NORMAL)
        self._listener.close()
        await self.core.close()
        self.faults.leave()
