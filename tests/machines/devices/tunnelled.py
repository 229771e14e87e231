"""A machine with a tunnel, and a client behind it that offers servers of this computer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from gateway.machines.devices.tunnel import TunnelPort, TunnelPorts
from gateway.spice.enums import ChannelType, TunnelServiceType
from tests.peers import soon
from tests.serving_core import ServingCore
from tests.tunnel_client import TunnelClient

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Tunnelled:
    """A machine with ports and a client behind them that offers servers of this computer."""

    def __init__(
        self, ports: TunnelPorts, client: TunnelClient, changes: asyncio.Queue[None], serving: asyncio.Task[None]
    ) -> None:
        self.ports, self.client, self.changes, self.serving = ports, client, changes, serving
        self._servers: list[asyncio.Server] = []

    async def offer(self, serve: Serve, kind: TunnelServiceType = TunnelServiceType.GENERIC) -> TunnelPort:
        """The port that leads to a new service."""
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        self._servers.append(server)
        return await self.offer_port(server.sockets[0].getsockname()[1], kind)

    async def offer_port(self, port: int, kind: TunnelServiceType = TunnelServiceType.GENERIC) -> TunnelPort:
        await self.client.offer(f"service {port}", port, kind=kind)
        await soon(self.changes.get())
        return self.ports.ports[-1]

    def close(self) -> None:
        for server in self._servers:
            server.close()


@asynccontextmanager
async def tunnelled() -> AsyncIterator[Tunnelled]:
    async with ServingCore() as core, core.client() as client:
        changes: asyncio.Queue[None] = asyncio.Queue()
        ports = TunnelPorts(lambda: changes.put_nowait(None))
        core.server.add_interface(ports)
        mine = TunnelClient(await (await client.begin()).link(ChannelType.TUNNEL))
        await mine.start()
        serving = core.core.spawn(mine.serve(), "tunnel client")
        scene = Tunnelled(ports, mine, changes, serving)
        yield scene
        scene.close()
        if serving.done() and not serving.cancelled():
            serving.result()
        serving.cancel()
