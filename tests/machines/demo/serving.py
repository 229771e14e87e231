"""The demo machine with a listening socket, as `tests.serving_core` serves others."""

from __future__ import annotations

from gateway.machines.demo import DemoMachine
from gateway.server.server import SpiceServer
from tests.serving_core import ServingCore


class ServingDemo(ServingCore):
    """`demo` is the machine; anybody may come."""

    demo: DemoMachine

    def __init__(self, *, shell: bool = False) -> None:
        super().__init__()
        self._shell = shell

    def make_server(self) -> SpiceServer:
        self.demo = DemoMachine(self.core, shell=self._shell)
        return self.demo.server

    async def __aexit__(self, *error: object) -> None:
        self.demo.close()
        await super().__aexit__(*error)
